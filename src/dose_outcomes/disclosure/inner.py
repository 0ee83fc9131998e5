"""Counts within a condition at a dose that no row shows, though they hold those that rows show.

Rows show subgroups by condition, subgroups by dose, and doses by condition; who stopped by condition and by dose.
Tables with a common inside tell more together than each by itself: somebody who fills in the inside with numbers that
cannot be negative finds that some hidden counts have few values left. So the inside is noted too, each of its counts
as one that may be none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dose_outcomes.disclosure.quantities import CENSORED, ROOM, SINCE, Cell, Quantities
from dose_outcomes.disclosure.rows import note_complement
from dose_outcomes.results import ALL

if TYPE_CHECKING:
    import pandas as pd

_ANALYSED, _ASSESSABLE = "analysed, target", "assessable, target"
_STOPPED, _FOR_A_REASON, _LEFT = "stopped", "stopped for a reason", f"{CENSORED}stopped"
_THE_DRUG = "stopped the drug"


@dataclass(frozen=True, slots=True)
class Inner:
    """What is counted within a condition at a dose.

    Attributes
    ----------
    counts : dict of Cell to int
        Of subgroups and categories.
    ends : dict of Cell to dict of int to int
        Of ends of treatment: day: how many ended on it. The cells have no day.
    """

    counts: dict[Cell, int] = field(default_factory=dict)
    ends: dict[Cell, dict[int, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))

    def of(self, name: Cell) -> int:
        """Return a count; none where nobody is counted."""
        if name.what in _ENDS and name.day is not None:
            days = self.ends.get(name.at(day=None), {})
            return sum(number for day, number in days.items() if day <= name.day)
        return self.counts.get(name, 0)


#: What is counted up to a day.
_ENDS = (_STOPPED, _FOR_A_REASON, _LEFT)


def inner_counts(
    subgroup_responders: pd.DataFrame,
    baseline_categories: pd.DataFrame,
    treatment_ends: pd.DataFrame,
    no_stops: Collection[str],
) -> Inner:
    """Return the counts within a condition at a dose that no row shows.

    Parameters
    ----------
    subgroup_responders : DataFrame
        Counts of that name: columns definition, condition, dose, subgroup, level, day, n, observed_responders.
    baseline_categories : DataFrame
        Counts of that name: columns condition, dose, characteristic, value, n.
    treatment_ends : DataFrame
        Counts of that name: columns condition, dose, day (the last one with a dose), reason, n.
    no_stops : collection of str
        Reasons that are none for stopping: still on the drug, lost.
    """
    found = Inner()
    columns = ["definition", "condition", "dose", "subgroup", "level", "day", "n", "observed_responders"]
    for definition, condition, dose, subgroup, level, day, n, responders in _rows(subgroup_responders, columns):
        patients = Cell("assessable", definition, _ASSESSABLE, f"{subgroup}: {level}", condition, dose, None)
        found.counts[patients] = int(n)
        found.counts[patients.at(what="responders", day=int(day))] = int(responders)
    columns = ["condition", "dose", "characteristic", "value", "n"]
    for condition, dose, characteristic, value, n in _rows(baseline_categories, columns):
        name = Cell("described", f"{characteristic}: {value}", _ANALYSED, "", condition, dose, None)
        found.counts[name] = int(n)
    for condition, dose, day, reason, n in _rows(treatment_ends, ["condition", "dose", "day", "reason", "n"]):
        name = Cell(_LEFT, _THE_DRUG, _ANALYSED, "", condition, dose, None)
        if reason in no_stops:
            found.ends[name][int(day)] += int(n)
        else:
            # a stop is on the day after the last one with a dose
            found.ends[name.at(what=_STOPPED)][int(day) + 1] += int(n)
            found.ends[name.at(what=_FOR_A_REASON, endpoint=reason)][int(day) + 1] += int(n)
    return found


def _rows(table: pd.DataFrame, columns: list[str]) -> Iterator[tuple[str, ...]]:
    return zip(*(table[column].tolist() for column in columns), strict=True)


def add_inner(quantities: Quantities, inner: Inner) -> None:
    """Note the inside of tables of which rows show the sides; to be called before sums are noted."""
    shown = set(quantities.names)
    doses = sorted({name.dose for name in shown} - {ALL})
    ends: dict[Cell, list[Cell]] = defaultdict(list)
    for name in sorted(shown, key=str):
        if name.condition == ALL or name.dose != ALL or not _has_inside(name):
            continue
        for dose in doses:
            own = name.at(dose=dose)
            if own in shown or (name.what in _ENDS and own.at(condition=ALL) not in shown):
                continue
            _note(quantities, own, inner.of(own))
            if name.what in _ENDS:
                ends[own.at(day=None)].append(own)
    for cells in ends.values():
        _note_growth(quantities, sorted(cells, key=lambda cell: cell.day or 0))
    _note_those_left(quantities, ends)


def _has_inside(name: Cell) -> bool:
    if name.what in _ENDS:
        return name.day is not None and name.population == _ANALYSED and not name.subgroup
    return name.what == "described" or (name.what in ("assessable", "responders") and name.subgroup != "")


def _note(quantities: Quantities, name: Cell, count: int) -> None:
    place = quantities.add(name, count, shown=False)
    patients = quantities.found.get(name.at(what="assessable", day=None))
    others = None
    if name.what == "responders" and place is not None and patients is not None:
        others = note_complement(quantities, patients, place)
    quantities.untold.update(one for one in (place, others) if one is not None)


def _note_growth(quantities: Quantities, cells: list[Cell]) -> None:
    """Note that what is counted up to a day is no less on the next."""
    for early, late in zip(cells, cells[1:], strict=False):
        first, last = quantities.found[early], quantities.found[late]
        name = late.at(what=f"{SINCE}{early.day} {late.what}")
        between = quantities.add(name, quantities.values[last] - quantities.values[first], shown=False)
        if between is not None:
            quantities.untold.add(between)
            quantities.relate((first, between), last)


def _note_those_left(quantities: Quantities, ends: Mapping[Cell, list[Cell]]) -> None:
    """Note that those who stopped and those who left are no more than the patients, and in the end all of them."""
    for name, stops in ends.items():
        patients = quantities.found.get(name.at(what="analysed", endpoint=""))
        leaving = ends.get(name.at(what=_LEFT), [])
        if name.what != _STOPPED or patients is None or not leaving:
            continue
        days = sorted({cell.day or 0 for cell in (*stops, *leaving)})
        for day in days:
            parts = [
                quantities.found[max(before, key=lambda cell: cell.day or 0)]
                for cells in (stops, leaving)
                if (before := [cell for cell in cells if (cell.day or 0) <= day])
            ]
            rest = quantities.values[patients] - sum(quantities.values[part] for part in parts)
            if day == days[-1] and not rest:
                quantities.relate(parts, patients)
                continue
            room = quantities.add(name.at(what=f"{ROOM}neither {_STOPPED} nor left", day=day), rest, shown=False)
            if room is not None:
                quantities.relate((*parts, room), patients)
