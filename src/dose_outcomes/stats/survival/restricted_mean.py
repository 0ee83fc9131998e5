"""Restricted mean time: the area under a survival curve up to a horizon, and its comparisons."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import ndtri

from dose_outcomes.stats.arguments import check_level, check_number
from dose_outcomes.stats.result import Estimate, StepCurve


def restricted_mean(curve: StepCurve, horizon: float, *, level: float = 0.95) -> Estimate:
    r"""Mean number of days free of the event during the first `horizon` days.

    .. math::
        \mu = \int_0^\tau S(t)\,dt, \qquad
        \widehat{\mathrm{var}}\,\mu = \sum_{t_i \le \tau}
        \left(\int_{t_i}^\tau S(t)\,dt\right)^2 \frac{d_i}{Y_i (Y_i - d_i)}

    with limits :math:`\mu \pm z\,\mathrm{se}`, cut to [0, horizon].

    Parameters
    ----------
    curve : StepCurve
        Kaplan-Meier curve, from :func:`~dose_outcomes.stats.survival.kaplan_meier.kaplan_meier`.
    horizon : float
        Days; not beyond the last observed day unless the curve has reached 0, because what lies beyond is unknown.
    level : float
        Confidence level.

    Returns
    -------
    Estimate
        In days. None where the horizon lies beyond follow-up; limits None where no event happened before it.

    Raises
    ------
    ArgumentError
        For a horizon that is not above 0, or a level outside (0, 1).

    References
    ----------
    Klein JP, Moeschberger ML. Survival Analysis, 2nd ed., section 4.5. Springer, 2003.

    Examples
    --------
    Two patients, one with the event on day 10, the other followed to day 20: 10 days in full, 10 by half.

    >>> from dose_outcomes.stats.survival.kaplan_meier import kaplan_meier
    >>> restricted_mean(kaplan_meier([10, 20], [1, 0], [0, 1]), horizon=20).estimate
    15.0
    """
    check_number("horizon", horizon, above=0.0)
    check_level(level)
    method = f"restricted mean to day {horizon:g}, area under the Kaplan-Meier curve"
    beyond = _beyond_follow_up(curve, horizon)
    if beyond:
        return Estimate(None, None, None, level, method, beyond)
    before = curve.day < horizon  # an event on the horizon itself takes no time away
    edges = np.concatenate([[0.0], np.maximum(curve.day[before], 0.0), [horizon]])
    area = np.diff(edges) * np.append(1.0, curve.estimate[before])
    mean = float(area.sum())
    area_after = np.cumsum(area[::-1])[::-1][1:]
    d, y = curve.events[before], curve.at_risk[before]
    # Where everybody at risk has the event the area after it is 0, and so is the term.
    open_end = y > d
    variance = float(np.sum(area_after[open_end] ** 2 * d[open_end] / (y[open_end] * (y[open_end] - d[open_end]))))
    if d.sum() == 0:
        return Estimate(mean, None, None, level, method, "no event before the horizon: no standard error")
    standard_error = math.sqrt(variance)
    half = float(ndtri(0.5 + level / 2.0)) * standard_error
    return Estimate(mean, max(mean - half, 0.0), min(mean + half, horizon), level, method, "", standard_error)


def restricted_mean_difference(
    curve: StepCurve, reference: StepCurve, horizon: float, *, level: float = 0.95
) -> Estimate:
    r"""Difference of two restricted means, `curve` minus `reference`, in days.

    .. math:: \mu_1 - \mu_0 \pm z \sqrt{\mathrm{se}_1^2 + \mathrm{se}_0^2}

    Parameters
    ----------
    curve, reference : StepCurve
        Kaplan-Meier curves of two independent groups.
    horizon : float
        Days; within the follow-up of both groups.
    level : float
        Confidence level.

    Returns
    -------
    Estimate
        None, with a note, where the horizon lies beyond the follow-up of a group.

    References
    ----------
    Uno H, et al. J Clin Oncol 2014;32:2380-2385.

    Examples
    --------
    >>> from dose_outcomes.stats.survival.kaplan_meier import kaplan_meier
    >>> early, late = kaplan_meier([10, 20], [1, 0], [0, 1]), kaplan_meier([16, 20], [1, 0], [0, 1])
    >>> restricted_mean_difference(late, early, horizon=20).estimate
    3.0
    """
    one, zero, method, note = _pair(curve, reference, horizon, level, "difference")
    if one is None or zero is None:
        return Estimate(None, None, None, level, method, note)
    difference = (one.estimate or 0.0) - (zero.estimate or 0.0)
    if one.standard_error is None and zero.standard_error is None:
        return Estimate(difference, None, None, level, method, "no event before the horizon in either group")
    standard_error = math.hypot(one.standard_error or 0.0, zero.standard_error or 0.0)
    half = float(ndtri(0.5 + level / 2.0)) * standard_error
    return Estimate(difference, difference - half, difference + half, level, method, note, standard_error)


def restricted_mean_ratio(curve: StepCurve, reference: StepCurve, horizon: float, *, level: float = 0.95) -> Estimate:
    r"""Ratio of two restricted means, `curve` over `reference`, limits on the log scale.

    .. math:: \frac{\mu_1}{\mu_0} \exp\left(\pm z \sqrt{\mathrm{se}_1^2/\mu_1^2 + \mathrm{se}_0^2/\mu_0^2}\right)

    Parameters
    ----------
    curve, reference : StepCurve
        Kaplan-Meier curves of two independent groups.
    horizon : float
        Days; within the follow-up of both groups.
    level : float
        Confidence level.

    Returns
    -------
    Estimate
        `standard_error` is that of the logarithm. None where the horizon lies beyond the follow-up of a group, or
        a restricted mean is 0.

    Examples
    --------
    >>> from dose_outcomes.stats.survival.kaplan_meier import kaplan_meier
    >>> early, late = kaplan_meier([10, 20], [1, 0], [0, 1]), kaplan_meier([16, 20], [1, 0], [0, 1])
    >>> restricted_mean_ratio(late, early, horizon=20).estimate
    1.2
    """
    one, zero, method, note = _pair(curve, reference, horizon, level, "ratio")
    if one is None or zero is None:
        return Estimate(None, None, None, level, method, note)
    if not one.estimate or not zero.estimate:
        return Estimate(None, None, None, level, method, "a restricted mean is 0")
    ratio = one.estimate / zero.estimate
    if one.standard_error is None and zero.standard_error is None:
        return Estimate(ratio, None, None, level, method, "no event before the horizon in either group")
    relative = math.hypot((one.standard_error or 0.0) / one.estimate, (zero.standard_error or 0.0) / zero.estimate)
    factor = math.exp(float(ndtri(0.5 + level / 2.0)) * relative)
    return Estimate(ratio, ratio / factor, ratio * factor, level, f"{method}, log scale", note, relative)


def _pair(
    curve: StepCurve, reference: StepCurve, horizon: float, level: float, kind: str
) -> tuple[Estimate | None, Estimate | None, str, str]:
    """Return both restricted means, or None and the reason; the horizon must suit both groups."""
    one, zero = (restricted_mean(c, horizon, level=level) for c in (curve, reference))
    method = f"{kind} of restricted means to day {horizon:g}"
    if one.estimate is None or zero.estimate is None:
        return None, None, method, one.note or zero.note
    without = [name for name, e in (("group", one), ("reference", zero)) if e.standard_error is None]
    note = f"no event before the horizon in the {without[0]}: its standard error counts as 0" if without else ""
    return one, zero, method, note


def _beyond_follow_up(curve: StepCurve, horizon: float) -> str:
    if len(curve.day) == 0:
        return "no patient at risk"
    if horizon > curve.day[-1] and curve.estimate[-1] > 0.0:
        return f"horizon {horizon:g} is after the last observed day ({curve.day[-1]:g})"
    return ""
