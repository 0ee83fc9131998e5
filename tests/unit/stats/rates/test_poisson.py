"""Poisson regression."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.genmod.families import Poisson
from statsmodels.genmod.generalized_linear_model import GLM

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.rates.poisson import poisson_regression


def example(seed, rows=30, columns=3):
    random = np.random.default_rng(seed)
    design = np.column_stack((np.ones(rows), random.normal(size=(rows, columns - 1))))
    person_time = random.uniform(1, 200, rows)
    events = random.poisson(person_time * np.exp(design @ np.linspace(-2, 0.5, columns)))
    return design, events, person_time


@pytest.mark.parametrize("seed", range(5))
def test_same_as_statsmodels(seed):
    design, events, person_time = example(seed)
    expected = GLM(events, design, family=Poisson(), offset=np.log(person_time)).fit(tol=1e-14, maxiter=100)
    fit = poisson_regression(design, events, person_time)
    assert fit.coefficients == pytest.approx(expected.params, rel=1e-9)
    assert fit.standard_errors == pytest.approx(expected.bse, rel=1e-7)
    assert fit.covariance == pytest.approx(expected.cov_params(), rel=1e-6, abs=1e-12)
    assert fit.deviance == pytest.approx(expected.deviance, rel=1e-9)
    assert np.column_stack((fit.low, fit.high)) == pytest.approx(expected.conf_int(), rel=1e-6)
    assert fit.note == ""


@settings(deadline=None, max_examples=25, derandomize=True)
@given(st.integers(0, 1000))
def test_score_equations_hold_and_splitting_rows_changes_nothing(seed):
    design, events, person_time = example(seed)
    fit = poisson_regression(design, events, person_time)
    fitted = person_time * np.exp(design @ fit.coefficients)
    assert design.T @ (events - fitted) == pytest.approx(np.zeros(3), abs=1e-6 * max(1, events.sum()))
    halves = poisson_regression(
        np.concatenate((design, design)),
        np.concatenate((events, np.zeros_like(events))),
        np.concatenate((person_time, person_time)) / 2,
    )
    assert halves.coefficients == pytest.approx(fit.coefficients, rel=1e-8, abs=1e-9)
    assert halves.standard_errors == pytest.approx(fit.standard_errors, rel=1e-8)


def test_more_of_the_same_shrinks_the_errors_only():
    design, events, person_time = example(1)
    one, nine = (poisson_regression(design, events * k, person_time * k) for k in (1, 9))
    assert nine.coefficients == pytest.approx(one.coefficients, rel=1e-9)
    assert nine.standard_errors * 3 == pytest.approx(one.standard_errors, rel=1e-9)


@pytest.mark.parametrize(
    ("design", "events", "infinite"),
    [
        ([[1, 0, 0], [1, 1, 0], [1, 0, 1]], [10, 0, 20], {1: -np.inf}),
        ([[1, 0, 0], [1, 1, 0], [1, 0, 1]], [0, 10, 20], {0: -np.inf, 1: np.inf, 2: np.inf}),
        ([[1, 0, 0], [1, 0, 1], [1, 1, 0], [1, 1, 1]], [0, 0, 10, 25], {0: -np.inf, 1: np.inf}),
        ([[1]], [0], {0: -np.inf}),
    ],
)
def test_patterns_without_events_are_named_and_do_not_spoil_the_rest(design, events, infinite):
    fit = poisson_regression(design, events, np.full(len(events), 100.0))
    for column, value in enumerate(fit.coefficients):
        if column in infinite:
            assert value == infinite[column]
            assert fit.standard_errors[column] == np.inf
            assert (fit.low[column], fit.high[column]) == (-np.inf, np.inf)
            assert str(column) in fit.note
        else:
            assert np.isfinite([value, fit.standard_errors[column], fit.low[column]]).all()
    assert "have no finite coefficient" in fit.note


def test_the_finite_part_is_the_fit_of_the_patterns_with_events():
    fit = poisson_regression([[1, 0, 0], [1, 1, 0], [1, 0, 1]], [10, 0, 20], [100, 100, 100])
    assert fit.coefficients[[0, 2]] == pytest.approx([np.log(0.1), np.log(2)], rel=1e-10)
    assert fit.standard_errors[[0, 2]] ** 2 == pytest.approx([0.1, 0.15], rel=1e-8)


def test_without_any_event_a_ratio_is_undefined():
    fit = poisson_regression([[1, 0], [1, 1]], [0, 0], [100, 20])
    assert fit.coefficients[0] == -np.inf
    assert np.isnan(fit.coefficients[1])
    assert fit.standard_errors.tolist() == [np.inf, np.inf]


def test_rows_without_time_are_ignored():
    fit = poisson_regression([[1, 0], [1, 1], [1, 1]], [10, 30, 0], [100, 100, 0])
    assert np.exp(fit.coefficients) == pytest.approx([0.1, 3.0], rel=1e-10)


@pytest.mark.parametrize(
    ("design", "events", "person_time", "message"),
    [
        ([[1, 1], [1, 1]], [1, 2], [1, 1], "2 columns of rank 1"),
        ([[1], [1]], [1, 2], [1, 0], "person_time of rows with events must be .*above 0"),
        ([[1], [1]], [0, 0], [0, 0], "person_time must be positive in at least one row"),
        ([[1], [1]], [1, -2], [1, 1], "events must be .*at least 0"),
        ([[1], [1]], [1], [1, 1], "events must be as long as design"),
        ([1, 1], [1, 1], [1, 1], "design must be 2-dimensional"),
        ([[np.nan], [1]], [1, 1], [1, 1], "design must be .*received nan"),
    ],
)
def test_illegal_arguments(design, events, person_time, message):
    with pytest.raises(ArgumentError, match=message):
        poisson_regression(design, events, person_time)


def test_illegal_level():
    with pytest.raises(ArgumentError, match="level must be"):
        poisson_regression([[1]], [1], [1], level=1)


def test_too_few_steps_are_told(monkeypatch):
    from dose_outcomes.stats.rates import poisson

    monkeypatch.setattr(poisson, "MOST_STEPS", 3)
    design, events, person_time = example(2)
    fit = poisson_regression(design, events, person_time)
    assert fit.note == "not converged after 3 steps"
    assert fit.steps == 3
