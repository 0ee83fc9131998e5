"""Counts that grow from day to day: which days to show, so that no two give a small group by subtraction.

Of each group, a day is shown when the events since the day shown before it are none or at least k, and so are those
left; censorings alike, and with both the patients at risk. Between two days shown an attacker then knows nothing
about a group of events that is small. Totals over groups are shown on the days on which subtracting the groups that
are shown leaves none, or leaves at least two groups each of which can still have three values. Curves and tables of
the same patients are thinned out together.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dose_outcomes.disclosure.quantities import Cell, Quantities
from dose_outcomes.disclosure.wording import is_small
from dose_outcomes.results import ALL

#: What grows with the day.
GROWING = (
    "first responses",
    "first responses on the drug",
    "stops before response",
    "stopped",
    "stopped or lost",
    "reached",
    "responses ended",
    "sustained responses",
    "first side effects",
    "side effects by day",
    "gone after stopping",
    "resolved",
    "came back",
)
#: Analysis of a curve: what its events are; the number at risk falls by nothing but them and censorings.
_EVENTS = {
    "time_to_response": "first responses",
    "persistence": "stopped",
    "duration_of_response": "responses ended",
    "time_to_sustained_response": "sustained responses",
}
#: Two curves of the same patients: what are events of one are competing events of the other.
_COMPETING = ("first responses on the drug", "stops before response")
_OTHER_CAUSE = "stopping before "
_OPEN_VALUES = 3


@dataclass(slots=True)
class ByDay:
    """What was decided about the quantities that grow: all of them, those that are hidden, and days of curves."""

    places: set[int] = field(default_factory=set)
    hidden: set[int] = field(default_factory=set)
    curves: dict[str, set[int]] = field(default_factory=dict)


@dataclass(slots=True)
class Course:
    """A count of one group by day, and the days on which it is shown.

    Attributes
    ----------
    counts : dict of int to int
        Day: events up to it; the same until the next one.
    first : set of int
        Days that are wanted most.
    size : int or None
        Patients of the group, where each counts once.
    """

    counts: dict[int, int] = field(default_factory=dict)
    first: set[int] = field(default_factory=set)
    size: int | None = None
    shown: list[int] = field(default_factory=list)
    days: list[int] = field(default_factory=list)

    def at(self, day: int) -> int:
        """Return the count up to a day."""
        place = bisect_right(self.days, day)
        return self.counts[self.days[place - 1]] if place else 0

    def neighbours(self, day: int) -> tuple[int, int | None]:
        """Return the counts of the days shown before and after a day; none after the last where nothing limits it."""
        before, after = bisect_left(self.shown, day), bisect_right(self.shown, day)
        low = self.counts[self.shown[before - 1]] if before else 0
        return low, self.counts[self.shown[after]] if after < len(self.shown) else self.size

    def window(self, day: int) -> tuple[int, int]:
        """Return the smallest and largest count of a day that the days shown leave open."""
        place = bisect_left(self.shown, day)
        if place < len(self.shown) and self.shown[place] == day:
            return self.counts[day], self.counts[day]
        low, high = self.neighbours(day)
        return low, (self.counts[self.days[-1]] + _OPEN_VALUES if high is None else high)

    def is_known(self, day: int) -> bool:
        """Tell whether the days shown give the count of a day."""
        low, high = self.window(day)
        return low == high


def suppress_days(
    quantities: Quantities, minimum_count: int, curves: Mapping[str, Sequence[Mapping[str, Any]]] | None = None
) -> ByDay:
    """Return which counts by day are hidden, those at risk with either of the two they follow from.

    Parameters
    ----------
    curves : mapping of str to sequence of mapping, optional
        Identifier of each curve: its points by day, as `results.CURVE_COLUMNS`.
    """
    found = ByDay()
    courses = _courses(quantities)
    names_of = {identifier: _of_curve(points, courses) for identifier, points in (curves or {}).items()}
    for course in courses.values():
        course.days = sorted(course.counts)
    wholes = _wholes(quantities, courses)
    for name in sorted(courses, key=lambda one: ((one.condition == ALL) + (one.dose == ALL), one)):
        _choose(courses[name], [[courses[part] for part in parts] for parts in wholes.get(name, [])], minimum_count)
    _leave_no_small_risk_set(quantities, courses, minimum_count)
    for name, course in courses.items():
        for day in course.first:
            place = quantities.found[name.at(day=day)]
            found.places.add(place)
            if not course.is_known(day):
                found.hidden.add(place)
    for name, place in quantities.found.items():
        if name.what.startswith("at risk: "):
            found.places.add(place)
            if any(quantities.found.get(part) in found.hidden for part in _parts_at_risk(name)):
                found.hidden.add(place)
    for identifier, names in names_of.items():
        if names:
            days = [day for day in courses[names[0]].days if all(courses[name].is_known(day) for name in names)]
            found.curves[identifier] = set(days)
    return found


def _courses(quantities: Quantities) -> dict[Cell, Course]:
    courses: dict[Cell, Course] = defaultdict(Course)
    for name, place in quantities.found.items():
        if name.day is not None and name.what.removeprefix("censored: ").split(" (")[0] in GROWING:
            course = courses[name.at(day=None)]
            course.counts[name.day] = quantities.values[place]
            course.first.add(name.day)
            course.size = _size(quantities, name)
    return courses


def _size(quantities: Quantities, name: Cell) -> int | None:
    """Return the number of patients of a group, where each counts once."""
    if name.what.startswith("side effects by day"):
        return None
    for what, endpoint in (("analysed", ""), ("assessable", name.endpoint)):
        place = quantities.found.get(name.at(what=what, endpoint=endpoint, day=None))
        if place is not None:
            return quantities.values[place]
    return None


def _of_curve(points: Sequence[Mapping[str, Any]], courses: dict[Cell, Course]) -> list[Cell]:
    """Add the counts of a curve to the courses; return their names, none where it counts something of its own."""
    first = points[0]
    endpoint = first["endpoint"]
    if first["analysis"] == "response_with_stopping":
        events, others = _COMPETING if not endpoint.startswith(_OTHER_CAUSE) else _COMPETING[::-1]
        endpoint = endpoint.removeprefix(_OTHER_CAUSE)
    elif first["analysis"] in _EVENTS:
        events, others = _EVENTS[first["analysis"]], ""
    else:
        return []
    population = f"{first['population']}, {first['dose_attribution']}"
    place = Cell(events, endpoint, population, "", first["condition"], first["dose"], None)
    start = int(first["at_risk"])
    names = (events, f"censored: {events if not others else _COMPETING[0]}", others or f"others: {events}")
    totals = dict.fromkeys(names, 0)
    counts: dict[str, dict[int, int]] = {name: {} for name in names}
    for point, following in zip(points, [*points[1:], None], strict=True):
        step = [int(point["events"]), int(point["censored"])]
        step.append(int(point["at_risk"]) - sum(step) - int(following["at_risk"]) if following else 0)
        for name, number in zip(names, step, strict=True):
            totals[name] += number
            counts[name][int(point["day"])] = totals[name]
    used = [name for name in names if totals[name] or name == events]
    for name in used:
        course = courses[place.at(what=name)]
        course.counts |= counts[name]
        course.size = start
    return [place.at(what=name) for name in used]


def _wholes(quantities: Quantities, courses: Mapping[Cell, Course]) -> dict[Cell, list[list[Cell]]]:
    """Return of each total the groups that it is the sum of, once for each way of adding up."""
    found: dict[Cell, list[list[Cell]]] = defaultdict(list)
    wholes: list[tuple[Cell, list[Cell]]] = []
    for terms in quantities.sums:
        whole = next((quantities.names[place] for place, factor in terms.items() if factor < 0), None)
        parts = [quantities.names[place] for place, factor in terms.items() if factor > 0]
        if whole is not None and {whole.what, *(part.what for part in parts)} in ({"assessable"}, {"analysed"}):
            wholes.append((whole, parts))
    by_place: dict[Cell, list[Cell]] = defaultdict(list)
    for name in courses:
        by_place[name.at(what="", endpoint="")].append(name)
    for whole, parts in wholes:
        for name in by_place.get(whole.at(what="", endpoint=""), []):
            if whole.endpoint not in ("", name.endpoint):
                continue
            same = [
                name.at(
                    endpoint=part.endpoint or name.endpoint,
                    population=part.population,
                    subgroup=part.subgroup,
                    condition=part.condition,
                    dose=part.dose,
                )
                for part in parts
            ]
            # a curve of each condition and dose is not always there: its patients are then hidden by that
            if name not in same and all(part in courses for part in same) and sorted(same) not in found[name]:
                found[name].append(sorted(same))
    return found


def _choose(course: Course, wholes: Sequence[Sequence[Course]], minimum_count: int) -> None:
    """Choose the days of a course, those that its parts give away first, then those wanted most."""
    given = [day for day in course.days if any(all(part.is_known(day) for part in parts) for parts in wholes)]
    course.shown = given
    wanted = sorted(course.first)
    for day in [*wanted[-1:], *wanted[:-1], *(day for day in course.days if day not in course.first)]:
        if day in course.shown:
            continue
        low, high = course.neighbours(day)
        count = course.counts[day]
        apart = not (
            is_small(count - low, minimum_count) or (high is not None and is_small(high - count, minimum_count))
        )
        if apart and all(_open(count, parts, day) for parts in wholes):
            insort(course.shown, day)


def _open(count: int, parts: Iterable[Course], day: int) -> bool:
    """Tell whether subtracting the parts shown on a day leaves each hidden one three values, or nothing is hidden."""
    windows = [part.window(day) for part in parts]
    rest = count - sum(low for low, _ in windows)
    widths = [high - low for low, high in windows]
    whole = sum(widths)
    return not any(width and min(width, rest) - max(0, rest - (whole - width)) < _OPEN_VALUES - 1 for width in widths)


def _parts_at_risk(name: Cell) -> tuple[Cell, Cell]:
    event = name.what.removeprefix("at risk: ")
    return name.at(what=event), name.at(what=f"censored: {event}")


def _leave_no_small_risk_set(quantities: Quantities, courses: Mapping[Cell, Course], minimum_count: int) -> None:
    """Hide the censorings of a day on which with the events they leave a small group at risk."""
    for name, censored in courses.items():
        events = courses.get(name.at(what=name.what.removeprefix("censored: ")))
        if not name.what.startswith("censored: ") or events is None or censored.size is None:
            continue
        others = (
            courses.get(name.at(what=_COMPETING[1]))
            if events is not censored and name.what.endswith(_COMPETING[0])
            else None
        )
        for day in list(censored.shown):
            left = censored.size - events.at(day) - censored.at(day) - (others.at(day) if others else 0)
            if is_small(left, minimum_count):
                censored.shown.remove(day)
