"""Whether a common odds ratio differs between subgroups, each of them a set of strata of its own."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, log

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from dose_outcomes.stats.proportions.stratified import mantel_haenszel_odds_ratio
from dose_outcomes.stats.result import HypothesisTest

#: Level whose interval is read back as a standard error: its limits are one standard error from the estimate.
_ONE_STANDARD_ERROR = 0.6826894921370859


def heterogeneity_of_odds_ratios(subgroups: Sequence[Sequence[ArrayLike]]) -> HypothesisTest:
    """Test that the Mantel-Haenszel odds ratio is the same in all subgroups.

    Q = sum(w (l - m)^2), l the log odds ratio of a subgroup, w its reciprocal variance (Robins, Breslow and Greenland)
    and m = sum(w l)/sum(w); chi-square with one degree of freedom less than subgroups. With a single stratum in each
    it is Woolf's test. Strata within a subgroup may be as sparse as pairs, which the test of Breslow and Day over all
    of them would not bear.

    Parameters
    ----------
    subgroups : sequence of (events, n, reference_events, reference_n)
        Each an array_like, shape (strata,).

    Returns
    -------
    HypothesisTest
        Undefined with fewer than two subgroups whose odds ratio is neither 0 nor infinite.

    Raises
    ------
    ArgumentError
        If the counts are not whole numbers with 0 <= events <= n, or lengths differ.

    References
    ----------
    Woolf B (1955). On estimating the relation between blood group and disease. Ann Hum Genet 19:251-253.
    Robins J, Breslow N, Greenland S (1986). Biometrics 42:311-323.

    Examples
    --------
    Odds ratios 4 and 1/4 with the same variance 1/10 + 1/10 + 1/5 + 1/20 of their logarithms: ln(4)^2 x 2 / 0.45.

    >>> test = heterogeneity_of_odds_ratios([([10], [20], [5], [25]), ([5], [25], [10], [20])])
    >>> round(test.statistic, 6), round(2 * log(4) ** 2 / 0.45, 6), test.degrees_of_freedom
    (8.541387, 8.541387, 1.0)
    """
    method = "heterogeneity of Mantel-Haenszel odds ratios (Woolf)"
    logs, variances = [], []
    for events, n, reference_events, reference_n in subgroups:
        found = mantel_haenszel_odds_ratio(events, n, reference_events, reference_n, level=_ONE_STANDARD_ERROR)
        if found.estimate is None or found.low is None or not found.estimate > 0.0 or not isfinite(found.estimate):
            continue
        logs.append(log(found.estimate))
        variances.append((log(found.estimate) - log(found.low)) ** 2)
    left_out = len(subgroups) - len(logs)
    note = f"subgroups without a finite odds ratio, left out: {left_out}" if left_out else ""
    if len(logs) < 2:
        return HypothesisTest(None, None, None, method, "fewer than two subgroups with a finite odds ratio: undefined")
    weight = 1.0 / np.asarray(variances)
    value = np.asarray(logs)
    mean = float(weight @ value / weight.sum())
    statistic = float(weight @ (value - mean) ** 2)
    return HypothesisTest(
        statistic, float(len(logs) - 1), float(np.asarray(chdtrc(len(logs) - 1.0, statistic))), method, note
    )
