"""A table as read, before validation: text or typed columns, the row number of each row, what was set aside."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class RawTable:
    """A cohort table as a source gives it.

    Attributes
    ----------
    name : str
        Name of the cohort table.
    file : str
        File it came from, as the user knows it.
    frame : DataFrame
        Cohort columns only; the index is the row number in the file, the header being row 1.
    rows_read : int
        Rows of the file.
    set_aside : dict of str to int
        Reason: rows that the source leaves out by its own rules.
    """

    name: str
    file: str
    frame: pd.DataFrame
    rows_read: int
    set_aside: dict[str, int] = field(default_factory=dict)
