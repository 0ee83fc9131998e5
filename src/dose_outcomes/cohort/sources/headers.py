"""The names of the columns of a file: each column that holds anything has one, and no two have the same."""

from __future__ import annotations

import unicodedata
from collections import Counter
from pathlib import Path

from dose_outcomes.cohort.raw import ROW
from dose_outcomes.errors import CohortDataError

SHOWN = 5


def column_names(path: Path, cells: list[str]) -> list[str]:
    """Return the names in a header row, without white space around them; empty ones stay empty.

    Parameters
    ----------
    path : Path
        For messages.
    cells : list of str
        The cells of the header row.

    Raises
    ------
    CohortDataError
        When no cell is filled, or two are the same but for capital letters: the engine takes these for one name.
    """
    names = [unicodedata.normalize("NFC", " ".join(cell.split())) for cell in cells]
    if not any(names):
        raise CohortDataError(
            f"{path}: the row that should name the columns is empty. "
            "Say in which row the names are: header_row of the table in the study file"
        )
    times = Counter(name.casefold() for name in names if name)
    double = list(dict.fromkeys(name for name in names if times[name.casefold()] > 1))
    if double:
        raise CohortDataError(
            f"{path}: the header names {', '.join(double[:SHOWN])} twice. Give each column one name "
            "(capital letters make no difference)"
        )
    if ROW in names:
        raise CohortDataError(f"{path}: no column may be named '{ROW}'. Give it another name")
    return names


def refuse_unnamed(path: Path, positions: list[int]) -> None:
    """Refuse columns that hold something and have no name.

    Parameters
    ----------
    path : Path
        For the message.
    positions : list of int
        Their positions, the first column being 1.

    Raises
    ------
    CohortDataError
        When there is one.
    """
    if positions:
        shown = ", ".join(f"{one} ({letters(one)})" for one in positions[:SHOWN])
        many = len(positions) > 1
        raise CohortDataError(
            f"{path}: column{'s' if many else ''} {shown} {'have' if many else 'has'} content and no name. "
            "Name every column in the header row, or leave it out of the file"
        )


def letters(position: int) -> str:
    """Return the letters by which a spreadsheet calls a column.

    Examples
    --------
    >>> letters(1), letters(26), letters(27), letters(703)
    ('A', 'Z', 'AA', 'AAA')
    """
    name = ""
    while position:
        position, rest = divmod(position - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
