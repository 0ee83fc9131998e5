"""Ratio of two proportions (risk ratio)."""

from __future__ import annotations

from math import exp, inf, sqrt

from dose_outcomes.stats.proportions.counts import EMPTY_GROUP, TwoGroups, check_two_groups, normal_quantile
from dose_outcomes.stats.proportions.score import ratio_score, score_limits_of_ratio
from dose_outcomes.stats.result import Estimate

NO_EVENT = "no event in either group: the risk ratio is undefined and the interval is everything possible"


def risk_ratio_miettinen_nurminen(
    events: int, n: int, reference_events: int, reference_n: int, *, level: float = 0.95
) -> Estimate:
    """Risk ratio with the score interval of Miettinen and Nurminen.

    The interval holds every r with |p1 - r p2| <= z sqrt(v N/(N - 1)), where
    v = P1(1 - P1)/n1 + r^2 P2(1 - P2)/n2 at the proportions P1 = r P2 that are most likely given r.

    Parameters
    ----------
    events, n : int
        Patients with the event and patients of the group.
    reference_events, reference_n : int
        The same of the group it is compared with; its risk is the denominator.
    level : float
        Confidence level.

    Returns
    -------
    Estimate
        Lower limit 0 with no event in the group; estimate and upper limit infinite with none in the reference
        group; no estimate and [0, inf] with none in either.

    Raises
    ------
    ArgumentError
        If the counts are not whole numbers with 0 <= events <= n, or the level is outside (0, 1).

    References
    ----------
    Miettinen O, Nurminen M (1985). Comparative analysis of two rates. Statistics in Medicine 4:213-226.

    Examples
    --------
    >>> result = risk_ratio_miettinen_nurminen(56, 70, 48, 80)
    >>> round(result.estimate, 4), round(result.low, 4), round(result.high, 4)
    (1.3333, 1.079, 1.6721)
    """
    method = "risk ratio with Miettinen-Nurminen score interval"
    table = check_two_groups(events, n, reference_events, reference_n)
    z = normal_quantile(level)
    estimate, note = _risk_ratio(table)
    if estimate is None:
        return Estimate(None, 0.0, inf, level, method, note)
    low, high = score_limits_of_ratio(table, z, ratio_score, estimate)
    return Estimate(estimate, low, high, level, method, note)


def risk_ratio_katz(events: int, n: int, reference_events: int, reference_n: int, *, level: float = 0.95) -> Estimate:
    """Risk ratio with the log interval of Katz.

    Limits are RR exp(-+ z sqrt(1/x1 - 1/n1 + 1/x2 - 1/n2)).

    Parameters
    ----------
    events, n : int
        Patients with the event and patients of the group.
    reference_events, reference_n : int
        The same of the group it is compared with; its risk is the denominator.
    level : float
        Confidence level.

    Returns
    -------
    Estimate
        Limits are None when a group has no event: nothing is added to the counts.

    Raises
    ------
    ArgumentError
        If the counts are not whole numbers with 0 <= events <= n, or the level is outside (0, 1).

    References
    ----------
    Katz D, Baptista J, Azen SP, Pike MC (1978). Obtaining confidence intervals for the risk ratio in cohort
    studies. Biometrics 34:469-474.

    Examples
    --------
    10 of 20 against 5 of 20: log RR has variance 1/10 - 1/20 + 1/5 - 1/20 = 0.2.

    >>> result = risk_ratio_katz(10, 20, 5, 20)
    >>> result.estimate, round(result.low, 4), round(2 * exp(-1.959964 * sqrt(0.2)), 4)
    (2.0, 0.8325, 0.8325)
    """
    method = "risk ratio with Katz log interval"
    table = check_two_groups(events, n, reference_events, reference_n)
    z = normal_quantile(level)
    estimate, note = _risk_ratio(table)
    if table.empty or table.events == 0 or table.reference_events == 0:
        note = note or "a group without events: the log interval is undefined, use the score interval"
        return Estimate(estimate, None, None, level, method, note)
    assert estimate is not None
    spread = sqrt(1.0 / table.events - 1.0 / table.n + 1.0 / table.reference_events - 1.0 / table.reference_n)
    return Estimate(estimate, estimate * exp(-z * spread), estimate * exp(z * spread), level, method)


def _risk_ratio(table: TwoGroups) -> tuple[float | None, str]:
    if table.empty:
        return None, EMPTY_GROUP
    if table.total_events == 0:
        return None, NO_EVENT
    if table.reference_events == 0:
        return inf, "no event in the reference group: the risk ratio is infinite"
    return table.risk / table.reference_risk, ""
