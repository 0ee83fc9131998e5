"""Recurrent events: the mean cumulative count per patient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.arguments import check_array, check_level
from dose_outcomes.stats.result import FloatArray, IntArray

NO_EVENT_YET = "no event by some of the days: the upper limit is undefined there"


@dataclass(frozen=True, slots=True)
class MeanCumulativeCount:
    """Mean number of events per patient by day.

    Attributes
    ----------
    day : ndarray, shape (k,)
        Days, increasing.
    at_risk, events : ndarray, shape (k,)
        Patients under observation on the day, and events on it.
    estimate, standard_error : ndarray, shape (k,)
        Mean number of events up to and on the day.
    low, high : ndarray, shape (k,)
        Limits, multiplicative about the estimate so that they stay positive. Where there is no event yet the lower
        one is 0 and the upper one NaN.
    level : float
        Confidence level.
    method : str
        Estimator and variance in words.
    note : str
        Where the upper limit is NaN.
    """

    day: FloatArray
    at_risk: FloatArray
    events: FloatArray
    estimate: FloatArray
    standard_error: FloatArray
    low: FloatArray
    high: FloatArray
    level: float
    method: str
    note: str = ""


def mean_cumulative_count(
    day: ArrayLike, at_risk: ArrayLike, events: ArrayLike, *, level: float = 0.95
) -> MeanCumulativeCount:
    """Mean cumulative count (Nelson's mean cumulative function) with Poisson variance.

    M(t) = sum over days u <= t of dN(u)/n(u); its variance is sum dN(u)/n(u)^2 if the events of a patient are
    independent. They seldom are: the robust variance of `mean_cumulative_count_robust` needs no such assumption.

    Parameters
    ----------
    day : array_like, shape (k,)
        Days, increasing.
    at_risk, events : array_like, shape (k,)
        Patients under observation on the day, and events on it; a patient may have several on one day.
    level : float
        Confidence level.

    Returns
    -------
    MeanCumulativeCount
        One entry a day.

    Raises
    ------
    ArgumentError
        If lengths differ, days do not increase, a number is negative, or events happened with nobody at risk.

    References
    ----------
    Nelson WB (2003). Recurrent events data analysis for product repairs, disease recurrences, and other
    applications. SIAM.

    Examples
    --------
    2 events among 10, then 3 among 5.

    >>> curve = mean_cumulative_count([7, 14], [10, 5], [2, 3])
    >>> curve.estimate.round(6).tolist(), (curve.standard_error**2).round(6).tolist()
    ([0.2, 0.8], [0.02, 0.14])
    """
    level = check_level(level)
    day = check_array("day", day)
    if np.any(np.diff(day) <= 0):
        raise ArgumentError("day must increase")
    at_risk = check_array("at_risk", at_risk, at_least=0, same_length_as=("day", day))
    events = check_array("events", events, at_least=0, same_length_as=("day", day))
    increment, variance = _increments(at_risk, events)
    return count_curve(
        day, at_risk, events, np.cumsum(increment), np.sqrt(np.cumsum(variance)), level, "Poisson variance"
    )


def mean_cumulative_count_robust(
    subject: ArrayLike,
    start: ArrayLike,
    stop: ArrayLike,
    events: ArrayLike,
    *,
    at: ArrayLike | None = None,
    level: float = 0.95,
) -> MeanCumulativeCount:
    """Mean cumulative count with the robust variance of Lawless and Nadeau.

    The variance at t is the sum over patients of the square of
    sum over u <= t of Y(u)/n(u) (own events on u - dN(u)/n(u)), Y the patient being under observation. It holds
    when the events of a patient depend on each other.

    Parameters
    ----------
    subject : array_like, shape (r,)
        Number, from 0, of the patient a row belongs to.
    start, stop : array_like, shape (r,)
        The row covers the days after `start` up to and on `stop`. Rows of a patient must not overlap; one
        with start = stop only adds events to its day.
    events : array_like, shape (r,)
        Events on the stop day.
    at : array_like, shape (k,), optional
        Days, increasing, for which to return values; every day with an event by default.
    level : float
        Confidence level.

    Returns
    -------
    MeanCumulativeCount
        `at_risk` and `events` are those of the days returned.

    Raises
    ------
    ArgumentError
        If lengths differ, rows of a patient overlap, an event happened with nobody at risk, or a row ends before
        it starts.

    References
    ----------
    Lawless JF, Nadeau C (1995). Some simple robust methods for the analysis of recurrent events.
    Technometrics 37:158-168.

    Examples
    --------
    Two patients for 10 days, one with two events on day 4: M = 1, residuals 1/2 (2 - 1) and 1/2 (0 - 1).

    >>> curve = mean_cumulative_count_robust([0, 0, 1], [0, 4, 0], [4, 10, 10], [2, 0, 0])
    >>> curve.estimate.tolist(), (curve.standard_error**2).round(6).tolist()
    ([1.0], [0.5])
    """
    level = check_level(level)
    number, start, stop, events = _check_rows(subject, start, stop, events)
    event_day = np.unique(stop[events > 0])
    on_day = np.searchsorted(event_day, stop[events > 0])
    day_events = np.bincount(on_day, weights=events[events > 0], minlength=len(event_day)).astype(np.float64)
    at_risk = _at_risk(start, stop, event_day)
    increment, expected = _increments(at_risk, day_events)
    cumulative, compensator = (np.concatenate(([0.0], np.cumsum(values))) for values in (increment, expected))
    own = np.zeros(len(stop))
    own[events > 0] = events[events > 0] / at_risk[on_day]
    # H(u) is the compensator up to and on day u; a row that covers (start, stop] takes H(stop) - H(start) of it.
    start_index, stop_index = (np.searchsorted(event_day, edge, side="right") for edge in (start, stop))
    days = event_day if at is None else check_array("at", at)
    if np.any(np.diff(days) <= 0):
        raise ArgumentError("at must increase")
    reached = np.searchsorted(event_day, days, side="right")
    variance = np.zeros(len(days))
    for place, (day, index) in enumerate(zip(days, reached, strict=True)):
        taken = compensator[np.minimum(stop_index, index)] - compensator[np.minimum(start_index, index)]
        residual = np.bincount(number, weights=np.where(stop <= day, own, 0.0) - taken)
        variance[place] = residual @ residual
    events_then = np.zeros(len(days))
    same_day = np.isin(days, event_day)
    events_then[same_day] = day_events[np.searchsorted(event_day, days[same_day])]
    return count_curve(
        days,
        _at_risk(start, stop, days),
        events_then,
        cumulative[reached],
        np.sqrt(variance),
        level,
        "Lawless-Nadeau robust variance",
    )


def risk_table(start: ArrayLike, stop: ArrayLike, events: ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Days with an event, patients under observation on them, events on them, from rows (start, stop].

    Parameters
    ----------
    start, stop : array_like, shape (r,)
        The row covers the days after `start` up to and on `stop`; one with start = stop only adds events.
    events : array_like, shape (r,)
        Events on the stop day.

    Returns
    -------
    day, at_risk, events : ndarray, shape (k,)
        What `mean_cumulative_count` takes.

    Raises
    ------
    ArgumentError
        If lengths differ, a number is negative, or a row ends before it starts.

    Examples
    --------
    >>> [column.tolist() for column in risk_table([0, 4, 0], [4, 10, 10], [2, 0, 1])]
    [[4.0, 10.0], [2.0, 2.0], [2.0, 1.0]]
    """
    _, start, stop, events = _check_rows(np.arange(len(np.atleast_1d(start))), start, stop, events)
    day, on_day = np.unique(stop[events > 0], return_inverse=True)
    return day, _at_risk(start, stop, day), np.bincount(on_day, weights=events[events > 0]).astype(np.float64)


def _check_rows(
    subject: ArrayLike, start: ArrayLike, stop: ArrayLike, events: ArrayLike
) -> tuple[IntArray, FloatArray, FloatArray, FloatArray]:
    number = check_array("subject", subject, at_least=0, whole=True).astype(np.int64)
    start = check_array("start", start, same_length_as=("subject", number))
    stop = check_array("stop", stop, same_length_as=("subject", number))
    events = check_array("events", events, at_least=0, whole=True, same_length_as=("subject", number))
    check_array("stop - start", stop - start, at_least=0)
    order = np.lexsort((stop, start, number))
    same = np.diff(number[order]) == 0
    if np.any(same & (start[order][1:] < stop[order][:-1])):
        raise ArgumentError("rows of a subject must not overlap")
    return number, start, stop, events


def _at_risk(start: FloatArray, stop: FloatArray, day: FloatArray) -> FloatArray:
    covers = start < stop
    begun = np.searchsorted(np.sort(start[covers]), day, side="left")
    ended = np.searchsorted(np.sort(stop[covers]), day, side="left")
    return (begun - ended).astype(np.float64)


def _increments(at_risk: FloatArray, events: FloatArray) -> tuple[FloatArray, FloatArray]:
    """dN/n and dN/n^2 by day."""
    check_array("at_risk on days with events", at_risk[events > 0], above=0)
    n = np.where(at_risk > 0, at_risk, 1.0)
    return events / n, events / n**2


def count_curve(
    day: FloatArray,
    at_risk: FloatArray,
    events: FloatArray,
    estimate: FloatArray,
    error: FloatArray,
    level: float,
    variance: str,
) -> MeanCumulativeCount:
    """Return the mean cumulative count with limits M exp(-+ z se/M) about its values."""
    z = -float(ndtri((1.0 - level) / 2.0))
    some = estimate > 0
    factor = np.exp(z * np.divide(error, estimate, out=np.zeros_like(error), where=some))
    return MeanCumulativeCount(
        day,
        at_risk,
        events,
        estimate,
        error,
        np.where(some, estimate / factor, 0.0),
        np.where(some, estimate * factor, np.nan),
        level,
        f"mean cumulative count with {variance} and log interval",
        "" if some.all() else NO_EVENT_YET,
    )
