"""Rows that describe a distribution or a share, in the same words wherever they come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from dose_outcomes.outcomes.cells import NO_PATIENTS
from dose_outcomes.results import Result
from dose_outcomes.stats.description import Distribution, distribution
from dose_outcomes.stats.proportions.single import wilson
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import pandas as pd

QUARTILES = {"lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75}
QUANTILE_METHOD = "inverse of the empirical distribution, averaged where it jumps"
SMALLEST_COUNT = "events: the smallest count behind it"
ONE_PATIENT = "one patient: no spread"


def describe(counts: pd.DataFrame | None, value: str = "value") -> Distribution:
    """Return the distribution of a column of values with their counts `n`; missing values are left out."""
    if counts is None:
        return distribution([], [])
    values, n = (counts[column].to_numpy(dtype="float64", na_value=np.nan) for column in (value, "n"))
    known = ~np.isnan(values)
    return distribution(values[known], n[known])


def description_rows(key: dict[str, Any], found: Distribution, statistics: Iterable[str]) -> Iterator[Result]:
    """Return mean, standard_deviation, median, lower_quartile or upper_quartile, as asked for."""
    for statistic in statistics:
        if statistic in QUARTILES:
            estimate, method = found.quantile(QUARTILES[statistic]), QUANTILE_METHOD
        elif statistic == "mean":
            estimate, method = found.mean, "arithmetic mean"
        else:
            estimate, method = found.standard_deviation, "standard deviation, divisor n - 1"
        note = "" if estimate is not None else ONE_PATIENT if found.total else NO_PATIENTS
        yield Result(**key, statistic=statistic, estimate=estimate, n=found.total, method=method, note=note)


def share_row(key: dict[str, Any], events: int, n: int, study: Study, statistic: str = "proportion") -> Result:
    """Return a share with its Wilson interval."""
    share = wilson(events, n, level=study.level)
    return Result(
        **key,
        statistic=statistic,
        estimate=share.estimate,
        low=share.low if n else None,
        high=share.high if n else None,
        level=share.level,
        n=n,
        events=events,
        method=share.method,
        note=share.note if n else NO_PATIENTS,
    )


def reference_dose(study: Study) -> str:
    """Return the dose group that others are compared with: that of the study, else the first."""
    contrasts = getattr(study, "contrasts", None)
    return getattr(contrasts, "reference_dose", None) or study.dose_labels[0]


def by(frame: pd.DataFrame, columns: list[str]) -> dict[tuple[Any, ...], pd.DataFrame]:
    """Return the rows of each value of some columns."""
    return {key if isinstance(key, tuple) else (key,): rows for key, rows in frame.groupby(columns)}
