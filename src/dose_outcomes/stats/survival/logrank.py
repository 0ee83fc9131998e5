"""Log-rank tests: k groups, strata, Fleming-Harrington weights, trend over doses, delayed entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, ndtr

from dose_outcomes.stats.arguments import check_array, check_number
from dose_outcomes.stats.result import FloatArray, HypothesisTest
from dose_outcomes.stats.survival.grouped_risk_sets import GroupedRiskSets, grouped_risk_sets


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRankTest(HypothesisTest):
    """A log-rank test with what it is made of.

    Attributes
    ----------
    groups : tuple
        Group labels, sorted.
    observed, expected : ndarray, shape (g,)
        Weighted numbers of events, observed and expected were the hazards equal; summed over strata.
    covariance : ndarray, shape (g, g)
        Covariance of observed minus expected.
    """

    groups: tuple[Any, ...]
    observed: FloatArray
    expected: FloatArray
    covariance: FloatArray


def logrank(
    day: ArrayLike,
    events: ArrayLike,
    censored: ArrayLike,
    group: ArrayLike,
    *,
    stratum: ArrayLike | None = None,
    entered: ArrayLike | None = None,
    rho: float = 0.0,
    gamma: float = 0.0,
) -> LogRankTest:
    r"""Compare the hazards of k groups.

    .. math::
        U_k = \sum_t w_t \left(d_{kt} - d_t \frac{Y_{kt}}{Y_t}\right), \qquad
        V_{kl} = \sum_t w_t^2\, d_t \frac{Y_t - d_t}{Y_t - 1} \frac{Y_{kt}}{Y_t}
        \left(1\{k = l\} - \frac{Y_{lt}}{Y_t}\right)

    with :math:`w_t = S(t-)^\rho (1 - S(t-))^\gamma` from the pooled Kaplan-Meier curve (of the stratum). Ties are
    exact (hypergeometric variance); strata add. The statistic is :math:`U' V^- U`, chi-squared with as many
    degrees of freedom as groups with an expected event, minus 1.

    Parameters
    ----------
    day : array_like, shape (m,)
        Days since time zero.
    events, censored : array_like, shape (m,)
        Numbers leaving on the day by the event, or by the end of observation (after the events of that day).
    group : array_like, shape (m,)
        Group label of each entry.
    stratum : array_like, shape (m,), optional
        Stratum label. A stratum with one group at risk adds nothing.
    entered : array_like, shape (m,), optional
        Numbers entering on the day (delayed entry), at risk from the day after on.
    rho, gamma : float
        Fleming-Harrington weights; 0, 0 is the log-rank test, 1, 0 weighs early differences (Peto-Prentice).

    Returns
    -------
    LogRankTest
        Statistic None, with a note, where no two groups are ever at risk together at an event.

    Raises
    ------
    ArgumentError
        For arrays of unequal length, negative counts, or a negative weight exponent.

    References
    ----------
    Mantel N. Cancer Chemother Rep 1966;50:163-170. Fleming TR, Harrington DP. Counting Processes and Survival
    Analysis. Wiley, 1991.

    Examples
    --------
    Two patients a group; both of group "a" have the event first, alone on days 1 and 2:
    expected in "a" 2/4 + 1/3, variance 1/4 + 2/9.

    >>> test = logrank([1, 2, 3], [1, 1, 0], [0, 0, 2], ["a", "a", "b"])
    >>> round(test.statistic, 4) == round((2 - 5 / 6) ** 2 / (17 / 36), 4)
    True
    """
    check_number("rho", rho, at_least=0.0)
    check_number("gamma", gamma, at_least=0.0)
    sets = grouped_risk_sets(day, events, censored, group, stratum=stratum, entered=entered)
    observed, expected, covariance = _sums(sets, rho, gamma)
    kept = np.flatnonzero(expected > 0.0)
    method = _method(rho, gamma, sets)
    statistic: float | None = None
    degrees: float | None = None
    p_value: float | None = None
    note = ""
    if len(kept) < 2:
        note = "no event" if observed.sum() == 0 else "fewer than two groups at risk when events happen"
    else:
        statistic, rank = quadratic_form((observed - expected)[kept], covariance[np.ix_(kept, kept)])
        degrees = float(rank)
        if statistic is None:
            degrees, note = None, "no two groups are at risk together when events happen"
        else:
            p_value = float(chdtrc(degrees, statistic))
            dropped = [str(sets.groups[k]) for k in range(len(sets.groups)) if k not in kept]
            note = f"never at risk when events happen: {', '.join(dropped)}" if dropped else ""
    return LogRankTest(
        statistic,
        degrees,
        p_value,
        method,
        note,
        groups=sets.groups,
        observed=observed,
        expected=expected,
        covariance=covariance,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendTest(HypothesisTest):
    """A trend test: `statistic` is the standardised score z, `score` its numerator with `variance`."""

    score: float
    variance: float


def logrank_trend(
    day: ArrayLike,
    events: ArrayLike,
    censored: ArrayLike,
    doses: ArrayLike,
    *,
    stratum: ArrayLike | None = None,
    entered: ArrayLike | None = None,
    rho: float = 0.0,
) -> TrendTest:
    r"""Test a trend of the hazard over doses, one degree of freedom.

    .. math:: z = \frac{\sum_k s_k (O_k - E_k)}{\sqrt{s' V s}}

    with the dose in mg as the score :math:`s_k`, O, E and V as in :func:`logrank`.

    Parameters
    ----------
    day : array_like, shape (m,)
        Days since time zero.
    events, censored : array_like, shape (m,)
        Numbers leaving on the day by the event, or by the end of observation.
    doses : array_like, shape (m,)
        Dose (mg) of each entry: the group and its score in one.
    stratum, entered, rho
        As in :func:`logrank`.

    Returns
    -------
    TrendTest
        z is positive where higher doses have the event earlier; p value two-sided.

    Raises
    ------
    ArgumentError
        As :func:`logrank`; doses must be numbers.

    References
    ----------
    Klein JP, Moeschberger ML. Survival Analysis, 2nd ed., section 7.4. Springer, 2003.

    Examples
    --------
    With two doses the squared trend statistic is the log-rank statistic, whatever the scores.

    >>> test = logrank_trend([1, 2, 3], [1, 1, 0], [0, 0, 2], [1.5, 1.5, 4.5])
    >>> round(test.statistic, 4) == -round((2 - 5 / 6) / (17 / 36) ** 0.5, 4)
    True
    """
    check_number("rho", rho, at_least=0.0)
    scores = check_array("doses", doses)
    sets = grouped_risk_sets(day, events, censored, scores, stratum=stratum, entered=entered)
    observed, expected, covariance = _sums(sets, rho, 0.0)
    # O - E sums to 0, so the centre of the scores is free; the mean keeps the sums small.
    s = np.array(sets.groups) - (np.mean(sets.groups) if sets.groups else 0.0)
    score, variance = float(s @ (observed - expected)), float(s @ covariance @ s)
    method = f"trend of {_method(rho, 0.0, sets)}, scores = doses"
    if variance <= 1e-12 * float(s @ s):
        note = "no two doses are at risk together when events happen" if observed.sum() else "no event"
        return TrendTest(None, None, None, method, note, score=score, variance=max(variance, 0.0))
    z = score / np.sqrt(variance)
    return TrendTest(float(z), 1.0, float(2.0 * ndtr(-abs(z))), method, score=score, variance=variance)


def quadratic_form(vector: FloatArray, covariance: FloatArray) -> tuple[float | None, int]:
    """Return vector' covariance^- vector and the rank of the covariance; None where the rank is 0."""
    values, vectors = np.linalg.eigh(covariance)
    kept = values > 1e-10 * max(float(np.abs(values).max(initial=0.0)), 1e-300)
    if not kept.any() or values.max() <= 1e-12:
        return None, 0
    return float(np.sum((vectors[:, kept].T @ vector) ** 2 / values[kept])), int(kept.sum())


def _sums(sets: GroupedRiskSets, rho: float, gamma: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Weighted observed and expected events and the covariance of their difference, all strata together."""
    group_events = sets.events.sum(axis=0)
    d, y = group_events.sum(axis=1), sets.at_risk.sum(axis=1)
    share = np.divide(sets.at_risk, y[:, None], out=np.zeros_like(sets.at_risk), where=y[:, None] > 0)
    weight = _weights(sets, d, y, rho, gamma)
    tied = np.divide(d * (y - d), y - 1.0, out=np.zeros_like(d), where=y > 1.0) * weight**2
    weighted_share = tied[:, None] * share
    covariance = np.diag(weighted_share.sum(axis=0)) - share.T @ weighted_share
    return weight @ group_events, (weight * d) @ share, covariance


def _weights(sets: GroupedRiskSets, d: FloatArray, y: FloatArray, rho: float, gamma: float) -> FloatArray:
    if rho == 0.0 and gamma == 0.0:
        return np.ones_like(d)
    before = np.ones_like(d)
    for rows in sets.slices():
        factor = 1.0 - np.divide(d[rows], y[rows], out=np.zeros_like(d[rows]), where=y[rows] > 0)
        before[rows] = np.append(1.0, np.cumprod(factor)[:-1]) if len(factor) else factor
    return before**rho * (1.0 - before) ** gamma


def _method(rho: float, gamma: float, sets: GroupedRiskSets) -> str:
    name = "log-rank test" if rho == 0.0 and gamma == 0.0 else f"Fleming-Harrington test ({rho:g}, {gamma:g})"
    return f"{name} stratified over {len(sets.strata)} strata" if len(sets.strata) > 1 else name
