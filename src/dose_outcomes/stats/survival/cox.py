"""Cox regression on counts by pattern: Efron or Breslow ties, strata, delayed entry, robust errors."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, ndtri

from dose_outcomes.stats.arguments import check_level
from dose_outcomes.stats.result import Estimate, FloatArray, HypothesisTest
from dose_outcomes.stats.survival.cox_maximum import estimable_columns, independent_columns, maximise
from dose_outcomes.stats.survival.cox_variance import RowPairs, robust_covariance
from dose_outcomes.stats.survival.partial_likelihood import PartialLikelihood, partial_likelihood, risk_moments


@dataclass(frozen=True, slots=True)
class CoxRegression:
    """A fitted Cox model.

    Attributes
    ----------
    coefficients : tuple of Estimate
        Log hazard ratio by covariate; None with a note where not estimable. Their standard errors are robust
        if `robust_covariance` is there.
    coefficient : ndarray, shape (p,)
        The same as numbers: 0 for covariates left out, the last value for those that diverge.
    covariance : ndarray, shape (p, p)
        Inverse information; 0 in rows and columns of covariates not estimable.
    robust_covariance : ndarray, shape (p, p), or None
        Sandwich over patients or clusters.
    estimable : ndarray of bool, shape (p,)
    log_likelihood_null, log_likelihood : float
        Log partial likelihood at 0 and at the estimate.
    score_test, likelihood_ratio_test, wald_test : HypothesisTest
        Of all coefficients 0; the score test with tied days handled as `ties` says.
    n, events : float
        Number of rows (patients, or periods of patients with delayed entry) and of events.
    converged : bool
    steps : int
    model : PartialLikelihood
        What residuals, tests and predictions are computed from.
    level : float
    method, note : str
    """

    coefficients: tuple[Estimate, ...]
    coefficient: FloatArray
    covariance: FloatArray
    robust_covariance: FloatArray | None
    estimable: NDArray[np.bool_]
    log_likelihood_null: float
    log_likelihood: float
    score_test: HypothesisTest
    likelihood_ratio_test: HypothesisTest
    wald_test: HypothesisTest
    n: float
    events: float
    converged: bool
    steps: int
    model: PartialLikelihood
    level: float
    method: str
    note: str = ""


def cox_regression(
    day: ArrayLike,
    events: ArrayLike,
    censored: ArrayLike,
    covariates: ArrayLike,
    *,
    pattern: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    stratum: ArrayLike | None = None,
    ties: str = "efron",
    robust: bool = False,
    cluster: ArrayLike | None = None,
    pairs: RowPairs | None = None,
    level: float = 0.95,
) -> CoxRegression:
    r"""Fit log hazard ratios by maximum partial likelihood.

    With d tied events on a day, risk sums S over those at risk and D over the tied events:

    .. math:: \ell(\beta) = \sum_{\text{days}} \left[\sum_{\text{events}} x'\beta
              - \sum_{l=0}^{d-1} \log\left(S^{(0)} - \frac{l}{d} D^{(0)}\right)\right]

    (Efron; Breslow leaves :math:`l/d` out). Counts are exact: k patients in one row are k patients, unlike a
    weight of k, which would make k tied events one.

    Parameters
    ----------
    day : array_like, shape (m,)
        Days since time zero; patients are at risk on (entry, day].
    events, censored : array_like of int, shape (m,)
        Numbers of patients of the row with the event on the day, and with observation ended after it.
    covariates : array_like, shape (patterns, p) or (m, p)
        Covariate values: of each pattern, or of each row where `pattern` is not given.
    pattern : array_like of int, shape (m,), optional
        Row of `covariates` that holds for the entry.
    weights : array_like, shape (m,), optional
        Weight of each patient of the row (not a count). The covariance then treats them as counts; ask for robust.
    entry : array_like, shape (m,), optional
        Day after which the row is at risk (delayed entry, time-dependent covariates). Without it from the start.
    stratum : array_like, shape (m,), optional
        Label; each stratum has its own baseline hazard.
    ties : str
        "efron" or "breslow".
    robust : bool
        Standard errors by the sandwich of score residuals, patients independent.
    cluster : array_like, shape (m,), optional
        Label of what is independent (the patient, when one has several rows); implies `robust`. All patients of a
        row belong to its cluster.
    pairs : RowPairs, optional
        The same where rows are counts and patients have no label: how many patients have which two rows; implies
        `robust`.
    level : float
        Confidence level.

    Returns
    -------
    CoxRegression
        A covariate that is constant, a combination of earlier ones, or whose likelihood has no maximum (all or no
        events on one side) is reported as not estimable; the others are estimated beside it.

    Raises
    ------
    ArgumentError
        For arrays of unequal length, counts that are not whole, an entry not before its day, unknown ties, or
        clusters and pairs together.

    References
    ----------
    Cox DR. J R Stat Soc B 1972;34:187-220. Efron B. J Am Stat Assoc 1977;72:557-565. Lin DY, Wei LJ. J Am Stat
    Assoc 1989;84:1074-1078.

    Examples
    --------
    Three patients: exposed with the event on day 1, not exposed with it on day 2, exposed and censored on day 3.
    The likelihood h/(2h + 1) * 1/(h + 1) of the hazard ratio h is largest at 1/sqrt(2).

    >>> fit = cox_regression([1, 2, 3], [1, 1, 0], [0, 0, 1], [[1], [0], [1]])
    >>> round(math.exp(fit.coefficients[0].estimate), 6)
    0.707107
    """
    check_level(level)
    model = partial_likelihood(
        day, events, censored, covariates, pattern=pattern, weights=weights, entry=entry, stratum=stratum, ties=ties
    )
    p = model.covariates.shape[1]
    at_null = risk_moments(model, np.zeros(p))
    score, information = at_null.score_by_row().sum(axis=0), at_null.information()
    span = np.ptp(model.covariates, axis=0) if len(model.covariates) else np.zeros(p)
    used = independent_columns(information, span, float(model.deaths.sum()))
    maximum = maximise(lambda at: risk_moments(model, at), at_null, used, span)
    coefficient, moments = maximum.coefficient, maximum.moments
    estimable = estimable_columns(at_null, maximum, used, span)
    covariance = _inverse(moments.information(), estimable)
    sandwich = None
    if robust or cluster is not None or pairs is not None:
        sandwich = robust_covariance(model, moments, covariance, cluster=cluster, pairs=pairs)
    method = f"Cox regression, {ties} ties" + (f", {len(model.strata)} strata" if len(model.strata) > 1 else "")
    method += ", robust standard errors" if sandwich is not None else ""
    errors = np.sqrt(np.maximum(np.diag(covariance if sandwich is None else sandwich), 0.0))
    z = float(ndtri(0.5 + level / 2.0))
    estimates = []
    for j in range(p):
        if estimable[j]:
            b, e = float(coefficient[j]), float(errors[j])
            estimates.append(Estimate(b, b - z * e, b + z * e, level, method, "", e))
        else:
            estimates.append(
                Estimate(None, None, None, level, method, _why_not(model, j, used, maximum.converged, coefficient))
            )
    number = int(used.sum())
    wald = float(
        coefficient[estimable] @ np.linalg.solve(covariance[np.ix_(estimable, estimable)], coefficient[estimable])
    )
    likelihood_ratio = 2.0 * (moments.log_likelihood - at_null.log_likelihood)
    score_statistic = float(score[used] @ np.linalg.solve(information[np.ix_(used, used)], score[used]))
    lost = [str(j) for j in range(p) if not estimable[j]]
    notes = [] if maximum.converged else ["not converged"]
    notes += (
        ["no event"] if model.deaths.sum() == 0 else [f"covariates not estimable: {', '.join(lost)}"] if lost else []
    )
    return CoxRegression(
        tuple(estimates),
        coefficient,
        covariance,
        sandwich,
        estimable,
        at_null.log_likelihood,
        moments.log_likelihood,
        _chi_squared(score_statistic, number, "score test"),
        _chi_squared(likelihood_ratio, number, "likelihood-ratio test"),
        _chi_squared(wald, int(estimable.sum()), "Wald test"),
        float(model.rows.events.sum() + model.rows.censored.sum()),
        float(model.deaths.sum()),
        maximum.converged,
        maximum.steps,
        model,
        level,
        method,
        "; ".join(notes),
    )


def hazard_ratio(coefficient: Estimate) -> Estimate:
    """Hazard ratio of a log hazard ratio; `standard_error` stays that of the logarithm.

    Examples
    --------
    >>> hazard_ratio(Estimate(0.0, -1.0, 1.0, 0.95, "Cox regression")).estimate
    1.0
    """
    values = (coefficient.estimate, coefficient.low, coefficient.high)
    estimate, low, high = (None if value is None else math.exp(value) for value in values)
    return Estimate(
        estimate, low, high, coefficient.level, coefficient.method, coefficient.note, coefficient.standard_error
    )


def _inverse(information: FloatArray, kept: NDArray[np.bool_]) -> FloatArray:
    """Inverse on the kept rows and columns, 0 elsewhere."""
    inverse = np.zeros_like(information)
    if kept.any():
        inverse[np.ix_(kept, kept)] = np.linalg.inv(information[np.ix_(kept, kept)])
    return inverse


def _why_not(
    model: PartialLikelihood,
    j: int,
    used: NDArray[np.bool_],
    converged: bool,
    coefficient: FloatArray,
) -> str:
    if model.deaths.sum() == 0:
        return "not estimable: no event"
    if not used[j]:
        return "not estimable: no variation of its own among those at risk when events happen"
    if converged:
        direction = "plus" if coefficient[j] > 0 else "minus"
        return f"not estimable: the likelihood grows towards {direction} infinity (no event on one side)"
    return "not estimable: not converged"


def _chi_squared(statistic: float, degrees: int, method: str) -> HypothesisTest:
    if degrees == 0:
        return HypothesisTest(None, None, None, method, "no coefficient estimable")
    return HypothesisTest(statistic, float(degrees), float(chdtrc(degrees, max(statistic, 0.0))), method)
