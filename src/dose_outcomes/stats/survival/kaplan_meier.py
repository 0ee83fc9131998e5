"""Kaplan-Meier curve with Greenwood's standard error, from counts by day."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dose_outcomes.stats.arguments import check_number
from dose_outcomes.stats.result import Estimate, FloatArray, StepCurve
from dose_outcomes.stats.survival.beta_product import beta_product_limits
from dose_outcomes.stats.survival.interval import survival_limits
from dose_outcomes.stats.survival.risk_set import RiskSet, risk_set


def kaplan_meier(
    day: ArrayLike,
    events: ArrayLike,
    censored: ArrayLike,
    *,
    entered: ArrayLike | None = None,
    interval: str = "log-log",
    level: float = 0.95,
    beta_product_below: float | None = 30,
    start: float | None = None,
) -> StepCurve:
    r"""Estimate the share still free of the event after each day.

    .. math::
        S(t) = \prod_{t_i \le t} \left(1 - \frac{d_i}{Y_i}\right), \qquad
        \widehat{\mathrm{var}}\, S(t) = S(t)^2 \sum_{t_i \le t} \frac{d_i}{Y_i (Y_i - d_i)}

    Events of a day come before its censorings; an event on day 0 counts. The curve ends on the last observed
    day: nothing is said about later days.

    Parameters
    ----------
    day : array_like, shape (m,)
        Days since time zero, in any order; a day may repeat (its counts add up).
    events, censored : array_like, shape (m,)
        Numbers of patients (or sums of case weights) with the event, or whose observation ends, on the day.
    entered : array_like, shape (m,), optional
        Numbers entering on the day (delayed entry): at risk on (entry, day], so from the day after on. They add
        up to all who leave. Without it everybody is at risk from the start, day 0 included.
    interval : str
        "plain", "log", "log-log", "logit", "arcsine", "beta-product" or "beta-product mid-p".
    level : float
        Confidence level.
    beta_product_below : float or None
        Number at risk below which the beta-product limits replace the chosen ones; days on which the curve is 1
        or 0 always get them. None keeps the chosen formula everywhere, undefined (NaN) where it gives nothing.
    start : float, optional
        Condition on being free of the event on this day: earlier days are left out and the curve starts at 1
        there. Meant for delayed entry, where a first tiny risk set can take the whole curve to 0.

    Returns
    -------
    StepCurve
        One entry per day with an event or a censoring. The standard error is NaN where the curve is 0.

    Raises
    ------
    ArgumentError
        For arrays of unequal length, negative counts, an unknown interval, or a level outside (0, 1).

    References
    ----------
    Kaplan EL, Meier P. J Am Stat Assoc 1958;53:457-481. Greenwood M. Rep Public Health Med Subj 1926;33:1-26.

    Examples
    --------
    Five patients: two events and one censoring on day 3, one of each on day 5.

    >>> curve = kaplan_meier([3, 5], events=[2, 1], censored=[1, 1])
    >>> curve.at_risk, curve.estimate.round(3)
    (array([5., 2.]), array([0.6, 0.3]))
    """
    counts = risk_set(day, events, censored, entered=entered)
    if start is not None:
        later = counts.day > check_number("start", start)
        counts = RiskSet(
            counts.day[later], counts.at_risk[later], counts.events[later], counts.censored[later], counts.total
        )
    survival, sigma = product_limit(counts)
    low, high, description = survival_limits(
        survival, sigma, counts, interval=interval, level=level, beta_product_below=beta_product_below
    )
    with np.errstate(invalid="ignore"):
        standard_error = survival * sigma  # 0 times infinity where the curve is 0: undefined
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
        f"Kaplan-Meier, {description}",
        _note(counts, survival),
    )


def product_limit(counts: RiskSet) -> tuple[FloatArray, FloatArray]:
    """Return the survival curve and the standard error of its logarithm (infinite once the curve is 0)."""
    stay = counts.at_risk - counts.events
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(counts.events > 0, counts.events / (counts.at_risk * stay), 0.0)
    survival = np.multiply.accumulate(stay / counts.at_risk)
    return survival, np.sqrt(np.cumsum(terms))


def survival_at(curve: StepCurve, day: float) -> Estimate:
    """Read the share free of the event after `day` off a Kaplan-Meier curve.

    Before the first listed day the curve is 1, with the beta-product lower limit of as many patients as are at
    risk on that first day. After the last observed day nothing is known unless the curve has reached 0. On a listed
    day itself the beta-product limits count those censored on it, who went through the day without the event; the
    limits in the curve hold until the next listed day and do not (so at the end of follow-up the lower one is 0).

    Parameters
    ----------
    curve : StepCurve
        From :func:`kaplan_meier`.
    day : float
        Day since time zero.

    Returns
    -------
    Estimate
        None, with a note, after the last observed day.

    Examples
    --------
    >>> curve = kaplan_meier([3, 5], events=[2, 1], censored=[1, 1])
    >>> survival_at(curve, 4).estimate
    0.6
    >>> survival_at(curve, 6).note
    'day 6 is after the last observed day (5)'
    """
    check_number("day", day)
    if len(curve.day) == 0:
        return Estimate(None, None, None, curve.level, curve.method, "no patient at risk")
    if day < curve.day[0]:
        low, high = beta_product_limits(
            curve.at_risk[:1], np.zeros(1), curve.at_risk[:1], level=curve.level, mid_p="mid-p" in curve.method
        )
        return Estimate(1.0, float(low[0]), float(high[0]), curve.level, curve.method, "no event yet", 0.0)
    if day > curve.day[-1] and curve.estimate[-1] > 0.0:
        note = f"day {day:g} is after the last observed day ({curve.day[-1]:g})"
        return Estimate(None, None, None, curve.level, curve.method, note)
    at = int(np.searchsorted(curve.day, day, side="right")) - 1
    low_at, high_at = _limits_on_day(curve, at) if day == curve.day[at] else (curve.low[at], curve.high[at])
    values = (curve.estimate[at], low_at, high_at, curve.standard_error[at])
    estimate, lower, upper, standard_error = (None if np.isnan(value) else float(value) for value in values)
    note = "limits undefined here" if lower is None else ""
    return Estimate(estimate, lower, upper, curve.level, curve.method, note, standard_error)


def _limits_on_day(curve: StepCurve, at: int) -> tuple[float, float]:
    """Limits at the end of a listed day: tighter than those of the step where they are beta-product limits."""
    y, d = curve.at_risk[: at + 1], curve.events[: at + 1]
    last = np.arange(at + 1) == at
    mid_p = "mid-p" in curve.method
    after = np.append(curve.at_risk, 0.0)[1 : at + 2]
    of_step = beta_product_limits(y, d, after, level=curve.level, mid_p=mid_p, wanted=last)
    own = float(curve.low[at]), float(curve.high[at])
    if not np.allclose([of_step[0][0], of_step[1][0]], own, rtol=1e-12, atol=0.0):
        return own
    low, high = beta_product_limits(y, d, np.where(last, y - d, after), level=curve.level, mid_p=mid_p, wanted=last)
    return float(low[0]), float(high[0])


def _note(counts: RiskSet, survival: FloatArray) -> str:
    """What a reader must know about this curve."""
    if len(counts.day) == 0:
        return "no patient at risk"
    if counts.events.sum() == 0:
        return "no event"
    if survival[-1] > 0.0:
        return ""
    emptied = counts.day[np.argmax(survival == 0.0)]
    if emptied < counts.day[-1]:
        return f"everybody at risk had the event on day {emptied:g}: the curve stays 0 although patients enter later"
    return "standard error undefined where the curve is 0"
