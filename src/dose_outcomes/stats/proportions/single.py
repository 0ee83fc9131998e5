"""One proportion: intervals and the exact binomial test."""

from __future__ import annotations

from math import sqrt

from scipy.special import betainccinv, betaincinv

from dose_outcomes.stats.arguments import check_number
from dose_outcomes.stats.proportions.counts import NO_PATIENT, check_counts, check_fast_level, normal_quantile
from dose_outcomes.stats.proportions.discrete import binomial_probabilities, sum_of_no_likelier
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
    low, high = wilson_limits(events, n, z)
    return Estimate(events / n, low, high, level, method)


def wilson_limits(events: int, n: int, z: float) -> tuple[float, float]:
    """Score limits of a proportion of at least one patient; exactly 0 and 1 at no and at `n` events.

    >>> wilson_limits(0, 4, 2.0)
    (0.0, 0.5)
    """
    square = z * z
    centre = events + square / 2.0
    half = z * sqrt(events * (n - events) / n + square / 4.0)
    return (
        0.0 if events == 0 else (centre - half) / (n + square),
        1.0 if events == n else (centre + half) / (n + square),
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
    return Estimate(events / n, 0.0 if events == 0 else low, 1.0 if events == n else high, level, method)


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

    >>> round(exact_binomial_test(10, 10, 0.5).p_value, 9), 2 / 1024
    (0.001953125, 0.001953125)
    """
    events, n = check_counts(events, n, n_at_least=1)
    proportion = check_number("proportion", proportion, at_least=0, at_most=1)
    p_value = sum_of_no_likelier(binomial_probabilities(n, proportion), events)
    return HypothesisTest(float(events), None, p_value, "exact binomial test, outcomes no likelier than observed")
