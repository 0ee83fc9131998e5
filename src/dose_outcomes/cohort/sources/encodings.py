"""Bytes to text: what the study file says or a byte-order mark proves; checked to the last byte, never guessed."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dose_outcomes.cohort.sources.form import CODECS
from dose_outcomes.errors import CohortDataError

if TYPE_CHECKING:
    from dose_outcomes.study.data import Encoding

MARKS: dict[bytes, Encoding] = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_PIECE = 16 * 2**20
#: What Unicode puts where letters could not be read: they were lost before the file came here.
_LOST = "\ufffd"
_CONTROL = "".join(map(chr, range(0x80, 0xA0)))


@dataclass(frozen=True, slots=True)
class TextFile:
    """What is known of a text file before its cells are looked at.

    Attributes
    ----------
    codec : str
        Python's name of its encoding.
    notes : tuple of str
        The encoding and where it is known from.
    has_quotes : bool
        There is a double quote somewhere.
    ends_with_line_break : bool
        The last line is closed.
    """

    codec: str
    notes: tuple[str, ...]
    has_quotes: bool
    ends_with_line_break: bool


def look_at(path: Path, declared: Encoding | None) -> TextFile:
    """Read a text file once and tell its encoding.

    Parameters
    ----------
    path : Path
        The file.
    declared : str or None
        Encoding by the study file.

    Raises
    ------
    CohortDataError
        When the file is not text in that encoding, with the line (as an editor counts) where that shows.
    """
    with path.open("rb") as file:
        start = file.read(3)
    mark = next((encoding for bom, encoding in MARKS.items() if start.startswith(bom)), None)
    if mark and declared and declared != mark:
        raise CohortDataError(
            f"{path}: begins with the byte-order mark of {_name(mark)}, and the study file says {declared}. "
            "Correct encoding of the table in the study file"
        )
    if declared == "utf-16" and not mark:
        raise CohortDataError(f"{path}: has no byte-order mark, which UTF-16 needs. Save it as UTF-8")
    encoding = declared or mark or "utf-8"
    source = "by its byte-order mark" if mark else "as the study file says"
    codec = "utf-8-sig" if encoding == "utf-8" else CODECS[encoding]
    quotes, last, other = False, "", False
    line = 1
    for text in _decoded(path, codec, encoding):
        _refuse_what_is_no_text(path, text, line, encoding)
        line += text.count("\n")
        quotes = quotes or '"' in text
        other = other or not text.isascii()
        last = text[-1:] or last
    if other and encoding not in ("utf-8", "utf-16") and _is_utf_8(path):
        raise CohortDataError(
            f"{path}: is UTF-8 text, and the study file says {declared}. "
            "Correct encoding of the table in the study file"
        )
    # a note on every file that is as expected would hide those that are not
    notes = () if encoding == "utf-8" else (f"{_name(encoding)} text ({source})",)
    return TextFile(codec, notes, quotes, last in ("\n", "\r"))


def _decoded(path: Path, codec: str, encoding: Encoding) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(codec)()
    line = 1
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield _decode(path, decoder, piece, encoding, line, final=False)
            line += piece.count(b"\n")
    yield _decode(path, decoder, b"", encoding, line, final=True)


def _decode(
    path: Path, decoder: codecs.IncrementalDecoder, piece: bytes, encoding: Encoding, line: int, *, final: bool
) -> str:
    try:
        return decoder.decode(piece, final)
    except UnicodeDecodeError as error:
        at = line + error.object[: error.start].count(b"\n")
        remedy = (
            "Save it as UTF-8, or name its encoding (encoding of the table in the study file)"
            if encoding == "utf-8"
            else "Correct encoding of the table in the study file, or save the file as UTF-8"
        )
        raise CohortDataError(f"{path}: line {at} is not {_name(encoding)} text. {remedy}") from None


def _refuse_what_is_no_text(path: Path, text: str, line: int, encoding: Encoding) -> None:
    """Refuse characters that no table has; each says that something went wrong before."""
    found = {
        "\0": "holds a zero byte. The file is damaged, or its encoding is another one",
        _LOST: "holds the replacement character: letters were lost when the file was converted. Export it again",
    }
    if encoding.startswith("iso"):
        # these places of ISO 8859 are empty; in the Windows encodings they are quotes, dashes and the euro sign
        found |= {one: f"holds a control character: it is not {_name(encoding)} text" for one in _CONTROL}
    for character, sentence in found.items():
        if (place := text.find(character)) >= 0:
            raise CohortDataError(f"{path}: line {line + text[:place].count(chr(10))} {sentence}")


def _is_utf_8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                decoder.decode(piece)
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


def _name(encoding: Encoding) -> str:
    return encoding.upper() if not encoding.startswith("windows") else encoding.capitalize()
