"""Mantel-Haenszel estimates over strata: one common odds ratio, risk ratio or risk difference."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, sqrt

from numpy.typing import ArrayLike

from dose_outcomes.stats.arguments import check_array
from dose_outcomes.stats.proportions.counts import normal_quantile
from dose_outcomes.stats.result import Estimate, FloatArray


@dataclass(frozen=True, slots=True)
class Strata:
    """Fourfold tables, one a stratum, those with both groups only.

    Attributes
    ----------
    a, b : ndarray, shape (k,)
        Patients of the group with and without the event.
    c, d : ndarray, shape (k,)
        The same of the reference group.
    left_out : int
        Strata in which one group has no patients: they compare nothing.
    """

    a: FloatArray
    b: FloatArray
    c: FloatArray
    d: FloatArray
    left_out: int

    @property
    def n(self) -> FloatArray:
        """Patients of the group."""
        return self.a + self.b

    @property
    def reference_n(self) -> FloatArray:
        """Patients of the reference group."""
        return self.c + self.d

    @property
    def events(self) -> FloatArray:
        """Events of both groups."""
        return self.a + self.c

    @property
    def total(self) -> FloatArray:
        """Patients of both groups."""
        return self.a + self.b + self.c + self.d

    @property
    def note(self) -> str:
        """Words for the strata left out."""
        return f"strata with one group only, left out: {self.left_out}" if self.left_out else ""


def check_strata(events: ArrayLike, n: ArrayLike, reference_events: ArrayLike, reference_n: ArrayLike) -> Strata:
    """Return the checked strata without those in which one group has no patients."""
    n = check_array("n", n, at_least=0, whole=True)
    events = check_array("events", events, at_least=0, whole=True, same_length_as=("n", n))
    reference_n = check_array("reference_n", reference_n, at_least=0, whole=True, same_length_as=("n", n))
    reference_events = check_array(
        "reference_events", reference_events, at_least=0, whole=True, same_length_as=("n", n)
    )
    check_array("n - events", n - events, at_least=0)
    check_array("reference_n - reference_events", reference_n - reference_events, at_least=0)
    kept = (n > 0) & (reference_n > 0)
    return Strata(
        events[kept],
        (n - events)[kept],
        reference_events[kept],
        (reference_n - reference_events)[kept],
        int((~kept).sum()),
    )


def mantel_haenszel_odds_ratio(
    events: ArrayLike, n: ArrayLike, reference_events: ArrayLike, reference_n: ArrayLike, *, level: float = 0.95
) -> Estimate:
    """Common odds ratio of Mantel and Haenszel with the interval of Robins, Breslow and Greenland.

    OR = sum(R)/sum(S), R = a d/N, S = b c/N. With P = (a + d)/N and Q = (b + c)/N its logarithm has variance
    sum(P R)/(2 sum(R)^2) + sum(P S + Q R)/(2 sum(R) sum(S)) + sum(Q S)/(2 sum(S)^2).

    Parameters
    ----------
    events, n : array_like, shape (k,)
        Patients with the event and patients of the group, by stratum.
    reference_events, reference_n : array_like, shape (k,)
        The same of the reference group.
    level : float
        Confidence level.

    Returns
    -------
    Estimate
        Strata may be as sparse as pairs. 0 or infinite without limits when R or S is 0 in every stratum.

    Raises
    ------
    ArgumentError
        If the counts are not whole numbers with 0 <= events <= n, or lengths differ.

    References
    ----------
    Robins J, Breslow N, Greenland S (1986). Estimators of the Mantel-Haenszel variance consistent in both sparse
    data and large-strata limiting models. Biometrics 42:311-323.

    Examples
    --------
    One stratum: the ordinary odds ratio and Woolf's interval.

    >>> result = mantel_haenszel_odds_ratio([10], [20], [5], [25])
    >>> result.estimate, round(result.low, 4)
    (4.0, 1.0741)
    """
    method = "Mantel-Haenszel odds ratio with Robins-Breslow-Greenland interval"
    strata = check_strata(events, n, reference_events, reference_n)
    z = normal_quantile(level)
    r, s = strata.a * strata.d / strata.total, strata.b * strata.c / strata.total
    p, q = (strata.a + strata.d) / strata.total, (strata.b + strata.c) / strata.total
    sum_r, sum_s = float(r.sum()), float(s.sum())
    if sum_r == 0.0 or sum_s == 0.0:
        return _degenerate_ratio(sum_r, sum_s, level, method)
    variance = (
        float((p * r).sum()) / (2.0 * sum_r**2)
        + float((p * s + q * r).sum()) / (2.0 * sum_r * sum_s)
        + float((q * s).sum()) / (2.0 * sum_s**2)
    )
    return _log_interval(sum_r / sum_s, variance, z, level, method, strata.note)


def mantel_haenszel_risk_ratio(
    events: ArrayLike, n: ArrayLike, reference_events: ArrayLike, reference_n: ArrayLike, *, level: float = 0.95
) -> Estimate:
    """Common risk ratio of Mantel and Haenszel with the interval of Greenland and Robins.

    RR = sum(R)/sum(S), R = a n2/N, S = c n1/N. Its logarithm has variance
    sum((n1 n2 m - a c N)/N^2) / (sum(R) sum(S)), m the events of both groups.

    Parameters
    ----------
    events, n : array_like, shape (k,)
        Patients with the event and patients of the group, by stratum.
    reference_events, reference_n : array_like, shape (k,)
        The same of the reference group.
    level : float
        Confidence level.

    Returns
    -------
    Estimate
        0 or infinite without limits when one group has no event in any stratum.

    Raises
    ------
    ArgumentError
        If the counts are not whole numbers with 0 <= events <= n, or lengths differ.

    References
    ----------
    Greenland S, Robins JM (1985). Estimation of a common effect parameter from sparse follow-up data.
    Biometrics 41:55-68.

    Examples
    --------
    One stratum: the ordinary risk ratio.

    >>> mantel_haenszel_risk_ratio([10], [20], [5], [20]).estimate
    2.0
    """
    method = "Mantel-Haenszel risk ratio with Greenland-Robins interval"
    strata = check_strata(events, n, reference_events, reference_n)
    z = normal_quantile(level)
    sum_r = float((strata.a * strata.reference_n / strata.total).sum())
    sum_s = float((strata.c * strata.n / strata.total).sum())
    if sum_r == 0.0 or sum_s == 0.0:
        return _degenerate_ratio(sum_r, sum_s, level, method)
    spread = strata.n * strata.reference_n * strata.events - strata.a * strata.c * strata.total
    variance = float((spread / strata.total**2).sum()) / (sum_r * sum_s)
    return _log_interval(sum_r / sum_s, variance, z, level, method, strata.note)


def mantel_haenszel_risk_difference(
    events: ArrayLike, n: ArrayLike, reference_events: ArrayLike, reference_n: ArrayLike, *, level: float = 0.95
) -> Estimate:
    """Common risk difference of Mantel and Haenszel with Sato's standard error.

    RD = sum((a n2 - c n1)/N) / W, W = sum(n1 n2/N). Its variance is (RD sum(P) + sum(Q))/W^2 with
    P = (n1^2 c - n2^2 a + n1 n2 (n2 - n1)/2)/N^2 and Q = (a d + b c)/(2 N).

    Parameters
    ----------
    events, n : array_like, shape (k,)
        Patients with the event and patients of the group, by stratum.
    reference_events, reference_n : array_like, shape (k,)
        The same of the reference group.
    level : float
        Confidence level.

    Returns
    -------
    Estimate
        With standard error; without an estimate when no stratum has both groups. Strata without events count
        as strata without difference.

    Raises
    ------
    ArgumentError
        If the counts are not whole numbers with 0 <= events <= n, or lengths differ.

    References
    ----------
    Sato T, Greenland S, Robins JM (1989). On the variance estimator for the Mantel-Haenszel risk difference
    (letter). Biometrics 45:1323-1324.

    Examples
    --------
    >>> mantel_haenszel_risk_difference([10], [20], [5], [20]).estimate
    0.25
    """
    method = "Mantel-Haenszel risk difference with Sato interval"
    strata = check_strata(events, n, reference_events, reference_n)
    z = normal_quantile(level)
    a, c, n1, n2, total = strata.a, strata.c, strata.n, strata.reference_n, strata.total
    weight = float((n1 * n2 / total).sum())
    if weight == 0.0:
        return Estimate(None, None, None, level, method, "no stratum with both groups")
    estimate = float(((a * n2 - c * n1) / total).sum()) / weight
    p = float(((n1**2 * c - n2**2 * a + n1 * n2 * (n2 - n1) / 2.0) / total**2).sum())
    q = float(((a * strata.d + strata.b * c) / total).sum()) / 2.0
    error = sqrt(max(0.0, estimate * p + q)) / weight
    return Estimate(estimate, estimate - z * error, estimate + z * error, level, method, strata.note, error)


def _log_interval(ratio: float, variance: float, z: float, level: float, method: str, note: str) -> Estimate:
    half = z * sqrt(variance)
    return Estimate(ratio, ratio * exp(-half), ratio * exp(half), level, method, note)


def _degenerate_ratio(sum_r: float, sum_s: float, level: float, method: str) -> Estimate:
    if sum_r == sum_s:
        return Estimate(None, None, None, level, method, "no stratum tells the groups apart: undefined")
    note = "the ratio is 0 or infinite in every stratum: no interval"
    return Estimate(0.0 if sum_r == 0.0 else inf, None, None, level, method, note)
