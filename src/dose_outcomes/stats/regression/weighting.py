"""Inverse-probability weighting of two arms, from counts by arm and covariate pattern."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from dose_outcomes.stats.arguments import check_choice, check_level
from dose_outcomes.stats.regression.adjusted_risks import (
    SCALES,
    AdjustedRisks,
    Influence,
    adjusted_risks,
    not_estimable,
)
from dose_outcomes.stats.regression.likelihood import inverse
from dose_outcomes.stats.regression.pattern_counts import check_arm, check_design, check_pattern_counts
from dose_outcomes.stats.regression.propensity import ESTIMANDS, PropensityWeights, propensity_weights
from dose_outcomes.stats.result import FloatArray

VARIANCES = {
    "stacked": "variance by stacked estimating equations of weights and outcome",
    "weights_known": "robust variance that takes the weights as known",
}


@dataclass(frozen=True, slots=True)
class WeightedRisks:
    """Risks after weighting, and the weights they rest on."""

    risks: AdjustedRisks
    weights: PropensityWeights


def inverse_probability_weighting(
    design: ArrayLike,
    treatment: ArrayLike,
    events: ArrayLike,
    n: ArrayLike,
    *,
    estimand: str = "all",
    variance: str = "stacked",
    truncation: float | None = None,
    one_arm: str = "refuse",
    level: float = 0.95,
) -> WeightedRisks:
    """Risks of two arms weighted by the inverse probability of the arm taken (Hajek).

    m_a = sum w y / sum w over patients of arm a, with weights of `propensity_weights`. "stacked" solves
    the equations of the propensity model and of the two means together, so that estimating the weights
    is part of the variance; "weights_known" leaves it out and is conservative for the estimand "all".

    Parameters
    ----------
    design : array_like, shape (patterns, columns)
        Covariates of the propensity model with an intercept.
    treatment : array_like, shape (patterns,)
        1 treated, 0 untreated.
    events, n : array_like, shape (patterns,)
        Patients with the event, and patients, of each arm and pattern.
    estimand : {"all", "treated", "overlap"}
        Whose risks are compared.
    variance : {"stacked", "weights_known"}
        Whether the variance counts the estimation of the weights.
    truncation : float, optional
        Quantile at which weights are truncated; the limit itself is taken as known.
    one_arm : {"refuse", "model"}
        What to do when a covariate pattern holds one arm only.
    level : float
        Confidence level.

    Returns
    -------
    WeightedRisks

    Raises
    ------
    ArgumentError
        If counts, design or options cannot be taken.

    References
    ----------
    Lunceford JK, Davidian M (2004). Stratification and weighting via the propensity score in estimation of
    causal treatment effects. Statistics in Medicine 23:2937-2960.

    Examples
    --------
    Two equally large patterns with risks 2/4 and 6/16 treated, 4/16 and 1/4 untreated:

    >>> result = inverse_probability_weighting(
    ...     [[1, 0], [1, 0], [1, 1], [1, 1]], [1, 0, 1, 0], [2, 4, 6, 1], [4, 16, 16, 4])
    >>> round(result.risks.treated.estimate, 6), (2 / 4 + 6 / 16) / 2
    (0.4375, 0.4375)
    >>> round(result.risks.untreated.estimate, 6), (4 / 16 + 1 / 4) / 2
    (0.25, 0.25)
    """
    with_event, patients = check_pattern_counts(events, n)
    matrix = check_design("design", design, patients)
    arm = check_arm(treatment, patients)
    check_choice("variance", variance, VARIANCES)
    check_level(level)
    weights = propensity_weights(matrix, arm, patients, estimand=estimand, truncation=truncation, one_arm=one_arm)
    cut = "" if truncation is None else f", weights truncated at their {truncation:g} quantile"
    method = f"inverse-probability weighting for {ESTIMANDS[estimand]}{cut}; {VARIANCES[variance]}; intervals: {SCALES}"
    if not weights.usable:
        return WeightedRisks(not_estimable(level, method, weights.note), weights)
    kept = matrix[:, weights.columns]
    information = (kept * (patients * weights.score * (1.0 - weights.score))[:, None]).T @ kept
    propensity_score = kept * (arm - weights.score)[:, None]

    def mean_and_influence(in_arm: FloatArray) -> tuple[float, Influence]:
        weight = weights.weight * in_arm
        total = float(patients @ weight)
        mean = float(with_event @ weight) / total
        nuisance = np.zeros(len(patients))
        if variance == "stacked":
            # what an error in the propensity does to the weighted sum of residuals
            slope = (weights.derivative * in_arm * (with_event - patients * mean)) @ kept
            nuisance = propensity_score @ (inverse(information) @ slope)
        scale = patients.sum() / total
        return mean, Influence(scale * (weight * (1.0 - mean) + nuisance), scale * (-weight * mean + nuisance))

    treated, influence_treated = mean_and_influence(arm)
    untreated, influence_untreated = mean_and_influence(1.0 - arm)
    risks = adjusted_risks(
        treated, untreated, influence_treated, influence_untreated, with_event, patients,
        level=level, method=method, note=weights.note,
    )  # fmt: skip
    return WeightedRisks(risks, weights)
