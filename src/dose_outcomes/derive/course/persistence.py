"""How long patients stay on the drug and why they stop: counts of stops by day and reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.derive.context import Derived
from dose_outcomes.derive.population import analysed
from dose_outcomes.derive.stopping import LOST, NO_STOP

if TYPE_CHECKING:
    import pandas as pd

LONG_GAP = "gap_in_treatment"
NO_REASON = "no_reason_recorded"
CENSORED = ""
#: Reasons of those who have not stopped.
NO_STOPS = (CENSORED, LOST)


def treatment_end_counts(derived: Derived) -> list[pd.DataFrame]:
    """Count the ends of treatment by day and reason.

    Treatment ends with the first gap longer than `gap_days`, or with the last dose. A last dose is a stop when the
    patient's end of observation has a reason that names one, or when observation went on for longer than the gap
    without a dose (`derive.stopping`); else the patient is censored on it, still on the drug as far as is known.

    Returns
    -------
    list of DataFrame
        condition, dose, day (last day with a dose), reason (an end reason that names a stop, ``gap_in_treatment``,
        ``no_reason_recorded``; `stopping.LOST` for those lost on the drug, no stop; empty for the other censored),
        n (patients).
    """
    import ibis

    settings = derived.study.course.persistence
    if settings is None:
        return []
    doses = derived.cohort.doses
    # episodes of a patient never overlap and none starts on the day of another: their order is their own
    following = doses.start_day.lead(1).over(group_by="patient_id", order_by="start_day")
    episodes = doses.mutate(following=following)
    ending = episodes.following.isnull() | (episodes.following - episodes.end_day - 1 > settings.gap_days)
    ends = episodes.group_by("patient_id").agg(
        last_day=episodes.end_day.min(where=ending), last_dose=episodes.end_day.max()
    )
    reasons = derived.cohort.patients.select("patient_id", "end_reason")
    table = analysed(derived.population).select("patient_id", "condition", "dose", "observed_until")
    table = table.join(reasons, "patient_id").join(ends, "patient_id")
    silent = table.observed_until - table.last_dose > settings.gap_days
    reason = ibis.cases(
        (table.last_day < table.last_dose, LONG_GAP),
        (table.end_reason.notin(NO_STOP), table.end_reason),
        (silent, NO_REASON),
        (table.end_reason == LOST, LOST),
        else_=CENSORED,
    )
    return [table.group_by("condition", "dose", day=table.last_day, reason=reason).agg(n=table.count()).execute()]
