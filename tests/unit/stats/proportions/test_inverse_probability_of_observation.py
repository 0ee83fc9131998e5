"""Weights by the inverse share observed: joined strata, estimate, variance, interval."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.proportions.inverse_probability_of_observation import merged_strata, weighted_by_observation
from dose_outcomes.stats.proportions.single import wilson
from dose_outcomes.stats.regression.weighting import inverse_probability_weighting

STRATUM = st.integers(2, 30).flatmap(
    lambda n: st.integers(1, n - 1).flatmap(lambda o: st.tuples(st.integers(0, o), st.just(o), st.just(n)))
)


@settings(deadline=None, max_examples=80, derandomize=True)
@given(st.lists(STRATUM, min_size=1, max_size=5))
def test_same_as_weighting_with_a_propensity_of_being_observed(strata):
    """Two routes: closed form against a logistic model of being observed with one coefficient per stratum."""
    events, observed, n = np.array(strata).T
    if events.sum() in (0, observed.sum()):
        return
    found = weighted_by_observation(events, observed, n)
    indicators = np.eye(len(n))
    other = inverse_probability_weighting(
        np.vstack([indicators, indicators]),
        np.repeat([1.0, 0.0], len(n)),
        np.concatenate([events, np.zeros(len(n))]),
        np.concatenate([observed, n - observed]),
    ).risks.treated
    assert found.estimate == pytest.approx(other.estimate, rel=1e-9)
    assert found.standard_error == pytest.approx(other.standard_error, rel=1e-7)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.integers(1, 4))
def test_wilson_when_nothing_is_missing(group, times):
    events, n = group
    found, other = (
        weighted_by_observation([events * times], [n * times], [n * times]),
        wilson(events * times, n * times),
    )
    assert (found.estimate, found.low, found.high) == pytest.approx((other.estimate, other.low, other.high), abs=1e-12)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.lists(STRATUM, min_size=1, max_size=5))
def test_the_interval_stays_within_0_and_1_and_splitting_a_stratum_alike_changes_nothing(strata):
    events, observed, n = np.array(strata).T
    found = weighted_by_observation(events, observed, n)
    assert 0 <= found.low <= found.estimate <= found.high <= 1
    doubled = weighted_by_observation(*(np.concatenate([one, one]) for one in (events, observed, n)))
    assert doubled.estimate == pytest.approx(found.estimate, rel=1e-12)
    assert doubled.standard_error == pytest.approx(found.standard_error / np.sqrt(2), rel=1e-12)


def test_positivity_and_nobody():
    found = weighted_by_observation([3, 0], [5, 0], [8, 2])
    assert (found.estimate, found.low, found.high) == (None, None, None)
    assert found.note.startswith("positivity fails")
    assert weighted_by_observation([3, 0], [5, 0], [8, 0]).estimate == 0.6
    assert weighted_by_observation([0], [0], [0]).estimate is None


PATTERNS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 25)), min_size=1, max_size=12)


@settings(deadline=None, max_examples=150, derandomize=True)
@given(PATTERNS, st.integers(1, 20))
def test_every_stratum_holds_enough_where_that_can_be(patterns, minimum):
    first, second, observed = np.array(patterns).T
    stratum = merged_strata(np.column_stack([first, second]), observed, minimum=minimum)
    held = np.bincount(stratum, observed)
    if observed.sum() >= minimum:
        assert (held >= minimum).all()
    else:
        assert len(held) == 1
    assert set(stratum) == set(range(len(held)))
    # a pattern that holds enough never shares its stratum with another one that does
    alone = {(a, b): sum(o for c, d, o in patterns if (a, b) == (c, d)) for a, b, _ in patterns}
    rich = [(key, stratum[[(a, b) == key for a, b, _ in patterns]][0]) for key, n in alone.items() if n >= minimum]
    assert len({number for _, number in rich}) == len(rich)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: weighted_by_observation([3], [2], [5]), "events <= observed <= n"),
        (lambda: weighted_by_observation([1], [6], [5]), "events <= observed <= n"),
        (lambda: weighted_by_observation([1, 2], [6], [7]), "events must be as long as n"),
        (lambda: weighted_by_observation([1], [2], [3], level=1.0), "level must be"),
        (lambda: merged_strata([[0], [1]], [3], minimum=1), "observed must be as long as factors"),
        (lambda: merged_strata([[0]], [3], minimum=0), "minimum must be .*at least 1"),
    ],
)
def test_illegal_arguments(call, message):
    with pytest.raises(ArgumentError, match=message):
        call()
