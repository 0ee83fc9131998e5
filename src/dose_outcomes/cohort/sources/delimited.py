"""Delimited text to a table of text: each row as long as the header, each quote closed, or the file is refused.

The parser of Arrow reads fast and mends in silence what is wrong with quotes: it closes what is left open and joins
what stands behind a closing one. Where a file has quotes at all, Python's own reader, which is strict about them, goes
over it first. Rows are counted as a spreadsheet counts them: an empty line is a row, and a cell with line breaks in
it does not make two of its row.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from dose_outcomes.cohort.sources.cells import finished
from dose_outcomes.cohort.sources.encodings import TextFile, look_at
from dose_outcomes.cohort.sources.form import BY_ENDING, DELIMITERS, Form, ReadFile
from dose_outcomes.cohort.sources.headers import column_names
from dose_outcomes.errors import CohortDataError

if TYPE_CHECKING:
    import pyarrow

#: A row longer than this, in bytes, is a quote that was never closed.
_LONGEST_ROW = 64 * 2**20
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class _Header:
    names: list[str]
    lines: int


def read_delimited(path: Path, form: Form) -> ReadFile:
    """Read delimited text.

    Parameters
    ----------
    path : Path
        .csv, .tsv or .txt.
    form : Form
        Encoding, delimiter, row of the header.

    Raises
    ------
    CohortDataError
        When a row is longer or shorter than the header, a quote is not closed or stands where none may, a column has
        no name or one that another has, the delimiter is another one, or the text is not in its encoding.
    """
    word = form.delimiter or BY_ENDING[path.suffix.lower()]
    delimiter = DELIMITERS[word]
    text = look_at(path, form.encoding)
    header = _header(path, text.codec, delimiter, form.header_row)
    _refuse_another_delimiter(path, header.names, word)
    if text.has_quotes:
        _refuse_wrong_quotes(path, text.codec, delimiter)
    cells = _cells(path, text, delimiter, form.header_row, header)
    return _as_read(path, cells, header, form, word, text)


def _header(path: Path, codec: str, delimiter: str, header_row: int) -> _Header:
    """Return the names and how many lines of the file they and what is above them take."""
    with path.open(encoding=codec, newline="") as lines:
        rows = csv.reader(lines, delimiter=delimiter, strict=True)
        cells: list[str] | None = None
        for _ in range(header_row):
            try:
                cells = next(rows, None)
            except csv.Error:
                raise CohortDataError(f"{path}: row {rows.line_num} or one before it has a wrong quote") from None
        if cells is None:
            raise CohortDataError(
                f"{path}: is empty. It needs a header row and rows of data"
                if header_row == 1
                else f"{path}: has no row {header_row}, in which the study file says the names of the columns are"
            )
        return _Header(column_names(path, cells), rows.line_num)


def _refuse_another_delimiter(path: Path, names: list[str], word: str) -> None:
    if len(names) > 1:
        return
    others = [other for other, character in DELIMITERS.items() if character in names[0]]
    if others:
        raise CohortDataError(
            f"{path}: the header is one column by the delimiter {word}, with {' and '.join(others)} in it. "
            f"If that divides the columns, set delimiter: {others[0]} for the table in the study file"
        )


def _refuse_wrong_quotes(path: Path, codec: str, delimiter: str) -> None:
    limit = csv.field_size_limit(_LONGEST_ROW)
    number = 0
    try:
        with path.open(encoding=codec, newline="") as lines:
            for _ in csv.reader(lines, delimiter=delimiter, strict=True):
                number += 1
    except csv.Error as error:
        open_to_the_end = "unexpected end" in str(error)
        sentence = (
            "opens a quote that is never closed: the file was cut off, or the quote should not be there"
            if open_to_the_end
            else "has text right behind a closing quote"
        )
        raise CohortDataError(
            f'{path}: row {number + 1} {sentence}. Write a quote inside a quoted cell twice: ""'
        ) from None
    finally:
        csv.field_size_limit(limit)


def _cells(path: Path, text: TextFile, delimiter: str, header_row: int, header: _Header) -> pyarrow.Table:
    """Return the cells below the header as they are; a column is named by its position."""
    import pyarrow
    import pyarrow.csv

    positions = [str(place) for place in range(len(header.names))]
    wrong: list[tuple[int, int]] = []

    def of_another_length(row: pyarrow.csv.InvalidRow) -> str:
        wrong.append((row.number - header.lines + header_row, row.actual_columns))
        return "skip"

    if _nothing_below(path, text.codec, header.lines):
        return pyarrow.table({place: pyarrow.array([], pyarrow.large_string()) for place in positions})
    try:
        table = pyarrow.csv.read_csv(
            path,
            read_options=pyarrow.csv.ReadOptions(
                use_threads=False,  # rows are numbered only then
                block_size=min(max(path.stat().st_size, 1), _LONGEST_ROW),
                skip_rows=header.lines,
                column_names=positions,
                encoding="utf-8" if text.codec == "utf-8-sig" else text.codec,
            ),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=delimiter,
                newlines_in_values=text.has_quotes,
                ignore_empty_lines=False,
                invalid_row_handler=of_another_length,
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(positions, pyarrow.large_string()),
                null_values=[],
                strings_can_be_null=False,
            ),
        )
    except pyarrow.ArrowInvalid:
        raise CohortDataError(
            f"{path}: cannot be read as delimited text. Look for a quote that is never closed"
        ) from None
    if wrong:
        rows = ", ".join(str(row) for row, _ in wrong[:_SHOWN]) + (", ..." if len(wrong) > _SHOWN else "")
        lengths = sorted({cells for _, cells in wrong})
        found = f"{lengths[0]}" if len(lengths) == 1 else f"{lengths[0]} to {lengths[-1]}"
        raise CohortDataError(
            f"{path}: {len(wrong)} row{'s' if len(wrong) > 1 else ''} ({rows}): {found} cells, "
            f"where the header has {len(header.names)}. Every row needs as many cells as the header: put text "
            "with the delimiter in quotes, and see whether the file was cut off"
        )
    return table


def _nothing_below(path: Path, codec: str, lines: int) -> bool:
    with path.open(encoding=codec, newline="") as file:
        for _ in range(lines):
            file.readline()
        return not file.read(1)


def _as_read(path: Path, cells: pyarrow.Table, header: _Header, form: Form, delimiter: str, text: TextFile) -> ReadFile:
    notes = [*text.notes]
    if delimiter != BY_ENDING[path.suffix.lower()]:
        notes.append(f"{delimiter} between the cells")
    if text.has_quotes and _any_line_break(cells):
        notes.append("cells hold line breaks; rows are numbered as a spreadsheet does, not as a text editor")
    if len(cells) and not text.ends_with_line_break:
        notes.append("the last line is not closed by a line break: see whether the file is complete")
    read = finished(path, cells.columns, header.names, form, notes, may_hold_quotes=text.has_quotes)
    if text.ends_with_line_break or not len(cells):
        return read
    return replace(read, open_row=form.header_row + len(cells))


def _any_line_break(cells: pyarrow.Table) -> bool:
    import pyarrow.compute

    return any(
        pyarrow.compute.any(pyarrow.compute.match_substring(column, "\n")).as_py()
        or pyarrow.compute.any(pyarrow.compute.match_substring(column, "\r")).as_py()
        for column in cells.columns
    )
