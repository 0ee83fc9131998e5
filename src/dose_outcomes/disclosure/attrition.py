"""Release of the attrition: small exclusions are merged with their neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dose_outcomes.disclosure.wording import is_small, reason
from dose_outcomes.results import identifier

if TYPE_CHECKING:
    import pandas as pd


def release_attrition(attrition: pd.DataFrame, minimum_count: int) -> pd.DataFrame:
    """Merge small exclusions with their neighbours until each step excludes none or enough.

    Returns
    -------
    DataFrame
        Columns attrition_id, flow, unit, step, reason, before, excluded, after, suppressed. Where a whole flow
        excludes few, its numbers after the exclusion are hidden; numbers that are small themselves are hidden too.
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for _, flow in attrition.groupby("flow", sort=False):
        records = [{str(key): value for key, value in row.items()} for row in flow.to_dict("records")]
        for number, step in enumerate(_merged(records, minimum_count), start=1):
            hidden = is_small(step["excluded"], minimum_count) or is_small(step["after"], minimum_count)
            few = is_small(step["before"], minimum_count)
            step |= {"step": number, "suppressed": reason(minimum_count) if hidden or few else ""}
            if hidden or few:
                step |= {"excluded": None, "after": None}
            if few or (rows and number > 1 and rows[-1]["after"] is None):
                step |= {"before": None}
            rows.append({"attrition_id": identifier(("attrition", step["flow"], step["reason"])), **step})
    columns = ["attrition_id", *attrition.columns, "suppressed"]
    released = pd.DataFrame(rows, columns=columns)
    counts = ["step", "before", "excluded", "after"]
    return released.astype(dict.fromkeys(counts, "Int64"))


def _merged(steps: list[dict[str, Any]], minimum_count: int) -> list[dict[str, Any]]:
    merged: list[dict[str, Any]] = []
    for step in steps:
        if merged and is_small(merged[-1]["excluded"], minimum_count):
            merged[-1] = _join(merged[-1], step)
        else:
            merged.append(dict(step))
    while len(merged) > 1 and is_small(merged[-1]["excluded"], minimum_count):
        last = merged.pop()
        merged[-1] = _join(merged[-1], last)
    return merged


def _join(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    return {
        **first,
        "reason": f"{first['reason']}; {second['reason']}",
        "excluded": first["excluded"] + second["excluded"],
        "after": second["after"],
    }
