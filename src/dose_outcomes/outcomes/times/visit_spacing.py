"""How often patients were seen: responses are found only at visits, so frequent visitors seem to respond sooner."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dose_outcomes.outcomes.cells import NO_PATIENTS
from dose_outcomes.outcomes.times.rows import endpoint_of, key_of, own_rows
from dose_outcomes.results import ALL, Result
from dose_outcomes.stats.description import distribution
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import pandas as pd

ANALYSIS = "visit_spacing"
QUANTILES = {"lower_quartile_days": 0.25, "median_days": 0.5, "upper_quartile_days": 0.75}
METHOD = "days between assessed visits, the first counted from the first dose; every gap of every patient"


def visit_spacing(gaps: pd.DataFrame, study: Study) -> Iterator[Result]:
    """Return median and quartiles of the days between assessed visits, per condition.

    Parameters
    ----------
    gaps : DataFrame
        As `derive.times.first_response.visit_gap_counts` gives it.
    """
    for analysis in study.time_to_response:
        endpoint = endpoint_of(study, analysis.endpoint)
        for condition in (ALL, *endpoint.definitions):
            own = own_rows(gaps, endpoint, condition)
            described = distribution(own["days"].to_numpy(dtype="float64"), own["gaps"].to_numpy(dtype="float64"))
            for statistic, probability in QUANTILES.items():
                value = described.quantile(probability)
                yield Result(
                    **key_of(ANALYSIS, endpoint, condition, ALL, attribution=""),
                    statistic=statistic,
                    day=analysis.horizon_days,
                    estimate=value,
                    n=int(own["patients"].sum()),
                    method=METHOD,
                    note="" if value is not None else NO_PATIENTS,
                )
