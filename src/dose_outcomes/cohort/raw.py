"""A table as read, before validation: text or typed columns, the row number of each row, what was set aside."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

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
    """

    name: str
    file: str
    content: ir.Table
    rows_read: int
    set_aside: dict[str, int] = field(default_factory=dict)


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
