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
from itertools import pairwise
from typing import TYPE_CHECKING

from dose_outcomes.disclosure.nested import note_growth
from dose_outcomes.disclosure.programs import FAR
from dose_outcomes.disclosure.quantities import CENSORED, ROOM, SINCE, STOPPED_THE_DRUG, Cell, Quantities
from dose_outcomes.disclosure.rows import note_complement
from dose_outcomes.results import ALL

if TYPE_CHECKING:
    import pandas as pd

_ANALYSED, _ASSESSABLE = "analysed, target", "assessable, target"
_STOPPED, _FOR_A_REASON, _LEFT = "stopped", "stopped for a reason", f"{CENSORED}stopped"
#: What is counted up to a day.
_ENDS = (_STOPPED, _FOR_A_REASON, _LEFT)
#: Sides that are nearer to the true ones than this are open: no count moves farther than `FAR`, and few at once.
_ENOUGH = 2 * FAR
#: A table of one row has no inside.
_LEAST_SIDES = 2


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
        name = Cell(_LEFT, STOPPED_THE_DRUG, _ANALYSED, "", condition, dose, None)
        if reason in no_stops:
            found.ends[name][int(day)] += int(n)
        else:
            # a stop is on the day after the last one with a dose
            found.ends[name.at(what=_STOPPED)][int(day) + 1] += int(n)
            found.ends[name.at(what=_FOR_A_REASON, endpoint=reason)][int(day) + 1] += int(n)
    return found


def _rows(table: pd.DataFrame, columns: list[str]) -> Iterator[tuple[str, ...]]:
    return zip(*(table[column].tolist() for column in columns), strict=True)


def add_inner(quantities: Quantities, inner: Inner, parts_of: Mapping[str, Mapping[str, str]]) -> None:
    """Note the inside of tables of which rows show the sides; to be called before sums are noted.

    Parameters
    ----------
    parts_of : mapping of str to mapping of str to str
        Endpoint: condition: the response definition whose counts are those of the endpoint for the condition.
    """
    ends: dict[Cell, list[Cell]] = defaultdict(list)
    for tables in _tables(quantities, inner, parts_of):
        if not any(_tell(quantities, inner, sides, doses) for sides, doses in tables):
            continue
        for sides, doses in tables:
            for own in (side.at(dose=dose) for side in sides for dose in doses):
                if own not in quantities.found:
                    _note(quantities, own, inner.of(own))
                if own.what in _ENDS and own not in ends[own.at(day=None)]:
                    ends[own.at(day=None)].append(own)
    for cells in ends.values():
        for early, late in pairwise(sorted(cells, key=lambda cell: cell.day or 0)):
            what = f"{SINCE}{early.day} {late.what}"
            between = note_growth(quantities, quantities.found[early], quantities.found[late], what)
            quantities.untold.update(() if between is None else (between,))
    _note_those_left(quantities, ends)


def _tables(
    quantities: Quantities, inner: Inner, parts_of: Mapping[str, Mapping[str, str]]
) -> list[list[tuple[list[Cell], list[str]]]]:
    """Return tables of which rows show both sides: cells by condition, and doses; those that go together in a list."""
    shown = set(quantities.names)
    doses = sorted({name.dose for name in shown} - {ALL})
    by_dose: dict[Cell, list[str]] = {}
    tables: dict[Cell, list[Cell]] = defaultdict(list)
    for name in sorted(shown, key=str):
        if name.condition == ALL or name.dose != ALL or not _has_inside(name):
            continue
        own = [endpoint for endpoint, parts in parts_of.items() if parts.get(name.condition) == name.endpoint]
        for endpoint in (name.endpoint, *own):
            whole = name.at(endpoint=endpoint, condition=ALL, day=name.day if name.what in _ENDS else None)
            if whole not in by_dose:
                by_dose[whole] = [dose for dose in doses if whole.at(dose=dose) in shown]
            if by_dose[whole]:
                tables[whole].append(name)
    together: dict[str, list[tuple[list[Cell], list[str]]]] = defaultdict(list)
    for whole, sides in tables.items():
        if all(_adds_up(quantities, inner, sides, whole.at(dose=dose)) for dose in by_dose[whole]):
            together[_family(whole)].append((sides, by_dose[whole]))
    return list(together.values())


def _adds_up(quantities: Quantities, inner: Inner, sides: list[Cell], whole: Cell) -> bool:
    """Tell whether the conditions of a table are all that there are."""
    return sum(inner.of(side.at(dose=whole.dose)) for side in sides) == _value(quantities, whole)


def _family(whole: Cell) -> str:
    """Return what is noted together: whatever is counted by a variable, all ends of treatment."""
    if whole.what in _ENDS:
        return _STOPPED
    return (whole.endpoint if whole.what == "described" else whole.subgroup).partition(": ")[0]


def _tell(quantities: Quantities, inner: Inner, sides: list[Cell], doses: list[str]) -> bool:
    """Tell whether the inside limits the sides of a table more than each is limited by itself.

    The sides are those of some inside where, for all conditions R and doses D, what R has beyond D is no more than
    what R may have at the other doses. For the true counts the difference is

        sum over R, not D of (most - count) + sum over not R, D of count

    so that a large one leaves all sides open that are near the true ones. For given D each condition is in R or not,
    whichever is less.

    Source: Gale 1957, A theorem on flows in networks, Pacific Journal of Mathematics 7:1073.
    """
    import numpy as np

    cells = [[side.at(dose=dose) for dose in doses] for side in sides]
    counts = np.array([[inner.of(cell) for cell in row] for row in cells])
    more = np.array([[_most(quantities, inner, cell) for cell in row] for row in cells]) - counts
    subsets = np.arange(1, 2 ** len(doses) - 1)
    chosen = (subsets[:, None] >> np.arange(len(doses)) & 1).astype(bool)
    if not chosen.size or len(sides) < _LEAST_SIDES:
        return False
    # rows are conditions, columns sets of doses
    in_r, not_in_r = more @ ~chosen.T, counts @ chosen.T
    least = np.minimum(in_r, not_in_r).sum(axis=0)
    # of the conditions one at least is in R, and one is not
    least += np.where((in_r < not_in_r).all(axis=0), (not_in_r - in_r).min(axis=0), 0)
    least += np.where((not_in_r <= in_r).all(axis=0), (in_r - not_in_r).min(axis=0), 0)
    return bool((least < _ENOUGH).any())


def _most(quantities: Quantities, inner: Inner, cell: Cell) -> int:
    """Return how large a count can be with the others of its cell as they are."""
    patients = _value(quantities, cell.at(what="analysed", endpoint="", subgroup="", population=_ANALYSED, day=None))
    if cell.what in _ENDS:
        ended = [cell.at(what=what, endpoint=STOPPED_THE_DRUG) for what in (_STOPPED, _LEFT)]
        return patients - sum(map(inner.of, ended)) + inner.of(cell)
    if cell.what == "described":
        return patients
    everybody = _value(quantities, cell.at(subgroup=""))
    if cell.what == "responders":
        return min(everybody, inner.of(cell.at(what="assessable", day=None)))
    described = cell.at(what="described", endpoint=cell.subgroup, subgroup="", population=_ANALYSED)
    return min(everybody, inner.of(described)) if described in inner.counts else everybody


def _value(quantities: Quantities, name: Cell) -> int:
    place = quantities.found.get(name)
    return 0 if place is None else quantities.values[place]


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
