"""Odds ratio of two proportions."""

from __future__ import annotations

from math import exp, inf, sqrt

import numpy as np

from dose_outcomes.stats.proportions.counts import (
    EMPTY_GROUP,
    TwoGroups,
    check_fast_level,
    check_two_groups,
    normal_quantile,
)
from dose_outcomes.stats.proportions.discrete import hypergeometric_log_weights, hypergeometric_support, normalise
from dose_outcomes.stats.proportions.score import LARGEST_LOG_RATIO, odds_ratio_score, score_limits_of_ratio
from dose_outcomes.stats.result import Estimate, FloatArray
from dose_outcomes.stats.root import root_between

NO_INFORMATION = (
    "both groups without events, or both without non-events: the odds ratio is undefined and the interval is "
    "everything possible"
)


def odds_ratio_miettinen_nurminen(
    events: int, n: int, reference_events: int, reference_n: int, *, level: float = 0.95
) -> Estimate:
    """Odds ratio with the score interval of Miettinen and Nurminen.

    The interval holds every odds ratio with n1 |p1 - P1| sqrt((1/(n1 P1 Q1) + 1/(n2 P2 Q2)) (N - 1)/N) <= z, at
    the proportions P = 1 - Q that are most likely given the odds ratio.

    Parameters
    ----------
    events, n : int
        Patients with the event and patients of the group.
    reference_events, reference_n : int
        The same of the group it is compared with; its odds are the denominator.
    level : float
        Confidence level.

    Returns
    -------
    Estimate
        Estimate and limit are 0 or infinite when a cell is empty; no estimate and [0, inf] when nobody or
        everybody has the event.

    Raises
    ------
    ArgumentError
        If the counts are not whole numbers with 0 <= events <= n, or the level is outside (0, 1).

    References
    ----------
    Miettinen O, Nurminen M (1985). Comparative analysis of two rates. Statistics in Medicine 4:213-226.

    Examples
    --------
    >>> result = odds_ratio_miettinen_nurminen(56, 70, 48, 80)
    >>> round(result.estimate, 4), round(result.low, 4), round(result.high, 4)
    (2.6667, 1.2816, 5.5402)
    """
    method = "odds ratio with Miettinen-Nurminen score interval"
    table = check_two_groups(events, n, reference_events, reference_n)
    z = normal_quantile(level)
    estimate, note = _odds_ratio(table)
    if estimate is None:
        return Estimate(None, 0.0, inf, level, method, note)
    low, high = score_limits_of_ratio(table, z, odds_ratio_score, estimate)
    return Estimate(estimate, low, high, level, method, note)


def odds_ratio_woolf(events: int, n: int, reference_events: int, reference_n: int, *, level: float = 0.95) -> Estimate:
    """Odds ratio with the log interval of Woolf.

    Limits are OR exp(-+ z sqrt(1/a + 1/b + 1/c + 1/d)) over the four cells of the table.

    Parameters
    ----------
    events, n : int
        Patients with the event and patients of the group.
    reference_events, reference_n : int
        The same of the group it is compared with; its odds are the denominator.
    level : float
        Confidence level.

    Returns
    -------
    Estimate
        Limits are None when a cell is empty: nothing is added to the counts.

    Raises
    ------
    ArgumentError
        If the counts are not whole numbers with 0 <= events <= n, or the level is outside (0, 1).

    References
    ----------
    Woolf B (1955). On estimating the relation between blood group and disease. Annals of Human Genetics
    19:251-253.

    Examples
    --------
    Cells 10, 10, 5, 20: the log odds ratio has variance 0.1 + 0.1 + 0.2 + 0.05.

    >>> result = odds_ratio_woolf(10, 20, 5, 25)
    >>> result.estimate, round(result.low, 4), round(4 * exp(-1.959964 * sqrt(0.45)), 4)
    (4.0, 1.0741, 1.0741)
    """
    method = "odds ratio with Woolf log interval"
    table = check_two_groups(events, n, reference_events, reference_n)
    z = normal_quantile(level)
    estimate, note = _odds_ratio(table)
    cells = _cells(table)
    if min(cells) == 0:
        note = note or "an empty cell: the log interval is undefined, use the score interval"
        return Estimate(estimate, None, None, level, method, note)
    assert estimate is not None
    spread = sqrt(sum(1.0 / cell for cell in cells))
    return Estimate(estimate, estimate * exp(-z * spread), estimate * exp(z * spread), level, method)


def odds_ratio_conditional(
    events: int, n: int, reference_events: int, reference_n: int, *, level: float = 0.95
) -> Estimate:
    """Odds ratio given the margins: conditional maximum likelihood and exact interval.

    Given all margins the events of the group follow Fisher's noncentral hypergeometric distribution. The
    estimate makes their mean the observed number; limits solve P(X >= x) = a/2 and P(X <= x) = a/2, a = 1 - level.

    Parameters
    ----------
    events, n : int
        Patients with the event and patients of the group.
    reference_events, reference_n : int
        The same of the group it is compared with; its odds are the denominator.
    level : float
        Confidence level.

    Returns
    -------
    Estimate
        0 or infinite at the ends of what the margins allow; no estimate and [0, inf] when they allow one table.

    Raises
    ------
    ArgumentError
        If the counts are not whole numbers with 0 <= events <= n, or the level is outside (0, 1).

    References
    ----------
    Cornfield J (1956). A statistical problem arising from retrospective studies. Proc. Third Berkeley
    Symposium 4:135-148.

    Examples
    --------
    >>> result = odds_ratio_conditional(56, 70, 48, 80)
    >>> round(result.estimate, 4), round(result.low, 4), round(result.high, 4)
    (2.6492, 1.2091, 6.0399)
    """
    method = "odds ratio, conditional maximum likelihood with exact interval"
    table = check_two_groups(events, n, reference_events, reference_n)
    tail = (1.0 - check_fast_level(level)) / 2.0
    support = hypergeometric_support(table.n, table.reference_n, table.total_events)
    if len(support) == 1:
        return Estimate(None, 0.0, inf, level, method, EMPTY_GROUP if table.empty else NO_INFORMATION)
    log_weights = hypergeometric_log_weights(table.n, table.reference_n, table.total_events)
    observed = table.events

    def solve(statistic: FloatArray, target: float) -> float:
        def excess(log_odds_ratio: float) -> float:
            return float(statistic @ normalise(log_weights + log_odds_ratio * support)) - target

        return exp(root_between(excess, -LARGEST_LOG_RATIO, LARGEST_LOG_RATIO))

    estimate, low, high = 0.0, 0.0, inf
    if observed == support[-1]:
        estimate = inf
    elif observed > support[0]:
        estimate = solve(support, observed)
    if observed > support[0]:
        low = solve((support >= observed).astype(np.float64), tail)
    if observed < support[-1]:
        high = solve((support > observed).astype(np.float64), 1.0 - tail)
    return Estimate(estimate, low, high, level, method)


def _cells(table: TwoGroups) -> tuple[int, int, int, int]:
    return (
        table.events,
        table.n - table.events,
        table.reference_events,
        table.reference_n - table.reference_events,
    )


def _odds_ratio(table: TwoGroups) -> tuple[float | None, str]:
    if table.empty:
        return None, EMPTY_GROUP
    if table.no_variation:
        return None, NO_INFORMATION
    a, b, c, d = _cells(table)
    if b * c == 0:
        return inf, "an empty cell: the odds ratio is infinite"
    return (a * d) / (b * c), ""
