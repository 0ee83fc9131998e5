"""Which share responds: responders per condition and dose at each target visit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from dose_outcomes.outcomes.cells import ASSESSABLE, NO_PATIENTS, cells, with_totals
from dose_outcomes.results import ALL, Result
from dose_outcomes.stats.proportions.single import wilson
from dose_outcomes.study import Study
from dose_outcomes.study.endpoints import Endpoint

if TYPE_CHECKING:
    import pandas as pd

#: Handling of a missing score: the counts that are its denominator and its numerator.
COUNTS = {
    "non_responder": ("n", "observed_responders"),
    "observed": ("observed", "observed_responders"),
    "carried_forward": ("carried", "carried_responders"),
}
METHODS = {
    "non_responder": "missing score counted as no response",
    "observed": "patients with a score at the visit",
    "carried_forward": "missing score carried forward from the last visit",
}


def responder_rate(responders: pd.DataFrame, study: Study) -> list[Result]:
    """Return the share of responders with its Wilson interval, one row per handling of missing scores.

    Parameters
    ----------
    responders : DataFrame
        As `derive.response.responder_counts` gives it, for all endpoints.
    """
    return [
        result
        for endpoint in study.endpoints
        for result in of_endpoint(responders[responders["endpoint"] == endpoint.id], endpoint, study)
    ]


def responder_rate_by_strategy(responders: pd.DataFrame, study: Study) -> list[Result]:
    """Return the same shares under other strategies for intercurrent events; `subgroup` names the strategy.

    Parameters
    ----------
    responders : DataFrame
        Counts with the column strategy, for all endpoints.
    """
    return [
        replace(result, analysis="responder_rate_by_strategy", subgroup=f"strategy: {other.label}")
        for endpoint in study.endpoints
        for other in endpoint.alternatives
        for result in of_endpoint(
            responders[(responders["endpoint"] == endpoint.id) & (responders["strategy"] == other.label)],
            endpoint,
            study,
        )
    ]


def endpoint_name(endpoint: Endpoint, condition: str) -> str:
    """Return the response definition of a condition; for all conditions, the endpoint where they differ."""
    if condition != ALL:
        return endpoint.definitions[condition]
    codes = set(endpoint.definitions.values())
    return codes.pop() if len(codes) == 1 else endpoint.id


def of_endpoint(own: pd.DataFrame, endpoint: Endpoint, study: Study) -> Iterator[Result]:
    """Return the shares of one endpoint from its own counts."""
    values = sorted({column for pair in COUNTS.values() for column in pair})
    # with a visit of its own per definition, the total over conditions is of each one's target visit
    own = own if endpoint.visits else own.assign(day=0)
    counts = with_totals(own, ["day"], values).to_dict("index")
    for condition, dose in cells(study, endpoint.definitions):
        for day in target_days(endpoint, condition, study):
            found = counts.get((condition, dose, day if endpoint.visits else 0), {})
            for missing_data in endpoint.missing_data:
                denominator, numerator = COUNTS[missing_data]
                n, events = int(found.get(denominator, 0)), int(found.get(numerator, 0))
                share = wilson(events, n, level=study.level)
                yield Result(
                    analysis="responder_rate",
                    endpoint=endpoint_name(endpoint, condition),
                    condition=condition,
                    dose=dose,
                    statistic="proportion",
                    dose_attribution=endpoint.dose_attribution,
                    population=ASSESSABLE,
                    missing_data=missing_data,
                    day=day,
                    estimate=share.estimate,
                    low=share.low if n else None,
                    high=share.high if n else None,
                    level=share.level,
                    n=n,
                    events=events,
                    method=f"{share.method}; {METHODS[missing_data]}",
                    note=share.note if n else NO_PATIENTS,
                )


def target_days(endpoint: Endpoint, condition: str, study: Study) -> list[int | None]:
    """Return the target days of a condition; for all conditions none where they differ."""
    codes = endpoint.definitions.values() if condition == ALL else [endpoint.definitions[condition]]
    days = {tuple(visit.day for visit in study.visits(endpoint, code)) for code in codes}
    return list(days.pop()) if len(days) == 1 else [None]
