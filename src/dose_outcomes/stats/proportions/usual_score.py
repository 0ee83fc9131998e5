"""Scores as they would be without selection, told from scores that were selected because they reach a bound."""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, exp, inf, pi, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import erfcx, ndtr

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.arguments import check_array, check_number
from dose_outcomes.stats.result import FloatArray
from dose_outcomes.stats.root import root_between

FARTHEST_BOUND = 4.0
"""In standard deviations above the usual mean. A bound beyond it selects fewer than one in 30,000: what the scores
of all the others are cannot be told from those selected."""
MAXIMUM_STEPS = 2000
TOLERANCE = 1e-10
"""In standard deviations, of the mean and of the standard deviation in one step."""
NO_SPREAD = "the baselines do not differ: nothing can be told about usual scores"
TOO_SCATTERED = "the baselines scatter more than those of a normal distribution cut at the bound: no usual mean fits"
NOT_SETTLED = "the normal distribution that fits the baselines could not be found"


@dataclass(frozen=True, slots=True)
class UsualScore:
    """Scores of the patients as they would be without selection.

    Attributes
    ----------
    mean, standard_deviation : float or None
        In units of the score; None where they cannot be told, and `note` says why.
    """

    mean: float | None
    standard_deviation: float | None
    note: str = ""


def usual_score(
    scores: ArrayLike,
    n: ArrayLike,
    *,
    at_least: float | None,
    step: float = 0.0,
    highest: float | None = None,
) -> UsualScore:
    """Usual mean and standard deviation, by maximum likelihood, from scores selected because they reach a bound.

    The selected scores are taken as a normal distribution cut at the bound. Where scores are recorded in steps,
    a score stands for half a step on either side: the cut lies half a step below the bound, and the
    likelihood is that of the intervals. It is climbed by turns (EM): the mean and the variance that the
    unrounded scores are expected to have, then the normal distribution which has these once it is cut.

    Parameters
    ----------
    scores : array_like, shape (k,)
        Selected scores, on a scale on which higher scores are selected.
    n : array_like, shape (k,)
        Patients with each.
    at_least : float, optional
        Lowest score that was selected. None: nobody was selected by the score.
    step : float
        Between neighbouring scores; 0 where scores were not rounded.
    highest : float, optional
        Highest score of the scale, which stands for all beyond it too.

    Returns
    -------
    UsualScore
        Undefined where scores do not differ, or scatter too much about a mean so near to the bound.

    Raises
    ------
    ArgumentError
        If scores lie below the bound, counts are not whole numbers, or nobody is counted.

    References
    ----------
    Cohen AC (1950). Estimating the mean and variance of normal populations from singly truncated and doubly
    truncated samples. Annals of Mathematical Statistics 21:557-569. Dempster AP, Laird NM, Rubin DB (1977).
    Maximum likelihood from incomplete data via the EM algorithm. JRSS B 39:1-38, section 4.2.

    Examples
    --------
    Without selection and rounding these are the mean and the (maximum-likelihood) standard deviation.

    >>> usual_score([4, 6, 8], [1, 2, 1], at_least=None)
    UsualScore(mean=6.0, standard_deviation=1.4142135623730951, note='')
    """
    values = check_array("scores", scores, at_least=at_least)
    counts = check_array("n", n, at_least=0, whole=True, same_length_as=("scores", values))
    step = check_number("step", step, at_least=0.0)
    values, counts = values[counts > 0], counts[counts > 0]
    if len(values) == 0:
        raise ArgumentError("n must count at least one patient; received none")
    if len(values) == 1:
        return UsualScore(None, None, NO_SPREAD)
    cut = None if at_least is None else at_least - step / 2.0
    mean = float(counts @ values / counts.sum())
    found = _cut_normal(mean, float(counts @ (values - mean) ** 2 / counts.sum()), cut)
    if step == 0.0:
        return found
    above = np.where(values >= (inf if highest is None else highest), inf, values + step / 2.0)
    for _ in range(MAXIMUM_STEPS):
        if found.mean is None or found.standard_deviation is None:
            return found
        within, squares = _within(values - step / 2.0, above, values, found.mean, found.standard_deviation)
        mean = float(counts @ within / counts.sum())
        before = found
        found = _cut_normal(mean, float(counts @ squares / counts.sum()) - mean**2, cut)
        if _moved(before, found) < TOLERANCE:
            return found
    return UsualScore(None, None, NOT_SETTLED)


def _cut_normal(mean: float, variance: float, cut: float | None) -> UsualScore:
    """Return the normal distribution that has a mean and a variance once it is cut.

    With a = (c - m)/s and h = phi(a)/(1 - Phi(a)) the mean is c + s (h - a) and the variance s^2 (1 + a h - h^2).
    """
    if cut is None:
        return UsualScore(mean, sqrt(variance))
    ratio = variance / (mean - cut) ** 2 if mean > cut else inf
    if ratio >= _squared_variation(FARTHEST_BOUND):
        return UsualScore(None, None, TOO_SCATTERED)
    # without a cut the ratio would be 1/a^2, and the cut only lowers it: the root lies above -1/sqrt(ratio); begun at
    # twice that, because far from the cut the two are equal to the last bit
    position = root_between(lambda a: _squared_variation(a) - ratio, -2.0 / sqrt(ratio), FARTHEST_BOUND)
    spread = (mean - cut) / (_hazard(position) - position)
    return UsualScore(cut - position * spread, spread)


def _squared_variation(position: float) -> float:
    """Variance of a standard normal variable above a cut, by the square of its mean less the cut."""
    hazard = _hazard(position)
    return (1.0 + position * hazard - hazard**2) / (hazard - position) ** 2


def _hazard(position: float) -> float:
    """Density by upper tail of the standard normal distribution, without underflow."""
    if position < -8.0:  # the tail is 1 to the last bit, and the scaled tail overflows further out
        return exp(-(position**2) / 2.0) * sqrt(2.0 / pi) / erfc(position / sqrt(2.0))
    return sqrt(2.0 / pi) / float(erfcx(position / sqrt(2.0)))


def _within(
    low: FloatArray, high: FloatArray, middle: FloatArray, mean: float, spread: float
) -> tuple[FloatArray, FloatArray]:
    """Return the mean and the mean square of a normal variable within intervals."""
    a, b = (low - mean) / spread, (high - mean) / spread
    # the smaller tail keeps its digits: upper intervals are mirrored
    mirrored = a > 0.0
    chance = np.where(mirrored, ndtr(-a) - ndtr(-b), ndtr(b) - ndtr(a))
    density, density_high = np.exp(-(a**2) / 2.0) / sqrt(2.0 * pi), np.exp(-(b**2) / 2.0) / sqrt(2.0 * pi)
    out_of_reach = chance < 1e-290
    safe = np.where(out_of_reach, 1.0, chance)
    first = (density - density_high) / safe
    second = 1.0 + (a * density - np.where(np.isinf(b), 0.0, b) * density_high) / safe
    within = np.where(out_of_reach, middle, mean + spread * first)
    squares = np.where(out_of_reach, middle**2, mean**2 + 2.0 * mean * spread * first + spread**2 * second)
    return within, squares


def _moved(before: UsualScore, after: UsualScore) -> float:
    if before.mean is None or after.mean is None or not before.standard_deviation or not after.standard_deviation:
        return inf
    moves = (after.mean - before.mean, after.standard_deviation - before.standard_deviation)
    return max(map(abs, moves)) / after.standard_deviation
