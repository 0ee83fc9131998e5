"""Kaplan-Meier curve of weighted patients with a robust standard error, from sums of weights and their squares."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.arguments import check_array, check_choice, check_level
from dose_outcomes.stats.result import StepCurve
from dose_outcomes.stats.survival.competing_variance import CompetingCounts, infinitesimal_jackknife_variance
from dose_outcomes.stats.survival.interval import TRANSFORMS
from dose_outcomes.stats.survival.kaplan_meier import product_limit
from dose_outcomes.stats.survival.risk_set import risk_set


def weighted_kaplan_meier(
    day: ArrayLike,
    events: ArrayLike,
    censored: ArrayLike,
    *,
    events_squared: ArrayLike,
    censored_squared: ArrayLike,
    interval: str = "log-log",
    level: float = 0.95,
) -> StepCurve:
    r"""Estimate the share free of the event in the population the weights stand for.

    The curve is the Kaplan-Meier curve of the summed weights. Its variance sums the squared influence of every
    patient times the squared weight (infinitesimal jackknife, the weights taken as known). Patients with the same
    day and way of leaving share their influence, so sums of w and w squared by day are all it needs.

    Parameters
    ----------
    day : array_like, shape (m,)
        Days since time zero, in any order; a day may repeat.
    events, censored : array_like, shape (m,)
        Sums of the weights of those with the event, or whose observation ends, on the day.
    events_squared, censored_squared : array_like, shape (m,)
        Sums of their squared weights.
    interval : str
        "plain", "log", "log-log", "logit" or "arcsine".
    level : float
        Confidence level.

    Returns
    -------
    StepCurve
        Limits are undefined (NaN) where the curve is 1 or 0: with weights no exact limit is known there.

    Raises
    ------
    ArgumentError
        For arrays of unequal length, negative sums, or squares that do not fit their sums.

    References
    ----------
    Xie J, Liu C. Stat Med 2005;24:3089-3110. Therneau TM, Crowson C, Atkinson E. survival vignette on the
    infinitesimal jackknife, 2023.

    Examples
    --------
    With unit weights and no censoring the standard error is that of a proportion: sqrt(0.5 * 0.5 / 4).

    >>> curve = weighted_kaplan_meier([1, 2], [2, 2], [0, 0], events_squared=[2, 2], censored_squared=[0, 0])
    >>> float(curve.estimate[0]), float(curve.standard_error[0])
    (0.5, 0.25)
    """
    check_choice("interval", interval, TRANSFORMS)
    check_level(level)
    days = check_array("day", day, at_least=0.0)
    squares = []
    for name, total, square in (
        ("events_squared", events, events_squared),
        ("censored_squared", censored, censored_squared),
    ):
        values = check_array(name, square, at_least=0.0, same_length_as=("day", days))
        sums = check_array(name.removesuffix("_squared"), total, at_least=0.0, same_length_as=("day", days))
        if ((values > sums**2 * (1.0 + 1e-9)) | ((values == 0.0) != (sums == 0.0))).any():
            at = int(np.argmax((values > sums**2 * (1.0 + 1e-9)) | ((values == 0.0) != (sums == 0.0))))
            raise ArgumentError(
                f"{name} must be sums of squares of the weights that {name.removesuffix('_squared')} adds up; "
                f"received {values[at]:g} for a sum of {sums[at]:g}"
            )
        squares.append(values)
    counts = risk_set(days, events, censored)
    index = np.searchsorted(counts.day, days)
    inside = (squares[0] + squares[1]) > 0  # rows of nothing have no day of their own
    event_squares, censored_squares = (
        np.bincount(index[inside], values[inside], len(counts.day)).astype(np.float64) for values in squares
    )
    survival, _ = product_limit(counts)
    before = np.append(1.0, survival)[:-1]
    pieces = CompetingCounts(
        counts.at_risk,
        counts.at_risk_after,
        counts.events,
        counts.events,
        counts.censored,
        before,
        event_squares,
        np.zeros_like(survival),
        censored_squares,
    )
    variance = infinitesimal_jackknife_variance(pieces, 1.0 - survival)
    standard_error = np.sqrt(np.maximum(variance, 0.0))
    low, high = np.full(len(survival), np.nan), np.full(len(survival), np.nan)
    inner = (survival > 0.0) & (survival < 1.0)
    z = float(ndtri(0.5 + level / 2.0))
    low[inner], high[inner] = TRANSFORMS[interval](survival[inner], standard_error[inner] / survival[inner], z)
    note = "no patient at risk" if len(survival) == 0 else "no event" if counts.events.sum() == 0 else ""
    return StepCurve(
        counts.day,
        counts.at_risk,
        counts.events,
        counts.censored,
        survival,
        low,
        high,
        standard_error,
        level,
        f"weighted Kaplan-Meier, robust standard error (weights known), {interval} interval",
        note,
    )
