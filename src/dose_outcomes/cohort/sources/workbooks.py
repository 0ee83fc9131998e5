"""Excel files to tables of text: what the sheet shows, or a sentence about why it cannot be known.

A spreadsheet holds values, not what is shown: identifiers whose zeros are only shown, dates that are numbers, formulas
whose result was never stored, cells that are one on the screen and many in the file. What is shown without doubt is
read; the rest is refused. Faster readers than openpyxl give the values alone, without what tells these apart.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dose_outcomes.cohort.sources.cells import finished
from dose_outcomes.cohort.sources.form import Form, ReadFile
from dose_outcomes.cohort.sources.headers import column_names
from dose_outcomes.errors import CohortDataError, nearest

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.workbook.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_SHOWN = 5
#: A format that only fills up with zeros, as 000 for 007.
_ZEROS = re.compile(r"0{2,}")
#: Numbers from here on are rounded by the spreadsheet itself, which keeps 15 digits.
_ROUNDED = 1e15


def read_workbook(path: Path, form: Form) -> ReadFile:
    """Read one sheet of an Excel file.

    Parameters
    ----------
    path : Path
        .xlsx.
    form : Form
        Sheet and row of the header.

    Raises
    ------
    CohortDataError
        When several sheets could be meant, cells are merged, hold an error or a formula without a stored result, or
        the header is not one row of different names.
    """
    import pyarrow

    book = _load(path)
    sheet = _sheet(path, book, form.sheet)
    notes = [f"sheet '{sheet.title}'"] if len(book.sheetnames) > 1 else []
    _refuse_merged(path, sheet, form.header_row)
    rows = list(sheet.iter_rows(min_row=form.header_row))
    if not rows:
        raise CohortDataError(
            f"{path}: has no row {form.header_row}, in which the names of the columns should be. "
            "It needs a header row and rows of data"
        )
    header, body = rows[0], rows[1:]
    while body and all(cell.value is None for cell in body[-1]):
        body.pop()  # rows that were only formatted
    results = _results(path, sheet.title, body)
    _refuse_errors(path, body, results)
    _refuse_rounded(path, body)
    names = column_names(path, [_text(cell, None) for cell in header])
    columns = [
        pyarrow.chunked_array(
            [pyarrow.array([_text(row[place], results) for row in body], pyarrow.large_string())],
            pyarrow.large_string(),
        )
        for place in range(len(names))
    ]
    if any(part.hidden for part in (*sheet.column_dimensions.values(), *sheet.row_dimensions.values())):
        notes.append("hidden rows and columns are read like the others")
    if results:
        notes.append("formulas give the results that were stored when the file was saved")
    return finished(path, columns, names, form, notes)


def _load(path: Path, *, results: bool = False) -> Workbook:
    """Load a workbook with its formulas, or with their stored results."""
    import warnings

    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of drop-down lists and colours, which are not read
        return openpyxl.load_workbook(path, data_only=results)


def _sheet(path: Path, book: Workbook, name: str | None) -> Worksheet:
    filled = [sheet for sheet in book.worksheets if any(cell is not None for row in sheet.values for cell in row)]
    titles = [sheet.title for sheet in book.worksheets]
    if name is not None:
        found = [sheet for sheet in book.worksheets if sheet.title == name]
        if not found:
            close = nearest(name, titles)
            hint = f"Did you mean '{close}'?" if close else f"There are: {', '.join(titles)}"
            raise CohortDataError(f"{path}: has no sheet '{name}'. {hint}")
        return found[0]
    if not filled:
        raise CohortDataError(f"{path}: is empty. It needs a header row and rows of data")
    if len(filled) > 1:
        raise CohortDataError(
            f"{path}: has several sheets: {', '.join(sheet.title for sheet in filled)}. "
            "Say which one with sheet of the table in the study file"
        )
    return filled[0]


def _refuse_merged(path: Path, sheet: Worksheet, header_row: int) -> None:
    merged = sorted(
        (part for part in sheet.merged_cells.ranges if part.max_row >= header_row), key=lambda one: one.bounds
    )
    if not merged:
        return
    shown = ", ".join(part.coord for part in merged[:_SHOWN]) + (", ..." if len(merged) > _SHOWN else "")
    heads = any(part.min_row <= header_row for part in merged)
    what = (
        f"The header must be one row (row {header_row} by the study file)" if heads else "Each row needs its own value"
    )
    raise CohortDataError(
        f"{path}: sheet '{sheet.title}' has merged cells: {shown}. {what}: only the first of merged cells holds the "
        "value. Split them and fill each cell"
    )


def _results(path: Path, title: str, body: list[tuple[Cell, ...]]) -> dict[str, Any]:
    """Return the stored result of each formula by its cell; the second look at the file is spared where none is."""
    formulas = [cell.coordinate for row in body for cell in row if cell.data_type == "f"]
    if not formulas:
        return {}
    sheet = _load(path, results=True)[title]
    results = {place: sheet[place].value for place in formulas}
    without = [place for place in formulas if results[place] is None]
    if without:
        raise CohortDataError(
            f"{path}: {_cells_in_words(without)} a formula whose result was never stored. "
            "Open the file in a spreadsheet program and save it, or replace formulas by their values"
        )
    return results


def _refuse_errors(path: Path, body: list[tuple[Cell, ...]], results: dict[str, Any]) -> None:
    def is_error(cell: Cell) -> bool:
        if cell.data_type == "f":
            value = results[cell.coordinate]
            return isinstance(value, str) and bool(re.fullmatch(r"#(N/A|[A-Z0-9/]+[!?])", value))
        return bool(cell.data_type == "e")

    wrong = [cell.coordinate for row in body for cell in row if is_error(cell)]
    if wrong:
        raise CohortDataError(
            f"{path}: {_cells_in_words(wrong)} an error of the spreadsheet (such as #N/A). "
            "Correct the formula, or empty the cell"
        )


def _refuse_rounded(path: Path, body: list[tuple[Cell, ...]]) -> None:
    wrong = [
        cell.coordinate
        for row in body
        for cell in row
        if cell.data_type == "n" and isinstance(cell.value, int | float) and abs(cell.value) >= _ROUNDED
    ]
    if wrong:
        raise CohortDataError(
            f"{path}: {_cells_in_words(wrong)} a number of more than 15 digits, which the spreadsheet has rounded. "
            "Keep identifiers as text"
        )


def _cells_in_words(places: list[str]) -> str:
    shown = ", ".join(places[:_SHOWN]) + (", ..." if len(places) > _SHOWN else "")
    return f"{len(places)} cells ({shown}) hold" if len(places) > 1 else f"cell {shown} holds"


def _text(cell: Cell, results: dict[str, Any] | None) -> str:
    """Return a cell as text files have it: numbers with a point, dates as YYYY-MM-DD, true or false."""
    value = results[cell.coordinate] if results and cell.data_type == "f" else cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date | time | timedelta):
        return str(value)
    if isinstance(value, int | float):
        whole = int(value) if float(value).is_integer() else None
        if whole is not None and _ZEROS.fullmatch(cell.number_format or ""):
            return str(whole).zfill(len(cell.number_format))
        return str(value if whole is None else whole)
    return str(value)
