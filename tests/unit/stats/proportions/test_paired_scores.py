"""Scores before and after."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.proportions.paired_scores import (
    mean_change,
    paired_t_test,
    score_changes,
    sign_test,
    wilcoxon_signed_rank,
)

FUNCTIONS = [score_changes, mean_change, paired_t_test, wilcoxon_signed_rank, sign_test]
PAIRS = st.lists(st.tuples(st.integers(0, 10), st.integers(0, 10), st.integers(1, 4)), min_size=3, max_size=15)


def rows(pairs):
    before, after, n = np.array(pairs, dtype=float).T
    return np.repeat(before, n.astype(int)), np.repeat(after, n.astype(int))


@settings(deadline=None, max_examples=60, derandomize=True)
@given(PAIRS)
def test_counts_give_what_scipy_gives_on_rows(pairs):
    counts = tuple(np.array(pairs, dtype=float).T)
    before, after = rows(pairs)
    change = after - before
    if change.std() > 0:
        expected = stats.ttest_rel(after, before)
        assert paired_t_test(*counts).statistic == pytest.approx(expected.statistic, rel=1e-9)
        assert paired_t_test(*counts).p_value == pytest.approx(expected.pvalue, rel=1e-8)
        interval = expected.confidence_interval(0.9)
        result = mean_change(*counts, level=0.9)
        assert (result.low, result.high) == pytest.approx((interval.low, interval.high), rel=1e-8, abs=1e-10)
    if np.any(change):
        for corrected in (False, True):
            result = wilcoxon_signed_rank(*counts, continuity_correction=corrected)
            expected = stats.wilcoxon(after, before, correction=corrected, method="approx", alternative="greater")
            assert result.statistic == expected.statistic
        two_sided = stats.wilcoxon(after, before, correction=False, method="approx").pvalue
        assert wilcoxon_signed_rank(*counts).p_value == pytest.approx(two_sided, rel=1e-9)
        moved = np.count_nonzero(change)
        expected = stats.binomtest(int((change < 0).sum()), moved).pvalue
        assert sign_test(*counts).p_value == pytest.approx(expected, rel=1e-9)


@settings(deadline=None, max_examples=40, derandomize=True)
@given(PAIRS, st.randoms(use_true_random=False))
def test_order_and_splitting_of_pairs_change_nothing(pairs, random):
    split = [(before, after, 1) for before, after, n in pairs for _ in range(n)]
    random.shuffle(split)
    one, other = score_changes(*np.array(pairs, dtype=float).T), score_changes(*np.array(split, dtype=float).T)
    assert one.change.tolist() == other.change.tolist()
    assert one.n.tolist() == other.n.tolist()


def test_decimal_scores_have_exact_ties():
    # 3.3 - 3.0, 0.3 - 0.0 and 1.2 - 0.9 differ in their last bits.
    changes = score_changes([3.0, 0.0, 0.9, 0.1], [3.3, 0.3, 1.2, 0.1], [1, 1, 1, 1])
    assert len(changes.change) == 2
    assert changes.n.tolist() == [1.0, 3.0]
    assert (changes.unchanged, changes.increased, changes.decreased) == (1, 3, 0)
    assert wilcoxon_signed_rank([3.0, 0.0, 1.2], [3.3, 0.3, 0.9], [1, 1, 1]).statistic == 4.0  # ranks 2, 2, 2


def test_wilcoxon_by_hand():
    # Changes +1 (twice), -2: ranks 1.5, 1.5, 3; variance 3 x 4 x 7 / 24 - (8 - 2) / 48 = 3.375.
    result = wilcoxon_signed_rank([0, 2], [1, 0], [2, 1])
    assert result.statistic == 3.0
    assert result.p_value == pytest.approx(1.0)
    result = wilcoxon_signed_rank([0, 2, 4], [1, 4, 4], [2, 1, 7])
    assert result.statistic == 6.0
    assert result.p_value == pytest.approx(2 * stats.norm.sf(3 / np.sqrt(3.375)), rel=1e-12)
    assert result.note == "patients without change, left out: 7"
    corrected = wilcoxon_signed_rank([0, 2, 4], [1, 4, 4], [2, 1, 7], continuity_correction=True)
    assert corrected.p_value == pytest.approx(2 * stats.norm.sf(2.5 / np.sqrt(3.375)), rel=1e-12)


def test_nobody():
    nothing = ([], [], [])
    assert score_changes(*nothing).total == 0
    assert mean_change(*nothing).estimate is None
    assert paired_t_test(*nothing).p_value is None
    assert wilcoxon_signed_rank(*nothing).p_value is None
    assert sign_test(*nothing).p_value == 1.0


def test_one_patient():
    one = ([5], [3], [1])
    assert mean_change(*one).estimate == -2.0
    assert mean_change(*one).low is None
    assert "one patient" in mean_change(*one).note
    assert paired_t_test(*one).statistic is None
    assert wilcoxon_signed_rank(*one).statistic == 0.0
    assert sign_test(*one).p_value == 1.0


def test_all_change_alike():
    same = ([5, 6], [4, 5], [3, 2])
    assert mean_change(*same).standard_error == 0.0
    assert "all changes are equal" in paired_t_test(*same).note
    nobody_changed = ([5, 6], [5, 6], [3, 2])
    assert "nobody changed" in wilcoxon_signed_rank(*nobody_changed).note
    assert sign_test(*nobody_changed).p_value == 1.0


@pytest.mark.parametrize("function", FUNCTIONS)
def test_illegal_arguments(function):
    with pytest.raises(ArgumentError, match=r"before must be .*received nan"):
        function([float("nan")], [1], [1])
    with pytest.raises(ArgumentError, match=r"n must be .*received -1"):
        function([1], [1], [-1])
    with pytest.raises(ArgumentError, match="after must be as long as n"):
        function([1, 2], [1], [1, 1])
    with pytest.raises(ArgumentError, match="level must be"):
        mean_change([1], [1], [1], level=2)
