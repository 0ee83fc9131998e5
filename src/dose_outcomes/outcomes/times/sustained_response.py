"""How soon a response that lasts began, and how long responses lasted.

Over all doses by condition and over all conditions by dose: fewer patients have these events. A sustained response is
dated to its first visit, never to the one that confirms it. The duration counts from the first documented response,
in those who had one: doses are then no longer groups as they were at the start.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dose_outcomes.outcomes.cells import ASSESSABLE, NO_PATIENTS, margins, with_totals
from dose_outcomes.outcomes.responder_rate import endpoint_name
from dose_outcomes.outcomes.time_to_event import Question, time_to_event
from dose_outcomes.outcomes.times.rows import by_cell, endpoint_of, key_of, own_rows
from dose_outcomes.results import ALL, Result
from dose_outcomes.stats.survival.kaplan_meier import kaplan_meier, survival_at
from dose_outcomes.study import Study
from dose_outcomes.study.contrasts import SustainedResponse
from dose_outcomes.study.endpoints import Endpoint
from dose_outcomes.study.times import DAYS_PER_WEEK, SURVIVAL_WEEKS

if TYPE_CHECKING:
    import pandas as pd

SUSTAINED = "time_to_sustained_response"
DURATION = "duration_of_response"
RESPONDERS = "responders"
METHODS = {
    SUSTAINED: "share without a sustained response so far",
    DURATION: "share of responders who have not lost the response so many days after its first visit",
}


def sustained_responses(
    began: pd.DataFrame, lost: pd.DataFrame, study: Study
) -> tuple[list[Result], list[pd.DataFrame]]:
    """Return medians and shares at weeks of the time to sustained response and of its duration, and the curves.

    Parameters
    ----------
    began, lost : DataFrame
        As `derive.times.response_duration` gives them.
    """
    results: list[Result] = []
    curves = []
    for sustained in study.sustained_response:
        endpoint = endpoint_of(study, sustained.endpoint)
        names = {condition: endpoint_name(endpoint, condition) for condition in (ALL, *endpoint.definitions)}
        for analysis, population, counts in ((SUSTAINED, ASSESSABLE, began), (DURATION, RESPONDERS, lost)):
            own = own_rows(counts, endpoint, ALL)
            question = Question(analysis, names, population, own, [], sustained.horizon_days, margins_only=True)
            found, rows = time_to_event(question, study)
            results += [*found, *_shares(question, endpoint, _weeks(sustained, study), study)]
            curves.append(rows)
    return results, curves


def _weeks(sustained: SustainedResponse, study: Study) -> list[int]:
    """Return the weeks of the time to response of the same endpoint, else the usual ones within the horizon."""
    asked = [analysis for analysis in study.time_to_response if analysis.endpoint == sustained.endpoint]
    weeks = asked[0].survival_weeks if asked else SURVIVAL_WEEKS
    return [week for week in weeks if week * DAYS_PER_WEEK <= sustained.horizon_days]


def _shares(question: Question, endpoint: Endpoint, weeks: list[int], study: Study) -> Iterator[Result]:
    found = by_cell(with_totals(question.counts, ["day"], ["events", "censored"]).reset_index())
    for condition, dose in margins(study, endpoint.definitions):
        key = key_of(question.analysis, endpoint, condition, dose, population=question.population)
        cell = found.get((condition, dose))
        asked = [week * DAYS_PER_WEEK for week in weeks]
        if cell is None:
            for day in asked:
                yield Result(**key, statistic="survival", day=day, n=0, events=0, note=NO_PATIENTS)
            continue
        days, events, censored = (cell[name].to_numpy(dtype="float64") for name in ("day", "events", "censored"))
        curve = kaplan_meier(days, events, censored, level=study.level)
        for day in asked:
            share = survival_at(curve, day)
            yield Result(
                **key,
                statistic="survival",
                day=day,
                estimate=share.estimate,
                low=share.low,
                high=share.high,
                level=study.level,
                n=int(events.sum() + censored.sum()),
                events=int(events[days <= day].sum()),
                method=f"{share.method}; {METHODS[question.analysis]}",
                note=share.note,
            )
