"""Score residuals of the Cox model and the robust covariances made of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from dose_outcomes.stats.result import FloatArray
from dose_outcomes.stats.survival.grouped_risk_sets import label_codes
from dose_outcomes.stats.survival.partial_likelihood import PartialLikelihood, RiskMoments


@dataclass(frozen=True, slots=True)
class ScoreResiduals:
    """Score residual of one patient of each input row, with the event and censored.

    Attributes
    ----------
    event, censored : ndarray, shape (m, p)
        Before weights. Times weight and numbers of patients they add up to the score, which is 0 at the estimate.
    """

    event: FloatArray
    censored: FloatArray


def score_residuals(model: PartialLikelihood, moments: RiskMoments) -> ScoreResiduals:
    r"""Score residuals, a function of (stratum, entry, day, pattern) alone.

    .. math:: r_i = \delta_i (x_i - \bar x(t_i)) - e^{x_i'\beta} \sum_{\text{entry} < t \le t_i}
              (x_i - \bar x(t))\, d\Lambda(t)

    with :math:`\bar x` and :math:`d\Lambda` averaged over the tied events, in which a patient with the event takes
    part by 1 - l/d (Efron).

    Parameters
    ----------
    model : PartialLikelihood
        ``fit.model`` of a fitted Cox regression.
    moments : RiskMoments
        ``risk_moments(fit.model, fit.coefficient)``.

    Returns
    -------
    ScoreResiduals
        In the order of the input rows. An engine with several rows a patient sums them by patient.

    Examples
    --------
    >>> from dose_outcomes.stats.survival.partial_likelihood import partial_likelihood, risk_moments
    >>> model = partial_likelihood([1, 2], [1, 1], [0, 0], [[1.0], [0.0]])
    >>> residuals = score_residuals(model, risk_moments(model, np.zeros(1)))
    >>> residuals.event.ravel()  # 1 - 1/2 - 1/2 (1 - 1/2) and 0 - 1/2 (0 - 1/2) - 1 (0 - 0)
    array([0.25, 0.25])
    """
    rows, x = model.rows, model.covariates
    risk = moments.relative_risk[rows.pattern][:, None]
    hazard = _running_sum(moments.a0)
    mean = _running_sum(moments.s1 * moments.b0[:, None] - moments.d1 * moments.b1[:, None])
    begin = model.first_row[rows.stratum] if model.entry_row is None else model.entry_row
    values = x[rows.pattern]
    exposure = hazard[model.last_row] - hazard[begin]
    censored = -risk * (values * exposure[:, None] - (mean[model.last_row] - mean[begin]))
    # With the event: the covariate against its expectation, and the share 1 - l/d in the tied risk sets.
    expected = (moments.a0[:, None] * moments.s1 - moments.a1[:, None] * moments.d1) / model.death_weight[:, None]
    part_mean = moments.s1 * moments.b1[:, None] - moments.d1 * moments.b2[:, None]
    event = np.zeros_like(censored)
    dying = rows.events > 0
    at = model.last_row[dying] - 1
    event[dying] = (
        censored[dying]
        + values[dying]
        - expected[at]
        + risk[dying] * (values[dying] * moments.a1[at][:, None] - part_mean[at])
    )
    return ScoreResiduals(event, censored)


def robust_covariance(
    model: PartialLikelihood, moments: RiskMoments, covariance: FloatArray, *, cluster: ArrayLike | None = None
) -> FloatArray:
    r"""Sandwich covariance :math:`I^{-1} \left(\sum_c u_c u_c'\right) I^{-1}`.

    Parameters
    ----------
    model, moments
        As for :func:`score_residuals`.
    covariance : ndarray, shape (p, p)
        Inverse information.
    cluster : array_like, shape (m,), optional
        Label of the independent unit of each input row; :math:`u_c` sums its residuals. Without it every patient
        is one.

    Returns
    -------
    ndarray, shape (p, p)
    """
    rows, residuals = model.rows, score_residuals(model, moments)
    w = rows.weights[:, None]
    if cluster is None:
        squared: FloatArray = residuals.event.T @ ((rows.events * rows.weights**2)[:, None] * residuals.event)
        squared = squared + residuals.censored.T @ ((rows.censored * rows.weights**2)[:, None] * residuals.censored)
    else:
        clusters, codes = label_codes("cluster", cluster, len(rows.day))
        total = w * (rows.events[:, None] * residuals.event + rows.censored[:, None] * residuals.censored)
        by_column = [np.bincount(codes, column, len(clusters)).astype(np.float64) for column in total.T]
        sums = np.column_stack(by_column)
        squared = sums.T @ sums
    return np.asarray(covariance @ squared @ covariance, dtype=np.float64)


def _running_sum(values: FloatArray) -> FloatArray:
    """Cumulative sums with a leading 0, so that differences give sums over (from, to]."""
    return np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)])
