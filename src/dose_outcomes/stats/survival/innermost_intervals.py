"""Intervals that can carry mass in the estimate of an interval-censored distribution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.arguments import check_array
from dose_outcomes.stats.result import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class InnermostIntervals:
    """Distinct observations and the innermost intervals each of them covers.

    Attributes
    ----------
    left, right : ndarray, shape (m,)
        Bounds of the innermost intervals, increasing: (left, right], or the single day left = right.
    first, last : ndarray of int, shape (k,)
        Numbers of the first and the last innermost interval within each distinct observation.
    n : ndarray, shape (k,)
        Number of patients with the observation.
    observation : ndarray of int, shape (r,)
        Distinct observation of each entry of the input.
    """

    left: FloatArray
    right: FloatArray
    first: IntArray
    last: IntArray
    n: FloatArray
    observation: IntArray


def check_intervals(
    left: ArrayLike, right: ArrayLike, n: ArrayLike | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the bounds and counts as arrays; `right` may be infinite, nothing else may.

    Raises
    ------
    ArgumentError
        For arrays of unequal length, a left bound above its right one or not finite, or negative counts.
    """
    low = check_array("left", left, at_least=0.0)
    high = np.asarray(right, dtype=np.float64)
    finite = check_array("right", np.where(high == np.inf, 0.0, high), at_least=0.0, same_length_as=("left", low))
    high = np.where(high == np.inf, np.inf, finite)
    if (low > high).any():
        at = int(np.argmax(low > high))
        raise ArgumentError(f"left must be at most right; received left {low[at]:g}, right {high[at]:g}")
    counts = np.ones(len(low)) if n is None else check_array("n", n, at_least=0.0, same_length_as=("left", low))
    return low, high, counts


def innermost_intervals(left: FloatArray, right: FloatArray, n: FloatArray) -> InnermostIntervals:
    """Find the innermost intervals: a left bound followed by a right bound with no other bound between.

    An observation is (left, right], or exactly the day left = right. On one day the order of bounds is: beginning of
    an exact observation, end of any, beginning of (left, right].

    Parameters
    ----------
    left, right, n : ndarray, shape (r,)
        Bounds (days; right infinite where the event was not seen) and numbers of patients.

    Returns
    -------
    InnermostIntervals

    Examples
    --------
    Known to lie in (0, 2], (1, 3] and (2, 4]: only (1, 2] and (2, 3] can carry mass.

    >>> inner = innermost_intervals(np.array([0.0, 1.0, 2.0]), np.array([2.0, 3.0, 4.0]), np.ones(3))
    >>> inner.left, inner.right
    (array([1., 2.]), array([2., 3.]))
    """
    used = n > 0
    pairs, index = np.unique(np.column_stack([left, right])[used], axis=0, return_inverse=True)
    index = index.reshape(-1)
    observation = np.full(len(n), -1, dtype=np.int64)
    observation[used] = index
    low, high = pairs[:, 0], pairs[:, 1]
    exact = low == high
    value = np.concatenate([low, high])
    order_on_day = np.concatenate([np.where(exact, 0, 2), np.ones(len(pairs), dtype=np.int64)])
    order = np.lexsort([order_on_day, value])
    is_left = order < len(pairs)
    inner = np.flatnonzero(is_left[:-1] & ~is_left[1:])
    inner_left, inner_right = value[order[inner]], value[order[inner + 1]]
    # Position of each bound in the common order; an interval covers the innermost ones between its bounds.
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = _ranks(value[order], order_on_day[order])
    inner_rank_left, inner_rank_right = rank[order[inner]], rank[order[inner + 1]]
    first = np.searchsorted(inner_rank_left, rank[: len(pairs)], side="left")
    last = np.searchsorted(inner_rank_right, rank[len(pairs) :], side="right") - 1
    counts = np.bincount(index, n[used], len(pairs)).astype(np.float64)
    return InnermostIntervals(
        inner_left, inner_right, first.astype(np.int64), last.astype(np.int64), counts, observation
    )


def _ranks(value: FloatArray, kind: IntArray) -> IntArray:
    """Number the sorted bounds, equal ones alike."""
    changes = (value[1:] != value[:-1]) | (kind[1:] != kind[:-1])
    return np.append(0, np.cumsum(changes)).astype(np.int64)
