"""Tests over strata: Cochran-Mantel-Haenszel, and Breslow-Day with Tarone's correction."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from dose_outcomes.stats.proportions.stratified import Strata, check_strata
from dose_outcomes.stats.result import FloatArray, HypothesisTest


def cochran_mantel_haenszel(
    events: ArrayLike,
    n: ArrayLike,
    reference_events: ArrayLike,
    reference_n: ArrayLike,
    *,
    continuity_correction: bool = False,
) -> HypothesisTest:
    """Test that the groups do not differ within any stratum.

    X^2 = (|sum(a - n1 m/N)| - k)^2 / sum(n1 n2 m (N - m)/(N^2 (N - 1))), m the events of both groups,
    k = 0, or 1/2 (at most the difference itself) when corrected.

    Parameters
    ----------
    events, n : array_like, shape (k,)
        Patients with the event and patients of the group, by stratum.
    reference_events, reference_n : array_like, shape (k,)
        The same of the reference group.
    continuity_correction : bool
        Subtract 1/2.

    Returns
    -------
    HypothesisTest
        Undefined when no stratum has both groups and both outcomes.

    Raises
    ------
    ArgumentError
        If the counts are not whole numbers with 0 <= events <= n, or lengths differ.

    References
    ----------
    Mantel N, Haenszel W (1959). Statistical aspects of the analysis of data from retrospective studies of
    disease. JNCI 22:719-748.

    Examples
    --------
    2 of 2 against 0 of 2: (2 - 1)^2 / (2 x 2 x 2 x 2 / (16 x 3)) = 3.

    >>> round(cochran_mantel_haenszel([2], [2], [0], [2]).statistic, 12)
    3.0
    """
    method = "Cochran-Mantel-Haenszel test" + (" with continuity correction" if continuity_correction else "")
    strata = _informative(check_strata(events, n, reference_events, reference_n))
    if not len(strata.a):
        return HypothesisTest(None, None, None, method, "no stratum has both groups and both outcomes: undefined")
    total, m = strata.total, strata.events
    surplus = abs(float((strata.a - strata.n * m / total).sum()))
    variance = float((strata.n * strata.reference_n * m * (total - m) / (total**2 * (total - 1.0))).sum())
    if continuity_correction and surplus >= 0.5:
        surplus -= 0.5
    return _chi_square(surplus**2 / variance, 1.0, method, strata)


def breslow_day(
    events: ArrayLike, n: ArrayLike, reference_events: ArrayLike, reference_n: ArrayLike, *, tarone: bool = True
) -> HypothesisTest:
    """Test that the odds ratio is the same in all strata.

    X^2 = sum((a - A)^2/V), where A is the number of events that gives the stratum the Mantel-Haenszel odds
    ratio with its margins kept and 1/V = 1/A + 1/B + 1/C + 1/D over the cells so fitted. Tarone subtracts
    sum(a - A)^2/sum(V), without which the statistic is not quite a chi-square.

    Parameters
    ----------
    events, n : array_like, shape (k,)
        Patients with the event and patients of the group, by stratum.
    reference_events, reference_n : array_like, shape (k,)
        The same of the reference group.
    tarone : bool
        Apply Tarone's correction.

    Returns
    -------
    HypothesisTest
        Degrees of freedom are the strata with both groups and both outcomes, less one. Undefined with
        fewer than two of them, or when the common odds ratio is 0, infinite or undefined.

    Raises
    ------
    ArgumentError
        If the counts are not whole numbers with 0 <= events <= n, or lengths differ.

    References
    ----------
    Breslow NE, Day NE (1980). Statistical methods in cancer research, vol. 1, section 4.4. IARC.
    Tarone RE (1985). On heterogeneity tests based on efficient scores. Biometrika 72:91-95.

    Examples
    --------
    The same table twice has no heterogeneity.

    >>> round(breslow_day([10, 10], [20, 20], [5, 5], [25, 25]).statistic, 12)
    0.0
    """
    method = "Breslow-Day test" + (" with Tarone's correction" if tarone else "")
    strata = _informative(check_strata(events, n, reference_events, reference_n))
    if len(strata.a) < 2:
        return HypothesisTest(None, None, None, method, "fewer than two strata with both groups and both outcomes")
    sum_r = float((strata.a * strata.d / strata.total).sum())
    sum_s = float((strata.b * strata.c / strata.total).sum())
    if sum_r == 0.0 or sum_s == 0.0:
        return HypothesisTest(None, None, None, method, "the common odds ratio is 0 or infinite: undefined")
    fitted = _fitted_events(strata, sum_r / sum_s)
    rest = strata.events - fitted
    variance = 1.0 / (1.0 / fitted + 1.0 / (strata.n - fitted) + 1.0 / rest + 1.0 / (strata.reference_n - rest))
    residual = strata.a - fitted
    statistic = float((residual**2 / variance).sum())
    if tarone:
        statistic -= float(residual.sum()) ** 2 / float(variance.sum())
    return _chi_square(max(0.0, statistic), float(len(strata.a) - 1), method, strata)


def _informative(strata: Strata) -> Strata:
    """Strata in which both outcomes occur."""
    kept = (strata.events > 0) & (strata.events < strata.total)
    return Strata(strata.a[kept], strata.b[kept], strata.c[kept], strata.d[kept], strata.left_out + int((~kept).sum()))


def _fitted_events(strata: Strata, odds_ratio: float) -> FloatArray:
    """Events A of the group with A (n2 - m + A) = odds_ratio (n1 - A) (m - A), in each stratum."""
    quadratic = 1.0 - odds_ratio
    linear = strata.reference_n - strata.events + odds_ratio * (strata.n + strata.events)
    constant = odds_ratio * strata.n * strata.events
    # A solves quadratic A^2 + linear A - constant = 0. Written this way the root within the margins has the
    # plus sign on both sides of odds ratio 1, and the form holds at 1, where the equation is linear.
    return np.asarray(2.0 * constant / (linear + np.sqrt(linear**2 + 4.0 * quadratic * constant)))


def _chi_square(statistic: float, degrees_of_freedom: float, method: str, strata: Strata) -> HypothesisTest:
    p_value = float(np.asarray(chdtrc(degrees_of_freedom, statistic)))
    note = f"strata without both groups and both outcomes, left out: {strata.left_out}" if strata.left_out else ""
    return HypothesisTest(statistic, degrees_of_freedom, p_value, method, note)
