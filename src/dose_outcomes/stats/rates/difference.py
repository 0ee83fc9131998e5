"""Difference of two rates."""

from __future__ import annotations

from math import sqrt

from scipy.special import ndtri

from dose_outcomes.stats.arguments import check_number
from dose_outcomes.stats.rates.rate import NO_PERSON_TIME, check_two_rates
from dose_outcomes.stats.result import Estimate
from dose_outcomes.stats.root import root_between


def rate_difference_score(
    events: int,
    person_time: float,
    reference_events: int,
    reference_person_time: float,
    *,
    per: float = 1.0,
    level: float = 0.95,
) -> Estimate:
    """Rate difference with the score interval of Miettinen and Nurminen.

    The interval holds every d with |r1 - r2 - d| <= z sqrt(R1/T1 + R2/T2) at the rates R1 = R2 + d that are
    most likely given d.

    Parameters
    ----------
    events, person_time : int, float
        Events and time at risk of the group, in any unit.
    reference_events, reference_person_time : int, float
        The same of the group it is compared with; its rate is subtracted.
    per : float
        The difference is given per this many units of person time.
    level : float
        Confidence level.

    Returns
    -------
    Estimate
        Defined with no event in either group; not estimable when a group has no person time.

    Raises
    ------
    ArgumentError
        If a count or time is negative, `per` is not positive, or events happened in no person time.

    References
    ----------
    Miettinen O, Nurminen M (1985). Comparative analysis of two rates. Statistics in Medicine 4:213-226.

    Examples
    --------
    No event in 10 and in 10: the limits are -+ z^2/10, those of the score interval of one rate.

    >>> result = rate_difference_score(0, 10, 0, 10)
    >>> round(result.low, 4), round(result.high, 4)
    (-0.3841, 0.3841)
    """
    method = "rate difference with Miettinen-Nurminen score interval"
    events, person_time, reference_events, reference_person_time, level = check_two_rates(
        events, person_time, reference_events, reference_person_time, level
    )
    per = check_number("per", per, above=0)
    if person_time == 0 or reference_person_time == 0:
        return Estimate(None, None, None, level, method, NO_PERSON_TIME)
    z = -float(ndtri((1.0 - level) / 2.0))
    total_time, total_events = person_time + reference_person_time, events + reference_events
    estimate = events / person_time - reference_events / reference_person_time

    def excess(difference: float) -> float:
        # Of the quadratics for the two most likely rates, the one for the smaller rate: its roots do not cancel.
        smaller_events = reference_events if difference >= 0.0 else events
        linear = total_time * abs(difference) - total_events
        smaller = (sqrt(linear * linear + 4.0 * total_time * smaller_events * abs(difference)) - linear) / (
            2.0 * total_time
        )
        rate, reference_rate = smaller + max(0.0, difference), smaller + max(0.0, -difference)
        variance = rate / person_time + reference_rate / reference_person_time
        return 0.0 if variance == 0.0 else (estimate - difference) / sqrt(variance)

    reach = z * z / min(person_time, reference_person_time) + abs(estimate)
    while excess(estimate - reach) <= z or excess(estimate + reach) >= -z:
        reach *= 2.0
    low = root_between(lambda difference: excess(difference) - z, estimate - reach, estimate)
    high = root_between(lambda difference: excess(difference) + z, estimate, estimate + reach)
    return Estimate(estimate * per, low * per, high * per, level, method)


def rate_difference_wald(
    events: int,
    person_time: float,
    reference_events: int,
    reference_person_time: float,
    *,
    per: float = 1.0,
    level: float = 0.95,
) -> Estimate:
    """Rate difference with the Wald interval, for comparison with publications that used it.

    Limits are d -+ z sqrt(x1/T1^2 + x2/T2^2); with few events prefer `rate_difference_score`.

    Parameters
    ----------
    events, person_time : int, float
        Events and time at risk of the group, in any unit.
    reference_events, reference_person_time : int, float
        The same of the group it is compared with; its rate is subtracted.
    per : float
        The difference is given per this many units of person time.
    level : float
        Confidence level.

    Returns
    -------
    Estimate
        With standard error; the interval has no width when there is no event.

    Raises
    ------
    ArgumentError
        If a count or time is negative, `per` is not positive, or events happened in no person time.

    References
    ----------
    Rothman KJ, Greenland S, Lash TL (2008). Modern epidemiology, 3rd ed., chapter 14. Lippincott.

    Examples
    --------
    >>> rate_difference_wald(9, 10, 16, 10).standard_error
    0.5
    """
    method = "rate difference with Wald interval"
    events, person_time, reference_events, reference_person_time, level = check_two_rates(
        events, person_time, reference_events, reference_person_time, level
    )
    per = check_number("per", per, above=0)
    if person_time == 0 or reference_person_time == 0:
        return Estimate(None, None, None, level, method, NO_PERSON_TIME)
    estimate = (events / person_time - reference_events / reference_person_time) * per
    error = sqrt(events / person_time**2 + reference_events / reference_person_time**2) * per
    half = -float(ndtri((1.0 - level) / 2.0)) * error
    return Estimate(estimate, estimate - half, estimate + half, level, method, standard_error=error)
