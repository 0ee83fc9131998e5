"""The bootstrap over patients, drawn as counts by pattern."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.arguments import check_array, check_choice, check_level, check_number
from dose_outcomes.stats.result import Estimate, FloatArray

INTERVALS = {
    "percentile": "percentile interval",
    "bca": "bias-corrected accelerated interval",
}
LARGEST_SHARE_OF_FAILURES = 0.05
"""With more failed replicates than this an interval would describe the replicates that worked only."""

Statistic = Callable[[FloatArray], Sequence[float | None]]


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """Bootstrap intervals.

    Attributes
    ----------
    estimates : tuple of Estimate
        One per number the statistic returns.
    replicates : ndarray, shape (replicates, numbers)
        The numbers of each replicate; NaN marks a replicate in which a number could not be had.
    failed : tuple of int
        Such replicates, for each number.
    seed : int
        What the draws came from.
    """

    estimates: tuple[Estimate, ...]
    replicates: FloatArray
    failed: tuple[int, ...]
    seed: int


def draw_counts(n: ArrayLike, *, replicates: int, seed: int, stratum: ArrayLike | None = None) -> FloatArray:
    """Counts by pattern of bootstrap samples of patients.

    Drawing N patients with replacement and counting patterns is a multinomial draw with probabilities
    n / N, so a replicate costs nothing that depends on N.

    Parameters
    ----------
    n : array_like, shape (patterns,)
        Patients of each pattern.
    replicates : int
        Samples.
    seed : int
        Of a NumPy generator; the same seed gives the same samples.
    stratum : array_like, shape (patterns,), optional
        Whole numbers; the patients of each stratum are drawn from that stratum.

    Returns
    -------
    ndarray, shape (replicates, patterns)

    Raises
    ------
    ArgumentError
        If an argument has the wrong shape or value.

    Examples
    --------
    >>> draw_counts([3, 0, 5], replicates=2, seed=1, stratum=[1, 1, 2]).sum(axis=1).tolist()
    [8.0, 8.0]
    """
    patients = check_array("n", n, at_least=0, whole=True)
    check_number("replicates", replicates, at_least=1, whole=True)
    check_number("seed", seed, at_least=0, whole=True)
    strata = np.zeros(len(patients))
    if stratum is not None:
        strata = check_array("stratum", stratum, whole=True, same_length_as=("n", patients))
    generator = np.random.default_rng(seed)
    counts = np.zeros((replicates, len(patients)))
    for one in np.unique(strata):
        member = strata == one
        size = patients[member].sum()
        if size > 0:
            counts[:, member] = generator.multinomial(int(size), patients[member] / size, size=replicates)
    return counts


def bootstrap(
    statistic: Statistic,
    n: ArrayLike,
    *,
    replicates: int,
    seed: int,
    stratum: ArrayLike | None = None,
    interval: str = "percentile",
    level: float = 0.95,
) -> Bootstrap:
    """Bootstrap a statistic of counts by pattern, resampling patients.

    Percentile: quantiles of the replicates. BCa: quantiles moved by the median bias z0 and the
    acceleration a, from the statistic with one patient of each pattern left out (n times each).

    Parameters
    ----------
    statistic : callable
        Takes the counts of the patterns, an array like `n`, and returns a sequence of numbers, always
        as long; None where a number cannot be had.
    n : array_like, shape (patterns,)
        Patients of each pattern.
    replicates, seed, stratum
        As for `draw_counts`.
    interval : {"percentile", "bca"}
        Kind of interval.
    level : float
        Confidence level.

    Returns
    -------
    Bootstrap
        Limits are None, with a note, where more than 5 % of the replicates failed.

    Raises
    ------
    ArgumentError
        If an argument has the wrong shape or value, or the statistic changes its length.

    References
    ----------
    Efron B, Tibshirani RJ (1993). An introduction to the bootstrap, ch. 13-14.

    Examples
    --------
    The share of the first pattern, 30 of 100: the standard error is near sqrt(0.3 x 0.7 / 100) = 0.046.

    >>> result = bootstrap(lambda n: [n[0] / n.sum()], [30, 70], replicates=500, seed=7)
    >>> result.estimates[0].estimate, bool(abs(result.estimates[0].standard_error - 0.046) < 0.004)
    (0.3, True)
    """
    check_choice("interval", interval, INTERVALS)
    check_level(level)
    patients = check_array("n", n, at_least=0, whole=True)
    drawn = draw_counts(patients, replicates=replicates, seed=seed, stratum=stratum)
    observed = _as_row(statistic(patients), None)
    rows = np.array([_as_row(statistic(counts), len(observed)) for counts in drawn])
    left_out = np.zeros((0, len(observed)))
    if interval == "bca":
        unit = np.eye(len(patients))
        left_out = np.array(
            [_as_row(statistic(patients - unit[i]), len(observed)) for i in np.flatnonzero(patients > 0)]
        )
    method = f"bootstrap over patients, {replicates} replicates, seed {seed}, {INTERVALS[interval]}"
    method += "" if stratum is None else ", stratified"
    estimates = tuple(
        _interval(float(observed[j]), rows[:, j], left_out[:, j], patients[patients > 0], interval, level, method)
        for j in range(len(observed))
    )
    return Bootstrap(estimates, rows, tuple(int(count) for count in np.isnan(rows).sum(axis=0)), seed)


def _as_row(values: Sequence[float | None], length: int | None) -> FloatArray:
    row = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    if length is not None and len(row) != length:
        raise ArgumentError(f"statistic must always return {length} numbers; received {len(row)} in a replicate")
    return row


def _interval(
    observed: float,
    replicates: FloatArray,
    left_out: FloatArray,
    n: FloatArray,
    interval: str,
    level: float,
    method: str,
) -> Estimate:
    estimate = None if np.isnan(observed) else observed
    worked = replicates[~np.isnan(replicates)]
    failed = len(replicates) - len(worked)
    note = f"{failed} of {len(replicates)} replicates failed" if failed else ""
    if estimate is None or len(worked) < 2 or failed > LARGEST_SHARE_OF_FAILURES * len(replicates):
        reason = "not estimable in the data themselves" if estimate is None else f"{note}: too many for an interval"
        return Estimate(estimate, None, None, level, method, reason)
    probabilities = np.array([(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    if interval == "bca":
        if np.isnan(left_out).any():
            return Estimate(estimate, None, None, level, method, "leaving one patient out makes it not estimable")
        below = float(np.mean(worked < observed) + np.mean(worked == observed) / 2.0)
        if not 0.0 < below < 1.0:
            return Estimate(estimate, None, None, level, method, "all replicates lie on one side of the estimate")
        bias = float(ndtri(below))
        deviation = n @ left_out / n.sum() - left_out
        squares = float(n @ deviation**2)
        acceleration = float(n @ deviation**3) / (6.0 * squares**1.5) if squares > 0.0 else 0.0
        shifted = bias + ndtri(probabilities)
        probabilities = ndtr(bias + shifted / (1.0 - acceleration * shifted))
    low, high = np.quantile(worked, probabilities)
    return Estimate(estimate, float(low), float(high), level, method, note, standard_error=float(worked.std(ddof=1)))
