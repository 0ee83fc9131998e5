"""Between-study variance of a random-effects model: estimators and the Q-profile interval."""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt

import numpy as np
from scipy.special import chdtri

from dose_outcomes.stats.result import FloatArray

ESTIMATORS = {
    "REML": "restricted maximum likelihood",
    "ML": "maximum likelihood",
    "DL": "DerSimonian-Laird",
    "PM": "Paule-Mandel",
    "EE": "equal effects (no variance between studies)",
}
SMALLEST = 1e-300
"""Absolute tolerance that leaves the relative one, `ROUNDING`, to end a root search."""
ROUNDING = 1e-15
GRID_POINTS = 200
"""Likelihoods of few studies can have two maxima; each bracket of a fine grid is searched."""


@dataclass(frozen=True, slots=True)
class Pooled:
    """Weighted mean at one between-study variance, w = 1 / (v + tau^2).

    Attributes
    ----------
    weight : ndarray, shape (k,)
    mean : float
        sum w y / sum w.
    q : float
        sum w (y - mean)^2.
    """

    weight: FloatArray
    mean: float
    q: float


def pool(estimates: FloatArray, variances: FloatArray, tau_squared: float) -> Pooled:
    """Inverse-variance mean with `tau_squared` added to each variance.

    >>> import numpy as np
    >>> pool(np.array([1.0, 3.0]), np.array([1.0, 1.0]), 0.0).q
    2.0
    """
    weight = 1.0 / (variances + tau_squared)
    mean = float(weight @ estimates / weight.sum())
    return Pooled(weight, mean, float(weight @ (estimates - mean) ** 2))


def between_study_variance(
    estimates: FloatArray, variances: FloatArray, estimator: str, *, tolerance: float = SMALLEST
) -> float:
    """Estimate tau^2, truncated at 0; `tolerance` is absolute and ends the root search of PM, ML and REML.

    DL: (Q - (k - 1)) / (sum w - sum w^2 / sum w) at tau^2 = 0. PM: the tau^2 at which Q is k - 1. ML and
    REML: the global maximum of the (restricted) likelihood.

    References
    ----------
    Viechtbauer W (2005). Bias and efficiency of meta-analytic variance estimators in the random-effects
    model. Journal of Educational and Behavioral Statistics 30:261-293.

    Examples
    --------
    Two studies of variance 1 that differ by 2: (2 - 1) / (2 - 2 / 2).

    >>> import numpy as np
    >>> between_study_variance(np.array([1.0, 3.0]), np.array([1.0, 1.0]), "DL")
    1.0
    """
    if estimator == "EE":
        return 0.0
    start = pool(estimates, variances, 0.0)
    freedom = len(estimates) - 1
    if estimator == "DL":
        weight = start.weight
        return max(0.0, (start.q - freedom) / float(weight.sum() - (weight @ weight) / weight.sum()))
    if estimator == "PM":
        return _where_q_is(estimates, variances, float(freedom), tolerance)
    return _likelihood_maximum(estimates, variances, tolerance, restricted=estimator == "REML")


def standard_error_of_variance(variances: FloatArray, tau_squared: float, estimator: str) -> float | None:
    """Large-sample standard error of tau^2; None for equal effects.

    With P = W - W 1 1' W / sum w: REML sqrt(2 / tr PP), ML sqrt(2 / sum w^2), PM sqrt(2 / (k - 1)) k / sum w, and
    DL sqrt(2 (k - 1) + 4 tau^2 tr P + 2 tau^4 tr PP) / tr P with P at tau^2 = 0.

    References
    ----------
    Veroniki AA et al. (2016). Methods to estimate the between-study variance and its uncertainty in
    meta-analysis. Research Synthesis Methods 7:55-79.
    """
    if estimator == "EE":
        return None
    weight = 1.0 / (variances + (0.0 if estimator == "DL" else tau_squared))
    if estimator == "ML":
        return sqrt(2.0 / float(weight @ weight))
    first, second, third = (float((weight**power).sum()) for power in (1, 2, 3))
    trace = first - second / first
    trace_of_square = second - 2.0 * third / first + (second / first) ** 2
    freedom = len(variances) - 1
    if estimator == "REML":
        return sqrt(2.0 / trace_of_square)
    if estimator == "PM":
        return sqrt(2.0 / freedom) * len(variances) / first
    return sqrt(2.0 * freedom + 4.0 * tau_squared * trace + 2.0 * tau_squared**2 * trace_of_square) / trace


def q_profile_interval(estimates: FloatArray, variances: FloatArray, level: float) -> tuple[float, float]:
    """Interval of tau^2: values at which Q lies between its chi-square quantiles with k - 1 df.

    Q falls as tau^2 grows, so each limit is a root, or 0 where Q is below the quantile from the start.

    References
    ----------
    Viechtbauer W (2007). Confidence intervals for the amount of heterogeneity in meta-analysis. Statistics
    in Medicine 26:37-52.

    Examples
    --------
    Equal variances: Q = S / (v + tau^2), so the upper limit is S / chi2 - v = 2 / 0.00098207 - 1.

    >>> import numpy as np
    >>> low, high = q_profile_interval(np.array([1.0, 3.0]), np.array([1.0, 1.0]), 0.95)
    >>> low, round(high, 3)
    (0.0, 2035.517)
    """
    freedom = len(estimates) - 1
    upper, lower = (float(chdtri(freedom, tail)) for tail in ((1.0 - level) / 2.0, (1.0 + level) / 2.0))
    return _where_q_is(estimates, variances, upper), _where_q_is(estimates, variances, lower)


def _where_q_is(estimates: FloatArray, variances: FloatArray, value: float, tolerance: float = SMALLEST) -> float:
    from scipy.optimize import brentq

    def excess(tau_squared: float) -> float:
        return pool(estimates, variances, tau_squared).q - value

    if excess(0.0) <= 0.0:
        return 0.0
    high = 100.0
    while excess(high) > 0.0:
        high *= 100.0
    return float(brentq(excess, 0.0, high, xtol=tolerance, rtol=ROUNDING, maxiter=500))


def _likelihood_maximum(estimates: FloatArray, variances: FloatArray, tolerance: float, *, restricted: bool) -> float:
    from scipy.optimize import brentq

    def log_likelihood(tau_squared: float) -> float:
        pooled = pool(estimates, variances, tau_squared)
        value = 0.5 * float(np.log(pooled.weight).sum()) - 0.5 * pooled.q
        return value - 0.5 * log(float(pooled.weight.sum())) if restricted else value

    def slope(tau_squared: float) -> float:
        pooled = pool(estimates, variances, tau_squared)
        weight = pooled.weight
        value = float(weight**2 @ (estimates - pooled.mean) ** 2) - float(weight.sum())
        return value + float(weight @ weight / weight.sum()) if restricted else value

    highest = float(np.ptp(estimates)) ** 2 * len(estimates) + float(variances.max())
    grid = np.concatenate([[0.0], np.geomspace(1e-9 * float(variances.min()), highest, GRID_POINTS)])
    slopes = [slope(value) for value in grid]
    candidates = [0.0]
    candidates += [
        float(brentq(slope, grid[i], grid[i + 1], xtol=tolerance, rtol=ROUNDING, maxiter=500))
        for i in range(len(grid) - 1)
        if slopes[i] > 0.0 >= slopes[i + 1]
    ]
    return max(candidates, key=log_likelihood)
