"""Counts of when a response or another event comes, how long it lasts, and at which dose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.derive.context import Derived
from dose_outcomes.derive.counted.table import CountTable
from dose_outcomes.derive.response import time_to_response_counts
from dose_outcomes.derive.side_effects import event_time_counts
from dose_outcomes.derive.times.dose_of_the_day import dose_period_counts, dose_period_pair_counts
from dose_outcomes.derive.times.first_response import response_interval_counts, visit_gap_counts
from dose_outcomes.derive.times.response_duration import response_duration_counts, sustained_response_time_counts
from dose_outcomes.derive.times.stopping import response_or_stop_counts

if TYPE_CHECKING:
    import pandas as pd


def _response_times(derived: Derived) -> list[pd.DataFrame]:
    return [
        time_to_response_counts(
            derived.patients[analysis.endpoint], derived.responses[analysis.endpoint], analysis.horizon_days
        )
        .execute()
        .assign(endpoint=analysis.endpoint)
        for analysis in derived.study.time_to_response
    ]


TABLES = {
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
}
