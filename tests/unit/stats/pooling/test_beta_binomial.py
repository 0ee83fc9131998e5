"""Beta-binomial shrinkage: maximum, boundary, edges."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.optimize import minimize

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.pooling.beta_binomial import beta_binomial_shrinkage
from dose_outcomes.stats.pooling.beta_binomial_likelihood import BetaBinomialLikelihood
from dose_outcomes.stats.proportions.single import wilson

X = [10, 23, 23, 26, 17, 5, 53, 55, 32, 46, 10]
N = [39, 62, 81, 51, 39, 6, 74, 72, 51, 79, 13]
GROUPS = st.lists(
    st.integers(0, 25).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=2, max_size=8
)


def test_is_the_maximum_of_the_beta_binomial_likelihood():
    result = beta_binomial_shrinkage(X, N)

    def loss(logs):
        return -stats.betabinom.logpmf(X, N, *np.exp(logs)).sum()

    search = minimize(
        loss, np.log([result.alpha, result.beta]) + 0.3, method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-12}
    )
    assert result.log_likelihood == pytest.approx(-search.fun, abs=1e-9)
    assert (result.alpha, result.beta) == pytest.approx(np.exp(search.x), rel=1e-5)
    assert result.mean == pytest.approx(result.alpha / (result.alpha + result.beta), rel=1e-14)
    assert result.intraclass_correlation == pytest.approx(1 / (result.alpha + result.beta + 1), rel=1e-12)
    step = 1e-5
    at = np.log([result.alpha, result.beta])
    for unit in np.eye(2):
        assert (loss(at + step * unit) - loss(at - step * unit)) / (2 * step) == pytest.approx(0.0, abs=1e-6)


def test_posterior_is_conjugate():
    result = beta_binomial_shrinkage(X, N, level=0.9)
    for x, n, group, share in zip(X, N, result.groups, result.prior_share, strict=True):
        posterior = stats.beta(x + result.alpha, n - x + result.beta)
        assert group.estimate == pytest.approx(posterior.mean(), rel=1e-12)
        assert (group.low, group.high) == pytest.approx(posterior.ppf([0.05, 0.95]), rel=1e-9)
        assert group.estimate == pytest.approx(share * result.mean + (1 - share) * x / n, rel=1e-10)


def test_likelihood_ratio_of_heterogeneity():
    result = beta_binomial_shrinkage(X, N)
    common = stats.binom.logpmf(X, N, sum(X) / sum(N)).sum()
    ratio = 2 * (result.log_likelihood - common)
    assert result.heterogeneity.statistic == pytest.approx(ratio, rel=1e-9)
    assert result.heterogeneity.p_value == pytest.approx(stats.chi2.sf(ratio, 1) / 2, rel=1e-8)


def test_no_heterogeneity_is_pooled_and_said():
    result = beta_binomial_shrinkage([3, 6, 2, 9], [10, 20, 7, 30])
    pooled = wilson(20, 67)
    assert (result.alpha, result.beta, result.intraclass_correlation) == (None, None, 0.0)
    assert "no heterogeneity" in result.note
    for group in result.groups:
        assert (group.estimate, group.low, group.high) == (pooled.estimate, pooled.low, pooled.high)
        assert "Wilson" in group.method
        assert "no heterogeneity" in group.note
    assert result.prior_share == (1.0,) * 4
    assert result.log_likelihood == pytest.approx(stats.binom.logpmf([3, 6, 2, 9], [10, 20, 7, 30], 20 / 67).sum())


@pytest.mark.parametrize(
    ("events", "n", "reason"),
    [
        ([3], [9], "fewer than two groups"),
        ([3, 0], [9, 0], "fewer than two groups"),
        ([], [], "fewer than two groups"),
        ([0, 0], [9, 5], "no patient has the event"),
        ([9, 5], [9, 5], "every patient has the event"),
        ([9, 0], [9, 5], "all or none"),
    ],
)
def test_not_estimable(events, n, reason):
    result = beta_binomial_shrinkage(events, n)
    assert reason in result.note
    assert (result.alpha, result.mean, result.log_likelihood) == (None, None, None)
    assert len(result.groups) == len(n)
    assert all(group.estimate is None and reason in group.note for group in result.groups)


def test_group_without_patients_gets_the_prior():
    result = beta_binomial_shrinkage([1, 9, 0], [10, 10, 0])
    assert result.groups[2].estimate == pytest.approx(result.mean, rel=1e-12)
    assert result.prior_share[2] == 1.0
    two = beta_binomial_shrinkage([1, 9], [10, 10])
    assert result.groups[:2] == two.groups


def test_one_patient_each_cannot_show_heterogeneity():
    result = beta_binomial_shrinkage([1, 0, 0, 1], [1, 1, 1, 1])
    assert result.mean == 0.5
    assert "no heterogeneity" in result.note


def test_large_groups():
    result = beta_binomial_shrinkage([20_000, 31_000, 24_000], [100_000, 100_000, 100_000])
    assert result.mean == pytest.approx(0.25, abs=0.01)
    assert result.groups[1].estimate == pytest.approx(0.31, abs=1e-3)


def test_likelihood_goes_smoothly_to_the_binomial():
    likelihood = BetaBinomialLikelihood(np.array([3.0, 7.0]), np.array([10.0, 12.0]))
    slope = (likelihood.value(likelihood.pooled, 1e-7) - likelihood.value(likelihood.pooled, 0.0)) / 1e-7
    assert slope == pytest.approx(likelihood.slope_in_spread_at_zero(), rel=1e-5)


@settings(deadline=None, max_examples=40, derandomize=True)
@given(GROUPS)
def test_no_point_of_a_grid_is_better(groups):
    x, n = np.array(groups).T
    result = beta_binomial_shrinkage(x, n)
    if result.log_likelihood is None:
        return
    mean, size = np.meshgrid(np.linspace(0.02, 0.98, 25), np.geomspace(0.01, 1e4, 25))
    alpha, beta = (mean * size).ravel(), ((1 - mean) * size).ravel()
    best = stats.betabinom.logpmf(x[:, None], n[:, None], alpha, beta).sum(axis=0).max()
    assert result.log_likelihood >= best - 1e-8
    for group, (events, patients) in zip(result.groups, groups, strict=True):
        assert 0.0 <= group.low <= group.estimate <= group.high <= 1.0
        if patients and result.alpha:
            low, high = sorted([events / patients, result.mean])
            assert low - 1e-9 <= group.estimate <= high + 1e-9


@settings(deadline=None, max_examples=25, derandomize=True)
@given(GROUPS)
def test_events_and_non_events_mirror_each_other(groups):
    x, n = np.array(groups).T
    one, other = beta_binomial_shrinkage(x, n), beta_binomial_shrinkage(n - x, n)
    assert (one.alpha is None) == (other.alpha is None)
    if one.alpha is not None:
        assert one.mean == pytest.approx(1 - other.mean, rel=1e-6)
        assert one.alpha == pytest.approx(other.beta, rel=1e-4)


@pytest.mark.parametrize(
    ("events", "n", "options", "message"),
    [
        ([5], [4], {}, "events must be at most n"),
        ([1, 2], [4], {}, "events must be as long as n"),
        ([0.5], [4], {}, r"events must be .* whole"),
        ([1, 2], [4, 4], {"level": 95}, "level must be"),
    ],
)
def test_illegal_arguments(events, n, options, message):
    with pytest.raises(ArgumentError, match=message):
        beta_binomial_shrinkage(events, n, **options)
