"""Aalen-Johansen cumulative incidence of competing events, from counts by day."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.arguments import check_array, check_choice, check_level, check_number
from dose_outcomes.stats.result import Estimate, FloatArray, StepCurve
from dose_outcomes.stats.survival.competing_variance import VARIANCES, CompetingCounts
from dose_outcomes.stats.survival.interval import LARGEST_EXPONENT
from dose_outcomes.stats.survival.kaplan_meier import kaplan_meier
from dose_outcomes.stats.survival.risk_set import risk_set


@dataclass(frozen=True, slots=True)
class CumulativeIncidence:
    """Cumulative incidence of every cause, and the share free of all of them.

    Attributes
    ----------
    curves : tuple of StepCurve
        One per cause, on the same days. `events` are those of the cause; `censored` are patients whose observation
        ended, not those with another cause.
    event_free : StepCurve
        Kaplan-Meier curve of any event; with the incidences it adds up to 1 on every day.
    """

    curves: tuple[StepCurve, ...]
    event_free: StepCurve


def aalen_johansen(
    day: ArrayLike,
    events: ArrayLike,
    censored: ArrayLike,
    *,
    entered: ArrayLike | None = None,
    variance: str = "greenwood",
    interval: str = "log-log",
    level: float = 0.95,
    exact_at_bounds: bool = True,
) -> CumulativeIncidence:
    r"""Estimate the share with each cause first, by day.

    .. math:: F_j(t) = \sum_{t_i \le t} S(t_i-) \frac{d_{ij}}{Y_i}

    with S the Kaplan-Meier curve of any cause. Causes tied on a day are exact; censorings follow the events of
    their day.

    Parameters
    ----------
    day : array_like, shape (m,)
        Days since time zero, in any order; a day may repeat.
    events : array_like, shape (m, c)
        Numbers with the event on the day, one column per cause.
    censored : array_like, shape (m,)
        Numbers whose observation ends on the day without any cause.
    entered : array_like, shape (m,), optional
        Numbers entering on the day (delayed entry), at risk from the day after on.
    variance : str
        "greenwood" (multinomial increments, the default), "infinitesimal jackknife" (robust; not with delayed entry,
        where it needs entry and leaving of each patient together), or "aalen" (causes independent within a day).
        In small sets with ties they differ by a quarter; a report must name the one it used.
    interval : str
        "log-log" (:math:`F^{\exp(\pm z\,\mathrm{se} / (F \log F))}`), "log" or "plain".
    level : float
        Confidence level.
    exact_at_bounds : bool
        Where F is still 0 or has reached 1 those formulas give no interval: use the Clopper-Pearson limit of 0 (or
        all) among those known to have had another cause or to have gone through the day without any. False leaves
        what the formula gives: no width, or nothing (NaN).

    Returns
    -------
    CumulativeIncidence

    Raises
    ------
    ArgumentError
        For arrays of unequal length, negative counts, an unknown option, or the jackknife with delayed entry.

    References
    ----------
    Aalen OO, Johansen S. Scand J Stat 1978;5:141-150. Allignol A, Schumacher M, Beyersmann J. Biom J 2010;52:126-137.

    Examples
    --------
    Four patients: cause 1 on day 1, cause 2 on day 2, two followed to day 3.

    >>> result = aalen_johansen([1, 2, 3], [[1, 0], [0, 1], [0, 0]], [0, 0, 2])
    >>> [float(curve.estimate[-1]) for curve in result.curves], float(result.event_free.estimate[-1])
    ([0.25, 0.25], 0.5)
    """
    check_choice("variance", variance, VARIANCES)
    check_choice("interval", interval, ("log-log", "log", "plain"))
    check_level(level)
    if entered is not None and variance == "infinitesimal jackknife":
        raise ArgumentError(
            "variance must be greenwood or aalen with delayed entry; received 'infinitesimal jackknife'"
        )
    by_cause = check_array("events", events, dimensions=2, at_least=0.0)
    any_cause = by_cause.sum(axis=1)
    counts = risk_set(day, any_cause, censored, entered=entered)
    event_free = kaplan_meier(day, any_cause, censored, entered=entered, level=level)
    at = np.searchsorted(counts.day, np.asarray(day, dtype=np.float64))
    # Rows with nothing but entries have no day of their own among the leaving; they carry no events.
    rows = any_cause > 0
    before = np.append(1.0, event_free.estimate)[:-1]
    curves = []
    for column in by_cause.T:
        d = np.bincount(at[rows], column[rows], len(counts.day)).astype(np.float64)
        incidence = np.cumsum(before * d / counts.at_risk)
        pieces = CompetingCounts(counts.at_risk, counts.at_risk_after, d, counts.events, counts.censored, before)
        standard_error = np.sqrt(np.maximum(VARIANCES[variance](pieces, incidence), 0.0))
        low, high = _limits(incidence, standard_error, interval, level)
        if exact_at_bounds:
            low, high = _exact_bounds(incidence, pieces, low, high, level)
        note = "no patient at risk" if len(d) == 0 else "no event of this cause" if d.sum() == 0 else ""
        method = f"Aalen-Johansen, {variance} variance, {interval} interval"
        curves.append(
            StepCurve(
                counts.day,
                counts.at_risk,
                d,
                counts.censored,
                incidence,
                low,
                high,
                standard_error,
                level,
                method,
                note,
            )
        )
    return CumulativeIncidence(tuple(curves), replace(event_free, method=f"{event_free.method}, any cause"))


def incidence_at(curve: StepCurve, day: float) -> Estimate:
    """Read the cumulative incidence by `day` off one of the curves.

    Parameters
    ----------
    curve : StepCurve
        From :func:`aalen_johansen`.
    day : float
        Day since time zero.

    Returns
    -------
    Estimate
        None, with a note, after the last observed day (unless nobody was left at risk earlier); 0 with the exact
        upper limit before the first listed day.

    Examples
    --------
    >>> curve = aalen_johansen([1, 2, 3], [[1, 0], [0, 1], [0, 0]], [0, 0, 2]).curves[0]
    >>> incidence_at(curve, 2.5).estimate, incidence_at(curve, 4).note
    (0.25, 'day 4 is after the last observed day (3)')
    """
    check_number("day", day)
    if len(curve.day) == 0:
        return Estimate(None, None, None, curve.level, curve.method, "no patient at risk")
    if day < curve.day[0]:
        high = 1.0 - ((1.0 - curve.level) / 2.0) ** (1.0 / curve.at_risk[0])
        return Estimate(0.0, 0.0, float(high), curve.level, curve.method, "no event yet", 0.0)
    if day > curve.day[-1] and curve.censored[-1] > 0:
        note = f"day {day:g} is after the last observed day ({curve.day[-1]:g})"
        return Estimate(None, None, None, curve.level, curve.method, note)
    at = int(np.searchsorted(curve.day, day, side="right")) - 1
    values = (curve.estimate[at], curve.low[at], curve.high[at], curve.standard_error[at])
    estimate, low, high, error = (None if np.isnan(value) else float(value) for value in values)
    note = "limits undefined here" if low is None else ""
    return Estimate(estimate, low, high, curve.level, curve.method, note, error)


def _limits(
    incidence: FloatArray, standard_error: FloatArray, interval: str, level: float
) -> tuple[FloatArray, FloatArray]:
    z = float(ndtri(0.5 + level / 2.0))
    low, high = np.full_like(incidence, np.nan), np.full_like(incidence, np.nan)
    defined = incidence >= 0.0 if interval == "plain" else incidence > 0.0
    if interval == "log-log":
        defined &= incidence < 1.0
    f, se = incidence[defined], standard_error[defined]
    if interval == "plain":
        low[defined], high[defined] = np.maximum(f - z * se, 0.0), np.minimum(f + z * se, 1.0)
    elif interval == "log":
        low[defined], high[defined] = f * np.exp(-z * se / f), np.minimum(f * np.exp(z * se / f), 1.0)
    else:
        factor = np.exp(np.minimum(-z * se / (f * np.log(f)), LARGEST_EXPONENT))
        low[defined], high[defined] = f**factor, f ** (1.0 / factor)
    return low, high


def _exact_bounds(
    incidence: FloatArray, counts: CompetingCounts, low: FloatArray, high: FloatArray, level: float
) -> tuple[FloatArray, FloatArray]:
    """Limits where the incidence is 0 or 1, from those of whom that is known for sure."""
    half_alpha = (1.0 - level) / 2.0
    zero, one = incidence <= 0.0, incidence >= 1.0
    low, high = np.where(zero, 0.0, low), np.where(one, 1.0, high)
    # With another cause a patient never has this one; censored patients say nothing after their day.
    known = np.cumsum(counts.any_cause - counts.cause) + counts.at_risk - counts.any_cause
    with np.errstate(divide="ignore"):
        high[zero] = 1.0 - half_alpha ** (1.0 / known[zero])
        low[one] = half_alpha ** (1.0 / np.cumsum(counts.cause)[one])
    return low, high
