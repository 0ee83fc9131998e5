"""Which share goes further: remission at the target visit, and responses that last."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from dose_outcomes.outcomes.cells import ASSESSABLE, NO_PATIENTS, cells, with_totals
from dose_outcomes.outcomes.responder_rate import endpoint_name, of_endpoint
from dose_outcomes.results import Result
from dose_outcomes.stats.proportions.single import wilson
from dose_outcomes.study import Study
from dose_outcomes.study.contrasts import SustainedResponse

if TYPE_CHECKING:
    import pandas as pd

#: Handling of visits that are too few: the column of patients, and its meaning.
LASTING = {
    "non_responder": ("n", "too few visits counted as none"),
    "observed": ("observed", "patients with two assessed visits as far apart"),
}


def remission_rate(remissions: pd.DataFrame, study: Study) -> Iterator[Result]:
    """Return the share in remission at each target visit, for conditions whose definition says what remission is.

    Totals are over these conditions only.

    Parameters
    ----------
    remissions : DataFrame
        As `derive.response.responder_counts` gives it for the rule of remission, for all endpoints.
    """
    for endpoint in study.endpoints:
        having = {
            condition: code for condition, code in endpoint.definitions.items() if study.definition(code).remission
        }
        if having and endpoint.kind == "benefit":
            own = remissions[remissions["endpoint"] == endpoint.id]
            for rate in of_endpoint(own, endpoint.model_copy(update={"definitions": having}), study):
                # what is said of a response holds of a remission
                yield replace(rate, analysis="remission_rate", method=rate.method.replace("response", "remission"))


def sustained_response_rate(sustained: pd.DataFrame, study: Study) -> Iterator[Result]:
    """Return the share with a response at two assessed visits far enough apart and no other visit in between.

    Parameters
    ----------
    sustained : DataFrame
        endpoint, condition, definition, dose, n, observed, observed_responders.
    """
    for question in study.sustained_response:
        yield from _sustained(sustained[sustained["endpoint"] == question.endpoint], question, study)


def _sustained(own: pd.DataFrame, question: SustainedResponse, study: Study) -> Iterator[Result]:
    endpoint = next(one for one in study.endpoints if one.id == question.endpoint)
    counts = with_totals(own, [], ["n", "observed", "observed_responders"]).to_dict("index")
    what = f"response at visits at least {question.minimum_days_apart} days apart, none without in between"
    for condition, dose in cells(study, endpoint.definitions):
        found = counts.get((condition, dose), {})
        for missing_data in endpoint.missing_data:
            if missing_data not in LASTING:
                continue  # a visit that was not made cannot carry a lasting response forward
            denominator, meaning = LASTING[missing_data]
            n, events = int(found.get(denominator, 0)), int(found.get("observed_responders", 0))
            share = wilson(events, n, level=study.level)
            yield Result(
                analysis="sustained_response_rate",
                endpoint=endpoint_name(endpoint, condition),
                condition=condition,
                dose=dose,
                statistic="proportion",
                dose_attribution=endpoint.dose_attribution,
                population=ASSESSABLE,
                missing_data=missing_data,
                day=question.horizon_days,
                estimate=share.estimate,
                low=share.low if n else None,
                high=share.high if n else None,
                level=share.level,
                n=n,
                events=events,
                method=f"{share.method}; {what}; {meaning}",
                note=share.note if n else NO_PATIENTS,
            )
