"""One rate: events per person time with its interval. Events are counted, so the models are Poisson."""

from __future__ import annotations

from math import inf, log, sqrt

from scipy.special import gammainc, gammaincc, gammainccinv, gammaincinv, ndtri

from dose_outcomes.stats.arguments import check_level, check_number
from dose_outcomes.stats.result import Estimate
from dose_outcomes.stats.root import root_between

NO_PERSON_TIME = "no person time: the rate is not estimable"


def garwood(events: int, person_time: float, *, per: float = 1.0, level: float = 0.95) -> Estimate:
    """Rate with the exact Poisson interval of Garwood.

    Limits are half the a/2 quantile of chi2(2x) and half the 1 - a/2 quantile of chi2(2x + 2), divided by
    the person time, a = 1 - level.

    Parameters
    ----------
    events : int
        Number of events.
    person_time : float
        Time at risk, in days or any unit; 0 leaves the rate undefined.
    per : float
        The rate is given per this many units of person time, e.g. 36525 for 100 person years when the
        person time is in days.
    level : float
        Confidence level.

    Returns
    -------
    Estimate
        With no event the limits are 0 and -log(a/2)/T, 3.689/T at level 0.95.

    Raises
    ------
    ArgumentError
        If a count or time is negative, `per` is not positive, or events happened in no person time.

    References
    ----------
    Garwood F (1936). Fiducial limits for the Poisson distribution. Biometrika 28:437-442.

    Examples
    --------
    >>> result = garwood(0, 10.0)
    >>> result.estimate, result.low, round(result.high, 4)
    (0.0, 0.0, 0.3689)
    """
    method = "rate with Garwood exact interval"
    events, person_time, per, level = check_rate(events, person_time, per, level)
    if person_time == 0:
        return Estimate(None, None, None, level, method, NO_PERSON_TIME)
    tail = (1.0 - level) / 2.0
    scale = per / person_time
    low = 0.0 if events == 0 else float(gammaincinv(events, tail))
    return Estimate(events * scale, low * scale, float(gammainccinv(events + 1, tail)) * scale, level, method)


def mid_p(events: int, person_time: float, *, per: float = 1.0, level: float = 0.95) -> Estimate:
    """Rate with the mid-P exact interval: coverage near `level`, shorter than Garwood's.

    Limits of the Poisson mean solve P(X > x) + P(X = x)/2 = a/2 and P(X < x) + P(X = x)/2 = a/2, a = 1 - level.

    Parameters
    ----------
    events : int
        Number of events.
    person_time : float
        Time at risk, in days or any unit; 0 leaves the rate undefined.
    per : float
        The rate is given per this many units of person time.
    level : float
        Confidence level.

    Returns
    -------
    Estimate
        With no event the limits are 0 and -log(a)/T.

    Raises
    ------
    ArgumentError
        If a count or time is negative, `per` is not positive, or events happened in no person time.

    References
    ----------
    Cohen GR, Yang SY (1994). Mid-P confidence intervals for the Poisson expectation. Statistics in Medicine
    13:2189-2203.

    Examples
    --------
    >>> result = mid_p(0, 10.0)
    >>> result.low, round(result.high, 4)
    (0.0, 0.2996)
    """
    method = "rate with mid-P exact interval"
    events, person_time, per, level = check_rate(events, person_time, per, level)
    if person_time == 0:
        return Estimate(None, None, None, level, method, NO_PERSON_TIME)
    tail = (1.0 - level) / 2.0
    scale = per / person_time
    if events == 0:
        return Estimate(0.0, 0.0, -log(2.0 * tail) * scale, level, method)

    # P(X >= x) and P(X > x) enclose the mid-P tail, so their roots enclose the limit.
    low = root_between(
        lambda mean: float(gammainc(events, mean) + gammainc(events + 1, mean)) / 2.0 - tail,
        float(gammaincinv(events, tail)),
        float(gammaincinv(events + 1, tail)),
    )
    high = root_between(
        lambda mean: float(gammaincc(events, mean) + gammaincc(events + 1, mean)) / 2.0 - tail,
        float(gammainccinv(events, tail)),
        float(gammainccinv(events + 1, tail)),
    )
    return Estimate(events * scale, low * scale, high * scale, level, method)


def byar(events: int, person_time: float, *, per: float = 1.0, level: float = 0.95) -> Estimate:
    """Rate with Byar's approximation to the exact interval.

    Limits of the mean are x (1 - 1/(9 x) - z/(3 sqrt(x)))^3 and, with y = x + 1,
    y (1 - 1/(9 y) + z/(3 sqrt(y)))^3.

    Parameters
    ----------
    events : int
        Number of events.
    person_time : float
        Time at risk, in days or any unit; 0 leaves the rate undefined.
    per : float
        The rate is given per this many units of person time.
    level : float
        Confidence level.

    Returns
    -------
    Estimate
        The lower limit is 0 with no event.

    Raises
    ------
    ArgumentError
        If a count or time is negative, `per` is not positive, or events happened in no person time.

    References
    ----------
    Breslow NE, Day NE (1987). Statistical methods in cancer research, vol. 2, section 2.3. IARC.

    Examples
    --------
    >>> result = byar(10, 1.0)
    >>> round(result.low, 2), round(result.high, 2), round(garwood(10, 1.0).high, 2)
    (4.79, 18.39, 18.39)
    """
    method = "rate with Byar's approximate interval"
    events, person_time, per, level = check_rate(events, person_time, per, level)
    if person_time == 0:
        return Estimate(None, None, None, level, method, NO_PERSON_TIME)
    z = -float(ndtri((1.0 - level) / 2.0))
    scale = per / person_time
    low = 0.0 if events == 0 else events * max(0.0, 1.0 - 1.0 / (9.0 * events) - z / (3.0 * sqrt(events))) ** 3
    one_more = events + 1
    high = one_more * (1.0 - 1.0 / (9.0 * one_more) + z / (3.0 * sqrt(one_more))) ** 3
    return Estimate(events * scale, low * scale, high * scale, level, method)


