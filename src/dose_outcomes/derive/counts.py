"""All counts of a study, in one go. They are as confidential as rows: a count may be one patient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dose_outcomes.derive.attribution import responders_by_attribution, responses_by_current_dose
from dose_outcomes.derive.attrition import attrition
from dose_outcomes.derive.comparability import compared_categories, compared_numbers, follow_up_counts
from dose_outcomes.derive.context import Derived, derive
from dose_outcomes.derive.course.baseline import baseline_categories, baseline_medications, baseline_numbers
from dose_outcomes.derive.course.dosing import dose_states, dose_values, target_dose_times
from dose_outcomes.derive.course.persistence import treatment_end_counts
from dose_outcomes.derive.course.score_change import repeated_measures_sums, score_change_counts
from dose_outcomes.derive.course.subgroups import subgroup_responders
from dose_outcomes.derive.dose_taken import exposure
from dose_outcomes.derive.response import responder_counts, time_to_response_counts, with_remission
from dose_outcomes.derive.robustness import baseline_scores, repeated_scores, response_patterns
from dose_outcomes.derive.side_effects import event_time_counts, side_effect_counts, time_at_risk
from dose_outcomes.derive.side_effects.character import character_counts
from dose_outcomes.derive.side_effects.course import course_counts
from dose_outcomes.derive.side_effects.current_dose import current_event_counts, exposure_counts
from dose_outcomes.derive.side_effects.dose_changes import treatment_changes
from dose_outcomes.derive.side_effects.occurrence import first_event_counts, prevalence_counts, recurrence_counts
from dose_outcomes.derive.side_effects.self_controlled import window_counts
from dose_outcomes.derive.sustained import sustained_response_counts
from dose_outcomes.derive.times.dose_of_the_day import dose_period_counts, dose_period_pair_counts
from dose_outcomes.derive.times.first_response import response_interval_counts, visit_gap_counts
from dose_outcomes.derive.times.response_duration import response_duration_counts, sustained_response_time_counts
from dose_outcomes.derive.times.stopping import response_or_stop_counts
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd


@dataclass(frozen=True, slots=True)
class CountTable:
    """A table of counts: the columns that tell its rows apart, those that count, and what makes it."""

    key: tuple[str, ...]
    values: tuple[str, ...]
    count: Callable[[Derived], list[pd.DataFrame]]


def _responders(derived: Derived) -> list[pd.DataFrame]:
    study = derived.study
    return [
        responder_counts(derived.patients[endpoint.id], derived.responses[endpoint.id], study, endpoint).execute()
        for endpoint in study.endpoints
    ]


def _responders_by_strategy(derived: Derived) -> list[pd.DataFrame]:
    study = derived.study
    endpoints = {endpoint.id: endpoint for endpoint in study.endpoints}
    return [
        responder_counts(derived.patients[name], seen, study, endpoints[name]).execute().assign(strategy=label)
        for (name, label), seen in derived.alternatives.items()
    ]


def _remissions(derived: Derived) -> list[pd.DataFrame]:
    study = derived.study
    parts = []
    for endpoint in study.endpoints:
        if endpoint.id in derived.remissions:
            patients = derived.patients[endpoint.id]
            patients = patients.filter(patients.definition.isin(with_remission(study, endpoint)))
            parts.append(responder_counts(patients, derived.remissions[endpoint.id], study, endpoint).execute())
    return parts


def _sustained_responses(derived: Derived) -> list[pd.DataFrame]:
    return [
        sustained_response_counts(derived.patients[one.endpoint], derived.responses[one.endpoint], one)
        .execute()
        .assign(endpoint=one.endpoint)
        for one in derived.study.sustained_response
    ]


def _response_times(derived: Derived) -> list[pd.DataFrame]:
    return [
        time_to_response_counts(
            derived.patients[analysis.endpoint], derived.responses[analysis.endpoint], analysis.horizon_days
        )
        .execute()
        .assign(endpoint=analysis.endpoint)
        for analysis in derived.study.time_to_response
    ]


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


#: Every table of counts; a new one is a line here and a function above or in a module of its own.
TABLES = {
    "responders": CountTable(
        ("endpoint", "condition", "definition", "dose", "day"),
        ("n", "observed", "observed_responders", "carried", "carried_responders"),
        _responders,
    ),
    "responders_by_strategy": CountTable(
        ("endpoint", "strategy", "condition", "definition", "dose", "day"),
        ("n", "observed", "observed_responders", "carried", "carried_responders"),
        _responders_by_strategy,
    ),
    "responders_by_attribution": CountTable(
        ("endpoint", "attribution", "condition", "definition", "dose", "day"),
        ("n", "observed", "observed_responders", "carried", "carried_responders"),
        responders_by_attribution,
    ),
    "responses_by_current_dose": CountTable(
        ("endpoint", "attribution", "condition", "definition", "dose"),
        ("events", "days", "patients"),
        responses_by_current_dose,
    ),
    "remissions": CountTable(
        ("endpoint", "condition", "definition", "dose", "day"),
        ("n", "observed", "observed_responders", "carried", "carried_responders"),
        _remissions,
    ),
    "sustained_responses": CountTable(
        ("endpoint", "condition", "definition", "dose"),
        ("n", "observed", "observed_responders"),
        _sustained_responses,
    ),
    "response_times": CountTable(
        ("endpoint", "condition", "definition", "dose", "day"), ("events", "censored"), _response_times
    ),
    "response_intervals": CountTable(
        ("endpoint", "condition", "dose", "last_without", "first_response"), ("n",), response_interval_counts
    ),
    "visit_gaps": CountTable(("endpoint", "condition", "days"), ("gaps", "patients"), visit_gap_counts),
    "responses_or_stops": CountTable(
        ("endpoint", "condition", "dose", "day"), ("responded", "stopped", "censored"), response_or_stop_counts
    ),
    "dose_periods": CountTable(
        ("endpoint", "condition", "dose", "entry", "day"), ("events", "censored", "patients"), dose_period_counts
    ),
    "dose_period_pairs": CountTable(
        ("endpoint", "condition", "dose", "entry", "day", "later_dose", "later_entry", "later_day"),
        ("events", "censored"),
        dose_period_pair_counts,
    ),
    "sustained_response_times": CountTable(
        ("endpoint", "condition", "dose", "day"), ("events", "censored"), sustained_response_time_counts
    ),
    "response_durations": CountTable(
        ("endpoint", "condition", "dose", "day"), ("events", "censored"), response_duration_counts
    ),
    "event_times": CountTable(
        ("event", "condition", "dose", "day"),
        ("events", "censored"),
        lambda derived: [event_time_counts(derived.cohort, derived.population).execute()],
    ),
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
    "baseline_numbers": CountTable(("condition", "dose", "characteristic", "value"), ("n",), baseline_numbers),
    "baseline_categories": CountTable(("condition", "dose", "characteristic", "value"), ("n",), baseline_categories),
    "baseline_medications": CountTable(("condition", "dose", "drug_class"), ("n",), baseline_medications),
    "compared_numbers": CountTable(
        ("endpoint", "condition", "dose", "characteristic", "value"), ("n",), compared_numbers
    ),
    "compared_categories": CountTable(
        ("endpoint", "condition", "dose", "characteristic", "value"), ("n",), compared_categories
    ),
    "follow_up": CountTable(
        ("endpoint", "condition", "dose", "day", "died", "first_response"), ("n",), follow_up_counts
    ),
    "dose_values": CountTable(("condition", "dose", "quantity", "value"), ("n",), dose_values),
    "dose_states": CountTable(("condition", "dose", "day", "state"), ("n",), dose_states),
    "target_dose_times": CountTable(
        ("condition", "dose", "day"), ("reached", "stopped", "censored"), target_dose_times
    ),
    "treatment_ends": CountTable(("condition", "dose", "day", "reason"), ("n",), treatment_end_counts),
    "score_changes": CountTable(
        ("condition", "dose", "definition", "use", "day", "change"), ("n",), score_change_counts
    ),
    "repeated_measures": CountTable(
        ("condition", "dose", "definition", "pattern", "first", "second"), ("total",), repeated_measures_sums
    ),
    "subgroup_responders": CountTable(
        ("endpoint", "condition", "definition", "dose", "subgroup", "level", "day"),
        ("n", "observed", "observed_responders", "carried", "carried_responders"),
        subgroup_responders,
    ),
    "response_patterns": CountTable(
        ("endpoint", "condition", "definition", "dose", "day", "earlier", "stopped", "high_baseline"),
        ("n", "observed", "observed_responders"),
        response_patterns,
    ),
    "baseline_scores": CountTable(("endpoint", "condition", "definition", "dose", "score"), ("n",), baseline_scores),
    "repeated_scores": CountTable(
        ("endpoint", "condition", "definition"),
        ("n", "baseline_sum", "earlier_sum", "baseline_squares", "products", "earlier_squares"),
        repeated_scores,
    ),
}
NAMES = (*TABLES, "attrition")


def count_cohort(folder: Path, study: Study, accounts: list[dict[str, Any]]) -> dict[str, pd.DataFrame]:
    """Count everything that the study asks for.

    Parameters
    ----------
    folder : Path
        The cohort as Parquet files.
    accounts : list of dict
        What reading each table gave, for the attrition.

    Returns
    -------
    dict of str to DataFrame
        `NAMES`: the tables, each sorted by its key, and the attrition.
    """
    derived = derive(folder, study)
    counts = {name: _joined(table, table.count(derived)) for name, table in TABLES.items()}
    counts["attrition"] = attrition(derived, counts["responders"], accounts)
    derived.connection.disconnect()
    return counts


def _joined(table: CountTable, parts: list[pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    columns = [*table.key, *table.values]
    joined = pd.concat([part[columns] for part in parts]) if parts else pd.DataFrame(columns=columns)
    return joined.sort_values(list(table.key), kind="stable", ignore_index=True)
