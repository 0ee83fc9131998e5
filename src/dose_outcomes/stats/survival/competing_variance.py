"""Variances of the cumulative incidence curve, all from counts by day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from dose_outcomes.stats.result import FloatArray


@dataclass(frozen=True, slots=True)
class CompetingCounts:
    """Counts behind one curve: at risk before and after each day, events of the cause, of any cause, censorings.

    `before` is the share free of every cause just before the day. The squared sums are those of the weights of
    the patients behind each count, for weighted curves; None stands for unit weights.
    """

    at_risk: FloatArray
    at_risk_after: FloatArray
    cause: FloatArray
    any_cause: FloatArray
    censored: FloatArray
    before: FloatArray
    cause_squared: FloatArray | None = None
    other_squared: FloatArray | None = None
    censored_squared: FloatArray | None = None


def greenwood_variance(counts: CompetingCounts, incidence: FloatArray) -> FloatArray:
    r"""Multinomial increments, so that causes tied on a day are negatively correlated.

    .. math::
        \sum_{s \le t} \frac{1}{Y_s} \left[S(s-)^2 a_j (1 - a_j) - 2 (F(t) - F(s)) S(s-) a_j
        + (F(t) - F(s))^2 \frac{a}{1 - a}\right], \qquad a_j = d_{js}/Y_s,\; a = d_s/Y_s

    The bracket is a quadratic in F(t), so three cumulative sums give every day at once.
    """
    y, f = counts.at_risk, incidence
    a_cause = counts.cause / y
    odds = _odds(counts) / y
    own = counts.before**2 * a_cause * (1.0 - a_cause) / y
    cross = counts.before * a_cause / y
    constant = np.cumsum(own + 2.0 * f * cross + f**2 * odds)
    linear = np.cumsum(cross + f * odds)
    return _without_dust(constant - 2.0 * f * linear + f**2 * np.cumsum(odds), constant)


def aalen_variance(counts: CompetingCounts, incidence: FloatArray) -> FloatArray:
    r"""Delta method with the causes independent within a day.

    .. math::
        \sum_{s \le t} \left(S(s-) - \frac{F(t) - F(s)}{1 - a}\right)^2 \frac{d_j \tau_j}{Y^2}
        + \left(\frac{F(t) - F(s)}{1 - a}\right)^2 \frac{d_o \tau_o}{Y^2}, \qquad \tau = 1 - \frac{d - 1}{Y - 1}
    """
    y, f = counts.at_risk, incidence
    other = counts.any_cause - counts.cause
    own_term = counts.cause * _tie(counts.cause, y) / y**2
    other_term = other * _tie(other, y) / y**2
    stay = y - counts.any_cause
    inverse = np.divide(y, stay, out=np.zeros_like(y), where=stay > 0)
    both = inverse**2 * (own_term + other_term)
    cross = counts.before * inverse * own_term
    constant = np.cumsum(counts.before**2 * own_term + 2.0 * f * cross + f**2 * both)
    linear = np.cumsum(cross + f * both)
    return _without_dust(constant - 2.0 * f * linear + f**2 * np.cumsum(both), constant)


def infinitesimal_jackknife_variance(counts: CompetingCounts, incidence: FloatArray) -> FloatArray:
    r"""Sum of squared influences of the patients; those leaving on one day by one way share theirs.

    .. math::
        I_i(t) = \sum_{s \le t} \sum_l D_l(s, t) \frac{dN_{il}(s) - 1\{i \in Y_s\}\, a_l(s)}{Y_s}, \qquad
        D_l(s, t) = S(s-) 1\{l = j\} - \frac{F(t) - F(s)}{1 - a(s)}

    Each influence is linear in F(t), so its square needs three cumulative sums. With weights, the squared
    influences count with the squared weights (weights taken as known).
    """
    y, f = counts.at_risk, incidence
    stay = y - counts.any_cause
    inverse = np.divide(1.0, stay, out=np.zeros_like(y), where=stay > 0)  # 1 / (Y (1 - a)); F(t) = F(s) where a = 1
    drift = counts.any_cause * inverse / y
    # Accumulated compensator of who stays until the day: drift_constant - F(t) drift_slope.
    drift_constant = np.cumsum(counts.before * counts.cause / y**2 + f * drift)
    drift_slope = np.cumsum(drift)
    n_cause = counts.cause if counts.cause_squared is None else counts.cause_squared
    n_other = counts.any_cause - counts.cause if counts.other_squared is None else counts.other_squared
    n_censored = counts.censored if counts.censored_squared is None else counts.censored_squared
    classes = (
        (n_cause, counts.before / y + f * inverse - drift_constant, drift_slope - inverse),
        (n_other, f * inverse - drift_constant, drift_slope - inverse),
        (n_censored, -drift_constant, drift_slope),
    )
    variance, size = np.zeros_like(f), np.zeros_like(f)
    for n, constant, slope in classes:
        own, cross, square = np.cumsum(n * constant**2), np.cumsum(n * constant * slope), np.cumsum(n * slope**2)
        variance = variance + own + 2.0 * f * cross + f**2 * square
        size = size + own + f**2 * square
    left = n_cause + n_other + n_censored
    staying = np.sum(left) - np.cumsum(left)
    return _without_dust(variance + staying * (drift_constant - f * drift_slope) ** 2, size)


def _without_dust(variance: FloatArray, size: FloatArray) -> FloatArray:
    """Set to 0 what is rounding of terms of the given size that cancel."""
    return np.where(variance <= 1e-13 * size, 0.0, variance)


def _odds(counts: CompetingCounts) -> FloatArray:
    """Odds a / (1 - a); 0 where everybody at risk has an event, since nothing follows that day."""
    stay = counts.at_risk - counts.any_cause
    return np.divide(counts.any_cause, stay, out=np.zeros_like(stay), where=stay > 0)


def _tie(d: FloatArray, y: FloatArray) -> FloatArray:
    """Hypergeometric factor of the variance of d tied events."""
    return 1.0 - np.divide(d - 1.0, y - 1.0, out=np.zeros_like(d), where=(d > 1.0) & (y > 1.0))


VARIANCES: Final[dict[str, Callable[[CompetingCounts, FloatArray], FloatArray]]] = {
    "greenwood": greenwood_variance,
    "infinitesimal jackknife": infinitesimal_jackknife_variance,
    "aalen": aalen_variance,
}
