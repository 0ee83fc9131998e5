"""Cochran-Mantel-Haenszel, Breslow-Day, Tarone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import StratifiedTable

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.proportions.stratified_tests import breslow_day, cochran_mantel_haenszel

CELL = st.integers(1, 20)
STRATA = st.lists(st.tuples(CELL, CELL, CELL, CELL), min_size=2, max_size=5)


def arguments(cells):
    a, b, c, d = np.array(cells, dtype=float).T
    return a, a + b, c, c + d


@settings(deadline=None, max_examples=50, derandomize=True)
@given(STRATA)
def test_same_as_statsmodels(cells):
    table = StratifiedTable([np.array([[a, b], [c, d]], dtype=float) for a, b, c, d in cells])
    result, expected = cochran_mantel_haenszel(*arguments(cells)), table.test_null_odds()
    assert result.statistic == pytest.approx(expected.statistic, rel=1e-8, abs=1e-10)
    assert result.p_value == pytest.approx(expected.pvalue, rel=1e-8)
    if table.oddsratio_pooled == 1.0:
        return  # statsmodels divides by 0
    for tarone in (False, True):
        result, expected = breslow_day(*arguments(cells), tarone=tarone), table.test_equal_odds(adjust=tarone)
        assert result.statistic == pytest.approx(expected.statistic, rel=1e-6, abs=1e-8)
        assert result.p_value == pytest.approx(expected.pvalue, rel=1e-6)
        assert result.degrees_of_freedom == len(cells) - 1


def test_continuity_correction():
    # |2 - 1| - 1/2 squared over 1/3; a difference below 1/2 is left alone, as in R.
    assert cochran_mantel_haenszel([2], [2], [0], [2], continuity_correction=True).statistic == pytest.approx(0.75)
    small = ([1], [2], [1], [3])
    plain, corrected = (cochran_mantel_haenszel(*small, continuity_correction=choice) for choice in (False, True))
    assert 0 < plain.statistic == corrected.statistic


def test_empty_strata_are_dropped_and_told():
    cells = [(5, 4, 2, 9), (3, 8, 6, 2)]
    silent = [(0, 5, 0, 3), (4, 0, 2, 0), (1, 2, 0, 0)]
    for test in (cochran_mantel_haenszel, breslow_day):
        plain, more = test(*arguments(cells)), test(*arguments(cells + silent))
        assert (more.statistic, more.degrees_of_freedom) == pytest.approx((plain.statistic, plain.degrees_of_freedom))
        assert more.note == "strata without both groups and both outcomes, left out: 3"


def test_fitted_cells_have_the_common_odds_ratio_also_at_one():
    # Symmetric strata: common odds ratio exactly 1, where the quadratic becomes linear; A = n1 m / N.
    result = breslow_day([4, 2], [8, 6], [2, 4], [6, 8], tarone=False)
    fitted = np.array([8 * 6 / 14, 6 * 6 / 14])
    rest = 6 - fitted
    variance = 1 / (1 / fitted + 1 / (np.array([8, 6]) - fitted) + 1 / rest + 1 / (np.array([6, 8]) - rest))
    assert result.statistic == pytest.approx((((np.array([4, 2]) - fitted) ** 2) / variance).sum(), rel=1e-9)


def test_undefined():
    assert cochran_mantel_haenszel([0], [5], [0], [5]).p_value is None
    assert "fewer than two" in breslow_day([1], [5], [2], [5]).note
    assert "0 or infinite" in breslow_day([0, 0], [5, 5], [1, 2], [5, 5]).note


@pytest.mark.parametrize("test", [cochran_mantel_haenszel, breslow_day])
def test_illegal_arguments(test):
    with pytest.raises(ArgumentError, match=r"events must be .*received -1"):
        test([-1], [2], [1], [2])
    with pytest.raises(ArgumentError, match="events must be as long as n"):
        test([1, 1], [2], [1], [2])
