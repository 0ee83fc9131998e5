"""Tests of equal distributions of interval-censored times: Sun, Finkelstein, Wilcoxon scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, ndtr

from dose_outcomes.stats.arguments import check_choice
from dose_outcomes.stats.result import FloatArray, HypothesisTest, IntArray
from dose_outcomes.stats.survival.grouped_risk_sets import label_codes
from dose_outcomes.stats.survival.innermost_intervals import check_intervals, innermost_intervals
from dose_outcomes.stats.survival.logrank import quadratic_form
from dose_outcomes.stats.survival.turnbull import maximum_likelihood_masses

SCORES: Final = ("sun", "finkelstein", "wilcoxon")
VARIANCES: Final = ("permutation", "information")


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalCensoredTest(HypothesisTest):
    """A test with its sums of scores.

    Attributes
    ----------
    groups : tuple
        Group labels, sorted.
    score : ndarray, shape (g,)
        Sum of scores by group: positive where the event comes earlier than expected.
    """

    groups: tuple[Any, ...]
    score: FloatArray


def interval_censored_test(
    left: ArrayLike,
    right: ArrayLike,
    group: ArrayLike,
    *,
    n: ArrayLike | None = None,
    stratum: ArrayLike | None = None,
    scores: str = "sun",
    variance: str = "permutation",
) -> IntervalCensoredTest:
    r"""Compare interval-censored times of k groups.

    With S the Turnbull estimate of all groups together, a patient known to have the event in (L, R] has the score

    .. math:: c = \frac{S'(L) - S'(R)}{S(L) - S(R)}

    where S' is the derivative of S in the direction of the alternative:

    ============  ===============================  ============================================
    finkelstein   :math:`S \log S`                 proportional hazards
    sun           :math:`-S \sum p_j / S_{j-1}`    proportional odds of the discrete hazards; with exact times
                                                   the log-rank test
    wilcoxon      :math:`-S (1 - S)`               proportional odds of the event
    ============  ===============================  ============================================

    Parameters
    ----------
    left, right : array_like, shape (r,)
        Days: last visit without and first visit with the event; right infinite where never seen.
    group : array_like, shape (r,)
        Group label of each entry.
    n : array_like, shape (r,), optional
        Numbers of patients; 1 each without it.
    stratum : array_like, shape (r,), optional
        Label; each stratum has a Turnbull estimate of its own, and sums of scores and their covariances add. A stratum
        with one group adds nothing.
    scores : str
        "sun", "finkelstein" or "wilcoxon".
    variance : str
        "permutation" (valid when the visit schedule does not depend on the group; asymptotic normal) or
        "information" (observed information, the masses of S as nuisance parameters).

    Returns
    -------
    IntervalCensoredTest
        Two groups with the permutation variance: z of the first group. Otherwise chi-squared.

    Raises
    ------
    ArgumentError
        For arrays of unequal length, left above right, negative counts, or an unknown option.

    References
    ----------
    Finkelstein DM. Biometrics 1986;42:845-854. Sun J. Stat Med 1996;15:1387-1395. Fay MP. Biometrics 1996;52:811-822.
    Fay MP, Shaw PA. J Stat Softw 2010;36(2).

    Examples
    --------
    Two groups seen on day 14 only: 3 of 4 and 1 of 4 have responded.

    >>> test = interval_censored_test([0, 14, 0, 14], [14, 99, 14, 99], ["a", "a", "b", "b"], n=[3, 1, 1, 3])
    >>> round(test.statistic, 4)  # z of the comparison of proportions with the variance of N - 1
    1.3229
    """
    check_choice("scores", scores, SCORES)
    check_choice("variance", variance, VARIANCES)
    low, high, counts = check_intervals(left, right, n)
    groups, codes = label_codes("group", group, len(low))
    strata, places = label_codes("stratum", np.zeros(len(low), int) if stratum is None else stratum, len(low))
    method = f"{scores} score test of interval-censored times, {variance} variance"
    method += f", stratified over {len(strata)} strata" if len(strata) > 1 else ""
    sums, covariance = np.zeros(len(groups)), np.zeros((len(groups), len(groups)))
    present = np.zeros(len(groups), dtype=bool)
    for place in range(len(strata)):
        own = (places == place) & (counts > 0)
        size = np.bincount(codes[own], counts[own], len(groups))
        if np.count_nonzero(size) < 2:
            continue
        one, spread = _stratum(low[own], high[own], counts[own], codes[own], len(groups), scores, variance)
        sums, covariance, present = sums + one, covariance + spread, present | (size > 0)
    nothing = IntervalCensoredTest(None, None, None, method, groups=groups, score=sums)
    if counts.sum() == 0:
        return _with_note(nothing, "no patient")
    if not present.any():
        return _with_note(nothing, "fewer than two groups")
    compared = np.flatnonzero(present)
    statistic, degrees = quadratic_form(sums[compared], covariance[np.ix_(compared, compared)])
    if statistic is None:
        return _with_note(nothing, "all scores equal: the times cannot be told apart")
    if variance == "permutation" and len(compared) == 2:
        k = int(compared[0])
        z = float(sums[k] / np.sqrt(covariance[k, k]))
        return IntervalCensoredTest(z, 1.0, float(2.0 * ndtr(-abs(z))), method, groups=groups, score=sums)
    p_value = float(chdtrc(degrees, statistic))
    return IntervalCensoredTest(statistic, float(degrees), p_value, method, groups=groups, score=sums)


def _stratum(
    low: FloatArray, high: FloatArray, counts: FloatArray, codes: IntArray, groups: int, scores: str, variance: str
) -> tuple[FloatArray, FloatArray]:
    """Sums of scores by group within one stratum, and their covariance."""
    intervals = innermost_intervals(low, high, counts)
    mass, _, _ = maximum_likelihood_masses(intervals)
    support = np.flatnonzero(mass > 0.0)
    first = np.searchsorted(support, intervals.first)
    last = np.searchsorted(support, intervals.last, side="right") - 1
    mass = mass[support] / mass[support].sum()
    survival = np.append(1.0, np.cumsum(mass[::-1])[::-1][1:])  # before each mass
    survival = np.append(survival, 0.0)
    slope, curvature, jacobian = _derivatives(survival, scores)
    probability = survival[first] - survival[last + 1]
    score = (slope[first] - slope[last + 1]) / probability

    # Patients by group and distinct observation.
    table = np.bincount(codes * len(score) + intervals.observation, counts, groups * len(score))
    by_group: FloatArray = table.reshape(groups, len(score)).astype(np.float64)
    size, total = by_group.sum(axis=1), float(by_group.sum())
    if variance == "permutation":
        spread = float(intervals.n @ (score - (intervals.n @ score) / total) ** 2) / (total - 1.0)
        return by_group @ score, spread * (np.diag(size) - np.outer(size, size) / total)
    covariance = _information_variance(
        by_group, intervals.n, first, last, survival, probability, score, curvature, jacobian
    )
    return by_group @ score, covariance


def _derivatives(survival: FloatArray, scores: str) -> tuple[FloatArray, FloatArray, FloatArray]:
    """First and second derivative of S by the effect, and of the first by the inner values of S (rows: S)."""
    s, inner = survival, survival[1:-1]
    size = len(inner)
    jacobian = np.zeros((len(s), size))
    diagonal = (np.arange(1, size + 1), np.arange(size))
    if scores == "wilcoxon":
        jacobian[diagonal] = -(1.0 - 2.0 * inner)
        return -s * (1.0 - s), s * (1.0 - s) * (1.0 - 2.0 * s), jacobian
    if scores == "finkelstein":
        log_s = np.log(np.where(s > 0.0, s, 1.0))  # S log S tends to 0 with S
        jacobian[diagonal] = np.log(inner) + 1.0
        return s * log_s, s * log_s + s * log_s**2, jacobian
    hazard = 1.0 - s[1:] / s[:-1]
    cumulative = np.append(0.0, np.cumsum(hazard))
    spread = np.append(0.0, np.cumsum(hazard * (1.0 - hazard)))
    # The cumulative hazard moves with S_k in the step that ends there and in the one that begins there.
    at, k = np.arange(len(s))[:, None], np.arange(1, size + 1)[None, :]
    moves = np.where(at > k, s[k + 1] / s[k] ** 2, 0.0) - np.where(at >= k, 1.0 / s[k - 1], 0.0)
    jacobian = -s[:, None] * moves
    jacobian[diagonal] -= cumulative[1:-1]
    return -s * cumulative, s * (cumulative**2 - spread), jacobian


def _information_variance(
    by_group: FloatArray,
    n: FloatArray,
    first: IntArray,
    last: IntArray,
    survival: FloatArray,
    probability: FloatArray,
    score: FloatArray,
    curvature: FloatArray,
    jacobian: FloatArray,
) -> FloatArray:
    """Variance of the summed scores from the observed information, the inner values of S profiled out."""
    own = score**2 - (curvature[first] - curvature[last + 1]) / probability
    inner = len(survival) - 2
    steps = np.zeros((len(survival), inner))
    steps[np.arange(1, inner + 1), np.arange(inner)] = 1.0
    gradient = (steps[first] - steps[last + 1]) / probability[:, None]
    mixed = score[:, None] * gradient - (jacobian[first] - jacobian[last + 1]) / probability[:, None]
    nuisance = gradient.T @ (n[:, None] * gradient)
    cross = by_group @ mixed
    variance: FloatArray = np.diag(by_group @ own) - cross @ np.linalg.pinv(nuisance, hermitian=True) @ cross.T
    return variance


def _with_note(test: IntervalCensoredTest, note: str) -> IntervalCensoredTest:
    return IntervalCensoredTest(None, None, None, test.method, note, groups=test.groups, score=test.score)
