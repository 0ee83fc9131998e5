"""The first response of each patient, and between which visits it began."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.derive.context import Derived
from dose_outcomes.study.times import TimeToResponse

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd


def assessed_visits(derived: Derived, endpoint: str, horizon: int) -> ir.Table:
    """Return the visits up to a horizon that were assessed: patient_id, definition, day, responding, assessed.

    What a strategy for intercurrent events says about a target visit without a score has no day of its own.
    """
    seen = derived.responses[endpoint]
    return seen.filter(seen.assessed & (seen.day <= horizon))


def first_responses(derived: Derived, analysis: TimeToResponse) -> ir.Table:
    """Return when the patients who can be assessed responded first.

    Returns
    -------
    Table
        patient_id, condition, dose, first_response (day, null without one), last_seen (last assessed day, null without
        any), last_without (last assessed day before the first response; 0, the first dose, when there is none).
    """
    visits = assessed_visits(derived, analysis.endpoint, analysis.horizon_days)
    times = visits.group_by("patient_id").agg(
        first_response=visits.day.min(where=visits.responding), last_seen=visits.day.max()
    )
    joined = visits.join(times.filter(times.first_response.notnull()), "patient_id")
    before = joined.group_by("patient_id").agg(last_before=joined.day.max(where=joined.day < joined.first_response))
    patients = derived.patients[analysis.endpoint]
    patients = patients.filter(patients.not_assessable.isnull()).select("patient_id", "condition", "dose")
    table = patients.left_join(times, "patient_id").drop("patient_id_right")
    table = table.left_join(before, "patient_id").drop("patient_id_right")
    last_without = table.first_response.isnull().ifelse(table.last_seen, table.last_before)
    return table.mutate(last_without=last_without.coalesce(0)).drop("last_before")


def response_interval_counts(derived: Derived) -> list[pd.DataFrame]:
    """Count the intervals in which responses began: after the last visit without, up to the first visit with one.

    Returns
    -------
    list of DataFrame
        endpoint, condition, dose, last_without (day), first_response (day; NaN when none was seen), n (patients).
    """
    parts = []
    for analysis in derived.study.time_to_response:
        table = first_responses(derived, analysis)
        counts = table.group_by(
            "condition", "dose", "last_without", first_response=table.first_response.cast("float64")
        ).agg(n=table.count())
        parts.append(counts.execute().assign(endpoint=analysis.endpoint))
    return parts


def visit_gap_counts(derived: Derived) -> list[pd.DataFrame]:
    """Count the days between assessed visits, the first counted from the first dose.

    Returns
    -------
    list of DataFrame
        endpoint, condition, days, gaps, patients (whose first gap it is: they add up to those seen at all).
    """
    import ibis

    parts = []
    for analysis in derived.study.time_to_response:
        visits = assessed_visits(derived, analysis.endpoint, analysis.horizon_days)
        visits = visits.mutate(before=visits.day.lag().over(group_by="patient_id", order_by="day"))
        gaps = visits.mutate(days=visits.day - visits.before.coalesce(ibis.literal(0)))
        patients = derived.patients[analysis.endpoint]
        table = gaps.join(patients.select("patient_id", "condition"), "patient_id")
        counts = table.group_by("condition", "days").agg(
            gaps=table.count(), patients=table.before.isnull().cast("int64").sum()
        )
        parts.append(counts.execute().assign(endpoint=analysis.endpoint))
    return parts