def jeffreys(events: int, person_time: float, *, per: float = 1.0, level: float = 0.95) -> Estimate:
    """Rate with the equal-tailed Jeffreys interval.

    Limits of the mean are the a/2 and 1 - a/2 quantiles of Gamma(x + 1/2), a = 1 - level.

    Parameters
    ----------
    events : int
        Number of events.
    person_time : float
        Time at risk, in days or any unit; 0 leaves the rate undefined.
    per : float
        The rate is given per this many units of person time.
    level : float
        Confidence level.

    Returns
    -------
    Estimate
        The estimate is events/person time, not the posterior mean; with no event it lies below the lower limit.

    Raises
    ------
    ArgumentError
        If a count or time is negative, `per` is not positive, or events happened in no person time.

    References
    ----------
    Brown LD, Cai TT, DasGupta A (2003). Interval estimation in exponential families. Statistica Sinica 13:19-49.

    Examples
    --------
    The median of Gamma(1/2) is half the median of chi-square with one degree of freedom, 0.2275.

    >>> round(jeffreys(0, 1.0, level=1e-9).high, 4)
    0.2275
    """
    method = "rate with Jeffreys interval"
    events, person_time, per, level = check_rate(events, person_time, per, level)
    if person_time == 0:
        return Estimate(None, None, None, level, method, NO_PERSON_TIME)
    tail = (1.0 - level) / 2.0
    scale = per / person_time
    low, high = float(gammaincinv(events + 0.5, tail)), float(gammainccinv(events + 0.5, tail))
    return Estimate(events * scale, low * scale, high * scale, level, method)


def score(events: int, person_time: float, *, per: float = 1.0, level: float = 0.95) -> Estimate:
    """Rate with the score interval, Wilson's for a Poisson count.

    Limits of the mean are x + z^2/2 -+ z sqrt(x + z^2/4).

    Parameters
    ----------
    events : int
        Number of events.
    person_time : float
        Time at risk, in days or any unit; 0 leaves the rate undefined.
    per : float
        The rate is given per this many units of person time.
    level : float
        Confidence level.

    Returns
    -------
    Estimate
        The lower limit is exactly 0 with no event, the upper one z^2/T.

    Raises
    ------
    ArgumentError
        If a count or time is negative, `per` is not positive, or events happened in no person time.

    References
    ----------
    Brown LD, Cai TT, DasGupta A (2003). Interval estimation in exponential families. Statistica Sinica 13:19-49.

    Examples
    --------
    >>> round(score(0, 1.0).high, 4), round(1.959964**2, 4)
    (3.8415, 3.8415)
    """
    method = "rate with score interval"
    events, person_time, per, level = check_rate(events, person_time, per, level)
    if person_time == 0:
        return Estimate(None, None, None, level, method, NO_PERSON_TIME)
    z = -float(ndtri((1.0 - level) / 2.0))
    scale = per / person_time
    centre, half = events + z * z / 2.0, z * sqrt(events + z * z / 4.0)
    low = 0.0 if events == 0 else centre - half
    return Estimate(events * scale, low * scale, (centre + half) * scale, level, method)


def check_rate(
    events: int, person_time: float, per: float, level: float, *, prefix: str = ""
) -> tuple[int, float, float, float]:
    """Return the checked arguments of a rate; events without person time are refused."""
    plain = type(events) is int and type(person_time) is float  # these pass without numpy: a report makes thousands
    if not (plain and events >= 0 and 0.0 < person_time < inf):
        events = int(check_number(f"{prefix}events", events, at_least=0, whole=True))
        person_time = check_number(f"{prefix}person_time", person_time, at_least=0)
        if events > 0:
            person_time = check_number(f"{prefix}person_time", person_time, above=0)
    return events, person_time, check_number("per", per, above=0), check_level(level)


def check_two_rates(
    events: int, person_time: float, reference_events: int, reference_person_time: float, level: float
) -> tuple[int, float, int, float, float]:
    """Return the checked arguments of a comparison of two rates."""
    level = check_level(level)
    events, person_time, *_ = check_rate(events, person_time, 1.0, level)
    reference_events, reference_person_time, *_ = check_rate(
        reference_events, reference_person_time, 1.0, level, prefix="reference_"
    )
    return events, person_time, reference_events, reference_person_time, level
