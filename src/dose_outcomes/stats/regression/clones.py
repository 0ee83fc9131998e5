"""Clones of patients under a dosing strategy, and the weights of those who still follow it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.arguments import check_array
from dose_outcomes.stats.result import FloatArray


@dataclass(frozen=True, slots=True)
class Clones:
    """Patients, or their clones under one strategy, one row per pattern.

    Attributes
    ----------
    day : ndarray, days since time zero
        End of follow-up, or the day the clone left the strategy.
    event : ndarray of bool
        Whether it ended with the event.
    reach_day : ndarray, days since time zero
        First day at the target dose; infinite when never.
    stratum : ndarray
        Baseline stratum.
    n : ndarray
        Patients.
    artificial : ndarray of bool
        Whether it ended because the clone left the strategy.
    """

    day: FloatArray
    event: NDArray[np.bool_]
    reach_day: FloatArray
    stratum: FloatArray
    n: FloatArray
    artificial: NDArray[np.bool_]


def check_table(day: ArrayLike, event: ArrayLike, reach_day: ArrayLike, stratum: ArrayLike, n: ArrayLike) -> Clones:
    """Return checked columns as a table in which nobody has left a strategy yet."""
    patients = check_array("n", n, at_least=0, whole=True)
    same = ("n", patients)
    reach = np.asarray(reach_day, dtype=np.float64)
    finite = np.where(np.isposinf(reach), 0.0, reach)  # never reached is legal, and the only infinite value
    check_array("reach_day", finite, at_least=0, same_length_as=same)
    with_event = check_array("event", event, at_least=0, at_most=1, whole=True, same_length_as=same) > 0
    if not patients.any():
        raise ArgumentError("n must hold at least one patient; received none")
    return Clones(
        check_array("day", day, at_least=0, same_length_as=same),
        with_event,
        reach,
        check_array("stratum", stratum, whole=True, same_length_as=same),
        patients,
        np.zeros(len(patients), dtype=np.bool_),
    )


def clone(table: Clones, grace: float, reach: bool) -> Clones:
    """Clones of all patients under "target reached by day `grace`" (`reach`) or "not reached by then".

    >>> import numpy as np
    >>> table = check_table([20, 30], [1, 0], [5, np.inf], [0, 0], [1, 1])
    >>> clone(table, 10, True).day.tolist(), clone(table, 10, False).day.tolist()
    ([20.0, 10.0], [5.0, 30.0])
    """
    late = table.reach_day > grace
    leaves = np.where(late, grace, np.inf) if reach else np.where(late, np.inf, table.reach_day)
    artificial = table.day > leaves
    return replace(
        table, day=np.where(artificial, leaves, table.day), event=table.event & ~artificial, artificial=artificial
    )


@dataclass(frozen=True, slots=True)
class FollowingProbability:
    """Kaplan-Meier estimate of still following the strategy, in one baseline stratum.

    Attributes
    ----------
    leave_day : ndarray
        Days on which clones leave the strategy.
    probability : ndarray, one longer
        Of following it until just after each of these days, after a first 1.
    """

    leave_day: FloatArray
    probability: FloatArray

    def weight(self, days: FloatArray) -> FloatArray:
        """One over the probability of following the strategy until just before each day."""
        before = self.probability[np.searchsorted(self.leave_day, days, side="left")]
        with np.errstate(divide="ignore"):
            result: FloatArray = 1.0 / before  # infinite only where nobody is left to carry it
        return result


def following_probability(
    day: FloatArray, event: NDArray[np.bool_], artificial: NDArray[np.bool_], n: FloatArray
) -> FollowingProbability:
    """Estimate it from the clones of one stratum.

    Events of a day come first, so who has one cannot leave the strategy on that day.
    """
    leave_day = np.unique(day[artificial])
    leaving = number_on(day[artificial], n[artificial], leave_day)
    could_leave = number_from(day[~event], n[~event], leave_day) + number_after(day[event], n[event], leave_day)
    return FollowingProbability(leave_day, np.concatenate([[1.0], np.cumprod(1.0 - leaving / could_leave)]))


def number_from(day: FloatArray, n: FloatArray, days: FloatArray) -> FloatArray:
    """Patients whose day is not before each of `days`."""
    return _beyond(day, n, days, "left")


def number_after(day: FloatArray, n: FloatArray, days: FloatArray) -> FloatArray:
    """Patients whose day is after each of `days`."""
    return _beyond(day, n, days, "right")


def number_on(day: FloatArray, n: FloatArray, days: FloatArray) -> FloatArray:
    """Patients whose day is each of `days`."""
    return number_from(day, n, days) - number_after(day, n, days)


def _beyond(day: FloatArray, n: FloatArray, days: FloatArray, side: str) -> FloatArray:
    order = np.argsort(day, kind="stable")
    total = np.concatenate([[0.0], np.cumsum(n[order])])
    positions = np.searchsorted(day[order], days, side="left" if side == "left" else "right")
    result: FloatArray = total[-1] - total[positions]
    return result
