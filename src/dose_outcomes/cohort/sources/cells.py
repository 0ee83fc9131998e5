"""What every file that holds text has in common: cells trimmed, empty ones null, rows numbered, nothing lost unsaid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING

from dose_outcomes.cohort.raw import ROW
from dose_outcomes.cohort.sources.form import Form, ReadFile
from dose_outcomes.cohort.sources.headers import refuse_unnamed
from dose_outcomes.errors import CohortDataError

if TYPE_CHECKING:
    import pyarrow

#: Spaces of no width, soft hyphens, marks of direction and of byte order.
INVISIBLE = "[\u200b\u2060\ufeff\u00ad\u200e\u200f\u202a-\u202e]"
#: No-break spaces and spaces of a fixed width.
OTHER_SPACES = "[\u00a0\u2000-\u200a\u202f\u3000]"


def finished(
    path: Path,
    columns: Sequence[pyarrow.ChunkedArray],
    names: list[str],
    form: Form,
    notes: list[str],
    *,
    may_hold_quotes: bool = False,
) -> ReadFile:
    """Return the table of a file from its cells: trimmed, empty ones null, rows numbered, what is empty left out.

    Parameters
    ----------
    path, form
        As the readers take them.
    columns : sequence of arrow arrays of text
        One per column of the file, rows below the header.
    names : list of str
        Name of each, empty where the header has none.
    notes : list of str
        What the reader has to say.
    may_hold_quotes : bool
        Look for a quote that white space keeps from being one.

    Raises
    ------
    CohortDataError
        When a column without a name has content, or the file has not as many rows as the study file says.
    """
    import pyarrow
    import pyarrow.compute

    trimmed = []
    for name, column in zip(names, columns, strict=True):
        text = pyarrow.compute.utf8_trim_whitespace(_in_one_spelling(path, name, column, form.header_row))
        if may_hold_quotes:
            _refuse_a_quote_behind_white_space(path, name, column, form.header_row)
        empty = pyarrow.compute.is_in(text, value_set=pyarrow.array(["", *form.missing], pyarrow.large_string()))
        trimmed.append(pyarrow.compute.if_else(empty, None, text))
    filled = [len(column) - column.null_count for column in trimmed]
    refuse_unnamed(path, [place for place, name in enumerate(names, 1) if not name and filled[place - 1]])
    unnamed = names.count("")
    if unnamed:
        notes = [*notes, f"{unnamed} column{'s' if unnamed > 1 else ''} without name and content left out"]
    kept = {name: column for name, column in zip(names, trimmed, strict=True) if name}
    number = len(trimmed[0])
    if form.header_row > 1:
        notes = [*notes, f"names in row {form.header_row}, rows above it left out"]
    table = pyarrow.table(kept)
    first = form.header_row + 1
    table = table.append_column(ROW, pyarrow.array(range(first, first + number), pyarrow.int64()))
    if any(column.null_count for column in kept.values()):
        blank = _all(pyarrow.compute.is_null(column) for column in kept.values())
        table = table.filter(pyarrow.compute.invert(blank))
    refuse_other_number_of_rows(path, len(table), form.rows)
    return ReadFile(table, number - len(table), tuple(notes))


def _in_one_spelling(path: Path, name: str, column: pyarrow.ChunkedArray, header_row: int) -> pyarrow.ChunkedArray:
    """Return cells without differences that nobody sees: accents as one character or two, spaces of other widths.

    Raises
    ------
    CohortDataError
        When a cell holds a character that is not seen at all: whether it is meant cannot be known.
    """
    import pyarrow.compute

    if pyarrow.compute.all(pyarrow.compute.string_is_ascii(column)).as_py() in (True, None):
        return column
    hidden = pyarrow.compute.match_substring_regex(column, INVISIBLE)
    if pyarrow.compute.any(hidden).as_py():
        number = pyarrow.compute.sum(hidden).as_py()
        row = pyarrow.compute.index(hidden, True).as_py() + header_row + 1
        raise CohortDataError(
            f"{path}: column {name}: {number} row{'s' if number > 1 else ''} (the first is {row}): a character that is "
            "not seen (as a space of no width), by which texts differ that look alike. Take it out"
        )
    spaced = pyarrow.compute.replace_substring_regex(column, OTHER_SPACES, " ")
    return pyarrow.compute.utf8_normalize(spaced, form="NFC")


def refuse_other_number_of_rows(path: Path, rows: int, expected: int | None) -> None:
    """Refuse a file that has not as many rows of data as the study file says."""
    if expected is not None and rows != expected:
        raise CohortDataError(
            f"{path}: holds {rows} row{'' if rows == 1 else 's'} of data, and the study file says {expected}. "
            "See whether the file was cut off, or correct rows of the table in the study file"
        )


def _all(conditions: Iterable[pyarrow.ChunkedArray]) -> pyarrow.ChunkedArray:
    import pyarrow.compute

    return reduce(pyarrow.compute.and_, conditions)


def _refuse_a_quote_behind_white_space(path: Path, name: str, column: pyarrow.ChunkedArray, header_row: int) -> None:
    import pyarrow.compute

    found = pyarrow.compute.match_substring_regex(column, r'^[ \t]+"')
    if pyarrow.compute.any(found).as_py():
        row = pyarrow.compute.index(found, True).as_py() + header_row + 1
        raise CohortDataError(
            f"{path}: column {name}: row {row} has white space before a quote, so the quote does not count as one. "
            "Leave out the space"
        )
