"""Rate ratios."""

from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.rates import test_poisson_2indep as poisson_test_of_statsmodels

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.rates.ratio import rate_ratio_exact, rate_ratio_exact_test, rate_ratio_log

EVENTS = st.integers(0, 60)
TIME = st.floats(0.5, 1e4)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(EVENTS, TIME, EVENTS, TIME, st.booleans())
def test_limits_are_those_of_the_binomial_given_the_total(x1, t1, x2, t2, mid_p):
    if x1 + x2 == 0:
        return
    result = rate_ratio_exact(x1, t1, x2, t2, mid_p=mid_p)
    for limit, events in ((result.low, x1), (1 / result.high if result.high else inf, x2)):
        if events == 0:
            assert limit == 0.0
            continue
        own, other = (t1, t2) if limit == result.low else (t2, t1)
        p = limit * own / (limit * own + other)
        tail = stats.binom.sf(events - 1, x1 + x2, p) - mid_p * stats.binom.pmf(events, x1 + x2, p) / 2
        assert tail == pytest.approx(0.025, rel=1e-7)


@settings(deadline=None, max_examples=40, derandomize=True)
@given(EVENTS, TIME, EVENTS, TIME)
def test_exchanging_the_groups_inverts(x1, t1, x2, t2):
    result, turned = rate_ratio_exact(x1, t1, x2, t2), rate_ratio_exact(x2, t2, x1, t1)
    assert turned.low == pytest.approx(0.0 if result.high == inf else 1 / result.high, rel=1e-8)
    for side in ("minlike", "central"):
        one, other = (rate_ratio_exact_test(*c, two_sided=side) for c in ((x1, t1, x2, t2), (x2, t2, x1, t1)))
        assert one.p_value == pytest.approx(other.p_value, rel=1e-8)


@pytest.mark.parametrize("counts", [(2, 17877, 9, 16660), (30, 1000, 20, 1100), (0, 100, 5, 120)])
def test_exact_test_same_as_statsmodels(counts):
    x1, t1, x2, t2 = counts
    expected = poisson_test_of_statsmodels(x1, t1, x2, t2, method="exact-cond").pvalue
    assert rate_ratio_exact_test(*counts).p_value == pytest.approx(expected, rel=1e-10)


def test_central_test_agrees_with_the_interval():
    result = rate_ratio_exact(2, 17877, 9, 16660)
    p_value = rate_ratio_exact_test(2, 17877, 9, 16660, two_sided="central").p_value
    assert result.high > 1.0
    assert p_value > 0.05
    narrower = rate_ratio_exact(2, 17877, 9, 16660, level=1 - p_value)
    assert narrower.high == pytest.approx(1.0, rel=1e-9)


@pytest.mark.parametrize(
    ("counts", "estimate", "low", "high"),
    [
        ((0, 10, 0, 12), None, 0.0, inf),
        ((0, 100, 5, 120), 0.0, 0.0, None),
        ((5, 120, 0, 100), inf, None, inf),
        ((0, 0, 3, 5), None, 0.0, inf),
    ],
)
def test_edges(counts, estimate, low, high):
    for mid_p in (False, True):
        result = rate_ratio_exact(*counts, mid_p=mid_p)
        assert result.estimate == estimate
        assert (result.low == low) if low is not None else (0.0 < result.low < inf)
        assert (result.high == high) if high is not None else (0.0 < result.high < inf)
    log = rate_ratio_log(*counts)
    assert log.low is None
    assert log.high is None
    assert log.note


def test_no_event_is_no_evidence_and_no_time_is_undefined():
    assert rate_ratio_exact_test(0, 10, 0, 12).p_value == 1.0
    assert rate_ratio_exact_test(0, 0, 3, 12).p_value is None


def test_illegal_arguments():
    for function in (rate_ratio_exact, rate_ratio_log, rate_ratio_exact_test):
        with pytest.raises(ArgumentError, match=r"reference_events must be .*received -1"):
            function(1, 1, -1, 1)
        with pytest.raises(ArgumentError, match=r"reference_person_time must be .*above 0"):
            function(1, 1, 1, 0)
    with pytest.raises(ArgumentError, match="two_sided must be one of minlike, central; received 'blaker'"):
        rate_ratio_exact_test(1, 1, 1, 1, two_sided="blaker")
    with pytest.raises(ArgumentError, match="level must be"):
        rate_ratio_exact(1, 1, 1, 1, level=0)
