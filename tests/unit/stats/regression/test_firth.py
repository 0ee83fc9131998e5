"""Firth's penalised fit by hand, by direct maximisation, and where the plain fit fails."""

import numpy as np
import pytest
from scipy.optimize import minimize

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.regression.firth import firth_logistic_regression
from dose_outcomes.stats.regression.logistic import logistic_regression

DESIGN = np.array([[1, g == 1, g == 2, x] for x in (0, 1) for g in (0, 1, 2)], dtype=float)
SEPARATED = (DESIGN, np.array([0, 3, 4, 0, 5, 6]), np.array([8, 9, 4, 6, 11, 12]))


def penalised(beta, design, events, n):
    linear = design @ beta
    p = 1 / (1 + np.exp(-linear))
    information = (design * (n * p * (1 - p))[:, None]).T @ design
    return float(events @ np.log(p) + (n - events) @ np.log1p(-p) + np.linalg.slogdet(information)[1] / 2)


@pytest.mark.parametrize(("events", "n"), [((0, 3), (8, 9)), ((8, 0), (8, 9)), ((0, 0), (5, 7)), ((2, 3), (8, 9))])
def test_saturated_two_groups_add_half_to_each_count(events, n):
    fit = firth_logistic_regression([[1, 0], [1, 1]], events, n)
    logits = [np.log((x + 0.5) / (k - x + 0.5)) for x, k in zip(events, n, strict=True)]
    assert fit.coefficients[0].estimate == pytest.approx(logits[0], rel=1e-9)
    assert fit.coefficients[1].estimate == pytest.approx(logits[1] - logits[0], rel=1e-8, abs=1e-10)


def test_is_the_maximum_of_the_penalised_likelihood():
    fit = firth_logistic_regression(*SEPARATED)
    beta = np.array([one.estimate for one in fit.coefficients])
    search = minimize(
        lambda b: -penalised(b, *SEPARATED),
        beta + 0.1,
        method="Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-13, "maxiter": 5000},
    )
    assert fit.log_likelihood == pytest.approx(-search.fun, abs=1e-10)
    assert beta == pytest.approx(search.x, abs=1e-5)
    assert not fit.separated.any()
    assert fit.note == ""


def test_interval_of_a_separated_coefficient_is_finite_and_lopsided():
    coefficient = firth_logistic_regression(*SEPARATED).coefficients[1]
    assert 0.0 < coefficient.low < coefficient.estimate < coefficient.high < 20.0
    assert coefficient.high - coefficient.estimate > 1.5 * (coefficient.estimate - coefficient.low)
    wald = firth_logistic_regression(*SEPARATED, interval="wald").coefficients[1]
    assert wald.high - wald.estimate == pytest.approx(1.959963984540054 * wald.standard_error, rel=1e-12)
    assert "Wald" in wald.method
    assert "profile penalised" in coefficient.method


def test_close_to_maximum_likelihood_in_large_samples():
    events, n = np.array([200, 300, 250, 100, 500, 600]) * 100, np.array([800, 900, 700, 600, 1100, 1200]) * 100
    plain = logistic_regression(DESIGN, events, n, interval="wald")
    fit = firth_logistic_regression(DESIGN, events, n, interval="wald")
    for one, other in zip(plain.coefficients, fit.coefficients, strict=True):
        assert other.estimate == pytest.approx(one.estimate, abs=1e-4)


def test_edges():
    assert "collinear" in firth_logistic_regression([[1, 2], [1, 2]], [1, 2], [4, 4]).coefficients[1].note
    nobody = firth_logistic_regression([[1]], [0], [0])
    assert nobody.coefficients[0].estimate is None
    assert nobody.coefficients[0].note == "no patient"
    one_patient = firth_logistic_regression([[1]], [1], [1]).coefficients[0]
    assert one_patient.estimate == pytest.approx(np.log(3), rel=1e-9)
    assert one_patient.low < one_patient.estimate < one_patient.high


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"interval": "profile_likelihood"}, "interval must be one of profile_penalised_likelihood, wald"),
        ({"level": 0.0}, "level must be"),
        ({"offset": [1.0]}, "offset must be as long as n"),
    ],
)
def test_illegal_options(options, message):
    with pytest.raises(ArgumentError, match=message):
        firth_logistic_regression([[1, 0], [1, 1]], [0, 3], [8, 9], **options)
