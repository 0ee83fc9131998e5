"""Profile-likelihood intervals of logistic coefficients."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaincinv

from dose_outcomes.stats.regression.likelihood import Maximum, maximise
from dose_outcomes.stats.result import FloatArray, IntArray

LARGEST_COEFFICIENT = 50.0
"""Farther than this from the estimate (in spread of the column) a profile that has not crossed counts as flat."""


def profile_interval(
    design: FloatArray,
    events: FloatArray,
    n: FloatArray,
    maximum: Maximum,
    column: int,
    *,
    level: float,
    offset: FloatArray | float = 0.0,
    firth: bool = False,
) -> tuple[float, float]:
    """Values b of one coefficient with 2 (l_max - l(b)) <= chi2_1(level), l maximised over the others.

    A side on which the profile never falls that far has an infinite limit.
    """
    cutoff = float(maximum.log_likelihood - gammaincinv(0.5, level))  # half the chi-square quantile with 1 df
    free: IntArray = np.delete(np.arange(design.shape[1], dtype=np.int64), column)
    estimate = float(maximum.coefficients[column])
    first_step = float(np.sqrt(np.linalg.inv(maximum.information)[column, column]))
    return (
        _crossing(design, events, n, maximum, column, free, -first_step, estimate, cutoff, offset, firth),
        _crossing(design, events, n, maximum, column, free, first_step, estimate, cutoff, offset, firth),
    )


def _crossing(
    design: FloatArray,
    events: FloatArray,
    n: FloatArray,
    maximum: Maximum,
    column: int,
    free: IntArray,
    step: float,
    estimate: float,
    cutoff: float,
    offset: FloatArray | float,
    firth: bool,
) -> float:
    from scipy.optimize import brentq

    nearest = maximum.coefficients.copy()

    def excess(value: float) -> float:
        nonlocal nearest
        start = nearest.copy()
        start[column] = value
        inner = maximise(design, events, n, offset=offset, free=free, start=start, firth=firth)
        if inner.converged:
            nearest = inner.coefficients  # the next value is near this one: a warm start
        return inner.log_likelihood - cutoff

    farthest = LARGEST_COEFFICIENT / float(np.abs(design[n > 0, column]).max())
    inside, outside = estimate, estimate + 2.0 * step
    while excess(outside) > 0.0:
        inside, outside = outside, estimate + 2.0 * (outside - estimate)
        if abs(outside - estimate) > max(farthest, 64.0 * abs(step)):
            return float(np.copysign(np.inf, step))
    return float(brentq(excess, inside, outside, xtol=1e-12, rtol=1e-12))
