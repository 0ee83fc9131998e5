"""Who is at risk on each day, from counts of those who leave (and enter) on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.arguments import check_array
from dose_outcomes.stats.result import FloatArray


@dataclass(frozen=True, slots=True)
class RiskSet:
    """Counts by day, days increasing and distinct.

    Attributes
    ----------
    day : ndarray, shape (k,)
        Days on which an event or a censoring happens.
    at_risk : ndarray, shape (k,)
        Number under observation and free of the event just before the day.
    events : ndarray, shape (k,)
        Number with the event on the day.
    censored : ndarray, shape (k,)
        Number whose observation ends on the day, after the events of that day.
    total : float
        Number of patients (sum of weights).
    """

    day: FloatArray
    at_risk: FloatArray
    events: FloatArray
    censored: FloatArray
    total: float

    @property
    def at_risk_after(self) -> FloatArray:
        """Number at risk just before the next listed day; 0 after the last."""
        return np.append(self.at_risk[1:], 0.0)


def risk_set(day: ArrayLike, events: ArrayLike, censored: ArrayLike, *, entered: ArrayLike | None = None) -> RiskSet:
    r"""Count those at risk just before each day.

    .. math:: Y(t) = \#\{\text{entry} < t\} - \#\{\text{exit} < t\}

    A patient is at risk on (entry, day]: who enters on day 10 can have an event from day 11 on. Without
    `entered` everybody is at risk from the start, day 0 included, and :math:`Y` is the reverse
    cumulative sum of events and censorings.

    Parameters
    ----------
    day : array_like, shape (m,)
        Days since time zero, in any order; a day may repeat (its counts add up).
    events, censored : array_like, shape (m,)
        Numbers (or sums of weights) leaving on the day by the event, or by the end of observation.
    entered : array_like, shape (m,), optional
        Numbers entering on the day (delayed entry, left truncation). Their sum equals that of all leaving.

    Returns
    -------
    RiskSet

    Raises
    ------
    ArgumentError
        For arrays of unequal length, negative counts, a negative day without `entered`, or counts by which
        more patients leave than have entered.

    Examples
    --------
    >>> counts = risk_set([3, 5, 3], events=[2, 1, 0], censored=[0, 1, 1])
    >>> counts.day, counts.at_risk, counts.events, counts.censored
    (array([3., 5.]), array([5., 2.]), array([2., 1.]), array([1., 1.]))
    """
    days = check_array("day", day, at_least=0.0 if entered is None else None)
    event_counts = check_array("events", events, at_least=0.0, same_length_as=("day", days))
    censored_counts = check_array("censored", censored, at_least=0.0, same_length_as=("day", days))
    grid, index = np.unique(days, return_inverse=True)
    d: FloatArray = np.bincount(index, event_counts, len(grid)).astype(np.float64)
    c: FloatArray = np.bincount(index, censored_counts, len(grid)).astype(np.float64)
    left = d + c
    total = float(left.sum())
    if entered is None:
        at_risk = np.cumsum(left[::-1])[::-1]
    else:
        entries = check_array("entered", entered, at_least=0.0, same_length_as=("day", days))
        came = np.bincount(index, entries, len(grid))
        slack = 1e-9 * max(total, 1.0)
        if abs(came.sum() - total) > slack:
            raise ArgumentError(
                f"entered must add up to the number of events and censored together ({total:g}); "
                f"received {came.sum():g}"
            )
        at_risk = np.cumsum(came) - came - (np.cumsum(left) - left)
        if (at_risk < left - slack).any():
            first = grid[at_risk < left - slack][0]
            raise ArgumentError(
                f"entered must precede the day of leaving (at risk on (entry, day]); "
                f"received more leaving on day {first:g} than are at risk"
            )
        # Sums of weights leave rounding dust where the risk set is exactly as large as those who leave.
        at_risk = np.where(np.abs(at_risk - left) <= slack, left, at_risk)
    keep = left > 0
    return RiskSet(grid[keep], at_risk[keep], d[keep], c[keep], total)
