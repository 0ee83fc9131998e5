"""Trend of a proportion over doses, in one group of patients or over strata."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import erfc

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.arguments import check_array, check_choice
from dose_outcomes.stats.result import HypothesisTest

VARIANCES = ("binomial", "hypergeometric")


def cochran_armitage(
    events: ArrayLike, n: ArrayLike, doses: ArrayLike, *, variance: str = "binomial"
) -> HypothesisTest:
    """Cochran-Armitage test for a linear trend of the proportion over doses.

    With p = sum(x)/N: z = sum(d (x - n p)) / sqrt(p (1 - p) (sum(n d^2) - sum(n d)^2/N)).

    Parameters
    ----------
    events : array_like, shape (k,)
        Patients with the event, by dose.
    n : array_like, shape (k,)
        Patients, by dose; a dose without patients has no influence.
    doses : array_like, shape (k,)
        Scores, the doses themselves (mg) rather than 1..k, which would treat 0.5, 1.5, 3 and 4.5 mg as equally
        spaced. Shifting or stretching the scale changes nothing.
    variance : {"binomial", "hypergeometric"}
        That of `prop.trend.test` and SAS, or that given the margins (N - 1 in place of N), the
        linear-by-linear association test.

    Returns
    -------
    HypothesisTest
        The statistic is z, positive when the proportion rises with dose; its square is the chi-square with one
        degree of freedom. Undefined when nobody or everybody has the event, or only one dose has patients.

    Raises
    ------
    ArgumentError
        If the counts are not whole numbers with 0 <= events <= n, lengths differ, or the variance is unknown.

    References
    ----------
    Armitage P (1955). Tests for linear trends in proportions and frequencies. Biometrics 11:375-386.

    Examples
    --------
    0 of 2 at dose 0 and 2 of 2 at dose 1: T = 1, V = 1/4 (2 - 4/4) = 1/4, z = 2.

    >>> cochran_armitage([0, 2], [2, 2], [0, 1]).statistic
    2.0
    """
    variance = check_choice("variance", variance, VARIANCES)
    method = f"Cochran-Armitage trend test, doses as scores, {variance} variance"
    n = check_array("n", n, at_least=0, whole=True)
    events = check_array("events", events, at_least=0, whole=True, same_length_as=("n", n))
    check_array("n - events", n - events, at_least=0)
    doses = check_array("doses", doses, same_length_as=("n", n))
    total, total_events = float(n.sum()), float(events.sum())
    if total_events in (0.0, total):
        return HypothesisTest(None, None, None, method, "nobody or everybody has the event: undefined")
    centred = doses - float(n @ doses) / total  # subtracting the mean keeps digits and changes nothing
    spread = float(n @ centred**2)
    if len(np.unique(doses[n > 0])) == 1:
        return HypothesisTest(None, None, None, method, "only one dose has patients: undefined")
    share = total_events / total
    denominator = total if variance == "binomial" else total - 1.0
    z = float(centred @ (events - n * share)) / sqrt(share * (1.0 - share) * spread * total / denominator)
    return HypothesisTest(z, None, float(np.asarray(erfc(abs(z) / sqrt(2.0)))), method)


def mantel_trend(events: ArrayLike, n: ArrayLike, doses: ArrayLike) -> HypothesisTest:
    """Mantel's extension test: one linear trend over doses within strata.

    With m = sum(x) and N = sum(n) in a stratum: z = sum(d (x - n m/N)) / sqrt(V), summed over strata,
    V = sum(m (N - m) (sum(n d^2) - sum(n d)^2/N) / (N (N - 1))).

    Parameters
    ----------
    events, n : array_like, shape (strata, k)
        Patients with the event and patients, by stratum and dose; cells may be empty.
    doses : array_like, shape (k,)
        Scores, the doses themselves (mg).

    Returns
    -------
    HypothesisTest
        The statistic is z, positive when the proportion rises with dose. Strata with one dose only, or in which
        nobody or everybody has the event, add nothing and are counted in the note. Undefined without any other.

    Raises
    ------
    ArgumentError
        If the counts are not whole numbers with 0 <= events <= n, or shapes differ.

    References
    ----------
    Mantel N (1963). Chi-square tests with one degree of freedom; extensions of the Mantel-Haenszel procedure.
    JASA 58:690-700.

    Examples
    --------
    One stratum: 0 of 2 at dose 0 and 2 of 2 at dose 1: T = 1, V = 2 x 2 x (2 - 4/4) / (4 x 3) = 1/3.

    >>> round(mantel_trend([[0, 2]], [[2, 2]], [0, 1]).statistic, 6)
    1.732051
    """
    method = "Mantel's trend test over strata, doses as scores"
    patients = check_array("n", n, dimensions=2, at_least=0, whole=True)
    reached = check_array("events", events, dimensions=2, at_least=0, whole=True)
    score = check_array("doses", doses)
    if reached.shape != patients.shape or patients.shape[1] != len(score):
        raise ArgumentError(
            f"events and n must have a row a stratum and a column a dose ({len(score)}); "
            f"received shapes {reached.shape} and {patients.shape}"
        )
    check_array("n - events", patients - reached, dimensions=2, at_least=0)
    total, with_event = patients.sum(axis=1), reached.sum(axis=1)
    size = np.maximum(total, 1.0)
    centred = score - (patients @ score / size)[:, None]  # subtracting the mean keeps digits and changes nothing
    spread = (patients * centred**2).sum(axis=1)
    kept = (with_event > 0) & (with_event < total) & (spread > 0)
    if not kept.any():
        return HypothesisTest(None, None, None, method, "no stratum has two doses and both outcomes: undefined")
    surplus = float((centred * (reached - patients * (with_event / size)[:, None]))[kept].sum())
    m, big, wide = with_event[kept], total[kept], spread[kept]
    z = surplus / sqrt(float((m * (big - m) * wide / (big * (big - 1.0))).sum()))
    left_out = int((~kept).sum())
    note = f"strata without two doses and both outcomes, left out: {left_out}" if left_out else ""
    return HypothesisTest(z, None, float(np.asarray(erfc(abs(z) / sqrt(2.0)))), method, note)
