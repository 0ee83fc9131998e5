"""The counts behind the rows of the tidy table: equal counts of different analyses are one quantity."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

WITHOUT = "without "
"""Begins the name of the patients who have not the event."""
ROOM = "room: "
"""Begins the name of what lies between two counts, one within the other: no group of anybody's interest."""
CENSORED = "censored: "
"""Begins the name of those whose time at risk ended without an event."""
AT_RISK = "at risk: "
"""Begins the name of those at risk on a day."""
STOPPED_THE_DRUG = "stopped the drug"
"""Endpoint of those who stopped, and of those who left without stopping."""
SINCE = "since day "
"""Begins the name of what happened between two days."""


class Cell(NamedTuple):
    """Name of a quantity: what is counted, and of whom."""

    what: str
    endpoint: str
    population: str
    subgroup: str
    condition: str
    dose: str
    day: int | None

    def at(self, **changed: Any) -> Cell:
        """Return the same quantity of others."""
        # several hundred thousand are made: `_replace` takes three times as long
        values: list[Any] = list(self)
        for field_name, value in changed.items():
            values[_PLACES[field_name]] = value
        return Cell._make(values)


_PLACES = {name: place for place, name in enumerate(Cell._fields)}


@dataclass(slots=True)
class Quantities:
    """Counts and the sums that hold between them.

    Attributes
    ----------
    names : list of Cell
    values : list of int
    shown : list of bool
        Whether a row shows the count itself; others only follow from shown ones, such as those without the event.
    sums : list of dict of int to int
        Quantity: coefficient; the sum of coefficient times count is 0.
    pairs : dict of int to set of int
        Those with an event: those without it, and the other way round.
    untold : set of int
        Counts that no row shows or marks, such as differences of two that are shown: each may be none.
    some : set of int
        Those of them that everybody sees to be at least one, such as what happened on a day on which a curve falls.
    nested : set of int
        Numbers of the sums of side effects that lie within each other.
    """

    names: list[Cell] = field(default_factory=list)
    values: list[int] = field(default_factory=list)
    shown: list[bool] = field(default_factory=list)
    sums: list[dict[int, int]] = field(default_factory=list)
    found: dict[Cell, int] = field(default_factory=dict)
    noted: set[frozenset[tuple[int, int]]] = field(default_factory=set)
    pairs: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    untold: set[int] = field(default_factory=set)
    some: set[int] = field(default_factory=set)
    nested: set[int] = field(default_factory=set)

    def add(self, name: Cell, value: int, *, shown: bool) -> int | None:
        """Return the number of a quantity; None when its name has another value already."""
        place = self.found.get(name)
        if place is None:
            place = self.found[name] = len(self.names)
            self.names.append(name)
            self.values.append(value)
            self.shown.append(shown)
        elif self.values[place] != value:
            return None
        self.shown[place] |= shown
        return place

    def relate(self, parts: Iterable[int], whole: int) -> None:
        """Note that quantities add up to another one, if they do."""
        parts = list(parts)
        if parts and sum(self.values[part] for part in parts) == self.values[whole]:
            terms: dict[int, int] = {whole: -1}
            for part in parts:
                terms[part] = terms.get(part, 0) + 1
            self.balance({place: factor for place, factor in terms.items() if factor})

    def balance(self, terms: dict[int, int]) -> None:
        """Note that quantities, each times its coefficient, add up to 0."""
        if terms and frozenset(terms.items()) not in self.noted:
            self.noted.add(frozenset(terms.items()))
            self.sums.append(terms)

    def is_of_nobody(self, place: int) -> bool:
        """Tell whether a count is none because its group has no patients, as everybody knows."""
        name = self.names[place]
        population = f"analysed, {name.population.partition(', ')[2]}"
        patients = self.found.get(Cell("analysed", "", population, "", name.condition, name.dose, None))
        return self.values[place] == 0 and patients is not None and self.values[patients] == 0

    def twins(self) -> dict[int, set[int]]:
        """Return the quantities that a sum of two terms says to be equal."""
        found: dict[int, set[int]] = {}
        for terms in self.sums:
            if len(terms) == 2:
                together = set[int]().union(*({place} | found.get(place, set()) for place in terms))
                for place in together:
                    found[place] = together
        return found
