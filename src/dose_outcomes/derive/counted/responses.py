"""Counts of who responds: at a target visit, under other strategies and doses, in subgroups, by pattern of scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.derive.attribution import responders_by_attribution, responses_by_current_dose
from dose_outcomes.derive.context import Derived
from dose_outcomes.derive.counted.table import CountTable
from dose_outcomes.derive.course.subgroups import subgroup_responders
from dose_outcomes.derive.response import responder_counts, with_remission
from dose_outcomes.derive.robustness import baseline_scores, repeated_scores, response_patterns
from dose_outcomes.derive.sustained import sustained_response_counts

if TYPE_CHECKING:
    import pandas as pd


def _responders(derived: Derived) -> list[pd.DataFrame]:
    return [
        responder_counts(derived.patients[endpoint.id], derived.visits[endpoint.id], endpoint).execute()
        for endpoint in derived.study.endpoints
    ]


def _responders_by_strategy(derived: Derived) -> list[pd.DataFrame]:
    endpoints = {endpoint.id: endpoint for endpoint in derived.study.endpoints}
    return [
        responder_counts(derived.patients[name], visits, endpoints[name]).execute().assign(strategy=label)
        for (name, label), visits in derived.alternatives.items()
    ]


def _remissions(derived: Derived) -> list[pd.DataFrame]:
    study = derived.study
    parts = []
    for endpoint in study.endpoints:
        if endpoint.id in derived.remissions:
            patients = derived.patients[endpoint.id]
            patients = patients.filter(patients.definition.isin(with_remission(study, endpoint)))
            parts.append(responder_counts(patients, derived.remissions[endpoint.id], endpoint).execute())
    return parts


def _sustained_responses(derived: Derived) -> list[pd.DataFrame]:
    return [
        sustained_response_counts(derived.patients[one.endpoint], derived.responses[one.endpoint], one)
        .execute()
        .assign(endpoint=one.endpoint)
        for one in derived.study.sustained_response
    ]


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
