"""Heterogeneity of odds ratios over subgroups, each with strata of its own."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2
from statsmodels.stats.contingency_tables import StratifiedTable

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.proportions.subgroup_odds import heterogeneity_of_odds_ratios

CELL = st.integers(1, 30)
SUBGROUP = st.lists(st.tuples(CELL, CELL, CELL, CELL), min_size=1, max_size=4)


def arguments(cells):
    a, b, c, d = np.array(cells).T
    return a, a + b, c, c + d


@settings(deadline=None, max_examples=40, derandomize=True)
@given(st.lists(SUBGROUP, min_size=2, max_size=4))
def test_from_the_pooled_odds_ratios_of_statsmodels(subgroups):
    tables = [StratifiedTable([np.array([[a, b], [c, d]], dtype=float) for a, b, c, d in one]) for one in subgroups]
    logs = np.array([table.logodds_pooled for table in tables])
    weight = np.array([table.logodds_pooled_se for table in tables]) ** -2.0
    expected = float(weight @ (logs - weight @ logs / weight.sum()) ** 2)
    found = heterogeneity_of_odds_ratios([arguments(one) for one in subgroups])
    assert found.statistic == pytest.approx(expected, rel=1e-8, abs=1e-9)
    assert found.degrees_of_freedom == len(subgroups) - 1
    assert found.p_value == pytest.approx(chi2.sf(found.statistic, len(subgroups) - 1), rel=1e-9)


def test_one_odds_ratio_everywhere_is_no_heterogeneity():
    one = ([10, 5], [20, 30], [5, 4], [25, 30])
    assert heterogeneity_of_odds_ratios([one, one]).statistic == pytest.approx(0.0, abs=1e-12)


def test_a_subgroup_without_a_finite_odds_ratio_is_left_out_and_named():
    one, other, none = ([10], [20], [5], [25]), ([5], [25], [10], [20]), ([0], [20], [5], [25])
    found = heterogeneity_of_odds_ratios([one, none, other])
    assert found.degrees_of_freedom == 1
    assert found.note == "subgroups without a finite odds ratio, left out: 1"
    alone = heterogeneity_of_odds_ratios([one, none])
    assert (alone.statistic, alone.p_value) == (None, None)
    assert "fewer than two subgroups" in alone.note


def test_illegal_counts():
    with pytest.raises(ArgumentError, match="events must"):
        heterogeneity_of_odds_ratios([([3], [2], [1], [2]), ([1], [2], [1], [2])])
