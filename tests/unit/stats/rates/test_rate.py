"""Intervals of one rate."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.rates import confint_poisson

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.rates.rate import byar, garwood, jeffreys, mid_p, score

INTERVALS = [garwood, mid_p, byar, jeffreys, score]
EVENTS = st.integers(0, 500)
TIME = st.floats(0.1, 1e6)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(EVENTS, TIME, st.sampled_from([0.8, 0.95, 0.99]))
def test_garwood_limits_leave_the_tails(events, person_time, level):
    result = garwood(events, person_time, level=level)
    tail = (1 - level) / 2
    assert stats.poisson.cdf(events, result.high * person_time) == pytest.approx(tail, rel=1e-8)
    if events:
        assert stats.poisson.sf(events - 1, result.low * person_time) == pytest.approx(tail, rel=1e-8)
    else:
        assert result.low == 0.0
        assert result.high == pytest.approx(-math.log(tail) / person_time, rel=1e-12)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(EVENTS, TIME, st.sampled_from([0.8, 0.95, 0.99]))
def test_mid_p_limits_leave_tails_with_half_of_the_observed(events, person_time, level):
    result = mid_p(events, person_time, level=level)
    tail = (1 - level) / 2
    mean = result.high * person_time
    below = stats.poisson.cdf(events, mean) - stats.poisson.pmf(events, mean) / 2
    assert below == pytest.approx(tail, rel=1e-8)
    if events:
        mean = result.low * person_time
        above = stats.poisson.sf(events - 1, mean) - stats.poisson.pmf(events, mean) / 2
        assert above == pytest.approx(tail, rel=1e-8)
    else:
        assert result.low == 0.0
    exact = garwood(events, person_time, level=level)
    assert exact.low <= result.low <= result.high <= exact.high


@pytest.mark.parametrize(("interval", "name"), [(garwood, "exact-c"), (score, "score"), (jeffreys, "jeff")])
@pytest.mark.parametrize(("events", "person_time"), [(1, 2.0), (10, 1000.0), (1000, 1e5)])
def test_same_as_statsmodels(interval, name, events, person_time):
    result = interval(events, person_time, level=0.9)
    expected = confint_poisson(events, person_time, method=name, alpha=0.1)
    assert (result.low, result.high) == pytest.approx(expected, rel=1e-10)


def test_byar_as_published():
    # Breslow and Day 1987, page 70: 1 to 10 deaths, exact limits are met to a few hundredths.
    for events in range(1, 200):
        exact, approximate = garwood(events, 1.0), byar(events, 1.0)
        assert approximate.high == pytest.approx(exact.high, rel=0.011)
        assert approximate.low == pytest.approx(exact.low, abs=0.025)
    assert byar(0, 1.0).low == 0.0


@pytest.mark.parametrize("interval", INTERVALS)
def test_time_scales_and_per(interval):
    result, scaled = interval(7, 365.25), interval(7, 1.0, per=100.0)
    hundred = interval(7, 365.25, per=36525.0)
    assert scaled.estimate == pytest.approx(700.0)
    for name in ("estimate", "low", "high"):
        assert getattr(hundred, name) == pytest.approx(getattr(scaled, name), rel=1e-12)
        assert getattr(result, name) == pytest.approx(getattr(scaled, name) / 36525.0, rel=1e-12)


@pytest.mark.parametrize("interval", INTERVALS)
def test_no_person_time_is_not_estimable(interval):
    result = interval(0, 0)
    assert (result.estimate, result.low, result.high) == (None, None, None)
    assert "no person time" in result.note


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize(
    ("events", "person_time", "options", "message"),
    [
        (-1, 1.0, {}, "events must be a finite whole number at least 0; received -1"),
        (1.5, 1.0, {}, "events must be .*received 1.5"),
        (1, -1.0, {}, "person_time must be .*at least 0; received -1.0"),
        (1, 0, {}, "person_time must be .*above 0; received 0"),
        (1, math.inf, {}, "person_time must be .*received inf"),
        (1, 1.0, {"per": 0}, "per must be .*above 0; received 0"),
        (1, 1.0, {"level": 95}, "level must be .*received 95"),
    ],
)
def test_illegal_arguments(interval, events, person_time, options, message):
    with pytest.raises(ArgumentError, match=message):
        interval(events, person_time, **options)
