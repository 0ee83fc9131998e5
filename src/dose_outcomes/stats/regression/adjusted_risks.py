"""Risks of two arms after adjustment: what weighting, standardisation and their combination return."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
from scipy.special import expit, ndtri

from dose_outcomes.stats.result import Estimate, FloatArray

SCALES = "risks on the logit scale, difference on its own scale, ratios on the log scale"


@dataclass(frozen=True, slots=True)
class AdjustedRisks:
    """Risks had everybody been treated and had nobody been, and their contrasts.

    Attributes
    ----------
    treated, untreated : Estimate
        Adjusted risk of the event in each arm.
    difference, ratio, odds_ratio : Estimate
        Treated against untreated.
    method, note : str
        Adjustment and variance in words; why something is None.
    """

    treated: Estimate
    untreated: Estimate
    difference: Estimate
    ratio: Estimate
    odds_ratio: Estimate
    method: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Influence:
    """What each kind of patient adds to an estimated risk: a pattern holds two kinds, with the event and without.

    Attributes
    ----------
    with_event, without_event : ndarray, shape (patterns,)
        Influence of one patient, on the scale where estimate - truth is their mean.
    """

    with_event: FloatArray
    without_event: FloatArray


def not_estimable(level: float, method: str, reason: str) -> AdjustedRisks:
    """The result when nothing can be had, with the reason everywhere."""
    nothing = Estimate(None, None, None, level, method, reason)
    return AdjustedRisks(nothing, nothing, nothing, nothing, nothing, method, reason)


def adjusted_risks(
    risk_treated: float,
    risk_untreated: float,
    influence_treated: Influence,
    influence_untreated: Influence,
    events: FloatArray,
    n: FloatArray,
    *,
    level: float,
    method: str,
    note: str = "",
) -> AdjustedRisks:
    """Put intervals on two adjusted risks and their contrasts, covariance = sum count f f' / N^2.

    Where an arm has no event, or nothing but events, the influence functions are all 0 and the variance
    would be 0 too: limits are withheld instead.
    """
    size = n.sum()
    both = np.vstack([influence_treated.with_event, influence_untreated.with_event])
    neither = np.vstack([influence_treated.without_event, influence_untreated.without_event])
    covariance = ((both * events) @ both.T + (neither * (n - events)) @ neither.T) / size**2
    quantile = -float(ndtri((1.0 - level) / 2.0))
    risks = (risk_treated, risk_untreated)
    inside = [0.0 < risk < 1.0 for risk in risks]
    edge_note = "" if all(inside) else "an adjusted risk is not inside (0, 1): no variance can be had there"
    note = "; ".join(part for part in (note, edge_note) if part)

    def contrast(estimate: float | None, gradient: tuple[float, float], scale: str) -> Estimate:
        if estimate is None or not all(inside):
            return Estimate(estimate, None, None, level, method, note)
        error = sqrt(max(float(np.array(gradient) @ covariance @ np.array(gradient)), 0.0))
        if scale == "log":  # the gradient is that of the logarithm
            limits = (estimate * exp(-quantile * error), estimate * exp(quantile * error))
            error *= estimate
        else:
            limits = (estimate - quantile * error, estimate + quantile * error)
        return Estimate(estimate, *limits, level, method, note, standard_error=error)

    def risk(position: int) -> Estimate:
        value = risks[position]
        if not inside[position]:
            return Estimate(value, None, None, level, method, edge_note)
        error = sqrt(float(covariance[position, position]))
        spread = quantile * error / (value * (1.0 - value))
        centre = log(value / (1.0 - value))
        limits = (float(expit(centre - spread)), float(expit(centre + spread)))
        return Estimate(value, *limits, level, method, note, standard_error=error)

    odds = [value / (1.0 - value) if 0.0 <= value < 1.0 else None for value in risks]
    slopes = [1.0 / (value * (1.0 - value)) if 0.0 < value < 1.0 else 0.0 for value in risks]
    odds_ratio = odds[0] / odds[1] if odds[0] is not None and odds[1] else None
    return AdjustedRisks(
        risk(0),
        risk(1),
        contrast(risk_treated - risk_untreated, (1.0, -1.0), "own"),
        contrast(
            risk_treated / risk_untreated if risk_untreated > 0.0 else None,
            (1.0 / risk_treated if inside[0] else 0.0, -1.0 / risk_untreated if inside[1] else 0.0),
            "log",
        ),
        contrast(odds_ratio, (slopes[0], -slopes[1]), "log"),
        method,
        note,
    )
