"""Curves of which not every day may be shown: steps where points lie close, a thin line where the course is unknown.

Disclosure control keeps the days on which enough patients had the event, so that a step holds all events since the
step before it. Where shown points lie far apart a horizontal line would say that nothing happened in between: the
points are joined by a thin straight line instead, without a band.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from dose_outcomes.report.figures.theme import inline
from dose_outcomes.report.times import is_gap
from dose_outcomes.report.wording import DAYS_PER_WEEK, week

if TYPE_CHECKING:
    import altair as alt

    from dose_outcomes.report.register import CurvePoint
    from dose_outcomes.report.wording import Dose


def pieces(points: Sequence[CurvePoint], minimum: int) -> list[list[CurvePoint]]:
    """Return the points of a curve in runs between which the course is unknown.

    Parameters
    ----------
    points : sequence of CurvePoint
        By day.
    minimum : int
        Smallest count that is shown.
    """
    runs: list[list[CurvePoint]] = []
    for point in points:
        if not runs or is_gap(runs[-1][-1].day, point.day, minimum):
            runs.append([])
        runs[-1].append(point)
    return runs


def end_label(label: str, share: str, day: int, last: int) -> str:
    """Return what stands beside the end of a curve; the time where the curve ends more than a week early.

    Examples
    --------
    >>> end_label("3 mg", "42.5%", 167, 168), end_label("3 mg", "42.5%", 112, 168)
    ('3 mg  42.5%', '3 mg  42.5% at week 16')
    """
    early = f" at {week(day) if day % DAYS_PER_WEEK == 0 else f'week {round(day / DAYS_PER_WEEK)}'}"
    return f"{label}  {share}{early if last - day > DAYS_PER_WEEK else ''}"


def axis_days(last: int, most: int = 8) -> list[int]:
    """Return days for the ticks of an axis in weeks: equally far apart, at most so many and zero.

    Examples
    --------
    >>> axis_days(182), axis_days(728)
    ([0, 28, 56, 84, 112, 140, 168], [0, 91, 182, 273, 364, 455, 546, 637, 728])
    """
    steps = (1, 2, 4, 8, 13, 26, 52, 104)
    step = next((step for step in steps if last / (step * DAYS_PER_WEEK) <= most), steps[-1]) * DAYS_PER_WEEK
    return list(range(0, last + 1, step))


def curve_layers(
    curves: Sequence[tuple[Dose, Sequence[CurvePoint], int]],
    minimum: int,
    x: alt.X,
    y_of: Any,
    colour: alt.Color,
    dash: alt.StrokeDash,
) -> list[alt.Chart]:
    """Return bands, steps, and what joins the points between which the course is unknown.

    Parameters
    ----------
    curves : sequence of (Dose, points, int)
        Each with the last day drawn: the last point keeps its height until then.
    y_of : callable
        Gives the vertical channel of a column.
    """
    import altair as alt

    steps: list[dict[str, Any]] = []
    joins: list[dict[str, Any]] = []
    lone: list[dict[str, Any]] = []
    for dose, points, end in curves:
        runs = pieces(points, minimum)
        for number, run in enumerate(runs):
            days = [point.day for point in run]
            drawn = list(run)
            if number == len(runs) - 1 and end > days[-1]:
                days, drawn = [*days, end], [*drawn, drawn[-1]]
            values = [_value(dose, point, day, number) for point, day in zip(drawn, days, strict=True)]
            steps += values if len(values) > 1 else []
            lone += values if len(values) == 1 else []
        for number, (before, after) in enumerate(pairwise(runs)):
            joins += [_value(dose, point, point.day, number) for point in (before[-1], after[0])]
    stepped, joined, single = (alt.Chart(inline(values)) for values in (steps, joins, lone))
    piece = alt.Detail("piece:N")
    layers = [
        stepped.mark_area(interpolate="step-after", opacity=0.14).encode(
            x=x, y=y_of("low"), y2=alt.Y2("high:Q"), color=colour, detail=piece
        ),
        stepped.mark_line(interpolate="step-after", strokeWidth=2.2).encode(
            x=x,
            y=y_of("estimate"),
            color=colour,
            strokeDash=dash,
            detail=piece,
            description=alt.Description("description:N"),
        ),
    ]
    if joins:
        layers += [
            joined.mark_line(strokeWidth=0.9).encode(x=x, y=y_of("estimate"), color=colour, detail=piece),
            joined.mark_point(size=22, filled=True, opacity=1).encode(x=x, y=y_of("estimate"), color=colour),
        ]
    if lone:
        layers += [
            single.mark_rule(strokeWidth=1.4).encode(x=x, y=y_of("low"), y2=alt.Y2("high:Q"), color=colour),
            single.mark_point(size=30, filled=True, opacity=1).encode(
                x=x, y=y_of("estimate"), color=colour, description=alt.Description("description:N")
            ),
        ]
    return layers


def _value(dose: Dose, point: CurvePoint, day: int, piece: int) -> dict[str, Any]:
    return {
        "dose": dose.identifier,
        "day": day,
        "piece": piece,
        "estimate": point.estimate,
        "low": point.estimate if point.low is None else point.low,
        "high": point.estimate if point.high is None else point.high,
        "description": f"{point.identifier}\n{dose.label}",
    }
