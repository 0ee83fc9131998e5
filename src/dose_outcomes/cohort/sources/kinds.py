"""What a file is by its first bytes, where that is another kind than its name says."""

from __future__ import annotations

from pathlib import Path

from dose_outcomes.errors import CohortDataError

#: First bytes: what has them, and the endings of the files that should.
_BEGINNINGS: tuple[tuple[bytes, str, tuple[str, ...]], ...] = (
    (b"PK\x03\x04", "an Excel file (.xlsx) or another zip archive", (".xlsx",)),
    (b"PAR1", "a Parquet file", (".parquet",)),
    (b"\xd0\xcf\x11\xe0", "an old Excel file (.xls), or an Excel file with a password", ()),
    (b"\x1f\x8b", "a gzip archive", ()),
    (b"BZh", "a bzip2 archive", ()),
    (b"7z\xbc\xaf", "a 7z archive", ()),
    (b"%PDF", "a PDF document", ()),
    (b"SQLite format 3", "a SQLite database", ()),
    (b"$FL", "an SPSS file", ()),
    (b"<stata_dta>", "a Stata file", ()),
    (b"HEADER RECORD*******", "a SAS transport file", (".xpt",)),
)


def refuse_another_kind(path: Path) -> None:
    """Refuse a file without content, and one whose first bytes are those of another kind than its ending says.

    Raises
    ------
    CohortDataError
        When it is so.
    """
    with path.open("rb") as file:
        start = file.read(max(len(beginning) for beginning, _, _ in _BEGINNINGS))
    if not start:
        raise CohortDataError(f"{path}: is empty. It needs a header row and rows of data")
    ending = path.suffix.lower()
    for beginning, kind, endings in _BEGINNINGS:
        if start.startswith(beginning) and ending not in endings:
            raise CohortDataError(
                f"{path}: its name ends in {ending}, and by its first bytes it is {kind}. Unpack it or give it the "
                "right ending; read are .csv, .tsv, .parquet, .xlsx without a password, and .xpt"
            )
