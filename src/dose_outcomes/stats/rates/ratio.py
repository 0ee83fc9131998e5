"""Ratio of two rates."""

from __future__ import annotations

from math import exp, inf, sqrt

from scipy.special import ndtri

from dose_outcomes.stats.arguments import check_choice
from dose_outcomes.stats.proportions.discrete import binomial_probabilities, sum_of_no_likelier
from dose_outcomes.stats.proportions.intervals import mid_p as binomial_mid_p
from dose_outcomes.stats.proportions.single import clopper_pearson
from dose_outcomes.stats.rates.rate import NO_PERSON_TIME, check_two_rates
from dose_outcomes.stats.result import Estimate, HypothesisTest

SIDES = ("minlike", "central")
NO_EVENT = "no event in either group: the rate ratio is undefined and the interval is everything possible"


def rate_ratio_exact(
    events: int,
    person_time: float,
    reference_events: int,
    reference_person_time: float,
    *,
    mid_p: bool = False,
    level: float = 0.95,
) -> Estimate:
    """Rate ratio with the exact interval given the total number of events.

    Given x1 + x2 the events of the group are binomial with p = r T1/(r T1 + T2), so exact limits l, u of p
    become limits l/(1 - l) T2/T1 and u/(1 - u) T2/T1 of the ratio r.

    Parameters
    ----------
    events, person_time : int, float
        Events and time at risk of the group, in any unit.
    reference_events, reference_person_time : int, float
        The same of the group it is compared with; its rate is the denominator.
    mid_p : bool
        Take mid-P limits of p in place of those of Clopper and Pearson: shorter, coverage near `level`.
    level : float
        Confidence level.

    Returns
    -------
    Estimate
        Limits 0 or infinite when a group has no event; no estimate and [0, inf] when none has, or when a
        group has no person time.

    Raises
    ------
    ArgumentError
        If a count or time is negative, or events happened in no person time.

    References
    ----------
    Przyborowski J, Wilenski H (1940). Homogeneity of results in testing samples from Poisson series.
    Biometrika 31:313-323.

    Examples
    --------
    >>> result = rate_ratio_exact(2, 17877, 9, 16660)
    >>> round(result.estimate, 4), round(result.low, 4), round(result.high, 4)
    (0.2071, 0.0218, 1.0005)
    """
    method = f"rate ratio with {'mid-P' if mid_p else 'conditional'} exact interval"
    events, person_time, reference_events, reference_person_time, level = check_two_rates(
        events, person_time, reference_events, reference_person_time, level
    )
    estimate, note = _ratio(events, person_time, reference_events, reference_person_time)
    if estimate is None:
        return Estimate(None, 0.0, inf, level, method, note)
    interval = (binomial_mid_p if mid_p else clopper_pearson)(events, events + reference_events, level=level)
    assert interval.low is not None
    assert interval.high is not None
    scale = reference_person_time / person_time
    low = interval.low / (1.0 - interval.low) * scale
    high = inf if interval.high == 1.0 else interval.high / (1.0 - interval.high) * scale
    return Estimate(estimate, low, high, level, method, note)


def rate_ratio_log(
    events: int, person_time: float, reference_events: int, reference_person_time: float, *, level: float = 0.95
) -> Estimate:
    """Rate ratio with the log interval, RR exp(-+ z sqrt(1/x1 + 1/x2)).

    Parameters
    ----------
    events, person_time : int, float
        Events and time at risk of the group, in any unit.
    reference_events, reference_person_time : int, float
        The same of the group it is compared with; its rate is the denominator.
    level : float
        Confidence level.

    Returns
    -------
    Estimate
        Limits are None when a group has no event: nothing is added to the counts.

    Raises
    ------
    ArgumentError
        If a count or time is negative, or events happened in no person time.

    References
    ----------
    Breslow NE, Day NE (1987). Statistical methods in cancer research, vol. 2, section 3.4. IARC.

    Examples
    --------
    8 events in 10 years against 2 in 10: log ratio with variance 1/8 + 1/2.

    >>> result = rate_ratio_log(8, 10, 2, 10)
    >>> result.estimate, round(result.low, 4), round(4 * exp(-1.959964 * sqrt(0.625)), 4)
    (4.0, 0.8494, 0.8494)
    """
    method = "rate ratio with log interval"
    events, person_time, reference_events, reference_person_time, level = check_two_rates(
        events, person_time, reference_events, reference_person_time, level
    )
    estimate, note = _ratio(events, person_time, reference_events, reference_person_time)
    if estimate is None or events == 0 or reference_events == 0:
        note = note or "a group without events: the log interval is undefined, use the exact interval"
        return Estimate(estimate, None, None, level, method, note)
    half = -float(ndtri((1.0 - level) / 2.0)) * sqrt(1.0 / events + 1.0 / reference_events)
    return Estimate(estimate, estimate * exp(-half), estimate * exp(half), level, method)


def rate_ratio_exact_test(
    events: int,
    person_time: float,
    reference_events: int,
    reference_person_time: float,
    *,
    two_sided: str = "minlike",
) -> HypothesisTest:
    """Exact test of equal rates, given the total number of events.

    A binomial test of x1 among x1 + x2 against T1/(T1 + T2).

    Parameters
    ----------
    events, person_time : int, float
        Events and time at risk of the group, in any unit.
    reference_events, reference_person_time : int, float
        The same of the group it is compared with.
    two_sided : {"minlike", "central"}
        Outcomes no likelier than the observed one, or twice the smaller tail, which agrees with the interval of
        `rate_ratio_exact`.

    Returns
    -------
    HypothesisTest
        The statistic is `events`; p = 1 when there is no event; undefined when a group has no person time.

    Raises
    ------
    ArgumentError
        If a count or time is negative, events happened in no person time, or the choice is unknown.

    References
    ----------
    Fay MP (2010). Two-sided exact tests and matching confidence intervals for discrete data. R Journal 2:53-58.

    Examples
    --------
    Five events, all in one of two equal times: 2 / 2^5 either way.

    >>> round(rate_ratio_exact_test(5, 1, 0, 1).p_value, 12)
    0.0625
    """
    two_sided = check_choice("two_sided", two_sided, SIDES)
    method = f"exact test of equal rates given the total, {two_sided}"
    events, person_time, reference_events, reference_person_time, _ = check_two_rates(
        events, person_time, reference_events, reference_person_time, 0.95
    )
    if person_time == 0 or reference_person_time == 0:
        return HypothesisTest(None, None, None, method, NO_PERSON_TIME)
    share = person_time / (person_time + reference_person_time)
    probabilities = binomial_probabilities(events + reference_events, share)
    if two_sided == "minlike":
        p_value = sum_of_no_likelier(probabilities, events)
    else:
        tails = float(probabilities[: events + 1].sum()), float(probabilities[events:].sum())
        p_value = min(1.0, 2.0 * min(tails))
    return HypothesisTest(float(events), None, p_value, method)


def _ratio(
    events: int, person_time: float, reference_events: int, reference_person_time: float
) -> tuple[float | None, str]:
    if person_time == 0 or reference_person_time == 0:
        return None, NO_PERSON_TIME
    if events + reference_events == 0:
        return None, NO_EVENT
    if reference_events == 0:
        return inf, "no event in the reference group: the rate ratio is infinite"
    return (events / person_time) / (reference_events / reference_person_time), ""
