import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.survival.kaplan_meier import kaplan_meier
from dose_outcomes.stats.survival.quantile import quantile


@pytest.mark.parametrize(
    ("counts", "probability", "estimate"),
    [
        (([2, 4, 6], [1, 1, 1], [0, 0, 0]), 0.5, 4),  # below one half for the first time on day 4
        (([2, 4, 6, 8], [1, 1, 1, 1], [0, 0, 0, 0]), 0.5, 5),  # exactly one half from day 4 until day 6
        (([2, 4, 6, 8], [1, 1, 1, 1], [0, 0, 0, 0]), 0.75, 7),
        (([2, 4, 9], [1, 1, 0], [0, 0, 2]), 0.5, 6.5),  # stays on one half until the last observed day
        (([2, 4, 9], [1, 1, 0], [0, 0, 2]), 0.51, None),
        (([5], [3], [0]), 0.5, 5),
        (([0, 5], [3, 1], [0, 0]), 0.5, 0),
        (([3, 5], [0, 0], [1, 1]), 0.5, None),
        (([1, 2, 3], [1, 1, 1], [0, 0, 0]), 1 / 3, 1.5),  # 1 - 1/3 is no binary fraction: a tie all the same
    ],
)
def test_rule(counts, probability, estimate):
    result = quantile(kaplan_meier(*counts), probability)
    assert result.estimate == (None if estimate is None else pytest.approx(estimate))
    assert ("not reached" in result.note.split("; ")[0]) == (estimate is None or result.high == math.inf)


def test_limits_are_where_the_bands_cross():
    curve = kaplan_meier(range(1, 101), np.ones(100), np.zeros(100))
    result = quantile(curve, 0.5)
    assert result.low == curve.day[np.argmax(curve.low < 0.5)]
    assert result.high == curve.day[np.argmax(curve.high < 0.5)]
    assert result.low < 50.5 == result.estimate < result.high
    assert result.note == ""


def test_what_is_not_reached_is_said():
    result = quantile(kaplan_meier([10, 90], [2, 0], [0, 18]))
    assert result.estimate is None
    assert result.low == 90  # nothing is known of the time after
    assert result.high == math.inf
    assert result.note == "not reached: 0.1 had the event by day 90"
    formula = quantile(kaplan_meier([10, 90], [2, 0], [0, 18], beta_product_below=None))
    assert (formula.low, formula.note.split("; ")[1]) == (None, "lower limit not reached")
    half = quantile(kaplan_meier([10, 20, 90], [5, 5, 0], [0, 0, 12]), 0.3)
    assert half.estimate == 20
    assert half.note in ("", "upper limit not reached")
    assert quantile(kaplan_meier([], [], [])).note == "no patient at risk"


def test_upper_limit_is_not_the_last_day_when_everybody_has_had_the_event():
    few = quantile(kaplan_meier([2, 4, 6], [1, 1, 1], [0, 0, 0]), 0.75)
    assert few.estimate == 6
    assert few.high == math.inf  # 3 patients cannot exclude that a quarter goes on


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(0, 1)), min_size=1, max_size=25), st.floats(0.05, 0.95))
@settings(deadline=None, max_examples=60, derandomize=True)
def test_order_and_scale(rows, probability):
    day, event = np.array(rows, dtype=float).T
    result = quantile(kaplan_meier(day, event, 1 - event), probability)
    tenfold = quantile(kaplan_meier(10 * day, event, 1 - event), probability)
    assert result.high is not None
    if result.estimate is None:
        assert tenfold.estimate is None
        return
    assert tenfold.estimate == pytest.approx(10 * result.estimate)
    assert result.low is None or result.low <= result.estimate
    assert result.estimate <= result.high


@pytest.mark.parametrize("probability", [0, 1, -0.2, np.nan])
def test_illegal_probability(probability):
    with pytest.raises(ArgumentError, match="probability must be"):
        quantile(kaplan_meier([1], [1], [0]), probability)
