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
    # 21.25 of 30 days: odds 17/7. t of four patients, three degrees of freedom, is 3.18245
    factor = math.exp(3.182446305284263 * error * 30 / (21.25 * 8.75))
    for limit, odds in ((result.low, 17 / 7 / factor), (result.high, 17 / 7 * factor)):
        assert limit == pytest.approx(30 * odds / (1 + odds), rel=1e-12)
    assert restricted_mean(kaplan_meier([10, 40], [1, 0], [0, 2]), 30).high < 30  # never the horizon itself


@given(st.lists(st.integers(1, 30), min_size=2, max_size=20), st.integers(2, 40))
@settings(deadline=None, max_examples=50, derandomize=True)
def test_without_censoring_it_is_the_mean_of_the_shorter_time(days, horizon):
    result = restricted_mean(kaplan_meier(days, np.ones(len(days)), np.zeros(len(days))), horizon)
    times = np.minimum(days, horizon)
    assert result.estimate == pytest.approx(times.mean(), rel=1e-12)
    if result.standard_error is None:
        assert times.std() == pytest.approx(0, abs=1e-12)
    else:
        assert result.standard_error == pytest.approx(times.std() / math.sqrt(len(days)), rel=1e-9, abs=1e-12)
        assert 0 < result.low < result.estimate < result.high < horizon


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
    # three patients seen for all days: the share without an event is at least 0.025^(1/3) (Clopper-Pearson, 3 of 3)
    assert (none.estimate, none.high, none.standard_error) == (20, 20, None)
    assert none.low == pytest.approx(20 * 0.025 ** (1 / 3), rel=1e-14)
    # one who left before the horizon tells nothing of the days after
    assert restricted_mean(kaplan_meier([10, 30], [0, 0], [5, 3]), 20).low == none.low
    assert "no event before the horizon" in none.note
    assert restricted_mean(kaplan_meier([20, 30], [1, 0], [0, 3]), 20).estimate == 20  # an event on the horizon
    day_0 = restricted_mean(kaplan_meier([0, 10], [1, 0], [0, 1]), 10)
    assert day_0.estimate == 5
    nobody = restricted_mean(kaplan_meier([0], [4], [0]), 10)
    assert (nobody.estimate, nobody.low, nobody.high) == (0, 0, pytest.approx(10 * (1 - 0.025 ** (1 / 4))))
    for days, events in (([5], [4]), ([5], [1])):
        alike = restricted_mean(kaplan_meier(days, events, [0]), 10)
        assert (alike.estimate, alike.low, alike.high, alike.standard_error) == (5, None, None, None)
        assert alike.note == "all events on one day: no standard error"


def test_difference_and_ratio():
    one, zero = kaplan_meier([10, 40], [3, 0], [0, 5]), kaplan_meier([20, 40], [4, 0], [0, 4])
    a, b = restricted_mean(one, 40), restricted_mean(zero, 40)
    difference = restricted_mean_difference(one, zero, 40, level=0.9)
    assert difference.estimate == pytest.approx(a.estimate - b.estimate)
    assert difference.standard_error == pytest.approx(math.hypot(a.standard_error, b.standard_error))
    # level 0.9: the limits of each mean at that level, squared distances added
    a, b = restricted_mean(one, 40, level=0.9), restricted_mean(zero, 40, level=0.9)
    assert difference.estimate - difference.low == pytest.approx(
        math.sqrt((a.estimate - a.low) ** 2 + (b.high - b.estimate) ** 2)
    )
    back = restricted_mean_difference(zero, one, 40, level=0.9)
    assert (back.low, back.high) == (pytest.approx(-difference.high), pytest.approx(-difference.low))
    ratio = restricted_mean_ratio(one, zero, 40)
    assert ratio.estimate == pytest.approx(a.estimate / b.estimate)
    back = restricted_mean_ratio(zero, one, 40)
    assert back.low == pytest.approx(1 / ratio.high)
    assert ratio.low < ratio.estimate < ratio.high


def test_comparison_with_groups_without_events():
    none, some = kaplan_meier([40], [0], [5]), kaplan_meier([20, 40], [4, 0], [0, 4])
    for compare, nothing in ((restricted_mean_difference, 0), (restricted_mean_ratio, 1)):
        found = compare(some, none, 40)
        assert "reference: no event before the horizon" in found.note
        assert found.low < found.estimate < found.high
        # two groups without events are alike as far as five patients each can tell
        both = compare(none, none, 40)
        assert both.low < nothing == both.estimate < both.high
        assert both.standard_error is None
        # a group whose patients all have the event on one day
        alike = compare(kaplan_meier([20], [4], [0]), some, 40)
        assert (alike.low, alike.high) == (None, None)
        assert alike.note == "group: all events on one day: no standard error"
    nothing = kaplan_meier([0], [4], [0])
    assert restricted_mean_ratio(nothing, some, 40).note == "a restricted mean is 0"


@pytest.mark.parametrize("horizon", [0, -1, np.inf])
def test_illegal_horizon(horizon):
    with pytest.raises(ArgumentError, match="horizon must be"):
        restricted_mean(kaplan_meier([1], [1], [0]), horizon)


def test_illegal_level():
    with pytest.raises(ArgumentError, match="level must be"):
        restricted_mean(kaplan_meier([1], [1], [0]), 1, level=0)
