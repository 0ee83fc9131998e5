"""When a patient has stopped the drug: one rule, used wherever stopping is counted, competes or ends anything.

Stopping is what the record shows: an end of observation with a reason that names a stop, or (where an analysis has a
number of days for it) further observation for longer than that after the last dose, without another dose. Loss to
follow-up shows nothing of the kind. A patient who is not seen again may have stopped or gone on; either guess would
be made up, so that the patient is censored, and the scores that follow are missing. `outcomes.course.persistence` says
beside the main numbers what the other guess would do.

The last day with a dose is the last day on the drug; the day after it is the day of stopping. A patient who is
censored on the last dose is known to have been on the drug on that day, and is not at risk of having stopped on the
next one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

LOST = "lost_to_follow_up"
NO_STOP = ("ongoing", "completed", LOST)
"""End reasons that name no stop: observation ended, as far as the record goes, while the drug was taken."""


def has_stopped(patients: ir.Table, *, gap_days: int | None = None) -> ir.BooleanValue:
    """Return whether a patient has stopped the drug for good.

    Parameters
    ----------
    patients : Table
        end_reason; with `gap_days` also observed_until and last_dose_day.
    gap_days : int, optional
        A patient observed for more days than this after the last dose has stopped whatever the reason. Without it
        only the reason counts.
    """
    stopped = patients.end_reason.notin(NO_STOP)
    if gap_days is not None:
        stopped = stopped | (patients.observed_until - patients.last_dose_day > gap_days)
    return stopped.fill_null(False)


def first_day_off(last_dose_day: ir.IntegerValue) -> ir.IntegerValue:
    """Return the day of stopping: the one after the last day with a dose."""
    return last_dose_day + 1
