"""What comes first: the response, or stopping the drug."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.derive.context import Derived
from dose_outcomes.derive.stopping import first_day_off, has_stopped
from dose_outcomes.derive.times.first_response import first_responses

if TYPE_CHECKING:
    import pandas as pd


def response_or_stop_counts(derived: Derived) -> list[pd.DataFrame]:
    """Count by day the patients who responded first, who stopped first, and whose observation ended before either.

    The day of stopping is the one after the last dose. A patient has stopped when the end of observation has a reason
    that names a stop, and when observation went on for more than `stop_gap_days` after the last dose; loss to
    follow-up is no stop (`derive.stopping`). A response on the day of stopping or before it counts, a later one does
    not. Others are under observation until it ends or until the horizon, whether or not a visit was due: what is
    estimated is the documented response.

    Returns
    -------
    list of DataFrame
        endpoint, condition, dose, day, responded, stopped, censored.
    """
    import ibis

    parts = []
    for analysis in derived.study.time_to_response:
        reasons = derived.cohort.patients.select("patient_id", "end_reason")
        known = derived.population.select("patient_id", "last_dose_day", "observed_until").join(reasons, "patient_id")
        table = first_responses(derived, analysis).join(known, "patient_id")
        stops = has_stopped(table, gap_days=analysis.stop_gap_days)
        stop_day = stops.ifelse(first_day_off(table.last_dose_day), ibis.null("int64"))
        table = table.mutate(stop_day=(stop_day <= analysis.horizon_days).ifelse(stop_day, ibis.null("int64")))
        responded = table.first_response.notnull() & (
            table.stop_day.isnull() | (table.first_response <= table.stop_day)
        )
        stopped = ~responded & table.stop_day.notnull()
        day = ibis.cases(
            (responded, table.first_response),
            (stopped, table.stop_day),
            else_=ibis.least(table.observed_until, analysis.horizon_days),
        )
        table = table.mutate(day=day, responded=responded.cast("int64"), stopped=stopped.cast("int64"))
        counts = table.group_by("condition", "dose", "day").agg(
            responded=table.responded.sum(),
            stopped=table.stopped.sum(),
            censored=(1 - table.responded - table.stopped).sum(),
        )
        parts.append(counts.execute().assign(endpoint=analysis.endpoint))
    return parts
