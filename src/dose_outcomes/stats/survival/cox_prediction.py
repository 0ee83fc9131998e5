"""Survival curve of a covariate pattern under a fitted Cox model."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.arguments import check_array, check_choice
from dose_outcomes.stats.result import StepCurve
from dose_outcomes.stats.survival.cox import CoxRegression
from dose_outcomes.stats.survival.interval import TRANSFORMS
from dose_outcomes.stats.survival.partial_likelihood import risk_moments, stratum_risk_set


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
        One entry per day with an event or a censoring in the stratum, whatever the covariates; limits are undefined
        (NaN) before the first event.

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
    sigma = risk * np.sqrt(np.maximum(variance, 0.0))
    survival = np.exp(-risk * cumulative)
    z = float(ndtri(0.5 + fit.level / 2.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = TRANSFORMS[interval](survival, sigma, z)
    counts = stratum_risk_set(model, model.strata.index(stratum))
    at = np.searchsorted(model.day[rows], counts.day, side="right")
    method = f"{fit.method}, survival of a covariate pattern, {interval} interval"
    return StepCurve(
        counts.day,
        counts.at_risk,
        counts.events,
        counts.censored,
        np.append(1.0, survival)[at],
        np.append(np.nan, low)[at],
        np.append(np.nan, high)[at],
        np.append(0.0, survival * sigma)[at],
        fit.level,
        method,
        fit.note,
    )
