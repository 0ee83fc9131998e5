"""Fine-Gray regression of the subdistribution hazard, from counts by pattern."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.arguments import check_array, check_choice, check_level
from dose_outcomes.stats.result import Estimate, FloatArray, IntArray
from dose_outcomes.stats.survival.cox_maximum import estimable_columns, independent_columns, maximise
from dose_outcomes.stats.survival.grouped_risk_sets import sum_from_here_on
from dose_outcomes.stats.survival.partial_likelihood import (
    PartialLikelihood,
    RiskMoments,
    moments_from_sums,
    partial_likelihood,
    risk_columns,
)
from dose_outcomes.stats.survival.risk_set import RiskSet, risk_set

CENSORING_ORDERS: Final = ("after events", "with events")


@dataclass(frozen=True, slots=True)
class FineGrayRegression:
    """A fitted Fine-Gray model.

    Attributes
    ----------
    coefficients : tuple of Estimate
        Log subdistribution hazard ratios with robust standard errors; None with a note where not estimable.
    coefficient : ndarray, shape (p,)
    covariance : ndarray, shape (p, p)
        Sandwich that counts the estimation of the censoring weights in.
    naive_covariance : ndarray, shape (p, p)
        Inverse information.
    log_likelihood_null, log_likelihood : float
    n, events : float
    converged : bool
    method, note : str
    """

    coefficients: tuple[Estimate, ...]
    coefficient: FloatArray
    covariance: FloatArray
    naive_covariance: FloatArray
    log_likelihood_null: float
    log_likelihood: float
    n: float
    events: float
    converged: bool
    method: str
    note: str = ""


def fine_gray(
    day: ArrayLike,
    events: ArrayLike,
    censored: ArrayLike,
    covariates: ArrayLike,
    *,
    cause: int = 0,
    pattern: ArrayLike | None = None,
    ties: str = "breslow",
    censoring: str = "after events",
    level: float = 0.95,
) -> FineGrayRegression:
    r"""Fit log subdistribution hazard ratios: effects on the cumulative incidence of one cause.

    As Cox regression of the cause, but a patient with another cause on day T stays in the risk set with the weight

    .. math:: w(t) = \frac{G(t-)}{G(T-)}, \qquad t > T

    the estimated chance of being uncensored still, G being the Kaplan-Meier curve of the censoring. Standard errors
    are those of Fine and Gray, with the estimation of G counted in.

    Parameters
    ----------
    day : array_like, shape (m,)
        Days since time zero.
    events : array_like of int, shape (m, c)
        Numbers of patients with the event on the day, one column per cause.
    censored : array_like of int, shape (m,)
        Numbers whose observation ends on the day without any cause.
    covariates : array_like, shape (patterns, p) or (m, p)
        Covariate values: of each pattern, or of each row where `pattern` is not given.
    cause : int
        Column of `events` that is modelled; the others compete.
    pattern : array_like of int, shape (m,), optional
        Row of `covariates` that holds for the entry.
    ties : str
        "breslow" (as Fine and Gray) or "efron".
    censoring : str
        Order of a day in G: "after events" as everywhere else here (and in R's survival::finegray), or "with events",
        which leaves the events of the day at risk of censoring (R's cmprsk::crr).
    level : float
        Confidence level.

    Returns
    -------
    FineGrayRegression

    Raises
    ------
    ArgumentError
        For arrays of unequal length, counts that are not whole, or a cause that is no column of `events`.

    References
    ----------
    Fine JP, Gray RJ. J Am Stat Assoc 1999;94:496-509.

    Examples
    --------
    Without censoring a competing event keeps its patient in the risk set for good. Two exposed patients have the
    event on day 1 and the other cause on day 2, two others the other cause on day 1 and the event on day 3:
    the likelihood h/(2h + 2) * 1/(h + 2) of the hazard ratio h is largest at sqrt(2).

    >>> fit = fine_gray([1, 2, 1, 3], [[1, 0], [0, 1], [0, 1], [1, 0]], [0] * 4, [[1], [1], [0], [0]])
    >>> round(float(np.exp(fit.coefficient[0])), 4)
    1.4142
    """
    check_level(level)
    check_choice("censoring", censoring, CENSORING_ORDERS)
    by_cause = check_array("events", events, dimensions=2, at_least=0.0, whole=True)
    if not 0 <= cause < by_cause.shape[1]:
        raise ArgumentError(f"cause must be a column of events (0 to {by_cause.shape[1] - 1}); received {cause!r}")
    own = by_cause[:, cause]
    other = by_cause.sum(axis=1) - own
    ended = check_array("censored", censored, at_least=0.0, whole=True, same_length_as=("events", by_cause))
    model = partial_likelihood(day, own, ended + other, covariates, pattern=pattern, ties=ties)
    weights = _censoring_weights(model, own + other, other, ended, with_events=censoring == "with events")
    p = model.covariates.shape[1]

    def moments_at(coefficient: FloatArray) -> RiskMoments:
        columns, shift = risk_columns(model.covariates, coefficient)
        staying = sum_from_here_on(model.leaving @ columns, model.first_row)
        staying = staying + weights.before_event_day[:, None] * np.cumsum(weights.competing @ columns, axis=0)
        return moments_from_sums(model, coefficient, columns[:, 0], shift, staying, model.dying @ columns)

    start = moments_at(np.zeros(p))
    span = np.ptp(model.covariates, axis=0) if len(model.covariates) else np.zeros(p)
    used = independent_columns(start.information(), span, float(model.deaths.sum()))
    maximum = maximise(moments_at, start, used, span)
    estimable = estimable_columns(start, maximum, used, span)
    kept = np.ix_(estimable, estimable)
    naive, covariance = np.zeros((p, p)), np.zeros((p, p))
    naive[kept] = np.linalg.inv(maximum.moments.information()[kept])
    meat = _squared_influence(model, maximum.moments, weights, own, other, ended)
    covariance = naive @ meat @ naive
    method = f"Fine-Gray regression, {ties} ties"
    z = float(ndtri(0.5 + level / 2.0))
    estimates = []
    for j in range(p):
        if estimable[j]:
            b, error = float(maximum.coefficient[j]), float(np.sqrt(max(covariance[j, j], 0.0)))
            estimates.append(Estimate(b, b - z * error, b + z * error, level, method, "", error))
        else:
            reason = "no event of the cause" if own.sum() == 0 else "no variation of its own or no event on one side"
            estimates.append(Estimate(None, None, None, level, method, f"not estimable: {reason}"))
    return FineGrayRegression(
        tuple(estimates),
        maximum.coefficient,
        covariance,
        naive,
        start.log_likelihood,
        maximum.moments.log_likelihood,
        float((own + other + ended).sum()),
        float(own.sum()),
        maximum.converged,
        method,
        "" if maximum.converged else "not converged",
    )


@dataclass(frozen=True, slots=True)
class _CensoringWeights:
    """Censoring curve G read where it is needed.

    `counts` are those of the censoring; `before` is G just before each row's day, `before_event_day` before each
    event day. `competing` sums 1/G(T-) over patients with another cause since the last event day, by event day and
    pattern; `next_event` is the first event day after each row's day. `with_events` says whether patients with an
    event are still at risk of censoring on its day.
    """

    counts: RiskSet
    before: FloatArray
    before_event_day: FloatArray
    competing: Any
    next_event: IntArray
    with_events: bool


def _censoring_weights(
    model: PartialLikelihood, any_event: FloatArray, other: FloatArray, ended: FloatArray, *, with_events: bool
) -> _CensoringWeights:
    from scipy.sparse import csr_array

    day = model.rows.day
    counts = risk_set(day, any_event, ended)
    at_risk = counts.at_risk if with_events else counts.at_risk - counts.events
    counts = RiskSet(counts.day, at_risk, counts.events, counts.censored, counts.total)
    stay = np.divide(at_risk - counts.censored, at_risk, out=np.ones_like(at_risk), where=at_risk > 0)
    curve = np.append(1.0, np.cumprod(stay))
    before = curve[np.searchsorted(counts.day, day)]
    next_event = np.searchsorted(model.day, day, side="right")
    rows = (other > 0) & (next_event < len(model.day))
    shape = (len(model.day), len(model.covariates))
    competing = csr_array((other[rows] / before[rows], (next_event[rows], model.rows.pattern[rows])), shape=shape)
    before_event_day = curve[np.searchsorted(counts.day, model.day)]
    return _CensoringWeights(counts, before, before_event_day, competing, next_event.astype(np.int64), with_events)


def _squared_influence(
    model: PartialLikelihood,
    moments: RiskMoments,
    weights: _CensoringWeights,
    own: FloatArray,
    other: FloatArray,
    ended: FloatArray,
) -> FloatArray:
    """Sum over patients of the squared influence on the score, that through the censoring weights included."""
    rows, x = model.rows, model.covariates[model.rows.pattern]
    p = x.shape[1]
    risk = moments.relative_risk[rows.pattern][:, None]
    # Hazard and hazard times mean covariate by event day, and both times G.
    steps = np.column_stack([moments.a0, moments.s1 * moments.b0[:, None] - moments.d1 * moments.b1[:, None]])
    total = np.vstack([np.zeros(p + 1), np.cumsum(steps, axis=0)])
    rest = sum_from_here_on(steps * weights.before_event_day[:, None], model.first_row)
    rest = np.vstack([rest, np.zeros(p + 1)])

    def exposure(sums: FloatArray) -> FloatArray:
        return risk * (x * sums[:, :1] - sums[:, 1:])

    until = exposure(total[model.last_row])
    censored_part = -until
    other_part = -until - exposure(rest[weights.next_event]) / weights.before[:, None]
    own_part = -until + x
    dying = own > 0
    at = model.last_row[dying] - 1
    mean = (moments.a0[:, None] * moments.s1 - moments.a1[:, None] * moments.d1) / model.death_weight[:, None]
    tied = moments.s1 * moments.b1[:, None] - moments.d1 * moments.b2[:, None]
    own_part[dying] += risk[dying] * (x[dying] * moments.a1[at][:, None] - tied[at]) - mean[at]

    # Q(u): what one more censoring per patient at risk on day u does to the score through the weights.
    counts = weights.counts
    place = np.searchsorted(counts.day, rows.day)
    upweighted = np.column_stack([risk, risk * x]) * (other / weights.before)[:, None]
    by_day = np.column_stack([np.bincount(place, column, len(counts.day)) for column in upweighted.T])
    waiting = np.cumsum(by_day, axis=0)
    later = rest[np.searchsorted(model.day, counts.day, side="right")]
    q = waiting[:, 1:] * later[:, :1] - waiting[:, :1] * later[:, 1:]
    y = counts.at_risk[:, None]
    jump = np.divide(q, y, out=np.zeros_like(q), where=y > 0)
    drift = np.divide(q * counts.censored[:, None], y**2, out=np.zeros_like(q), where=y > 0)
    drift_after = np.cumsum(drift, axis=0)
    drift_before = drift_after - drift
    leaving_drift = drift_after if weights.with_events else drift_before
    own_part = own_part - leaving_drift[place]
    other_part = other_part - leaving_drift[place]
    censored_part = censored_part + jump[place] - drift_after[place]
    squared = np.zeros((p, p))
    for n, part in ((own, own_part), (other, other_part), (ended, censored_part)):
        squared = squared + part.T @ (n[:, None] * part)
    return np.asarray(squared, dtype=np.float64)
