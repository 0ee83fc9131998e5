"""Scores before and after, from the counts of each (before, after) pair."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import erfc, stdtr, stdtrit

from dose_outcomes.stats.arguments import check_array, check_level
from dose_outcomes.stats.proportions.discrete import binomial_probabilities, sum_of_no_likelier
from dose_outcomes.stats.result import Estimate, FloatArray, HypothesisTest, IntArray

ROUNDING = 1e-9
"""Changes that differ by less than this part of the largest score are equal: 3.3 - 3.0 and 0.3 - 0.0 are tied."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Distinct changes of a score with the number of patients of each.

    Attributes
    ----------
    change : ndarray, shape (k,)
        After minus before, increasing.
    n : ndarray, shape (k,)
        Patients with this change.
    resolution : float
        Changes this close are the same one.
    """

    change: FloatArray
    n: FloatArray
    resolution: float

    @property
    def total(self) -> int:
        """Patients with both scores."""
        return int(self.n.sum())

    @property
    def decreased(self) -> int:
        """Patients whose score fell."""
        return int(self.n[self.change < 0].sum())

    @property
    def increased(self) -> int:
        """Patients whose score rose."""
        return int(self.n[self.change > 0].sum())

    @property
    def unchanged(self) -> int:
        """Patients whose score stayed the same."""
        return int(self.n[self.change == 0].sum())


def score_changes(before: ArrayLike, after: ArrayLike, n: ArrayLike) -> Changes:
    """Distinct changes from counts of pairs, ties made exact.

    Parameters
    ----------
    before, after : array_like, shape (k,)
        Scores of a pair.
    n : array_like, shape (k,)
        Patients with this pair; a pair may come more than once.

    Returns
    -------
    Changes
        After minus before.

    Raises
    ------
    ArgumentError
        If a score is missing, a count is no whole number, or lengths differ.

    Examples
    --------
    >>> changes = score_changes([5, 4, 3], [3, 2, 4], [1, 2, 4])
    >>> changes.change.tolist(), changes.n.tolist(), changes.decreased
    ([-2.0, 1.0], [3.0, 4.0], 3)
    """
    n = check_array("n", n, at_least=0, whole=True)
    before = check_array("before", before, same_length_as=("n", n))
    after = check_array("after", after, same_length_as=("n", n))
    before, after, n = before[n > 0], after[n > 0], n[n > 0]
    if not len(n):
        return Changes(before, n, 0.0)
    resolution = ROUNDING * max(float(np.abs(before).max()), float(np.abs(after).max()))
    difference = after - before
    group = _tied_group(difference, resolution)
    change = np.zeros(group.max() + 1)
    change[group] = np.where(np.abs(difference) <= resolution, 0.0, difference)
    return Changes(change, np.asarray(np.bincount(group, weights=n), dtype=np.float64), resolution)


def mean_change(before: ArrayLike, after: ArrayLike, n: ArrayLike, *, level: float = 0.95) -> Estimate:
    """Mean change of a score with the t interval of paired data.

    m -+ t s/sqrt(N), m and s mean and standard deviation of the changes, t with N - 1 degrees of freedom.

    Parameters
    ----------
    before, after : array_like, shape (k,)
        Scores of a pair.
    n : array_like, shape (k,)
        Patients with this pair.
    level : float
        Confidence level.

    Returns
    -------
    Estimate
        With standard error; without an interval below two patients.

    Raises
    ------
    ArgumentError
        If a score is missing, a count is no whole number, or lengths differ.

    References
    ----------
    Student (1908). The probable error of a mean. Biometrika 6:1-25.

    Examples
    --------
    Changes -1 and -3: mean -2, standard error 1, t with 1 degree of freedom 12.7062.

    >>> result = mean_change([5, 5], [4, 2], [1, 1])
    >>> result.estimate, result.standard_error, round(result.high, 4)
    (-2.0, 1.0, 10.7062)
    """
    method = "mean change with paired t interval"
    level = check_level(level)
    changes = score_changes(before, after, n)
    if changes.total == 0:
        return Estimate(None, None, None, level, method, "no patient with both scores")
    mean, error = _mean_and_error(changes)
    if error is None:
        return Estimate(mean, None, None, level, method, "one patient: no interval")
    half = -float(stdtrit(changes.total - 1, (1.0 - level) / 2.0)) * error
    return Estimate(mean, mean - half, mean + half, level, method, standard_error=error)


def paired_t_test(before: ArrayLike, after: ArrayLike, n: ArrayLike) -> HypothesisTest:
    """Paired t test of no mean change.

    Parameters
    ----------
    before, after : array_like, shape (k,)
        Scores of a pair.
    n : array_like, shape (k,)
        Patients with this pair.

    Returns
    -------
    HypothesisTest
        Undefined below two patients or when all change alike.

    Raises
    ------
    ArgumentError
        If a score is missing, a count is no whole number, or lengths differ.

    References
    ----------
    Student (1908). The probable error of a mean. Biometrika 6:1-25.

    Examples
    --------
    >>> paired_t_test([5, 5], [4, 2], [1, 1]).statistic
    -2.0
    """
    changes = score_changes(before, after, n)
    if changes.total < 2:
        return HypothesisTest(None, None, None, "paired t test", "fewer than two patients: undefined")
    mean, error = _mean_and_error(changes)
    if not error:
        return HypothesisTest(None, None, None, "paired t test", "all changes are equal: undefined")
    freedom = changes.total - 1
    return HypothesisTest(
        mean / error, float(freedom), 2.0 * float(stdtr(freedom, -abs(mean / error))), "paired t test"
    )


def wilcoxon_signed_rank(
    before: ArrayLike, after: ArrayLike, n: ArrayLike, *, continuity_correction: bool = False
) -> HypothesisTest:
    """Wilcoxon's signed rank test of no change, normal approximation.

    V is the sum of the ranks of the rises among the absolute changes, M of them, zeros dropped and ties
    sharing their mean rank. z = (V - M(M + 1)/4)/sqrt(M(M + 1)(2M + 1)/24 - sum(t^3 - t)/48).

    Parameters
    ----------
    before, after : array_like, shape (k,)
        Scores of a pair.
    n : array_like, shape (k,)
        Patients with this pair.
    continuity_correction : bool
        Move V by 1/2 towards its mean.

    Returns
    -------
    HypothesisTest
        The statistic is V; undefined when nobody changed. The note counts the zeros dropped.

    Raises
    ------
    ArgumentError
        If a score is missing, a count is no whole number, or lengths differ.

    References
    ----------
    Wilcoxon F (1945). Individual comparisons by ranking methods. Biometrics Bulletin 1:80-83.

    Examples
    --------
    Changes +1, -2, +3: the rises have ranks 1 and 3.

    >>> wilcoxon_signed_rank([0, 2, 0], [1, 0, 3], [1, 1, 1]).statistic
    4.0
    """
    method = "Wilcoxon signed rank test" + (" with continuity correction" if continuity_correction else "")
    changes = score_changes(before, after, n)
    moved = changes.change != 0.0
    change, count = changes.change[moved], changes.n[moved]
    note = f"patients without change, left out: {changes.unchanged}" if changes.unchanged else ""
    total = float(count.sum())
    if total == 0:
        return HypothesisTest(None, None, None, method, "nobody changed: undefined")
    group = _tied_group(np.abs(change), changes.resolution)
    tied = np.bincount(group, weights=count)
    mean_rank = np.cumsum(tied) - (tied - 1.0) / 2.0
    rise = change > 0
    statistic = float(count[rise] @ mean_rank[group[rise]])
    centre = total * (total + 1.0) / 4.0
    variance = total * (total + 1.0) * (2.0 * total + 1.0) / 24.0 - float((tied**3 - tied).sum()) / 48.0
    excess = abs(statistic - centre)
    if continuity_correction:
        excess = max(0.0, excess - 0.5)
    p_value = float(np.asarray(erfc(excess / sqrt(2.0 * variance))))
    return HypothesisTest(statistic, None, p_value, method, note)


def sign_test(before: ArrayLike, after: ArrayLike, n: ArrayLike) -> HypothesisTest:
    """Exact sign test: as many scores fell as rose.

    Parameters
    ----------
    before, after : array_like, shape (k,)
        Scores of a pair.
    n : array_like, shape (k,)
        Patients with this pair.

    Returns
    -------
    HypothesisTest
        The statistic is the number of falls among the patients who changed; p = 1 when nobody did.

    Raises
    ------
    ArgumentError
        If a score is missing, a count is no whole number, or lengths differ.

    References
    ----------
    Dixon WJ, Mood AM (1946). The statistical sign test. JASA 41:557-566.

    Examples
    --------
    Five changes, all falls: 2 / 2^5.

    >>> round(sign_test([5], [4], [5]).p_value, 12)
    0.0625
    """
    changes = score_changes(before, after, n)
    moved = changes.decreased + changes.increased
    note = f"patients without change, left out: {changes.unchanged}" if changes.unchanged else ""
    p_value = sum_of_no_likelier(binomial_probabilities(moved, 0.5), changes.decreased)
    return HypothesisTest(float(changes.decreased), None, p_value, "exact sign test", note)


def _mean_and_error(changes: Changes) -> tuple[float, float | None]:
    total = changes.total
    mean = float(changes.n @ changes.change) / total
    if total < 2:
        return mean, None
    return mean, sqrt(float(changes.n @ (changes.change - mean) ** 2) / (total - 1) / total)


def _tied_group(values: FloatArray, resolution: float) -> IntArray:
    """Number of the group of equal values that each belongs to, 0 for the smallest."""
    order = np.argsort(values, kind="stable")
    group = np.empty(len(values), dtype=np.int64)
    group[order] = np.concatenate(([0], np.cumsum(np.diff(values[order]) > resolution)))
    return group
