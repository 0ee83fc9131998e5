"""One rate: events per person time with its interval."""

from __future__ import annotations

from scipy.special import gammainccinv, gammaincinv

from dose_outcomes.stats.arguments import check_level, check_number
from dose_outcomes.stats.result import Estimate

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


def check_rate(events: int, person_time: float, per: float, level: float) -> tuple[int, float, float, float]:
    """Return the checked arguments of a rate; events without person time are refused."""
    if not (type(events) is int and type(person_time) is float and 0 <= events and 0.0 < person_time < float("inf")):
        events = int(check_number("events", events, at_least=0, whole=True))
        person_time = check_number("person_time", person_time, at_least=0)
        if events > 0:
            person_time = check_number("person_time", person_time, above=0)
    return events, person_time, check_number("per", per, above=0), check_level(level)
