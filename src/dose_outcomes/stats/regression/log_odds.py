"""Log odds of proportions with their variances, the scale on which rates are pooled and modelled over doses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from dose_outcomes.stats.arguments import check_choice
from dose_outcomes.stats.regression.pattern_counts import check_pattern_counts
from dose_outcomes.stats.result import FloatArray

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


def _refuse(reason: str) -> LogOdds:
    return LogOdds(np.zeros(0), np.zeros(0), "log odds", reason)
