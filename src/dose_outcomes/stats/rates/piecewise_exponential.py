"""Piecewise exponential model of time to an event: Poisson regression on events and person time by interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.arguments import check_array
from dose_outcomes.stats.rates.poisson import PoissonRegression, poisson_regression
from dose_outcomes.stats.result import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class PiecewiseExponential:
    """A fitted piecewise exponential model.

    Attributes
    ----------
    fit : PoissonRegression
        Coefficients in this order: log rate of the first interval in `intervals`, log rate ratio of each further
        one against it, log rate ratio of each covariate.
    intervals : ndarray, shape (j,)
        Numbers, from 0, of the intervals with person time; the others are not in the model.
    cuts : ndarray
        Days between the intervals.
    """

    fit: PoissonRegression
    intervals: IntArray
    cuts: FloatArray


def person_time_by_interval(
    day: ArrayLike, events: ArrayLike, censored: ArrayLike, *, cuts: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Events and person time in the intervals (0, c1], (c1, c2], ..., (cm, inf).

    Parameters
    ----------
    day : array_like, shape (k,)
        Last day of observation.
    events, censored : array_like, shape (k,)
        Patients who left on that day with and without the event.
    cuts : array_like, shape (m,)
        Days between the intervals, increasing. An event on a cut belongs to the interval that ends there.

    Returns
    -------
    events, person_time : ndarray, shape (k, m + 1)
        Person time in days.

    Raises
    ------
    ArgumentError
        If lengths differ, a number is negative, or the cuts do not increase.

    Examples
    --------
    >>> events, person_time = person_time_by_interval([10, 30], [1, 0], [0, 2], cuts=[10, 20])
    >>> events.tolist(), person_time.tolist()
    ([[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]], [[10.0, 0.0, 0.0], [20.0, 20.0, 20.0]])
    """
    day = check_array("day", day, at_least=0)
    events = check_array("events", events, at_least=0, same_length_as=("day", day))
    censored = check_array("censored", censored, at_least=0, same_length_as=("day", day))
    cuts = check_array("cuts", cuts, above=0)
    if np.any(np.diff(cuts) <= 0):
        raise ArgumentError(f"cuts must increase; received {cuts.tolist()}")
    start = np.concatenate(([0.0], cuts))
    width = np.concatenate((np.diff(start), [np.inf]))
    person_time = (events + censored)[:, np.newaxis] * np.clip(day[:, np.newaxis] - start, 0.0, width)
    in_interval = np.searchsorted(cuts, day, side="left")[:, np.newaxis] == np.arange(len(start))
    return events[:, np.newaxis] * in_interval, person_time


def piecewise_exponential(
    day: ArrayLike,
    events: ArrayLike,
    censored: ArrayLike,
    *,
    cuts: ArrayLike,
    covariates: ArrayLike | None = None,
    summed: bool = True,
    level: float = 0.95,
) -> PiecewiseExponential:
    """Piecewise exponential regression: constant rate within intervals, proportional rates between patterns.

    log rate = intercept + interval + covariates @ b, fitted as a Poisson regression. Person time is linear in the
    day, so counts by pattern, day and status are enough.

    Parameters
    ----------
    day : array_like, shape (k,)
        Last day of observation.
    events, censored : array_like, shape (k,)
        Patients who left on that day with and without the event.
    cuts : array_like, shape (m,)
        Days between the intervals, increasing.
    covariates : array_like, shape (k, q), optional
        Columns of the design, without intercept.
    summed : bool
        Add up rows with the same covariates before the fit. The coefficients are the same, the deviance is not.
    level : float
        Confidence level.

    Returns
    -------
    PiecewiseExponential
        Intervals without person time are left out.

    Raises
    ------
    ArgumentError
        If lengths differ, a number is negative, the cuts do not increase, a pattern has events in an interval
        without person time, or columns depend on each other.

    References
    ----------
    Holford TR (1980). The analysis of rates and of survivorship using log-linear models. Biometrics 36:299-305.

    Examples
    --------
    4 events in 100 days up to day 10, 1 in 50 days after it: rates 0.04 and 0.02.

    >>> model = piecewise_exponential([10, 10, 20], [4, 0, 1], [0, 1, 4], cuts=[10])
    >>> np.exp(model.fit.coefficients).round(6).tolist()
    [0.04, 0.5]
    """
    table, person_time = person_time_by_interval(day, events, censored, cuts=cuts)
    columns = np.empty((len(table), 0)) if covariates is None else check_array("covariates", covariates, dimensions=2)
    if len(columns) != len(table):
        raise ArgumentError(f"covariates must be as long as day ({len(table)} entries); received {len(columns)}")
    if summed:
        columns, pattern = np.unique(columns, axis=0, return_inverse=True)
        table = _sum_rows(table, pattern, len(columns))
        person_time = _sum_rows(person_time, pattern, len(columns))
    intervals = np.flatnonzero(person_time.sum(axis=0) > 0)
    stacked = [
        np.column_stack((np.ones(len(columns)), np.tile(intervals[1:] == interval, (len(columns), 1)), columns))
        for interval in intervals
    ]
    fit = poisson_regression(
        np.concatenate(stacked) if stacked else np.empty((0, 1)),
        table[:, intervals].T.ravel(),
        person_time[:, intervals].T.ravel(),
        level=level,
    )
    return PiecewiseExponential(fit, intervals, np.asarray(cuts, dtype=np.float64))


def _sum_rows(values: FloatArray, group: IntArray, groups: int) -> FloatArray:
    total = np.zeros((groups, values.shape[1]))
    np.add.at(total, group.ravel(), values)
    return total
