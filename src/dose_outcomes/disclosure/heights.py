"""Heights of released curves, computed from the counts that they show and from nothing else.

The height of a curve that is made of every day tells of the days that are not shown: of a small group it says in which
order the hidden events and censorings came. So the height is estimated again from what is shown. Where a step holds
several days, half of those whose time ended in it count as at risk at its events, as in a life table; a step of one
day is the usual product, so that a curve of which every day is shown does not change.

Source: Cutler and Ederer 1958, Maximum utilization of the life table method in analyzing survival, Journal of Chronic
Diseases 8:699.
"""

from __future__ import annotations

import operator
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

from dose_outcomes.disclosure.courses import COMPETING_CURVES, EVENTS
from dose_outcomes.disclosure.rounding import step_of, to_step
from dose_outcomes.disclosure.rows import Row
from dose_outcomes.disclosure.wording import DERIVED
from dose_outcomes.results import CURVE_KEY

if TYPE_CHECKING:
    import pandas as pd

    from dose_outcomes.stats.result import Estimate, StepCurve

#: Half of a step's censorings stand this long before its day.
_BEFORE = 0.5
_FROM_STEPS = "; from the counts of its steps"
_NUMBERS = ("estimate", "low", "high")
#: Statistics that are the height of a curve on a day.
_HEIGHTS = ("survival", "cumulative_incidence")


class Step(NamedTuple):
    """A step of a released curve: what happened since the step before it."""

    point: Mapping[str, Any]
    """Row of `results.CURVE_COLUMNS`, with the counts of the whole step."""
    joined: bool
    """Whether it holds several days."""
    others: int
    """How many left by competing events."""
    left: int
    """How many are at risk after it."""


@dataclass(frozen=True, slots=True)
class Heights:
    """A curve of the counts shown.

    Attributes
    ----------
    days, events : list of int
        Days of the steps, and events up to each.
    values : list of Estimate
        Height and limits on the day of each step, as a row for that day gives them.
    after : list of tuple of float
        Height and limits after each step, as the curve shows them.
    joined : list of bool
        Whether any step so far holds several days.
    start : Estimate
        Before the first step.
    """

    days: list[int]
    events: list[int]
    values: list[Estimate]
    after: list[tuple[float, float, float]]
    joined: list[bool]
    start: Estimate

    def on(self, day: int, events: int) -> tuple[Estimate, bool] | None:
        """Return the height on a day by which there were so many events, and whether steps before it are joined.

        None where the day lies within a step.
        """
        step = bisect_right(self.days, day)
        if events != (self.events[step - 1] if step else 0):
            return None
        return (self.values[step - 1], self.joined[step - 1]) if step else (self.start, False)


def heights_of(steps: Sequence[Step]) -> Heights | None:
    """Return the curve of the counts of some steps; None where there are none, or it is no curve of this kind.

    Parameters
    ----------
    steps : sequence of Step
        Of one curve, in order.
    """
    if not steps or steps[0].point["analysis"] not in (*EVENTS, COMPETING_CURVES):
        return None
    if steps[0].point["analysis"] != COMPETING_CURVES and any(step.others for step in steps):
        return None  # patients who enter late: who was at risk within a step is not known
    curve, at = _curve(steps)
    events = [int(step.point["events"]) for step in steps]
    days = [int(step.point["day"]) for step in steps]
    places = [curve.day.tolist().index(day) for day in days]
    return Heights(
        days,
        list(accumulate(events)),
        [at(curve, day) for day in days],
        [(float(curve.estimate[one]), float(curve.low[one]), float(curve.high[one])) for one in places],
        list(accumulate((step.joined for step in steps), operator.or_)),
        at(curve, float(curve.day[0]) - _BEFORE) if curve.day[0] >= _BEFORE else at(curve, 0.0),
    )


def _curve(steps: Sequence[Step]) -> tuple[StepCurve, Any]:
    """Return the curve, and what reads it on a day."""
    from dose_outcomes.stats.survival.competing import aalen_johansen, incidence_at
    from dose_outcomes.stats.survival.kaplan_meier import kaplan_meier, survival_at

    day, events, others, censored = list[float](), list[int](), list[int](), list[float]()

    def note(at: float, own: int, other: int, ended: float) -> None:
        day.append(at)
        events.append(own)
        others.append(other)
        censored.append(ended)

    for step in steps:
        at, ended = float(step.point["day"]), float(step.point["censored"])
        if step.joined and ended:
            note(at - _BEFORE, 0, 0, ended / 2)
            ended /= 2
        note(at, int(step.point["events"]), step.others, ended)
    if steps[-1].left:
        note(day[-1] + 1, 0, 0, steps[-1].left)
    level = float(steps[0].point["level"])
    if steps[0].point["analysis"] == COMPETING_CURVES:
        both = aalen_johansen(day, list(zip(events, others, strict=True)), censored, level=level)
        return both.curves[0], incidence_at
    return kaplan_meier(day, events, censored, level=level), survival_at


def shown_points(steps: Sequence[Step], heights: Heights | None) -> list[dict[str, Any]]:
    """Return the rows of a released curve.

    Parameters
    ----------
    heights : Heights or None
        Of its steps; without it the heights of all days are rounded.
    """
    if heights is None:
        step = step_of(max((int(one.point["at_risk"]) for one in steps), default=0))
        return [{**one.point, **{name: _rounded(one.point[name], step) for name in _NUMBERS}} for one in steps]
    method = f"{steps[0].point['method']}{_FROM_STEPS}"
    return [
        {**step.point, **dict(zip(_NUMBERS, after, strict=True)), "method": method} if joined else dict(step.point)
        for step, after, joined in zip(steps, heights.after, heights.joined, strict=True)
    ]


def _rounded(number: Any, step: float) -> Any:
    return to_step(number, step) if isinstance(number, float) else number


def read_off(
    table: pd.DataFrame, rows: Iterable[Row], outcome: dict[int, str], heights: Mapping[tuple[str, ...], Heights]
) -> set[int]:
    """Put the heights of released curves into the rows that state them; withhold a height within a step.

    Parameters
    ----------
    table : DataFrame
        Columns `results.COLUMNS`; changed.
    rows : iterable of Row
    outcome : dict of int to str
        Place of hidden rows: why; gets the heights that are withheld.
    heights : mapping of tuple of str to Heights
        Key of a curve (`results.CURVE_KEY`): its heights. The key of a curve of which no step is shown is missing.

    Returns
    -------
    set of int
        Places of rows whose height is that of a released curve, or withheld: their counts are shown.
    """
    found = set[int]()
    for row in rows:
        record = row.record
        of_curve = record["statistic"] in _HEIGHTS and record["analysis"] in (*EVENTS, COMPETING_CURVES)
        if row.place in outcome or not of_curve or record["estimate"] is None:
            continue
        found.add(row.place)
        own = heights.get(tuple(record[name] for name in CURVE_KEY))
        height = None if own is None else own.on(int(record["day"]), int(record["events"]))
        if height is None:
            outcome[row.place] = DERIVED
            continue
        value, joined = height
        for name in _NUMBERS:
            table.loc[table.index[row.place], name] = getattr(value, name)
        if joined:
            table.loc[table.index[row.place], "method"] = f"{record['method']}{_FROM_STEPS}"
    return found
