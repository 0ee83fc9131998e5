"""Trend of a proportion over doses."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import erfc

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
