"""Survival curve of a covariate pattern under a fitted Cox model."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.arguments import check_array, check_choice
from dose_outcomes.stats.result import FloatArray, StepCurve
from dose_outcomes.stats.survival.cox import CoxRegression
from dose_outcomes.stats.survival.grouped_risk_sets import sum_from_here_on
from dose_outcomes.stats.survival.interval import TRANSFORMS
from dose_outcomes.stats.survival.partial_likelihood import risk_moments


def cox_survival(
    fit: CoxRegression, covariates: ArrayLike, *, stratum: Any = None, interval: str = "log-log"
) -> StepCurve:
    r"""Estimate the share free of the event of patients with given covariates.

    .. math:: S(t \mid x) = \exp(-e^{x'\beta} \Lambda_0(t)), \qquad
              \Lambda_0(t) = \sum_{\text{days} \le t} \sum_{l=0}^{d-1} \frac{1}{S^{(0)} - (l/d) D^{(0)}}

    (Efron's baseline; Breslow's with his ties). The variance adds that of the coefficients:

    .. math:: \widehat{\mathrm{var}}\, \Lambda(t \mid x)
              = e^{2 x'\beta} \left(\sum \frac{1}{\phi^2} + q' I^{-1} q\right), \qquad q = \sum \frac{x - \bar x}{\phi}

    Parameters
    ----------
    fit : CoxRegression
        A fitted model; coefficients not estimable count with the value they were left at.
    covariates : array_like, shape (p,)
        Covariates of the patients.
    stratum : label, optional
        Stratum whose baseline hazard is used; required where the model has several.
    interval : str
        "plain", "log", "log-log", "logit" or "arcsine".

    Returns
    -------
    StepCurve
        One entry per event day of the stratum.

    Raises
    ------
    ArgumentError
        For a wrong number of covariates, an unknown stratum or interval.

    Examples
    --------
    Without an effect the curve is exp(-Nelson-Aalen): hazards 1/2 and 1.

    >>> from dose_outcomes.stats.survival.cox import cox_regression
    >>> fit = cox_regression([1, 2, 1, 2], [1, 1, 1, 1], [0, 0, 0, 0], [[0], [0], [1], [1]], ties="breslow")
    >>> cox_survival(fit, [0]).estimate.round(4), round(float(np.exp(-1.5)), 4)
    (array([0.6065, 0.2231]), 0.2231)
    """
    check_choice("interval", interval, TRANSFORMS)
    x = check_array("covariates", covariates)
    model = fit.model
    if len(x) != len(fit.coefficient):
        raise ArgumentError(f"covariates must have {len(fit.coefficient)} entries; received {len(x)}")
    if stratum is None and len(model.strata) == 1:
        stratum = model.strata[0]
    if stratum not in model.strata:
        known = ", ".join(map(str, model.strata))
        raise ArgumentError(f"stratum must be one of {known}; received {stratum!r}")
    rows = model.stratum == model.strata.index(stratum)
    moments = risk_moments(model, fit.coefficient)
    centred = x - model.centre
    risk = float(np.exp(centred @ fit.coefficient - moments.shift))
    cumulative = np.cumsum(moments.a0[rows])
    # Hazard times covariate minus mean covariate, per unit of baseline hazard.
    mean = moments.s1 * moments.b0[:, None] - moments.d1 * moments.b1[:, None]
    q = np.cumsum(moments.a0[rows][:, None] * centred - mean[rows], axis=0)
    variance = np.cumsum(moments.b0[rows]) + np.einsum("ti,ij,tj->t", q, fit.covariance, q)
    sigma = risk * np.sqrt(variance)
    survival = np.exp(-risk * cumulative)
    z = float(ndtri(0.5 + fit.level / 2.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = TRANSFORMS[interval](survival, sigma, z)
    at_risk = _number_at_risk(fit)[rows]
    method = f"{fit.method}, survival of a covariate pattern, {interval} interval"
    return StepCurve(
        model.day[rows],
        at_risk,
        model.deaths[rows],
        np.maximum(at_risk - model.deaths[rows] - np.append(at_risk[1:], 0.0), 0.0),
        survival,
        low,
        high,
        survival * sigma,
        fit.level,
        method,
        fit.note,
    )


def _number_at_risk(fit: CoxRegression) -> FloatArray:
    """Number at risk on each event day, of any pattern."""
    rows, model = fit.model.rows, fit.model
    n = rows.events + rows.censored
    size = len(model.day)

    def by_row(position: Any) -> FloatArray:
        inside = position > model.first_row[rows.stratum]
        table = np.bincount(position[inside] - 1, n[inside], size).astype(np.float64)
        return sum_from_here_on(table, model.first_row)

    at_risk = by_row(model.last_row)
    return at_risk if model.entry_row is None else at_risk - by_row(model.entry_row)
