"""Risk differences."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.proportions.counts import TwoGroups
from dose_outcomes.stats.proportions.difference import (
    difference_of_estimates,
    risk_difference_miettinen_nurminen,
    risk_difference_newcombe,
    risk_difference_wald,
)
from dose_outcomes.stats.proportions.score import difference_score
from dose_outcomes.stats.proportions.single import wilson

DIFFERENCES = [risk_difference_miettinen_nurminen, risk_difference_newcombe, risk_difference_wald]
GROUP = st.integers(1, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
Z = stats.norm.ppf(0.975)

# Newcombe 1998 (Statistics in Medicine 17:873), table II, method 10.
NEWCOMBE = [
    ((56, 70, 48, 80), 0.0524, 0.3339),
    ((9, 10, 3, 10), 0.1705, 0.8090),
    ((6, 7, 2, 7), 0.0582, 0.8062),
    ((5, 56, 0, 29), -0.0381, 0.1926),
    ((0, 10, 0, 20), -0.1611, 0.2775),
    ((0, 10, 0, 10), -0.2775, 0.2775),
    ((10, 10, 0, 20), 0.6791, 1.0),
    ((10, 10, 0, 10), 0.6075, 1.0),
]


@pytest.mark.parametrize(("table", "low", "high"), NEWCOMBE)
def test_newcombe_as_published(table, low, high):
    result = risk_difference_newcombe(*table)
    assert (result.low, result.high) == pytest.approx((low, high), abs=5.1e-5)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(GROUP, GROUP)
def test_newcombe_same_as_statsmodels(group, reference):
    result = risk_difference_newcombe(*group, *reference)
    low, high = confint_proportions_2indep(*group, *reference, compare="diff", method="newcomb")
    assert (result.low, result.high) == pytest.approx((low, high), abs=1e-12)


@settings(deadline=None, max_examples=100, derandomize=True)
@given(GROUP, GROUP)
def test_miettinen_nurminen_limits_have_the_score_of_the_quantile(group, reference):
    table = TwoGroups(*group, *reference)
    result = risk_difference_miettinen_nurminen(*group, *reference)
    assert -1.0 <= result.low <= result.estimate <= result.high <= 1.0
    if result.low > -1.0:
        assert difference_score(table, result.low) == pytest.approx(Z, rel=1e-7)
    else:
        assert result.estimate == -1.0
    if result.high < 1.0:
        assert difference_score(table, result.high) == pytest.approx(-Z, rel=1e-7)
    else:
        assert result.estimate == 1.0


@settings(deadline=None, max_examples=40, derandomize=True)
@given(GROUP, GROUP)
def test_exchanging_the_groups_or_the_outcomes_turns_the_sign(group, reference):
    others = [(n - x, n) for x, n in (group, reference)]
    for difference in DIFFERENCES:
        result = difference(*group, *reference)
        for turned in (difference(*reference, *group), difference(*others[0], *others[1])):
            assert turned.estimate == pytest.approx(-result.estimate, abs=1e-14)
            assert (turned.low, turned.high) == pytest.approx((-result.high, -result.low), abs=1e-9)


@settings(deadline=None, max_examples=100, derandomize=True)
@given(GROUP, GROUP, st.floats(-0.99, 0.99))
def test_score_is_taken_at_the_most_likely_risks(group, reference, difference):
    """Two routes: the closed form of the cubic against a search over a fine grid of risks."""
    (x1, n1), (x2, n2) = group, reference
    grid = [max(0.0, -difference) + (1 - abs(difference)) * k / 2000 for k in range(1, 2000)]

    def log_likelihood(p2: float) -> float:
        p1 = min(1.0, max(0.0, p2 + difference))
        parts = ((x1, p1), (n1 - x1, 1 - p1), (x2, p2), (n2 - x2, 1 - p2))
        return sum(count * (math.log(p) if p > 0 else -1e9) for count, p in parts if count)

    from dose_outcomes.stats.proportions.score import restricted_reference_risk_difference

    root = restricted_reference_risk_difference(TwoGroups(x1, n1, x2, n2), difference)
    assert log_likelihood(root) >= max(map(log_likelihood, grid)) - 1e-7


@pytest.mark.parametrize("table", [(0, 0, 3, 5), (3, 5, 0, 0), (0, 0, 0, 0)])
@pytest.mark.parametrize("difference", DIFFERENCES)
def test_a_group_without_patients(difference, table):
    result = difference(*table)
    assert (result.estimate, result.low, result.high) == (None, -1.0, 1.0)
    assert "without patients" in result.note


def test_wald_by_hand_and_without_width():
    result = risk_difference_wald(5, 10, 2, 10)
    assert result.standard_error == pytest.approx(math.sqrt(0.025 + 0.016), rel=1e-12)
    assert result.high == pytest.approx(0.3 + Z * result.standard_error, rel=1e-12)
    assert risk_difference_wald(10, 10, 0, 10).low == 1.0


@pytest.mark.parametrize("difference", DIFFERENCES)
@pytest.mark.parametrize(
    ("table", "level", "message"),
    [
        ((11, 10, 1, 10), 0.95, "events must be .*at most 10; received 11"),
        ((1, 10, 11, 10), 0.95, "reference_events must be .*at most 10; received 11"),
        ((1, 10, 1, -1), 0.95, "reference_n must be .*at least 0; received -1"),
        ((1, 10, 1, 10), 2, "level must be"),
    ],
)
def test_illegal_arguments(difference, table, level, message):
    with pytest.raises(ArgumentError, match=message):
        difference(*table, level=level)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(GROUP, GROUP)
def test_limits_recovered_from_wilson_limits_are_those_of_newcombe(group, reference):
    found = difference_of_estimates(wilson(*group), wilson(*reference))
    other = risk_difference_newcombe(*group, *reference)
    assert (found.estimate, found.low, found.high) == pytest.approx((other.estimate, other.low, other.high), abs=1e-12)


@pytest.mark.parametrize(("first", "second"), [((0, 0), (3, 5)), ((3, 5), (0, 0))])
def test_nothing_is_recovered_from_an_estimate_that_is_none(first, second):
    found = difference_of_estimates(wilson(*first), wilson(*second))
    assert (found.estimate, found.low, found.high) == (None, None, None)
    assert "no patient" in found.note
