"""Expected values of the plain analyses under the parameters, by Monte Carlo from the latent model.

Every condition and dose gets the same number of patients, in batches; totals weight the cells as the design does.
A value is that of all batches together; its Monte Carlo error comes from the scatter between batches.
"""

from __future__ import annotations

from functools import reduce
from operator import add

import numpy as np
import pandas as pd

from dose_outcomes.simulate.arrays import FloatArray
from dose_outcomes.simulate.counts import Counts, count, side_effect_endpoints
from dose_outcomes.simulate.course import draw_course
from dose_outcomes.simulate.parameters import DAYS_PER_WEEK, Parameters
from dose_outcomes.simulate.population import condition_shares

ALL = "all"
COLUMNS = (
    "analysis",
    "endpoint",
    "condition",
    "dose",
    "missing_data",
    "day",
    "statistic",
    "truth",
    "monte_carlo_error",
)
_DAYS_PER_YEAR = 365.25
_PERSON_YEARS = 100.0

#: Key of a value (analysis, endpoint, missing_data, day, statistic): value by group.
_Values = dict[tuple[str, str, str, int | None, str], FloatArray]
_PERSISTENCE, _STOPPED = "persistence", "stopped the drug"
_PERSISTENCE_LOST, _STOPPED_OR_LOST = "persistence_lost_as_stopped", "stopped the drug or lost to follow-up"
_RESPONSE = "response definition"  # stands for the endpoint's name, which differs between conditions


def expected_values(parameters: Parameters) -> pd.DataFrame:
    """Return what the analyses of a cohort drawn from the parameters estimate.

    Parameters
    ----------
    parameters : Parameters
        With the number of patients and of batches to draw.

    Returns
    -------
    DataFrame
        One row for each analysis, endpoint, condition, dose, handling of missing scores, day and statistic, with
        the expected value and its Monte Carlo error (standard error). A median is given where it is reached.
    """
    batches = [_batch(parameters, number) for number in range(1, parameters.truth.batches + 1)]
    names, weights = _groups(parameters)
    whole = _statistics(parameters, reduce(add, batches), weights)
    parts = [_statistics(parameters, one, weights) for one in batches]
    frames = []
    for key, truth in whole.items():
        scatter = np.stack([part[key] for part in parts])
        error = scatter.std(axis=0, ddof=1) / np.sqrt(len(parts))
        frames.append(_rows(parameters, key, names, truth, error))
    frame = pd.concat(frames, ignore_index=True)
    frame["day"] = frame["day"].astype("Int64")
    order = ["analysis", "endpoint", "condition", "dose", "missing_data", "day", "statistic"]
    frame = frame[frame["truth"].notna() & frame["monte_carlo_error"].notna()]
    return frame.sort_values(order, na_position="first", kind="stable", ignore_index=True)[list(COLUMNS)]


