"""Release of curves: steps wait until they hold enough events, on days that the tables of the same patients allow."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from dose_outcomes.disclosure.declared import DECIMALS_OF_CURVES

if TYPE_CHECKING:
    import pandas as pd


def release_curves(
    curves: pd.DataFrame, minimum_count: int, days: Mapping[str, Collection[int]] | None = None
) -> pd.DataFrame:
    """Delay the steps of curves until each holds no or enough events, and no or enough censorings.

    Parameters
    ----------
    days : mapping of str to collection of int, optional
        Identifier of a curve: the days on which it may have a step. Others are thinned out by themselves.

    Returns
    -------
    DataFrame
        Fewer rows of the same columns: at_risk before, events and censored since the row before, the estimate
        after the day. A curve ends early rather than leave a small group behind.
    """
    import pandas as pd

    if minimum_count <= 1 or curves.empty:
        return curves
    allowed = days or {}
    points: dict[str, list[dict[str, Any]]] = {}
    for point in curves.to_dict("records"):
        points.setdefault(str(point["curve_id"]), []).append({str(key): value for key, value in point.items()})
    blocks = [
        block for identifier, rows in points.items() for block in _delayed(rows, minimum_count, allowed.get(identifier))
    ]
    released = pd.DataFrame(blocks, columns=curves.columns).astype(curves.dtypes.to_dict())
    # all days tell the height, those that are not shown too
    heights = ["estimate", "low", "high"]
    released[heights] = released[heights].round(DECIMALS_OF_CURVES["survival"])
    return released


def _delayed(rows: list[dict[str, Any]], minimum_count: int, days: Collection[int] | None) -> list[dict[str, Any]]:
    """Join rows of one curve into blocks that are large enough.

    What else changes the numbers at risk counts too: competing events, and patients who enter later.
    """
    blocks, after = list[dict[str, Any]](), list[int]()
    start, events, censored = int(rows[0]["at_risk"]), 0, 0
    for row, following in zip(rows, [*(int(row["at_risk"]) for row in rows[1:]), 0], strict=True):
        events += row["events"]
        censored += row["censored"]
        others = abs(start - events - censored - following)
        large = all(count == 0 or count >= minimum_count for count in (events, censored, others))
        if large and (days is None or int(row["day"]) in days):
            blocks.append({**row, "at_risk": start, "events": events, "censored": censored})
            after.append(following)
            start, events, censored = following, 0, 0
    while blocks and 0 < after[len(blocks) - 1] < minimum_count:
        blocks.pop()
    return blocks
