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

ANY = "any"


def classify_side_effects(cohort: Cohort, population: ir.Table, study: Study) -> ir.Table:
    """Return every record of a side effect with the reason why it does not count.

    A record counts when its onset lies between the first dose and the last day at risk of an analysed patient.
    Where the source says itself whether an event is treatment-emergent, its word is taken.

    Returns
    -------
    Table
        patient_id, condition, dose, term, body_system, excluded (reason, null when it counts).
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
    ).select("patient_id", "condition", "dose", "term", "body_system", "excluded")


def side_effect_counts(classified: ir.Table) -> ir.Table:
    """Count patients and events of any side effect, each body system and each term.

    Returns
    -------
    Table
        endpoint (``any``, ``body_system: NAME``, ``term: NAME``), condition, dose, patients, events.
    """
    import ibis

    counted = classified.filter(classified.excluded.isnull())
    named = counted.filter(counted.body_system.notnull())
    levels = [
        counted.mutate(endpoint=ibis.literal(ANY)),
        named.mutate(endpoint=ibis.literal("body_system: ") + named.body_system),
        counted.mutate(endpoint=ibis.literal("term: ") + counted.term),
    ]
    parts = [
        level.group_by("endpoint", "condition", "dose").agg(patients=level.patient_id.nunique(), events=level.count())
        for level in levels
    ]
    return ibis.union(*parts)


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
