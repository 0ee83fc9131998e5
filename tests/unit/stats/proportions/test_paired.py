"""McNemar and Tango."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats
from statsmodels.stats.contingency_tables import mcnemar

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.proportions.paired import (
    mcnemar_chi_square,
    mcnemar_exact,
    mcnemar_mid_p,
    paired_risk_difference,
)

Z = stats.norm.ppf(0.975)
CHANGES = st.tuples(st.integers(0, 30), st.integers(0, 30))


@settings(deadline=None, max_examples=60, derandomize=True)
@given(CHANGES)
def test_same_as_statsmodels(changes):
    b, c = changes
    if b + c == 0:
        return
    table = [[3, b], [c, 4]]
    assert mcnemar_exact(b, c).p_value == pytest.approx(min(1.0, mcnemar(table, exact=True).pvalue), rel=1e-9)
    plain = mcnemar(table, exact=False, correction=False)
    assert mcnemar_chi_square(b, c).statistic == pytest.approx(plain.statistic, rel=1e-12)
    assert mcnemar_chi_square(b, c).p_value == pytest.approx(plain.pvalue, rel=1e-10)
    if b != c:  # statsmodels moves |b - c| = 0 to 1, past its null value
        corrected = mcnemar(table, exact=False, correction=True)
        result = mcnemar_chi_square(b, c, continuity_correction=True)
        assert result.p_value == pytest.approx(corrected.pvalue, rel=1e-10)


@pytest.mark.parametrize(
    ("b", "c", "mid_p"), [(5, 0, 2 / 32 - 1 / 32), (0, 5, 1 / 32), (6, 1, 2 * 8 / 128 - 7 / 128), (3, 3, 1.0)]
)
def test_mid_p_by_hand(b, c, mid_p):
    expected = mid_p if b != c else min(1.0, 2 * stats.binom.cdf(3, 6, 0.5) - stats.binom.pmf(3, 6, 0.5))
    assert mcnemar_mid_p(b, c).p_value == pytest.approx(expected, rel=1e-12)


def test_nobody_changed():
    assert mcnemar_exact(0, 0).p_value == 1.0
    assert mcnemar_mid_p(0, 0).p_value == 1.0
    assert mcnemar_chi_square(0, 0).p_value is None
    assert mcnemar_chi_square(0, 0).statistic is None
    for test in (mcnemar_exact, mcnemar_mid_p, mcnemar_chi_square):
        assert "nobody changed" in test(0, 0).note


def most_likely(b, c, n, difference):
    """Second route: the probability of "second only" by numerical maximisation."""

    def loss(q):
        p = q + difference
        rest = 1 - p - q
        if min(p, q, rest) < 0:
            return math.inf
        parts = ((b, p), (c, q), (n - b - c, rest))
        return (
            -sum(count * math.log(share) for count, share in parts if count)
            if all(share > 0 for count, share in parts if count)
            else math.inf
        )

    low, high = max(0.0, -difference), (1 - difference) / 2
    return optimize.minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": 1e-12}).x


@pytest.mark.parametrize(("b", "c", "n"), [(86, 150, 1600), (1, 6, 20), (4, 0, 11), (3, 3, 9), (5, 5, 10)])
def test_tango_limits_have_the_score_of_the_quantile(b, c, n):
    result = paired_risk_difference(b, c, n)
    assert result.estimate == (b - c) / n
    for limit, target in ((result.low, Z), (result.high, -Z)):
        variance = n * (2 * most_likely(b, c, n, limit) + limit * (1 - limit))
        assert (b - c - n * limit) / math.sqrt(variance) == pytest.approx(target, rel=1e-5)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(CHANGES, st.integers(0, 30))
def test_tango_is_antisymmetric_and_holds_the_estimate(changes, unchanged):
    b, c = changes
    n = b + c + unchanged
    if n == 0:
        return
    result, turned = paired_risk_difference(b, c, n), paired_risk_difference(c, b, n)
    assert -1 <= result.low <= result.estimate <= result.high <= 1
    assert (turned.low, turned.high) == pytest.approx((-result.high, -result.low), abs=1e-9)


@pytest.mark.parametrize(
    ("b", "c", "n", "low", "high"),
    [(0, 0, 10, -(Z**2) / (10 + Z**2), Z**2 / (10 + Z**2)), (5, 0, 5, None, 1.0), (0, 5, 5, -1.0, None)],
)
def test_tango_edges(b, c, n, low, high):
    result = paired_risk_difference(b, c, n)
    if low is not None:
        assert result.low == pytest.approx(low, rel=1e-9)
    if high is not None:
        assert result.high == pytest.approx(high, rel=1e-9)
    assert result.low < result.high


def test_no_patient():
    result = paired_risk_difference(0, 0, 0)
    assert (result.estimate, result.low, result.high) == (None, -1.0, 1.0)


def test_illegal_arguments():
    for test in (mcnemar_exact, mcnemar_mid_p, mcnemar_chi_square):
        with pytest.raises(ArgumentError, match=r"first_only must be .*received -1"):
            test(-1, 2)
        with pytest.raises(ArgumentError, match=r"second_only must be .*whole.*received 2.5"):
            test(1, 2.5)
    with pytest.raises(ArgumentError, match=r"n must be .*at least 8; received 7"):
        paired_risk_difference(5, 3, 7)
    with pytest.raises(ArgumentError, match="level must be"):
        paired_risk_difference(5, 3, 9, level=0)
