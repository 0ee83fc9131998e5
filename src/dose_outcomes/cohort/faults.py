"""What is wrong with the data: said with file, rows, column, what is allowed and what to do, never with a value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from dose_outcomes.cohort.raw import ROW
from dose_outcomes.errors import CohortDataError

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

ROWS_SHOWN = 5
#: So many rows of one rule are listed with their values; all are counted.
ROWS_LISTED = 1000


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
        Row numbers in the file as a spreadsheet counts them: the header is row 1. Of many, the first `ROWS_LISTED`.
    sentence : str
        What is wrong and what is allowed.
    remedy : str
        What to do.
    values : tuple of str
        Offending values, one per row. They are written to a file under data/derived, nowhere else.
    severity : str
        error: the rows cannot be used; warning: they are used as they stand.
    category, aspect : str
        Place in the framework of Kahn et al. (`checks.rule`).
    number : int or None
        All rows that break the rule; as many as `rows` when None.
    checked : int or None
        Rows (or patients) that were asked; None when not known.
    failing : Table or None
        Expression of all these rows, with their numbers; made of `rows` when None.
    origin : str
        What the column is made of in the source, where that has other names.
    """

    check: str
    table: str
    file: str
    column: str
    sentence: str
    remedy: str
    rows: tuple[int, ...] = ()
    values: tuple[str, ...] = field(default=(), repr=False)
    severity: Literal["error", "warning"] = "error"
    category: str = "conformance"
    aspect: str = "value"
    number: int | None = None
    checked: int | None = None
    failing: ir.Table | None = field(default=None, repr=False, compare=False)
    origin: str = ""

    def __str__(self) -> str:
        origin = f" ({self.origin})" if self.origin else ""
        where = f"{self.file}: column {self.column}{origin}" if self.column else self.file
        said = self.sentence if self.sentence.endswith("?") else f"{self.sentence}."
        if not self.rows:
            return f"{where}: {said} {self.remedy}"
        number = f"{self.count} row{'s' if self.count > 1 else ''}"
        shown = ", ".join(str(row) for row in self.rows[:ROWS_SHOWN])
        more = ", ..." if self.count > ROWS_SHOWN else ""
        return f"{where}: {number} ({shown}{more}): {said} {self.remedy}"

    @property
    def listed(self) -> str:
        """The sentence, with the rule by which the study file can change how it is judged."""
        asked = f", {self.checked} checked" if self.checked is not None else ""
        return f"{self} [{self.check}{asked}]"

    @property
    def count(self) -> int:
        """All rows that break the rule."""
        return len(self.rows) if self.number is None else self.number

    @property
    def reason(self) -> str:
        """Why rows are set aside, without a file name or a number of rows."""
        return f"{self.table}: {self.column} {self.sentence}" if self.column else f"{self.table}: {self.sentence}"


def raise_faults(faults: Iterable[Fault], values_file: str) -> None:
    """Raise one error that lists all faults when one of them is an error; else do nothing."""
    faults = list(faults)
    errors = [fault for fault in faults if fault.severity == "error"]
    if not errors:
        return
    warnings = [fault for fault in faults if fault.severity != "error"]
    lines = [f"- {fault.listed}" for fault in errors]
    if warnings:
        lines += [_number(len(warnings), "warning") + ":", *(f"- {fault.listed}" for fault in warnings)]
    if any(fault.values for fault in faults):
        lines.append(f"- The values are in {values_file} (patient level: keep it where the data may be).")
    problems = _number(len(errors), "problem")
    raise CohortDataError(f"The data cannot be used: {problems}.\n" + "\n".join(lines))


def _number(number: int, word: str) -> str:
    return f"{number} {word}{'s' if number > 1 else ''}"


def failing_row_numbers(connection: Backend, failing: ir.Table) -> tuple[int, ...]:
    """Return the numbers of the first rows that break a rule, in their order."""
    found = connection.to_pyarrow(failing.select(ROW).order_by(ROW).limit(ROWS_LISTED))
    return tuple(found.column(ROW).to_pylist())


def failing_cells(connection: Backend, failing: ir.Table, column: str) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Return the numbers of the first rows that break a rule, in their order, and the cells of a column as text."""
    found = connection.to_pyarrow(failing.select(ROW, column).order_by(ROW, column).limit(ROWS_LISTED))
    cells = found.column(column).to_pylist()
    return tuple(found.column(ROW).to_pylist()), tuple("" if cell is None else str(cell) for cell in cells)
