"""Dose-response models fitted to estimated responses, and the dose of half the maximal effect."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, log, pi

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaincinv, ndtri, stdtrit

from dose_outcomes.stats.arguments import check_array, check_choice, check_level
from dose_outcomes.stats.dose_response.half_effect_dose import half_effect_dose
from dose_outcomes.stats.dose_response.least_squares import ProfiledModel, Solution
from dose_outcomes.stats.dose_response.models import MODELS
from dose_outcomes.stats.dose_response.responses import check_covariance, check_doses
from dose_outcomes.stats.result import Estimate, FloatArray


@dataclass(frozen=True, slots=True)
class DoseResponseFit:
    """A fitted dose-response model.

    Attributes
    ----------
    model : str
    names : tuple of str
        Parameters, linear ones first.
    coefficients : ndarray
        Empty when the model has more parameters than there are doses.
    covariance : ndarray or None
        Of the coefficients; None where one is on its bound or the curve is flat.
    objective : float or None
        Generalised: (m - f)'S^-1(m - f). Means: residual sum of squares, within doses included.
    aic : float or None
        Akaike's criterion; to be compared between models of the same form only.
    ed50 : Estimate or None
        Dose (mg) of half the maximal effect with its profile-likelihood interval. None for models that have none.
    doses : ndarray
        Studied doses, mg.
    degrees_of_freedom : float
        Of the residual variance; infinite in the generalised form.
    method, note : str
    """

    model: str
    names: tuple[str, ...]
    coefficients: FloatArray
    covariance: FloatArray | None
    objective: float | None
    aic: float | None
    ed50: Estimate | None
    doses: FloatArray
    degrees_of_freedom: float
    method: str
    note: str = ""

    @property
    def standard_errors(self) -> FloatArray | None:
        """Of the coefficients, where they can be had."""
        return None if self.covariance is None else np.sqrt(np.diag(self.covariance))


def fit_dose_response(
    doses: ArrayLike, response: ArrayLike, covariance: ArrayLike, model: str, *, level: float = 0.95
) -> DoseResponseFit:
    """Fit a model to estimated responses by generalised least squares.

    Minimises (m - f(d))'S^-1(m - f(d)); covariance (J'S^-1 J)^-1 with J the derivative of f. This is the
    second stage of generalised MCP-Mod; m may be log odds, log rates or adjusted means.

    Parameters
    ----------
    doses : array_like, shape (doses,), mg
        Distinct.
    response : array_like, shape (doses,)
        Estimated response at each dose, m.
    covariance : array_like, shape (doses, doses)
        Of the estimates, S.
    model : {"linear", "quadratic", "emax", "sigEmax", "exponential"}
        e0 + delta d; e0 + b1 d + b2 d^2; e0 + eMax d / (ed50 + d); e0 + eMax d^h / (ed50^h + d^h);
        e0 + e1 (exp(d / delta) - 1). ed50 is sought in 0.001 to 1.5 of the largest dose, h in 0.5 to 10, delta
        in 0.1 to 2 of the largest dose.
    level : float
        Of the interval of ED50.

    Returns
    -------
    DoseResponseFit

    Raises
    ------
    ArgumentError
        If arrays do not fit, doses repeat, or the model is unknown.

    References
    ----------
    Pinheiro J, Bornkamp B, Glimm E, Bretz F (2014). Model-based dose finding under model uncertainty using
    general parametric models. Statistics in Medicine 33:1646-1661.

    Examples
    --------
    Responses on the curve 1 + 4 d / (1 + d).

    >>> fit = fit_dose_response([0, 1, 3, 4], [1, 3, 4, 4.2], 0.0001 * np.eye(4), "emax")
    >>> dict(zip(fit.names, fit.coefficients.round(6).tolist()))
    {'e0': 1.0, 'eMax': 4.0, 'ed50': 1.0}
    """
    dose = check_doses(doses)
    estimate = check_array("response", response, same_length_as=("doses", dose))
    matrix = check_covariance(covariance, len(dose))
    family = MODELS[check_choice("model", model, MODELS)]
    check_level(level)
    method = f"{model} model, generalised least squares"
    if len(dose) < len(family.parameters):
        return _too_few_doses(model, dose, method)
    problem = ProfiledModel(family, dose, estimate, matrix)
    solution = problem.minimise()
    covariance_of_coefficients, note = _covariance(problem, solution)
    chi_square = 2.0 * float(gammaincinv(0.5, level))
    return DoseResponseFit(
        model,
        family.parameters,
        np.concatenate([solution.linear, solution.nonlinear]),
        covariance_of_coefficients,
        solution.objective,
        solution.objective + 2.0 * len(family.parameters),
        half_effect_dose(problem, solution, solution.objective + chi_square, level),
        dose,
        inf,
        method,
        note,
    )


def fit_dose_response_means(
    doses: ArrayLike, mean: ArrayLike, n: ArrayLike, variance: ArrayLike, model: str, *, level: float = 0.95
) -> DoseResponseFit:
    """Fit a model to normal responses of patients, from the mean and variance at each dose.

    Least squares over patients: residual sum of squares = sum (n - 1) v + sum n (mean - f)^2, residual
    variance over N - p degrees of freedom, AIC with the variance as a parameter.

    Parameters
    ----------
    doses : array_like, shape (doses,), mg
        Distinct.
    mean, variance : array_like, shape (doses,)
        Of the responses at each dose (divisor n - 1; 0 where n is 1).
    n : array_like, shape (doses,)
        Patients at each dose, at least 1.
    model : {"linear", "quadratic", "emax", "sigEmax", "exponential"}
        As for `fit_dose_response`.
    level : float
        Of the interval of ED50.

    Returns
    -------
    DoseResponseFit

    Raises
    ------
    ArgumentError
        If arrays do not fit, doses repeat, or the model is unknown.

    Examples
    --------
    Pairs at -1 and 1 around the line 2 d: 3 pairs with sum of squares 2 each.

    >>> fit = fit_dose_response_means([0, 1, 2], [0, 2, 4], [2, 2, 2], [2, 2, 2], "linear")
    >>> fit.coefficients.round(6).tolist(), round(fit.objective, 6), fit.degrees_of_freedom
    ([0.0, 2.0], 6.0, 4.0)
    """
    dose = check_doses(doses)
    same = ("doses", dose)
    average = check_array("mean", mean, same_length_as=same)
    patients = check_array("n", n, at_least=1, whole=True, same_length_as=same)
    within = float((patients - 1.0) @ check_array("variance", variance, at_least=0, same_length_as=same))
    family = MODELS[check_choice("model", model, MODELS)]
    check_level(level)
    method = f"{model} model, least squares over patients"
    size, parameters = float(patients.sum()), len(family.parameters)
    if len(dose) < parameters or size <= parameters:
        return _too_few_doses(model, dose, method)
    problem = ProfiledModel(family, dose, average, np.diag(1.0 / patients))
    solution = problem.minimise()
    freedom = size - parameters
    residual = within + solution.objective
    covariance, note = _covariance(problem, solution)
    quantile = float(stdtrit(freedom, (1.0 + level) / 2.0))
    return DoseResponseFit(
        model,
        family.parameters,
        np.concatenate([solution.linear, solution.nonlinear]),
        None if covariance is None else covariance * (residual / freedom),
        residual,
        size * (log(2.0 * pi * residual / size) + 1.0) + 2.0 * (parameters + 1) if residual > 0.0 else None,
        half_effect_dose(problem, solution, residual * (1.0 + quantile**2 / freedom) - within, level),
        dose,
        freedom,
        method,
        note,
    )


def fitted_response(fit: DoseResponseFit, doses: ArrayLike, *, level: float = 0.95) -> tuple[Estimate, ...]:
    """Fitted curve with pointwise intervals by the delta method.

    Parameters
    ----------
    fit : DoseResponseFit
    doses : array_like, mg
        Where the curve is wanted; outside the studied doses a note says so.
    level : float
        Confidence level.

    Returns
    -------
    tuple of Estimate
        On the scale of the response that was fitted.

    Raises
    ------
    ArgumentError
        If a dose is negative.

    Examples
    --------
    >>> fit = fit_dose_response([0, 1, 2], [1, 3, 5], np.eye(3), "linear")
    >>> round(fitted_response(fit, [1.5])[0].estimate, 6)
    4.0
    """
    dose = check_array("doses", doses, at_least=0)
    check_level(level)
    method = f"{fit.method}; delta-method interval"
    if not len(fit.coefficients):
        return tuple(Estimate(None, None, None, level, method, fit.note) for _ in dose)
    family = MODELS[fit.model]
    linear, nonlinear = np.split(fit.coefficients, [len(family.linear)])
    basis = family.basis(dose, nonlinear)
    curve = basis @ linear
    probability = (1.0 + level) / 2.0
    freedom = fit.degrees_of_freedom
    quantile = float(ndtri(probability) if freedom == inf else stdtrit(freedom, probability))
    results = []
    for i, value in enumerate(curve):
        outside = dose[i] < fit.doses.min() or dose[i] > fit.doses.max()
        note = "outside the studied doses" if outside else ""
        if fit.covariance is None:
            results.append(Estimate(float(value), None, None, level, method, fit.note))
            continue
        gradient = np.concatenate([basis[i], family.gradient(dose[i : i + 1], nonlinear)[0] * linear[-1]])
        error = float(np.sqrt(gradient @ fit.covariance @ gradient))
        half = quantile * error
        results.append(
            Estimate(float(value), float(value) - half, float(value) + half, level, method, note, standard_error=error)
        )
    return tuple(results)


def _too_few_doses(model: str, doses: FloatArray, method: str) -> DoseResponseFit:
    names = MODELS[model].parameters
    note = f"{len(names)} parameters cannot be fitted to {len(doses)} doses"
    return DoseResponseFit(model, names, np.zeros(0), None, None, None, None, doses, inf, method, note)


def _covariance(problem: ProfiledModel, solution: Solution) -> tuple[FloatArray | None, str]:
    family = problem.model
    stuck = [name for name, is_on in zip(family.nonlinear, solution.on_bound, strict=True) if is_on]
    if stuck:
        return None, f"{' and '.join(stuck)} on the bound of the search: not identified, no standard errors"
    jacobian = problem.jacobian(solution)
    scale = np.sqrt((jacobian**2).sum(axis=0))
    if (scale == 0.0).any() or np.linalg.cond(jacobian / scale) > 1e10:
        return None, "the curve is flat: its parameters are not identified, no standard errors"
    inverse = np.linalg.inv((jacobian / scale).T @ (jacobian / scale))
    return inverse / np.outer(scale, scale), ""
