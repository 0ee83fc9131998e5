"""One group seen twice: McNemar's tests and Tango's interval of the difference.

Only the patients whose answer differs between the two occasions inform the tests: those with the event on the
first occasion only, and those with it on the second only.
"""

from __future__ import annotations

from math import copysign, inf, sqrt

import numpy as np
from scipy.special import chdtrc

from dose_outcomes.stats.arguments import check_number
from dose_outcomes.stats.proportions.counts import normal_quantile
from dose_outcomes.stats.proportions.discrete import binomial_probabilities, sum_of_no_likelier
from dose_outcomes.stats.result import Estimate, HypothesisTest
from dose_outcomes.stats.root import root_between

NO_CHANGE = "nobody changed between the occasions"


def mcnemar_chi_square(first_only: int, second_only: int, *, continuity_correction: bool = False) -> HypothesisTest:
    """McNemar's chi-square test of equal proportions on two occasions.

    X^2 = (|b - c| - k)^2 / (b + c), with k = 0, or 1 (at most |b - c|) when corrected.

    Parameters
    ----------
    first_only, second_only : int
        Patients with the event on the first (second) occasion only, b and c.
    continuity_correction : bool
        Apply Edwards's correction.

    Returns
    -------
    HypothesisTest
        Undefined when nobody changed.

    Raises
    ------
    ArgumentError
        If a count is negative or no whole number.

    References
    ----------
    McNemar Q (1947). Note on the sampling error of the difference between correlated proportions.
    Psychometrika 12:153-157.

    Examples
    --------
    >>> mcnemar_chi_square(10, 2).statistic == 8**2 / 12
    True
    """
    method = "McNemar's chi-square test" + (" with continuity correction" if continuity_correction else "")
    b, c = _check_changes(first_only, second_only)
    if b + c == 0:
        return HypothesisTest(None, None, None, method, f"{NO_CHANGE}: undefined")
    difference = abs(b - c)
    statistic = float((difference - min(1, difference) if continuity_correction else difference) ** 2) / (b + c)
    return HypothesisTest(statistic, 1.0, float(np.asarray(chdtrc(1.0, statistic))), method)


def mcnemar_exact(first_only: int, second_only: int) -> HypothesisTest:
    """McNemar's exact test: a two-sided binomial test of b among b + c against 1/2.

    Parameters
    ----------
    first_only, second_only : int
        Patients with the event on the first (second) occasion only, b and c.

    Returns
    -------
    HypothesisTest
        The statistic is b; p = 1 when nobody changed.

    Raises
    ------
    ArgumentError
        If a count is negative or no whole number.

    References
    ----------
    Mosteller F (1952). Some statistical methods for measuring the subjective response to treatment.
    Biometrics 8:220-226.

    Examples
    --------
    Five changes, all one way: 2 / 2^5.

    >>> round(mcnemar_exact(5, 0).p_value, 12)
    0.0625
    """
    b, c = _check_changes(first_only, second_only)
    p_value = sum_of_no_likelier(binomial_probabilities(b + c, 0.5), b)
    return HypothesisTest(float(b), None, p_value, "McNemar's exact test", "" if b + c else NO_CHANGE)


def mcnemar_mid_p(first_only: int, second_only: int) -> HypothesisTest:
    """McNemar's exact test with the mid-p value: the exact p value less the probability of b itself.

    Parameters
    ----------
    first_only, second_only : int
        Patients with the event on the first (second) occasion only, b and c.

    Returns
    -------
    HypothesisTest
        Two-sided; the statistic is b; p = 1 when nobody changed or as many one way as the other.

    Raises
    ------
    ArgumentError
        If a count is negative or no whole number.

    References
    ----------
    Fagerland MW, Lydersen S, Laake P (2013). The McNemar test for binary matched-pairs data: mid-p and
    asymptotic are better than exact conditional. BMC Medical Research Methodology 13:91.

    Examples
    --------
    >>> round(mcnemar_mid_p(5, 0).p_value, 12)
    0.03125
    """
    b, c = _check_changes(first_only, second_only)
    method = "McNemar's exact test, mid-p"
    if b + c == 0:
        return HypothesisTest(0.0, None, 1.0, method, NO_CHANGE)
    probabilities = binomial_probabilities(b + c, 0.5)
    smaller = min(b, c)
    p_value = 2.0 * float(probabilities[: smaller + 1].sum()) - float(probabilities[smaller])
    return HypothesisTest(float(b), None, min(1.0, p_value), method)


def paired_risk_difference(first_only: int, second_only: int, n: int, *, level: float = 0.95) -> Estimate:
    """Difference of two paired proportions, first minus second, with Tango's score interval.

    The interval holds every d with |b - c - n d| <= z sqrt(n (2 q + d (1 - d))), where q is the probability
    of "second only" that is most likely given d.

    Parameters
    ----------
    first_only, second_only : int
        Patients with the event on the first (second) occasion only, b and c.
    n : int
        Patients seen on both occasions.
    level : float
        Confidence level.

    Returns
    -------
    Estimate
        (b - c)/n; symmetric about 0 when nobody changed; [-1, 1] without an estimate when n = 0.

    Raises
    ------
    ArgumentError
        If a count is negative or no whole number, or fewer patients were seen than changed.

    References
    ----------
    Tango T (1998). Equivalence test and confidence interval for the difference in proportions for the
    paired-sample design. Statistics in Medicine 17:891-908.

    Examples
    --------
    Nobody of 10 changed: the limits are -+ z^2 / (10 + z^2).

    >>> result = paired_risk_difference(0, 0, 10)
    >>> round(result.low, 4), round(result.high, 4), round(1.959964**2 / (10 + 1.959964**2), 4)
    (-0.2775, 0.2775, 0.2775)
    """
    method = "paired risk difference with Tango score interval"
    b, c = _check_changes(first_only, second_only)
    n = int(check_number("n", n, at_least=b + c, whole=True))
    z = normal_quantile(level)
    if n == 0:
        return Estimate(None, -1.0, 1.0, level, method, "no patient seen on both occasions")
    estimate = (b - c) / n

    def excess(difference: float, target: float) -> float:
        surplus = b - c - n * difference
        variance = n * (2.0 * _most_likely_second_only(b, c, n, difference) + difference * (1.0 - difference))
        if variance <= 0.0:
            return (0.0 if surplus == 0.0 else copysign(inf, surplus)) - target
        return surplus / sqrt(variance) - target

    low = root_between(lambda d: excess(d, z), -1.0, estimate) if estimate > -1.0 else -1.0
    high = root_between(lambda d: excess(d, -z), estimate, 1.0) if estimate < 1.0 else 1.0
    return Estimate(estimate, low, high, level, method)


def _most_likely_second_only(b: int, c: int, n: int, difference: float) -> float:
    """Probability of "second only" most likely given the difference: the larger root of a quadratic."""
    linear = (2.0 * n - b + c) * difference - b - c
    constant = -c * difference * (1.0 - difference)
    root = (sqrt(max(0.0, linear * linear - 8.0 * n * constant)) - linear) / (4.0 * n)
    return max(root, 0.0, -difference)


def _check_changes(first_only: int, second_only: int) -> tuple[int, int]:
    return (
        int(check_number("first_only", first_only, at_least=0, whole=True)),
        int(check_number("second_only", second_only, at_least=0, whole=True)),
    )
