"""Restricted mean time: the area under a survival curve up to a horizon, and its comparisons."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import expit, logit, stdtrit

from dose_outcomes.stats.arguments import check_level, check_number
from dose_outcomes.stats.result import Estimate, StepCurve


def restricted_mean(curve: StepCurve, horizon: float, *, level: float = 0.95) -> Estimate:
    r"""Mean number of days free of the event during the first `horizon` days.

    .. math::
        \mu = \int_0^\tau S(t)\,dt, \qquad
        \widehat{\mathrm{var}}\,\mu = \sum_{t_i \le \tau}
        \left(\int_{t_i}^\tau S(t)\,dt\right)^2 \frac{d_i}{Y_i (Y_i - d_i)}

    with limits on the scale of :math:`g = \mathrm{logit}(\mu/\tau)`, Student's t with as many degrees of freedom as
    patients less one:

    .. math:: \tau\,\mathrm{expit}\left(g \pm t_{n-1}\,\frac{\mathrm{se}\;\tau}{\mu (\tau - \mu)}\right)

    The plain limits :math:`\mu \pm z\,\mathrm{se}` hold the truth too seldom with few patients, nearly always by
    missing it on the side of the horizon (Lawrence et al. 2019; Jesse et al. 2024). A mean between 0 and the horizon is
    as a share, which the logit takes to a scale without ends; without censoring it is a plain mean, for which t with
    n - 1 is Student's. Of 15 patients plain limits held it in 88 to 92 % of samples, these in 95 to 96 %, over rates of
    events and visit schedules; `benchmarks/coverage` asserts it.

    Without an event before the horizon, from the y patients seen until it: :math:`S(\tau)` is at least
    :math:`(\alpha/2)^{1/y}` (beta product limits; Clopper-Pearson without censoring), and the mean at least
    :math:`\tau S(\tau)`. So for a mean of 0, at most :math:`\tau (1 - (\alpha/2)^{1/n})`.

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
        In days. None where the horizon lies beyond follow-up. Limits None where everybody had the event on one day, or
        of a single patient with the event: nothing tells how much such a mean would vary.

    Raises
    ------
    ArgumentError
        For a horizon that is not above 0, or a level outside (0, 1).

    References
    ----------
    Klein JP, Moeschberger ML. Survival Analysis, 2nd ed., section 4.5. Springer, 2003 (mean and variance).
    Lawrence J, Qiu J, Bai S, Hung HMJ. Stat Biopharm Res 2019;11:61-66. Jesse D, Huber C, Friede T. arXiv:2408.15607.
    Fay MP, Brittain EH, Proschan MA. Biostatistics 2013;14:723-736 (no event).

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
    low, high, note = _limits(curve, mean, variance, horizon, level)
    standard_error = math.sqrt(variance) if variance > 0.0 else None
    return Estimate(mean, low, high, level, f"{method}, logit limits with t quantile", note, standard_error)


def _limits(
    curve: StepCurve, mean: float, variance: float, horizon: float, level: float
) -> tuple[float | None, float | None, str]:
    n, tail = float(curve.at_risk[0]), 0.5 - level / 2.0
    if not curve.events[curve.day < horizon].any():
        seen = float(np.sum((curve.events + curve.censored)[curve.day >= horizon]))
        return horizon * tail ** (1.0 / seen), horizon, "no event before the horizon: limits of the share without one"
    if mean == 0.0:
        return 0.0, horizon * (1.0 - tail ** (1.0 / n)), "everybody had the event at the start: limits of the share"
    if variance == 0.0 or n < 2.0:
        return None, None, "all events on one day: no standard error"
    half = float(stdtrit(n - 1.0, 1.0 - tail)) * math.sqrt(variance) * horizon / (mean * (horizon - mean))
    centre = float(logit(mean / horizon))
    return horizon * float(expit(centre - half)), horizon * float(expit(centre + half)), ""


def restricted_mean_difference(
    curve: StepCurve, reference: StepCurve, horizon: float, *, level: float = 0.95
) -> Estimate:
    r"""Difference of two restricted means, `curve` minus `reference`, in days.

    Its limits are recovered from those of each mean (:func:`restricted_mean`), here l and u:

    .. math:: \mu_1 - \mu_0 - \sqrt{(\mu_1 - l_1)^2 + (u_0 - \mu_0)^2}, \qquad
              \mu_1 - \mu_0 + \sqrt{(u_1 - \mu_1)^2 + (\mu_0 - l_0)^2}

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
        None, with a note, where the horizon lies beyond the follow-up of a group. Limits None where a group has none.
        The standard error is that of the plain difference, None where a group has none.

    References
    ----------
    Uno H, et al. J Clin Oncol 2014;32:2380-2385. Zou GY, Donner A (2008). Construction of confidence limits about
    effect measures: a general approach. Statistics in Medicine 27:1693-1702.

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
    a, b = one.estimate or 0.0, zero.estimate or 0.0
    error = None
    if one.standard_error is not None and zero.standard_error is not None:
        error = math.hypot(one.standard_error, zero.standard_error)
    if one.low is None or one.high is None or zero.low is None or zero.high is None:
        return Estimate(a - b, None, None, level, method, note, error)
    low, high = a - b - math.hypot(a - one.low, zero.high - b), a - b + math.hypot(one.high - a, b - zero.low)
    return Estimate(a - b, low, high, level, method, note, error)


def restricted_mean_ratio(curve: StepCurve, reference: StepCurve, horizon: float, *, level: float = 0.95) -> Estimate:
    r"""Ratio of two restricted means, `curve` over `reference`.

    The limits are those of :func:`restricted_mean_difference` with logarithms of the means and of their limits.

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
    error = None
    if one.standard_error is not None and zero.standard_error is not None:
        error = math.hypot(one.standard_error / one.estimate, zero.standard_error / zero.estimate)
    method = f"{method}, log scale"
    if one.low is None or one.high is None or zero.low is None or zero.high is None:
        return Estimate(ratio, None, None, level, method, note, error)
    down = math.hypot(math.log(one.estimate / one.low), math.log(zero.high / zero.estimate))
    up = math.hypot(math.log(one.high / one.estimate), math.log(zero.estimate / zero.low))
    return Estimate(ratio, ratio * math.exp(-down), ratio * math.exp(up), level, method, note, error)


def _pair(
    curve: StepCurve, reference: StepCurve, horizon: float, level: float, kind: str
) -> tuple[Estimate | None, Estimate | None, str, str]:
    """Return both restricted means, or None and the reason; the horizon must suit both groups."""
    one, zero = (restricted_mean(c, horizon, level=level) for c in (curve, reference))
    method = f"{kind} of restricted means to day {horizon:g}, limits recovered from those of each (Zou and Donner)"
    if one.estimate is None or zero.estimate is None:
        return None, None, method, one.note or zero.note
    noted = zip((one, zero), ("group", "reference"), strict=True)
    return one, zero, method, "; ".join(f"{where}: {found.note}" for found, where in noted if found.note)


def _beyond_follow_up(curve: StepCurve, horizon: float) -> str:
    if len(curve.day) == 0:
        return "no patient at risk"
    if horizon > curve.day[-1] and curve.estimate[-1] > 0.0:
        return f"horizon {horizon:g} is after the last observed day ({curve.day[-1]:g})"
    return ""
