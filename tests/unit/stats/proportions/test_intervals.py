"""Mid-P, Jeffreys and Agresti-Coull."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.proportions.intervals import agresti_coull, jeffreys, mid_p
from dose_outcomes.stats.proportions.single import clopper_pearson

INTERVALS = [mid_p, jeffreys, agresti_coull]
COUNTS = st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@settings(deadline=None, max_examples=60, derandomize=True)
@given(COUNTS, st.sampled_from([0.8, 0.95, 0.99]))
def test_mid_p_limits_leave_tails_with_half_of_the_observed(counts, level):
    events, n = counts
    result = mid_p(events, n, level=level)
    tail = (1 - level) / 2
    if events > 0:
        p = result.low
        assert stats.binom.sf(events, n, p) + stats.binom.pmf(events, n, p) / 2 == pytest.approx(tail, rel=1e-9)
    else:
        assert result.low == 0.0
    if events < n:
        p = result.high
        assert stats.binom.cdf(events - 1, n, p) + stats.binom.pmf(events, n, p) / 2 == pytest.approx(tail, rel=1e-9)
    else:
        assert result.high == 1.0
    exact = clopper_pearson(events, n, level=level)
    assert exact.low <= result.low <= result.high <= exact.high


@pytest.mark.parametrize("n", [1, 10, 1000])
def test_mid_p_without_events_has_a_closed_form(n):
    assert mid_p(0, n).high == pytest.approx(1 - 0.05 ** (1 / n), rel=1e-12)
    assert mid_p(n, n).low == pytest.approx(0.05 ** (1 / n), rel=1e-12)


@pytest.mark.parametrize(("events", "n"), [(1, 4), (15, 148), (29, 30)])
def test_jeffreys_inside(events, n):
    low, high = stats.beta.ppf([0.025, 0.975], events + 0.5, n - events + 0.5)
    result = jeffreys(events, n)
    assert (result.low, result.high) == pytest.approx((low, high), rel=1e-10)


def test_jeffreys_edge_rule():
    assert jeffreys(0, 10).low == 0.0
    assert jeffreys(0, 10).high == pytest.approx(stats.beta.ppf(0.975, 0.5, 10.5), rel=1e-10)
    assert jeffreys(10, 10).high == 1.0


def test_agresti_coull_by_hand():
    # At a level with z = 2: two successes and two failures added.
    level = 2 * stats.norm.cdf(2) - 1
    result = agresti_coull(8, 16, level=level)
    assert result.estimate == 0.5
    assert result.high - 0.5 == pytest.approx(2 * (0.25 / 20) ** 0.5, rel=1e-12)
    assert agresti_coull(0, 3, clipped=False).low < 0.0 == agresti_coull(0, 3).low
    assert agresti_coull(3, 3, clipped=False).high > 1.0 == agresti_coull(3, 3).high


@pytest.mark.parametrize("interval", INTERVALS)
def test_no_patient(interval):
    result = interval(0, 0)
    assert (result.estimate, result.low, result.high) == (None, 0.0, 1.0)
    assert result.note


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize(
    ("events", "n", "level", "message"),
    [
        (6, 5, 0.95, "events must be .*at most 5; received 6"),
        (1, 2.5, 0.95, "n must be .*whole"),
        (1, 5, 0.0, "level must be .*above 0"),
    ],
)
def test_illegal_arguments(interval, events, n, level, message):
    with pytest.raises(ArgumentError, match=message):
        interval(events, n, level=level)
