"""Further intervals of one proportion: mid-P, Jeffreys, Agresti-Coull."""

from __future__ import annotations

from math import sqrt

from scipy.special import betainc, betainccinv, betaincinv

from dose_outcomes.stats.proportions.counts import NO_PATIENT, check_counts, check_fast_level, normal_quantile
from dose_outcomes.stats.result import Estimate
from dose_outcomes.stats.root import root_between


def mid_p(events: int, n: int, *, level: float = 0.95) -> Estimate:
    """Proportion with the mid-P exact interval: coverage near `level`, shorter than Clopper-Pearson.

    Limits solve P(X > x) + P(X = x)/2 = a/2 (lower) and P(X < x) + P(X = x)/2 = a/2 (upper), a = 1 - level.

    Parameters
    ----------
    events : int
        Patients with the event, 0 to `n`.
    n : int
        Patients; 0 is allowed and leaves the estimate undefined.
    level : float
        Confidence level.

    Returns
    -------
    Estimate
        With no event the lower limit is 0 and the upper one 1 - (1 - level)^(1/n).

    Raises
    ------
    ArgumentError
        If the counts are not whole numbers with 0 <= events <= n, or the level is outside (0, 1).

    References
    ----------
    Berry G, Armitage P (1995). Mid-P confidence intervals: a brief review. The Statistician 44:417-423.

    Examples
    --------
    >>> round(mid_p(0, 10).high, 6), round(1 - 0.05 ** (1 / 10), 6)
    (0.258866, 0.258866)
    """
    method = "proportion with mid-P exact interval"
    events, n = check_counts(events, n)
    tail = (1.0 - check_fast_level(level)) / 2.0
    if n == 0:
        return Estimate(None, 0.0, 1.0, level, method, NO_PATIENT)
    return Estimate(
        events / n,
        0.0 if events == 0 else _mid_p_lower(events, n, tail),
        1.0 if events == n else 1.0 - _mid_p_lower(n - events, n, tail),
        level,
        method,
    )


def _mid_p_lower(events: int, n: int, tail: float) -> float:
    """Lower mid-P limit; the upper one is 1 minus the lower limit of the non-events."""
    if events == n:
        return float((2.0 * tail) ** (1.0 / n))

    def excess(p: float) -> float:
        return float(betainc(events, n - events + 1, p) + betainc(events + 1, n - events, p)) / 2.0 - tail

    # P(X >= x) and P(X > x) enclose the mid-P tail, so their roots enclose the limit.
    return root_between(
        excess, float(betaincinv(events, n - events + 1, tail)), float(betaincinv(events + 1, n - events, tail))
    )


def jeffreys(events: int, n: int, *, level: float = 0.95) -> Estimate:
    """Proportion with the equal-tailed Jeffreys interval.

    Limits are the a/2 and 1 - a/2 quantiles of Beta(x + 1/2, n - x + 1/2), a = 1 - level; the lower one is
    0 with no event and the upper one 1 with `n` events, else coverage falls to nothing near 0 and 1.

    Parameters
    ----------
    events : int
        Patients with the event, 0 to `n`.
    n : int
        Patients; 0 is allowed and leaves the estimate undefined.
    level : float
        Confidence level.

    Returns
    -------
    Estimate
        The estimate is events/n, not the posterior mean.

    Raises
    ------
    ArgumentError
        If the counts are not whole numbers with 0 <= events <= n, or the level is outside (0, 1).

    References
    ----------
    Brown LD, Cai TT, DasGupta A (2001). Interval estimation for a binomial proportion. Statistical
    Science 16:101-133, section 4.1.

    Examples
    --------
    >>> jeffreys(0, 10).low, round(jeffreys(0, 10).high, 4)
    (0.0, 0.2172)
    """
    method = "proportion with Jeffreys interval"
    events, n = check_counts(events, n)
    tail = (1.0 - check_fast_level(level)) / 2.0
    if n == 0:
        return Estimate(None, 0.0, 1.0, level, method, NO_PATIENT)
    return Estimate(
        events / n,
        0.0 if events == 0 else float(betaincinv(events + 0.5, n - events + 0.5, tail)),
        1.0 if events == n else float(betainccinv(events + 0.5, n - events + 0.5, tail)),
        level,
        method,
    )


def agresti_coull(events: int, n: int, *, clipped: bool = True, level: float = 0.95) -> Estimate:
    """Proportion with the interval of Agresti and Coull: Wilson's centre with a Wald half width.

    With N = n + z^2 and P = (x + z^2/2)/N the limits are P -+ z sqrt(P(1 - P)/N).

    Parameters
    ----------
    events : int
        Patients with the event, 0 to `n`.
    n : int
        Patients; 0 is allowed and leaves the estimate undefined.
    clipped : bool
        Keep the limits within 0 and 1.
    level : float
        Confidence level.

    Returns
    -------
    Estimate
        The estimate is events/n, not the centre of the interval.

    Raises
    ------
    ArgumentError
        If the counts are not whole numbers with 0 <= events <= n, or the level is outside (0, 1).

    References
    ----------
    Agresti A, Coull BA (1998). Approximate is better than "exact" for interval estimation of binomial
    proportions. The American Statistician 52:119-126.

    Examples
    --------
    >>> agresti_coull(0, 10).low, round(agresti_coull(0, 10, clipped=False).low, 4)
    (0.0, -0.0434)
    """
    method = "proportion with Agresti-Coull interval"
    events, n = check_counts(events, n)
    z = normal_quantile(level)
    if n == 0:
        return Estimate(None, 0.0, 1.0, level, method, NO_PATIENT)
    enlarged = n + z * z
    centre = (events + z * z / 2.0) / enlarged
    half = z * sqrt(centre * (1.0 - centre) / enlarged)
    low, high = centre - half, centre + half
    return Estimate(events / n, max(0.0, low) if clipped else low, min(1.0, high) if clipped else high, level, method)
