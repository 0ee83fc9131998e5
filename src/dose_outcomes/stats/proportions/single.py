"""One proportion: intervals and the exact binomial test."""

from __future__ import annotations

from math import sqrt

from scipy.special import betainc, betainccinv, betaincinv

from dose_outcomes.stats.arguments import check_number
from dose_outcomes.stats.proportions.counts import NO_PATIENT, check_counts, check_fast_level, normal_quantile
from dose_outcomes.stats.proportions.discrete import binomial_probabilities, sum_of_no_likelier
from dose_outcomes.stats.proportions.root import root_between
from dose_outcomes.stats.result import Estimate, HypothesisTest


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


def wilson_continuity_corrected(events: int, n: int, *, correction: float = 0.5, level: float = 0.95) -> Estimate:
    """Proportion with the continuity-corrected score interval (Newcombe's method 4).

    Limits are the p that solve |x/n - p| - c/n = z sqrt(p(1 - p)/n), c the correction.

    Parameters
    ----------
    events : int
        Patients with the event, 0 to `n`.
    n : int
        Patients; 0 is allowed and leaves the estimate undefined.
    correction : float
        In events, 0 to 0.5. R's `prop.test` takes min(0.5, |x - n/2|), which is meant for its test of 1/2.
    level : float
        Confidence level.

    Returns
    -------
    Estimate
        Limits are exactly 0 and 1 at no and at `n` events.

    Raises
    ------
    ArgumentError
        If the counts are not whole numbers with 0 <= events <= n, or an option is out of its range.

    References
    ----------
    Newcombe RG (1998). Two-sided confidence intervals for the single proportion: comparison of seven
    methods. Statistics in Medicine 17:857-872, method 4.

    Examples
    --------
    >>> result = wilson_continuity_corrected(81, 263)
    >>> round(result.low, 4), round(result.high, 4)
    (0.2535, 0.3682)
    """
    method = "proportion with continuity-corrected Wilson score interval"
    events, n = check_counts(events, n)
    correction = check_number("correction", correction, at_least=0, at_most=0.5)
    z = normal_quantile(level)
    if n == 0:
        return Estimate(None, 0.0, 1.0, level, method, NO_PATIENT)
    square = z * z

    def limit(corrected: float, side: float) -> float:
        half = z * sqrt(corrected * (n - corrected) / n + square / 4.0)
        return (corrected + square / 2.0 + side * half) / (n + square)

    low = 0.0 if events <= correction else limit(events - correction, -1.0)
    high = 1.0 if n - events <= correction else limit(events + correction, 1.0)
    return Estimate(
        events / n, 0.0 if events == 0 else low, 1.0 if events == n else high, level, method
    )


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


def exact_binomial_test(events: int, n: int, proportion: float) -> HypothesisTest:
    """Two-sided exact test that the proportion is the one given.

    The p value is the probability of all outcomes at most as likely as the one observed.

    Parameters
    ----------
    events : int
        Patients with the event, 0 to `n`.
    n : int
        Patients, at least 1.
    proportion : float
        Proportion under the null hypothesis, 0 to 1.

    Returns
    -------
    HypothesisTest
        The statistic is `events`.

    Raises
    ------
    ArgumentError
        If the counts are not whole numbers with 0 <= events <= n, or the proportion is outside [0, 1].

    References
    ----------
    Conover WJ (1999). Practical nonparametric statistics, 3rd ed., section 3.1. Wiley.

    Examples
    --------
    Ten heads of ten: both ends together have 2/1024.

    >>> exact_binomial_test(10, 10, 0.5).p_value
    0.001953125
    """
    events, n = check_counts(events, n, n_at_least=1)
    proportion = check_number("proportion", proportion, at_least=0, at_most=1)
    p_value = sum_of_no_likelier(binomial_probabilities(n, proportion), events)
    return HypothesisTest(float(events), None, p_value, "exact binomial test, outcomes no likelier than observed")
