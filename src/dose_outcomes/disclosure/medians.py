"""Medians of curves: shown where they leave every hidden count of the curve enough values.

A median is made of all days, and so a reader learns of every day whether half have had the event by then. A hidden
count near the half keeps the values on its own side only; where these are too few the median is not shown. Elsewhere
it tells nothing: as many events more or less as keep the count open would not have moved the median past its day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import ceil

from dose_outcomes.disclosure.courses import EVENTS, Course
from dose_outcomes.disclosure.days import Days
from dose_outcomes.disclosure.quantities import CENSORED, Cell
from dose_outcomes.disclosure.rows import Row, cells
from dose_outcomes.disclosure.suppression import Suppression

_MEDIAN, _HALF = "median_days", 0.5
_NEAR = 1e-6


def telling_medians(rows: Iterable[Row], state: Suppression, days: Days) -> Iterator[int]:
    """Yield the places of medians that would tell of a hidden count on which side of the half it lies.

    Parameters
    ----------
    rows : iterable of Row
    state : Suppression
        What is hidden.
    days : Days
        The counts by day.
    """
    for row in rows:
        if row.record["statistic"] != _MEDIAN or row.made is None or row.record["analysis"] not in EVENTS:
            continue
        name = cells(row.record, row.made)[1].at(day=None)
        ended = name.at(what=f"{CENSORED}{name.what}")
        both = days.courses.get(name, Course()), days.courses.get(ended, Course())
        hidden = [*_hidden(name, both[0], state), *_hidden(ended, both[1], state)]
        if hidden and _tells(*both, hidden, state):
            yield row.place


def _hidden(name: Cell, course: Course, state: Suppression) -> list[tuple[int, int]]:
    """Return the days of which a count is noted and not known, each with the count's place."""
    found = ((day, state.quantities.found.get(name.at(day=day))) for day in course.days)
    return [(day, place) for day, place in found if place is not None and not state.is_known(place)]


def _tells(events: Course, ended: Course, hidden: Sequence[tuple[int, int]], state: Suppression) -> bool:
    """Tell whether a hidden count has too few values on its side of the half."""
    if not events.size or not (events.grows() and ended.grows()):
        return True
    at_risk, share, before, heights = events.size, 1.0, (0, 0), dict[int, tuple[float, int]]()
    for day in sorted({*events.days, *ended.days}):
        now = events.at(day), ended.at(day)
        share *= 1.0 - (now[0] - before[0]) / at_risk if at_risk else 1.0
        heights[day] = share, events.size - now[1]
        at_risk, before = events.size - sum(now), now
    for day, place in hidden:
        height, patients = heights[day]
        # so many more, or so many fewer, still lie on the same side; on the half itself the median is another one
        room = max(ceil(abs(height - _HALF) * patients - _NEAR) - 1, 0)
        rise, fall = float(state.highest[place]), -float(state.lowest[place])
        values = min(rise, room) + fall if height > _HALF else rise + min(fall, room)
        if values < state.needed(place):
            return True
    return False
