"""The outcome model behind standardisation and the doubly robust estimate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.regression.likelihood import inverse, maximise
from dose_outcomes.stats.regression.pattern_counts import check_design, independent_columns
from dose_outcomes.stats.regression.propensity import one_arm_patterns
from dose_outcomes.stats.regression.separation import separated_patterns
from dose_outcomes.stats.result import FloatArray


@dataclass(frozen=True, slots=True)
class OutcomeModel:
    """A fitted logistic outcome model.

    Attributes
    ----------
    design : ndarray, shape (patterns, kept columns)
        As observed, without collinear columns.
    fitted : ndarray, shape (patterns,)
        Probabilities as observed.
    covariance : ndarray
        Of the coefficients, model-based.
    predictions, slopes : tuple of two ndarrays
        As treated, as untreated: probabilities, and their gradients in the coefficients.
    one_arm : tuple of two int
        Covariate patterns with one arm only, and patients in them.
    problem : str
        Why there is no fit; empty when there is one.
    """

    design: FloatArray
    fitted: FloatArray
    covariance: FloatArray
    predictions: tuple[FloatArray, FloatArray]
    slopes: tuple[FloatArray, FloatArray]
    one_arm: tuple[int, int]
    problem: str = ""

    def gap(self) -> str:
        """Where positivity fails, in words; empty when it holds."""
        patterns, patients = self.one_arm
        return f"{patterns} covariate patterns ({patients} patients) hold one arm only" if patterns else ""

    def nuisance(self, slope: FloatArray) -> tuple[FloatArray, FloatArray]:
        """What the estimated coefficients add to the influence of a patient with the event, and without."""
        direction = self.design @ (self.covariance @ slope)
        return direction * (1.0 - self.fitted), -direction * self.fitted


def fit_outcome(
    design: ArrayLike,
    design_if_treated: ArrayLike,
    design_if_untreated: ArrayLike,
    arm: FloatArray,
    events: FloatArray,
    n: FloatArray,
) -> OutcomeModel:
    """Fit the outcome model and predict every row as treated and as untreated."""
    observed = check_design("design", design, n)
    treated = check_design("design_if_treated", design_if_treated, n)
    untreated = check_design("design_if_untreated", design_if_untreated, n)
    for name, other in (("design_if_treated", treated), ("design_if_untreated", untreated)):
        if other.shape != observed.shape:
            raise ArgumentError(
                f"{name} must have the columns of design ({observed.shape[1]}); received {other.shape[1]}"
            )
    columns = independent_columns(observed[n > 0])
    kept = observed[:, columns]
    fit = maximise(kept, events, n)
    alone = one_arm_patterns(np.hstack([treated, untreated]), arm, n)
    problem = ""
    if not n.any() or float(n @ arm) in (0.0, float(n.sum())):
        problem = "one arm has no patient"
    elif not fit.converged:
        separated = separated_patterns(observed, events, n).any()
        why = "the outcome is determined by the covariates (separation)" if separated else "it did not converge"
        problem = f"the outcome model cannot be fitted: {why}"
    predictions = tuple(expit(rows[:, columns] @ fit.coefficients) for rows in (treated, untreated))
    slopes = tuple(
        rows[:, columns] * (prediction * (1.0 - prediction))[:, None]
        for rows, prediction in zip((treated, untreated), predictions, strict=True)
    )
    covariance = np.zeros_like(fit.information) if problem else inverse(fit.information)
    return OutcomeModel(
        kept, fit.fitted, covariance, (predictions[0], predictions[1]), (slopes[0], slopes[1]), alone, problem
    )
