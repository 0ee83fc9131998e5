"""Mantel-Haenszel estimates."""

from math import inf, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import StratifiedTable

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.proportions.stratified import (
    mantel_haenszel_odds_ratio,
    mantel_haenszel_risk_difference,
    mantel_haenszel_risk_ratio,
)

ESTIMATES = [mantel_haenszel_odds_ratio, mantel_haenszel_risk_ratio, mantel_haenszel_risk_difference]
CELL = st.integers(1, 20)
STRATA = st.lists(st.tuples(CELL, CELL, CELL, CELL), min_size=1, max_size=5)
Z = stats.norm.ppf(0.975)


def arguments(cells):
    a, b, c, d = np.array(cells, dtype=float).T
    return a, a + b, c, c + d


@settings(deadline=None, max_examples=50, derandomize=True)
@given(STRATA)
def test_odds_and_risk_ratio_same_as_statsmodels(cells):
    table = StratifiedTable([np.array([[a, b], [c, d]], dtype=float) for a, b, c, d in cells])
    result = mantel_haenszel_odds_ratio(*arguments(cells))
    assert result.estimate == pytest.approx(table.oddsratio_pooled, rel=1e-10)
    assert (result.low, result.high) == pytest.approx(table.oddsratio_pooled_confint(), rel=1e-9)
    assert mantel_haenszel_risk_ratio(*arguments(cells)).estimate == pytest.approx(table.riskratio_pooled, rel=1e-10)


def test_risk_ratio_of_one_stratum_is_that_of_katz():
    from dose_outcomes.stats.proportions.ratio import risk_ratio_katz

    katz, pooled = risk_ratio_katz(7, 34, 2, 31), mantel_haenszel_risk_ratio([7], [34], [2], [31])
    assert (pooled.estimate, pooled.low, pooled.high) == pytest.approx((katz.estimate, katz.low, katz.high), rel=1e-12)


def test_risk_difference_by_hand():
    # One stratum of 4 and 4 with 3 and 1 events: RD 0.5, W = 2, P = (16 - 48) / 64 = -0.5, Q = (9 + 1) / 16.
    result = mantel_haenszel_risk_difference([3], [4], [1], [4])
    assert result.estimate == 0.5
    assert result.standard_error == pytest.approx(sqrt(0.5 * -0.5 + 0.625) / 2, rel=1e-12)
    assert result.high == pytest.approx(0.5 + Z * result.standard_error, rel=1e-12)


@settings(deadline=None, max_examples=30, derandomize=True)
@given(STRATA)
def test_order_of_strata_and_exchange_of_groups(cells):
    for estimate in ESTIMATES:
        result = estimate(*arguments(cells))
        turned = estimate(*arguments(cells[::-1]))
        assert turned.estimate == pytest.approx(result.estimate, rel=1e-10, abs=1e-12)
        n, x, m, y = (arguments(cells)[k] for k in (1, 0, 3, 2))
        other = estimate(y, m, x, n)
        if estimate is mantel_haenszel_risk_difference:
            assert other.estimate == pytest.approx(-result.estimate, abs=1e-12)
            assert other.standard_error == pytest.approx(result.standard_error, rel=1e-9)
        else:
            assert other.estimate == pytest.approx(1 / result.estimate, rel=1e-10)
            assert other.low == pytest.approx(1 / result.high, rel=1e-9)


def test_a_stratum_with_one_group_changes_nothing_and_is_told():
    for estimate in ESTIMATES:
        plain = estimate([5, 3], [9, 8], [2, 1], [7, 9])
        more = estimate([5, 3, 4], [9, 8, 6], [2, 1, 0], [7, 9, 0])
        assert (more.estimate, more.low, more.high) == (plain.estimate, plain.low, plain.high)
        assert more.note == "strata with one group only, left out: 1"
        assert plain.note == ""


@pytest.mark.parametrize("ratio", [mantel_haenszel_odds_ratio, mantel_haenszel_risk_ratio])
@pytest.mark.parametrize(
    ("events", "reference_events", "estimate"), [([0, 0], [1, 2], 0.0), ([1, 2], [0, 0], inf), ([0, 0], [0, 0], None)]
)
def test_a_ratio_of_zero_or_infinity_has_no_interval(ratio, events, reference_events, estimate):
    result = ratio(events, [5, 5], reference_events, [5, 5])
    assert result.estimate == estimate
    assert result.low is None
    assert result.high is None
    assert result.note


def test_difference_without_a_stratum():
    assert mantel_haenszel_risk_difference([1], [2], [0], [0]).estimate is None
    assert mantel_haenszel_risk_difference([], [], [], []).note
    no_events = mantel_haenszel_risk_difference([0], [4], [0], [6])
    assert (no_events.estimate, no_events.standard_error) == (0.0, 0.0)


@pytest.mark.parametrize("estimate", ESTIMATES)
def test_illegal_arguments(estimate):
    with pytest.raises(ArgumentError, match="n - events must be"):
        estimate([3], [2], [1], [2])
    with pytest.raises(ArgumentError, match="reference_n - reference_events must be"):
        estimate([1], [2], [3], [2])
    with pytest.raises(ArgumentError, match=r"reference_n must be as long as n \(2 entries\); received 1"):
        estimate([1, 1], [2, 2], [1, 1], [2])
    with pytest.raises(ArgumentError, match="level must be"):
        estimate([1], [2], [1], [2], level=1)
