"""Estimators of the variance between studies."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dose_outcomes.stats.pooling.heterogeneity import (
    between_study_variance,
    pool,
    q_profile_interval,
    standard_error_of_variance,
)

ESTIMATORS = ["REML", "ML", "DL", "PM"]
Y = np.array([-0.4, 0.3, 0.9, 0.2])
V = np.array([0.05, 0.02, 0.1, 0.03])


def restricted_likelihood(tau_squared, restricted=True):
    pooled = pool(Y, V, tau_squared)
    value = np.log(pooled.weight).sum() / 2 - pooled.q / 2
    return value - np.log(pooled.weight.sum()) / 2 if restricted else value


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("spread", [0.5, 3.0])
def test_equal_variances_have_closed_forms(estimator, spread):
    y, v = spread * np.array([-1.0, 0.0, 1.0]), np.full(3, 0.2)
    sum_of_squares = float(y @ y)
    expected = sum_of_squares / (3 if estimator == "ML" else 2) - 0.2
    assert between_study_variance(y, v, estimator) == pytest.approx(max(expected, 0.0), rel=1e-12, abs=1e-15)


def test_paule_mandel_makes_q_its_expectation():
    tau_squared = between_study_variance(Y, V, "PM")
    assert pool(Y, V, tau_squared).q == pytest.approx(3.0, rel=1e-12)


@pytest.mark.parametrize(("estimator", "restricted"), [("REML", True), ("ML", False)])
def test_likelihood_estimators_are_at_the_maximum(estimator, restricted):
    best = between_study_variance(Y, V, estimator)
    grid = np.linspace(0, 2, 20_001)
    values = [restricted_likelihood(t, restricted) for t in grid]
    assert best == pytest.approx(grid[int(np.argmax(values))], abs=1e-4)
    assert restricted_likelihood(best, restricted) >= max(values)


def test_of_two_maxima_the_higher_is_taken():
    y, v = np.array([0.0, 0.0, 6.0]), np.array([0.01, 0.01, 4.0])
    best = between_study_variance(y, v, "REML")
    values = []
    for t in (best, 0.0, *np.geomspace(1e-4, 50, 4000)):
        pooled = pool(y, v, t)
        values.append(np.log(pooled.weight).sum() / 2 - pooled.q / 2 - np.log(pooled.weight.sum()) / 2)
    assert values[0] >= max(values) - 1e-12


def test_tolerance_stops_the_search_early():
    exact, rough = (between_study_variance(Y, V, "PM", tolerance=t) for t in (1e-300, 1e-2))
    assert exact != rough
    assert exact == pytest.approx(rough, abs=1e-2)


@pytest.mark.parametrize("estimator", [*ESTIMATORS, "EE"])
def test_agreeing_studies_have_no_variance_between_them(estimator):
    y, v = np.array([0.5, 0.52, 0.49]), np.array([0.1, 0.2, 0.15])
    assert between_study_variance(y, v, estimator) == 0.0
    error = standard_error_of_variance(v, 0.0, estimator)
    assert error is None if estimator == "EE" else error > 0.0


def test_q_profile_limits_are_chi_square_quantiles_of_q():
    low, high = q_profile_interval(Y, V, 0.9)
    assert pool(Y, V, low).q == pytest.approx(7.814727903251179, rel=1e-10)
    assert pool(Y, V, high).q == pytest.approx(0.35184631774927144, rel=1e-10)
    assert q_profile_interval(np.array([0.5, 0.5]), np.array([0.1, 0.1]), 0.95) == (0.0, 0.0)


@settings(deadline=None, max_examples=30, derandomize=True)
@given(
    st.lists(st.tuples(st.floats(-3, 3), st.floats(0.01, 2)), min_size=2, max_size=8),
    st.sampled_from(ESTIMATORS),
    st.floats(-5, 5),
    st.sampled_from([0.1, 10.0]),
)
def test_shift_and_scale(studies, estimator, shift, factor):
    y, v = np.array(studies).T
    plain = between_study_variance(y, v, estimator)
    moved = between_study_variance(factor * (y + shift), factor**2 * v, estimator)
    assert plain >= 0.0
    assert moved == pytest.approx(factor**2 * plain, rel=1e-5, abs=1e-8 * factor**2)
