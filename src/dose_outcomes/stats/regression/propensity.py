"""Propensity of treatment by covariate pattern, the weights made from it, and whether they can be trusted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from dose_outcomes.stats.arguments import check_array, check_choice, check_number
from dose_outcomes.stats.regression.likelihood import maximise
from dose_outcomes.stats.regression.pattern_counts import check_arm, check_design, independent_columns
from dose_outcomes.stats.regression.separation import separated_patterns
from dose_outcomes.stats.result import FloatArray, IntArray

ESTIMANDS = {
    "all": "everybody (weights 1/e and 1/(1 - e))",
    "treated": "the treated (weights 1 and e/(1 - e))",
    "overlap": "patients who could have had either arm (overlap weights 1 - e and e)",
}
ONE_ARM_CHOICES = ("refuse", "model")


@dataclass(frozen=True, slots=True)
class PropensityWeights:
    """Inverse-probability weights and what a reader needs to judge them.

    Attributes
    ----------
    score : ndarray, shape (patterns,)
        Fitted probability of treatment. Empty when there is none.
    weight : ndarray, shape (patterns,)
        Of each patient of the pattern, truncated where asked.
    coefficients : ndarray
        Of the propensity model, for the columns in `columns`.
    columns : ndarray of int
        Columns of the design in the model.
    one_arm_patterns, one_arm_patients : int
        Covariate patterns in which only one arm was seen, and patients in them.
    effective_sample_size_treated, effective_sample_size_untreated : float or None
        (sum w)^2 / sum w^2 over patients of the arm (Kish).
    maximum_stabilised_weight, mean_stabilised_weight : float or None
        Of weights times the share of their arm; only for the estimand "all". The mean should be near 1.
    truncated_patients : int
        Whose weight was lowered.
    truncation_limit : float or None
        The largest weight allowed.
    derivative : ndarray, shape (patterns,)
        Of the weight in the linear predictor of the propensity; 0 where truncated.
    note : str
        Why there are no weights, or what is doubtful about them.
    """

    score: FloatArray
    weight: FloatArray
    coefficients: FloatArray
    columns: IntArray
    one_arm_patterns: int
    one_arm_patients: int
    effective_sample_size_treated: float | None
    effective_sample_size_untreated: float | None
    maximum_stabilised_weight: float | None
    mean_stabilised_weight: float | None
    truncated_patients: int
    truncation_limit: float | None
    derivative: FloatArray
    note: str = ""

    @property
    def usable(self) -> bool:
        """Whether there are weights."""
        return len(self.weight) > 0


def effective_sample_size(weights: ArrayLike, n: ArrayLike) -> float | None:
    """Kish's effective sample size (sum n w)^2 / sum n w^2; None without weight.

    References
    ----------
    Kish L (1965). Survey sampling. Wiley.

    Examples
    --------
    >>> effective_sample_size([1.0, 3.0], [10, 10])
    16.0
    """
    patients = check_array("n", n, at_least=0)
    weight = check_array("weights", weights, at_least=0, same_length_as=("n", patients))
    squares = float(patients @ weight**2)
    return float(patients @ weight) ** 2 / squares if squares > 0.0 else None


def one_arm_patterns(design: ArrayLike, treatment: ArrayLike, n: ArrayLike) -> tuple[int, int]:
    """Covariate patterns in which only one arm was seen, and the patients in them.

    >>> one_arm_patterns([[1, 0], [1, 0], [1, 1]], [1, 0, 1], [4, 5, 6])
    (1, 6)
    """
    patients = check_array("n", n, at_least=0, whole=True)
    matrix = check_design("design", design, patients)
    arm = check_arm(treatment, patients)
    _, pattern = np.unique(matrix, axis=0, return_inverse=True)
    treated = np.bincount(pattern, patients * arm)
    untreated = np.bincount(pattern, patients * (1.0 - arm))
    alone = (treated > 0) != (untreated > 0)
    return int(alone.sum()), int((treated + untreated)[alone].sum())


def propensity_weights(
    design: ArrayLike,
    treatment: ArrayLike,
    n: ArrayLike,
    *,
    estimand: str = "all",
    truncation: float | None = None,
    one_arm: str = "refuse",
) -> PropensityWeights:
    """Weights from a logistic propensity model e(x) = P(treated | x) fitted to counts by arm and pattern.

    Parameters
    ----------
    design : array_like, shape (patterns, columns)
        Covariates of each row with an intercept; a covariate pattern has one row per arm (or more).
    treatment : array_like, shape (patterns,)
        1 treated, 0 untreated.
    n : array_like, shape (patterns,)
        Patients.
    estimand : {"all", "treated", "overlap"}
        Whose risks the weights stand for.
    truncation : float, optional
        Quantile of the weights over patients, such as 0.99; larger weights are lowered to it. None leaves all.
    one_arm : {"refuse", "model"}
        A covariate pattern with one arm only breaks positivity: refuse, or trust the model to fill the gap.

    Returns
    -------
    PropensityWeights
        Without weights, and with a note, where positivity fails or the model has no maximum.

    Raises
    ------
    ArgumentError
        If counts, design or options cannot be taken.

    References
    ----------
    Robins JM, Hernan MA, Brumback B (2000). Marginal structural models and causal inference in
    epidemiology. Epidemiology 11:550-560. Li F, Morgan KL, Zaslavsky AM (2018). Balancing covariates via
    propensity score weighting. JASA 113:390-400.

    Examples
    --------
    In the second pattern 3 of 12 are treated: weights 4 and 4/3.

    >>> result = propensity_weights([[1, 0], [1, 0], [1, 1], [1, 1]], [1, 0, 1, 0], [5, 5, 3, 9])
    >>> [round(float(w), 6) for w in result.weight]
    [2.0, 2.0, 4.0, 1.333333]
    """
    patients = check_array("n", n, at_least=0, whole=True)
    matrix = check_design("design", design, patients)
    arm = check_arm(treatment, patients)
    check_choice("estimand", estimand, ESTIMANDS)
    check_choice("one_arm", one_arm, ONE_ARM_CHOICES)
    if truncation is not None:
        check_number("truncation", truncation, above=0.5, at_most=1.0)
    alone, alone_patients = one_arm_patterns(matrix, arm, patients)

    def refuse(reason: str) -> PropensityWeights:
        empty = np.zeros(0)
        return PropensityWeights(
            empty, empty, empty, np.zeros(0, dtype=np.int64), alone, alone_patients,
            None, None, None, None, 0, None, empty, reason,
        )  # fmt: skip

    share = float(patients @ arm) / max(float(patients.sum()), 1.0)
    if share in (0.0, 1.0):
        return refuse("one arm has no patient")
    gap = f"{alone} covariate patterns ({alone_patients} patients) hold one arm only"
    if alone and one_arm == "refuse":
        return refuse(f"positivity fails: {gap}; merge or drop patterns, or ask for the model to fill the gap")
    columns = independent_columns(matrix[patients > 0])
    fit = maximise(matrix[:, columns], patients * arm, patients)
    if not fit.converged:
        separated = separated_patterns(matrix, patients * arm, patients).any()
        why = "treatment is determined by the covariates (separation)" if separated else "it did not converge"
        return refuse(f"the propensity model cannot be fitted: {why}")

    linear = matrix[:, columns] @ fit.coefficients
    score, complement = expit(linear), expit(-linear)
    odds = np.exp(np.where(arm == 1, -linear, linear))  # of the arm not taken
    if estimand == "all":
        weight, derivative = 1.0 + odds, np.where(arm == 1, -odds, odds)
    elif estimand == "treated":
        weight, derivative = np.where(arm == 1, 1.0, odds), np.where(arm == 1, 0.0, odds)
    else:
        slope = score * complement
        weight, derivative = np.where(arm == 1, complement, score), np.where(arm == 1, -slope, slope)
    limit, lowered = None, np.zeros(len(weight), dtype=np.bool_)
    if truncation is not None:
        limit = _quantile(weight, patients, truncation)
        lowered = weight > limit
        weight, derivative = np.minimum(weight, limit), np.where(lowered, 0.0, derivative)
    stabilised = weight * np.where(arm == 1, share, 1.0 - share)
    is_all = estimand == "all"
    return PropensityWeights(
        score,
        weight,
        fit.coefficients,
        columns,
        alone,
        alone_patients,
        effective_sample_size(weight, patients * arm),
        effective_sample_size(weight, patients * (1.0 - arm)),
        float(stabilised[patients > 0].max()) if is_all else None,
        float(patients @ stabilised / patients.sum()) if is_all else None,
        int(patients[lowered].sum()),
        limit,
        derivative,
        f"the propensity model fills a gap: {gap}" if alone else "",
    )


def _quantile(weight: FloatArray, n: FloatArray, probability: float) -> float:
    """Smallest weight that at least this share of patients does not exceed."""
    order = np.argsort(weight, kind="stable")
    reached = np.cumsum(n[order]) / n.sum()
    return float(weight[order][int(np.argmax(reached >= probability * (1.0 - 1e-12)))])
