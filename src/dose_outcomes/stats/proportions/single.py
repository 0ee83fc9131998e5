"""One proportion: intervals and the exact binomial test."""

from __future__ import annotations

from math import sqrt

from scipy.special import betainccinv, betaincinv

from dose_outcomes.stats.proportions.counts import NO_PATIENT, check_counts, check_fast_level, normal_quantile
from dose_outcomes.stats.result import Estimate


def wilson(events: int, n: int, *, level: float = 0.95) -> Estimate:
    """Proportion with the score interval of Wilson.

    Limits are the p that solve |x/n - p| = z sqrt(p(1 - p)/n):
    (x + z^2/2 -+ z sqrt(x(n - x)/n + z^2/4)) / (n + z^2).

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
        The lower limit is exactly 0 with no event, the upper limit exactly 1 with `n` events.

    Raises
    ------
    ArgumentError
        If the counts are not whole numbers with 0 <= events <= n, or the level is outside (0, 1).

    References
    ----------
    Wilson EB (1927). Probable inference, the law of succession, and statistical inference. JASA 22:209-212.

    Examples
    --------
    >>> result = wilson(81, 263)
    >>> round(result.estimate, 4), round(result.low, 4), round(result.high, 4)
    (0.308, 0.2553, 0.3662)
    """
    method = "proportion with Wilson score interval"
    events, n = check_counts(events, n)
    z = normal_quantile(level)
    if n == 0:
        return Estimate(None, 0.0, 1.0, level, method, NO_PATIENT)
    square = z * z
    centre = events + square / 2.0
    half = z * sqrt(events * (n - events) / n + square / 4.0)
    return Estimate(
        events / n,
        0.0 if events == 0 else (centre - half) / (n + square),
        1.0 if events == n else (centre + half) / (n + square),
        level,
        method,
    )


def clopper_pearson(events: int, n: int, *, level: float = 0.95) -> Estimate:
    """Proportion with the exact interval of Clopper and Pearson: coverage never below `level`.

    Limits are the a/2 quantile of Beta(x, n - x + 1) and the 1 - a/2 quantile of
    Beta(x + 1, n - x), a = 1 - level.

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
        The lower limit is exactly 0 with no event, the upper limit exactly 1 with `n` events.

    Raises
    ------
    ArgumentError
        If the counts are not whole numbers with 0 <= events <= n, or the level is outside (0, 1).

    References
    ----------
    Clopper CJ, Pearson ES (1934). The use of confidence or fiducial limits illustrated in the case of
    the binomial. Biometrika 26:404-413.

    Examples
    --------
    No event in n: the upper limit solves (1 - p)^n = 0.025.

    >>> clopper_pearson(0, 10).high == clopper_pearson(0, 10).high
    True
    >>> round(clopper_pearson(0, 10).high, 6), round(1 - 0.025 ** (1 / 10), 6)
    (0.308497, 0.308497)
    """
    method = "proportion with Clopper-Pearson exact interval"
    events, n = check_counts(events, n)
    tail = (1.0 - check_fast_level(level)) / 2.0
    if n == 0:
        return Estimate(None, 0.0, 1.0, level, method, NO_PATIENT)
    return Estimate(
        events / n,
        0.0 if events == 0 else float(betaincinv(events, n - events + 1, tail)),
        1.0 if events == n else float(betainccinv(events + 1, n - events, tail)),
        level,
        method,
    )
