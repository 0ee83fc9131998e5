"""Fisher's test, its mid-p version and chi-square."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.proportions.association import (
    chi_square,
    fisher_exact,
    fisher_mid_p,
    homogeneity_chi_square,
    n_minus_one_test,
    smallest_expected_count,
)
from dose_outcomes.stats.proportions.counts import check_two_groups
from dose_outcomes.stats.proportions.score import difference_score

GROUP = st.integers(0, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def fourfold(x1, n1, x2, n2):
    return np.array([[x1, n1 - x1], [x2, n2 - x2]])


@settings(deadline=None, max_examples=80, derandomize=True)
@given(GROUP, GROUP, st.sampled_from(["two-sided", "greater", "less"]))
def test_fisher_same_as_scipy(group, reference, alternative):
    table = (*group, *reference)
    expected = stats.fisher_exact(fourfold(*table), alternative=alternative).pvalue
    assert fisher_exact(*table, alternative=alternative).p_value == pytest.approx(expected, rel=1e-9)


def test_fisher_keeps_the_digits_of_a_far_tail():
    # 60 of 60 against 0 of 60: one table of C(120, 60) at either end.
    assert fisher_exact(60, 60, 0, 60).p_value == pytest.approx(2 / 96614908840363322603893139521372656, rel=1e-10)


@pytest.mark.parametrize(
    ("table", "p_value"),
    [((3, 3, 0, 3), 0.05), ((2, 2, 0, 2), 1 / 6), ((0, 5, 0, 5), 0.5), ((1, 2, 1, 2), 0.5 * 4 / 6 + 2 / 6)],
)
def test_mid_p_by_hand(table, p_value):
    assert fisher_mid_p(*table).p_value == pytest.approx(p_value, rel=1e-12)
    assert fisher_mid_p(*table).p_value <= fisher_exact(*table).p_value


@settings(deadline=None, max_examples=60, derandomize=True)
@given(GROUP, GROUP, st.booleans())
def test_chi_square_same_as_scipy(group, reference, corrected):
    table = (*group, *reference)
    result = chi_square(*table, continuity_correction=corrected)
    counts = fourfold(*table)
    if counts.sum(axis=0).min() == 0 or counts.sum(axis=1).min() == 0:
        assert result.p_value is None
        assert "undefined" in result.note
        return
    # scipy moves each cell by at most 1/2 towards its expectation, as Yates did.
    expected = stats.chi2_contingency(counts, correction=corrected)
    assert result.statistic == pytest.approx(expected.statistic, rel=1e-9, abs=1e-12)
    assert result.p_value == pytest.approx(expected.pvalue, rel=1e-9)
    assert result.degrees_of_freedom == 1


def test_illegal_arguments():
    with pytest.raises(ArgumentError, match="alternative must be one of two-sided, greater, less; received 'both'"):
        fisher_exact(1, 2, 1, 2, alternative="both")
    for test in (fisher_exact, fisher_mid_p, chi_square):
        with pytest.raises(ArgumentError, match=r"reference_events must be .*received 4"):
            test(1, 2, 4, 2)


@settings(deadline=None, max_examples=80, derandomize=True)
@given(GROUP, GROUP)
def test_n_minus_one_test_is_the_score_test_of_the_miettinen_nurminen_interval(group, reference):
    table = (*group, *reference)
    expected = smallest_expected_count(*table)
    result = n_minus_one_test(*table)
    if not group[1] or not reference[1]:
        assert result.p_value is None
    elif expected < 1:
        assert result == fisher_exact(*table)
    else:
        assert result.statistic == pytest.approx(difference_score(check_two_groups(*table), 0.0) ** 2, rel=1e-9)
        assert result.p_value == pytest.approx(stats.chi2.sf(result.statistic, 1), rel=1e-10)


@settings(deadline=None, max_examples=80, derandomize=True)
@given(GROUP, GROUP)
def test_smallest_expected_count_same_as_scipy(group, reference):
    table = (*group, *reference)
    found = smallest_expected_count(*table)
    if not group[1] + reference[1]:
        assert found is None
    else:
        expected = stats.contingency.expected_freq(fourfold(*table)).min()
        assert found == pytest.approx(expected, rel=1e-12, abs=1e-12)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.lists(GROUP, min_size=1, max_size=6))
def test_homogeneity_same_as_scipy(groups):
    events, n = np.array(groups).T
    result = homogeneity_chi_square(events, n)
    kept = n > 0
    if kept.sum() < 2 or events.sum() in (0, n.sum()):
        assert result.statistic is None
        assert "undefined" in result.note
        return
    expected = stats.chi2_contingency(np.stack([events, n - events])[:, kept], correction=False)
    assert result.statistic == pytest.approx(expected.statistic, rel=1e-9, abs=1e-12)
    assert result.degrees_of_freedom == expected.dof
    assert result.p_value == pytest.approx(expected.pvalue, rel=1e-9)
    assert ("rough" in result.note) is bool(expected.expected_freq.min() < 5 - 1e-12)
