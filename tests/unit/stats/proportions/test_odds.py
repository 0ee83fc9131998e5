"""Odds ratios."""

from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.stats.contingency import odds_ratio as scipy_odds_ratio
from statsmodels.stats.proportion import confint_proportions_2indep

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.proportions.counts import TwoGroups
from dose_outcomes.stats.proportions.odds import (
    odds_ratio_conditional,
    odds_ratio_miettinen_nurminen,
    odds_ratio_woolf,
)
from dose_outcomes.stats.proportions.score import odds_ratio_score

ODDS_RATIOS = [odds_ratio_miettinen_nurminen, odds_ratio_woolf, odds_ratio_conditional]
GROUP = st.integers(1, 30).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
Z = stats.norm.ppf(0.975)


@settings(deadline=None, max_examples=100, derandomize=True)
@given(GROUP, GROUP)
def test_limits_have_the_score_of_the_quantile(group, reference):
    table = TwoGroups(*group, *reference)
    result = odds_ratio_miettinen_nurminen(*group, *reference)
    if result.estimate is None:
        assert table.no_variation
        assert (result.low, result.high) == (0.0, inf)
        return
    assert result.low <= result.estimate <= result.high
    if result.estimate > 0:
        assert odds_ratio_score(table, result.low) == pytest.approx(Z, rel=1e-7)
    else:
        assert result.low == 0.0
    if result.estimate < inf:
        assert odds_ratio_score(table, result.high) == pytest.approx(-Z, rel=1e-7)
    else:
        assert result.high == inf


@settings(deadline=None, max_examples=40, derandomize=True)
@given(GROUP, GROUP)
def test_exchanging_groups_or_outcomes_inverts(group, reference):
    others = [(n - x, n) for x, n in (group, reference)]
    for odds in (odds_ratio_miettinen_nurminen, odds_ratio_conditional):
        result = odds(*group, *reference)
        for turned in (odds(*reference, *group), odds(*others[0], *others[1])):
            assert turned.low == pytest.approx(0.0 if result.high == inf else 1 / result.high, rel=1e-7)


@settings(deadline=None, max_examples=40, derandomize=True)
@given(GROUP, GROUP)
def test_conditional_limits_leave_the_tails(group, reference):
    (x1, n1), (x2, n2) = group, reference
    result = odds_ratio_conditional(x1, n1, x2, n2)
    distribution = stats.nchypergeom_fisher
    total = x1 + x2
    if result.low > 0.0:
        assert distribution.sf(x1 - 1, n1 + n2, n1, total, result.low) == pytest.approx(0.025, rel=1e-7)
    if result.high < inf:
        assert distribution.cdf(x1, n1 + n2, n1, total, result.high) == pytest.approx(0.025, rel=1e-7)
    if result.estimate not in (None, 0.0, inf):
        assert distribution.mean(n1 + n2, n1, total, result.estimate) == pytest.approx(x1, rel=1e-8)


@pytest.mark.parametrize("table", [(56, 70, 48, 80), (9, 10, 3, 10), (1, 50, 3, 12)])
def test_conditional_same_as_scipy(table):
    x1, n1, x2, n2 = table
    expected = scipy_odds_ratio(np.array([[x1, n1 - x1], [x2, n2 - x2]]))
    result = odds_ratio_conditional(*table)
    assert result.estimate == pytest.approx(expected.statistic, rel=1e-8)
    interval = expected.confidence_interval(0.95)
    assert (result.low, result.high) == pytest.approx((interval.low, interval.high), rel=1e-7)


@pytest.mark.parametrize(
    ("table", "estimate", "low", "high"),
    [
        ((0, 10, 0, 10), None, 0.0, inf),
        ((10, 10, 6, 6), None, 0.0, inf),
        ((0, 0, 3, 6), None, 0.0, inf),
        ((0, 10, 5, 10), 0.0, 0.0, None),
        ((5, 10, 10, 10), 0.0, 0.0, None),
        ((5, 56, 0, 29), inf, None, inf),
        ((10, 10, 0, 10), inf, None, inf),
    ],
)
@pytest.mark.parametrize("odds", [odds_ratio_miettinen_nurminen, odds_ratio_conditional])
def test_edges(odds, table, estimate, low, high):
    result = odds(*table)
    assert result.estimate == estimate
    assert (result.low == low) if low is not None else (0.0 < result.low < inf)
    assert (result.high == high) if high is not None else (0.0 < result.high < inf)


def test_extreme_odds_keep_their_digits():
    # 10^6 of 10^6 against none of 10^6: with p1 = p2's complement, the limit by symmetry is odds^2 of one group.
    result = odds_ratio_miettinen_nurminen(10**6, 10**6, 0, 10**6)
    table = TwoGroups(10**6, 10**6, 0, 10**6)
    assert odds_ratio_score(table, result.low) == pytest.approx(Z, rel=1e-9)
    assert 1e11 < result.low < 1e13


def test_woolf_same_as_statsmodels_and_undefined_with_an_empty_cell():
    result = odds_ratio_woolf(7, 34, 1, 34)
    expected = confint_proportions_2indep(7, 34, 1, 34, compare="odds-ratio", method="logit")
    assert (result.low, result.high) == pytest.approx(expected, rel=1e-12)
    for table in ((0, 10, 3, 10), (10, 10, 3, 10), (0, 10, 0, 10)):
        empty = odds_ratio_woolf(*table)
        assert empty.low is None
        assert empty.high is None
        assert empty.note


@pytest.mark.parametrize("odds", ODDS_RATIOS)
def test_illegal_arguments(odds):
    with pytest.raises(ArgumentError, match=r"events must be .*received -1"):
        odds(-1, 2, 1, 2)
    with pytest.raises(ArgumentError, match="level must be"):
        odds(1, 2, 1, 2, level=1.5)
