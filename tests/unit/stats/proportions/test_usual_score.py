"""Usual scores from scores that were selected at a bound."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.proportions.usual_score import FARTHEST_BOUND, usual_score


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.floats(-50, 50), st.floats(0.5, 20), st.floats(-6, FARTHEST_BOUND - 0.5))
def test_the_moments_of_a_cut_normal_distribution_give_it_back(mean, spread, position):
    """The other route: scipy's moments of the truncated normal distribution, as two scores that have them."""
    bound = mean + position * spread
    selected = stats.truncnorm(position, np.inf, loc=mean, scale=spread)
    # a tenth of the patients high enough, the others low: any mean and variance, and nobody below the bound
    center, deviation = float(selected.mean()), float(selected.std())
    low, high = center - deviation / 3, center + 3 * deviation
    found = usual_score([low, high], [9, 1], at_least=min(bound, low))
    assert found.note == ""
    if low >= bound:
        assert found.mean == pytest.approx(mean, abs=1e-5 * spread)
        assert found.standard_deviation == pytest.approx(spread, rel=1e-5)


def recorded(step: float, bound: float, highest: float = 10.0) -> tuple[np.ndarray, np.ndarray]:
    draws = np.random.default_rng(11).normal(5.2, 1.6, 300_000)
    scores = np.minimum(np.round(draws / step) * step, highest)
    return np.unique(scores[scores >= bound - 1e-9].round(6), return_counts=True)


@pytest.mark.parametrize(("bound", "step"), [(4, 1), (3, 0.1), (5, 0.5), (2, 2)])
def test_scores_that_were_rounded_before_they_were_selected(bound, step):
    scores, counts = recorded(step, bound)
    found = usual_score(scores, counts, at_least=bound, step=step, highest=10.0)
    assert found.mean == pytest.approx(5.2, abs=0.04)
    assert found.standard_deviation == pytest.approx(1.6, abs=0.03)
    if step >= 1:  # without a word about the steps the bound is half a step off, and so is the answer
        assert abs(usual_score(scores, counts, at_least=bound).mean - 5.2) > 0.15


@pytest.mark.parametrize(("bound", "step"), [(4, 1), (5, 0.5)])
def test_the_likelihood_is_largest_there(bound, step):
    """The other route: scipy's general search on the likelihood of the intervals."""
    scores, counts = recorded(step, bound)
    edges = np.append(scores - step / 2, np.inf)

    def loss(parameters: np.ndarray) -> float:
        below = stats.norm.cdf(edges, parameters[0], np.exp(parameters[1]))
        return -float(counts @ np.log(np.diff(below) / (1 - below[0])))

    best = optimize.minimize(loss, [5.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-9})
    found = usual_score(scores, counts, at_least=bound, step=step, highest=scores[-1])
    assert found.mean == pytest.approx(best.x[0], abs=1e-4)
    assert found.standard_deviation == pytest.approx(np.exp(best.x[1]), abs=1e-4)


def test_a_bound_that_selects_nobody_changes_nothing():
    for bound in (None, -1e6):
        found = usual_score([4.0, 8.0], [5, 5], at_least=bound)
        assert (found.mean, found.standard_deviation) == pytest.approx((6.0, 2.0), rel=1e-9)


def test_what_no_cut_normal_distribution_can_be_is_said():
    # mean excess 2 over the bound and variance 36: more than an exponential distribution has
    assert "scatter more" in usual_score([5.0, 25.0], [9, 1], at_least=5.0).note
    assert "do not differ" in usual_score([7.0, 8.0], [9, 0], at_least=5.0).note


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"scores": [4.0], "n": [1], "at_least": 5.0}, "scores must be .*at least 5; received 4"),
        ({"scores": [6.0], "n": [1.5], "at_least": 5.0}, "n must be .*whole number at least 0; received 1.5"),
        ({"scores": [6.0], "n": [0], "at_least": 5.0}, "n must count at least one patient"),
        ({"scores": [6.0], "n": [1, 2], "at_least": 5.0}, "n must be as long as scores"),
        ({"scores": [6.0], "n": [1], "at_least": 5.0, "step": -1.0}, "step must be .*at least 0; received -1"),
    ],
)
def test_illegal_arguments(arguments, message):
    with pytest.raises(ArgumentError, match=message):
        usual_score(**arguments)


def test_scores_far_from_the_bound_are_as_good_as_not_cut():
    """The cut changes nothing there; the search for its place must not end at its own beginning."""
    cut = usual_score([6.5, 5.9, 5.8], [2, 1, 1], at_least=3.2, step=0.01)
    free = usual_score([6.5, 5.9, 5.8], [2, 1, 1], at_least=None, step=0.01)
    assert cut.mean == pytest.approx(free.mean, rel=1e-8)
    assert cut.standard_deviation == pytest.approx(free.standard_deviation, rel=1e-6)
