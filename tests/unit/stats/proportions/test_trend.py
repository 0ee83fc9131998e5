"""Cochran-Armitage trend."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import Table

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.proportions.association import chi_square
from dose_outcomes.stats.proportions.stratified_tests import cochran_mantel_haenszel
from dose_outcomes.stats.proportions.trend import cochran_armitage, mantel_trend

DOSES = [0.5, 1.5, 3.0, 4.5]
GROUP = st.integers(1, 30).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.tuples(GROUP, GROUP, GROUP, GROUP))
def test_hypergeometric_variance_same_as_statsmodels(groups):
    events, n = np.array(groups).T
    result = cochran_armitage(events, n, DOSES, variance="hypergeometric")
    if events.sum() in (0, n.sum()):
        assert result.statistic is None
        return
    table = np.column_stack((n - events, events))
    expected = Table(table, shift_zeros=False).test_ordinal_association(np.array(DOSES), np.array([0, 1]))
    assert result.statistic == pytest.approx(expected.zscore, rel=1e-8, abs=1e-10)
    assert result.p_value == pytest.approx(expected.pvalue, rel=1e-8)
    total = n.sum()
    binomial = cochran_armitage(events, n, DOSES)
    assert binomial.statistic == pytest.approx(result.statistic * np.sqrt(total / (total - 1)), rel=1e-10, abs=1e-12)


@settings(deadline=None, max_examples=40, derandomize=True)
@given(st.tuples(GROUP, GROUP, GROUP), st.floats(0.1, 50), st.floats(-1e3, 1e3))
def test_scale_and_origin_of_dose_do_not_matter_and_reversal_turns_the_sign(groups, factor, shift):
    events, n = np.array(groups).T
    doses = np.array([1.5, 3.0, 4.5])
    first = cochran_armitage(events, n, doses).statistic
    if first is None:
        return
    assert cochran_armitage(events, n, doses * factor + shift).statistic == pytest.approx(first, rel=1e-6, abs=1e-9)
    assert cochran_armitage(events, n, -doses).statistic == pytest.approx(-first, abs=1e-12)
    assert cochran_armitage(n - events, n, doses).statistic == pytest.approx(-first, abs=1e-9)


def test_two_doses_are_the_chi_square_test():
    statistic = cochran_armitage([5, 10], [20, 20], [1.5, 4.5]).statistic
    assert statistic > 0
    assert statistic**2 == pytest.approx(chi_square(10, 20, 5, 20).statistic, rel=1e-12)


def test_spacing_of_doses_matters():
    counts = ([2, 4, 7, 9], [20, 21, 19, 20])
    assert cochran_armitage(*counts, DOSES).statistic != cochran_armitage(*counts, [1, 2, 3, 4]).statistic


@pytest.mark.parametrize(
    ("events", "n", "doses", "word"),
    [
        ([0, 0], [5, 5], [1, 2], "nobody"),
        ([5, 5], [5, 5], [1, 2], "everybody"),
        ([0, 0], [0, 0], [1, 2], "nobody"),
        ([1, 0], [5, 0], [1, 2], "only one dose"),
        ([1, 2], [5, 5], [3, 3], "only one dose"),
    ],
)
def test_undefined(events, n, doses, word):
    result = cochran_armitage(events, n, doses)
    assert result.statistic is None
    assert result.p_value is None
    assert word in result.note


def test_a_dose_without_patients_has_no_influence():
    with_empty = cochran_armitage([1, 0, 4], [9, 0, 8], [1.5, 2.5, 4.5])
    assert with_empty.statistic == pytest.approx(cochran_armitage([1, 4], [9, 8], [1.5, 4.5]).statistic, rel=1e-12)


def test_illegal_arguments():
    with pytest.raises(ArgumentError, match="variance must be one of binomial, hypergeometric; received 'exact'"):
        cochran_armitage([1], [2], [1], variance="exact")
    with pytest.raises(ArgumentError, match=r"n - events must be .*at least 0"):
        cochran_armitage([3, 1], [2, 2], [1, 2])
    with pytest.raises(ArgumentError, match="doses must be as long as n"):
        cochran_armitage([1, 1], [2, 2], [1])
    with pytest.raises(ArgumentError, match=r"doses must be .*received nan"):
        cochran_armitage([1, 1], [2, 2], [1, None])


STRATA = st.lists(st.tuples(GROUP, GROUP, GROUP), min_size=1, max_size=5)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(STRATA)
def test_mantel_trend_has_the_moments_of_the_multivariate_hypergeometric_distribution(strata):
    doses = np.array([0.5, 1.5, 4.5])
    table = np.array(strata)
    events, n = table[..., 0], table[..., 1]
    surplus = variance = 0.0
    for x, size in zip(events, n, strict=True):
        law = stats.multivariate_hypergeom(m=size, n=x.sum())
        surplus += doses @ (x - law.mean())
        variance += doses @ law.cov() @ doses
    result = mantel_trend(events, n, doses)
    if variance < 1e-12:
        assert result.statistic is None
        return
    assert result.statistic == pytest.approx(surplus / np.sqrt(variance), rel=1e-8, abs=1e-10)
    assert result.p_value == pytest.approx(2 * stats.norm.sf(abs(surplus) / np.sqrt(variance)), rel=1e-8)


def test_mantel_trend_of_one_stratum_is_the_hypergeometric_cochran_armitage_test():
    one = mantel_trend([[3, 9, 12]], [[20, 25, 22]], [0.5, 1.5, 4.5])
    same = cochran_armitage([3, 9, 12], [20, 25, 22], [0.5, 1.5, 4.5], variance="hypergeometric")
    assert one.statistic == pytest.approx(same.statistic, rel=1e-12)


def test_mantel_trend_over_two_doses_is_the_cochran_mantel_haenszel_test():
    events, n = np.array([[3, 9], [1, 4], [0, 0]]), np.array([[20, 25], [7, 5], [4, 3]])
    z = mantel_trend(events, n, [0, 1]).statistic
    same = cochran_mantel_haenszel(events[:, 1], n[:, 1], events[:, 0], n[:, 0])
    assert z**2 == pytest.approx(same.statistic, rel=1e-12)


def test_mantel_trend_counts_the_strata_that_tell_nothing():
    result = mantel_trend([[3, 9], [0, 0], [2, 0]], [[20, 25], [4, 3], [5, 0]], [0, 1])
    assert result.note == "strata without two doses and both outcomes, left out: 2"
    assert result.statistic == pytest.approx(mantel_trend([[3, 9]], [[20, 25]], [0, 1]).statistic)
    assert mantel_trend([[0, 0]], [[4, 3]], [0, 1]).statistic is None


@pytest.mark.parametrize(
    ("events", "n", "doses", "message"),
    [
        ([[1, 2]], [[3, 3]], [0, 1, 2], "a row a stratum and a column a dose"),
        ([[1, 2]], [[3, 3], [3, 3]], [0, 1], "a row a stratum and a column a dose"),
        ([[4, 2]], [[3, 3]], [0, 1], "n - events must be"),
        ([1, 2], [3, 3], [0, 1], "n must be a finite whole number|2-dimensional"),
    ],
)
def test_mantel_trend_refuses_what_is_no_table(events, n, doses, message):
    with pytest.raises(ArgumentError, match=message):
        mantel_trend(events, n, doses)
