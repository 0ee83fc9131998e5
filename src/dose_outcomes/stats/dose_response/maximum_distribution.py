"""Distribution of the largest of several correlated normal or t statistics, by deterministic integration."""

from __future__ import annotations

from functools import lru_cache
from math import inf

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, fdtrc, ndtri

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.arguments import check_array, check_number
from dose_outcomes.stats.result import FloatArray

DIRECTIONS = 1 << 16
"""Integration points; the error of a tail probability is below 1e-3 of it, mostly near 1e-4."""


def maximum_tail(
    value: float, correlation: ArrayLike, *, degrees_of_freedom: float = inf, two_sided: bool = False
) -> float:
    """P(max_j T_j > value) for standard normal or central t statistics with this correlation.

    With T = B g / s, B B' the correlation and g standard normal in r = rank dimensions, write g as length
    times direction u: given u, max T = R max_j b_j'u with R^2 / r ~ F(r, df) (or R^2 ~ chi-square), whose
    tail is known. Only the direction is averaged, over fixed points on the sphere: no random number, and
    small probabilities keep their digits.

    Parameters
    ----------
    value : float
        Threshold.
    correlation : array_like, shape (statistics, statistics)
        May be singular, as it is with more contrasts than doses.
    degrees_of_freedom : float
        Of the common variance estimate; infinite for normal statistics.
    two_sided : bool
        max |T_j| instead.

    Returns
    -------
    float

    Raises
    ------
    ArgumentError
        If the correlation matrix is none.

    References
    ----------
    Genz A, Bretz F (2009). Computation of multivariate normal and t probabilities, ch. 4. Springer.

    Examples
    --------
    Two independent normal statistics: 1 - 0.975^2.

    >>> round(maximum_tail(1.959964, [[1, 0], [0, 1]]), 6), round(1 - 0.975 ** 2, 6)
    (0.049375, 0.049375)
    """
    check_number("value", value)
    largest, rank = _largest_projection(_check_correlation(correlation), two_sided)
    return _tail(value, largest, rank, _check_degrees(degrees_of_freedom))


def critical_value(
    alpha: float, correlation: ArrayLike, *, degrees_of_freedom: float = inf, two_sided: bool = False
) -> float:
    """Value that the largest statistic exceeds with probability `alpha` when nothing is going on.

    Parameters
    ----------
    alpha : float
        Error probability of the family.
    correlation, degrees_of_freedom, two_sided
        As for `maximum_tail`.

    Returns
    -------
    float

    Raises
    ------
    ArgumentError
        If `alpha` is outside (0, 1) or the correlation matrix is none.

    Examples
    --------
    >>> round(critical_value(0.049375, [[1, 0], [0, 1]]), 4)
    1.96
    """
    from scipy.optimize import brentq

    check_number("alpha", alpha, above=0, below=1)
    largest, rank = _largest_projection(_check_correlation(correlation), two_sided)
    freedom = _check_degrees(degrees_of_freedom)

    def excess(value: float) -> float:
        return _tail(value, largest, rank, freedom) - alpha

    low, high = -1.0, 1.0
    while excess(low) < 0.0:
        low *= 2.0
    while excess(high) > 0.0:
        high *= 2.0
    return float(brentq(excess, low, high, xtol=1e-10))


def _check_correlation(correlation: ArrayLike) -> FloatArray:
    matrix = check_array("correlation", correlation, dimensions=2, at_least=-1.0 - 1e-9, at_most=1.0 + 1e-9)
    square = matrix.shape[0] == matrix.shape[1] > 0
    if not square or not np.allclose(matrix, matrix.T, atol=1e-9) or not np.allclose(np.diag(matrix), 1.0, atol=1e-9):
        raise ArgumentError(
            f"correlation must be square and symmetric with ones on its diagonal; received shape {matrix.shape}"
        )
    return matrix


def _check_degrees(degrees_of_freedom: float) -> float:
    if degrees_of_freedom == inf:
        return inf
    return check_number("degrees_of_freedom", degrees_of_freedom, above=0)


def _largest_projection(correlation: FloatArray, two_sided: bool) -> tuple[FloatArray, int]:
    values, vectors = np.linalg.eigh(correlation)
    kept = values > 1e-10 * values[-1]
    roots = vectors[:, kept] * np.sqrt(values[kept])
    rank = int(kept.sum())
    projections = _directions(rank) @ roots.T
    # each direction also stands for its opposite
    if two_sided:
        return np.abs(projections).max(axis=1), rank
    return np.concatenate([projections.max(axis=1), -projections.min(axis=1)]), rank


def _tail(value: float, largest: FloatArray, rank: int, degrees_of_freedom: float) -> float:
    def length_beyond(radius: FloatArray) -> FloatArray:
        square = radius**2
        result: FloatArray = (
            chdtrc(rank, square) if degrees_of_freedom == inf else fdtrc(rank, degrees_of_freedom, square / rank)
        )
        return result

    if value >= 0.0:
        upward = largest > 0.0
        return float(length_beyond(value / largest[upward]).sum() / len(largest))
    downward = largest < 0.0  # only there can all statistics be below a negative value
    return 1.0 - float(length_beyond(value / largest[downward]).sum() / len(largest))


@lru_cache(maxsize=8)
def _directions(rank: int) -> FloatArray:
    """Points spread evenly over half of the unit sphere (with their opposites, the whole)."""
    if rank == 1:
        return np.ones((1, 1))
    if rank == 2:
        angle = np.pi * (np.arange(DIRECTIONS) + 0.5) / DIRECTIONS
        return np.column_stack([np.cos(angle), np.sin(angle)])
    # additive recurrence with powers of the root of x^(rank + 1) = x + 1: the plastic number for 2
    root = 2.0
    for _ in range(60):
        root = (1.0 + root) ** (1.0 / (rank + 1))
    steps = np.arange(1, DIRECTIONS + 1)[:, None] * root ** -np.arange(1, rank + 1)
    normal = ndtri((0.5 + steps) % 1.0)
    unit: FloatArray = normal / np.sqrt((normal**2).sum(axis=1, keepdims=True))
    return unit
