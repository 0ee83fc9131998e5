"""A table as read, before validation: text or typed columns, the row number of each row, what was set aside."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

#: Column with the number of a row in its file, the header being row 1. A name that no cohort table has.
ROW = "row in file"


@dataclass(frozen=True, slots=True)
class RawTable:
    """A cohort table as a source gives it.

    Attributes
    ----------
    name : str
        Name of the cohort table.
    file : str
        File it came from, as the user knows it.
    content : Table
        `ROW` and cohort columns, as an expression of the engine: nothing is read before a query runs.
    rows_read : int
        Rows of the file.
    set_aside : dict of str to int
        Reason: rows that the source leaves out by its own rules.
    decimal : str
        "point" or "comma": the mark before the decimals of numbers that are text.
    allowed : dict of str to list of str
        Column of text: the values that the study file allows.
    notes : tuple of str
        How the file was read, in sentences that are released.
    named : dict of str to str
        Cohort column: its name in the file, where it comes from one.
    unused : Table, optional
        `ROW` and the columns of the file that are no cohort column; patient data all the same.
    open_row : int, optional
        The last row of a text file, when no line break closes it: its last cell may have been cut off.
    has_dates : bool
        The form of the source has dates, from which it counts days itself.
    """

    name: str
    file: str
    content: ir.Table
    rows_read: int
    set_aside: dict[str, int] = field(default_factory=dict)
    decimal: Literal["point", "comma"] = "point"
    allowed: dict[str, list[str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    named: dict[str, str] = field(default_factory=dict)
    unused: ir.Table | None = None
    open_row: int | None = None
    has_dates: bool = False


def as_expression(frame: pd.DataFrame) -> ir.Table:
    """Return a small table to the engine; its index, the row number, becomes `ROW`."""
    import ibis
    import pyarrow

    table = pyarrow.Table.from_pandas(frame, preserve_index=False)
    text = {place: one for place, one in enumerate(table.schema) if pyarrow.types.is_null(one.type)}
    for place, one in text.items():  # a column without any value has no type
        table = table.set_column(place, one.name, table.column(place).cast(pyarrow.string()))
    rows = pyarrow.array(frame.index.to_numpy(dtype="int64"))
    return ibis.memtable(table.append_column(ROW, rows))
