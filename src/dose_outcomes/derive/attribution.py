"""The same endpoint by doses known only after the start: on a landmark day, on each day, and (biased) the last.

Dose changes with time, and partly because of what happens: a group that is formed by a later dose must not be
followed from before that dose was taken.

- Landmark: patients on the drug on the landmark day who have not responded up to it, by the dose of that day,
  followed from then on. A dose may stay low because the response came early: early responders are counted, not
  analysed, as those are who left before.
- Current: each day at risk, and each first response, counts for the dose taken on it.
- Last dose: kept only to show its error. Early stoppers and early responders fall into the low doses, because
  nobody reaches a high dose early (immortal time; Suissa 2008, Am J Epidemiol 167:492).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.derive.context import Derived
from dose_outcomes.derive.dose_taken import periods_until
from dose_outcomes.derive.population import dose_group
from dose_outcomes.derive.response import responder_counts
from dose_outcomes.study.endpoints import Endpoint

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

LANDMARK, CURRENT, LAST_DOSE = "landmark", "current", "last dose (biased)"


def responders_by_attribution(derived: Derived) -> list[pd.DataFrame]:
    """Count responders by landmark dose, and by the last dose when the study asks to see its error.

    Returns
    -------
    list of DataFrame
        The columns of `derive.response.responder_counts`, and attribution. Target visits up to the landmark day are
        left out: they lie before the group is formed.
    """
    wanted, study = derived.study.dose_attributions, derived.study
    parts = []
    for endpoint in study.endpoints:
        visits = derived.visits[endpoint.id]
        if wanted.landmark_day is not None:
            counts = responder_counts(at_landmark(derived, endpoint, wanted.landmark_day), visits, endpoint)
            counts = counts.filter(counts.day > wanted.landmark_day)
            parts.append(counts.execute().assign(attribution=LANDMARK))
        if wanted.show_biased_last_dose:
            patients = regrouped(derived.patients[endpoint.id], last_dose(derived))
            counts = responder_counts(patients, visits, endpoint)
            parts.append(counts.execute().assign(attribution=LAST_DOSE))
    return parts


def responses_by_current_dose(derived: Derived) -> list[pd.DataFrame]:
    """Count first responses and days at risk at the dose taken on each day.

    A patient is at risk from day 1 to the first response, or to the last assessed visit without one.

    Returns
    -------
    list of DataFrame
        endpoint, condition, definition, dose, attribution, events, days, patients (who were at risk at the dose).
    """
    if not derived.study.dose_attributions.current:
        return []
    return [_current(derived, endpoint) for endpoint in derived.study.endpoints]


def at_landmark(derived: Derived, endpoint: Endpoint, day: int) -> ir.Table:
    """Return the patients followed from a landmark day, by the dose of that day."""
    patients = regrouped(derived.patients[endpoint.id], dose_on_day(derived, day))
    return patients.anti_join(responded_by(derived, endpoint, day), "patient_id")


def responded_by(derived: Derived, endpoint: Endpoint, day: int) -> ir.Table:
    """Return the patients with a documented response up to a day."""
    seen = derived.responses[endpoint.id]
    return seen.filter(seen.assessed & seen.responding & (seen.day <= day)).select("patient_id").distinct()


def dose_on_day(derived: Derived, day: int) -> ir.Table:
    """Return the dose group of the dose taken on a day; patients who took none on it are not in the table."""
    doses = derived.cohort.doses
    on_day = doses.filter((doses.start_day <= day) & (doses.end_day >= day))
    grouped = on_day.select("patient_id", dose=dose_group(on_day.dose_mg, derived.study))
    return grouped.filter(grouped.dose.notnull())


def last_dose(derived: Derived) -> ir.Table:
    """Return the dose group of the last dose that a patient took."""
    doses = derived.cohort.doses
    last = doses.group_by("patient_id").agg(dose_mg=doses.dose_mg.argmax(doses.start_day))
    grouped = last.select("patient_id", dose=dose_group(last.dose_mg, derived.study))
    return grouped.filter(grouped.dose.notnull())


def regrouped(patients: ir.Table, dose: ir.Table) -> ir.Table:
    """Return the patients with another dose group; those without one are left out."""
    return patients.drop("dose").join(dose, "patient_id")


def _current(derived: Derived, endpoint: Endpoint) -> pd.DataFrame:
    seen = derived.responses[endpoint.id]
    seen = seen.filter(seen.assessed)
    times = seen.group_by("patient_id").agg(
        first_response=seen.day.min(where=seen.responding), last_seen=seen.day.max()
    )
    patients = derived.patients[endpoint.id]
    patients = patients.filter(patients.not_assessable.isnull()).drop("dose").join(times, "patient_id")
    patients = patients.mutate(until=patients.first_response.coalesce(patients.last_seen))
    table = periods_until(patients, derived.cohort.doses, derived.study)
    event = (table.first_response == table.exit_day).fill_null(False).cast("int64")
    table = table.mutate(days=table.exit_day - table.entry, event=event)
    counts = table.group_by("condition", "definition", "dose").agg(
        events=table.event.sum(), days=table.days.sum(), patients=table.patient_id.nunique()
    )
    frame: pd.DataFrame = counts.execute()
    return frame.assign(endpoint=endpoint.id, attribution=CURRENT)


def landmark_exclusions(derived: Derived, endpoint: Endpoint) -> tuple[int, list[tuple[str, int]]]:
    """Return how many patients can be assessed, and why some of them are not followed from the landmark day."""
    day = derived.study.dose_attributions.landmark_day
    assert day is not None, "asked for only with a landmark day"
    patients = derived.patients[endpoint.id]
    assessable = patients.filter(patients.not_assessable.isnull())
    on_drug = assessable.semi_join(dose_on_day(derived, day), "patient_id")
    followed = on_drug.anti_join(responded_by(derived, endpoint, day), "patient_id")
    total, treated, left = (int(table.count().execute()) for table in (assessable, on_drug, followed))
    return total, [
        (f"Took no dose of a dose group on day {day}", total - treated),
        (f"{'Responded' if endpoint.kind == 'benefit' else 'Had the event'} by day {day}", treated - left),
    ]
