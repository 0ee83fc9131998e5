"""Rate differences."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.rates.difference import rate_difference_score, rate_difference_wald
from dose_outcomes.stats.rates.rate import score

Z = stats.norm.ppf(0.975)
EVENTS = st.integers(0, 60)
TIME = st.floats(0.5, 1e4)


def score_at(difference, x1, t1, x2, t2):
    """Second route: the most likely rates by numerical maximisation."""

    def loss(rate):
        means = ((x1, (rate + difference) * t1), (x2, rate * t2))
        return sum(mean - (x * math.log(mean) if x else 0.0) for x, mean in means)

    low = max(0.0, -difference)
    high = low + (x1 + x2 + 1) / min(t1, t2) + abs(difference)
    rate = optimize.minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": 1e-13}).x
    return (x1 / t1 - x2 / t2 - difference) / math.sqrt((rate + difference) / t1 + rate / t2)


@pytest.mark.parametrize("counts", [(9, 10.0, 16, 10.0), (2, 17.877, 9, 16.66), (3, 1.0, 0, 5.0), (0, 2.0, 4, 3.0)])
def test_limits_have_the_score_of_the_quantile(counts):
    result = rate_difference_score(*counts)
    assert score_at(result.low, *counts) == pytest.approx(Z, rel=1e-4)
    assert score_at(result.high, *counts) == pytest.approx(-Z, rel=1e-4)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(EVENTS, TIME, EVENTS, TIME)
def test_antisymmetric_and_holds_the_estimate(x1, t1, x2, t2):
    result, turned = rate_difference_score(x1, t1, x2, t2), rate_difference_score(x2, t2, x1, t1)
    assert result.low < result.estimate < result.high
    assert (turned.low, turned.high) == pytest.approx((-result.high, -result.low), rel=1e-7, abs=1e-12)


def test_against_a_group_watched_for_ever_it_is_the_interval_of_one_rate():
    one, two = score(7, 30.0), rate_difference_score(7, 30.0, 0, 1e12)
    assert (two.low, two.high) == pytest.approx((one.low, one.high), rel=1e-5)


def test_wald_by_hand():
    result = rate_difference_wald(9, 10, 16, 10, per=100)
    assert result.estimate == pytest.approx(-70.0)
    assert result.standard_error == pytest.approx(50.0)
    assert result.low == pytest.approx(-70 - Z * 50, rel=1e-12)


@pytest.mark.parametrize("function", [rate_difference_score, rate_difference_wald])
def test_edges_and_illegal_arguments(function):
    assert function(0, 0, 3, 5).estimate is None
    assert "no person time" in function(0, 0, 3, 5).note
    assert function(4, 8, 2, 4).estimate == 0.0
    plain, scaled = function(3, 4, 1, 5), function(3, 4, 1, 5, per=10.0)
    assert scaled.high == pytest.approx(10 * plain.high, rel=1e-12)
    with pytest.raises(ArgumentError, match=r"events must be .*received -1"):
        function(-1, 1, 1, 1)
    with pytest.raises(ArgumentError, match=r"per must be .*above 0"):
        function(1, 1, 1, 1, per=-1)
    with pytest.raises(ArgumentError, match="level must be"):
        function(1, 1, 1, 1, level=7)
