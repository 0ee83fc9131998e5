"""Piecewise exponential model."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.rates.piecewise_exponential import person_time_by_interval, piecewise_exponential

DAYS = st.lists(st.tuples(st.integers(0, 100), st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=20)


@settings(deadline=None, max_examples=50, derandomize=True)
@given(DAYS, st.lists(st.integers(1, 99), min_size=1, max_size=4, unique=True))
def test_splitting_loses_no_event_and_no_day(rows, cuts):
    day, events, censored = np.array(rows, dtype=float).T
    table, person_time = person_time_by_interval(day, events, censored, cuts=sorted(cuts))
    assert table.sum(axis=1) == pytest.approx(events)
    assert person_time.sum(axis=1) == pytest.approx(day * (events + censored))
    assert (person_time >= 0).all()


def test_an_event_on_a_cut_belongs_to_the_interval_it_ends():
    table, person_time = person_time_by_interval([10, 11], [1, 1], [0, 0], cuts=[10])
    assert table.tolist() == [[1, 0], [0, 1]]
    assert person_time.tolist() == [[10, 0], [10, 1]]


def test_without_covariates_the_rates_are_events_over_time():
    day, events, censored = [3, 5, 8, 12, 20, 20], [1, 2, 0, 1, 1, 0], [0, 1, 2, 0, 0, 3]
    model = piecewise_exponential(day, events, censored, cuts=[5, 10])
    table, person_time = person_time_by_interval(day, events, censored, cuts=[5, 10])
    # No event in (5, 10]: its coefficient is -inf and the other two are untouched.
    rates = table.sum(axis=0) / person_time.sum(axis=0)
    assert model.fit.coefficients[1] == -np.inf
    assert np.exp(model.fit.coefficients[0]) == pytest.approx(rates[0], rel=1e-10)
    assert np.exp(model.fit.coefficients[[0, 2]].sum()) == pytest.approx(rates[2], rel=1e-10)


def test_summing_patterns_keeps_coefficients_and_changes_the_deviance():
    random = np.random.default_rng(3)
    day = random.integers(1, 60, 200)
    events = random.integers(0, 2, 200)
    covariates = random.integers(0, 2, (200, 2))
    summed, rows = (
        piecewise_exponential(day, events, 1 - events, cuts=[15, 30], covariates=covariates, summed=choice)
        for choice in (True, False)
    )
    assert summed.fit.coefficients == pytest.approx(rows.fit.coefficients, rel=1e-8)
    assert summed.fit.standard_errors == pytest.approx(rows.fit.standard_errors, rel=1e-8)
    assert summed.fit.deviance < rows.fit.deviance
    assert summed.fit.events == events.sum()
    assert summed.fit.person_time == day.sum()


def test_intervals_that_nobody_reaches_are_left_out():
    model = piecewise_exponential([4, 8], [1, 1], [1, 0], cuts=[5, 10, 20])
    assert model.intervals.tolist() == [0, 1]
    assert len(model.fit.coefficients) == 2
    assert model.cuts.tolist() == [5.0, 10.0, 20.0]


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (([5], [1], [0]), {"cuts": [3, 3]}, "cuts must increase"),
        (([5], [1], [0]), {"cuts": [0, 3]}, "cuts must be .*above 0"),
        (([-5], [1], [0]), {"cuts": [3]}, "day must be .*at least 0"),
        (([5], [1, 1], [0]), {"cuts": [3]}, "events must be as long as day"),
        (([5], [1], [0]), {"cuts": [3], "covariates": [[1], [1]]}, r"covariates must be as long as day \(1 entries\)"),
        (([0], [1], [0]), {"cuts": [3]}, "person_time"),
        (([5], [1], [0]), {"cuts": [3], "level": 2}, "level must be"),
    ],
)
def test_illegal_arguments(arguments, options, message):
    with pytest.raises(ArgumentError, match=message):
        piecewise_exponential(*arguments, **options)
