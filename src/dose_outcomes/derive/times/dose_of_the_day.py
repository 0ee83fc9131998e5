"""The time at risk of a first response, split at every change of the dose taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.derive.context import Derived
from dose_outcomes.derive.dose_taken import periods_until
from dose_outcomes.derive.times.first_response import first_responses
from dose_outcomes.study.times import TimeToResponse

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd


def dose_period_counts(derived: Derived) -> list[pd.DataFrame]:
    """Count the periods at one dose, by the days between which they were at risk of a first response.

    A dose taken from day s to day e is at risk on (s - 1, e], cut at the first response, or at the last assessed
    visit without one; who was never seen is never at risk. Day 0 is not at risk, because no response can be seen on
    it. Days without a dose, and those with a dose in no group, are at risk of nothing: a patient who pauses leaves the
    risk sets and comes back. A response seen on such a day is left out, as it is from the rate by current dose.

    Returns
    -------
    list of DataFrame
        endpoint, condition, dose (group of the dose taken), entry, day, events, censored, patients (whose first period
        at the dose it is: they add up to those who took it).
    """
    if not derived.study.dose_attributions.current:
        return []
    parts = []
    for analysis in derived.study.time_to_response:
        table = _periods(derived, analysis)
        first = table.entry == table.entry.min().over(group_by=["patient_id", "dose"])
        table = table.mutate(first=first.cast("int64"))
        counts = table.group_by("condition", "dose", "entry", "day").agg(
            events=table.event.sum(), censored=(1 - table.event).sum(), patients=table["first"].sum()
        )
        parts.append(counts.execute().assign(endpoint=analysis.endpoint))
    return parts


def dose_period_pair_counts(derived: Derived) -> list[pd.DataFrame]:
    """Count how many patients have which two periods, of each two of a patient once.

    The periods of a patient go together. What a robust standard error needs to know of that is the sum over patients
    of products between two of their periods, a function of the days and doses of both: with these counts it is exact,
    and no patient leaves the engine (`stats.survival.cox_variance.RowPairs`).

    Returns
    -------
    list of DataFrame
        endpoint, condition, dose, entry, day (of the earlier period), later_dose, later_entry, later_day, events,
        censored (patients by how the later period ended; the earlier one ended without the event).
    """
    if not derived.study.dose_attributions.current:
        return []
    parts = []
    for analysis in derived.study.time_to_response:
        table = _periods(derived, analysis)
        earlier = table.drop("event")
        later = table.select("patient_id", "event", later_dose="dose", later_entry="entry", later_day="day").view()
        both = earlier.join(later, [earlier.patient_id == later.patient_id, earlier.day <= later.later_entry])
        counts = both.group_by("condition", "dose", "entry", "day", "later_dose", "later_entry", "later_day").agg(
            events=both.event.sum(), censored=(1 - both.event).sum()
        )
        parts.append(counts.execute().assign(endpoint=analysis.endpoint))
    return parts


def _periods(derived: Derived, analysis: TimeToResponse) -> ir.Table:
    """Return patient_id, condition, dose, entry, day, event (1 where the period ends with the first response)."""
    name = f"dose periods {analysis.endpoint}"
    if name not in derived.connection.list_tables():
        times = first_responses(derived, analysis).drop("dose")
        times = times.mutate(until=times.first_response.coalesce(times.last_seen))
        table = periods_until(times, derived.cohort.doses, derived.study)
        event = (table.first_response == table.exit_day).fill_null(False).cast("int64")
        derived.connection.create_table(
            name, table.select("patient_id", "condition", "dose", "entry", day=table.exit_day, event=event)
        )
    return derived.connection.table(name)
