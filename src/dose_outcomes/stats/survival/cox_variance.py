"""Score residuals of the Cox model and the robust covariances made of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.arguments import check_array
from dose_outcomes.stats.result import FloatArray, IntArray
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


@dataclass(frozen=True, slots=True)
class RowPairs:
    """How many patients have two rows of the input: what is needed of clusters where rows are counts of patients.

    A patient of several rows (periods with delayed entry) has the sum of their score residuals. Its outer product is
    the sum of those of single rows, which counts of rows know, and of products between two rows, which these know. So
    the sandwich over patients comes from counts alone, and no patient has a label.

    Attributes
    ----------
    earlier, later : array_like of int, shape (pairs,)
        Positions in the input rows; of each two rows of a patient once. The earlier one ended without the event: an
        event is the last thing that happens to a patient.
    events, censored : array_like of int, shape (pairs,)
        Numbers of patients with both rows, by how the later row ended.
    """

    earlier: ArrayLike
    later: ArrayLike
    events: ArrayLike
    censored: ArrayLike


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
    model: PartialLikelihood,
    moments: RiskMoments,
    covariance: FloatArray,
    *,
    cluster: ArrayLike | None = None,
    pairs: RowPairs | None = None,
) -> FloatArray:
    r"""Sandwich covariance :math:`I^{-1} \left(\sum_c u_c u_c'\right) I^{-1}`.

    With pairs, where patient c has the rows k:
    :math:`\sum_c u_c u_c' = \sum_c \sum_k r_k r_k' + \sum_c \sum_{k < l} (r_k r_l' + r_l r_k')`.

    Parameters
    ----------
    model, moments
        As for :func:`score_residuals`.
    covariance : ndarray, shape (p, p)
        Inverse information.
    cluster : array_like, shape (m,), optional
        Label of the independent unit of each input row; :math:`u_c` sums its residuals. Without it every patient
        is one.
    pairs : RowPairs, optional
        Instead of `cluster`, where rows are counts of patients.

    Returns
    -------
    ndarray, shape (p, p)

    Raises
    ------
    ArgumentError
        For clusters and pairs together, and for pairs of rows that are not in the input.

    References
    ----------
    Lin DY, Wei LJ. J Am Stat Assoc 1989;84:1074-1078. No correction for few patients, as in R's survival.
    """
    if cluster is not None and pairs is not None:
        raise ArgumentError("cluster and pairs say the same in two ways; give one of them")
    rows, residuals = model.rows, score_residuals(model, moments)
    w = rows.weights[:, None]
    if cluster is None:
        squared: FloatArray = residuals.event.T @ ((rows.events * rows.weights**2)[:, None] * residuals.event)
        squared = squared + residuals.censored.T @ ((rows.censored * rows.weights**2)[:, None] * residuals.censored)
        if pairs is not None:
            between = _products_between(pairs, residuals, rows.weights)
            squared = squared + between + between.T
    else:
        clusters, codes = label_codes("cluster", cluster, len(rows.day))
        total = w * (rows.events[:, None] * residuals.event + rows.censored[:, None] * residuals.censored)
        by_column = [np.bincount(codes, column, len(clusters)).astype(np.float64) for column in total.T]
        sums = np.column_stack(by_column)
        squared = sums.T @ sums
    return np.asarray(covariance @ squared @ covariance, dtype=np.float64)


def _products_between(pairs: RowPairs, residuals: ScoreResiduals, weights: FloatArray) -> FloatArray:
    """Sum over patients of the products of an earlier row's residual with a later row's."""
    earlier = _positions("earlier", pairs.earlier, len(weights))
    later = _positions("later", pairs.later, len(weights))
    same = ("earlier", earlier.astype(np.float64))
    events, censored = (
        check_array(name, values, at_least=0.0, whole=True, same_length_as=same)
        for name, values in (("events", pairs.events), ("censored", pairs.censored))
    )
    check_array("later", later, same_length_as=same)
    ended = events[:, None] * residuals.event[later] + censored[:, None] * residuals.censored[later]
    product = (weights[earlier] * weights[later])[:, None] * ended
    return np.asarray(residuals.censored[earlier].T @ product, dtype=np.float64)


def _positions(name: str, values: ArrayLike, size: int) -> IntArray:
    found: IntArray = check_array(name, values, at_least=0.0, below=max(size, 1), whole=True).astype(np.int64)
    return found


def _running_sum(values: FloatArray) -> FloatArray:
    """Cumulative sums with a leading 0, so that differences give sums over (from, to]."""
    return np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)])
