"""With what side effects: patients with an event, and events per time at risk, per condition and dose."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dose_outcomes.outcomes.cells import ANALYSED, NO_PATIENTS, cells, with_totals
from dose_outcomes.results import Result
from dose_outcomes.stats.proportions.single import clopper_pearson
from dose_outcomes.stats.rates.rate import garwood
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import pandas as pd

DAYS_PER_YEAR = 365.25
PER = 100


def side_effect_incidence(side_effects: pd.DataFrame, time_at_risk: pd.DataFrame, study: Study) -> Iterator[Result]:
    """Return, for any side effect, each body system and each term, an incidence proportion and a rate.

    Side effects that occur anywhere have a row in every cell: none of many is a finding, with an upper limit.

    Parameters
    ----------
    side_effects : DataFrame
        endpoint, condition, dose, patients, events.
    time_at_risk : DataFrame
        condition, dose, n (patients), days (patient-days, both ends included).
    """
    counts = with_totals(side_effects, ["endpoint"], ["patients", "events"]).to_dict("index")
    risk = with_totals(time_at_risk, [], ["n", "days"]).to_dict("index")
    endpoints = sorted(side_effects["endpoint"].unique())
    for condition, dose in cells(study):
        at_risk = risk.get((condition, dose), {"n": 0, "days": 0})
        n, years = int(at_risk["n"]), float(at_risk["days"]) / DAYS_PER_YEAR
        for endpoint in endpoints:
            found = counts.get((condition, dose, endpoint), {"patients": 0, "events": 0})
            yield from _of_cell(condition, dose, endpoint, found, n, years, study.level)


def _of_cell(
    condition: str, dose: str, endpoint: str, found: dict[Any, Any], n: int, years: float, level: float
) -> Iterator[Result]:
    share = clopper_pearson(int(found["patients"]), n, level=level)
    rate = garwood(int(found["events"]), years, per=PER, level=level)
    shared: dict[str, Any] = {
        "analysis": "side_effect_incidence",
        "endpoint": endpoint,
        "condition": condition,
        "dose": dose,
        "dose_attribution": "target",
        "population": ANALYSED,
        "level": level,
        "n": n,
    }
    yield Result(
        **shared,
        statistic="proportion",
        estimate=share.estimate,
        low=share.low if n else None,
        high=share.high if n else None,
        events=int(found["patients"]),
        method=share.method,
        note=share.note if n else NO_PATIENTS,
    )
    yield Result(
        **shared,
        statistic=f"rate_per_{PER}_person_years",
        estimate=rate.estimate,
        low=rate.low if n else None,
        high=rate.high if n else None,
        events=int(found["events"]),
        person_years=years,
        method=rate.method,
        note=rate.note if n else NO_PATIENTS,
    )
