"""Which dose the patients took and when: counts of doses, of days on the drug, and of the dose of the day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.derive.context import Derived
from dose_outcomes.derive.population import analysed, dose_group
from dose_outcomes.derive.stopping import LOST as LOST_REASON
from dose_outcomes.derive.stopping import first_day_off, has_stopped

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

MICROGRAMS = 1000
"""In a milligram: doses are summed as whole numbers, so that sums do not depend on the order of rows."""

OTHER_DOSE = "dose outside the groups"
INTERRUPTED = "interrupted"
STOPPED = "stopped"
LOST = "lost to follow-up"
DIED = "died"
ENDED = "observation ended"
NOT_TAKING = (INTERRUPTED, STOPPED, LOST, DIED, ENDED)
DEATH_REASON = "death"
ENDED_REASONS = ("ongoing", "completed")


def dose_values(derived: Derived) -> list[pd.DataFrame]:
    """Count the values of what describes the dosing of a patient.

    Returns
    -------
    list of DataFrame
        condition, dose, quantity (``starting_dose_mg``, ``modal_dose_mg``, ``last_dose_mg``, ``highest_dose_mg``,
        ``cumulative_dose_mg``, ``days_on_drug``, ``proportion_of_days_covered``), value, n (patients).

        Modal: the dose taken on most days, the higher of two equally long. Covered: days with a dose over days
        from the first dose to the end of observation, in thousandths.
    """
    import ibis

    if derived.study.course.dose_over_time is None:
        return []
    summary = _by_patient(derived)
    days = summary.days_on_drug
    observed = summary.observed_until + 1
    values = {
        "starting_dose_mg": summary.starting,
        "modal_dose_mg": summary.modal,
        "last_dose_mg": summary.last,
        "highest_dose_mg": summary.highest,
        "cumulative_dose_mg": summary.cumulative,
        "days_on_drug": days * MICROGRAMS,
        "proportion_of_days_covered": ((ibis.least(days, observed) * 2 * MICROGRAMS + observed) // (2 * observed)),
    }
    parts = [
        summary.group_by("condition", "dose", quantity=ibis.literal(name), value=value.cast("int64")).agg(
            n=summary.count()
        )
        for name, value in values.items()
    ]
    counted = ibis.union(*parts).execute()
    return [counted.assign(value=counted["value"] / MICROGRAMS)]


def dose_states(derived: Derived) -> list[pd.DataFrame]:
    """Count at each week the patients at each dose, and those who take none, by why.

    Who has stopped, died or been lost stays so; those whose observation ended without a stop are counted apart.

    Returns
    -------
    list of DataFrame
        condition, dose (aimed at), day, state (label of the dose group of the day, or one of `NOT_TAKING`), n.
    """
    import ibis

    study = derived.study
    if study.course.dose_over_time is None:
        return []
    days = ibis.memtable(
        [{"day": 7 * week} for week in study.course.dose_over_time.weeks], schema=ibis.schema({"day": "int64"})
    )
    doses = derived.cohort.doses
    taken = doses.join(days, (doses.start_day <= days.day) & (doses.end_day >= days.day)).select(
        "patient_id", "day", "dose_mg"
    )
    ends = derived.cohort.patients.select("patient_id", "end_reason")
    patients = analysed(derived.population).join(ends, "patient_id").cross_join(days)
    table = patients.left_join(taken, ["patient_id", "day"])
    known = table.day <= table.observed_until
    state = ibis.cases(
        (table.dose_mg.notnull(), dose_group(table.dose_mg, study).fill_null(OTHER_DOSE)),
        (known & (table.day <= table.last_dose_day), INTERRUPTED),
        (table.end_reason == LOST_REASON, LOST),
        (table.end_reason == DEATH_REASON, DIED),
        (table.end_reason.isin(ENDED_REASONS) & ~known, ENDED),
        else_=STOPPED,
    )
    return [table.group_by("condition", "dose", "day", state=state).agg(n=table.count()).execute()]


def target_dose_times(derived: Derived) -> list[pd.DataFrame]:
    """Count the days on which patients first take the dose aimed at, or stop before it.

    Returns
    -------
    list of DataFrame
        condition, dose, day, reached, stopped (the day after the last dose of those who stopped before the target),
        censored (on the last dose; loss to follow-up is no stop).
    """
    import ibis

    if derived.study.course.dose_over_time is None:
        return []
    doses = derived.cohort.doses
    aimed = doses.group_by("patient_id").agg(aim=doses.target_dose_mg.argmin(doses.start_day))
    joined = doses.join(aimed, "patient_id")
    first = joined.group_by("patient_id").agg(reached_day=joined.start_day.min(where=joined.dose_mg >= joined.aim))
    ends = derived.cohort.patients.select("patient_id", "end_reason")
    table = analysed(derived.population).join(ends, "patient_id").left_join(first, "patient_id")
    reached = table.reached_day.notnull()
    stopped = has_stopped(table)
    last_day = ibis.ifelse(stopped, first_day_off(table.last_dose_day), table.last_dose_day)
    return [
        table.group_by("condition", "dose", day=table.reached_day.coalesce(last_day))
        .agg(
            reached=reached.cast("int64").sum(),
            stopped=(~reached & stopped).cast("int64").sum(),
            censored=(~reached & ~stopped).cast("int64").sum(),
        )
        .execute()
    ]


def _by_patient(derived: Derived) -> ir.Table:
    """Return the analysed patients with their doses in whole micrograms and their days on the drug."""
    doses = derived.cohort.doses.mutate(
        dose=(derived.cohort.doses.dose_mg * MICROGRAMS).round().cast("int64"),
        days=derived.cohort.doses.end_day - derived.cohort.doses.start_day + 1,
    )
    at_dose = doses.group_by("patient_id", "dose").agg(
        days=doses.days.sum(),
        first_day=doses.start_day.min(),
        last_day=doses.start_day.max(),
    )
    # days first, then dose: the largest of these numbers names the dose taken longest
    largest = 10**9
    summary = at_dose.group_by("patient_id").agg(
        starting=at_dose.dose.argmin(at_dose.first_day),
        last=at_dose.dose.argmax(at_dose.last_day),
        highest=at_dose.dose.max(),
        modal=(at_dose.days * largest + at_dose.dose).max() % largest,
        cumulative=(at_dose.days * at_dose.dose).sum(),
        days_on_drug=at_dose.days.sum(),
    )
    return (
        analysed(derived.population)
        .join(summary, "patient_id")
        .select("patient_id", "condition", "dose", "observed_until", *summary.columns[1:])
    )
