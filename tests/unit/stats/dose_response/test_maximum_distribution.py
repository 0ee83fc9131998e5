"""Tail of the largest of correlated statistics against cases with a known answer."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.dose_response.maximum_distribution import critical_value, maximum_tail

DIGITS = 5e-4  # what the integration promises


@pytest.mark.parametrize("value", [-1.0, 0.0, 0.5, 2.5, 6.0])
@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_independent_normal_statistics(value, size):
    below = stats.norm.cdf(value) ** size
    expected = -np.expm1(size * stats.norm.logcdf(value)) if value > 0 else 1 - below
    assert maximum_tail(value, np.eye(size)) == pytest.approx(expected, rel=DIGITS)
    if value > 0:
        both = -np.expm1(size * np.log1p(-2 * stats.norm.sf(value)))
        assert maximum_tail(value, np.eye(size), two_sided=True) == pytest.approx(both, rel=DIGITS)


@pytest.mark.parametrize("freedom", [1.0, 5.0, 95.0])
@pytest.mark.parametrize("value", [-2.0, 0.0, 3.0])
def test_one_statistic_and_its_copies_are_student_t(freedom, value):
    expected = stats.t.sf(value, freedom)
    for size in (1, 4):  # a singular correlation of ones
        tail = maximum_tail(value, np.ones((size, size)), degrees_of_freedom=freedom)
        assert tail == pytest.approx(expected, rel=1e-10)
    assert maximum_tail(value, [[1]], degrees_of_freedom=freedom, two_sided=True) == pytest.approx(
        2 * stats.t.sf(value, freedom) if value > 0 else 1.0, rel=1e-10
    )


def test_two_correlated_statistics_by_the_orthant_formula():
    for rho in (-0.9, -0.3, 0.6):
        below = 0.25 + math.asin(rho) / (2 * math.pi)
        assert maximum_tail(0.0, [[1, rho], [rho, 1]]) == pytest.approx(1 - below, rel=DIGITS)


def test_correlated_t_against_scipy():
    correlation = np.array([[1, 0.9, 0.7], [0.9, 1, 0.9], [0.7, 0.9, 1]])
    below = stats.multivariate_t(shape=correlation, df=20, seed=1).cdf([2.0, 2.0, 2.0], maxpts=400_000)
    assert maximum_tail(2.0, correlation, degrees_of_freedom=20) == pytest.approx(1 - below, abs=2e-4)


def test_opposite_statistics_make_it_two_sided():
    opposite = [[1, -1], [-1, 1]]
    assert maximum_tail(2.0, opposite) == pytest.approx(2 * stats.norm.sf(2.0), rel=1e-10)
    assert maximum_tail(2.0, [[1]], two_sided=True) == pytest.approx(2 * stats.norm.sf(2.0), rel=1e-10)


@pytest.mark.parametrize("freedom", [4.0, math.inf])
@pytest.mark.parametrize("two_sided", [False, True])
@pytest.mark.parametrize("alpha", [0.025, 0.5, 0.9])
def test_critical_value_is_exceeded_with_probability_alpha(freedom, two_sided, alpha):
    correlation = np.array([[1, 0.5, 0.2], [0.5, 1, 0.5], [0.2, 0.5, 1]])
    value = critical_value(alpha, correlation, degrees_of_freedom=freedom, two_sided=two_sided)
    tail = maximum_tail(value, correlation, degrees_of_freedom=freedom, two_sided=two_sided)
    assert tail == pytest.approx(alpha, rel=DIGITS)


@settings(deadline=None, max_examples=10, derandomize=True)
@given(st.integers(0, 1000), st.floats(0.1, 4))
def test_bounds_and_same_answer_every_time(seed, value):
    factors = np.random.default_rng(seed).standard_normal((4, 3))
    factors /= np.linalg.norm(factors, axis=1, keepdims=True)
    correlation = factors @ factors.T
    np.fill_diagonal(correlation, 1.0)
    tail = maximum_tail(value, correlation)
    single = stats.norm.sf(value)
    assert single * (1 - DIGITS) <= tail <= 4 * single * (1 + DIGITS)
    assert tail == maximum_tail(value, correlation)
    assert tail >= maximum_tail(value, correlation[:2, :2]) * (1 - 2 * DIGITS)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((1.0, [[1, 0.5], [0.4, 1]]), {}, "correlation must be square and symmetric"),
        ((1.0, [[2.0]]), {}, r"correlation must be .* at most 1"),
        ((1.0, [[0.5]]), {}, "ones on its diagonal"),
        ((1.0, [[1, 0.5]]), {}, "correlation must be square"),
        ((math.nan, [[1]]), {}, r"value must be .* finite"),
        ((1.0, [[1]]), {"degrees_of_freedom": 0}, r"degrees_of_freedom must be .* above 0"),
    ],
)
def test_illegal_arguments(arguments, options, message):
    with pytest.raises(ArgumentError, match=message):
        maximum_tail(*arguments, **options)


def test_illegal_alpha():
    with pytest.raises(ArgumentError, match=r"alpha must be .* below 1"):
        critical_value(1.0, [[1]])
