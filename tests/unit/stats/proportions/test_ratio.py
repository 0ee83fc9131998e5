"""Risk ratios."""

from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.proportions.counts import TwoGroups
from dose_outcomes.stats.proportions.ratio import risk_ratio_katz, risk_ratio_miettinen_nurminen
from dose_outcomes.stats.proportions.score import ratio_score

RATIOS = [risk_ratio_miettinen_nurminen, risk_ratio_katz]
GROUP = st.integers(1, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
Z = stats.norm.ppf(0.975)


@settings(deadline=None, max_examples=100, derandomize=True)
@given(GROUP, GROUP)
def test_limits_have_the_score_of_the_quantile(group, reference):
    table = TwoGroups(*group, *reference)
    result = risk_ratio_miettinen_nurminen(*group, *reference)
    if result.estimate is None:
        assert table.total_events == 0
        return
    assert result.low <= result.estimate <= result.high
    if table.events:
        assert ratio_score(table, result.low) == pytest.approx(Z, rel=1e-7)
    else:
        assert result.low == 0.0
    if table.reference_events:
        assert ratio_score(table, result.high) == pytest.approx(-Z, rel=1e-7)
    else:
        assert result.estimate == result.high == inf


@settings(deadline=None, max_examples=40, derandomize=True)
@given(GROUP, GROUP)
def test_exchanging_the_groups_inverts_the_ratio(group, reference):
    result = risk_ratio_miettinen_nurminen(*group, *reference)
    turned = risk_ratio_miettinen_nurminen(*reference, *group)
    assert turned.low == pytest.approx(0.0 if result.high == inf else 1 / result.high, rel=1e-7)
    assert turned.high == pytest.approx(inf if result.low == 0.0 else 1 / result.low, rel=1e-7)


# Tables on which a library goes wrong or fails: full rows, empty rows, one patient.
@pytest.mark.parametrize(
    ("table", "estimate", "low", "high"),
    [
        ((0, 10, 0, 10), None, 0.0, inf),
        ((0, 10, 5, 10), 0.0, 0.0, None),
        ((5, 10, 0, 10), inf, None, inf),
        ((11, 11, 6, 6), 1.0, None, None),
        ((1, 1, 1, 1), 1.0, None, None),
        ((0, 0, 1, 5), None, 0.0, inf),
    ],
)
def test_edges(table, estimate, low, high):
    result = risk_ratio_miettinen_nurminen(*table)
    assert result.estimate == estimate
    assert (result.note != "") == (estimate in (None, inf))
    if low is not None:
        assert result.low == low
    else:
        assert 0.0 < result.low < inf
    if high is not None:
        assert result.high == high
    else:
        assert 0.0 < result.high < inf


def test_full_rows_have_score_limits_by_hand():
    # All of n1 and all of n2: at a ratio r < 1 the most likely risks are r and 1, and (1 - r) / sqrt(r (1 - r) / n1
    # N / (N - 1)) = z gives r = 1 / (1 + z^2 N / (N - 1) / n1).
    low = risk_ratio_miettinen_nurminen(11, 11, 6, 6).low
    assert low == pytest.approx(1 / (1 + Z**2 * 17 / 16 / 11), rel=1e-10)


def test_katz_same_as_statsmodels():
    result = risk_ratio_katz(7, 34, 1, 34, level=0.9)
    expected = confint_proportions_2indep(7, 34, 1, 34, compare="ratio", method="log", alpha=0.1)
    assert (result.low, result.high) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("table", [(0, 10, 3, 10), (3, 10, 0, 10), (0, 10, 0, 10), (0, 0, 1, 2)])
def test_katz_adds_nothing_to_an_empty_cell(table):
    result = risk_ratio_katz(*table)
    assert result.low is None
    assert result.high is None
    assert result.note


@pytest.mark.parametrize("ratio", RATIOS)
def test_illegal_arguments(ratio):
    with pytest.raises(ArgumentError, match=r"reference_events must be .*at most 2; received 3"):
        ratio(1, 2, 3, 2)
    with pytest.raises(ArgumentError, match="level must be"):
        ratio(1, 2, 1, 2, level=-1)
