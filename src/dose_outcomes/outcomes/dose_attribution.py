"""The responder rate by landmark, current and (on request, marked as biased) last dose, beside the target dose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from dose_outcomes.derive.attribution import CURRENT, LANDMARK, LAST_DOSE
from dose_outcomes.outcomes.cells import ASSESSABLE, NO_PATIENTS, cells, with_totals
from dose_outcomes.outcomes.responder_rate import endpoint_name, of_endpoint
from dose_outcomes.outcomes.side_effect_incidence import DAYS_PER_YEAR, PER
from dose_outcomes.results import Result
from dose_outcomes.stats.rates.rate import garwood
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import pandas as pd

BIASED = (
    "biased: a high last dose can only be reached by staying on the drug, so that early stoppers fall into the low "
    "doses (immortal time)"
)


def responder_rate_by_attribution(responders: pd.DataFrame, study: Study) -> Iterator[Result]:
    """Return the share of responders by landmark dose and, where the study asks for it, by last dose.

    Parameters
    ----------
    responders : DataFrame
        Counts of responders with the column attribution.
    """
    wanted = {LANDMARK: study.dose_attributions.landmark_day, LAST_DOSE: study.dose_attributions.show_biased_last_dose}
    for endpoint in study.endpoints:
        for attribution in (name for name, asked in wanted.items() if asked):
            own = responders[(responders["endpoint"] == endpoint.id) & (responders["attribution"] == attribution)]
            for result in of_endpoint(own, endpoint, study):
                if attribution == LAST_DOSE:
                    note = "; ".join(part for part in (BIASED, result.note) if part)
                    yield replace(result, dose_attribution=attribution, note=note)
                    continue
                method = f"{result.method}; by the dose on day {study.dose_attributions.landmark_day}"
                population = f"assessable, on the drug and without {endpoint.an_event} on the landmark day"
                yield replace(result, dose_attribution=attribution, method=method, population=population)


def response_rate_by_current_dose(counts: pd.DataFrame, study: Study) -> Iterator[Result]:
    """Return first responses per 100 person-years at the dose taken, with the exact Poisson interval.

    Parameters
    ----------
    counts : DataFrame
        endpoint, condition, dose, events, days, patients.
    """
    if not study.dose_attributions.current:
        return
    for endpoint in study.endpoints:
        own = counts[counts["endpoint"] == endpoint.id]
        found = with_totals(own, [], ["events", "days", "patients"]).to_dict("index")
        for condition, dose in cells(study, endpoint.definitions):
            cell = found.get((condition, dose), {"events": 0, "days": 0, "patients": 0})
            years = float(cell["days"]) / DAYS_PER_YEAR
            rate = garwood(int(cell["events"]), years, per=PER, level=study.level)
            # a patient is at risk at several doses in turn: over all doses the patients are not the sum
            n = None if dose == "all" else int(cell["patients"])
            yield Result(
                analysis="time_to_response",
                endpoint=endpoint_name(endpoint, condition),
                condition=condition,
                dose=dose,
                statistic=f"rate_per_{PER}_person_years",
                dose_attribution=CURRENT,
                population=ASSESSABLE,
                estimate=rate.estimate,
                low=rate.low if years else None,
                high=rate.high if years else None,
                level=rate.level,
                n=n,
                events=int(cell["events"]),
                person_years=years,
                method=f"first documented {endpoint.event}s per time at risk at the dose taken; {rate.method}",
                note=rate.note if years else NO_PATIENTS,
            )
