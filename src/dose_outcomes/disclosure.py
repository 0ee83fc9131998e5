"""The only door from data/ to reports/: hides small counts and what would reveal them, and writes what is left.

Primary suppression: a count of 1 to `minimum_count` - 1 is hidden together with its complement and every number
of its row that would give it back. Steps of curves are delayed until they hold enough patients, small exclusions
are merged with their neighbours. Counts that could be had by subtracting released totals from each other are not
protected yet; the report says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dose_outcomes.results import identifier

if TYPE_CHECKING:
    import pandas as pd

RISK_TABLE = ("number_at_risk", "cumulative_events", "cumulative_censored")


def reason(minimum_count: int) -> str:
    """Return the text that marks a hidden number.

    Examples
    --------
    >>> reason(5)
    'count below 5'
    """
    return f"count below {minimum_count}"


def release_estimates(estimates: pd.DataFrame, minimum_count: int) -> pd.DataFrame:
    """Hide rows of the tidy table that show or reveal a small count.

    Parameters
    ----------
    estimates : DataFrame
        Columns `results.COLUMNS`.
    minimum_count : int
        Smallest count that may be shown; 0 hides nothing.

    Returns
    -------
    DataFrame
        The same rows; hidden ones are emptied and say why in `suppressed`.
    """
    table = estimates.copy()
    few_patients = _small(table["n"], minimum_count)
    share = table["statistic"] == "proportion"
    others = table["n"] - table["events"]
    hidden = few_patients | _small(table["events"], minimum_count) | (share & _small(others, minimum_count))
    hidden |= table["statistic"].isin(RISK_TABLE) & _small(table["estimate"], minimum_count)
    # at risk, events and censored of one day add up to the patients: with two of them the third is known
    risk_key = ["analysis", "endpoint", "condition", "dose", "day"]
    in_risk_table = table["statistic"].isin(RISK_TABLE)
    together = table[in_risk_table].assign(hidden=hidden).groupby(risk_key, dropna=False)["hidden"].transform("any")
    hidden.loc[together.index] = together
    table.loc[hidden, ["estimate", "low", "high", "p_value", "p_adjusted", "events", "person_years"]] = None
    table.loc[few_patients, "n"] = None
    table.loc[hidden, "note"] = ""
    table.loc[hidden, "suppressed"] = reason(minimum_count)
    return table


def release_curves(curves: pd.DataFrame, minimum_count: int) -> pd.DataFrame:
    """Delay the steps of curves until each holds no or enough events, and no or enough censorings.

    Returns
    -------
    DataFrame
        Fewer rows of the same columns: at_risk before, events and censored since the row before, the estimate
        after the day. A curve ends early rather than leave a small group behind.
    """
    import pandas as pd

    if minimum_count <= 1 or curves.empty:
        return curves
    parts = [_delayed(curve, minimum_count) for _, curve in curves.groupby("curve_id", sort=False)]
    return pd.concat(parts, ignore_index=True)


def release_attrition(attrition: pd.DataFrame, minimum_count: int) -> pd.DataFrame:
    """Merge small exclusions with their neighbours until each step excludes none or enough.

    Returns
    -------
    DataFrame
        Columns attrition_id, flow, unit, step, reason, before, excluded, after, suppressed. Where a whole flow
        excludes few, its numbers after the exclusion are hidden.
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for _, flow in attrition.groupby("flow", sort=False):
        steps = _merged(_records(flow), minimum_count)
        for number, step in enumerate(steps, start=1):
            hidden = 0 < step["excluded"] < minimum_count
            step |= {"step": number, "suppressed": reason(minimum_count) if hidden else ""}
            if hidden:
                step |= {"excluded": None, "after": None}
            rows.append({"attrition_id": identifier(("attrition", step["flow"], step["reason"])), **step})
    columns = ["attrition_id", *attrition.columns, "suppressed"]
    released = pd.DataFrame(rows, columns=columns)
    counts = ["step", "before", "excluded", "after"]
    return released.astype(dict.fromkeys(counts, "Int64"))


def share_released(estimates: pd.DataFrame) -> float:
    """Return the share of rows that are not hidden, between 0 and 1."""
    return float((estimates["suppressed"] == "").mean()) if len(estimates) else 1.0


def write_release(files: Mapping[str | Path, str]) -> None:
    """Write files below reports/: all or none.

    Parameters
    ----------
    files : mapping of path to str
        Text of each file, UTF-8 with line feeds.
    """
    waiting = []
    for path, text in files.items():
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(target.name + ".part")
        beside.write_text(text, encoding="utf-8", newline="\n")
        waiting.append((beside, target))
    for beside, target in waiting:
        beside.replace(target)


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def _small(counts: pd.Series, minimum_count: int) -> pd.Series:
    return ((counts >= 1) & (counts < minimum_count)).fillna(False).astype(bool)


def _delayed(curve: pd.DataFrame, minimum_count: int) -> pd.DataFrame:
    """Join rows of one curve into blocks that are large enough."""
    blocks: list[dict[str, Any]] = []
    start, events, censored = int(curve["at_risk"].iloc[0]), 0, 0
    for row in _records(curve):
        events += row["events"]
        censored += row["censored"]
        if all(count == 0 or count >= minimum_count for count in (events, censored)):
            blocks.append({**row, "at_risk": start, "events": events, "censored": censored})
            start, events, censored = start - events - censored, 0, 0
    while blocks and 0 < blocks[-1]["at_risk"] - blocks[-1]["events"] - blocks[-1]["censored"] < minimum_count:
        blocks.pop()
    released = type(curve)(blocks, columns=curve.columns)
    return released.astype(curve.dtypes.to_dict())


def _merged(steps: list[dict[str, Any]], minimum_count: int) -> list[dict[str, Any]]:
    merged: list[dict[str, Any]] = []
    for step in steps:
        if merged and 0 < merged[-1]["excluded"] < minimum_count:
            merged[-1] = _join(merged[-1], step)
        else:
            merged.append(dict(step))
    while len(merged) > 1 and 0 < merged[-1]["excluded"] < minimum_count:
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
