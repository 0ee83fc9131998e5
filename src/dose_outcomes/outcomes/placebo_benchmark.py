"""Published placebo responders beside those of the cohort: a comparison with outsiders, not of treatments.

Patients of a trial differ from those of a cohort in more than the drug. A difference and the published counts give
the cohort's responders back: its own row stands beside them, and disclosure control hides them together
(`disclosure.relations`). The published row is public and never hidden.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dose_outcomes.outcomes.cells import NO_PATIENTS
from dose_outcomes.outcomes.responder_rate import of_endpoint
from dose_outcomes.results import ALL, PUBLISHED, Result
from dose_outcomes.stats.proportions.difference import risk_difference_newcombe
from dose_outcomes.stats.proportions.single import wilson
from dose_outcomes.study import Study
from dose_outcomes.study.robustness import PlaceboBenchmark, examined_endpoints

if TYPE_CHECKING:
    import pandas as pd

ANALYSIS = "placebo_benchmark"
OUTSIDE = "comparison with a published trial, other patients and other care"


def placebo_benchmark(responders: pd.DataFrame, study: Study) -> Iterator[Result]:
    """Return published placebo responders, and the difference of the cohort's responder rate to them.

    For conditions whose definition has a benchmark, per dose and over all doses, with the primary handling of missing
    scores.

    Parameters
    ----------
    responders : DataFrame
        As `derive.response.responder_counts` gives it, for all endpoints.
    """
    for endpoint in examined_endpoints(study):
        own = responders[responders["endpoint"] == endpoint.id]
        for rate in of_endpoint(own, endpoint, study):
            if rate.condition == ALL or rate.missing_data != endpoint.missing_data[0]:
                continue
            found = [one for one in study.robustness.placebo_benchmarks if one.definition == rate.endpoint]
            if found:
                yield replace(rate, analysis=ANALYSIS)
            for benchmark in found:
                if rate.dose == ALL:
                    yield _published(rate, benchmark, study.level)
                yield _difference(rate, benchmark, study.level)


def _published(rate: Result, benchmark: PlaceboBenchmark, level: float) -> Result:
    share = wilson(benchmark.events, benchmark.n, level=level)
    return replace(
        rate,
        analysis=ANALYSIS,
        subgroup=_name(benchmark),
        dose_attribution="",
        population=PUBLISHED,
        missing_data="",
        estimate=share.estimate,
        low=share.low,
        high=share.high,
        n=benchmark.n,
        events=benchmark.events,
        method=share.method,
        note=benchmark.source,
    )


def _difference(rate: Result, benchmark: PlaceboBenchmark, level: float) -> Result:
    row: dict[str, Any] = {
        "analysis": ANALYSIS,
        "comparator": _name(benchmark),
        "statistic": "risk_difference",
    }
    if not rate.n or rate.events is None:
        return replace(rate, **row, estimate=None, low=None, high=None, method="", note=NO_PATIENTS)
    found = risk_difference_newcombe(rate.events, rate.n, benchmark.events, benchmark.n, level=level)
    return replace(
        rate,
        **row,
        estimate=found.estimate,
        low=found.low,
        high=found.high,
        method=f"{found.method}; {OUTSIDE}",
        note=OUTSIDE,
    )


def _name(benchmark: PlaceboBenchmark) -> str:
    return f"published placebo: {benchmark.label}"
