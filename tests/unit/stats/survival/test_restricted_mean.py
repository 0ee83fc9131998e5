import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.survival.kaplan_meier import kaplan_meier
from dose_outcomes.stats.survival.restricted_mean import (
    restricted_mean,
    restricted_mean_difference,
    restricted_mean_ratio,
)


def test_hand_computed():
    # S: 1 until 10, 3/4 until 20, 3/8 until 30. Area 10 + 7.5 + 3.75; after the events 11.25 and 3.75.
    result = restricted_mean(kaplan_meier([10, 15, 20, 40], [1, 0, 1, 0], [0, 1, 0, 1]), 30)
    assert result.estimate == pytest.approx(21.25, rel=1e-14)
    error = math.sqrt(11.25**2 / (4 * 3) + 3.75**2 / (2 * 1))
    assert result.standard_error == pytest.approx(error, rel=1e-14)
    assert result.low == pytest.approx(21.25 - 1.959963984540054 * error, rel=1e-12)
    assert result.high == pytest.approx(21.25 + 1.959963984540054 * error, rel=1e-12)
    assert restricted_mean(kaplan_meier([10, 40], [1, 0], [0, 2]), 30).high == 30  # no more than the horizon


@given(st.lists(st.integers(1, 30), min_size=2, max_size=20), st.integers(2, 40))
@settings(deadline=None, max_examples=50, derandomize=True)
def test_without_censoring_it_is_the_mean_of_the_shorter_time(days, horizon):
    result = restricted_mean(kaplan_meier(days, np.ones(len(days)), np.zeros(len(days))), horizon)
    times = np.minimum(days, horizon)
    assert result.estimate == pytest.approx(times.mean(), rel=1e-12)
    if result.standard_error is not None:
        assert result.standard_error == pytest.approx(times.std() / math.sqrt(len(days)), rel=1e-9, abs=1e-12)


def test_horizon_beyond_follow_up_is_refused():
    curve = kaplan_meier([10, 20], [1, 0], [0, 1])
    result = restricted_mean(curve, 21)
    assert (result.estimate, result.low, result.high, result.standard_error) == (None, None, None, None)
    assert result.note == "horizon 21 is after the last observed day (20)"
    assert restricted_mean(kaplan_meier([10, 20], [1, 1], [0, 0]), 50).estimate == 15  # nobody is left: known
    longer = kaplan_meier([10, 30], [1, 0], [0, 1])
    for compare in (restricted_mean_difference, restricted_mean_ratio):
        for pair in ((curve, longer), (longer, curve)):
            refused = compare(*pair, 25)
            assert refused.estimate is None
            assert "after the last observed day (20)" in refused.note


def test_edges():
    assert restricted_mean(kaplan_meier([], [], []), 5).note == "no patient at risk"
    none = restricted_mean(kaplan_meier([30], [0], [3]), 20)
    assert (none.estimate, none.low, none.standard_error) == (20, None, None)
    assert "no event before the horizon" in none.note
    assert restricted_mean(kaplan_meier([20, 30], [1, 0], [0, 3]), 20).estimate == 20  # an event on the horizon
    day_0 = restricted_mean(kaplan_meier([0, 10], [1, 0], [0, 1]), 10)
    assert day_0.estimate == 5


def test_difference_and_ratio():
    one, zero = kaplan_meier([10, 40], [3, 0], [0, 5]), kaplan_meier([20, 40], [4, 0], [0, 4])
    a, b = restricted_mean(one, 40), restricted_mean(zero, 40)
    difference = restricted_mean_difference(one, zero, 40, level=0.9)
    assert difference.estimate == pytest.approx(a.estimate - b.estimate)
    assert difference.standard_error == pytest.approx(math.hypot(a.standard_error, b.standard_error))
    half = 1.6448536269514722 * difference.standard_error
    assert (difference.low, difference.high) == (
        pytest.approx(difference.estimate - half),
        pytest.approx(difference.estimate + half),
    )
    ratio = restricted_mean_ratio(one, zero, 40)
    assert ratio.estimate == pytest.approx(a.estimate / b.estimate)
    assert ratio.low * ratio.high == pytest.approx(ratio.estimate**2)
    back = restricted_mean_ratio(zero, one, 40)
    assert back.low == pytest.approx(1 / ratio.high)


def test_comparison_with_groups_without_events():
    none, some = kaplan_meier([40], [0], [5]), kaplan_meier([20, 40], [4, 0], [0, 4])
    for compare in (restricted_mean_difference, restricted_mean_ratio):
        assert "reference: its standard error counts as 0" in compare(some, none, 40).note
        both = compare(none, none, 40)
        assert (both.low, both.high) == (None, None)
        assert both.note == "no event before the horizon in either group"
    nothing = kaplan_meier([0], [4], [0])
    assert restricted_mean_ratio(nothing, some, 40).note == "a restricted mean is 0"


@pytest.mark.parametrize("horizon", [0, -1, np.inf])
def test_illegal_horizon(horizon):
    with pytest.raises(ArgumentError, match="horizon must be"):
        restricted_mean(kaplan_meier([1], [1], [0]), horizon)


def test_illegal_level():
    with pytest.raises(ArgumentError, match="level must be"):
        restricted_mean(kaplan_meier([1], [1], [0]), 1, level=0)
