"""The only door from data/ to reports/: hides small counts and what would reveal them, and writes what is left.

Primary suppression: a count of 1 to `minimum_count` - 1 is hidden together with its complement and every number of
its row that would give it back, and with the rows that are made of it: comparisons, which give one side back from the
other, and tests and curves over all doses of a condition. Steps of curves are delayed until they hold enough
patients, small exclusions are merged with their neighbours. Counts that could be had by subtracting released totals
from each other are not protected yet; the report says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dose_outcomes.results import ALL, PUBLISHED, identifier

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

#: Shares of patients (or events): with the count goes its complement.
SHARES = ("proportion", "proportion_missing", "prevalence", "survival", "one_minus_survival", "cumulative_incidence")
#: Analyses whose rows are made of the counts of another one; all others are made of those of their own.
MADE_OF = {
    "responder_contrast": "responder_rate",
    "dose_response": "responder_rate",
    "side_effect_contrast": "side_effect_incidence",
    "time_to_response_by_current_dose": "time_to_response",
}
#: Analyses in which the rows of a cell are made of the same counts, so that one follows from the others.
SHARING_COUNTS = ("missing_data_ladder", "tipping_point", "placebo_benchmark")
#: Statistics that are functions of the counts at every dose of their condition.
OVER_DOSES = ("trend_test", "contrast_test", "akaike_information_criterion", "ed50_mg", "fitted_proportion")
COUNTED = ("proportion", "rate_per_100_person_years", "rmst_days")
RISK_TABLE = ("number_at_risk", "cumulative_events", "cumulative_censored")
#: Analysis: statistic whose rows are parts of one whole, so that one of them follows from the others. What comes
#: before the colon of an endpoint names the whole, or, of subgroups of patients, before that of the subgroup.
PARTS = {
    "baseline": "proportion",
    "dose": "proportion",
    "reason_for_stopping": "cumulative_incidence",
    "responder_rate_by_subgroup": "proportion",
    "side_effect_severity": "proportion",
}
#: Of these, the ones whose whole is a released count other than the patients of the row.
PARTS_OF_AN_EVENT = ("reason_for_stopping", "side_effect_severity", "responder_rate_by_subgroup")
#: Statistics whose rows, by threshold, give the patients between two thresholds by subtraction.
DISTRIBUTIONS = ("share_improved_at_least",)


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
    share = table["statistic"].isin(SHARES)
    others = table["n"] - table["events"]
    hidden = few_patients | _small(table["events"], minimum_count) | (share & _small(others, minimum_count))
    hidden |= table["statistic"].isin(RISK_TABLE) & _small(table["estimate"], minimum_count)
    # at risk, events and censored of one day add up to the patients: with two of them the third is known
    risk_key = ["analysis", "endpoint", "condition", "dose", "day"]
    in_risk_table = table["statistic"].isin(RISK_TABLE)
    together = table.assign(hidden=hidden)[in_risk_table].groupby(risk_key, dropna=False)["hidden"].transform("any")
    hidden.loc[together.index] = together
    published = table["population"] == PUBLISHED
    few_patients, hidden = few_patients & ~published, hidden & ~published
    sharing = _sharing_counts(table, hidden)
    hidden, few_patients = hidden | sharing, few_patients | sharing
    hidden |= _would_give_back_a_part(table, hidden)
    hidden |= _close_thresholds(table, hidden, minimum_count)
    table.loc[_beside_hidden_missing(table, hidden), "n"] = None
    made_of_hidden, made_of_few = _made_of(table, hidden), _made_of(table, few_patients)
    hidden |= made_of_hidden
    few_patients |= made_of_few & (table["comparator"] != "")  # its number of patients is that of two groups
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


def _made_of(table: pd.DataFrame, marked: pd.Series) -> pd.Series:
    """Tell which rows are made of counts that are marked: of either side they compare, or of any dose they span.

    The sides are the rows without comparator of both doses, or, where the comparator is a subgroup, of both
    subgroups. A subgroup that names a model or a weighting has the counts of all patients.
    """
    place = ["endpoint", "condition", "dose_attribution", "population", "missing_data", "day"]
    keys = table[place].astype("string").fillna("")
    names = list(zip(table["analysis"], *(keys[name] for name in place), table["dose"], table["subgroup"], strict=True))
    counted = marked & (table["comparator"] == "") & table["statistic"].isin(COUNTED)
    cells = {name for name, is_counted in zip(names, counted, strict=True) if is_counted}
    spans = {(*name[:-2], ALL, name[-1]) for name in cells if name[-2] != ALL}

    def is_made(name: tuple[str, ...], comparator: str, statistic: str) -> bool:
        analysis, *where, dose, subgroup = name
        own = (MADE_OF.get(analysis, analysis), *where)
        sides = ((dose, subgroup), (dose, comparator), (comparator, subgroup), (dose, ""), (comparator, ""))
        compares = comparator != "" and any((*own, *side) in cells for side in sides)
        return compares or (statistic in OVER_DOSES and any((*own, ALL, one) in spans for one in (subgroup, "")))

    rows = zip(names, table["comparator"], table["statistic"], strict=True)
    return type(marked)([is_made(*row) for row in rows], index=table.index, dtype="bool")


def _sharing_counts(table: pd.DataFrame, hidden: pd.Series) -> NDArray[np.bool_]:
    """Tell which rows belong to a cell of which a row is hidden, or compare with one, where they share their counts."""
    rows = table[table["analysis"].isin(SHARING_COUNTS) & (table["population"] != PUBLISHED)]
    place = rows[["analysis", "endpoint", "condition", "day"]].astype("string").fillna("")
    keys = list(place.itertuples(index=False, name=None))
    of_cell = hidden[rows.index] & (rows["comparator"] == "")
    cells = {(key, dose) for key, dose, one in zip(keys, rows["dose"], of_cell, strict=True) if one}
    sides = zip(keys, rows["dose"], rows["comparator"], strict=True)
    beside = [(key, dose) in cells or (key, comparator) in cells for key, dose, comparator in sides]
    return table.index.isin(rows.index[beside])


def _small(counts: pd.Series, minimum_count: int) -> pd.Series:
    return ((counts >= 1) & (counts < minimum_count)).fillna(False).astype(bool)


def _would_give_back_a_part(table: pd.DataFrame, hidden: pd.Series) -> pd.Series:
    """Return the smallest part beside each single hidden one of a whole whose parts add up."""
    chosen = hidden & False
    rows = table[(table["statistic"] == table["analysis"].map(PARTS)) & (table["events"] > 0)]
    by_subgroup = rows["analysis"] == "responder_rate_by_subgroup"
    named = rows["endpoint"].where(~by_subgroup, rows["subgroup"])
    whole = named.str.split(": ").str[0].where(rows["analysis"] != "reason_for_stopping", "")
    keys = [rows[column] for column in ("analysis", "condition", "dose", "day")]
    for (analysis, *_), parts in rows.groupby([*keys, whole], dropna=False):
        # several medications are taken by one patient: they are no parts of a whole
        adds_up = analysis in PARTS_OF_AN_EVENT or parts["events"].sum() == parts["n"].iloc[0]
        if adds_up and hidden[parts.index].sum() == 1:
            shown = parts[~hidden[parts.index]].sort_values(["events", "endpoint", "subgroup"])
            chosen.loc[shown.index[:1]] = True
    return chosen


def _close_thresholds(table: pd.DataFrame, hidden: pd.Series, minimum_count: int) -> pd.Series:
    """Return the thresholds of a distribution between which, and the next one shown, too few patients lie."""
    rows = table[table["statistic"].isin(DISTRIBUTIONS) & ~hidden]
    places: list[Any] = []
    percent = rows["endpoint"].str.endswith("%")
    for _, thresholds in rows.groupby(["analysis", "condition", "dose", "day", percent], dropna=False):
        shown = 0
        for place, row in thresholds.sort_values(["events", "endpoint"]).iterrows():
            steps = (row["events"] - shown, row["n"] - row["events"])
            if any(0 < step < minimum_count for step in steps):
                places.append(place)
            else:
                shown = row["events"]
    return hidden.index.to_series().isin(places)


def _beside_hidden_missing(table: pd.DataFrame, hidden: pd.Series) -> pd.Series:
    """Return the rows whose number of patients would give back a hidden number of missing values."""
    key = ["analysis", "endpoint", "condition", "dose"]
    missing = hidden & (table["statistic"] == "number_missing")
    return missing.groupby([table[column] for column in key], dropna=False).transform("any") & ~missing


def _delayed(curve: pd.DataFrame, minimum_count: int) -> pd.DataFrame:
    """Join rows of one curve into blocks that are large enough.

    What else changes the numbers at risk counts too: competing events, and patients who enter later.
    """
    rows, blocks, after = _records(curve), list[dict[str, Any]](), list[int]()
    start, events, censored = int(rows[0]["at_risk"]), 0, 0
    for row, following in zip(rows, [*(int(row["at_risk"]) for row in rows[1:]), 0], strict=True):
        events += row["events"]
        censored += row["censored"]
        others = abs(start - events - censored - following)
        if all(count == 0 or count >= minimum_count for count in (events, censored, others)):
            blocks.append({**row, "at_risk": start, "events": events, "censored": censored})
            after.append(following)
            start, events, censored = following, 0, 0
    while blocks and 0 < after[len(blocks) - 1] < minimum_count:
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
