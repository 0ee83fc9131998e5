"""Mixed model for repeated measures, from sums of products by group and pattern of missing visits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.arguments import check_array, check_level
from dose_outcomes.stats.regression.restricted_likelihood import Moments, restricted_maximum
from dose_outcomes.stats.result import Estimate, FloatArray

METHOD = (
    "mixed model for repeated measures: visit by dose and visit by baseline, unstructured covariance, "
    "restricted maximum likelihood; t interval with Satterthwaite's degrees of freedom"
)


@dataclass(frozen=True, slots=True)
class RepeatedMeasures:
    """A fitted model; coefficients are the mean outcome by group and visit at the mean baseline.

    Attributes
    ----------
    means : ndarray, shape (groups, visits)
        At the mean baseline of all patients; NaN where a group has no outcome at a visit (arrays cannot hold None).
    slopes : ndarray, shape (visits,)
        Change of the outcome per unit of the baseline.
    covariance : ndarray, shape (visits, visits)
        Of the residuals of one patient.
    baseline_mean : float
        In the unit of the baseline.
    note : str
        Why there is no fit; empty when there is one.
    """

    means: FloatArray
    slopes: FloatArray
    covariance: FloatArray
    baseline_mean: float
    note: str
    uncertainty: FloatArray
    """Covariance of the means, in the order of `means.ravel()`, shape (k, k)."""
    gradient: FloatArray
    """Its derivatives by the covariance parameters, shape (parameters, k, k)."""
    parameter_covariance: FloatArray

    def contrast(self, weights: ArrayLike, visit: int, *, level: float = 0.95) -> Estimate:
        """Weighted sum of the group means at a visit.

        Parameters
        ----------
        weights : array_like, shape (groups,)
            For example 1 for one group, or 1 and -1 for a difference.
        visit : int
            Position of the visit.
        level : float
            Confidence level.

        Returns
        -------
        Estimate
            None with a note where the model was not fitted or a group that is asked for has no outcome there.
        """
        level = check_level(level)
        weight = check_array("weights", weights, same_length_as=("means", self.means))
        if self.note:
            return Estimate(None, None, None, level, METHOD, self.note)
        used = weight != 0.0
        if np.isnan(self.means[used, visit]).any():
            return Estimate(None, None, None, level, METHOD, "a dose without any score at this visit")
        vector = np.zeros(self.means.shape)
        vector[:, visit] = weight
        flat = vector.ravel()
        estimate = float(weight[used] @ self.means[used, visit])
        variance = float(flat @ self.uncertainty @ flat)
        slope = np.asarray([flat @ matrix @ flat for matrix in self.gradient])
        freedom = 2.0 * variance**2 / float(slope @ self.parameter_covariance @ slope)
        error = float(np.sqrt(variance))
        half = -float(stdtrit(freedom, (1.0 - level) / 2.0)) * error
        return Estimate(estimate, estimate - half, estimate + half, level, METHOD, standard_error=error)


def repeated_measures(group: ArrayLike, observed: ArrayLike, products: ArrayLike, *, groups: int) -> RepeatedMeasures:
    r"""Fit a mixed model for repeated measures by restricted maximum likelihood.

    .. math:: y_{iv} = \mu_{g(i)v} + \beta_v (b_i - \bar b) + e_{iv}, \quad e_i \sim N(0, \Sigma)

    with the covariance of the visits left free. Patients with some visits missing count with those they have: valid
    when a missing score depends on nothing but the dose, the baseline and the scores seen (missing at random). The
    likelihood needs patients only through sums by pattern of visits, so that its cost does not grow with their number.

    Parameters
    ----------
    group : array_like, shape (p,)
        Group of each row, from 0.
    observed : array_like, shape (p, v)
        1 where the visit was seen, else 0; a row is one pattern of one group.
    products : array_like, shape (p, v + 2, v + 2)
        Sums over the patients of the row of the products of (1, baseline, y_1, ..., y_v) with itself; 0 for visits
        not seen. The first entry is the number of patients.
    groups : int
        Number of groups.

    Returns
    -------
    RepeatedMeasures
        With a note, and no numbers, where the data do not determine the covariance or the search does not end.

    Raises
    ------
    ArgumentError
        If shapes do not fit.

    References
    ----------
    Mallinckrodt CH et al. (2008). Recommendations for the primary analysis of continuous endpoints in longitudinal
    clinical trials. Drug Inf J 42:303-319. Satterthwaite FE (1946). Biometrics Bulletin 2:110-114.

    Examples
    --------
    One visit, one group, outcomes 1, 2, 6 and 7 at baselines 0 to 3: the regression line at baseline 1.5.
    The residuals 0.3, -0.9, 0.9 and -0.3 have the variance 1.8 / 2, their mean a quarter of it.

    >>> z = np.array([[1, 0, 1], [1, 1, 2], [1, 2, 6], [1, 3, 7.0]])
    >>> fit = repeated_measures([0], [[1]], [z.T @ z], groups=1)
    >>> result = fit.contrast([1], 0)
    >>> round(result.estimate, 9), round(float(fit.slopes[0]), 9), round(result.standard_error**2, 9)
    (4.0, 2.2, 0.225)
    """
    position = check_array("group", group, at_least=0, below=groups, whole=True).astype(np.int64)
    seen = check_array("observed", observed, dimensions=2, at_least=0, at_most=1, whole=True)
    sums = check_array("products", products, dimensions=3)
    visits = seen.shape[1]
    if sums.shape != (len(position), visits + 2, visits + 2) or len(seen) != len(position):
        raise ArgumentError(
            f"products must have shape {(len(position), visits + 2, visits + 2)}; received {sums.shape}"
        )
    patients = float(sums[:, 0, 0].sum())
    if patients == 0.0:
        return _no_fit(groups, visits, "no patients with a baseline and a later score")
    moments = Moments(position, seen, sums, groups)
    if not moments.enough:
        return _no_fit(groups, visits, "too few patients for the visits and doses of the model")
    found = restricted_maximum(moments)
    if found is None:
        return _no_fit(groups, visits, "the model did not converge: the visits do not determine their covariance")
    means = np.full(groups * visits, np.nan)
    cells = groups * visits
    kept = moments.kept[:cells]
    means[kept] = found.coefficients[:cells][kept]
    return RepeatedMeasures(
        means.reshape(groups, visits) * moments.scale,
        found.coefficients[cells:] * moments.scale / moments.baseline_scale,
        found.covariance * moments.scale**2,
        moments.baseline_mean,
        "",
        found.uncertainty[:cells, :cells] * moments.scale**2,
        found.gradient[:, :cells, :cells] * moments.scale**2,
        found.parameter_covariance,
    )


def _no_fit(groups: int, visits: int, reason: str) -> RepeatedMeasures:
    nothing = np.zeros((0, 0))
    return RepeatedMeasures(
        np.full((groups, visits), np.nan), np.zeros(0), nothing, 0.0, reason, nothing, np.zeros((0, 0, 0)), nothing
    )
