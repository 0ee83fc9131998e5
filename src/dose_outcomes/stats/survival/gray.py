"""Gray's test of equal cumulative incidence in k groups, from counts by day."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.arguments import check_array, check_number
from dose_outcomes.stats.result import FloatArray, HypothesisTest
from dose_outcomes.stats.survival.grouped_risk_sets import grouped_risk_sets
from dose_outcomes.stats.survival.logrank import quadratic_form


def gray_test(
    day: ArrayLike,
    events: ArrayLike,
    censored: ArrayLike,
    group: ArrayLike,
    *,
    cause: int = 0,
    stratum: ArrayLike | None = None,
    rho: float = 0.0,
) -> HypothesisTest:
    r"""Compare the cumulative incidence of one cause between groups.

    With :math:`h_k = Y_k / S_k(t-)`, :math:`R_k = h_k (1 - F_k(t-))`, sums over groups without index, and the
    pooled :math:`F^0 = \sum D_1 / h`:

    .. math:: U_k = \sum_t W(t) \left(d_{1k} - D_1 \frac{R_k}{R}\right), \qquad W = (1 - F^0(t-))^\rho

    and the statistic :math:`U' V^- U` with Gray's variance of U; strata add to both.

    Parameters
    ----------
    day : array_like, shape (m,)
        Days since time zero.
    events : array_like, shape (m, c)
        Numbers with the event on the day, one column per cause.
    censored : array_like, shape (m,)
        Numbers whose observation ends on the day without any cause.
    group : array_like, shape (m,)
        Group label of each entry.
    cause : int
        Column of `events` that is compared; the others compete.
    stratum : array_like, shape (m,), optional
        Stratum label.
    rho : float
        Weighs early differences when above 0.

    Returns
    -------
    HypothesisTest
        Chi-squared with groups minus 1 degrees of freedom; None, with a note, without an event of the cause or with
        fewer than two groups at risk.

    Raises
    ------
    ArgumentError
        For arrays of unequal length, negative counts, or a cause that is no column of `events`.

    References
    ----------
    Gray RJ. Ann Stat 1988;16:1141-1154.

    Examples
    --------
    Two groups with the same counts do not differ.

    >>> test = gray_test([1, 2, 1, 2], [[1, 0], [0, 1], [1, 0], [0, 1]], [0, 3, 0, 3], ["a", "a", "b", "b"])
    >>> test.statistic, test.p_value
    (0.0, 1.0)
    """
    check_number("rho", rho, at_least=0.0)
    by_cause = check_array("events", events, dimensions=2, at_least=0.0)
    if not 0 <= cause < by_cause.shape[1]:
        raise ArgumentError(f"cause must be a column of events (0 to {by_cause.shape[1] - 1}); received {cause!r}")
    sets = grouped_risk_sets(day, by_cause, censored, group, stratum=stratum)
    size = len(sets.groups)
    score, variance = np.zeros(size), np.zeros((size, size))
    for rows in sets.slices():
        one = sets.events[cause, rows]
        stratum_score, stratum_variance = _stratum(sets.at_risk[rows], one, sets.events[:, rows].sum(axis=0) - one, rho)
        score, variance = score + stratum_score, variance + stratum_variance
    method = "Gray's test" + (f" stratified over {len(sets.strata)} strata" if len(sets.strata) > 1 else "")
    seen = np.flatnonzero(np.diag(variance) > 0.0)
    if len(seen) < 2:
        note = "no event of this cause" if by_cause[:, cause].sum() == 0 else "fewer than two groups at risk"
        return HypothesisTest(None, None, None, method, note)
    statistic, degrees = quadratic_form(score[seen], variance[np.ix_(seen, seen)])
    if statistic is None:
        return HypothesisTest(None, None, None, method, "no two groups are at risk together")
    note = "" if len(seen) == size else "groups without anybody at risk left out"
    return HypothesisTest(statistic, float(degrees), float(chdtrc(degrees, statistic)), method, note)


def _stratum(y: FloatArray, d1: FloatArray, d2: FloatArray, rho: float) -> tuple[FloatArray, FloatArray]:
    """Score and its variance within one stratum; arrays of shape (days, groups)."""
    at_risk = y > 0
    leave = np.divide(d1 + d2, y, out=np.zeros_like(y), where=at_risk)
    survival = np.cumprod(1.0 - leave, axis=0)
    survival_before = np.vstack([np.ones(y.shape[1]), survival[:-1]])
    incidence = np.cumsum(survival_before * np.divide(d1, y, out=np.zeros_like(y), where=at_risk), axis=0)
    incidence_before = np.vstack([np.zeros(y.shape[1]), incidence[:-1]])
    h_k = np.divide(y, survival_before, out=np.zeros_like(y), where=at_risk)
    r_k = h_k * (1.0 - incidence_before)
    h, r, total = h_k.sum(axis=1), r_k.sum(axis=1), d1.sum(axis=1)
    hazard = np.divide(total, h, out=np.zeros_like(h), where=h > 0)
    pooled = np.cumsum(hazard)
    pooled_before = np.append(0.0, pooled)[:-1]
    weight = np.maximum(1.0 - pooled_before, 0.0) ** rho
    share_r = np.divide(r_k, r[:, None], out=np.zeros_like(y), where=r[:, None] > 0)
    score = weight @ (d1 - total[:, None] * share_r)

    share_h = np.divide(h_k, h[:, None], out=np.zeros_like(y), where=h[:, None] > 0)
    # a[t, j, k]: what a jump of group k on day t does to the score of group j
    a = (weight[:, None] * h_k)[:, :, None] * (np.eye(y.shape[1])[None] - share_h[:, None, :])
    step = np.divide(hazard, 1.0 - pooled_before, out=np.zeros_like(h), where=pooled_before < 1.0)
    c = np.cumsum(a * step[:, None, None], axis=0)
    rest = c[-1] - c
    ratio = np.divide((1.0 - pooled)[:, None], survival, out=np.zeros_like(y), where=survival > 0)
    same = a + (1.0 - ratio)[:, None, :] * rest
    other = ratio[:, None, :] * rest
    # Hypergeometric factors for events tied on a day.
    spread = h[:, None] * survival_before - 1.0
    tie1 = 1.0 - np.divide(
        (total - 1.0)[:, None], spread, out=np.zeros_like(y), where=(total > 1.0)[:, None] & (spread > 0.0)
    )
    tie2 = 1.0 - np.divide(d2 - 1.0, y - 1.0, out=np.zeros_like(y), where=(d2 > 1.0) & (y > 1.0))
    q1 = tie1 * np.divide(survival_before * hazard[:, None], y, out=np.zeros_like(y), where=at_risk)
    q2 = tie2 * np.divide(survival_before**2 * d2, y**2, out=np.zeros_like(y), where=at_risk)
    variance = np.einsum("tjk,tlk,tk->jl", same, same, q1) + np.einsum("tjk,tlk,tk->jl", other, other, q2)
    return score, np.asarray(variance, dtype=np.float64)
