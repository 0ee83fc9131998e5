"""Mean cumulative count with the robust variance, from counts of patients, events and pairs of events."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.arguments import check_array, check_level
from dose_outcomes.stats.rates.recurrent import MeanCumulativeCount, count_curve
from dose_outcomes.stats.result import FloatArray


def mean_cumulative_count_of_counts(
    leaving: tuple[ArrayLike, ArrayLike],
    events: tuple[ArrayLike, ArrayLike, ArrayLike],
    pairs: tuple[ArrayLike, ArrayLike, ArrayLike],
    *,
    at: ArrayLike,
    level: float = 0.95,
) -> MeanCumulativeCount:
    r"""Mean cumulative count with the variance of Lawless and Nadeau, of patients followed from day 0.

    With a(u) = 1/n(u), H(t) the sum of dN(u)/n(u)^2 up to t, and x the last day of a patient, the variance at t is

    .. math:: \sum_i \left(\sum_{u \le t} a(u) - H(\min(x_i, t))\right)^2,

    the inner sum over the patient's own events. Multiplied out it is

    .. math:: \sum_{u,v \le t} P_{uv} a(u) a(v) - 2 \sum_{u \le t,\, x} E_{ux} a(u) H(\min(x, t))
              + \sum_x L_x H(\min(x, t))^2

    with L the patients leaving, E the events and P the pairs of events of one patient. So sites can add their
    counts, and no patient need be told from another.

    Parameters
    ----------
    leaving : (day, number), arrays of shape (m,)
        Patients by their last day under observation; all are observed from day 0 on. A day may repeat.
    events : (day, last_day, number), arrays of shape (k,)
        Events by their day and the last day of their patient.
    pairs : (day, other_day, number), arrays of shape (p,)
        Ordered pairs of events of one patient, each event also with itself: r events of a patient make r^2.
    at : array_like, shape (h,)
        Days, increasing, for which to return values.
    level : float
        Confidence level.

    Returns
    -------
    MeanCumulativeCount
        `at_risk` are those under observation on the day, `events` those on that very day.

    Raises
    ------
    ArgumentError
        If lengths differ, a number is negative, days do not increase, an event comes after its patient's last day,
        or the pairs of a day are not those of its events.

    References
    ----------
    Lawless JF, Nadeau C (1995). Some simple robust methods for the analysis of recurrent events.
    Technometrics 37:158-168.

    Examples
    --------
    Two patients until day 10, one with two events on day 4: M = 1, variance (1/2 (2 - 1))^2 + (1/2 (0 - 1))^2.

    >>> curve = mean_cumulative_count_of_counts(([10], [2]), ([4], [10], [2]), ([4], [4], [4]), at=[10])
    >>> curve.estimate.tolist(), (curve.standard_error**2).round(6).tolist()
    ([1.0], [0.5])
    """
    level = check_level(level)
    last_day, patients = _columns("leaving", leaving, 2)
    day, exit_day, number = _columns("events", events, 3)
    first, second, together = _columns("pairs", pairs, 3)
    days = check_array("at", at)
    if np.any(np.diff(days) <= 0):
        raise ArgumentError("at must increase")
    check_array("last day - day of events", exit_day - day, at_least=0)
    event_day, on = np.unique(day, return_inverse=True)
    daily: FloatArray = np.bincount(on, number, len(event_day)).astype(np.float64)
    _check_pairs(event_day, daily, first, second, together)
    at_risk = _still_there(last_day, patients, event_day)
    check_array("patients on days with events", at_risk, above=0)
    weight = 1.0 / at_risk
    count = np.concatenate(([0.0], np.cumsum(daily * weight)))
    compensator = np.concatenate(([0.0], np.cumsum(daily * weight**2)))

    def expected(until: FloatArray) -> FloatArray:
        return np.asarray(compensator[np.searchsorted(event_day, until, side="right")], dtype=np.float64)

    variance = np.zeros(len(days))
    for place, horizon in enumerate(days):
        seen = day <= horizon
        both = (first <= horizon) & (second <= horizon)
        own_squares = (
            together[both]
            * weight[np.searchsorted(event_day, first[both])]
            * weight[np.searchsorted(event_day, second[both])]
        ).sum()
        mixed = (number[seen] * weight[on[seen]] * expected(np.minimum(exit_day[seen], horizon))).sum()
        variance[place] = own_squares - 2.0 * mixed + patients @ expected(np.minimum(last_day, horizon)) ** 2
    then = np.array([number[day == horizon].sum() for horizon in days])
    return count_curve(
        days,
        _still_there(last_day, patients, days),
        then,
        np.asarray(count[np.searchsorted(event_day, days, side="right")]),
        np.sqrt(np.maximum(variance, 0.0)),
        level,
        "Lawless-Nadeau robust variance",
    )


def _columns(name: str, columns: tuple[ArrayLike, ...], wanted: int) -> list[FloatArray]:
    if len(columns) != wanted:
        raise ArgumentError(f"{name} must be {wanted} arrays; received {len(columns)}")
    first = check_array(f"{name}: day", columns[0], at_least=0)
    others = [
        check_array(f"{name}: {place}", column, at_least=0, same_length_as=("day", first))
        for place, column in enumerate(columns[1:], start=1)
    ]
    return [first, *others]


def _check_pairs(
    event_day: FloatArray, daily: FloatArray, first: FloatArray, second: FloatArray, together: FloatArray
) -> None:
    """Each event makes a pair with itself, so a day with events has at least as many pairs."""
    same = np.zeros(len(event_day))
    own = first == second
    known = np.isin(first, event_day) & np.isin(second, event_day)
    if not known.all():
        raise ArgumentError("pairs must lie on days with events")
    np.add.at(same, np.searchsorted(event_day, first[own]), together[own])
    if np.any(same < daily):
        raise ArgumentError("pairs must hold each event with itself")


def _still_there(last_day: FloatArray, patients: FloatArray, day: FloatArray) -> FloatArray:
    order = np.argsort(last_day, kind="stable")
    gone = np.concatenate(([0.0], np.cumsum(patients[order])))
    return np.asarray(patients.sum() - gone[np.searchsorted(last_day[order], day, side="left")], dtype=np.float64)
