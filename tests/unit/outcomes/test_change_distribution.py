"""Thresholds of a distribution of change: of the grid, the minimal important difference, the cut of the rule."""

import pytest

from dose_outcomes.catalogue.definitions import Instrument, ResponseDefinition
from dose_outcomes.outcomes.course.change_distribution import CUT, IMPORTANT, Threshold, thresholds


def scale(**changes):
    known = {"label": "Scale", "units": "points", "minimum": 0, "maximum": 10, "step": 1, "direction": "lower_better"}
    return Instrument(**{**known, **changes})


def rule(response, **changes):
    return ResponseDefinition(instrument="X", label="Rule", response=response, **changes)


@pytest.mark.parametrize(
    ("instrument", "expected"),
    [
        (scale(), [-1, 1, 2, 5]),  # 0.14 of the range is 1.4 points, 1 on the scale
        (scale(step=0.1), [-1, 1.4, 2, 5]),
        (scale(maximum=1100, plausible_maximum=100), [-10, 14, 20, 50]),
        (scale(minimum=-10, plausible_minimum=0), [-1, 1, 2, 5]),
    ],
)
def test_the_grid_is_in_steps_of_the_plausible_range(instrument, expected):
    found = thresholds(rule("value <= 3"), instrument, [-0.1, 0.14, 0.2, 0.5])
    assert found == [Threshold(pytest.approx(improvement), False) for improvement in expected]


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        ("improve >= 4", [Threshold(0.0, False), Threshold(4.0, False, (CUT,))]),
        # more than 4 begins one step above it
        ("improve > 4", [Threshold(0.0, False), Threshold(5.0, False, (CUT,))]),
        ("pct_improve >= 30", [Threshold(0.0, False), Threshold(30.0, True, (CUT,))]),
        (
            "improve > 4 or (improve > 2 and value <= 3)",
            [Threshold(0.0, False), Threshold(3.0, False, (CUT,)), Threshold(5.0, False, (CUT,))],
        ),
        ("value <= 3", [Threshold(0.0, False)]),
        ("worsen >= 2", [Threshold(0.0, False)]),
    ],
)
def test_the_cut_is_that_of_the_rule(response, expected):
    assert thresholds(rule(response), scale(), [0.0]) == expected


def test_the_minimal_important_difference_may_be_the_cut_too():
    found = thresholds(rule("improve >= 4", mcid={"absolute": 4, "percent": 30}), scale(), [0.4])
    assert found == [Threshold(4.0, False, (IMPORTANT, CUT)), Threshold(30.0, True, (IMPORTANT,))]
