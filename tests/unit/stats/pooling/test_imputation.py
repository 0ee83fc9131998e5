"""Multiple imputation from counts: its law, its pooling, its edges."""

import math

import numpy as np
import pytest

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.pooling.imputation import impute_endpoint, imputed_difference, imputed_proportion
from dose_outcomes.stats.proportions.single import wilson
from dose_outcomes.stats.regression.logistic import logistic_regression

DESIGN = np.array([[1, a, b] for a in (0, 1) for b in (0, 1)], dtype=float)
EVENTS, N, MISSING = np.array([20, 30, 12, 40]), np.array([60, 50, 40, 55]), np.array([10, 0, 25, 6])


def test_mean_and_variance_of_the_draws():
    result = impute_endpoint(DESIGN, EVENTS, N, MISSING, imputations=20_000, seed=8)
    fit = logistic_regression(DESIGN, EVENTS, N, interval="wald")
    p = fit.fitted
    slope_variance = (p * (1 - p)) ** 2 * np.einsum("ij,jk,ik->i", DESIGN, fit.covariance, DESIGN)
    assert result.imputed.mean(axis=0) / MISSING.clip(1) == pytest.approx(np.where(MISSING, p, 0), abs=0.006)
    expected = MISSING * p * (1 - p) + MISSING * (MISSING - 1) * slope_variance
    assert result.imputed.var(axis=0) == pytest.approx(expected, rel=0.06)
    assert (result.imputed[:, 1] == 0).all()
    assert result.note == ""


def test_seed_and_delta():
    options = {"imputations": 500, "seed": 8}
    result = impute_endpoint(DESIGN, EVENTS, N, MISSING, **options)
    assert (result.imputed == impute_endpoint(DESIGN, EVENTS, N, MISSING, **options).imputed).all()
    other = impute_endpoint(DESIGN, EVENTS, N, MISSING, imputations=500, seed=9)
    assert (result.imputed != other.imputed).any()
    lower = impute_endpoint(DESIGN, EVENTS, N, MISSING, **options, delta=-2.0)
    assert lower.imputed.sum() < result.imputed.sum() / 2
    assert "delta" in lower.method
    one_arm = impute_endpoint(DESIGN, EVENTS, N, MISSING, **options, delta=[0, 0, -40, 0])
    assert one_arm.imputed[:, 2].sum() == 0
    assert one_arm.imputed[:, 0].mean() == pytest.approx(result.imputed[:, 0].mean(), rel=0.05)


def test_separated_data_are_imputed_with_the_penalised_model_and_it_is_said():
    result = impute_endpoint([[1, 0], [1, 1]], [0, 5], [10, 20], [5, 5], imputations=4000, seed=1)
    assert "penalised (Firth)" in result.note
    assert 0.0 < result.imputed[:, 0].mean() / 5 < 0.2


@pytest.mark.parametrize(("events", "n", "missing"), [([0, 5], [0, 20], [3, 3]), ([0, 0], [0, 0], [3, 3])])
def test_missing_patients_unlike_any_observed_are_not_imputed(events, n, missing):
    result = impute_endpoint([[1, 0], [1, 1]], events, n, missing, imputations=10, seed=1)
    assert result.imputed.shape == (0, 2)
    assert "differ from all observed" in result.note


def test_proportion_without_missing_is_wilson():
    for events, n in ((0, 12), (3, 12), (12, 12)):
        result = imputed_proportion([events], [n], [[0], [0], [0]], [0]).estimate
        expected = wilson(events, n)
        assert (result.estimate, result.low, result.high) == pytest.approx(
            (expected.estimate, expected.low, expected.high), rel=1e-12
        )


def test_proportion_with_missing_solves_the_widened_score_equation():
    imputed = [[3, 1], [5, 2], [4, 0], [2, 2]]
    result = imputed_proportion([10, 5], [30, 20], imputed, [8, 4])
    shares = np.array([19, 22, 19, 19]) / 62
    assert result.estimate.estimate == pytest.approx(shares.mean(), rel=1e-14)
    increase = 1.25 * shares.var(ddof=1) / (shares * (1 - shares) / 62).mean()
    assert result.relative_increase == pytest.approx(increase, rel=1e-12)
    freedom = 3 * (1 + 1 / increase) ** 2
    assert result.degrees_of_freedom == pytest.approx(freedom, rel=1e-10)
    from scipy.stats import t

    for limit in (result.estimate.low, result.estimate.high):
        z = abs(shares.mean() - limit) / math.sqrt((1 + increase) * limit * (1 - limit) / 62)
        assert z == pytest.approx(t.ppf(0.975, freedom), rel=1e-9)


def test_imputations_that_disagree_without_variance_within():
    result = imputed_proportion([0], [0], [[0], [1]], [1]).estimate
    assert (result.estimate, result.low, result.high) == (0.5, 0.0, 1.0)
    assert "no variance within" in result.note


def test_difference_pairs_the_imputations():
    first = ([10], [30], [[3], [5], [4]], [8])
    second = ([5], [20], [[1], [3], [2]], [4])
    result = imputed_difference(first, second)
    differences = np.array([13 / 38 - 6 / 24, 15 / 38 - 8 / 24, 14 / 38 - 7 / 24])
    assert result.estimate.estimate == pytest.approx(differences.mean(), rel=1e-12)
    assert result.between == pytest.approx(differences.var(ddof=1), rel=1e-12)
    with pytest.raises(ArgumentError, match=r"second must hold the imputations of first \(3\); received 2"):
        imputed_difference(first, ([5], [20], [[1], [3]], [4]))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"imputations": 1}, r"imputations must be .* at least 2"),
        ({"seed": -1}, r"seed must be .* at least 0"),
        ({"delta": [0.0]}, "delta must be as long as n"),
        ({"n_missing": [1, 2]}, "n_missing must be as long as n"),
    ],
)
def test_illegal_arguments_of_imputing(options, message):
    arguments = {"n_missing": MISSING, "imputations": 5, "seed": 1, **options}
    with pytest.raises(ArgumentError, match=message):
        impute_endpoint(DESIGN, EVENTS, N, **arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1], [4], [[3], [1]], [2]), "imputed must be at most n_missing"),
        (([1], [4], [[1, 1], [1, 1]], [2]), r"imputed must have one column per pattern \(1\); received 2"),
        (([0], [0], [[0], [0]], [0]), "must hold at least one patient"),
        (([1], [4], [[1]], [2]), r"number of estimates must be .* at least 2"),
    ],
)
def test_illegal_arguments_of_pooling(arguments, message):
    with pytest.raises(ArgumentError, match=message):
        imputed_proportion(*arguments)
