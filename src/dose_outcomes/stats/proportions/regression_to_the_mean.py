"""Regression to the mean: who would meet a response rule from measurement noise alone.

Patients who enter a study because their score is bad are, on average, better when scored again, whatever is done
to them. With a usual score of mean m and standard deviation s, and correlation r of two scores of one patient,
a patient with baseline b is expected at m + r (b - m), an improvement of (1 - r)(b - m), and scatters about that
with standard deviation s sqrt(1 - r^2).

References
----------
Barnett AG, van der Pols JC, Dobson AJ (2005). Regression to the mean: what it is and how to deal with it.
International Journal of Epidemiology 34:215-220.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, stdtrit

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.arguments import check_array, check_level, check_number
from dose_outcomes.stats.proportions.usual_score import NO_SPREAD, UsualScore
from dose_outcomes.stats.result import Estimate, FloatArray


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Score of a second measurement, given the baseline: expected value and standard deviation."""

    expected: FloatArray
    standard_deviation: float


def follow_up_by_correlation(
    baselines: ArrayLike, usual: UsualScore, correlation: float, *, step: float = 0.0
) -> FollowUp:
    """Second score when nothing but noise and regression to the usual mean happens: m + r (b - m), s sqrt(1 - r^2).

    Where scores are recorded in steps, the true baseline lies anywhere within half a step of the recorded one, which
    adds r^2 step^2 / 12 to the variance.

    Parameters
    ----------
    baselines : array_like, shape (k,)
        Baseline scores.
    usual : UsualScore
        Mean and standard deviation without selection.
    correlation : float
        Of two scores of one patient, 0 to below 1.
    step : float
        Between neighbouring scores.

    Raises
    ------
    ArgumentError
        If there is no usual score, or the correlation or the step is out of its range.

    Examples
    --------
    >>> follow_up_by_correlation([8.0], UsualScore(4.0, 2.0), 0.6)
    FollowUp(expected=array([6.4]), standard_deviation=1.6)
    """
    scores = check_array("baselines", baselines)
    correlation = check_number("correlation", correlation, at_least=0.0, below=1.0)
    step = check_number("step", step, at_least=0.0)
    if usual.mean is None or usual.standard_deviation is None:
        raise ArgumentError(f"usual must have a mean and a standard deviation; received none: {usual.note}")
    expected = usual.mean + correlation * (scores - usual.mean)
    variance = usual.standard_deviation**2 * (1.0 - correlation**2) + correlation**2 * step**2 / 12.0
    return FollowUp(expected, sqrt(variance))


@dataclass(frozen=True, slots=True)
class RetestRegression:
    """Straight line of another score of the same patient on the baseline.

    Attributes
    ----------
    slope : Estimate
        With its t interval; the correlation when both scores scatter alike.
    intercept, residual_standard_deviation : float or None
        In units of the score.
    n : int
        Patients with both scores.
    """

    slope: Estimate
    intercept: float | None
    residual_standard_deviation: float | None
    n: int

    def follow_up(self, baselines: ArrayLike) -> FollowUp:
        """Return the second score on this line.

        Raises
        ------
        ArgumentError
            If there is no line.
        """
        if self.intercept is None or self.residual_standard_deviation is None or self.slope.estimate is None:
            raise ArgumentError(f"a follow-up needs a line; received none: {self.slope.note}")
        expected = self.intercept + self.slope.estimate * check_array("baselines", baselines)
        return FollowUp(expected, self.residual_standard_deviation)


