"""The days of a patient split by the dose taken on them: the one place where an exposure changes with time.

Titration makes the dose change. Whatever is counted at the dose of the day, be it side effects, first responses or
days at risk, is counted on the stretches that this module makes, so that a day is never at two doses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.derive.population import analysed, dose_group
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import ibis.expr.types as ir

OFF_DRUG = "off drug"
OTHER_DOSE = "other dose"
NO_TIME_OF_DAY = "unknown"


def dose_stretches(doses: ir.Table, study: Study, *, carry_over_days: int = 0) -> ir.Table:
    """Return for each episode of the table `doses` the days on which its dose counts.

    Parameters
    ----------
    doses : Table
        The cohort table; episodes of a patient do not overlap.
    carry_over_days : int
        Days after its last on which a dose still counts, unless the next one has begun.

    Returns
    -------
    Table
        patient_id, dose_mg, dose (its group, null when none holds it), time_of_day, first_day, last_day (both count),
        next_day (first day of the following episode, null after the last).
    """
    import ibis

    table = doses.mutate(next_day=doses.start_day.lead().over(ibis.window(group_by="patient_id", order_by="start_day")))
    if carry_over_days:
        carried = table.end_day + carry_over_days
        last_day = ibis.least(carried, (table.next_day - 1).fill_null(carried))
    else:
        last_day = table.end_day
    return table.select(
        "patient_id",
        "dose_mg",
        "time_of_day",
        "next_day",
        dose=dose_group(table.dose_mg, study),
        first_day=table.start_day,
        last_day=last_day,
    )


def periods_until(patients: ir.Table, doses: ir.Table, study: Study) -> ir.Table:
    """Return the periods at one dose group during which patients are at risk of what ends their time at risk.

    A dose taken from day s to day e is at risk on (s - 1, e], cut at the end of the time at risk. Day 0 is not at
    risk: what is looked for cannot be seen on the day of the first dose. Days without a dose, and those with a dose in
    no group, are at risk of nothing.

    Parameters
    ----------
    patients : Table
        patient_id, until (last day at risk; null: never at risk), and columns of the caller, none of them of
        `dose_stretches`.

    Returns
    -------
    Table
        The columns of `patients`, dose (group), entry (day after which it is at risk), exit_day (last day at risk).
    """
    import ibis

    stretches = dose_stretches(doses, study)
    stretches = stretches.filter(stretches.dose.notnull()).select("patient_id", "dose", "first_day", "last_day")
    table = patients.join(stretches, "patient_id")
    table = table.mutate(
        entry=ibis.greatest(table.first_day - 1, 0), exit_day=ibis.least(table.last_day, table.until)
    ).drop("first_day", "last_day")
    return table.filter(table.until.notnull() & (table.entry < table.exit_day))


def exposure(doses: ir.Table, population: ir.Table, study: Study) -> ir.Table:
    """Split the time at risk of a side effect of each patient into stretches of one dose.

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

    stretches = dose_stretches(doses, study, carry_over_days=study.side_effects.carry_over_days)
    own = stretches.join(analysed(population).select("patient_id", "condition", "risk_until"), "patient_id")
    on = own.select(
        "patient_id",
        "condition",
        # a dose of 0 mg is no dose, unless the study has a group for it
        dose_taken=ibis.coalesce(own.dose, ibis.ifelse(own.dose_mg == 0, OFF_DRUG, OTHER_DOSE)),
        time_of_day=own.time_of_day.fill_null(NO_TIME_OF_DAY),
        first_day=own.first_day,
        last_day=ibis.least(own.last_day, own.risk_until),
    )
    on = on.mutate(time_of_day=ibis.ifelse(on.dose_taken == OFF_DRUG, ibis.null("string"), on.time_of_day))
    off = own.select(
        "patient_id",
        "condition",
        dose_taken=ibis.literal(OFF_DRUG),
        time_of_day=ibis.null("string"),
        first_day=own.last_day + 1,
        last_day=ibis.least((own.next_day - 1).fill_null(own.risk_until), own.risk_until),
    )
    parts = ibis.union(on, off)
    return parts.filter(parts.first_day <= parts.last_day)
