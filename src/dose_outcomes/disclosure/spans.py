"""Whether a number is made of hidden cells: its own, those of two sides, all doses, all conditions, or everything."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from dose_outcomes.disclosure.courses import GROWING
from dose_outcomes.disclosure.declared import Made
from dose_outcomes.disclosure.quantities import Cell
from dose_outcomes.disclosure.rows import Row, cells
from dose_outcomes.results import ALL

#: In the subgroup of rows that compare within conditions, or standardise to them.
WITHIN = "condition"


def _of_day(name: Cell) -> Cell:
    """Return a quantity without its day, unless it grows from day to day: the targets of conditions may differ."""
    return name if name.what.split(" (")[0] in GROWING else name.at(day=None)


class Spans:
    """Looks up whether cells that a row is made of are hidden."""

    def __init__(self, hidden: Iterable[Cell], parts_of: Mapping[str, Mapping[str, str]]) -> None:
        self._hidden = frozenset(hidden)
        self._by_condition: dict[Cell, set[str]] = defaultdict(set)
        self._by_dose: dict[Cell, set[str]] = defaultdict(set)
        self._anywhere: set[Cell] = set()
        owners: dict[str, set[str]] = defaultdict(set)
        for endpoint, parts in parts_of.items():
            for definition in parts.values():
                owners[definition].add(endpoint)
        self._owners = owners
        for name in self._hidden:
            for endpoint in (name.endpoint, *owners.get(name.endpoint, ())):
                place = _of_day(name.at(endpoint=endpoint))
                if name.dose != ALL:
                    self._by_condition[place.at(dose="")].add(name.dose)
                if name.condition != ALL:
                    self._by_dose[place.at(condition="")].add(name.condition)
                if name.condition != ALL and name.dose != ALL:
                    self._anywhere.add(place.at(condition="", dose=""))

    def reach(self, row: Row, made: Made) -> bool:
        """Tell whether a hidden cell is among those that a row is made of."""
        return any(self._reaches(row, made, span) for span in made.spans)

    def _reaches(self, row: Row, made: Made, span: str) -> bool:
        own = [_of_day(cell) for cell in (row.own or cells(row.record, made))]
        sides = [*own, *(cell.at(subgroup="") for cell in own)]
        pooled = row.record["condition"] == ALL
        if span == "own":
            # of a number that is rounded, the patients may be hidden
            return any(cell in self._hidden for cell in row.own[1 if made.rounded else 0 :])
        if span == "sides":
            exact = [*row.own, *(cell.at(subgroup="") for cell in row.own)]
            if row.record["analysis"] == "baseline":
                return self._described(row)
            return any(cell in self._hidden for cell in exact)
        if span == "doses":
            return any(self._by_condition.get(cell.at(dose="")) for cell in sides)
        if span == "conditions":
            owners = [cell.at(endpoint=endpoint) for cell in sides for endpoint in self._owners.get(cell.endpoint, ())]
            return any(self._by_dose.get(cell.at(condition="")) for cell in [*(sides if pooled else []), *owners])
        if span == "sides by condition":
            stratified = pooled and row.record["subgroup"] != ""
            return stratified and any(self._by_dose.get(cell.at(condition="")) for cell in self._pooled(sides))
        within = span == "everything" or WITHIN in row.record["subgroup"]
        return pooled and within and any(cell.at(condition="", dose="") in self._anywhere for cell in sides)

    @staticmethod
    def _pooled(sides: list[Cell]) -> list[Cell]:
        return [cell.at(subgroup=subgroup) for cell in sides for subgroup in (cell.subgroup, "")]

    def _described(self, row: Row) -> bool:
        """Tell whether a category of what a difference of two groups describes is hidden in one of them."""
        doses = {row.record["dose"], row.record["comparator"]}
        endpoint = row.record["endpoint"]
        return any(
            name.what in ("described", "missing values")
            and (name.endpoint == endpoint or name.endpoint.startswith(f"{endpoint}: "))
            and name.condition == row.record["condition"]
            and name.dose in doses
            for name in self._hidden
        )
