"""Kinds of faults: each spoils sound cohorts in every table and column it fits, and says which rule must find it where.

A kind is a generator of spoiled cohorts. What it yields are the table and the rows (of the cohort that it was given,
changed in place) at which the rule of that name must find the fault, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.faults.cohort import Cohort, Row, sound

from dose_outcomes.cohort.tables import TABLES

#: Rule, table, rows.
Meant = tuple[str, list[Row]]
New = Callable[[], Cohort]
Kind = Callable[[New], Iterator[tuple[Cohort, str, list[Row]]]]

KINDS: dict[str, Kind] = {}
DAYS = ("observed_until", "start_day", "end_day", "day", "onset_day", "resolved_day")
SOUND = sound(0)


def kind(function: Kind) -> Kind:
    """Enter a kind under its name in words."""
    KINDS[function.__name__.replace("_", " ")] = function
    return function


@dataclass(frozen=True)
class Place:
    """A cell of a fresh cohort."""

    cohort: Cohort
    table: str
    column: str
    row: Row

    def to(self, value: str | None) -> None:
        self.row[self.column] = value

    def found_by(self, rule: str) -> tuple[Cohort, str, list[Row]]:
        return self.cohort, f"{self.table}.{self.column}.{rule}", [self.row]


def cells(new: New, kinds: str = "text integer number boolean", columns: tuple[str, ...] = ()) -> Iterator[Place]:
    """Return every cell of the columns of some kinds, each in a cohort of its own; of both patients all rows."""
    for name, table in TABLES.items():
        for key, column in table.columns.items():
            if column.kind in kinds.split() and (key in columns or not columns):
                for place in range(len(SOUND[name])):
                    cohort = new()
                    yield Place(cohort, name, key, cohort[name][place])
