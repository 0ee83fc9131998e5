"""Changes of a patient's treatment: the dose goes up, goes down, is interrupted or stopped, moves in the day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.derive.population import analysed
from dose_outcomes.derive.stopping import first_day_off, has_stopped
from dose_outcomes.engine import Cohort
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import ibis.expr.types as ir

UP, DOWN, TIME_OF_DAY, RESTART = "up", "down", "time_of_day", "restart"


def treatment_changes(cohort: Cohort, population: ir.Table, study: Study) -> ir.Table:
    """Return the changes of treatment of the patients analysed.

    Returns
    -------
    Table
        patient_id, change, day (the first day of the new state). ``up``: more mg than the dose before. ``restart``:
        a dose after an interruption. ``down``: fewer mg, the first day of an interruption of at least
        `interruption_days`, or the day after the last dose of a patient who stopped. ``time_of_day``: another known
        time of day. An episode of 0 mg is an interruption of its length.
    """
    import ibis

    patients = cohort.patients.select("patient_id", "end_reason")
    own = analysed(population).select("patient_id", "last_dose_day").join(patients, "patient_id")
    taken = cohort.doses.filter(cohort.doses.dose_mg > 0).join(own, "patient_id")
    by_start = ibis.window(group_by="patient_id", order_by="start_day")
    taken = taken.mutate(
        mg_before=taken.dose_mg.lag().over(by_start),
        end_before=taken.end_day.lag().over(by_start),
        time_before=taken.time_of_day.lag().over(by_start),
        next_start=taken.start_day.lead().over(by_start),
    )
    interruption = study.side_effects.interruption_days
    stopped = taken.next_start.isnull() & has_stopped(taken)
    interrupted = (taken.next_start - taken.end_day - 1 >= interruption).fill_null(ibis.literal(False))
    known = (taken.time_of_day != "unknown") & (taken.time_before != "unknown")
    kinds = {
        UP: (taken.dose_mg > taken.mg_before, taken.start_day),
        RESTART: (taken.start_day - taken.end_before - 1 >= interruption, taken.start_day),
        DOWN: (taken.dose_mg < taken.mg_before, taken.start_day),
        TIME_OF_DAY: (known & (taken.time_of_day != taken.time_before), taken.start_day),
    }
    parts = [
        taken.filter(happened).select("patient_id", change=ibis.literal(kind), day=day)
        for kind, (happened, day) in kinds.items()
    ]
    ended = taken.filter(stopped | interrupted)
    parts.append(ended.select("patient_id", change=ibis.literal(DOWN), day=first_day_off(ended.end_day)))
    return ibis.union(*parts, distinct=True)
