"""The bootstrap over patterns: law, seeds, strata, failures."""

import numpy as np
import pytest

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.regression.bootstrap import bootstrap, draw_counts
from dose_outcomes.stats.regression.logistic import logistic_regression


def share(counts):
    return [counts[0] / counts.sum()]


def test_moments_are_multinomial():
    n = np.array([30, 50, 0, 20])
    drawn = draw_counts(n, replicates=20_000, seed=5)
    assert (drawn.sum(axis=1) == 100).all()
    assert (drawn[:, 2] == 0).all()
    assert drawn.mean(axis=0) == pytest.approx(n, rel=0.01)
    p = n / 100
    expected = 100 * (np.diag(p) - np.outer(p, p))
    assert np.cov(drawn.T) == pytest.approx(expected, abs=1.0)


def test_strata_keep_their_size_and_seeds_their_draws():
    n, stratum = [4, 6, 9, 1], [1, 1, 2, 2]
    drawn = draw_counts(n, replicates=50, seed=9, stratum=stratum)
    assert (drawn[:, :2].sum(axis=1) == 10).all()
    assert (drawn == draw_counts(n, replicates=50, seed=9, stratum=stratum)).all()
    assert (drawn != draw_counts(n, replicates=50, seed=10, stratum=stratum)).any()


@pytest.mark.parametrize("interval", ["percentile", "bca"])
def test_interval_of_a_proportion_is_near_the_exact_one(interval):
    result = bootstrap(share, [60, 140], replicates=4000, seed=1, interval=interval).estimates[0]
    assert result.estimate == 0.3
    assert result.standard_error == pytest.approx(np.sqrt(0.3 * 0.7 / 200), rel=0.04)
    assert (result.low, result.high) == pytest.approx((0.2408, 0.3667), abs=0.01)
    assert "4000 replicates, seed 1" in result.method


def test_bca_of_a_skewed_statistic_by_its_formula_over_patients():
    from scipy import stats

    values, n = np.array([1.0, 2.0, 4.0, 9.0, 25.0]), np.array([6, 5, 4, 3, 2])
    patients = np.repeat(values, n)

    def variance(counts):
        mean = counts @ values / counts.sum()
        return [counts @ (values - mean) ** 2 / counts.sum()]

    percentile, bca = (bootstrap(variance, n, replicates=3000, seed=3, interval=one) for one in ("percentile", "bca"))
    replicates = bca.replicates[:, 0]
    assert (replicates == percentile.replicates[:, 0]).all()
    left_out = np.array([np.delete(patients, i).var() for i in range(len(patients))])
    centred = left_out.mean() - left_out
    acceleration = (centred**3).sum() / (6 * (centred**2).sum() ** 1.5)
    bias = stats.norm.ppf((replicates < patients.var()).mean() + (replicates == patients.var()).mean() / 2)
    moved = [bias + z for z in stats.norm.ppf([0.025, 0.975])]
    expected = np.quantile(replicates, stats.norm.cdf([bias + m / (1 - acceleration * m) for m in moved]))
    assert (bca.estimates[0].low, bca.estimates[0].high) == pytest.approx(expected, rel=1e-10)
    assert bca.estimates[0].high > 1.1 * percentile.estimates[0].high


def test_a_refitted_model_gives_the_models_standard_error():
    design = np.array([[1, 0], [1, 0], [1, 1], [1, 1]], dtype=float)
    outcome = np.array([1, 0, 1, 0])

    def log_odds_ratio(counts):
        return [logistic_regression(design, counts * outcome, counts, interval="wald").coefficients[1].estimate]

    n = np.array([60, 140, 90, 110])
    fit = logistic_regression(design, n * outcome, n, interval="wald")
    result = bootstrap(log_odds_ratio, n, replicates=300, seed=2)
    assert result.estimates[0].standard_error == pytest.approx(fit.coefficients[1].standard_error, rel=0.12)
    assert result.failed == (0,)


def test_failed_replicates_are_counted_and_many_of_them_leave_no_interval():
    def odds(counts):
        return [counts[0] / counts[1] if counts[1] else None, 1.0]

    often = bootstrap(odds, [5, 1], replicates=200, seed=4)
    assert often.failed[0] > 20
    assert often.estimates[0].estimate == 5.0
    assert (often.estimates[0].low, often.estimates[0].high) == (None, None)
    assert "too many for an interval" in often.estimates[0].note
    assert often.estimates[1].low == often.estimates[1].high == 1.0
    rarely = bootstrap(odds, [20, 6], replicates=400, seed=4).estimates[0]
    assert rarely.low < rarely.estimate < rarely.high


def test_not_estimable_in_the_data():
    result = bootstrap(lambda _: [None], [3, 4], replicates=10, seed=1).estimates[0]
    assert result.estimate is None
    assert "not estimable in the data" in result.note


def test_bca_that_cannot_be_had_says_why():
    constant = bootstrap(lambda n: [n.sum()], [3, 4], replicates=20, seed=1, interval="bca").estimates[0]
    assert constant.low == constant.high == 7.0
    largest = bootstrap(lambda n: [float((n > 0).sum())], [1] * 8, replicates=50, seed=1, interval="bca").estimates[0]
    assert largest.low is None
    assert "one side" in largest.note
    fragile = bootstrap(
        lambda n: [n[0] if n.sum() == 7 else None], [3, 4], replicates=100, seed=1, interval="bca"
    ).estimates[0]
    assert fragile.low is None
    assert "leaving one patient out" in fragile.note


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"replicates": 0}, "replicates must be .* at least 1"),
        ({"seed": -1}, "seed must be .* at least 0"),
        ({"interval": "basic"}, "interval must be one of percentile, bca; received 'basic'"),
        ({"level": 0}, "level must be"),
        ({"stratum": [1]}, "stratum must be as long as n"),
    ],
)
def test_illegal_options(options, message):
    with pytest.raises(ArgumentError, match=message):
        bootstrap(share, [3, 4], **{"replicates": 5, "seed": 1, **options})


def test_a_statistic_must_keep_its_length():
    calls = iter([[1.0], [1.0, 2.0]])
    with pytest.raises(ArgumentError, match="must always return 1 numbers; received 2"):
        bootstrap(lambda _: next(calls), [3, 4], replicates=1, seed=1)