def _batch(parameters: Parameters, number: int) -> Counts:
    """Draw and count one batch; its streams differ from those of the cohort, which are numbered 0."""
    conditions, targets = len(parameters.conditions), len(parameters.targets)
    size = parameters.truth.patients_per_cell // parameters.truth.batches
    cell = np.repeat(np.arange(conditions * targets), size)
    return count(parameters, draw_course(parameters, cell // targets, cell % targets, number))


def _groups(parameters: Parameters) -> tuple[list[tuple[str, str]], FloatArray]:
    """Return condition and dose of each group with the weights of the cells in it, shape (groups, cells)."""
    shares = condition_shares(parameters)
    doses = {target.label: target.share for target in parameters.targets}
    cells = [(condition, dose) for condition in shares for dose in doses]
    names = [(condition, dose) for condition in (ALL, *shares) for dose in (ALL, *doses)]
    weights = [
        [shares[one] * doses[other] * (condition in (ALL, one)) * (dose in (ALL, other)) for one, other in cells]
        for condition, dose in names
    ]
    return names, np.array(weights)


def _statistics(parameters: Parameters, counts: Counts, weights: FloatArray) -> _Values:
    """Return all values by group."""
    values: _Values = {}
    responders = weights @ counts.responders
    for missing_data, among in (("non_responder", counts.evaluable), ("observed", counts.with_score)):
        values["responder_rate", _RESPONSE, missing_data, None, "proportion"] = responders / (weights @ among)

    free = _free(weights @ counts.detected, weights @ counts.censored)
    for day in parameters.truth.survival_days:
        values["time_to_response", _RESPONSE, "", day, "survival"] = free[:, day]
    below = free < 0.5
    median = np.where(below.any(axis=1), below.argmax(axis=1), np.nan)
    values["time_to_response", _RESPONSE, "", parameters.truth.horizon_days, "median_days"] = median

    stopped, lost, stayed = weights @ counts.stopped, weights @ counts.lost, weights @ counts.stayed
    # the last day with the drug is one earlier than the first without it
    lost_day = np.concatenate([np.zeros((len(lost), 1)), lost[:, :-1]], axis=1)
    on_drug = {
        (_PERSISTENCE, _STOPPED): _free(stopped, lost + stayed),
        (_PERSISTENCE_LOST, _STOPPED_OR_LOST): _free(stopped + lost_day, stayed),
    }
    for (analysis, endpoint), share in on_drug.items():
        for day in parameters.truth.persistence_days:
            values[analysis, endpoint, "", day, "survival"] = share[:, day]

    eligible, years = weights @ counts.eligible, weights @ counts.person_days / _DAYS_PER_YEAR
    affected, events = weights @ counts.affected, weights @ counts.events
    for column, endpoint in enumerate(side_effect_endpoints(parameters)):
        values["side_effect_incidence", endpoint, "", None, "proportion"] = affected[:, column] / eligible
        rate = _PERSON_YEARS * events[:, column] / years
        values["side_effect_incidence", endpoint, "", None, "rate_per_100_person_years"] = rate
    return values


def _free(events: FloatArray, censored: FloatArray) -> FloatArray:
    """Return what Kaplan-Meier curves tend to, shape (groups, days); on a day events come before censorings."""
    at_risk = (events + censored)[:, ::-1].cumsum(axis=1)[:, ::-1]
    return np.cumprod(1.0 - np.divide(events, at_risk, out=np.zeros_like(events), where=at_risk > 0), axis=1)


def _rows(
    parameters: Parameters,
    key: tuple[str, str, str, int | None, str],
    names: list[tuple[str, str]],
    truth: FloatArray,
    error: FloatArray,
) -> pd.DataFrame:
    """Return one row for each group; a response has the name and day of the condition's own definition."""
    analysis, endpoint, missing_data, day, statistic = key
    if analysis in (_PERSISTENCE, _PERSISTENCE_LOST):  # by condition or by dose, as the analysis is
        kept = [place for place, group in enumerate(names) if ALL in group]
        names, truth, error = [names[place] for place in kept], truth[kept], error[kept]
    endpoints: list[str] = [endpoint] * len(names)
    days: list[int | None] = [day] * len(names)
    if endpoint == _RESPONSE:
        endpoints = [parameters.truth.endpoint] * len(names)
        for position, (condition, _) in enumerate(names):
            if condition != ALL:
                definition = parameters.conditions[condition]
                endpoints[position] = definition.definition
                if analysis == "responder_rate":
                    days[position] = round(definition.response.week * DAYS_PER_WEEK)
    return pd.DataFrame(
        {
            "analysis": analysis,
            "endpoint": endpoints,
            "condition": [condition for condition, _ in names],
            "dose": [dose for _, dose in names],
            "missing_data": missing_data,
            "day": pd.array(days, dtype="Int64"),
            "statistic": statistic,
            "truth": truth,
            "monte_carlo_error": error,
        }
    )
