"""Counts that grow from day to day: what is known of each, and the days on which it is shown.

How the days are chosen is in `courses`. Curves and tables of the same patients are thinned out together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dose_outcomes.disclosure.courses import Course, separate
from dose_outcomes.disclosure.quantities import Cell, Quantities
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
#: Analysis of a curve: what its events are; the number at risk falls by nothing but them and censorings.
_EVENTS = {
    "time_to_response": "first responses",
    "persistence": "stopped",
    "duration_of_response": "responses ended",
    "time_to_sustained_response": "sustained responses",
}
#: Two curves of the same patients: what are events of one are competing events of the other.
_COMPETING = ("first responses on the drug", "stops before response")
_CENSORED = "censored: "
_OTHER_CAUSE = "stopping before "


@dataclass(slots=True)
class ByDay:
    """What was decided about the quantities that grow: all of them, those that are hidden, and days of curves."""

    places: set[int] = field(default_factory=set)
    hidden: set[int] = field(default_factory=set)
    curves: dict[str, set[int]] = field(default_factory=dict)


def suppress_days(
    quantities: Quantities,
    minimum_count: int,
    curves: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    dark: Collection[int] = (),
) -> ByDay:
    """Return which counts by day are hidden, those at risk with either of the two they follow from.

    Parameters
    ----------
    curves : mapping of str to sequence of mapping, optional
        Identifier of each curve: its points by day, as `results.CURVE_COLUMNS`.
    dark : collection of int, optional
        Quantities of patients whose number is not shown.
    """
    unseen = {quantities.names[place].at(what="", endpoint="", day=None) for place in dark}
    found = ByDay()
    courses = _courses(quantities)
    names_of = {identifier: _of_curve(points, courses) for identifier, points in (curves or {}).items()}
    for course in courses.values():
        course.days = sorted(course.counts)
    wholes = _wholes(quantities, courses)
    left = {name: course for name, course in courses.items() if name.what.startswith(_CENSORED)}
    for chosen in ({name: course for name, course in courses.items() if name not in left}, left):
        for name, course in chosen.items():
            if name.at(what="", endpoint="", day=None) not in unseen:
                if chosen is left:
                    _end_of_time_at_risk(name, courses)
                course.choose(minimum_count)
        if chosen is left:
            _leave_no_small_risk_set(courses, minimum_count)
        separate(courses, {name: parts for name, parts in wholes.items() if name in chosen})
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
        if name.day is not None and name.what.removeprefix(_CENSORED).split(" (")[0] in GROWING:
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
    names = (events, f"{_CENSORED}{events if not others else _COMPETING[0]}", others or f"others: {events}")
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


def _parts_at_risk(name: Cell) -> tuple[Cell, Cell]:
    event = name.what.removeprefix("at risk: ")
    return name.at(what=event), name.at(what=f"{_CENSORED}{event}")


def _end_of_time_at_risk(name: Cell, courses: Mapping[Cell, Course]) -> None:
    """Show on the day after which nobody is left how many were censored, if what else ended their time is known."""
    censored = courses[name]
    what = name.what.removeprefix(_CENSORED)
    others = [
        courses.get(name.at(what=one)) for one in dict.fromkeys((what, *(_COMPETING if what in _COMPETING else ())))
    ]
    known = [one for one in others if one is not None]
    for day in censored.days:
        if censored.at(day) + sum(one.at(day) for one in known) == censored.size:
            if all(one.is_known(day) for one in known):
                censored.given = day
            else:
                censored.never = day
            return


def _leave_no_small_risk_set(courses: Mapping[Cell, Course], minimum_count: int) -> None:
    """Hide the censorings of a day on which with the events they leave a small group at risk."""
    for name, censored in courses.items():
        events = courses.get(name.at(what=name.what.removeprefix(_CENSORED)))
        if not name.what.startswith(_CENSORED) or events is None or censored.size is None:
            continue
        others = courses.get(name.at(what=_COMPETING[1])) if name.what.endswith(_COMPETING[0]) else None
        for day in list(censored.shown):
            left = censored.size - events.at(day) - censored.at(day) - (others.at(day) if others else 0)
            if is_small(left, minimum_count):
                censored.shown.remove(day)
