"""The time at risk of a first response, split at every change of the dose taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.derive.context import Derived
from dose_outcomes.derive.population import dose_group
from dose_outcomes.derive.times.first_response import first_responses

if TYPE_CHECKING:
    import pandas as pd


def dose_period_counts(derived: Derived) -> list[pd.DataFrame]:
    """Count the periods at one dose, by the days between which they were at risk of a first response.

    A dose taken from day s to day e is at risk on (s - 1, e], cut at the first response, or at the last assessed
    visit without one; day 0 is not at risk, because no response can be seen on it. Days without a dose, and those with
    a dose in no group, are at risk of nothing: a patient who pauses leaves the risk sets and comes back. A response
    seen on such a day is left out, as it is from the rate by current dose.

    Returns
    -------
    list of DataFrame
        endpoint, condition, dose (group of the dose taken), entry, day, events, censored, patients (whose first period
        at the dose it is: they add up to those who took it).
    """
    import ibis

    if not derived.study.dose_attributions.current:
        return []
    parts = []
    for analysis in derived.study.time_to_response:
        times = first_responses(derived, analysis).drop("dose")
        times = times.mutate(until=times.first_response.coalesce(times.last_seen))
        doses = derived.cohort.doses
        doses = doses.select("patient_id", "start_day", "end_day", dose=dose_group(doses.dose_mg, derived.study))
        table = times.join(doses.filter(doses.dose.notnull()), "patient_id")
        table = table.mutate(
            entry=ibis.greatest(table.start_day - 1, 0), exit_day=ibis.least(table.end_day, table.until)
        )
        table = table.filter(table.entry < table.exit_day)
        event = (table.first_response == table.exit_day).fill_null(False).cast("int64")
        first = table.entry == table.entry.min().over(group_by=["patient_id", "dose"])
        table = table.mutate(event=event, first=first.cast("int64"))
        counts = table.group_by("condition", "dose", "entry", day=table.exit_day).agg(
            events=table.event.sum(), censored=(1 - table.event).sum(), patients=table["first"].sum()
        )
        parts.append(counts.execute().assign(endpoint=analysis.endpoint))
    return parts
