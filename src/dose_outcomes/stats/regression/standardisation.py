"""Standardisation (g-computation) of two arms, from counts by arm and covariate pattern."""

from __future__ import annotations

from numpy.typing import ArrayLike

from dose_outcomes.stats.arguments import check_choice, check_level
from dose_outcomes.stats.regression.adjusted_risks import (
    SCALES,
    AdjustedRisks,
    Influence,
    adjusted_risks,
    not_estimable,
)
from dose_outcomes.stats.regression.outcome_model import fit_outcome
from dose_outcomes.stats.regression.pattern_counts import check_arm, check_pattern_counts
from dose_outcomes.stats.regression.propensity import ONE_ARM_CHOICES


def standardisation(
    design: ArrayLike,
    design_if_treated: ArrayLike,
    design_if_untreated: ArrayLike,
    treatment: ArrayLike,
    events: ArrayLike,
    n: ArrayLike,
    *,
    one_arm: str = "refuse",
    level: float = 0.95,
) -> AdjustedRisks:
    """Risks averaged over all patients of a logistic outcome model, once as treated and once as untreated.

    m_a = sum n expit(x_a'b) / N with b fitted to the observed arms. Variance by stacked estimating
    equations: the spread of predictions over patients and the error of b.

    Parameters
    ----------
    design : array_like, shape (patterns, columns)
        Outcome model with intercept and treatment, as observed.
    design_if_treated, design_if_untreated : array_like, shape (patterns, columns)
        The same rows with the treatment (and its interactions) set to 1, and to 0.
    treatment : array_like, shape (patterns,)
        1 treated, 0 untreated.
    events, n : array_like, shape (patterns,)
        Patients with the event, and patients, of each arm and pattern.
    one_arm : {"refuse", "model"}
        What to do when a covariate pattern holds one arm only: predictions for the other arm extrapolate.
    level : float
        Confidence level.

    Returns
    -------
    AdjustedRisks

    Raises
    ------
    ArgumentError
        If counts, designs or options cannot be taken.

    References
    ----------
    Robins J (1986). A new approach to causal inference in mortality studies. Mathematical Modelling
    7:1393-1512. Stefanski LA, Boos DD (2002). The calculus of M-estimation. American Statistician 56:29-38.

    Examples
    --------
    Saturated, it is the pattern risks weighted by pattern size: (20 x 2/4 + 20 x 6/16) / 40 treated.

    >>> observed = [[1, 1, 0, 0], [1, 0, 0, 0], [1, 1, 1, 1], [1, 0, 1, 0]]  # 1, treatment, x, product
    >>> treated = [[1, 1, 0, 0], [1, 1, 0, 0], [1, 1, 1, 1], [1, 1, 1, 1]]
    >>> untreated = [[1, 0, 0, 0], [1, 0, 0, 0], [1, 0, 1, 0], [1, 0, 1, 0]]
    >>> result = standardisation(observed, treated, untreated, [1, 0, 1, 0], [2, 4, 6, 1], [4, 16, 16, 4])
    >>> round(result.treated.estimate, 6), round(result.untreated.estimate, 6)
    (0.4375, 0.25)
    """
    with_event, patients = check_pattern_counts(events, n)
    arm = check_arm(treatment, patients)
    check_choice("one_arm", one_arm, ONE_ARM_CHOICES)
    check_level(level)
    method = f"standardisation over a logistic outcome model; stacked estimating equations; intervals: {SCALES}"
    outcome = fit_outcome(design, design_if_treated, design_if_untreated, arm, with_event, patients)
    if outcome.problem:
        return not_estimable(level, method, outcome.problem)
    gap = outcome.gap()
    if gap and one_arm == "refuse":
        return not_estimable(level, method, f"positivity fails: {gap}")

    def mean_and_influence(position: int) -> tuple[float, Influence]:
        prediction, slope = outcome.predictions[position], outcome.slopes[position]
        mean = float(patients @ prediction) / float(patients.sum())
        common = prediction - mean
        return mean, Influence(*(common + part for part in outcome.nuisance(patients @ slope)))

    treated, influence_treated = mean_and_influence(0)
    untreated, influence_untreated = mean_and_influence(1)
    return adjusted_risks(
        treated, untreated, influence_treated, influence_untreated, with_event, patients,
        level=level, method=method, note=f"the outcome model fills a gap: {gap}" if gap else "",
    )  # fmt: skip
