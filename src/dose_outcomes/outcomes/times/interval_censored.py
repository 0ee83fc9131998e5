"""Time to response as what it is: known to lie between two visits.

A response that is seen at a visit began at some time after the visit before it. The Kaplan-Meier curve of visit days
takes the later end for the time itself; the Turnbull estimate uses the interval. `median_difference_days` says how far
apart the two medians are.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from dose_outcomes.outcomes.cells import NO_PATIENTS, cells, with_totals
from dose_outcomes.outcomes.times.rows import by_cell, endpoint_of, key_of, own_rows, row_of_test, sizes
from dose_outcomes.results import ALL, Result
from dose_outcomes.stats.result import Estimate, HypothesisTest
from dose_outcomes.stats.survival.interval_censored_tests import interval_censored_test
from dose_outcomes.stats.survival.kaplan_meier import kaplan_meier
from dose_outcomes.stats.survival.quantile import quantile
from dose_outcomes.stats.survival.turnbull import CERTIFICATE
from dose_outcomes.stats.survival.turnbull_curve import (
    interval_censored_quantile,
    interval_censored_survival,
    turnbull_curve,
)
from dose_outcomes.study import Study
from dose_outcomes.study.endpoints import Endpoint
from dose_outcomes.study.times import DAYS_PER_WEEK, TimeToResponse

if TYPE_CHECKING:
    import pandas as pd

ANALYSIS = "time_to_response_interval_censored"
#: Holds wherever the note does not say otherwise.
CERTIFIED = f"maximum of the likelihood certified (largest gradient within {CERTIFICATE:g} of 1)"


def response_between_visits(intervals: pd.DataFrame, study: Study) -> Iterator[Result]:
    """Return the share without a response, medians, their distance from Kaplan-Meier, and tests over doses.

    Parameters
    ----------
    intervals : DataFrame
        As `derive.times.first_response.response_interval_counts` gives it.
    """
    for analysis in study.time_to_response:
        endpoint = endpoint_of(study, analysis.endpoint)
        own = own_rows(intervals, endpoint, ALL)
        totals = with_totals(own, ["last_without", "first_response"], ["n"]).reset_index()
        found = by_cell(totals)
        for condition, dose in cells(study, endpoint.definitions):
            key = key_of(ANALYSIS, endpoint, condition, dose)
            cell = found.get((condition, dose))
            if cell is None:
                yield from _nobody(key, analysis)
            else:
                yield from _of_cell(key, cell, analysis, study.level)
        for condition in (ALL, *endpoint.definitions):
            yield _test(own_rows(intervals, endpoint, condition), endpoint, condition, analysis, study)


def _bounds(cell: pd.DataFrame) -> tuple[Any, Any, Any]:
    """Last day without, first day with (infinite when never seen), numbers of patients."""
    right = cell["first_response"].to_numpy(dtype="float64")
    right = np.where(np.isnan(right), np.inf, right)
    return cell["last_without"].to_numpy(dtype="float64"), right, cell["n"].to_numpy(dtype="float64")


def _of_cell(key: dict[str, Any], cell: pd.DataFrame, analysis: TimeToResponse, level: float) -> Iterator[Result]:
    left, right, n = _bounds(cell)
    curve = turnbull_curve(left, right, n=n, level=level)
    total, responded = int(n.sum()), int(n[np.isfinite(right)].sum())
    for week in analysis.survival_weeks:
        day = week * DAYS_PER_WEEK
        share = interval_censored_survival(curve, day)
        yield _row(key, "survival", day, share, total, int(n[right <= day].sum()))
    median = interval_censored_quantile(curve, 0.5)
    yield _row(key, "median_days", analysis.horizon_days, median, total, responded)
    yield _difference(key, analysis, median, (left, right, n), level)


def _row(key: dict[str, Any], statistic: str, day: int, found: Estimate, n: int, events: int) -> Result:
    return Result(
        **key,
        statistic=statistic,
        day=day,
        estimate=found.estimate,
        low=found.low,
        high=found.high if found.high is not None and isfinite(found.high) else None,
        level=found.level,
        n=n,
        events=events,
        method=f"{found.method}; {CERTIFIED}",
        note=found.note,
    )


def _difference(
    key: dict[str, Any], analysis: TimeToResponse, median: Estimate, bounds: tuple[Any, Any, Any], level: float
) -> Result:
    left, right, n = bounds
    seen = np.isfinite(right)
    visits = kaplan_meier(np.where(seen, right, left), n * seen, n * ~seen, level=level, beta_product_below=None)
    documented = quantile(visits, 0.5).estimate
    known = documented is not None and median.estimate is not None
    return Result(
        **key,
        statistic="median_difference_days",
        day=analysis.horizon_days,
        estimate=documented - median.estimate if documented is not None and median.estimate is not None else None,
        n=int(n.sum()),
        events=int(n[seen].sum()),
        method="median of the Kaplan-Meier curve of visit days minus median of the Turnbull estimate, same patients",
        note="" if known else "a median is not reached",
    )


def _test(own: pd.DataFrame, endpoint: Endpoint, condition: str, analysis: TimeToResponse, study: Study) -> Result:
    key = key_of(ANALYSIS, endpoint, condition, ALL)
    seen = own["first_response"].notna()
    counted = own.assign(seen=own["n"].where(seen, 0), unseen=own["n"].where(~seen, 0))
    groups = sizes(counted, "seen", ["unseen"], study)
    test: HypothesisTest = interval_censored_test(
        *_bounds(own)[:2],
        own["dose"].to_numpy(dtype=object),
        n=_bounds(own)[2],
        stratum=own["condition"].to_numpy(dtype=object) if condition == ALL else None,
    )
    return row_of_test(key, "interval_censored_test", test, groups, study, day=analysis.horizon_days)


def _nobody(key: dict[str, Any], analysis: TimeToResponse) -> Iterator[Result]:
    days = [week * DAYS_PER_WEEK for week in analysis.survival_weeks]
    statistics = [("survival", day) for day in days]
    statistics += [("median_days", analysis.horizon_days), ("median_difference_days", analysis.horizon_days)]
    for statistic, day in statistics:
        yield Result(**key, statistic=statistic, day=day, n=0, events=0, note=NO_PATIENTS)
