"""Events and time at the dose taken on the day: titration makes the dose change, and the events go with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.derive.population import analysed, dose_group
from dose_outcomes.derive.side_effects.classified import by_endpoint, placed
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import ibis.expr.types as ir

OFF_DRUG = "off drug"
OTHER_DOSE = "other dose"
NO_TIME_OF_DAY = "unknown"

#: What the time at risk is split by: column of `exposure`.
SPLITS = {"dose": "dose_taken", "time_of_day": "time_of_day"}


def exposure(doses: ir.Table, population: ir.Table, study: Study) -> ir.Table:
    """Split the time at risk of each patient into stretches of one dose.

    A dose counts from its first day until `carry_over_days` after its last, until the next one begins, or until
    the end of the time at risk, whichever comes first. What lies between is off drug. So each day at risk belongs
    to one stretch.

    Parameters
    ----------
    doses : Table
        The cohort table.
    population : Table
        As `derive.population.assign_population` returns it.

    Returns
    -------
    Table
        patient_id, condition, dose_taken (dose group; `OFF_DRUG`; `OTHER_DOSE` for one in no group), time_of_day
        (null off drug), first_day, last_day (both at risk).
    """
    import ibis

    own = doses.join(analysed(population).select("patient_id", "condition", "risk_until"), "patient_id")
    by_start = ibis.window(group_by="patient_id", order_by="start_day")
    own = own.mutate(next_start=own.start_day.lead().over(by_start))
    until_next = own.next_start - 1  # null after the last dose
    own = own.mutate(
        last_on=ibis.least(own.end_day + study.side_effects.carry_over_days, until_next.fill_null(own.risk_until)),
        last_off=ibis.least(until_next.fill_null(own.risk_until), own.risk_until),
    )
    on = own.select(
        "patient_id",
        "condition",
        dose_taken=_dose_taken(own.dose_mg, study),
        time_of_day=own.time_of_day.fill_null(NO_TIME_OF_DAY),
        first_day=own.start_day,
        last_day=ibis.least(own.last_on, own.risk_until),
    )
    # a dose of 0 mg is no dose, unless the study has a group for it
    on = on.mutate(time_of_day=ibis.ifelse(on.dose_taken == OFF_DRUG, ibis.null("string"), on.time_of_day))
    off = own.select(
        "patient_id",
        "condition",
        dose_taken=ibis.literal(OFF_DRUG),
        time_of_day=ibis.null("string"),
        first_day=own.last_on + 1,
        last_day=own.last_off,
    )
    stretches = ibis.union(on, off)
    return stretches.filter(stretches.first_day <= stretches.last_day)


def exposure_counts(stretches: ir.Table) -> ir.Table:
    """Sum the days at risk by what was taken on them.

    Returns
    -------
    Table
        split (``dose``, ``time_of_day``), level (dose group or time of day), condition, n (patients with such days),
        days.
    """
    import ibis

    parts = []
    for split, column in SPLITS.items():
        own = stretches.filter(stretches[column].notnull())
        parts.append(
            own.group_by(split=ibis.literal(split), level=own[column], condition=own.condition).agg(
                n=own.patient_id.nunique(), days=(own.last_day - own.first_day + 1).sum()
            )
        )
    return ibis.union(*parts)


def current_event_counts(classified: ir.Table, stretches: ir.Table) -> ir.Table:
    """Count events by what was taken on the day they began.

    Returns
    -------
    Table
        split, level, endpoint, condition, events.
    """
    import ibis

    events = placed(classified).select("patient_id", "term", "body_system", "onset_day")
    events = events.join(
        stretches,
        [
            events.patient_id == stretches.patient_id,
            events.onset_day >= stretches.first_day,
            events.onset_day <= stretches.last_day,
        ],
    )
    parts = []
    for split, column in SPLITS.items():
        for level in by_endpoint(events.filter(events[column].notnull()), body_systems=split == "dose"):
            parts.append(
                level.group_by(
                    split=ibis.literal(split), level=level[column], endpoint=level.endpoint, condition=level.condition
                ).agg(events=level.count())
            )
    return ibis.union(*parts)


def _dose_taken(dose_mg: ir.FloatingColumn, study: Study) -> ir.StringValue:
    import ibis

    return ibis.coalesce(dose_group(dose_mg, study), ibis.ifelse(dose_mg == 0, OFF_DRUG, OTHER_DOSE))
