"""Curve and quantiles of interval-censored times: limits, edges, and agreement with simpler routes."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.survival.kaplan_meier import kaplan_meier, survival_at
from dose_outcomes.stats.survival.turnbull_curve import (
    interval_censored_quantile,
    interval_censored_survival,
    turnbull_curve,
)

INFINITE = float("inf")
# all seen on days 14, 28 and 42: 10, 12 and 6 respond; 4 and 5 leave after days 14 and 28, 13 go on
LEFT, RIGHT, N = [0, 14, 28, 14, 28, 42], [14, 28, 42, INFINITE, INFINITE, INFINITE], [10, 12, 6, 4, 5, 13]


def test_common_visits_give_kaplan_meier_and_greenwood():
    curve = turnbull_curve(LEFT, RIGHT, n=N)
    same = kaplan_meier([14, 28, 42], [10, 12, 6], [4, 5, 13], beta_product_below=None)
    for day in (14, 28, 42):
        ours, theirs = interval_censored_survival(curve, day), survival_at(same, day)
        assert [ours.estimate, ours.low, ours.high, ours.standard_error] == pytest.approx(
            [theirs.estimate, theirs.low, theirs.high, theirs.standard_error], rel=1e-9
        )


def test_exact_days_give_kaplan_meier():
    day = [3, 5, 8, 8, 11, 15, 21]
    curve = turnbull_curve([*day, 30], [*day, INFINITE], n=[1] * 7 + [4])
    same = kaplan_meier([*day, 30], [1] * 7 + [0], [0] * 7 + [4], beta_product_below=None)
    for at in (4, 8, 12, 21, 30):
        ours, theirs = interval_censored_survival(curve, at), survival_at(same, at)
        assert (ours.estimate, ours.standard_error) == pytest.approx((theirs.estimate, theirs.standard_error))


def test_within_an_interval_the_curve_is_a_line_and_the_limits_reach_over_it():
    curve = turnbull_curve(LEFT, RIGHT, n=N)
    begin, inside, end = (interval_censored_survival(curve, day) for day in (14, 21, 28))
    assert inside.estimate == pytest.approx((begin.estimate + end.estimate) / 2)
    assert (inside.low, inside.high) == pytest.approx((end.low, begin.high))
    assert inside.note == f"between day 14 and 28: from {end.estimate:.3g} to {begin.estimate:.3g}"
    assert begin.note == end.note == ""


def test_a_curve_of_one_or_zero_has_the_limits_of_those_known():
    # nobody responds by day 14, everybody by day 28
    curve = turnbull_curve([14], [28], n=[40])
    one, zero = interval_censored_survival(curve, 14), interval_censored_survival(curve, 28)
    assert (one.estimate, zero.estimate) == (1.0, 0.0)
    exact = binomtest(40, 40).proportion_ci()
    assert (one.low, one.high) == pytest.approx((exact.low, exact.high))
    assert (zero.low, zero.high) == pytest.approx((1 - exact.high, 1 - exact.low))


@pytest.mark.parametrize(
    ("left", "right", "n", "day", "note"),
    [
        ([], [], [], 7, "no patient"),
        ([0, 14], [14, INFINITE], [0, 0], 7, "no patient"),
        ([0, 14], [14, INFINITE], [20, 20], 15, "day 15 is after the last visit that tells (14)"),
        ([0, 14], [14, INFINITE], [1, 1], 14, "fewer than 30 patients: limits may be too narrow"),
    ],
)
def test_survival_says_what_it_cannot(left, right, n, day, note):
    found = interval_censored_survival(turnbull_curve(left, right, n=n), day)
    assert found.note == note
    assert (found.estimate is None) is ("no patient" in note or "after the last" in note)


def test_the_median_lies_on_the_line_and_names_its_interval():
    # S falls from 0.8 on day 14 to 0.4 on day 28: one half is three quarters of the way
    curve = turnbull_curve([0, 14, 28], [14, 28, INFINITE], n=[20, 40, 40])
    median = interval_censored_quantile(curve, 0.5)
    assert median.estimate == pytest.approx(14 + 14 * 0.75)
    assert median.note == "within day 14 to 28"
    # limits of S on day 14 and 28 hold one half between them: the interval itself is all that is known
    assert interval_censored_survival(curve, 14).low > 0.5 > interval_censored_survival(curve, 28).high
    assert (median.low, median.high) == (14, 28)


def test_a_quantile_that_is_not_reached_or_exactly_on_a_flat_piece():
    curve = turnbull_curve([0, 14, 28], [14, 28, INFINITE], n=[20, 30, 50])
    flat = interval_censored_quantile(curve, 0.5)
    assert (flat.estimate, flat.high) == (28.0, math.inf)
    out = interval_censored_quantile(curve, 0.7)
    assert (out.estimate, out.high) == (None, math.inf)
    assert out.note == "not reached: 0.5 had the event by day 28"
    gap = turnbull_curve([0, 28], [14, 42], n=[20, 20])  # half by day 14, the others from day 28 on
    assert interval_censored_quantile(gap, 0.5).estimate == 21.0
    assert interval_censored_quantile(turnbull_curve([], []), 0.5).note == "no patient"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"level": 1.0}, "level must be"),
        ({"left": [15]}, "left must be at most right"),
        ({"n": [-1]}, "n must be"),
    ],
)
def test_illegal_arguments(change, message):
    with pytest.raises(ArgumentError, match=message):
        turnbull_curve(**{"left": [0], "right": [14], "n": [3], **change})


def test_illegal_days_and_probabilities():
    curve = turnbull_curve([0], [14], n=[3])
    with pytest.raises(ArgumentError, match="day must be"):
        interval_censored_survival(curve, -1)
    with pytest.raises(ArgumentError, match="probability must be"):
        interval_censored_quantile(curve, 1.0)


@settings(deadline=None, max_examples=40, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(1, 4), st.booleans()), min_size=5, max_size=30))
def test_more_patients_of_the_same_kind_only_narrow_the_limits(visits):
    left = np.array([7.0 * begin for begin, _, _ in visits])
    right = np.array([INFINITE if never else 7.0 * (begin + gap) for begin, gap, never in visits])
    one, nine = turnbull_curve(left, right), turnbull_curve(left, right, n=np.full(len(left), 9))
    last = 1.0
    for day in (7, 14, 21, 28):
        once, often = interval_censored_survival(one, day), interval_censored_survival(nine, day)
        if once.estimate is None or once.standard_error is None:
            continue
        assert once.estimate <= last + 1e-9
        last = once.estimate
        assert often.estimate == pytest.approx(once.estimate, abs=1e-8)
        assert often.standard_error == pytest.approx(once.standard_error / 3, rel=1e-5, abs=1e-9)
        if once.low is not None and often.low is not None:
            assert once.low <= once.estimate + 1e-9 <= once.high + 2e-9
            assert often.high - often.low <= once.high - once.low + 1e-9


@pytest.mark.parametrize("n", [60, 250])
def test_limits_cover_the_truth_on_days_of_visits(n):
    """Visits about every 28 days, some missed; half respond by day 120. Nominal 0.95; 200 cohorts, error 0.015."""
    draw = np.random.default_rng(20240501)
    days, covered, cohorts = (28, 56, 84, 112), 0, 200
    for _ in range(cohorts):
        event = draw.exponential(120 / math.log(2), n)
        visits = np.round(28 * np.arange(1, 7) + draw.normal(0, 3, (n, 6)))
        seen = draw.random((n, 6)) > 0.1
        before, after = seen & (visits < event[:, None]), seen & (visits >= event[:, None])
        left = np.where(before, visits, 0).max(axis=1)
        curve = turnbull_curve(left, np.where(after, visits, INFINITE).min(axis=1))
        for day in days:
            found = interval_censored_survival(curve, day)
            covered += found.low <= 0.5 ** (day / 120) <= found.high
    assert 0.92 < covered / (cohorts * len(days)) < 0.99
