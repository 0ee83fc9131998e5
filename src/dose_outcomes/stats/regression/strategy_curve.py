"""The weighted Kaplan-Meier curve of one dosing strategy, with the robust standard error of patients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from dose_outcomes.stats.regression.clones import (
    Clones,
    following_probability,
    number_from,
    number_on,
)
from dose_outcomes.stats.result import FloatArray, IntArray, StepCurve


@dataclass(frozen=True, slots=True)
class StrategyCurve:
    """Survival free of the event under one strategy.

    Attributes
    ----------
    weighted, unweighted : StepCurve
        With and without the weights that make up for artificial censoring. Counts of the weighted curve
        are sums of weights. Its limits take the weights as known; `clone_censor_weight_bootstrap` does not.
    clones, events, artificially_censored : int
        Patients (each enters both strategies), events, clones censored when they left the strategy.
    maximum_weight : float
        Largest weight any clone carries while followed.
    last_day : float
        Nothing is reported after it: end of follow-up, or of positivity.
    note : str
        Where a stratum has nobody left who follows the strategy.
    """

    weighted: StepCurve
    unweighted: StepCurve
    clones: int
    events: int
    artificially_censored: int
    maximum_weight: float
    last_day: float
    note: str = ""

    def survival_at(self, day: float, *, weighted: bool = True) -> float | None:
        """Survival on a day; None after `last_day`."""
        if day > self.last_day:
            return None
        curve = self.weighted if weighted else self.unweighted
        position = int(np.searchsorted(curve.day, day, side="right")) - 1
        return float(curve.estimate[position]) if position >= 0 else 1.0


def strategy_curve(clones: Clones, positivity: str, level: float) -> StrategyCurve:
    """Weigh the clones of one strategy and estimate survival free of the event.

    Parameters
    ----------
    clones : Clones
        Under one strategy.
    positivity : {"stop", "ignore"}
        Whether the curve ends where a stratum has nobody left who follows the strategy.
    level : float
        Confidence level of the pointwise limits.
    """
    seen = clones.n > 0
    days = np.unique(clones.day[seen])
    strata, index = np.unique(clones.stratum, return_inverse=True)
    at_risk, events, censored, weight = (np.zeros((len(strata), len(days))) for _ in range(4))
    maximum_weight, end = 1.0, float(days[-1])
    note = ""
    for row in range(len(strata)):
        member = seen & (index == row)
        if not member.any():
            continue
        day, n, event = clones.day[member], clones.n[member], clones.event[member]
        following = following_probability(day, event, clones.artificial[member], n)
        at_risk[row] = number_from(day, n, days)
        events[row] = number_on(day[event], n[event], days)
        censored[row] = number_on(day[~event], n[~event], days)
        weight[row] = np.where(at_risk[row] > 0, following.weight(days), 0.0)
        maximum_weight = max(maximum_weight, float(following.weight(day).max()))
        if following.probability[-1] == 0.0 and following.leave_day[-1] < days[-1]:
            last = float(following.leave_day[-1])
            note = f"after day {last:g} a baseline stratum has nobody left who follows the strategy"
            end = min(end, last) if positivity == "stop" else end
    shown = days <= end
    table = _Table(days[shown], index, at_risk[:, shown], events[:, shown], censored[:, shown])
    ones = np.where(table.at_risk > 0, 1.0, 0.0)
    return StrategyCurve(
        _curve(clones, table, weight[:, shown], level, "inverse-probability weights taken as known, robust variance"),
        _curve(clones, table, ones, level, "clones not weighted, robust variance"),
        int(clones.n.sum()),
        int(clones.n[clones.event].sum()),
        int(clones.n[clones.artificial].sum()),
        maximum_weight,
        end,
        note,
    )


@dataclass(frozen=True, slots=True)
class _Table:
    """Clones at risk, with the event and censored, by stratum (rows) and day; `index` is each clone row's stratum."""

    days: FloatArray
    index: IntArray
    at_risk: FloatArray
    events: FloatArray
    censored: FloatArray


def _curve(clones: Clones, table: _Table, weight: FloatArray, level: float, weighting: str) -> StepCurve:
    """Kaplan-Meier estimate of sums of weights, given by stratum and day.

    A patient's influence on -log S(t) is, over days u <= t followed, sum w (dN - h) / (Y (1 - h)) with
    h = D / Y the weighted hazard. Patients who share stratum, last day and outcome share it.
    """
    days, at_risk, events, censored = table.days, table.at_risk, table.events, table.censored
    total = (weight * at_risk).sum(axis=0)
    hazard = np.divide((weight * events).sum(axis=0), total, out=np.zeros(len(days)), where=total > 0)
    hazard[(events == at_risk).all(axis=0) & (total > 0)] = 1.0  # exactly, whatever the weights round to
    survival = np.cumprod(1.0 - hazard)
    # where the curve falls to 0 everybody at risk has the event: nothing varies, and nothing is divided
    denominator = np.where(hazard < 1.0, total * (1.0 - hazard), np.inf)
    drift = np.cumsum(weight * hazard / denominator, axis=1)
    jump = weight / denominator

    within = (clones.n > 0) & (clones.day <= days[-1])
    stratum, last = table.index[within], np.searchsorted(days, clones.day[within])
    own = np.where(clones.event[within], jump[stratum, last], 0.0) - drift[stratum, last]
    ended = np.cumsum(np.bincount(last, clones.n[within] * own**2, minlength=len(days)))
    still = (drift**2 * (at_risk - events - censored)).sum(axis=0)
    standard_error = survival * np.sqrt(ended + still)

    inside = (survival > 0.0) & (survival < 1.0)
    low, high = np.full(len(days), np.nan), np.full(len(days), np.nan)
    curve = survival[inside]
    spread = ndtri((1.0 - level) / 2.0) * standard_error[inside] / (curve * np.log(curve))
    low[inside], high[inside] = curve ** np.exp(spread), curve ** np.exp(-spread)
    undefined = "" if inside.all() else "limits are undefined where the curve is at 1 or 0"
    return StepCurve(
        days,
        total,
        (weight * events).sum(axis=0),
        (weight * censored).sum(axis=0),
        survival,
        low,
        high,
        standard_error,
        level,
        f"Kaplan-Meier estimate over clones, {weighting}, log-log interval",
        undefined,
    )
