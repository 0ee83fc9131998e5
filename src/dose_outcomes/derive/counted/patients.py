"""Counts of who the patients were, what they took, how long they stayed and how their scores went."""

from __future__ import annotations

from dose_outcomes.derive.comparability import compared_categories, compared_numbers, follow_up_counts
from dose_outcomes.derive.counted.table import CountTable
from dose_outcomes.derive.course.baseline import baseline_categories, baseline_medications, baseline_numbers
from dose_outcomes.derive.course.dosing import dose_states, dose_values, target_dose_times
from dose_outcomes.derive.course.persistence import treatment_end_counts
from dose_outcomes.derive.course.score_change import repeated_measures_sums, score_change_counts

TABLES = {
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
}