def retest_regression(
    n: int,
    baseline_sum: int,
    other_sum: int,
    baseline_squares: int,
    products: int,
    other_squares: int,
    *,
    unit: float = 1.0,
    level: float = 0.95,
) -> RetestRegression:
    """Least-squares line of an earlier score on the baseline, from sums over patients.

    Selection of patients by their baseline leaves the line of the other score on it unbiased, so that no usual
    mean has to be assumed. Where nothing changes in time, the score after the baseline lies about the same line
    as the one before it.

    Parameters
    ----------
    n : int
        Patients with both scores.
    baseline_sum, other_sum, baseline_squares, products, other_squares : int
        Sums over patients of b, o, b^2, b o and o^2, in whole units: exact in any order.
    unit : float
        What one unit is in points of the score.
    level : float
        Confidence level of the slope.

    Returns
    -------
    RetestRegression
        Without a line when fewer than three patients have both scores, or their baselines do not differ.

    Raises
    ------
    ArgumentError
        If the sums are not those of whole numbers.

    Examples
    --------
    Baselines 1, 2, 3 and other scores 1, 3, 2: slope 1/2, intercept 1.

    >>> line = retest_regression(3, 6, 6, 14, 13, 14)
    >>> round(line.slope.estimate, 9), round(line.intercept, 9), round(line.residual_standard_deviation**2, 9)
    (0.5, 1.0, 1.5)
    """
    method = "least-squares line of the score before the baseline on the baseline, t interval"
    level = check_level(level)
    sums = (baseline_sum, other_sum, baseline_squares, products, other_squares)
    n = int(check_number("n", n, at_least=0, whole=True))
    b, o, bb, bo, oo = (int(check_number("sums", one, whole=True)) for one in sums)
    # n times the sums of squared deviations, in whole numbers of any size: nothing cancels
    spread, common, scatter = n * bb - b * b, n * bo - b * o, n * oo - o * o
    if spread < 0 or scatter < 0 or common * common > spread * scatter:
        raise ArgumentError("sums must be those of pairs of whole numbers; received impossible ones")
    if n < 3 or spread == 0:
        note = "fewer than three patients with both scores" if n < 3 else NO_SPREAD
        return RetestRegression(Estimate(None, None, None, level, method, note), None, None, n)
    slope = common / spread
    residual_variance = (spread * scatter - common * common) / (spread * n * (n - 2))
    error = sqrt(residual_variance * n / spread)
    half = float(stdtrit(n - 2, (1.0 + level) / 2.0)) * error
    estimate = Estimate(slope, slope - half, slope + half, level, method, standard_error=error)
    return RetestRegression(estimate, (o - slope * b) / n * unit, sqrt(residual_variance) * unit, n)


def share_meeting_rule(holds: ArrayLike, scores: ArrayLike, follow_up: FollowUp) -> FloatArray:
    """Probability, for each baseline, that the second score is one for which a rule holds.

    The normal distribution of the second score is rounded to the nearest legal score; the best and the worst
    score take what lies beyond them.

    Parameters
    ----------
    holds : array_like of bool, shape (baselines, scores)
        Whether the rule holds for a baseline and a second score.
    scores : array_like, shape (scores,)
        Legal scores, rising.
    follow_up : FollowUp
        Expected second score of each baseline, and its standard deviation.

    Returns
    -------
    ndarray, shape (baselines,)

    Raises
    ------
    ArgumentError
        If shapes do not match, scores do not rise, or the standard deviation is not above 0.

    Examples
    --------
    The second of the scores 0, 1, 2 is met by the normal distribution between 0.5 and 1.5.

    >>> import numpy as np
    >>> share_meeting_rule([[False, True, False]], [0, 1, 2], FollowUp(np.array([1.0]), 0.5)).round(4)
    array([0.6827])
    """
    legal = check_array("scores", scores)
    met = np.asarray(holds)
    if met.dtype != np.bool_ or met.ndim != 2:
        met = check_array("holds", met.astype(np.float64), dimensions=2, at_least=0, at_most=1, whole=True)
    spread = check_number("standard_deviation", follow_up.standard_deviation, above=0.0)
    if met.shape != (len(follow_up.expected), len(legal)):
        expected = (len(follow_up.expected), len(legal))
        raise ArgumentError(f"holds must have the shape {expected}; received {met.shape}")
    if (np.diff(legal) <= 0).any():
        raise ArgumentError("scores must rise; received some that do not")
    between = (legal[1:] + legal[:-1]) / 2.0
    below = ndtr((between[None, :] - follow_up.expected[:, None]) / spread)
    edge = np.zeros((len(met), 1))
    chance = np.diff(np.hstack([edge, below, edge + 1.0]), axis=1)
    return np.asarray((chance * met).sum(axis=1), dtype=np.float64)
