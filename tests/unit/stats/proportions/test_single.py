"""Wilson, Clopper-Pearson and the exact binomial test."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.proportions.single import (
    clopper_pearson,
    exact_binomial_test,
    wilson,
    wilson_continuity_corrected,
)

INTERVALS = [wilson, wilson_continuity_corrected, clopper_pearson]
COUNTS = st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
LEVELS = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99])


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize(
    ("events", "n", "low", "high"), [(0, 1, 0.0, None), (1, 1, None, 1.0), (0, 40, 0.0, None), (40, 40, None, 1.0)]
)
def test_limits_at_the_ends_are_exactly_zero_and_one(interval, events, n, low, high):
    result = interval(events, n)
    assert result.estimate == events / n
    if low is not None:
        assert result.low == low
        assert 0.0 < result.high < 1.0
    else:
        assert result.high == high
        assert 0.0 < result.low < 1.0


@pytest.mark.parametrize("interval", INTERVALS)
def test_no_patient_leaves_the_estimate_undefined_and_everything_possible(interval):
    result = interval(0, 0)
    assert (result.estimate, result.low, result.high) == (None, 0.0, 1.0)
    assert "no patient" in result.note


@pytest.mark.parametrize(("events", "n"), [(1, 7), (29, 29), (3, 100_000), (500_000, 1_000_000)])
def test_same_limits_as_scipy(events, n):
    for interval, name in ((wilson, "wilson"), (wilson_continuity_corrected, "wilsoncc"), (clopper_pearson, "exact")):
        result = interval(events, n, level=0.9)
        expected = stats.binomtest(events, n).proportion_ci(0.9, method=name)
        assert result.low == pytest.approx(expected.low, rel=1e-9, abs=1e-15)
        assert result.high == pytest.approx(expected.high, rel=1e-9)
        assert result.level == 0.9


@settings(deadline=None, max_examples=60, derandomize=True)
@given(COUNTS, LEVELS)
def test_wilson_limits_solve_the_score_equation(counts, level):
    events, n = counts
    result = wilson(events, n, level=level)
    z = stats.norm.ppf((1 + level) / 2)
    for limit in (result.low, result.high):
        assert abs(events / n - limit) == pytest.approx(z * math.sqrt(limit * (1 - limit) / n), rel=1e-9, abs=1e-12)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(COUNTS, LEVELS)
def test_clopper_pearson_limits_leave_the_tails(counts, level):
    events, n = counts
    result = clopper_pearson(events, n, level=level)
    if events > 0:
        assert stats.binom.sf(events - 1, n, result.low) == pytest.approx((1 - level) / 2, rel=1e-8)
    if events < n:
        assert stats.binom.cdf(events, n, result.high) == pytest.approx((1 - level) / 2, rel=1e-8)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(COUNTS, LEVELS)
def test_exchanging_events_and_others_mirrors_the_interval(counts, level):
    events, n = counts
    for interval in INTERVALS:
        one, other = interval(events, n, level=level), interval(n - events, n, level=level)
        assert one.low == pytest.approx(1 - other.high, abs=1e-12)
        assert one.low <= events / n <= one.high
        assert interval(events, n, level=level / 2).low >= one.low


def test_no_correction_is_plain_wilson():
    plain, corrected = wilson(3, 20), wilson_continuity_corrected(3, 20, correction=0.0)
    assert (corrected.low, corrected.high) == pytest.approx((plain.low, plain.high), rel=1e-14)
    wider = wilson_continuity_corrected(3, 20)
    assert wider.low < plain.low < plain.high < wider.high


@pytest.mark.parametrize(
    ("events", "n", "p"), [(7, 12, 0.3), (0, 10, 0.1), (5, 5, 0.5), (682, 925, 0.75), (3, 9, 1 / 3)]
)
def test_binomial_test_same_as_scipy(events, n, p):
    assert exact_binomial_test(events, n, p).p_value == pytest.approx(stats.binomtest(events, n, p).pvalue, rel=1e-10)


def test_binomial_test_counts_ties():
    # 2 and 8 of 10 are equally likely under 1/2, though their probabilities may differ in the last bit.
    assert exact_binomial_test(2, 10, 0.5).p_value == pytest.approx(2 * (1 + 10 + 45) / 1024, rel=1e-12)


@pytest.mark.parametrize(("events", "p", "expected"), [(0, 0.0, 1.0), (1, 0.0, 0.0), (5, 1.0, 1.0)])
def test_binomial_test_of_an_impossible_or_certain_event(events, p, expected):
    assert exact_binomial_test(events, 5, p).p_value == expected


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize(
    ("events", "n", "level", "message"),
    [
        (-1, 5, 0.95, "events must be a finite whole number at least 0 and at most 5; received -1"),
        (6, 5, 0.95, "events must be .* at most 5; received 6"),
        (1.5, 5, 0.95, "events must be .*whole.*received 1.5"),
        (1, -5, 0.95, "n must be a finite whole number at least 0; received -5"),
        (1, math.nan, 0.95, "n must be .*received nan"),
        (None, 5, 0.95, "events must be"),
        (1, 5, 1.0, "level must be a finite number above 0 and below 1; received 1.0"),
        (1, 5, 95, "level must be .* below 1; received 95"),
    ],
)
def test_illegal_arguments(interval, events, n, level, message):
    with pytest.raises(ArgumentError, match=message):
        interval(events, n, level=level)


def test_illegal_options():
    with pytest.raises(ArgumentError, match=r"correction must be .*at most 0.5; received 1"):
        wilson_continuity_corrected(1, 5, correction=1)
    with pytest.raises(ArgumentError, match=r"proportion must be .*received 1.2"):
        exact_binomial_test(1, 5, 1.2)
    with pytest.raises(ArgumentError, match=r"n must be .*at least 1; received 0"):
        exact_binomial_test(0, 0, 0.5)


def test_whole_numbers_of_other_types_are_counts():
    assert wilson(3.0, 7) == wilson(3, 7)
