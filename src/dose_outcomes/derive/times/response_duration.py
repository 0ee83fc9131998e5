"""When a response that lasts began, and when a response was lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.derive.context import Derived
from dose_outcomes.derive.sustained import response_runs
from dose_outcomes.derive.times.first_response import assessed_visits

if TYPE_CHECKING:
    import pandas as pd

VISITS_OF_A_LOSS = 2
"""Visits in a row without the response that make a loss: one may be a bad day."""


def sustained_response_time_counts(derived: Derived) -> list[pd.DataFrame]:
    """Count by day the first visits of sustained responses.

    The event is the first visit of the first run of responses that spans the days asked for. The others are censored
    at their last visit without a response, on day 0 when there is none: a run that goes on to the last visit without
    having lasted long enough is neither a sustained response nor the lack of one, from its beginning on.

    Returns
    -------
    list of DataFrame
        endpoint, condition, dose, day, events, censored.
    """
    parts = []
    for sustained in derived.study.sustained_response:
        runs = response_runs(assessed_visits(derived, sustained.endpoint, sustained.horizon_days))
        lasting = runs.responding & (runs.last_day - runs.first_day >= sustained.minimum_days_apart)
        times = runs.group_by("patient_id").agg(
            began=runs.first_day.min(where=lasting), last_without=runs.last_day.max(where=~runs.responding)
        )
        patients = derived.patients[sustained.endpoint]
        patients = patients.filter(patients.not_assessable.isnull()).select("patient_id", "condition", "dose")
        table = patients.left_join(times, "patient_id").drop("patient_id_right")
        table = table.mutate(event=table.began.notnull().cast("int64"), day=table.began.coalesce(table.last_without, 0))
        counts = table.group_by("condition", "dose", "day").agg(
            events=table.event.sum(), censored=(1 - table.event).sum()
        )
        parts.append(counts.execute().assign(endpoint=sustained.endpoint))
    return parts


def response_duration_counts(derived: Derived) -> list[pd.DataFrame]:
    """Count losses of the response by the days since its first visit, of those who responded.

    Lost: the first of two assessed visits in a row without the response. The others are censored at their last visit
    with it: a single later visit without it is not yet a loss, and not the lack of one.

    Returns
    -------
    list of DataFrame
        endpoint, condition, dose, day (since the first response), events, censored.
    """
    parts = []
    for sustained in derived.study.sustained_response:
        runs = response_runs(assessed_visits(derived, sustained.endpoint, sustained.horizon_days))
        responded = runs.group_by("patient_id").agg(
            responded=runs.first_day.min(where=runs.responding), last_with=runs.last_day.max(where=runs.responding)
        )
        responded = responded.filter(responded.responded.notnull())
        after = runs.join(responded, "patient_id")
        lasting = ~after.responding & (after.visits >= VISITS_OF_A_LOSS) & (after.first_day > after.responded)
        times = after.group_by("patient_id", "responded", "last_with").agg(lost=after.first_day.min(where=lasting))
        patients = derived.patients[sustained.endpoint].select("patient_id", "condition", "dose")
        table = patients.join(times, "patient_id")
        table = table.mutate(
            event=table.lost.notnull().cast("int64"), day=table.lost.coalesce(table.last_with) - table.responded
        )
        counts = table.group_by("condition", "dose", "day").agg(
            events=table.event.sum(), censored=(1 - table.event).sum()
        )
        parts.append(counts.execute().assign(endpoint=sustained.endpoint))
    return parts
