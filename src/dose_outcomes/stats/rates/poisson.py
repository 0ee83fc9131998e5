"""Poisson regression of events on person time, from counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri, xlogy

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.arguments import check_array, check_level
from dose_outcomes.stats.result import FloatArray

BoolArray = NDArray[np.bool_]

MOST_STEPS = 50
CONVERGED = 1e-10
"""Largest step of a coefficient at convergence. Steps shrink quadratically, so the last one is far smaller."""
VANISHED = 1e-6
"""Fitted events of a pattern below this are on their way to 0."""
STILL_MOVING = 0.1
"""A coefficient without a finite estimate moves by about 1 a step for ever, the others have long stopped."""


@dataclass(frozen=True, slots=True)
class PoissonRegression:
    """A fitted log-linear model of rates.

    Attributes
    ----------
    coefficients, standard_errors, low, high : ndarray, shape (p,)
        Log rate ratios with their Wald limits. A coefficient that patterns without events drive to -inf or inf,
        or leave undefined (NaN, an array cannot hold None), has infinite standard error and limits; `note`
        names it.
    covariance : ndarray, shape (p, p)
        Inverse information; infinite on the diagonal of coefficients that are not finite, zero beside it.
    deviance : float
        Of the rows as given: it depends on how they were summed up, the coefficients do not.
    events, person_time : float
        Totals.
    steps : int
        Newton steps taken.
    level : float
        Confidence level.
    method : str
        Model in words.
    note : str
        Warnings; empty when there is nothing to say.
    """

    coefficients: FloatArray
    standard_errors: FloatArray
    low: FloatArray
    high: FloatArray
    covariance: FloatArray
    deviance: float
    events: float
    person_time: float
    steps: int
    level: float
    method: str
    note: str = ""


def poisson_regression(
    design: ArrayLike, events: ArrayLike, person_time: ArrayLike, *, level: float = 0.95
) -> PoissonRegression:
    """Poisson regression with person time as offset: log E[events] = log(person time) + design @ coefficients.

    Iteratively reweighted least squares, which for this model are Newton steps.

    Parameters
    ----------
    design : array_like, shape (k, p)
        One row a pattern of covariates, with a column of ones where an intercept is wanted.
    events : array_like, shape (k,)
        Number of events of the pattern.
    person_time : array_like, shape (k,)
        Its time at risk, in days or any unit. Rows with neither time nor events are ignored.
    level : float
        Confidence level of the Wald limits of the coefficients.

    Returns
    -------
    PoissonRegression
        Coefficients are logarithms of rates (intercept) and of rate ratios.

    Raises
    ------
    ArgumentError
        If lengths differ, a number is negative, events happened in no person time, there is no person time at all,
        or columns of the design depend on each other.

    References
    ----------
    McCullagh P, Nelder JA (1989). Generalized linear models, 2nd ed., section 6.3. Chapman and Hall.

    Examples
    --------
    10 events in 100 days against 30 in 100: rates 0.1 and 0.3, log ratio with variance 1/10 + 1/30.

    >>> fit = poisson_regression([[1, 0], [1, 1]], [10, 30], [100, 100])
    >>> np.exp(fit.coefficients).round(6).tolist(), (fit.standard_errors**2).round(6).tolist()
    ([0.1, 3.0], [0.1, 0.133333])
    """
    level = check_level(level)
    x, y, time = _checked(design, events, person_time)
    coefficients, step, steps, mean = _newton(x, y, time)
    moving = np.abs(step) > STILL_MOVING
    note = ""
    if moving.any():
        unknown = ~_identified(x[mean > VANISHED])
        names = ", ".join(str(column) for column in np.flatnonzero(unknown))
        note = f"columns {names} have no finite coefficient: patterns without events decide on it"
    else:
        unknown = moving
        if np.abs(step).max() > CONVERGED * (1.0 + np.abs(coefficients).max()):
            note = f"not converged after {MOST_STEPS} steps"
    covariance: FloatArray = np.asarray(
        np.linalg.pinv((x * mean[:, np.newaxis]).T @ x, hermitian=True), dtype=np.float64
    )
    covariance[unknown, :] = 0.0
    covariance[:, unknown] = 0.0
    covariance[unknown, unknown] = np.inf
    errors = np.sqrt(np.diag(covariance))
    half = -float(ndtri((1.0 - level) / 2.0)) * errors
    centre = np.where(unknown, 0.0, coefficients)
    coefficients = np.where(unknown, np.where(moving, np.copysign(np.inf, step), np.nan), coefficients)
    return PoissonRegression(
        coefficients,
        errors,
        centre - half,
        centre + half,
        covariance,
        max(0.0, 2.0 * float((xlogy(y, y) - xlogy(y, mean) - (y - mean)).sum())),
        float(y.sum()),
        float(time.sum()),
        steps,
        level,
        "Poisson regression with log person time as offset",
        note,
    )


def _checked(design: ArrayLike, events: ArrayLike, person_time: ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
    x = check_array("design", design, dimensions=2)
    y = check_array("events", events, at_least=0, same_length_as=("design", x))
    time = check_array("person_time", person_time, at_least=0, same_length_as=("design", x))
    check_array("person_time of rows with events", time[y > 0], above=0)
    x, y, time = x[time > 0], y[time > 0], time[time > 0]
    if not len(x):
        raise ArgumentError("person_time must be positive in at least one row; received none")
    rank = int(np.linalg.matrix_rank(x))
    if rank < x.shape[1]:
        raise ArgumentError(
            f"design must have columns that do not depend on each other; received {x.shape[1]} columns of rank {rank}"
        )
    return x, y, time


def _newton(x: FloatArray, y: FloatArray, time: FloatArray) -> tuple[FloatArray, FloatArray, int, FloatArray]:
    """Coefficients, last step, number of steps, fitted events."""
    coefficients: FloatArray = np.zeros(x.shape[1])
    step: FloatArray = np.full(x.shape[1], np.inf)
    steps = 0
    log_time = np.log(time)
    mean = y + 0.1
    working = np.log(mean) - log_time + (y - mean) / mean
    while steps < MOST_STEPS and np.abs(step).max() > CONVERGED * (1.0 + np.abs(coefficients).max()):
        root = np.sqrt(mean)
        new = np.asarray(np.linalg.lstsq(x * root[:, np.newaxis], root * working)[0], dtype=np.float64)
        step, coefficients, steps = new - coefficients, new, steps + 1
        linear = x @ coefficients
        mean = np.exp(linear + log_time)
        working = linear + y / mean - 1.0
    return coefficients, step, steps, mean


def _identified(x: FloatArray) -> BoolArray:
    """Whether each coefficient is determined by these rows: its unit vector lies in their span."""
    basis = np.linalg.pinv(x) @ x
    return np.asarray(np.abs(np.diag(basis) - 1.0) < 1e-8)
