import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.survival.interval_censored_tests import SCORES, _derivatives, interval_censored_test
from dose_outcomes.stats.survival.logrank import logrank

INF = float("inf")


def transformed(survival, effect, scores):
    """The survival curve under an effect, from the definition of each model."""
    if scores == "finkelstein":
        return survival ** np.exp(effect)
    if scores == "wilcoxon":
        return survival / (survival + np.exp(effect) * (1 - survival))
    odds = np.exp(effect) * (1 - survival[1:] / survival[:-1]) / (survival[1:] / survival[:-1] + 1e-300)
    return np.append(1, np.cumprod(1 / (1 + odds)))


@pytest.mark.parametrize("scores", SCORES)
def test_derivatives_against_finite_differences(scores):
    survival, h = np.array([1, 0.8, 0.55, 0.3, 0]), 1e-4
    slope, curvature, jacobian = _derivatives(survival, scores)
    up, down = (transformed(survival, sign * h, scores) for sign in (1, -1))
    np.testing.assert_allclose(slope, (up - down) / (2 * h), atol=1e-7)
    np.testing.assert_allclose(curvature, (up - 2 * survival + down) / h**2, atol=1e-6)
    for k in range(3):
        moved = [survival.copy(), survival.copy()]
        moved[0][k + 1] += h
        moved[1][k + 1] -= h
        expected = (_derivatives(moved[0], scores)[0] - _derivatives(moved[1], scores)[0]) / (2 * h)
        np.testing.assert_allclose(jacobian[:, k], expected, atol=1e-6)


def test_sun_scores_of_exact_days_are_those_of_the_logrank_test():
    day, group = np.array([2, 3, 3, 5, 7, 8.0, 2, 6]), np.array(list("abababbb"))
    event = np.array([1, 1, 1, 0, 1, 0, 1, 1])
    test = interval_censored_test(day, np.where(event == 1, day, INF), group)
    exact = logrank(day, event, 1 - event, group)
    np.testing.assert_allclose(test.score, exact.observed - exact.expected, rtol=1e-9)


def test_wilcoxon_scores_of_one_visit_compare_proportions():
    # 12 of 20 and 5 of 20 respond by day 14: score 1 - F for responders, -F for the others.
    test = interval_censored_test(
        [0, 14, 0, 14], [14, INF, 14, INF], ["a", "a", "b", "b"], n=[12, 8, 5, 15], scores="wilcoxon"
    )
    np.testing.assert_allclose(test.score, [12 - 8.5, 5 - 8.5], rtol=1e-10)
    variance = 17 / 40 * 23 / 40 * 20 * 20 / 39
    assert test.statistic == pytest.approx(3.5 / np.sqrt(variance), rel=1e-10)


@given(
    st.lists(
        st.tuples(st.sampled_from([0, 14, 28, 56]), st.booleans(), st.sampled_from("abc"), st.integers(1, 3)),
        min_size=4,
        max_size=20,
    ),
    st.sampled_from(SCORES),
    st.sampled_from(["permutation", "information"]),
)
@settings(deadline=None, max_examples=60, derandomize=True)
def test_properties(rows, scores, variance):
    left = np.array([row[0] for row in rows], dtype=float)
    right = np.array([INF if row[1] else {0: 14, 14: 28, 28: 56, 56: 84}[row[0]] for row in rows])
    group, n = np.array([row[2] for row in rows]), np.array([row[3] for row in rows])
    test = interval_censored_test(left, right, group, n=n, scores=scores, variance=variance)
    rows_apart = interval_censored_test(
        np.repeat(left, n), np.repeat(right, n), np.repeat(group, n), scores=scores, variance=variance
    )
    assert test.score.sum() == pytest.approx(0, abs=1e-8)
    assert (test.statistic is None) == (rows_apart.statistic is None)
    if test.statistic is not None:
        assert rows_apart.statistic == pytest.approx(test.statistic, rel=1e-6, abs=1e-8)
        assert 0 <= test.p_value <= 1


def test_permutation_variance_is_that_of_all_permutations():
    from itertools import permutations

    left, right = [0, 0, 5, 5, 10], [5, 10, 10, INF, INF]
    score = [
        float(interval_censored_test(left, right, np.array(order), scores="finkelstein").score[0])
        for order in set(permutations("aabbb"))
    ]
    test = interval_censored_test(left, right, list("aabbb"), scores="finkelstein")
    assert (test.score[0] / test.statistic) ** 2 == pytest.approx(np.var(score), rel=1e-9)


@pytest.mark.parametrize("variance", ["permutation", "information"])
def test_what_cannot_be_tested_is_said(variance):
    assert interval_censored_test([], [], [], variance=variance).note == "no patient"
    assert interval_censored_test([0, 5], [5, 9], ["a", "a"], variance=variance).note == "fewer than two groups"
    same = interval_censored_test([0, 0], [5, 5], ["a", "b"], variance=variance)
    assert (same.statistic, same.note) == (None, "all scores equal: the times cannot be told apart")


def test_illegal_options():
    with pytest.raises(ArgumentError, match="scores must be one of sun, finkelstein, wilcoxon; received 'logrank'"):
        interval_censored_test([0], [1], ["a"], scores="logrank")
    with pytest.raises(ArgumentError, match="variance must be one of permutation, information; received 'exact'"):
        interval_censored_test([0], [1], ["a"], variance="exact")


def test_scores_and_variances_of_strata_add():
    left, right = [0, 14, 0, 14], [14, 99, 14, 99]
    group = ["a", "a", "b", "b"]
    one = interval_censored_test(left, right, group, n=[9, 3, 4, 8])
    two = interval_censored_test(left, right, group, n=[5, 15, 6, 14])
    variances = [(test.score[0] / test.statistic) ** 2 for test in (one, two)]
    both = interval_censored_test(
        left * 2, right * 2, group * 2, n=[9, 3, 4, 8, 5, 15, 6, 14], stratum=["x"] * 4 + ["y"] * 4
    )
    expected = (one.score[0] + two.score[0]) / sum(variances) ** 0.5
    assert both.statistic == pytest.approx(expected, rel=1e-12)
    assert "stratified over 2 strata" in both.method


def test_a_stratum_with_one_group_adds_nothing():
    left, right, group, n = [0, 14, 0, 14], [14, 99, 14, 99], ["a", "a", "b", "b"], [9, 3, 4, 8]
    alone = interval_censored_test(left, right, group, n=n)
    beside = interval_censored_test(
        [*left, 0, 14], [*right, 14, 99], [*group, "a", "a"], n=[*n, 5, 5], stratum=["x"] * 4 + ["y"] * 2
    )
    assert beside.statistic == alone.statistic
    nothing = interval_censored_test(left, right, group, n=n, stratum=["x", "x", "y", "y"])
    assert (nothing.statistic, nothing.note) == (None, "fewer than two groups")
