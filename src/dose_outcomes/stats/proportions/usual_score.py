"""Scores as they would be without selection, told from scores that were selected because they reach a bound."""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, exp, inf, pi, sqrt

from scipy.special import erfcx

from dose_outcomes.stats.arguments import check_number
from dose_outcomes.stats.root import root_between

FARTHEST_BOUND = 4.0
"""In standard deviations above the usual mean. A bound beyond it selects fewer than one in 30,000: what the scores
of all the others are cannot be told from those selected."""
NO_SPREAD = "the baselines do not differ: nothing can be told about usual scores"
TOO_SCATTERED = "the baselines scatter more than those of a normal distribution cut at the bound: no usual mean fits"


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


def usual_score(mean: float, variance: float, *, at_least: float | None, step: float = 0.0) -> UsualScore:
    """Usual mean and standard deviation from scores that were selected because they reach a bound.

    The selected scores are taken as a normal distribution cut at the bound c. With a = (c - m)/s and
    h = phi(a)/(1 - Phi(a)) their mean is c + s (h - a) and their variance s^2 (1 + a h - h^2); m and s are
    those that give the mean and the variance observed, which is also their maximum-likelihood estimate.

    Parameters
    ----------
    mean, variance : float
        Of the selected scores.
    at_least : float, optional
        Lowest score that was selected. None: nobody was selected by the score.
    step : float
        Between neighbouring scores. A score stands for half a step on either side: the cut lies half a step
        below the bound, and the variance holds step^2/12 from rounding (Sheppard).

    Returns
    -------
    UsualScore
        Undefined where scores do not differ, or scatter too much about a mean so near to the bound.

    Raises
    ------
    ArgumentError
        If the variance or the step is negative, or the mean lies below the bound.

    References
    ----------
    Cohen AC (1950). Estimating the mean and variance of normal populations from singly truncated and doubly
    truncated samples. Annals of Mathematical Statistics 21:557-569.

    Examples
    --------
    The upper half of a standard normal distribution has mean sqrt(2/pi) and variance 1 - 2/pi.

    >>> from math import pi, sqrt
    >>> result = usual_score(sqrt(2 / pi), 1 - 2 / pi, at_least=0.0)
    >>> abs(round(result.mean, 9)), round(result.standard_deviation, 9)
    (0.0, 1.0)
    """
    mean = check_number("mean", mean, at_least=at_least)
    step = check_number("step", step, at_least=0.0)
    variance = check_number("variance", variance, at_least=0.0) - step**2 / 12.0
    if variance <= 0.0:
        return UsualScore(None, None, NO_SPREAD)
    if at_least is None:
        return UsualScore(mean, sqrt(variance))
    cut = at_least - step / 2.0
    ratio = variance / (mean - cut) ** 2 if mean > cut else inf
    if ratio >= _squared_variation(FARTHEST_BOUND):
        return UsualScore(None, None, TOO_SCATTERED)
    # without a cut the ratio would be 1/a^2, and the cut only lowers it: the root lies above
    position = root_between(lambda a: _squared_variation(a) - ratio, -1.0 / sqrt(ratio), FARTHEST_BOUND)
    spread = (mean - cut) / _mean_excess(position)
    return UsualScore(cut - position * spread, spread)


def _mean_excess(position: float) -> float:
    """Mean of a standard normal variable above a cut, less the cut."""
    return _hazard(position) - position


def _squared_variation(position: float) -> float:
    """Variance of a standard normal variable above a cut, by the square of its mean excess."""
    hazard = _hazard(position)
    return (1.0 + position * hazard - hazard**2) / (hazard - position) ** 2


def _hazard(position: float) -> float:
    """Density by upper tail of the standard normal distribution, without underflow."""
    if position < -8.0:  # the tail is 1 to the last bit, and the scaled tail overflows further out
        return exp(-(position**2) / 2.0) * sqrt(2.0 / pi) / erfc(position / sqrt(2.0))
    return sqrt(2.0 / pi) / float(erfcx(position / sqrt(2.0)))
