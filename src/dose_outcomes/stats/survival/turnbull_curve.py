"""Survival curve and quantiles of an interval-censored time, with limits, from the Turnbull estimate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from dose_outcomes.stats.arguments import check_level, check_number
from dose_outcomes.stats.result import Estimate, FloatArray
from dose_outcomes.stats.survival.innermost_intervals import check_intervals
from dose_outcomes.stats.survival.turnbull import IntervalCensoredDistribution, turnbull

FEW_PATIENTS = 30
TIE = 1e-12  # heights closer than this are equal
METHOD = "Turnbull estimate, linear within innermost intervals; log-log limits from the observed information"


@dataclass(frozen=True, slots=True)
class TurnbullCurve:
    """A Turnbull estimate with what its limits are made of.

    Attributes
    ----------
    distribution : IntervalCensoredDistribution
    covariance : ndarray, shape (m, m), or None
        Of the masses; None where the data do not tell all masses apart.
    left, right, n : ndarray, shape (r,)
        The intervals and numbers of patients, as given.
    level : float
    """

    distribution: IntervalCensoredDistribution
    covariance: FloatArray | None
    left: FloatArray
    right: FloatArray
    n: FloatArray
    level: float


def turnbull_curve(
    left: ArrayLike, right: ArrayLike, *, n: ArrayLike | None = None, level: float = 0.95
) -> TurnbullCurve:
    r"""Fit the Turnbull estimate and the covariance of its masses.

    With :math:`a_{ij}` telling whether observation i covers mass j, and Z a basis of the changes that leave the sum
    of the masses at 1,

    .. math:: \widehat{\mathrm{cov}}\, p = Z (Z' I Z)^{-1} Z', \qquad
              I_{jk} = \sum_i n_i \frac{a_{ij} a_{ik}}{(\sum_l a_{il} p_l)^2}

    over the masses that are not 0. Where all patients are seen on the same days it is Greenwood's variance. Where
    every patient has days of their own the masses gather on few of many possible places, and the variance of a day
    between visits is too small; limits therefore reach over the whole innermost interval (see
    :func:`interval_censored_survival`).

    Parameters
    ----------
    left, right, n
        As in :func:`~dose_outcomes.stats.survival.turnbull.turnbull`.
    level : float
        Confidence level of what is read off the curve.

    Returns
    -------
    TurnbullCurve

    Raises
    ------
    ArgumentError
        For arrays of unequal length, left above right, negative counts, or a level outside (0, 1).

    References
    ----------
    Turnbull BW. J R Stat Soc B 1976;38:290-295. Lindsey JC, Ryan LM. Stat Med 1998;17:219-238.
    """
    check_level(level)
    low, high, counts = check_intervals(left, right, n)
    fit = turnbull(low, high, n=counts)
    used = counts > 0
    low, high, counts = low[used], high[used], counts[used]
    return TurnbullCurve(fit, _covariance(fit, low, high, counts), low, high, counts, level)


def interval_censored_survival(curve: TurnbullCurve, day: float) -> Estimate:
    r"""Share still free of the event after `day`.

    .. math:: S(t) = \sum_j p_j\, w_j(t), \qquad S^{\exp(\pm z\,\mathrm{se} / (S \log S))}

    where w is 1 for masses after the day, 0 for those up to it, and falls in a straight line within an innermost
    interval, where the data do not say when the event happened. The lower limit is that of the end of the interval
    that holds the day, the upper that of its beginning. At a curve of 1 or 0 the limits are Clopper-Pearson's, of
    those known to be free of the event, or to have had it.

    Parameters
    ----------
    curve : TurnbullCurve
    day : float
        Days since time zero.

    Returns
    -------
    Estimate
        None, with a note, after the last day on which anybody was known to be free of the event.

    Examples
    --------
    One visit on day 14, by which 6 of 10 have had the event: the binomial variance 0.4 * 0.6 / 10.

    >>> curve = turnbull_curve([0, 14], [14, float("inf")], n=[6, 4])
    >>> found = interval_censored_survival(curve, 14)
    >>> round(found.estimate, 6), round(found.standard_error**2, 6)
    (0.4, 0.024)
    >>> interval_censored_survival(curve, 7).note
    'between day 0 and 14: from 0.4 to 1; fewer than 30 patients: limits may be too narrow'
    """
    check_number("day", day, at_least=0.0)
    fit = curve.distribution
    if len(fit.mass) == 0:
        return Estimate(None, None, None, curve.level, METHOD, "no patient")
    if _unknown_after(fit, day):
        note = f"day {day:g} is after the last visit that tells ({fit.left[-1]:g})"
        return Estimate(None, None, None, curve.level, METHOD, note)
    holding = (fit.left < day) & (day < fit.right)
    begin, end = (float(fit.left[holding][0]), float(fit.right[holding][0])) if holding.any() else (day, day)
    estimate, error = _at(curve, day)
    low, high = _limits(curve, end)[0], _limits(curve, begin)[1]
    notes = [_open_note(curve, begin, end)] if holding.any() else []
    return Estimate(estimate, low, high, curve.level, METHOD, "; ".join([*notes, *_cautions(curve)]), error)


def interval_censored_quantile(curve: TurnbullCurve, probability: float) -> Estimate:
    """Day by which a share has had the event, on the line through the innermost intervals.

    Parameters
    ----------
    curve : TurnbullCurve
    probability : float
        Share with the event, strictly between 0 and 1; 0.5 for the median.

    Returns
    -------
    Estimate
        In days. Limits are the beginning of the innermost interval in which the lower limit of the curve falls below
        the same height, and the end of the one in which the upper limit does; infinite where it does not. None, with
        a note, where the share is not reached. The note gives the innermost interval, within which the day itself is
        not known.

    Examples
    --------
    >>> curve = turnbull_curve([0, 14, 28], [14, 28, float("inf")], n=[20, 40, 40])
    >>> interval_censored_quantile(curve, 0.5).estimate  # 20 by day 14, 40 more by day 28: 14 + 14 * 30 / 40
    24.5
    >>> interval_censored_quantile(curve, 0.7).note
    'not reached: 0.6 had the event by day 28'
    """
    check_number("probability", probability, above=0.0, below=1.0)
    height, fit = 1.0 - probability, curve.distribution
    method = f"{probability:g} quantile of {METHOD}"
    if len(fit.mass) == 0:
        return Estimate(None, None, None, curve.level, method, "no patient")
    grid = np.unique(np.concatenate([[0.0], fit.left, fit.right[np.isfinite(fit.right)]]))
    grid = grid[[not _unknown_after(fit, float(day)) for day in grid]]
    values = np.array([_at(curve, float(day))[0] for day in grid])
    bands = [_limits(curve, float(day)) for day in grid]
    estimate = _crossing(grid, values, height)
    low_at, high_at = (_first_below([band[side] for band in bands], height) for side in (0, 1))
    # the limit falls somewhere in the interval that ends there: the lower one reaches to its beginning
    low = None if low_at is None else float(grid[max(low_at - 1, 0)])
    high = None if high_at is None else float(grid[high_at])
    reached = 1.0 - float(values[-1])
    notes = [f"not reached: {reached:.3g} had the event by day {grid[-1]:g}"] if estimate is None else []
    if estimate is not None:
        holding = (fit.left < estimate) & (estimate <= fit.right)
        notes += [f"within day {a:g} to {b:g}" for a, b in zip(fit.left[holding], fit.right[holding], strict=True)]
        notes += ["upper limit not reached"] if high is None else []
    return Estimate(
        estimate, low, math.inf if high is None else high, curve.level, method, "; ".join([*notes, *_cautions(curve)])
    )


def _covariance(
    fit: IntervalCensoredDistribution, left: FloatArray, right: FloatArray, n: FloatArray
) -> FloatArray | None:
    """Inverse of the observed information on the masses that are not 0; None where it is singular."""
    m = len(fit.mass)
    if m < 2:
        return np.zeros((m, m))
    exact_mass, exact = fit.left == fit.right, (left == right)[:, None]
    after_begin = np.where(exact, left[:, None] <= fit.left, left[:, None] <= fit.left - exact_mass * 1e-9)
    covers = (after_begin & (right[:, None] >= fit.right)).astype(np.float64)
    probability = covers @ fit.mass
    information = covers.T @ ((n / probability**2)[:, None] * covers)
    basis = np.vstack([np.eye(m - 1), -np.ones(m - 1)])
    inner = basis.T @ information @ basis
    if np.linalg.matrix_rank(inner) < m - 1:
        return None
    return np.asarray(basis @ np.linalg.inv(inner) @ basis.T, dtype=np.float64)


def _at(curve: TurnbullCurve, day: float) -> tuple[float, float | None]:
    """Curve and its standard error on a day; the latter None where the masses cannot be told apart."""
    fit = curve.distribution
    with np.errstate(invalid="ignore", divide="ignore"):
        inside = (fit.right - day) / (fit.right - fit.left)
    weight = np.where(fit.right <= day, 0.0, np.where(fit.left >= day, 1.0, inside))
    value = min(max(float(weight @ fit.mass), 0.0), 1.0)
    if curve.covariance is None:
        return value, None
    return value, math.sqrt(max(float(weight @ curve.covariance @ weight), 0.0))


def _limits(curve: TurnbullCurve, day: float) -> tuple[float | None, float | None]:
    """Limits of the curve on a day outside the innermost intervals."""
    half_alpha = (1.0 - curve.level) / 2.0
    value, error = _at(curve, day)
    if value >= 1.0 - TIE:
        free = float(curve.n[curve.left >= day].sum())
        return (half_alpha ** (1.0 / free) if free else 0.0), 1.0
    if value <= TIE:
        had = float(curve.n[curve.right <= day].sum())
        return 0.0, (1.0 - half_alpha ** (1.0 / had) if had else 1.0)
    if error is None:
        return None, None
    exponent = float(ndtri(0.5 + curve.level / 2.0)) * error / (value * abs(math.log(value)))
    factor = math.exp(min(exponent, 700.0))
    return value**factor, value ** (1.0 / factor)


def _crossing(day: FloatArray, value: FloatArray, height: float) -> float | None:
    """First day on which a falling line is down at `height`, the middle of the stretch that lies on it."""
    level = np.flatnonzero(np.abs(value - height) <= TIE)
    if len(level):
        return float((day[level[0]] + day[level[-1]]) / 2.0)
    k = _first_below(value.tolist(), height)
    if k is None:
        return None
    if k == 0:
        return float(day[0])
    share = (value[k - 1] - height) / (value[k - 1] - value[k])
    return float(day[k - 1] + share * (day[k] - day[k - 1]))


def _first_below(values: Sequence[float | None], height: float) -> int | None:
    """Place of the first value below `height`."""
    return next((k for k, value in enumerate(values) if value is not None and value < height - TIE), None)


def _unknown_after(fit: IntervalCensoredDistribution, day: float) -> bool:
    """Whether the day lies where nobody was seen any more and not everybody has had the event."""
    return bool(np.isinf(fit.right[-1]) and day > fit.left[-1])


def _open_note(curve: TurnbullCurve, begin: float, end: float) -> str:
    lowest = 0.0 if math.isinf(end) else _at(curve, end)[0]
    return f"between day {begin:g} and {end:g}: from {lowest:.3g} to {_at(curve, begin)[0]:.3g}"


def _cautions(curve: TurnbullCurve) -> list[str]:
    notes = [f"fewer than {FEW_PATIENTS} patients: limits may be too narrow"] if curve.n.sum() < FEW_PATIENTS else []
    if curve.covariance is None:
        notes.append("other masses fit equally well: no limits")
    if not curve.distribution.converged:
        notes.append("not converged: the maximum of the likelihood is not certified")
    return notes
