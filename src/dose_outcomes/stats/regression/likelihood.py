"""The binomial log-likelihood from counts by pattern, its maximum by Newton steps, with Firth's penalty or without."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from dose_outcomes.stats.result import FloatArray, IntArray

MAXIMUM_STEPS = 200
STEP_TOLERANCE = 1e-11
"""Newton stops when no linear predictor moves by more than this ..."""
ROUNDING_TOLERANCE = 1e-8
"""... or when it moves by less than this and no longer shrinks: rounding is all that is left."""
LINEAR_PREDICTOR_LIMIT = 30.0
"""Beyond it a fitted probability is 0 or 1 to 13 digits: the likelihood is running away."""


@dataclass(frozen=True, slots=True)
class Maximum:
    """Where the (penalised) log-likelihood is largest over the free coefficients.

    Attributes
    ----------
    coefficients : ndarray, shape (columns,)
        Free ones at the maximum, the others as given.
    information : ndarray, shape (columns, columns)
        Fisher information of all coefficients at this point.
    fitted : ndarray, shape (patterns,)
        Probabilities of the event.
    log_likelihood : float
        Of patients (no binomial coefficients), penalty included when there is one.
    converged : bool
        False when the steps did not come to rest or a linear predictor ran away.
    """

    coefficients: FloatArray
    information: FloatArray
    fitted: FloatArray
    log_likelihood: float
    converged: bool


def maximise(
    design: FloatArray,
    events: FloatArray,
    n: FloatArray,
    *,
    offset: FloatArray | float = 0.0,
    free: IntArray | None = None,
    start: FloatArray | None = None,
    firth: bool = False,
) -> Maximum:
    """Maximise the binomial log-likelihood sum x log p + (n - x) log(1 - p), logit p = offset + design b.

    Fisher scoring, steps halved where needed. Firth's penalty adds log det(information) / 2, whose gradient is
    that of half an event and half a non-event shared out over patients by their leverage.

    Parameters
    ----------
    design : ndarray, shape (patterns, columns)
        Full column rank.
    events, n : ndarray, shape (patterns,)
        Patients with the event, and patients.
    offset : ndarray or float
        Fixed part of the log-odds.
    free : ndarray of int, optional
        Columns to maximise over; all by default. The penalty is always that of all columns.
    start : ndarray, shape (columns,), optional
        First values, and the values of columns that are not free.
    firth : bool
        With the penalty.
    """
    free = np.arange(design.shape[1]) if free is None else free
    beta = np.zeros(design.shape[1]) if start is None else start.copy()
    point = _Point(design, events, n, offset, beta, firth)
    settled, previous_move = len(free) == 0, np.inf
    for _ in range(MAXIMUM_STEPS):
        if settled or point.runs_away:
            break
        step = np.zeros_like(beta)
        try:
            step[free] = np.linalg.solve(point.curvature[np.ix_(free, free)], point.score[free])
        except np.linalg.LinAlgError:
            break
        following = _Point(design, events, n, offset, point.beta + step, firth)
        halvings = 0
        # a rounding error's worth of loss is no reason to halve: at the maximum the likelihood is flat
        allowed = 1e-12 * (1.0 + abs(point.log_likelihood))
        while not following.log_likelihood >= point.log_likelihood - allowed and halvings < 40:
            step /= 2.0
            halvings += 1
            following = _Point(design, events, n, offset, point.beta + step, firth)
        move = float(np.abs(design @ step)[n > 0].max(initial=0.0))
        settled = move <= STEP_TOLERANCE or (move <= ROUNDING_TOLERANCE and move > previous_move / 2.0)
        point, previous_move = following, move
    return Maximum(point.beta, point.information, point.fitted, point.log_likelihood, settled and not point.runs_away)


class _Point:
    """Log-likelihood, score and information at one value of the coefficients."""

    def __init__(
        self,
        design: FloatArray,
        events: FloatArray,
        n: FloatArray,
        offset: FloatArray | float,
        beta: FloatArray,
        firth: bool,
    ) -> None:
        self.beta = beta
        linear = design @ beta + offset
        self.fitted: FloatArray = expit(linear)
        self.runs_away = bool(np.abs(linear[n > 0]).max(initial=0.0) > LINEAR_PREDICTOR_LIMIT)
        weight = n * self.fitted * expit(-linear)
        self.information: FloatArray = (design * weight[:, None]).T @ design
        self.curvature = self.information  # what a step divides by
        residual = events - n * self.fitted
        # log p = -log(1 + exp(-linear)), never the logarithm of a probability rounded to 0
        self.log_likelihood = float(-events @ np.logaddexp(0.0, -linear) - (n - events) @ np.logaddexp(0.0, linear))
        if firth:
            sign, log_determinant = np.linalg.slogdet(self.information)
            self.log_likelihood += 0.5 * float(log_determinant) if sign > 0 else -np.inf
            if sign > 0:
                leverage = weight * np.einsum("ij,ij->i", design, np.linalg.solve(self.information, design.T).T)
                residual = residual + leverage * (0.5 - self.fitted)
                # the penalised score is that of leverage/2 more events among leverage more patients; without
                # them in the curvature a step overshoots in small samples
                added = leverage * self.fitted * expit(-linear)
                self.curvature = self.information + (design * added[:, None]).T @ design
        self.score: FloatArray = residual @ design


def score_covariance(design: FloatArray, events: FloatArray, n: FloatArray, fitted: FloatArray) -> FloatArray:
    """Sum over patients of the outer product of their scores: the middle of the sandwich.

    A pattern holds two kinds of patients, with residual 1 - p and -p; treating the pattern as one
    observation would let their residuals cancel.

    >>> import numpy as np
    >>> score_covariance(np.ones((1, 1)), np.array([2.0]), np.array([4.0]), np.array([0.5]))
    array([[1.]])
    """
    squares = events * (1.0 - fitted) ** 2 + (n - events) * fitted**2
    middle: FloatArray = (design * squares[:, None]).T @ design
    return middle


def inverse(matrix: FloatArray) -> FloatArray:
    """Inverse of a symmetric positive definite matrix, exactly symmetric."""
    result = np.linalg.inv(matrix)
    return np.asarray((result + result.T) / 2.0, dtype=np.float64)
