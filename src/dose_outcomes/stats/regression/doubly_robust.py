"""The doubly robust estimate: weighting and standardisation together, from counts by arm and covariate pattern."""

from __future__ import annotations

from numpy.typing import ArrayLike

from dose_outcomes.stats.arguments import check_choice, check_level
from dose_outcomes.stats.regression.adjusted_risks import SCALES, Influence, adjusted_risks, not_estimable
from dose_outcomes.stats.regression.likelihood import inverse
from dose_outcomes.stats.regression.outcome_model import fit_outcome
from dose_outcomes.stats.regression.pattern_counts import check_arm, check_design, check_pattern_counts
from dose_outcomes.stats.regression.propensity import propensity_weights
from dose_outcomes.stats.regression.weighting import WeightedRisks
from dose_outcomes.stats.result import FloatArray

VARIANCES = {
    "stacked": "variance by stacked estimating equations of propensity, outcome and risks",
    "efficient_influence": "variance of the efficient influence function (right when both models are)",
}


def doubly_robust(
    propensity_design: ArrayLike,
    design: ArrayLike,
    design_if_treated: ArrayLike,
    design_if_untreated: ArrayLike,
    treatment: ArrayLike,
    events: ArrayLike,
    n: ArrayLike,
    *,
    variance: str = "stacked",
    truncation: float | None = None,
    one_arm: str = "refuse",
    level: float = 0.95,
) -> WeightedRisks:
    """Augmented inverse-probability weighting: right when the propensity or the outcome model is.

    m_a = mean of q_a + w 1{arm a} (y - q_a), q_a the outcome model's prediction under arm a and w the
    inverse probability of the arm taken.

    Parameters
    ----------
    propensity_design : array_like, shape (patterns, columns)
        Covariates of the propensity model with an intercept.
    design, design_if_treated, design_if_untreated : array_like, shape (patterns, columns)
        Outcome model as observed, as treated, as untreated.
    treatment : array_like, shape (patterns,)
        1 treated, 0 untreated.
    events, n : array_like, shape (patterns,)
        Patients with the event, and patients, of each arm and pattern.
    variance : {"stacked", "efficient_influence"}
        "stacked" stays right when one of the models is wrong; the other ignores that both were estimated.
    truncation : float, optional
        Quantile at which weights are truncated.
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
        If counts, designs or options cannot be taken.

    References
    ----------
    Robins JM, Rotnitzky A, Zhao LP (1994). Estimation of regression coefficients when some regressors are
    not always observed. JASA 89:846-866.

    Examples
    --------
    With both models saturated it equals weighting and standardisation.

    >>> observed = [[1, 1, 0, 0], [1, 0, 0, 0], [1, 1, 1, 1], [1, 0, 1, 0]]
    >>> treated = [[1, 1, 0, 0], [1, 1, 0, 0], [1, 1, 1, 1], [1, 1, 1, 1]]
    >>> untreated = [[1, 0, 0, 0], [1, 0, 0, 0], [1, 0, 1, 0], [1, 0, 1, 0]]
    >>> result = doubly_robust([[1, 0], [1, 0], [1, 1], [1, 1]], observed, treated, untreated,
    ...     [1, 0, 1, 0], [2, 4, 6, 1], [4, 16, 16, 4])
    >>> round(result.risks.treated.estimate, 6), round(result.risks.untreated.estimate, 6)
    (0.4375, 0.25)
    """
    with_event, patients = check_pattern_counts(events, n)
    arm = check_arm(treatment, patients)
    check_choice("variance", variance, VARIANCES)
    check_level(level)
    weights = propensity_weights(propensity_design, arm, patients, truncation=truncation, one_arm=one_arm)
    cut = "" if truncation is None else f", weights truncated at their {truncation:g} quantile"
    method = f"augmented inverse-probability weighting (doubly robust){cut}; {VARIANCES[variance]}; intervals: {SCALES}"
    outcome = fit_outcome(design, design_if_treated, design_if_untreated, arm, with_event, patients)
    problem = weights.note if not weights.usable else outcome.problem
    if problem:
        return WeightedRisks(not_estimable(level, method, problem), weights)
    size = float(patients.sum())
    kept = check_design("propensity_design", propensity_design, patients)[:, weights.columns]
    information = (kept * (patients * weights.score * (1.0 - weights.score))[:, None]).T @ kept
    propensity_score = kept * (arm - weights.score)[:, None]

    def mean_and_influence(position: int, in_arm: FloatArray) -> tuple[float, Influence]:
        prediction, slope = outcome.predictions[position], outcome.slopes[position]
        weight = weights.weight * in_arm
        residuals = with_event - patients * prediction
        mean = float(patients @ prediction + weight @ residuals) / size
        with_one, without = prediction + weight * (1.0 - prediction) - mean, prediction - weight * prediction - mean
        if variance == "stacked":
            by_propensity = propensity_score @ (
                inverse(information) @ ((weights.derivative * in_arm * residuals) @ kept)
            )
            by_outcome = outcome.nuisance((patients * (1.0 - weight)) @ slope)
            with_one = with_one + by_propensity + by_outcome[0]
            without = without + by_propensity + by_outcome[1]
        return mean, Influence(with_one, without)

    treated, influence_treated = mean_and_influence(0, arm)
    untreated, influence_untreated = mean_and_influence(1, 1.0 - arm)
    risks = adjusted_risks(
        treated, untreated, influence_treated, influence_untreated, with_event, patients,
        level=level, method=method, note=weights.note,
    )  # fmt: skip
    return WeightedRisks(risks, weights)
