"""A count of one group by day, and the days on which it is shown.

A day is shown when the events since the day shown before it are none or at least k, and so are those left: between
two days shown there is then no small group of events.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dose_outcomes.disclosure.quantities import CENSORED, Cell, Quantities
from dose_outcomes.disclosure.wording import is_small

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
COMPETING = ("first responses on the drug", "stops before response")
"""Two curves of the same patients: what are events of one are competing events of the other."""
#: Analysis of a curve: what its events are; the number at risk falls by nothing but them and censorings.
EVENTS = {
    "time_to_response": "first responses",
    "persistence": "stopped",
    "duration_of_response": "responses ended",
    "time_to_sustained_response": "sustained responses",
}
#: Analysis of the two curves of competing events.
COMPETING_CURVES = "response_with_stopping"
_OTHER_CAUSE = "stopping before "


@dataclass(slots=True)
class Course:
    """A count of one group by day.

    Attributes
    ----------
    counts : dict of int to int
        Day: events up to it; the same until the next one.
    tables : set of int
        Days of tables, which are wanted most.
    size : int or None
        Patients of the group, where each counts once.
    in_curve : bool
        Whether a curve shows it.
    days : list of int
        The days of `counts`, in order.
    shown : list of int
        Days that are shown, in order.
    """

    counts: dict[int, int] = field(default_factory=dict)
    tables: set[int] = field(default_factory=set)
    size: int | None = None
    in_curve: bool = False
    days: list[int] = field(default_factory=list)
    shown: list[int] = field(default_factory=list)

    def at(self, day: int) -> int:
        """Return the count up to a day."""
        place = bisect_right(self.days, day)
        return self.counts[self.days[place - 1]] if place else 0

    def grows(self) -> bool:
        """Tell whether the count never falls; patients who enter late make it fall."""
        counts = [self.counts[day] for day in self.days]
        return all(later >= early for early, later in zip([0, *counts], counts, strict=False))

    def changes(self) -> list[int]:
        """Return the days on which anything is counted."""
        counts = [self.counts[day] for day in self.days]
        return [day for day, early, late in zip(self.days, [0, *counts], counts, strict=False) if early != late]

    def last_until(self, days: Iterable[int]) -> list[int]:
        """Return for each day the last one until it on which anything is counted."""
        places = (bisect_right(self.days, day) for day in days)
        return sorted({self.days[place - 1] for place in places if place})

    def fits(self, day: int, minimum_count: int) -> bool:
        """Tell whether a day may be shown: none or enough events lie between it and those that are shown already."""
        before, after = bisect_left(self.shown, day), bisect_right(self.shown, day)
        if before != after:
            return True
        low = self.at(self.shown[before - 1]) if before else 0
        high = self.at(self.shown[after]) if after < len(self.shown) else self.size
        steps = [self.at(day) - low, *([] if high is None else [high - self.at(day)])]
        return not any(is_small(step, minimum_count) for step in steps)

    def show(self, day: int) -> None:
        """Show a day."""
        if day not in self.shown:
            insort(self.shown, day)


def choose(courses: Sequence[Course], allowed: Iterable[int], minimum_count: int) -> None:
    """Choose days: those of each one's tables, of them the last first; then days that all of them may show.

    Parameters
    ----------
    courses : sequence of Course
        Counts that are shown together, such as what makes up a curve; their `shown` gets the days.
    allowed : iterable of int
        Days besides those of the tables, those wanted most first.
    minimum_count : int
        k: between two days shown are none or so many events.
    """
    for course in courses:
        wanted = sorted(course.tables)
        for day in (*wanted[-1:], *wanted[:-1]):
            if course.fits(day, minimum_count):
                course.show(day)
    for day in allowed:
        if all(course.fits(day, minimum_count) for course in courses):
            for course in courses:
                course.show(day)


def read_courses(
    quantities: Quantities, curves: Mapping[str, Sequence[Mapping[str, Any]]]
) -> tuple[dict[Cell, Course], dict[str, list[Cell]]]:
    """Return the courses of all groups, and the names of those that a curve is made of.

    Parameters
    ----------
    curves : mapping of str to sequence of mapping
        Identifier of each curve: its points by day, as `results.CURVE_COLUMNS`.
    """
    courses: dict[Cell, Course] = defaultdict(Course)
    for name, place in quantities.found.items():
        if name.day is not None and name.what.removeprefix(CENSORED).split(" (")[0] in GROWING:
            course = courses[name.at(day=None)]
            course.counts[name.day] = quantities.values[place]
            course.tables.add(name.day)
    for name, course in courses.items():
        patients = patients_of(quantities, name)
        course.size = None if patients is None else quantities.values[patients]
    names_of = {identifier: _of_curve(points, courses) for identifier, points in curves.items()}
    for course in courses.values():
        course.days = sorted(course.counts)
    return dict(courses), names_of


def patients_of(quantities: Quantities, name: Cell) -> int | None:
    """Return the quantity of the patients of a group, where each counts once."""
    if name.what.startswith("side effects by day"):
        return None
    for what, endpoint in (("analysed", ""), ("assessable", name.endpoint)):
        place = quantities.found.get(name.at(what=what, endpoint=endpoint, day=None))
        if place is not None:
            return place
    return None


def _of_curve(points: Sequence[Mapping[str, Any]], courses: dict[Cell, Course]) -> list[Cell]:
    """Add the counts of a curve to the courses; return their names, none where it counts something of its own."""
    first = points[0]
    endpoint = first["endpoint"]
    if first["analysis"] == COMPETING_CURVES:
        events, others = COMPETING if not endpoint.startswith(_OTHER_CAUSE) else COMPETING[::-1]
        endpoint = endpoint.removeprefix(_OTHER_CAUSE)
    elif first["analysis"] in EVENTS:
        events, others = EVENTS[first["analysis"]], ""
    else:
        return []
    population = f"{first['population']}, {first['dose_attribution']}"
    place = Cell(events, endpoint, population, "", first["condition"], first["dose"], None)
    names = (events, f"{CENSORED}{events if not others else COMPETING[0]}", others or f"others: {events}")
    totals = dict.fromkeys(names, 0)
    counts: dict[str, dict[int, int]] = {name: {} for name in names}
    # after the last day nobody is at risk
    for point, left in zip(points, [*(int(point["at_risk"]) for point in points[1:]), 0], strict=True):
        step = [int(point["events"]), int(point["censored"])]
        step.append(int(point["at_risk"]) - sum(step) - left)
        for name, number in zip(names, step, strict=True):
            totals[name] += number
            counts[name][int(point["day"])] = totals[name]
    used = [name for name in names if totals[name] or name == events]
    for name in used:
        course = courses[place.at(what=name)]
        course.counts |= counts[name]
        course.size, course.in_curve = int(first["at_risk"]), True
    return [place.at(what=name) for name in used]
