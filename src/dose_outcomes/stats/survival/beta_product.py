"""Beta-product confidence limits of a survival curve (Fay, Brittain, Proschan 2013)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv

from dose_outcomes.stats.result import FloatArray

BISECTIONS = 60  # halves an interval of length at most 1 below the spacing of floats


def beta_product_limits(
    at_risk: FloatArray,
    events: FloatArray,
    at_risk_after: FloatArray,
    *,
    level: float = 0.95,
    mid_p: bool = False,
    wanted: NDArray[np.bool_] | None = None,
) -> tuple[FloatArray, FloatArray]:
    r"""Limits of the survival curve after each day, method of moments.

    After day :math:`t_j` the upper limit is the :math:`1-\alpha/2` quantile of
    :math:`\prod_{i \le j} \mathrm{Beta}(Y_i - d_i + 1,\, d_i)` and the lower limit the :math:`\alpha/2` quantile of
    the same product times :math:`\mathrm{Beta}(Y(t_j+), 1)`; each product is replaced by the beta distribution
    with its mean and variance. The mid-p limits are quantiles of the half-and-half mixture of both. Without
    censoring the limits are those of Clopper and Pearson; they exist before the first event, at a curve that has
    reached 0, and after the last observation, where the lower limit is 0.

    Parameters
    ----------
    at_risk, events : ndarray, shape (k,)
        At risk just before, and with the event on, each day in increasing order.
    at_risk_after : ndarray, shape (k,)
        At risk just after the day (events and censorings of the day gone).
    level : float
        Confidence level.
    mid_p : bool
        Give the mid-p limits, which are narrower and cover on average rather than always.
    wanted : ndarray of bool, shape (k,), optional
        Days whose limits are wanted (inverting a beta distribution is what takes time here); all without it.

    Returns
    -------
    low, high : ndarray
        Limits on the days wanted, both non-increasing in time.

    References
    ----------
    Fay MP, Brittain EH, Proschan MA. Biostatistics 2013;14:723-736.

    Examples
    --------
    One event among 2 patients, no censoring: the limits of Clopper and Pearson for 1 of 2.

    >>> low, high = beta_product_limits(np.array([2.0]), np.array([1.0]), np.array([1.0]))
    >>> low.round(4), high.round(4)
    (array([0.0126]), array([0.9874]))
    """
    alpha = 1.0 - level
    a = at_risk - events + 1.0
    log_mean = np.cumsum(np.log(a / (a + events)))
    # Logarithm of (second moment / squared mean), a sum too; kept apart so that large counts do not cancel.
    log_spread = np.cumsum(np.log1p(events / (a * (a + events + 1.0))))
    after = np.maximum(at_risk_after, 0.0)
    with np.errstate(divide="ignore"):
        low_log_mean = log_mean + np.log(after / (after + 1.0))
    some_left = np.where(after > 0.0, after, 1.0)
    low_log_spread = log_spread + np.log1p(1.0 / (some_left * (some_left + 2.0)))
    started, ended = log_mean < 0.0, after <= 0.0
    at = slice(None) if wanted is None else wanted
    high_shape = _moment_match(log_mean[at], log_spread[at])
    low_shape = _moment_match(low_log_mean[at], low_log_spread[at])
    started, ended = started[at], ended[at]
    if mid_p:
        low = _mixture_quantile(alpha / 2.0, low_shape, high_shape, ended, ~started)
        high = _mixture_quantile(1.0 - alpha / 2.0, low_shape, high_shape, ended, ~started)
    else:
        low = np.where(ended, 0.0, betaincinv(*low_shape, alpha / 2.0))
        high = np.where(started, betaincinv(*high_shape, 1.0 - alpha / 2.0), 1.0)
    # The two-moment beta is not exactly ordered in time; the product it stands for is.
    return np.minimum.accumulate(low), np.minimum.accumulate(high)


def _moment_match(log_mean: FloatArray, log_spread: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Shape parameters of the beta distribution with the given mean and variance; (1, 1) where it degenerates."""
    mean = np.exp(log_mean)
    variance = mean**2 * np.expm1(log_spread)
    proper = (variance > 0.0) & (mean < 1.0)
    size = np.where(proper, mean * (1.0 - mean) / np.where(proper, variance, 1.0) - 1.0, 2.0)
    mean = np.where(proper, mean, 0.5)
    return mean * size, (1.0 - mean) * size


def _mixture_quantile(
    probability: float,
    low_shape: tuple[FloatArray, FloatArray],
    high_shape: tuple[FloatArray, FloatArray],
    low_is_zero: NDArray[np.bool_],
    high_is_one: NDArray[np.bool_],
) -> FloatArray:
    """Quantile of the equal mixture of the lower and the upper distribution, by bisection on all days at once."""
    left, right = np.zeros(len(low_is_zero)), np.ones(len(low_is_zero))
    for _ in range(BISECTIONS):
        middle = (left + right) / 2.0
        below = np.where(low_is_zero, 1.0, betainc(*low_shape, middle))
        below = (below + np.where(high_is_one, 0.0, betainc(*high_shape, middle))) / 2.0
        left, right = np.where(below < probability, middle, left), np.where(below < probability, right, middle)
    return (left + right) / 2.0
