"""Release of curves: steps wait until they hold enough events, on days that the tables of the same patients allow."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from dose_outcomes.disclosure.heights import Heights, Step, heights_of, shown_points
from dose_outcomes.results import CURVE_KEY

if TYPE_CHECKING:
    import pandas as pd


class ReleasedCurves(NamedTuple):
    """Curves that may leave the site, and what they tell on any day."""

    table: pd.DataFrame
    """Columns `results.CURVE_COLUMNS`."""
    heights: dict[tuple[str, ...], Heights]
    """Key of a curve (`results.CURVE_KEY`): heights, made of its steps."""


def release_curves(
    curves: pd.DataFrame, minimum_count: int, days: Mapping[str, Collection[int]] | None = None
) -> ReleasedCurves:
    """Delay the steps of curves until each holds no or enough events, and no or enough censorings.

    Parameters
    ----------
    days : mapping of str to collection of int, optional
        Identifier of a curve: the days on which it may have a step. Others are thinned out by themselves.

    Returns
    -------
    ReleasedCurves
        Fewer rows of the same columns: at_risk before, events and censored since the row before, the estimate
        after the day, made of the counts of the steps. A curve ends early rather than leave a small group behind.
    """
    import pandas as pd

    if minimum_count <= 1 or curves.empty:
        return ReleasedCurves(curves, {})
    allowed = days or {}
    points: dict[str, list[dict[str, Any]]] = {}
    for point in curves.to_dict("records"):
        points.setdefault(str(point["curve_id"]), []).append({str(key): value for key, value in point.items()})
    shown = list[dict[str, Any]]()
    found = dict[tuple[str, ...], Heights]()
    for identifier, rows in points.items():
        steps = _delayed(rows, minimum_count, allowed.get(identifier))
        heights = heights_of(steps)
        if heights is not None:
            found[tuple(rows[0][name] for name in CURVE_KEY)] = heights
        shown += shown_points(steps, heights)
    return ReleasedCurves(pd.DataFrame(shown, columns=curves.columns).astype(curves.dtypes.to_dict()), found)


def _delayed(rows: list[dict[str, Any]], minimum_count: int, days: Collection[int] | None) -> list[Step]:
    """Join rows of one curve into steps that are large enough.

    What else changes the numbers at risk counts too: competing events, and patients who enter later.
    """
    steps = list[Step]()
    start, events, censored, joined = int(rows[0]["at_risk"]), 0, 0, False
    for row, left in zip(rows, [*(int(row["at_risk"]) for row in rows[1:]), 0], strict=True):
        events += row["events"]
        censored += row["censored"]
        others = start - events - censored - left
        if not (events or censored or others):
            continue
        large = all(count == 0 or count >= minimum_count for count in (events, censored, abs(others)))
        if large and (days is None or int(row["day"]) in days):
            point = {**row, "at_risk": start, "events": events, "censored": censored}
            steps.append(Step(point, joined, others, left))
            start, events, censored, joined = left, 0, 0, False
        else:
            joined = True
    while steps and 0 < steps[-1].left < minimum_count:
        steps.pop()
    return steps
