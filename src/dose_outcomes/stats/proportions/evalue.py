"""E-value: how strong unmeasured confounding would have to be."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, sqrt

from dose_outcomes.stats.arguments import check_choice
from dose_outcomes.stats.result import Estimate

MEASURES = ("risk ratio", "odds ratio", "hazard ratio")


@dataclass(frozen=True, slots=True)
class EValue:
    """E-value of an estimate and of the limit of its interval that is nearest to 1.

    Attributes
    ----------
    estimate, limit : float or None
        At least 1; None where the ratio has no estimate or no such limit. The limit is 1 when the interval
        holds 1: no confounding is needed then.
    """

    estimate: float | None
    limit: float | None
    method: str
    note: str = ""


def e_value(ratio: Estimate, *, measure: str = "risk ratio", common_outcome: bool = False) -> EValue:
    """E-value of VanderWeele and Ding.

    The smallest risk ratio that a confounder must have with both treatment and outcome to explain the
    ratio away: RR + sqrt(RR (RR - 1)) for RR >= 1, and that of 1/RR below 1.

    Parameters
    ----------
    ratio : Estimate
        Ratio with its interval.
    measure : {"risk ratio", "odds ratio", "hazard ratio"}
        What the ratio is of.
    common_outcome : bool
        Whether more than about 15 % have the outcome. An odds ratio is then replaced by its square root, a hazard
        ratio HR by (1 - 0.5^sqrt(HR)) / (1 - 0.5^sqrt(1/HR)), which approximate the risk ratio.

    Returns
    -------
    EValue
        Of the estimate and of the limit.

    Raises
    ------
    ArgumentError
        If the measure is unknown.

    References
    ----------
    VanderWeele TJ, Ding P (2017). Sensitivity analysis in observational research: introducing the E-value.
    Annals of Internal Medicine 167:268-274.

    Examples
    --------
    RR 2: 2 + sqrt(2 x 1); lower limit 1.25: 1.25 + sqrt(1.25 x 0.25).

    >>> result = e_value(Estimate(2.0, 1.25, 3.2, 0.95, "risk ratio"))
    >>> round(result.estimate, 4), round(result.limit, 4)
    (3.4142, 1.809)
    """
    measure = check_choice("measure", measure, MEASURES)
    approximation = measure if common_outcome else "risk ratio"
    method = f"E-value of a {measure}" + (" of a common outcome" if common_outcome else "")
    if ratio.estimate is None:
        return EValue(None, None, method, ratio.note or "the ratio has no estimate")
    estimate = _e_value(_risk_ratio(ratio.estimate, approximation))
    if ratio.low is not None and ratio.high is not None and ratio.low <= 1.0 <= ratio.high:
        return EValue(estimate, 1.0, method, "the interval holds 1: no confounding is needed to explain it")
    nearest = ratio.low if ratio.estimate >= 1.0 else ratio.high
    if nearest is None:
        return EValue(estimate, None, method, ratio.note or "the ratio has no interval")
    return EValue(estimate, _e_value(_risk_ratio(nearest, approximation)), method)


def _risk_ratio(ratio: float, approximation: str) -> float:
    """Risk ratio that a ratio of another kind amounts to when the outcome is common."""
    if approximation == "risk ratio" or ratio in (0.0, inf):
        return ratio
    if approximation == "odds ratio":
        return sqrt(ratio)
    return float((1.0 - 0.5 ** sqrt(ratio)) / (1.0 - 0.5 ** sqrt(1.0 / ratio)))


def _e_value(risk_ratio: float) -> float:
    away = risk_ratio if risk_ratio >= 1.0 else (inf if risk_ratio == 0.0 else 1.0 / risk_ratio)
    return inf if away == inf else away + sqrt(away * (away - 1.0))
