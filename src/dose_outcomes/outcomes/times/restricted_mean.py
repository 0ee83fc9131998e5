"""Mean time without a response over a fixed number of days, and doses compared by log-rank tests.

The restricted mean needs no proportional hazards and is in days. Differences are between groups by the dose aimed at;
a row of a difference has the patients of both groups, and is hidden with the mean of either (`disclosure`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dose_outcomes.outcomes.cells import NO_PATIENTS, cells, with_totals
from dose_outcomes.outcomes.precision import imprecision, joined
from dose_outcomes.outcomes.times.rows import by_cell, endpoint_of, key_of, own_rows, row_of_test, sizes
from dose_outcomes.results import ALL, Result
from dose_outcomes.stats.result import Estimate, StepCurve
from dose_outcomes.stats.survival.kaplan_meier import kaplan_meier
from dose_outcomes.stats.survival.logrank import logrank, logrank_trend
from dose_outcomes.stats.survival.restricted_mean import restricted_mean, restricted_mean_difference
from dose_outcomes.study import Study
from dose_outcomes.study.endpoints import Endpoint

if TYPE_CHECKING:
    import pandas as pd

ANALYSIS = "time_to_response"
VISIT_DAYS = "time to the visit at which the {event} was documented"


def restricted_mean_time(response_times: pd.DataFrame, study: Study) -> Iterator[Result]:
    """Return restricted means, their differences from the reference dose, and log-rank tests over doses.

    Parameters
    ----------
    response_times : DataFrame
        endpoint, condition, dose, day, events, censored.
    """
    for analysis in study.time_to_response:
        endpoint = endpoint_of(study, analysis.endpoint)
        own = own_rows(response_times, endpoint, ALL)
        totals = with_totals(own, ["day"], ["events", "censored"]).reset_index()
        found = {place: _Cell(rows, study.level) for place, rows in by_cell(totals).items()}
        for condition, dose in cells(study, endpoint.definitions):
            key = {**key_of(ANALYSIS, endpoint, condition, dose), "day": analysis.restricted_mean_days}
            cell, reference = found.get((condition, dose)), found.get((condition, study.reference_dose))
            yield _documented(_mean(key, cell, analysis.restricted_mean_days), endpoint)
            if dose not in (ALL, study.reference_dose):
                compared = _difference(key, cell, reference, analysis.restricted_mean_days, study)
                yield _documented(compared, endpoint)
        for condition in (ALL, *endpoint.definitions):
            rows = own_rows(response_times, endpoint, condition)
            yield from _tests(rows, endpoint, condition, analysis.horizon_days, study)


class _Cell:
    """Curve and size of one cell."""

    def __init__(self, rows: pd.DataFrame, level: float) -> None:
        day, events, censored = (rows[name].to_numpy(dtype="float64") for name in ("day", "events", "censored"))
        self.curve: StepCurve = kaplan_meier(day, events, censored, level=level)
        self.events, self.n = int(events.sum()), int(events.sum() + censored.sum())


def _mean(key: dict[str, Any], cell: _Cell | None, horizon: int) -> Result:
    if cell is None:
        return Result(**key, statistic="rmst_days", n=0, events=0, note=NO_PATIENTS)
    return _row(key, "rmst_days", restricted_mean(cell.curve, horizon, level=cell.curve.level), cell.n, cell.events)


def _difference(key: dict[str, Any], cell: _Cell | None, reference: _Cell | None, horizon: int, study: Study) -> Result:
    key = {**key, "comparator": study.reference_dose}
    if cell is None or reference is None:
        n, events = sum(one.n for one in (cell, reference) if one), sum(one.events for one in (cell, reference) if one)
        return Result(**key, statistic="rmst_difference", n=n, events=events, note=NO_PATIENTS)
    difference = restricted_mean_difference(cell.curve, reference.curve, horizon, level=study.level)
    few = imprecision([(cell.events, cell.n), (reference.events, reference.n)], study)
    return _row(key, "rmst_difference", difference, cell.n + reference.n, cell.events + reference.events, few)


def _documented(row: Result, endpoint: Endpoint) -> Result:
    """Return a row whose method says that days are those of visits."""
    return replace(row, method=f"{row.method}; {VISIT_DAYS.format(event=endpoint.event)}") if row.method else row


def _row(key: dict[str, Any], statistic: str, found: Estimate, n: int, events: int, few: str = "") -> Result:
    return Result(
        **key,
        statistic=statistic,
        estimate=found.estimate,
        low=found.low,
        high=found.high,
        level=found.level,
        n=n,
        events=events,
        method=found.method,
        note=joined(few, found.note),
    )


def _tests(own: pd.DataFrame, endpoint: Endpoint, condition: str, horizon: int, study: Study) -> Iterator[Result]:
    key = key_of(ANALYSIS, endpoint, condition, ALL)
    day, events, censored = (own[name].to_numpy(dtype="float64") for name in ("day", "events", "censored"))
    stratum = own["condition"].to_numpy(dtype=object) if condition == ALL else None
    groups = sizes(own, "events", ["censored"], study)
    test = logrank(day, events, censored, own["dose"].to_numpy(dtype=object), stratum=stratum)
    yield row_of_test(key, "logrank_test", test, groups, study, day=horizon)
    doses = own["dose"].map(study.dose_scores).to_numpy(dtype="float64")
    trend = logrank_trend(day, events, censored, doses, stratum=stratum)
    yield row_of_test(key, "logrank_trend_test", trend, groups, study, day=horizon)
