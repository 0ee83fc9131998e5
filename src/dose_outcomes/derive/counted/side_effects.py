"""Counts of side effects: how many patients and events, when, of what kind, before and after changes of the drug."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from dose_outcomes.derive.context import Derived
from dose_outcomes.derive.counted.table import CountTable
from dose_outcomes.derive.dose_taken import exposure
from dose_outcomes.derive.side_effects import side_effect_counts, time_at_risk
from dose_outcomes.derive.side_effects.character import character_counts
from dose_outcomes.derive.side_effects.course import course_counts
from dose_outcomes.derive.side_effects.current_dose import current_event_counts, exposure_counts
from dose_outcomes.derive.side_effects.dose_changes import treatment_changes
from dose_outcomes.derive.side_effects.occurrence import first_event_counts, prevalence_counts, recurrence_counts
from dose_outcomes.derive.side_effects.self_controlled import window_counts

if TYPE_CHECKING:
    import ibis.expr.types as ir


def _exposure(derived: Derived) -> ir.Table:
    return _kept(derived, "exposure", lambda: exposure(derived.cohort.doses, derived.population, derived.study))


def _changes(derived: Derived) -> ir.Table:
    return _kept(
        derived, "treatment changes", lambda: treatment_changes(derived.cohort, derived.population, derived.study)
    )


def _kept(derived: Derived, name: str, expression: Callable[[], ir.Table]) -> ir.Table:
    """Return a table that several counts join, made when the first of them asks for it."""
    if name not in derived.connection.list_tables():
        derived.connection.create_table(name, expression())
    return derived.connection.table(name)


TABLES = {
    "side_effects": CountTable(
        ("endpoint", "condition", "dose"),
        ("patients", "events"),
        lambda derived: [side_effect_counts(derived.side_effects).execute()],
    ),
    "side_effects_current": CountTable(
        ("split", "level", "endpoint", "condition"),
        ("events",),
        lambda derived: [current_event_counts(derived.side_effects, _exposure(derived)).execute()],
    ),
    "exposure_current": CountTable(
        ("split", "level", "condition"),
        ("n", "days"),
        lambda derived: [exposure_counts(_exposure(derived)).execute()],
    ),
    "side_effects_first": CountTable(
        ("endpoint", "dose", "day"),
        ("events", "stopped", "censored"),
        lambda derived: [
            first_event_counts(derived.side_effects, derived.population, derived.cohort.patients).execute()
        ],
    ),
    "side_effects_recurrence": CountTable(
        ("endpoint", "dose", "kind", "day", "other_day"),
        ("number",),
        lambda derived: [recurrence_counts(derived.side_effects, derived.population).execute()],
    ),
    "side_effects_prevalence": CountTable(
        ("endpoint", "dose", "day"),
        ("patients",),
        lambda derived: [prevalence_counts(derived.side_effects, derived.population, derived.study).execute()],
    ),
    "side_effects_character": CountTable(
        ("measure", "level", "endpoint", "dose"),
        ("patients",),
        lambda derived: [character_counts(derived.side_effects).execute()],
    ),
    "side_effects_course": CountTable(
        ("question", "endpoint", "dose", "day"),
        ("events", "censored"),
        lambda derived: [course_counts(derived.side_effects, _changes(derived)).execute()],
    ),
    "side_effects_windows": CountTable(
        ("comparison", "window", "endpoint"),
        ("patients", "days", "events"),
        lambda derived: [
            window_counts(derived.side_effects, _changes(derived), derived.population, derived.study).execute()
        ],
    ),
    "time_at_risk": CountTable(
        ("condition", "dose"), ("n", "days"), lambda derived: [time_at_risk(derived.population).execute()]
    ),
}
