"""What a rule is: where it stands, what it says, how grave it is to break it, and how it is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import ibis.expr.types as ir

Severity = Literal["error", "warning"]
#: Kahn MG et al. (2016). A harmonized data quality assessment terminology and framework. eGEMs 4:1244.
Category = Literal["conformance", "completeness", "plausibility"]
Aspect = Literal["value", "relational", "computational", "", "uniqueness", "atemporal", "temporal"]
Unit = Literal["rows", "patients"]

CORRECT = "Correct these rows"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule on the rows of a cohort table.

    Attributes
    ----------
    name : str
        Last part of its identifier.
    table, column : str
        Where it stands; column is empty where the rule needs several.
    sentence : str
        What is wrong and what is allowed. It follows "column x: 3 rows: ".
    severity : str
        error: the rows cannot be used. warning: they are used as they stand, and the report says so.
    category, aspect : str
        Place in the framework of Kahn et al.
    remedy : str
        What a user can do.
    holds : callable
        Table to whether the rule holds in each row. Null, where a value is missing, breaks no rule.
    asked : callable or None
        Table to whether a row is asked at all: the denominator. Rows whose cell is not empty, by default; all rows
        where no column is named.
    met : callable or None
        Table to whether the rule holds in all rows, where that is had in another way than by asking every row.
    unit : str
        What is counted: each row asked stands for itself, or for its patient.
    whole_row : bool
        Other columns of the row than `column` are needed too.
    """

    name: str
    table: str
    column: str
    sentence: str
    holds: Callable[[ir.Table], ir.BooleanColumn]
    severity: Severity = "error"
    category: Category = "conformance"
    aspect: Aspect = "value"
    remedy: str = CORRECT
    asked: Callable[[ir.Table], ir.BooleanColumn] | None = None
    met: Callable[[ir.Table], ir.BooleanScalar] | None = None
    unit: Unit = "rows"
    whole_row: bool = False

    @property
    def id(self) -> str:
        """Identifier: table, column and name."""
        return ".".join(part for part in (self.table, self.column, self.name) if part)

    def is_asked(self, table: ir.Table) -> ir.BooleanValue:
        """Return whether each row of a table is asked."""
        import ibis

        if self.asked:
            return self.asked(table).fill_null(False)
        return table[self.column].notnull() if self.column else ibis.literal(True)

    def is_broken(self, table: ir.Table) -> ir.BooleanValue:
        """Return whether each row of a table breaks the rule."""
        return self.is_asked(table) & ~self.holds(table).fill_null(True)
