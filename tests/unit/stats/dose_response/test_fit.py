"""Fitted dose-response models: recovery, bounds, ED50."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import curve_fit

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.dose_response.fit import fit_dose_response, fit_dose_response_means, fitted_response
from dose_outcomes.stats.dose_response.models import MODELS

DOSES = np.array([0.0, 0.5, 1.5, 3.0, 4.5])
NOISE = np.array([0.1, -0.12, 0.05, 0.08, -0.1])
S = np.diag([0.02, 0.03, 0.01, 0.02, 0.04])


def curve(model, parameters, doses=DOSES):
    family = MODELS[model]
    linear, nonlinear = np.split(np.asarray(parameters, dtype=float), [len(family.linear)])
    return family.basis(np.asarray(doses, dtype=float), nonlinear) @ linear


TRUTHS = {
    "linear": [1.0, 0.5],
    "quadratic": [1.0, 2.0, -0.3],
    "emax": [1.0, 3.0, 1.2],
    "sigEmax": [1.0, 3.0, 1.2, 2.5],
    "exponential": [1.0, 0.4, 2.0],
}


@pytest.mark.parametrize("model", TRUTHS)
def test_exact_responses_are_recovered(model):
    fit = fit_dose_response(DOSES, curve(model, TRUTHS[model]), S, model)
    assert fit.names == MODELS[model].parameters
    assert fit.coefficients == pytest.approx(TRUTHS[model], rel=1e-5)
    assert fit.objective == pytest.approx(0.0, abs=1e-10)
    assert fit.note == ""


@pytest.mark.parametrize("model", TRUTHS)
def test_same_as_scipy_least_squares(model):
    response = curve(model, TRUTHS[model]) + NOISE
    fit = fit_dose_response(DOSES, response, S, model)
    found, covariance = curve_fit(
        lambda d, *p: curve(model, p, d),
        DOSES,
        response,
        p0=TRUTHS[model],
        sigma=S,
        absolute_sigma=True,
        xtol=1e-14,
        ftol=1e-14,
    )
    assert fit.coefficients == pytest.approx(found, rel=1e-4)
    assert fit.standard_errors == pytest.approx(np.sqrt(np.diag(covariance)), rel=1e-3)
    residual = response - curve(model, found)
    assert fit.objective == pytest.approx(residual @ np.linalg.inv(S) @ residual, rel=1e-8)
    assert fit.aic == pytest.approx(fit.objective + 2 * len(found), rel=1e-12)


def test_correlated_estimates():
    covariance = S + 0.01
    fit = fit_dose_response(DOSES, 1 + 0.5 * DOSES + NOISE, covariance, "linear")
    basis, inverse = np.column_stack([np.ones(5), DOSES]), np.linalg.inv(covariance)
    expected = np.linalg.inv(basis.T @ inverse @ basis)
    assert fit.covariance == pytest.approx(expected, rel=1e-9)
    assert fit.coefficients == pytest.approx(expected @ basis.T @ inverse @ (1 + 0.5 * DOSES + NOISE), rel=1e-9)


def test_means_are_least_squares_over_patients():
    generator = np.random.default_rng(5)
    n = np.array([8, 11, 9, 1, 10])
    patients = [1 + 0.5 * d + generator.standard_normal(k) for d, k in zip(DOSES, n, strict=True)]
    mean = [p.mean() for p in patients]
    variance = [p.var(ddof=1) if len(p) > 1 else 0.0 for p in patients]
    fit = fit_dose_response_means(DOSES, mean, n, variance, "linear")
    from statsmodels.regression.linear_model import OLS

    expected = OLS(np.concatenate(patients), np.column_stack([np.ones(n.sum()), np.repeat(DOSES, n)])).fit()
    assert fit.coefficients == pytest.approx(expected.params, rel=1e-10)
    assert fit.standard_errors == pytest.approx(expected.bse, rel=1e-10)
    assert fit.objective == pytest.approx(expected.ssr, rel=1e-10)
    assert fit.degrees_of_freedom == expected.df_resid
    assert fit.aic == pytest.approx(expected.aic + 2, rel=1e-10)  # the variance counts as a parameter here


def test_ed50_with_its_profile_interval():
    truth = [0.0, 10.0, 1.2]
    fit = fit_dose_response(DOSES, curve("emax", truth) + NOISE, S, "emax")
    assert fit.ed50.estimate == pytest.approx(fit.coefficients[2], rel=1e-12)
    assert 0.0 < fit.ed50.low < 1.2 < fit.ed50.high < 4.5
    inverse = np.linalg.inv(S)
    for limit in (fit.ed50.low, fit.ed50.high):
        basis = MODELS["emax"].basis(DOSES, np.array([limit]))
        response = curve("emax", truth) + NOISE
        residual = response - basis @ np.linalg.solve(basis.T @ inverse @ basis, basis.T @ inverse @ response)
        assert residual @ inverse @ residual - fit.objective == pytest.approx(3.841458820694124, rel=1e-6)


@pytest.mark.parametrize(
    ("response", "note"),
    [
        (1 + 0.5 * DOSES, "on the bound of the search"),  # a straight line: ED50 runs up
        (np.array([1.0, 3.0, 3.0, 3.0, 3.0]), "on the bound of the search"),  # a jump: it runs down
        (curve("emax", [1.0, 0.3, 1.2]), "interval leaves the studied doses"),
    ],
)
def test_ed50_that_is_not_identified_is_withheld(response, note):
    fit = fit_dose_response(DOSES, response, S, "emax")
    assert fit.ed50.estimate is None
    assert "ED50 not identified" in fit.ed50.note
    assert note in fit.ed50.note
    number = re.search(r"[\d.]+(?= mg)", fit.ed50.note)
    assert number
    assert len(number.group().replace(".", "").strip("0")) <= 3
    if "bound" in note:
        assert fit.covariance is None
        assert fit.standard_errors is None
        assert "ed50 on the bound" in fit.note


def test_ed50_outside_the_studied_doses():
    doses = np.array([2.0, 3.0, 4.0, 4.5])
    fit = fit_dose_response(doses, curve("emax", [0, 5, 0.8], doses), 1e-8 * np.eye(4), "emax")
    assert fit.coefficients[2] == pytest.approx(0.8, rel=1e-3)
    assert fit.ed50.estimate is None
    assert "outside the studied doses" in fit.ed50.note


@pytest.mark.parametrize("model", ["emax", "sigEmax", "exponential"])
def test_flat_responses_do_not_break_the_search(model):
    fit = fit_dose_response(DOSES, np.full(5, 2.0), S, model)
    assert curve(model, fit.coefficients) == pytest.approx(np.full(5, 2.0), rel=1e-9)
    assert fit.covariance is None
    assert "not identified" in fit.note
    if fit.ed50 is not None:
        assert fit.ed50.estimate is None


@pytest.mark.parametrize("model", ["linear", "quadratic", "exponential"])
def test_models_without_ed50_have_none(model):
    assert fit_dose_response(DOSES, curve(model, TRUTHS[model]) + NOISE, S, model).ed50 is None


def test_too_few_doses():
    fit = fit_dose_response([1.0, 2.0], [1.0, 2.0], np.eye(2), "emax")
    assert len(fit.coefficients) == 0
    assert (fit.covariance, fit.objective, fit.aic, fit.ed50) == (None, None, None, None)
    assert fit.note == "3 parameters cannot be fitted to 2 doses"
    assert fitted_response(fit, [1.0])[0].estimate is None
    one_each = fit_dose_response_means([1, 2, 3], [1, 2, 3], [1, 1, 1], [0, 0, 0], "emax")
    assert len(one_each.coefficients) == 0


def test_fitted_curve_and_its_interval():
    fit = fit_dose_response(DOSES, 1 + 0.5 * DOSES + NOISE, S, "linear")
    inside, outside = fitted_response(fit, [2.0, 9.0], level=0.9)
    gradient = np.array([1.0, 2.0])
    assert inside.estimate == pytest.approx(gradient @ fit.coefficients, rel=1e-12)
    assert inside.standard_error == pytest.approx(np.sqrt(gradient @ fit.covariance @ gradient), rel=1e-12)
    assert inside.high - inside.estimate == pytest.approx(1.6448536269514722 * inside.standard_error, rel=1e-10)
    assert inside.note == ""
    assert outside.note == "outside the studied doses"
    emax = fit_dose_response(DOSES, curve("emax", TRUTHS["emax"]) + NOISE, S, "emax")
    at_zero = fitted_response(emax, [0.0])[0]
    assert at_zero.standard_error == pytest.approx(emax.standard_errors[0], rel=1e-10)
    stuck = fitted_response(fit_dose_response(DOSES, 1 + 0.5 * DOSES, S, "emax"), [1.0])[0]
    assert stuck.estimate is not None
    assert stuck.low is None


@settings(deadline=None, max_examples=10, derandomize=True)
@given(st.sampled_from(["emax", "exponential", "quadratic"]), st.floats(-3, 3), st.floats(0.2, 5))
def test_shift_and_scale_of_the_response(model, shift, factor):
    response = curve(model, TRUTHS[model]) + NOISE
    plain = fit_dose_response(DOSES, response, S, model)
    moved = fit_dose_response(DOSES, shift + factor * response, factor**2 * S, model)
    assert moved.objective == pytest.approx(plain.objective, rel=1e-6)
    assert moved.coefficients[0] == pytest.approx(shift + factor * plain.coefficients[0], rel=1e-4, abs=1e-4)
    assert curve(model, moved.coefficients) == pytest.approx(
        shift + factor * curve(model, plain.coefficients), rel=1e-5, abs=1e-5
    )


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"model": "logistic"}, "model must be one of"),
        ({"doses": [1, 1, 2, 3, 4]}, "doses must be distinct"),
        ({"response": [1, 2]}, "response must be as long as doses"),
        ({"covariance": np.zeros((5, 5))}, "positive definite"),
        ({"level": 1}, "level must be"),
    ],
)
def test_illegal_arguments(changed, message):
    arguments = {"doses": DOSES, "response": NOISE, "covariance": S, "model": "linear", **changed}
    with pytest.raises(ArgumentError, match=message):
        fit_dose_response(**arguments)
    if "n" not in changed:
        with pytest.raises(ArgumentError, match=r"n must be .* at least 1"):
            fit_dose_response_means(DOSES, NOISE, [0, 1, 2, 3, 4], np.ones(5), "linear")
