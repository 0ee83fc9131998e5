"""What marks a row: its own interval, the regression it comes from; what never does."""

from dataclasses import replace

import pytest

from dose_outcomes.outcomes.diagnostics.marks import Reasons, marked
from dose_outcomes.results import Result

ROW = Result(
    analysis="responder_contrast", endpoint="E", condition="fibromyalgia", dose="high", comparator="low",
    statistic="risk_difference", estimate=0.1, low=-0.2, high=0.4, n=100, events=30,
)  # fmt: skip


def mark(row: Result, study, *others: Result, **bounds) -> str:
    settings = study(1, diagnostics=bounds)
    return marked(row, Reasons([], [row, *others], settings)).note


@pytest.mark.parametrize(
    ("changes", "bounds", "note"),
    [
        ({}, {"maximum_interval_width": 0.61}, ""),
        ({}, {"maximum_interval_width": 0.59}, "diagnostics failed: wide interval: 0.60 (bound 0.59)"),
        ({"note": "x"}, {"maximum_interval_width": 0.59}, "diagnostics failed: wide interval: 0.60 (bound 0.59); x"),
        ({"comparator": "middle"}, {"maximum_interval_width": 0.1}, ""),
        ({"estimate": None, "note": "no patients"}, {"maximum_interval_width": 0.1}, "no patients"),
        ({"analysis": "responder_shrinkage"}, {"maximum_interval_width": 0.1}, ""),
        (
            {"analysis": "tipping_point", "subgroup": "of the missing 1 respond, of the comparator 0"},
            {"maximum_interval_width": 0.59},
            "diagnostics failed: wide interval: 0.60 (bound 0.59)",
        ),
        (
            {
                "analysis": "side_effect_self_controlled",
                "comparator": "before step up of the dose",
                "statistic": "rate_ratio",
                "low": 0.5,
                "high": 5.1,
            },
            {},
            "diagnostics failed: wide interval: upper over lower limit 10.2 (bound 10)",
        ),
        (
            {"analysis": "placebo_benchmark", "comparator": "published placebo: T"},
            {"maximum_interval_width": 0.59},
            "diagnostics failed: wide interval: 0.60 (bound 0.59)",
        ),
        ({"statistic": "risk_ratio", "low": 0.5, "high": 4.5}, {"maximum_ratio_of_limits": 9}, ""),
        (
            {"statistic": "risk_ratio", "low": 0.5, "high": 4.6},
            {"maximum_ratio_of_limits": 9},
            "diagnostics failed: wide interval: upper over lower limit 9.2 (bound 9)",
        ),
        (
            {"statistic": "odds_ratio", "low": 0.0, "high": 4.0},
            {},
            "diagnostics failed: wide interval: upper over lower limit without bound (bound 10)",
        ),
        (
            {"analysis": "time_to_response", "statistic": "rmst_difference", "day": 100, "low": -30.0, "high": 30.0},
            {},
            "diagnostics failed: wide interval: 0.60 of the days (bound 0.5)",
        ),
    ],
)
def test_precision(changes, bounds, note, study):
    assert mark(replace(ROW, **changes), study, **bounds) == note


def test_the_number_needed_is_judged_by_its_difference(study):
    needed = replace(ROW, statistic="number_needed_to_treat", estimate=10.0, low=None, high=None)
    assert mark(needed, study, ROW, maximum_interval_width=0.59).startswith("diagnostics failed: wide interval: 0.60")
    assert mark(needed, study, maximum_interval_width=0.59) == ""


@pytest.mark.parametrize(
    ("analysis", "statistic", "per"),
    [
        ("time_to_response_by_current_dose", "hazard_ratio", "events_per_variable"),
        ("mixed_model", "adjusted_mean_difference", "observations_per_parameter"),
        ("dose_response", "fitted_proportion", "events_per_variable"),
    ],
)
def test_a_regression_with_few_events_for_each_parameter(analysis, statistic, per, study):
    row = replace(ROW, analysis=analysis, statistic=statistic, low=0.9, high=1.2)
    events = replace(
        ROW, analysis=analysis, statistic=per, dose="all", comparator="", estimate=7.5, low=None, high=None
    )
    words = per.replace("_", " ")
    assert mark(row, study, events) == f"diagnostics failed: few {words} (bound 10)"
    assert mark(row, study, events, minimum_events_per_variable=7.5) == ""
    # of another condition
    assert mark(row, study, replace(events, condition="psoriasis")) == ""
