"""Treatment-emergent side effects: patients with the event, events, and time at risk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.derive.population import analysed
from dose_outcomes.engine import Cohort
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import ibis.expr.types as ir

NOT_ANALYSED = "Patient is not analysed"
NOT_EMERGENT = "Not treatment-emergent by the source's own judgement"
ONSET_UNKNOWN = "Day of onset not known"
BEFORE_TREATMENT = "Began before the first dose"
AFTER_RISK = "Began after the time at risk"
REPEATED = "Further record of an event already counted"
SIDE_EFFECT_REASONS = (NOT_ANALYSED, NOT_EMERGENT, ONSET_UNKNOWN, BEFORE_TREATMENT, AFTER_RISK, REPEATED)
NOT_PLACED = "No onset on a day at risk: in the incidence, in nothing that needs the day"

ANY = "any"


def classify_side_effects(cohort: Cohort, population: ir.Table, study: Study) -> ir.Table:
    """Return every record of a side effect with the reason why it does not count.

    A record counts when its onset lies between the first dose and the last day at risk of an analysed patient.
    Where the source says itself whether an event is treatment-emergent, its word is taken.

    Returns
    -------
    Table
        patient_id, condition, dose, term, body_system, onset_day, resolved_day, severity, serious, related, action,
        last_dose_day, observed_until, risk_until, excluded (reason, null when it counts).
    """
    import ibis

    records = cohort.side_effects.left_join(analysed(population), "patient_id").rename(analysed_id="patient_id_right")
    by_day = records.treatment_emergent.isnull()
    first = ibis.row_number().over(group_by=["patient_id", "term", "onset_day"], order_by=["record"])
    records = records.mutate(place=first)
    repeated = (records.place > 0) & records.onset_day.notnull() & (study.side_effects.count == "episodes")
    return records.mutate(
        excluded=ibis.cases(
            (records.analysed_id.isnull(), NOT_ANALYSED),
            (~records.treatment_emergent, NOT_EMERGENT),
            (by_day & records.onset_day.isnull(), ONSET_UNKNOWN),
            (by_day & (records.onset_day < 0), BEFORE_TREATMENT),
            (by_day & (records.onset_day > records.risk_until), AFTER_RISK),
            (repeated, REPEATED),
            else_=ibis.null("string"),
        )
    ).select(
        *("patient_id", "condition", "dose", "term", "body_system", "onset_day", "resolved_day"),
        *("severity", "serious", "related", "action", "last_dose_day", "observed_until", "risk_until", "excluded"),
    )


def side_effect_counts(classified: ir.Table) -> ir.Table:
    """Count patients and events of any side effect, each body system and each term.

    Returns
    -------
    Table
        endpoint (``any``, ``body_system: NAME``, ``term: NAME``), condition, dose, patients, events.
    """
    events = by_endpoint(counted(classified), body_systems=True)
    return events.group_by("endpoint", "condition", "dose").agg(
        patients=events.patient_id.nunique(), events=events.count()
    )


def counted(classified: ir.Table) -> ir.Table:
    """Return the records that count."""
    return classified.filter(classified.excluded.isnull())


def placed(classified: ir.Table) -> ir.Table:
    """Return the records that count and whose onset is a day at risk: those that have a dose and a person-day.

    A source that judges treatment emergence itself may count others; the attrition says how many.
    """
    events = counted(classified)
    return events.filter(events.onset_day.between(0, events.risk_until))


def by_endpoint(events: ir.Table, *, body_systems: bool = False) -> ir.Table:
    """Return the events once under each name they go by: any side effect, their term, their body system.

    Returns
    -------
    Table
        `events` with a column endpoint (``any``, ``body_system: NAME`` where it is known, ``term: NAME``).
    """
    import ibis

    names = [ibis.literal(ANY), ibis.literal("term: ") + events.term]
    if not body_systems:
        return events.mutate(endpoint=ibis.array(names).unnest())
    names.append(ibis.literal("body_system: ") + events.body_system)
    named = events.mutate(endpoint=ibis.array(names).unnest())
    return named.filter(named.endpoint.notnull())


def time_at_risk(population: ir.Table) -> ir.Table:
    """Sum the days at risk, first and last day included.

    Returns
    -------
    Table
        condition, dose, n (patients), days.
    """
    patients = analysed(population)
    return patients.group_by("condition", "dose").agg(n=patients.count(), days=(patients.risk_until + 1).sum())


def event_time_counts(cohort: Cohort, population: ir.Table) -> ir.Table:
    """Count events and censorings by day, of the times to event that the data give.

    Returns
    -------
    Table
        event, condition, dose, day, events, censored.
    """
    table = cohort.times_to_event.join(analysed(population), "patient_id")
    observed = table.observed.cast("int64")
    return table.group_by("event", "condition", "dose", "day").agg(events=observed.sum(), censored=(1 - observed).sum())
