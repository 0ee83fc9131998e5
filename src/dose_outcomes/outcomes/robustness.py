"""What stands beside responder rates so that nobody reads more into them than they hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from dose_outcomes.outcomes.missing_data import missing_data_ladder
from dose_outcomes.outcomes.placebo_benchmark import placebo_benchmark
from dose_outcomes.outcomes.regression_to_the_mean import regression_to_the_mean
from dose_outcomes.outcomes.tipping_point import tipping_points
from dose_outcomes.results import Result
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import pandas as pd


def robustness(counts: Mapping[str, pd.DataFrame], study: Study) -> Iterator[Result]:
    """Return the handlings of missing scores, tipping points, regression to the mean and placebo benchmarks.

    Parameters
    ----------
    counts : mapping of str to DataFrame
        As `derive.counts.count_cohort` returns them.
    """
    responders = counts["responders"]
    yield from missing_data_ladder(responders, counts["response_patterns"], study)
    yield from tipping_points(responders, study)
    yield from regression_to_the_mean(counts["baseline_scores"], counts["repeated_scores"], study)
    yield from placebo_benchmark(responders, study)
