import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.survival.innermost_intervals import innermost_intervals
from dose_outcomes.stats.survival.kaplan_meier import kaplan_meier
from dose_outcomes.stats.survival.turnbull import share_by_day, turnbull

INF = float("inf")
observations = st.lists(
    st.tuples(st.integers(0, 8), st.integers(0, 5), st.booleans(), st.integers(1, 3)), min_size=1, max_size=15
).map(lambda rows: [(a, INF if never else a + width, n) for a, width, never, n in rows])


@given(observations)
@settings(deadline=None, max_examples=80, derandomize=True)
def test_certificate_always_holds(rows):
    left, right, n = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    fit = turnbull(left, right, n=n)
    assert fit.converged
    assert fit.largest_gradient <= 1 + 1e-11
    assert fit.mass.sum() == pytest.approx(1, rel=1e-12)
    assert (fit.mass > 0).all()
    assert (fit.left[1:] >= fit.right[:-1]).all()
    assert (fit.left_closed == (fit.left == fit.right)).all()
    # The certificate, from the definition: no interval pulls more than 1.
    covers = (left[:, None] < fit.right) & (fit.right <= right[:, None]) | (
        fit.left_closed & (left[:, None] <= fit.left) & (fit.left <= right[:, None]) & (left == right)[:, None]
    )
    probability = covers @ fit.mass
    assert fit.log_likelihood == pytest.approx(n @ np.log(probability), rel=1e-9, abs=1e-9)
    np.testing.assert_allclose((n / probability) @ covers / n.sum(), 1, rtol=1e-9)


def test_likelihood_cannot_be_raised():
    random = np.random.default_rng(6)
    left = random.integers(0, 20, 60).astype(float)
    right = left + random.integers(1, 12, 60)
    right[random.random(60) < 0.2] = INF
    fit = turnbull(left, right)

    def loss(logits):
        mass = np.exp(logits - logits.max())
        covers = (left[:, None] <= fit.left) & (fit.right <= right[:, None])
        return -np.log(np.maximum(covers @ (mass / mass.sum()), 1e-300)).sum()

    other = minimize(loss, np.zeros(len(fit.mass)), method="BFGS")
    assert -fit.log_likelihood <= other.fun + 1e-7


@given(st.lists(st.tuples(st.integers(1, 8), st.booleans()), min_size=1, max_size=20))
@settings(deadline=None, max_examples=50, derandomize=True)
def test_exact_and_right_censored_days_give_kaplan_meier(rows):
    day, event = np.array(rows, dtype=float).T
    # Events precede censorings of their day, as with (day, inf] they do.
    fit = turnbull(day, np.where(event == 1, day, INF))
    curve = kaplan_meier(day, event, 1 - event)
    for at, survival in zip(curve.day, curve.estimate, strict=True):
        assert share_by_day(fit, at).low == pytest.approx(1 - survival, abs=1e-9)


def test_known_shares_on_visit_days():
    fit = turnbull([0, 0, 14, 28], [14, 28, 28, INF], n=[2, 1, 1, 4])
    # 2 by day 14 plus the shared one: p1 + p2 = 1/2, p1 / p2 = 2 by symmetry of the likelihood 2/p1 = 1/p2.
    np.testing.assert_allclose(fit.mass, [1 / 3, 1 / 6, 1 / 2], rtol=1e-10)
    assert fit.right_closed.tolist() == [True, True, False]
    within = share_by_day(fit, 20)
    assert (within.low, within.high) == (pytest.approx(1 / 3), pytest.approx(1 / 2))
    assert share_by_day(fit, 0).high == 0


def test_edges():
    assert turnbull([], []).note == "no patient"
    assert turnbull([1], [5], n=[0]).mass.size == 0
    one = turnbull([3], [7])
    assert (one.left[0], one.right[0], one.mass[0], one.log_likelihood) == (3, 7, 1, 0)
    never = turnbull([5, 9], [INF, INF])
    assert (never.left[0], never.right[0]) == (9, INF)
    day_0 = turnbull([0, 0], [0, 5])
    assert day_0.left_closed.tolist() == [True, False][: len(day_0.mass)]


def test_ambiguous_masses_are_reported():
    fit = turnbull([0, 1, 2, 0, 1, 3], [2, 4, 3, 3, 2, 4])
    assert fit.converged
    four = turnbull([0, 2, 0, 1], [1, 3, 3, 2], n=[1, 1, 1, 1])
    assert four.note in ("", "other masses fit equally well")
    ambiguous = turnbull([0, 2, 4, 0, 2], [3, 5, 7, 5, 7])
    assert ambiguous.converged


def test_innermost_intervals_with_exact_days():
    inner = innermost_intervals(np.array([0.0, 2.0, 2.0, 5.0]), np.array([2.0, 2.0, 5.0, np.inf]), np.ones(4))
    assert list(zip(inner.left, inner.right, strict=True)) == [(2, 2), (2, 5), (5, INF)]
    assert inner.first.tolist() == [0, 0, 1, 2]
    assert inner.last.tolist() == [0, 0, 1, 2]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([5], [3]), "left must be at most right; received left 5, right 3"),
        (([-1], [3]), "left must be .* at least 0"),
        (([1, 2], [3]), "right must be as long as left"),
        (([1], [np.nan]), "right must be .* finite"),
        (([INF], [INF]), "left must be .* finite"),
    ],
)
def test_illegal_intervals(arguments, message):
    with pytest.raises(ArgumentError, match=message):
        turnbull(*arguments)


def test_illegal_numbers_and_days():
    with pytest.raises(ArgumentError, match=r"n must be .* at least 0"):
        turnbull([1], [2], n=[-1])
    with pytest.raises(ArgumentError, match="day must be"):
        share_by_day(turnbull([1], [2]), np.nan)
