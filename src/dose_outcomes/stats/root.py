"""Root of a monotone function to machine precision, for limits that have no closed form."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

STEEPEST = 1e6
"""Scores grow without bound near the edge of their range; only their sign matters out there."""


def root_between(function: Callable[[float], float], low: float, high: float) -> float:
    """Root of a monotone `function` between `low` and `high`, which must enclose it.

    Infinite values are allowed at the ends. Brent's method, run to the last bit: a limit has no tolerance
    of its own that could show in a comparison.

    >>> round(root_between(lambda x: x * x - 2.0, 0.0, 2.0), 12)
    1.414213562373
    """
    from scipy.optimize import brentq  # 0.2 s to import, and most limits have a closed form

    at_low, at_high = function(low), function(high)
    if at_low == 0.0:
        return low
    if at_high == 0.0:
        return high

    def bounded(x: float) -> float:
        return max(-STEEPEST, min(STEEPEST, function(x)))

    return float(brentq(bounded, low, high, xtol=1e-300, rtol=4 * np.finfo(float).eps, maxiter=500))
