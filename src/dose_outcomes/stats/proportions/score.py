"""Score statistics of Miettinen and Nurminen for difference, ratio and odds ratio of two proportions.

Each is z = (observed - hypothesised contrast) / standard error, the standard error taken at the two
proportions that are most likely under the hypothesis, with variance factor N/(N - 1). An interval is the set
of hypotheses with |z| below the normal quantile. z falls as the hypothesis rises, from +inf to -inf.

Reference: Miettinen O, Nurminen M (1985). Comparative analysis of two rates. Statistics in Medicine 4:213-226.
"""

from __future__ import annotations

from collections.abc import Callable
from math import acos, copysign, cos, exp, inf, pi, sqrt

from dose_outcomes.stats.proportions.counts import TwoGroups
from dose_outcomes.stats.root import root_between

ScoreStatistic = Callable[[TwoGroups, float], float]

LARGEST_LOG_RATIO = 300.0
"""Limits of ratios are sought between exp(-300) and exp(300), whose squares still fit a double."""


def difference_score(table: TwoGroups, difference: float) -> float:
    """Score z of the hypothesis that the risk exceeds the reference risk by `difference`."""
    reference_risk = restricted_reference_risk_difference(table, difference)
    risk = min(1.0, max(0.0, reference_risk + difference))
    variance = risk * (1.0 - risk) / table.n + reference_risk * (1.0 - reference_risk) / table.reference_n
    return _standardised(table.risk - table.reference_risk - difference, variance, table)


def ratio_score(table: TwoGroups, ratio: float) -> float:
    """Score z of the hypothesis that the risk is `ratio` times the reference risk."""
    a = table.total * ratio
    b = table.n * ratio + table.events + table.reference_n + table.reference_events * ratio
    # The smaller root of a p^2 - b p + c = 0, written so that nothing cancels.
    root = sqrt(max(0.0, b * b - 4.0 * a * table.total_events))
    reference_risk = min(1.0, 2.0 * table.total_events / (b + root), 1.0 / ratio)
    risk = min(1.0, reference_risk * ratio)
    variance = (
        risk * (1.0 - risk) / table.n + ratio * ratio * reference_risk * (1.0 - reference_risk) / table.reference_n
    )
    return _standardised(table.risk - ratio * table.reference_risk, variance, table)


def odds_ratio_score(table: TwoGroups, odds_ratio: float) -> float:
    """Score z of the hypothesis that the odds are `odds_ratio` times the reference odds."""
    reference_risk = _most_likely_under_odds_ratio(table.n, table.reference_n, table.total_events, odds_ratio)
    # The same with events and non-events exchanged: 1 - reference_risk would lose its digits near 1.
    reference_rest = _most_likely_under_odds_ratio(
        table.n, table.reference_n, table.total - table.total_events, 1.0 / odds_ratio
    )
    scale = reference_rest + odds_ratio * reference_risk
    risk, rest = odds_ratio * reference_risk / scale, reference_rest / scale
    # Observed minus expected, in the cell where the two are smallest: all four differences are equal, and in a
    # large cell rounding would outweigh the difference when the odds ratio is extreme.
    more, less = min(
        (float(table.events), table.n * risk),
        (table.n * rest, float(table.n - table.events)),
        (table.reference_n * reference_risk, float(table.reference_events)),
        (float(table.reference_n - table.reference_events), table.reference_n * reference_rest),
        key=sum,
    )
    surplus = more - less
    spread = table.n * risk * rest
    reference_spread = table.reference_n * reference_risk * reference_rest
    if spread <= 0.0 or reference_spread <= 0.0:
        return 0.0 if surplus == 0.0 else copysign(inf, surplus)
    factor = table.total / (table.total - 1.0)
    return surplus * sqrt((1.0 / spread + 1.0 / reference_spread) / factor)


def _most_likely_under_odds_ratio(n: int, reference_n: int, total_events: int, odds_ratio: float) -> float:
    """Root in [0, 1] of a p^2 + b p - total_events = 0 for the reference risk."""
    a = reference_n * (odds_ratio - 1.0)
    b = n * odds_ratio + reference_n - total_events * (odds_ratio - 1.0)
    root = sqrt(max(0.0, b * b + 4.0 * a * total_events))
    return 2.0 * total_events / (b + root) if b > 0 else (root - b) / (2.0 * a)  # neither form cancels


def restricted_reference_risk_difference(table: TwoGroups, difference: float) -> float:
    """Most likely reference risk when the risk exceeds it by `difference`: the admissible root of a cubic."""
    least, most = max(0.0, -difference), min(1.0, 1.0 - difference)
    cubic = float(table.total)
    square = (table.n + 2.0 * table.reference_n) * difference - table.total - table.total_events
    linear = (
        table.reference_n * difference - table.total - 2.0 * table.reference_events
    ) * difference + table.total_events
    constant = table.reference_events * difference * (1.0 - difference)
    third = square / (3.0 * cubic)
    q = third**3 - linear * square / (6.0 * cubic * cubic) + constant / (2.0 * cubic)
    p = copysign(sqrt(max(0.0, third * third - linear / (3.0 * cubic))), q)
    angle = acos(max(-1.0, min(1.0, q / p**3))) if p != 0.0 else 0.0
    root = 2.0 * p * cos((pi + angle) / 3.0) - third
    for _ in range(2):  # Newton steps regain the digits that acos loses near a double root
        value = ((cubic * root + square) * root + linear) * root + constant
        slope = (3.0 * cubic * root + 2.0 * square) * root + linear
        if slope == 0.0 or abs(value / slope) > 1e-4:
            break
        root -= value / slope
    return min(most, max(least, root))


def score_limits_of_ratio(table: TwoGroups, z: float, score: ScoreStatistic, estimate: float) -> tuple[float, float]:
    """Limits of a ratio by the score: 0 below an estimate of 0, infinite above an infinite one."""

    def limit(target: float, low: float, high: float) -> float:
        return exp(root_between(lambda log_ratio: score(table, exp(log_ratio)) - target, low, high))

    low = 0.0
    if estimate > 0.0:
        low = limit(z, -LARGEST_LOG_RATIO, LARGEST_LOG_RATIO)
    high = inf
    if estimate < inf:
        high = limit(-z, -LARGEST_LOG_RATIO, LARGEST_LOG_RATIO)
    return low, high


def _standardised(excess: float, variance: float, table: TwoGroups) -> float:
    if variance <= 0.0:
        return 0.0 if excess == 0.0 else copysign(inf, excess)
    return excess / sqrt(variance * table.total / (table.total - 1.0))
