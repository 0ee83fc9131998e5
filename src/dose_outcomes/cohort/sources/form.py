"""The form of a file: how its text is to be read, and what of the table read from it has to be said."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow

    from dose_outcomes.study.data import Encoding, TableSource

#: Python's own names of the encodings that the study file knows by their usual ones.
CODECS: dict[Encoding, str] = {
    "utf-8": "utf-8",
    "utf-16": "utf-16",
    "windows-1250": "cp1250",
    "windows-1251": "cp1251",
    "windows-1252": "cp1252",
    "iso-8859-1": "iso-8859-1",
    "iso-8859-2": "iso-8859-2",
    "iso-8859-15": "iso-8859-15",
}
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
#: Between the cells of a text file of which the study file says nothing.
BY_ENDING = {".csv": "comma", ".tsv": "tab", ".txt": "tab"}


@dataclass(frozen=True, slots=True)
class Form:
    """How a file is to be read; the keys of a table in the study file.

    Attributes
    ----------
    sheet : str or None
        Sheet of an Excel file.
    header_row : int
        Row of the names, as a spreadsheet counts.
    encoding, delimiter : str or None
        As the study file names them; None where it says nothing.
    missing : tuple of str
        Cells with one of these texts are empty.
    rows : int or None
        Rows of data that the file must have.
    """

    sheet: str | None = None
    header_row: int = 1
    encoding: Encoding | None = None
    delimiter: str | None = None
    missing: tuple[str, ...] = ()
    rows: int | None = None


def form_of(source: TableSource) -> Form:
    """Return what the study file says of the form of a table's file."""
    return Form(
        sheet=source.sheet,
        header_row=source.header_row,
        encoding=source.encoding,
        delimiter=source.delimiter,
        missing=tuple(source.missing),
        rows=source.rows,
    )


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file as read.

    Attributes
    ----------
    table : pyarrow.Table
        The row number of each row, under `ROW`, and the named columns, all text; rows without content are left out.
    empty_rows : int
        How many rows have no cell filled.
    notes : tuple of str
        What was recognised and what was left out, in sentences that hold no value.
    open_row : int or None
        The last row, when no line break closes it.
    """

    table: pyarrow.Table
    empty_rows: int = 0
    notes: tuple[str, ...] = field(default=())
    open_row: int | None = None
