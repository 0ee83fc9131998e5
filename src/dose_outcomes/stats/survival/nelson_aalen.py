"""Nelson-Aalen cumulative hazard, from counts by day."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from dose_outcomes.stats.arguments import check_choice, check_level
from dose_outcomes.stats.result import StepCurve
from dose_outcomes.stats.survival.beta_product import beta_product_limits
from dose_outcomes.stats.survival.risk_set import risk_set


def nelson_aalen(
    day: ArrayLike,
    events: ArrayLike,
    censored: ArrayLike,
    *,
    entered: ArrayLike | None = None,
    interval: str = "log",
    level: float = 0.95,
) -> StepCurve:
    r"""Estimate the cumulative hazard after each day.

    .. math::
        H(t) = \sum_{t_i \le t} \frac{d_i}{Y_i}, \qquad
        \widehat{\mathrm{var}}\, H(t) = \sum_{t_i \le t} \frac{d_i}{Y_i^2}

    Limits: plain :math:`H \pm z\,\mathrm{se}` (cut at 0), or log :math:`H \exp(\pm z\,\mathrm{se}/H)`. Before the first
    event both give nothing; the limits there are 0 and minus the logarithm of the beta-product lower limit of the
    survival curve.

    Parameters
    ----------
    day : array_like, shape (m,)
        Days since time zero, in any order; a day may repeat.
    events, censored : array_like, shape (m,)
        Numbers leaving on the day by the event, or by the end of observation (after the events of that day).
    entered : array_like, shape (m,), optional
        Numbers entering on the day (delayed entry), at risk from the day after on.
    interval : str
        "log" or "plain".
    level : float
        Confidence level.

    Returns
    -------
    StepCurve

    Raises
    ------
    ArgumentError
        For arrays of unequal length, negative counts, an unknown interval, or a level outside (0, 1).

    References
    ----------
    Nelson W. Technometrics 1972;14:945-966. Aalen O. Ann Stat 1978;6:701-726.

    Examples
    --------
    >>> nelson_aalen([3, 5], events=[2, 1], censored=[1, 1]).estimate
    array([0.4, 0.9])
    """
    check_choice("interval", interval, ("log", "plain"))
    check_level(level)
    counts = risk_set(day, events, censored, entered=entered)
    hazard = np.cumsum(counts.events / counts.at_risk)
    standard_error = np.sqrt(np.cumsum(counts.events / counts.at_risk**2))
    z = float(ndtri(0.5 + level / 2.0))
    some = hazard > 0.0
    low, high = np.zeros_like(hazard), np.zeros_like(hazard)
    with np.errstate(divide="ignore"):
        survival_low, _ = beta_product_limits(
            counts.at_risk, counts.events, counts.at_risk_after, level=level, wanted=~some
        )
        high[~some] = -np.log(survival_low)
    if interval == "plain":
        low[some] = np.maximum(hazard[some] - z * standard_error[some], 0.0)
        high[some] = hazard[some] + z * standard_error[some]
    else:
        factor = np.exp(z * standard_error[some] / hazard[some])
        low[some], high[some] = hazard[some] / factor, hazard[some] * factor
    note = "no patient at risk" if len(hazard) == 0 else "no event" if not some.any() else ""
    return StepCurve(
        counts.day,
        counts.at_risk,
        counts.events,
        counts.censored,
        hazard,
        low,
        high,
        standard_error,
        level,
        f"Nelson-Aalen, {interval} interval",
        note,
    )
