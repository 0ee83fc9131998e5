"""Log odds of proportions with their variances, the scale on which rates are pooled and modelled over doses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from dose_outcomes.stats.arguments import check_array, check_choice
from dose_outcomes.stats.regression.pattern_counts import check_pattern_counts
from dose_outcomes.stats.result import Estimate, FloatArray

EMPTY_CHOICES = ("refuse", "penalise")


@dataclass(frozen=True, slots=True)
class LogOdds:
    """Log odds of groups.

    Attributes
    ----------
    estimates, variances : ndarray, shape (groups,)
        log(x / (n - x)) and 1 / x + 1 / (n - x). Empty when they cannot be had for every group.
    method, note : str
        That they are penalised; which groups stand in the way.
    """

    estimates: FloatArray
    variances: FloatArray
    method: str
    note: str = ""


def log_odds(events: ArrayLike, n: ArrayLike, *, empty: str = "refuse") -> LogOdds:
    """Log odds of each group, log(x / (n - x)), with variance 1 / x + 1 / (n - x).

    Parameters
    ----------
    events, n : array_like, shape (groups,)
        Patients with the event, and patients.
    empty : {"refuse", "penalise"}
        A group with no event or nothing but events has infinite log odds: say so, or penalise every group
        (1/2 added to both counts, which is Firth's estimate; his information gives the variance).

    Returns
    -------
    LogOdds

    Raises
    ------
    ArgumentError
        If counts are not whole numbers with 0 <= events <= n.

    References
    ----------
    Firth D (1993). Bias reduction of maximum likelihood estimates. Biometrika 80:27-38.

    Examples
    --------
    >>> result = log_odds([5, 2], [10, 8])
    >>> result.estimates.round(6).tolist(), result.variances.round(6).tolist()
    ([0.0, -1.098612], [0.4, 0.666667])
    """
    with_event, patients = check_pattern_counts(events, n)
    check_choice("empty", empty, EMPTY_CHOICES)
    without = patients - with_event
    if (patients == 0).any():
        return _refuse(f"{int((patients == 0).sum())} groups without patients")
    if empty == "penalise":
        odds = (with_event + 0.5) / (without + 0.5)
        share = odds / (1.0 + odds)
        return LogOdds(np.log(odds), 1.0 / (patients * share * (1.0 - share)), "log odds, Firth's penalised likelihood")
    extreme = int(((with_event == 0) | (without == 0)).sum())
    if extreme:
        return _refuse(f"{extreme} groups have all or none of their patients with the event: infinite log odds")
    return LogOdds(np.log(with_event / without), 1.0 / with_event + 1.0 / without, "log odds")


def log_odds_of_proportions(proportions: ArrayLike, variances: ArrayLike) -> LogOdds:
    """Log odds of estimated proportions, such as standardised ones, with variance v / (p (1 - p))^2 (delta method).

    Parameters
    ----------
    proportions, variances : array_like, shape (groups,)
        Estimates between 0 and 1 and their variances.

    Returns
    -------
    LogOdds
        Refused where a proportion is 0 or 1 or has no variance.

    Raises
    ------
    ArgumentError
        If proportions are outside 0 to 1 or a variance is negative.

    Examples
    --------
    1/5 with variance 0.0016, that of 20 of 100: the log odds have variance 1/20 + 1/80.

    >>> result = log_odds_of_proportions([0.2], [0.0016])
    >>> result.estimates.round(6).tolist(), result.variances.round(6).tolist()
    ([-1.386294], [0.0625])
    """
    share = check_array("proportions", proportions, at_least=0, at_most=1)
    variance = check_array("variances", variances, at_least=0, same_length_as=("proportions", share))
    extreme = int(((share == 0) | (share == 1) | (variance == 0)).sum())
    if extreme:
        return _refuse(f"{extreme} groups have a proportion of 0 or 1: infinite log odds")
    spread = share * (1.0 - share)
    return LogOdds(np.log(share / (1.0 - share)), variance / spread**2, "log odds, delta method")


def proportion_of_log_odds(estimate: Estimate) -> Estimate:
    """Proportion 1 / (1 + exp(-y)) of estimated log odds y, its limits those of the log odds.

    Parameters
    ----------
    estimate : Estimate
        On the scale of log odds.

    Returns
    -------
    Estimate
        Without standard error: the interval is not symmetric.

    Examples
    --------
    >>> result = proportion_of_log_odds(Estimate(0.0, -1.0, 1.0, 0.95, "log odds"))
    >>> result.estimate, round(result.low, 6), round(result.high, 6)
    (0.5, 0.268941, 0.731059)
    """
    value, low, high = (
        None if number is None else float(expit(number)) for number in (estimate.estimate, estimate.low, estimate.high)
    )
    return Estimate(value, low, high, estimate.level, f"{estimate.method}; log odds back to proportions", estimate.note)


def _refuse(reason: str) -> LogOdds:
    return LogOdds(np.zeros(0), np.zeros(0), "log odds", reason)
