"""Counts that grow from day to day: the days on which each is shown, and the sums that join them.

What makes up a curve chooses its days together (`courses`). Groups of one condition are shown only on the days of the
tables, those of all conditions on any day. What adds up is noted among the sums of all other counts: a total and its
parts on a day; a day and the next; events, censorings and competing events on the last day. What these would give is
then hidden with everything else.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from dose_outcomes.disclosure.courses import COMPETING, Course, choose, patients_of, read_courses
from dose_outcomes.disclosure.nested import note_growth, note_within
from dose_outcomes.disclosure.quantities import AT_RISK, CENSORED, SINCE, STOPPED_THE_DRUG, Cell, Quantities
from dose_outcomes.disclosure.suppression import Suppression
from dose_outcomes.disclosure.wording import is_small
from dose_outcomes.results import ALL

_LEFT = "left at risk: "
#: Where everything happens on so few days, such as those of planned visits, all of them are followed.
_FEW_DAYS = 12
#: Of each the events by a day are among those of the other: its endpoint where it is another, how many days earlier.
_WITHIN = (
    ("first responses on the drug", "first responses", "", 0),
    ("stopped or lost", f"{CENSORED}stopped", STOPPED_THE_DRUG, 1),
)


@dataclass(slots=True)
class Days:
    """The counts that grow.

    Attributes
    ----------
    courses : dict of Cell to Course
    curves : dict of str to list of Cell
        Identifier of a curve: what it is made of; none where it counts something of its own.
    places : set of int
        Counts up to a day.
    unchosen : set of int
        Those of a day that is not shown.
    """

    courses: dict[Cell, Course]
    curves: dict[str, list[Cell]]
    places: set[int] = field(default_factory=set)
    unchosen: set[int] = field(default_factory=set)

    def together(self) -> list[list[Cell]]:
        """Return what makes up curves, once where several are of the same counts: two competing ones are."""
        return list({frozenset(names): names for names in self.curves.values() if names}.values())

    def of_curves(self, state: Suppression) -> dict[str, set[int]]:
        """Return of each curve the days on which everything that it is made of is known."""
        known = {name: self._known(name, state) for names in self.curves.values() for name in names}
        return {
            identifier: set.intersection(*(known[name] for name in names))
            for identifier, names in self.curves.items()
            if names
        }

    def _known(self, name: Cell, state: Suppression) -> set[int]:
        """Return the days whose count is shown, or lies between two that are the same."""
        course, found = self.courses[name], state.quantities.found
        shown = [day for day in course.shown if state.is_known(found[name.at(day=day)])]
        counts = [(day, course.at(day)) for day in shown]
        between = [
            day
            for (first, low), (last, high) in zip([(-1, 0), *counts], counts, strict=False)
            if low == high
            for day in course.days
            if first < day < last
        ]
        return {*shown, *between}


def add_days(
    quantities: Quantities, minimum_count: int, curves: Mapping[str, Sequence[Mapping[str, Any]]] | None = None
) -> Days:
    """Choose the days of all counts that grow, and note those counts and their sums.

    Parameters
    ----------
    curves : mapping of str to sequence of mapping, optional
        Identifier of each curve: its points by day, as `results.CURVE_COLUMNS`.
    """
    days = Days(*read_courses(quantities, curves or {}))
    tables = _days_of_tables(days.courses)
    pooled = {(name.what, name.population) for name in days.courses if name.condition == ALL}
    for names in _chosen_together(days):
        name, courses = names[0], [days.courses[one] for one in names]
        part = name.condition != ALL and (name.what, name.population) in pooled
        first = courses[0].last_until(tables[_counted(name)])
        every = () if part else courses[0].days
        choose(courses, (*first, *every) if courses[0].in_curve else (), minimum_count)
    ends: dict[Cell, int] = defaultdict(int)
    for name, course in days.courses.items():
        ends[name.at(what="")] = max(ends[name.at(what="")], course.days[-1])
    happened = _days_of_events(days.courses)
    families: dict[str, set[str]] = defaultdict(set)
    for name in days.courses:
        families[_counted(name)].add(name.what)
    together: dict[Cell, set[int]] = defaultdict(set)
    for name, course in days.courses.items():
        if name.condition == ALL:
            together[name.at(dose="")].update(course.shown)
    for name, course in days.courses.items():
        wanted = {course.days[-1], *course.tables, *course.shown, *together.get(name.at(dose=""), ())}
        if course.in_curve:
            wanted |= {*tables[_counted(name)], ends[name.at(what="")]}
            of_family = {day for what in families[_counted(name)] for day in happened[what]}
            if len(of_family) <= _FEW_DAYS:
                wanted |= of_family
        others = {day for what in families[_counted(name)] - {name.what} for day in happened[what]}
        _note(quantities, days, name, sorted(wanted), happened[name.what], others)
    for names in days.together():
        _note_those_left(quantities, days, names, ends[names[0].at(what="")], minimum_count)
    _note_risk_tables(quantities, days)
    return days


def note_parts_by_day(quantities: Quantities, days: Days) -> None:
    """Note what by a day is part of something else."""
    rooms: dict[Cell, list[int]] = defaultdict(list)
    for place in sorted(days.places, key=lambda place: quantities.names[place].day or 0):
        name = quantities.names[place]
        assert name.day is not None  # all of them are of a day
        for part, whole, endpoint, earlier in _WITHIN:
            if name.what == part:
                of_whole = name.at(what=whole, endpoint=endpoint or name.endpoint, day=name.day - earlier)
                room = note_within(quantities, name, of_whole)
                if room is not None:
                    rooms[name.at(day=None)].append(room)
        course = days.courses.get(name.at(day=None))
        if course is not None and name.day == course.days[-1]:
            # by the last day mostly the same, and then known to be
            note_within(quantities, name, name.at(day=None), may_be_known=True)
        if name.what == "first side effects":
            note_within(quantities, name, name.at(endpoint="any"))
            note_within(quantities, name, name.at(what="patients with", day=None), may_be_known=True)
    for of_group in rooms.values():
        for early, late in pairwise(of_group):
            # who is not in the part does not come back into it
            note_growth(
                quantities, early, late, f"{quantities.names[late].what} since day {quantities.names[early].day}"
            )


def _chosen_together(days: Days) -> list[list[Cell]]:
    """Return the groups by the days they choose: what makes up a curve together, others by themselves.

    A curve has a step where all that it is made of is known; of three that choose by themselves that is seldom.
    """
    in_curves = {name for names in days.together() for name in names}
    return [*days.together(), *([name] for name in days.courses if name not in in_curves)]


def _counted(name: Cell) -> str:
    """Return what a group is counted for: one word for competing events and those without any."""
    what = name.what.removeprefix(CENSORED).removeprefix("others: ")
    return COMPETING[0] if what in COMPETING else what


def _days_of_events(courses: Mapping[Cell, Course]) -> dict[str, list[int]]:
    """Return the days on which anything happens to anybody, in order, of events and of censorings apart."""
    found: dict[str, set[int]] = defaultdict(set)
    for name, course in courses.items():
        found[name.what].update(course.changes())
    return {what: sorted(days) for what, days in found.items()}


def _days_of_tables(courses: Mapping[Cell, Course]) -> dict[str, set[int]]:
    """Return the days of the tables of what a curve shows, those of any group and condition."""
    found: dict[str, set[int]] = defaultdict(set)
    for name, course in courses.items():
        if course.in_curve:
            found[_counted(name)] |= course.tables
    for part, whole, *_ in _WITHIN:
        found[whole] |= found[part]
    return found


def _note(
    quantities: Quantities,
    days: Days,
    name: Cell,
    wanted: Sequence[int],
    happened: Sequence[int],
    others: Collection[int],
) -> None:
    """Note the counts of a group on some days, and what happened between them.

    Parameters
    ----------
    happened : sequence of int
        The days on which anything of the kind happens to anybody, such as those of planned visits, in order.
    others : collection of int
        The days on which anything else happens of which a curve tells.
    """
    course = days.courses[name]
    grows = course.grows()
    before: tuple[int, int] | None = None
    for day in wanted:
        shown = day in course.shown
        place = quantities.add(name.at(day=day), course.at(day), shown=shown)
        if place is None:
            continue
        days.places.add(place)
        if not shown and quantities.shown[place]:
            days.unchosen.add(place)
        if before is not None and grows:
            earlier, start = before
            if bisect_right(happened, start) == bisect_right(happened, day):
                quantities.relate((earlier,), place)
                before = place, day
                continue
            between = quantities.add(
                name.at(what=f"{SINCE}{start} {name.what}", day=day), course.at(day) - course.at(start), shown=False
            )
            if between is not None:
                # a curve that falls on the only day on which it may have
                first = happened[bisect_right(happened, start)]
                seen = course.in_curve and shown and first == day and day not in others
                (quantities.some if seen and quantities.values[between] else quantities.untold).add(between)
                quantities.relate((earlier, between), place)
        before = place, day


def _note_those_left(quantities: Quantities, days: Days, names: Sequence[Cell], end: int, minimum_count: int) -> None:
    """Note that nobody is left on the last day, and where few are left before."""
    patients = patients_of(quantities, names[0])
    if patients is None:
        return
    wanted = set.intersection(*({*days.courses[name].shown, end} for name in names))
    for day in sorted(wanted):
        parts = [place for name in names if (place := quantities.found.get(name.at(day=day))) is not None]
        left = quantities.values[patients] - sum(quantities.values[part] for part in parts)
        if len(parts) == len(names) and (is_small(left, minimum_count) or (day == end and not left)):
            if left:
                few = quantities.add(names[0].at(what=f"{_LEFT}{names[0].what}", day=day), left, shown=False)
                if few is None:
                    continue
                quantities.untold.add(few)
                parts.append(few)
            quantities.relate(parts, patients)


def _note_risk_tables(quantities: Quantities, days: Days) -> None:
    """Note that those at risk are the patients without those whose time has ended."""
    for name, place in list(quantities.found.items()):
        if not name.what.startswith(AT_RISK):
            continue
        event = name.what.removeprefix(AT_RISK)
        parts = [
            found
            for what in (event, f"{CENSORED}{event}")
            if (found := quantities.found.get(name.at(what=what))) is not None
        ]
        patients = patients_of(quantities, name)
        if patients is not None:
            quantities.relate((place, *parts), patients)
        days.places.add(place)
        if not days.unchosen.isdisjoint(parts):
            days.unchosen.add(place)
