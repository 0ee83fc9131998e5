"""Nonparametric distribution of an interval-censored time (Turnbull), with a certificate that it is the maximum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from dose_outcomes.stats.arguments import check_number
from dose_outcomes.stats.result import FloatArray, IntArray
from dose_outcomes.stats.survival.innermost_intervals import InnermostIntervals, check_intervals, innermost_intervals

CERTIFICATE = 1e-11  # the largest gradient may exceed 1 by this much
EM_STEPS = 30
NEWTON_STEPS = 200


@dataclass(frozen=True, slots=True)
class IntervalCensoredDistribution:
    """Masses on the innermost intervals.

    Attributes
    ----------
    left, right : ndarray, shape (m,)
        Bounds in days, increasing; right of the last one may be infinite. Within an interval the data do not say
        where the mass lies.
    left_closed, right_closed : ndarray of bool, shape (m,)
        Whether the bound belongs to the interval: left only for exact days, right unless infinite.
    mass : ndarray, shape (m,)
        Probabilities, adding up to 1; intervals without mass are left out.
    log_likelihood : float or None
    largest_gradient : float or None
        Certificate: the maximum of the likelihood is reached exactly where this is at most 1.
    converged : bool
        Whether the certificate holds to 1e-11.
    steps : int
        Newton steps taken.
    n : float
        Number of patients.
    method, note : str
    """

    left: FloatArray
    right: FloatArray
    left_closed: FloatArray
    right_closed: FloatArray
    mass: FloatArray
    log_likelihood: float | None
    largest_gradient: float | None
    converged: bool
    steps: int
    n: float
    method: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class DistributionBounds:
    """Share with the event by a day: known to lie between `low` and `high`, equal outside innermost intervals."""

    low: float
    high: float


def turnbull(left: ArrayLike, right: ArrayLike, *, n: ArrayLike | None = None) -> IntervalCensoredDistribution:
    r"""Estimate the distribution of a time known to lie in (left, right].

    Maximises :math:`\sum_i n_i \log \sum_{j \in A_i} p_j` over masses p on the innermost intervals: some steps of
    expectation-maximisation, then Newton steps on the active masses until the certificate

    .. math:: \max_j \frac{1}{n} \sum_{i : j \in A_i} \frac{n_i}{\sum_{l \in A_i} p_l} \le 1

    holds, which proves the maximum.

    Parameters
    ----------
    left, right : array_like, shape (r,)
        Days: last visit without and first visit with the event. right = inf where it was never seen, left = right
        where the day is known exactly.
    n : array_like, shape (r,), optional
        Numbers of patients with the interval; 1 each without it.

    Returns
    -------
    IntervalCensoredDistribution

    Raises
    ------
    ArgumentError
        For arrays of unequal length, left above right, or negative counts.

    References
    ----------
    Turnbull BW. J R Stat Soc B 1976;38:290-295. Wang Y. J R Stat Soc B 2007;69:185-198. Gentleman R, Geyer CJ.
    Biometrika 1994;81:618-623.

    Examples
    --------
    Two patients respond within (0, 14], one within (14, 28], one is not seen to respond by day 28.

    >>> fit = turnbull([0, 14, 28], [14, 28, float("inf")], n=[2, 1, 1])
    >>> fit.mass, fit.converged
    (array([0.5 , 0.25, 0.25]), True)
    """
    low, high, counts = check_intervals(left, right, n)
    method = "Turnbull estimate, intervals (left, right]"
    if counts.sum() == 0:
        nothing = np.zeros(0)
        return IntervalCensoredDistribution(
            nothing, nothing, nothing.astype(bool), nothing.astype(bool), nothing, None, None, False, 0, 0.0, method,
            "no patient",
        )  # fmt: skip
    intervals = innermost_intervals(low, high, counts)
    mass, gradient, steps = maximum_likelihood_masses(intervals)
    total = float(intervals.n.sum())
    largest = float(gradient.max())
    converged = largest <= 1.0 + CERTIFICATE
    notes = [] if converged else [f"not converged: largest gradient {largest:.12g}"]
    if not _unique(intervals, mass):
        notes.append("other masses fit equally well")
    log_likelihood = float(intervals.n @ np.log(interval_probability(intervals, mass)))
    kept = mass > 0.0
    a, b = intervals.left[kept], intervals.right[kept]
    return IntervalCensoredDistribution(
        a, b, a == b, np.isfinite(b), mass[kept], log_likelihood, largest, converged, steps, total, method,
        "; ".join(notes),
    )  # fmt: skip


def share_by_day(distribution: IntervalCensoredDistribution, day: float) -> DistributionBounds:
    """Share with the event by the end of `day`.

    Parameters
    ----------
    distribution : IntervalCensoredDistribution
        From :func:`turnbull`.
    day : float
        Day since time zero.

    Returns
    -------
    DistributionBounds
        Both bounds are equal on days outside the innermost intervals, such as most visit days.

    Examples
    --------
    >>> fit = turnbull([0, 14, 28], [14, 28, float("inf")], n=[2, 1, 1])
    >>> share_by_day(fit, 14), share_by_day(fit, 20)
    (DistributionBounds(low=0.5, high=0.5), DistributionBounds(low=0.5, high=0.75))
    """
    check_number("day", day)
    certain = distribution.right <= day
    begun = np.where(distribution.left_closed, distribution.left <= day, distribution.left < day)
    return DistributionBounds(float(distribution.mass[certain].sum()), float(distribution.mass[begun].sum()))


def interval_probability(intervals: InnermostIntervals, mass: FloatArray) -> FloatArray:
    """Probability of each distinct observation."""
    total = np.append(0.0, np.cumsum(mass))
    probability: FloatArray = total[intervals.last + 1] - total[intervals.first]
    return probability


def maximum_likelihood_masses(intervals: InnermostIntervals) -> tuple[FloatArray, FloatArray, int]:
    """Return the masses, the gradient of the mean log-likelihood, and the number of Newton steps."""
    m = len(intervals.left)
    share = intervals.n / intervals.n.sum()
    mass = np.full(m, 1.0 / m)
    for _ in range(EM_STEPS):
        mass = mass * _gradient(intervals, share, mass)
    mass /= mass.sum()
    covers = _cover_matrix(intervals)
    best = float(share @ np.log(interval_probability(intervals, mass)))
    steps = 0
    while steps < NEWTON_STEPS:
        gradient = _gradient(intervals, share, mass)
        if gradient.max() <= 1.0 + CERTIFICATE / 100 and np.abs(gradient[mass > 0.0] - 1.0).max() <= 1e-13:
            break
        steps += 1
        # No other mass can grow: leaving those out keeps the ascent and makes the step many times cheaper.
        open_to_change = np.flatnonzero((mass > 0.0) | (gradient > 1.0))
        target = np.zeros(m)
        target[open_to_change] = _quadratic_step(
            covers[:, open_to_change], share, interval_probability(intervals, mass)
        )
        fraction, better = 1.0, False
        while fraction > 1e-12:
            candidate = mass + fraction * (target - mass)
            candidate[candidate < 1e-15] = 0.0
            candidate /= candidate.sum()
            probability = interval_probability(intervals, candidate)
            if probability.min() > 0.0:
                value = float(share @ np.log(probability))
                # Rounding hides the progress of the last steps, whose likelihood is equal but for the last digits.
                if value > best - 1e-14 * max(1.0, abs(best)):
                    better = True
                    break
            fraction /= 2.0
        if not better:
            break
        stalled = float(np.abs(candidate - mass).max()) <= 1e-16
        mass, best = candidate, max(best, value)
        if stalled:
            break
    return mass, _gradient(intervals, share, mass), steps


def _gradient(intervals: InnermostIntervals, share: FloatArray, mass: FloatArray) -> FloatArray:
    """Derivative of the mean log-likelihood by each mass: 1 on the support of the maximum, at most 1 elsewhere."""
    pull = share / interval_probability(intervals, mass)
    m = len(mass)
    steps = np.bincount(intervals.first, pull, m + 1) - np.bincount(intervals.last + 1, pull, m + 1)
    return np.asarray(np.cumsum(steps)[:m], dtype=np.float64)


def _quadratic_step(covers: FloatArray, share: FloatArray, probability: FloatArray) -> FloatArray:
    """Masses that maximise the quadratic approximation of the log-likelihood, none negative (Wang 2007)."""
    from scipy.optimize import nnls

    weighted = np.sqrt(share)[:, None] * (covers / probability[:, None] - 2.0)
    # Only the triangle of the factorisation matters to least squares; it has one row per mass.
    triangle: FloatArray = np.linalg.qr(weighted, mode="r")  # type: ignore[assignment]
    system = np.vstack([triangle, np.ones(triangle.shape[1])])
    solution, _ = nnls(system, np.append(np.zeros(len(triangle)), 1.0), maxiter=30 * triangle.shape[1])
    return np.asarray(solution / solution.sum(), dtype=np.float64)


def _cover_matrix(intervals: InnermostIntervals) -> FloatArray:
    """1 where the observation (row) covers the innermost interval (column)."""
    column: IntArray = np.arange(len(intervals.left))
    covers = (intervals.first[:, None] <= column) & (column <= intervals.last[:, None])
    return covers.astype(np.float64)


def _unique(intervals: InnermostIntervals, mass: FloatArray) -> bool:
    """Whether the observations tell all masses on the support apart."""
    support = _cover_matrix(intervals)[:, mass > 0.0]
    return bool(np.linalg.matrix_rank(support.T @ support, hermitian=True) == support.shape[1])
