"""What is wrong with the data: said with file, rows, column, what is allowed and what to do, never with a value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dose_outcomes.cohort.raw import ROW
from dose_outcomes.errors import CohortDataError

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

ROWS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule that some rows break.

    Attributes
    ----------
    check : str
        Identifier of the rule.
    table, file, column : str
        Where; column may be empty.
    rows : tuple of int
        Row numbers in the file as a spreadsheet counts them: the header is row 1.
    sentence : str
        What is wrong and what is allowed.
    remedy : str
        What to do.
    values : tuple of str
        Offending values, one per row. They are written to a file under data/derived, nowhere else.
    """

    check: str
    table: str
    file: str
    column: str
    sentence: str
    remedy: str
    rows: tuple[int, ...] = ()
    values: tuple[str, ...] = field(default=(), repr=False)

    def __str__(self) -> str:
        where = f"{self.file}: column {self.column}" if self.column else self.file
        if not self.rows:
            return f"{where}: {self.sentence}. {self.remedy}"
        number = f"{len(self.rows)} row{'s' if len(self.rows) > 1 else ''}"
        shown = ", ".join(str(row) for row in self.rows[:ROWS_SHOWN])
        more = ", ..." if len(self.rows) > ROWS_SHOWN else ""
        return f"{where}: {number} ({shown}{more}): {self.sentence}. {self.remedy}"


def raise_faults(faults: Iterable[Fault], values_file: str) -> None:
    """Raise one error that lists all faults; do nothing when there is none."""
    faults = list(faults)
    if not faults:
        return
    lines = [str(fault) for fault in faults]
    if any(fault.values for fault in faults):
        lines.append(f"The values are in {values_file} (patient level: keep it where the data may be).")
    problems = f"{len(faults)} problem{'s' if len(faults) > 1 else ''}"
    raise CohortDataError(f"The data cannot be used: {problems}.\n" + "\n".join(f"- {line}" for line in lines))


def failing_row_numbers(connection: Backend, failing: ir.Table) -> tuple[int, ...]:
    """Return the row numbers of the rows that break a rule, in their order."""
    found = connection.to_pyarrow(failing.select(ROW).order_by(ROW))
    return tuple(found.column(ROW).to_pylist())


def failing_cells(connection: Backend, failing: ir.Table, column: str) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Return the row numbers of the rows that break a rule, in their order, and the cells of a column as text."""
    found = connection.to_pyarrow(failing.select(ROW, column).order_by(ROW, column))
    cells = found.column(column).to_pylist()
    return tuple(found.column(ROW).to_pylist()), tuple("" if cell is None else str(cell) for cell in cells)
