"""Quantiles of the time to event with the limits of Brookmeyer and Crowley."""

from __future__ import annotations

import math

import numpy as np

from dose_outcomes.stats.arguments import check_number
from dose_outcomes.stats.result import Estimate, FloatArray, StepCurve

TIE = 1.5e-8  # a curve this close to the wanted height is on it: heights are products of fractions


def quantile(curve: StepCurve, probability: float = 0.5) -> Estimate:
    r"""Day by which the share `probability` have had the event, with Brookmeyer-Crowley limits.

    One rule for the estimate and both limits, applied to the curve, its lower and its upper limit in turn:

    .. math:: q = \min\{t : S(t) < 1 - p\}

    and where the curve lies exactly on :math:`1 - p` from :math:`t_a` until it next falls on :math:`t_b`, the
    midpoint :math:`(t_a + t_b)/2`; where it stays there, :math:`t_b` is the last observed day. Where the
    curve never comes down to :math:`1 - p` the quantile is not reached; the last day is never passed off for it.
    Where a limit of the curve rises again (small early risk sets under delayed entry) its first crossing counts.

    Parameters
    ----------
    curve : StepCurve
        Share free of the event by day, from :func:`~dose_outcomes.stats.survival.kaplan_meier.kaplan_meier`;
        its level is that of the limits.
    probability : float
        Share with the event, strictly between 0 and 1; 0.5 gives the median.

    Returns
    -------
    Estimate
        In days. A quantile not reached is None, with "not reached" in the note. A lower limit not reached is
        None; an upper limit not reached is infinite (no day of the data excludes a later quantile).

    Raises
    ------
    ArgumentError
        For a probability outside (0, 1).

    References
    ----------
    Brookmeyer R, Crowley J. Biometrics 1982;38:29-41.

    Examples
    --------
    Four patients with events on days 2, 2, 4 and 6: half have had it from day 2 until day 4.

    >>> from dose_outcomes.stats.survival.kaplan_meier import kaplan_meier
    >>> quantile(kaplan_meier([2, 4, 6], [2, 1, 1], [0, 0, 0])).estimate
    3.0
    """
    check_number("probability", probability, above=0.0, below=1.0)
    height = 1.0 - probability
    method = f"{probability:g} quantile of {curve.method}; Brookmeyer-Crowley limits"
    estimate = _first_below(curve.day, curve.estimate, height)
    low = _first_below(curve.day, curve.low, height)
    high = _first_below(curve.day, curve.high, height)
    notes = []
    if len(curve.day) == 0:
        notes.append("no patient at risk")
    elif estimate is None:
        reached = 1.0 - float(np.min(curve.estimate))
        notes.append(f"not reached: {reached:.3g} had the event by day {curve.day[-1]:g}")
    if len(curve.day) and low is None:
        notes.append("lower limit not reached")
    if estimate is not None and high is None:
        notes.append("upper limit not reached")
    high = math.inf if high is None and len(curve.day) else high
    return Estimate(estimate, low, high, curve.level, method, "; ".join(notes))


def _first_below(day: FloatArray, height_by_day: FloatArray, height: float) -> float | None:
    """First day on which the step function is below `height`; the middle of the step that lies on it."""
    known = ~np.isnan(height_by_day)
    day, value = day[known], height_by_day[known]
    reached = np.flatnonzero(value < height + TIE)
    if len(reached) == 0:
        return None
    first = int(reached[0])
    if value[first] < height - TIE:
        return float(day[first])
    later = np.flatnonzero(value < height - TIE)
    until = day[int(later[0])] if len(later) else day[-1]
    return float((day[first] + until) / 2.0)
