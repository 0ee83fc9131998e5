"""Test of proportional hazards (Grambsch and Therneau), as a score test of coefficients that drift with time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import chdtrc

from dose_outcomes.stats.arguments import check_choice
from dose_outcomes.stats.result import FloatArray, HypothesisTest
from dose_outcomes.stats.survival.cox import CoxRegression
from dose_outcomes.stats.survival.kaplan_meier import product_limit
from dose_outcomes.stats.survival.partial_likelihood import PartialLikelihood, risk_moments, stratum_risk_set

TRANSFORMS: Final = ("km", "identity", "log", "rank")


@dataclass(frozen=True, slots=True)
class ProportionalHazardsTest:
    """Test by covariate, and of all together.

    Attributes
    ----------
    by_covariate : tuple of HypothesisTest
        One degree of freedom each; None with a note where the coefficient is not estimable.
    overall : HypothesisTest
    """

    by_covariate: tuple[HypothesisTest, ...]
    overall: HypothesisTest


def proportional_hazards_test(fit: CoxRegression, *, transform: str = "km") -> ProportionalHazardsTest:
    r"""Test whether log hazard ratios stay the same over time.

    The alternative is :math:`\beta_j(t) = \beta_j + \theta_j g(t)`. With U and I the score and the information of
    :math:`(\beta, \theta)` at :math:`\theta = 0`, summed over event days with :math:`g` and :math:`g^2`,

    .. math:: T = U_\theta' (I_{\theta\theta} - I_{\theta\beta} I_{\beta\beta}^{-1} I_{\beta\theta})^{-1} U_\theta

    computed in full (as survival 3.0 and later do; earlier versions took the information as constant over time).

    Parameters
    ----------
    fit : CoxRegression
        A fitted model.
    transform : str
        g: "km" (1 - Kaplan-Meier curve of all patients just before the day; the default, little moved by late
        events), "identity" (day), "log" (log day, days above 0 only) or "rank" (rank among all days of leaving).

    Returns
    -------
    ProportionalHazardsTest

    Raises
    ------
    ArgumentError
        For an unknown transform.

    References
    ----------
    Grambsch PM, Therneau TM. Biometrika 1994;81:515-526.

    Examples
    --------
    Exposed patients have their events first, the others later: hazards cross.

    >>> from dose_outcomes.stats.survival.cox import cox_regression
    >>> fit = cox_regression([1, 2, 9, 3, 8, 7], [3, 3, 1, 1, 3, 3], [0, 0, 3, 3, 0, 0], [[1], [1], [1], [0], [0], [0]])
    >>> proportional_hazards_test(fit).overall.p_value < 0.05
    True
    """
    check_choice("transform", transform, TRANSFORMS)
    method = f"score test of proportional hazards, {transform} transform"
    usable = fit.estimable & fit.converged
    p = len(usable)
    if not usable.any():
        nothing = HypothesisTest(None, None, None, method, "no coefficient estimable")
        return ProportionalHazardsTest((nothing,) * p, nothing)
    g = _transformed(fit.model, transform)
    if not np.isfinite(g).all():
        nothing = HypothesisTest(None, None, None, method, "the transform is not defined on day 0")
        return ProportionalHazardsTest((nothing,) * p, nothing)
    # A constant taken off g leaves the test as it is and keeps the information well conditioned.
    g = g - np.average(g, weights=fit.model.deaths)
    moments = risk_moments(fit.model, fit.coefficient)
    kept = np.ix_(usable, usable)
    score = (g @ moments.score_by_row())[usable]
    own, cross, drift = (moments.information(weight)[kept] for weight in (None, g, g**2))
    residual = drift - cross @ np.linalg.solve(own, cross)
    scale = np.diag(drift) + 1e-300
    if (np.diag(residual) <= 1e-10 * scale).any() or np.linalg.matrix_rank(residual, tol=1e-10 * scale.max()) < len(
        score
    ):
        nothing = HypothesisTest(None, None, None, method, "too few event days to see a drift")
        return ProportionalHazardsTest((nothing,) * p, nothing)
    single = iter(score**2 / np.diag(residual))
    tests = []
    for j in range(p):
        if usable[j]:
            statistic = float(next(single))
            tests.append(HypothesisTest(statistic, 1.0, float(chdtrc(1.0, statistic)), method))
        else:
            tests.append(HypothesisTest(None, None, None, method, "coefficient not estimable"))
    overall, degrees = float(score @ np.linalg.solve(residual, score)), float(len(score))
    return ProportionalHazardsTest(
        tuple(tests), HypothesisTest(overall, degrees, float(chdtrc(degrees, overall)), method)
    )


def _transformed(model: PartialLikelihood, transform: str) -> FloatArray:
    """Value of g on each event day."""
    rows = model.rows
    n = rows.events + rows.censored
    if transform == "identity":
        return model.day
    if transform == "log":
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.log(model.day), dtype=np.float64)
    if transform == "rank":
        days, index = np.unique(rows.day, return_inverse=True)
        n_by_day = np.bincount(index, n, len(days))
        rank = np.cumsum(n_by_day) - (n_by_day - 1.0) / 2.0
        return np.asarray(rank[np.searchsorted(days, model.day)], dtype=np.float64)
    counts = stratum_risk_set(model)
    survival, _ = product_limit(counts)
    return 1.0 - np.append(1.0, survival)[np.searchsorted(counts.day, model.day, side="left")]
