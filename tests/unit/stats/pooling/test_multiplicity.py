"""Adjusted p values."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.pooling.multiplicity import METHODS, adjust_p_values

P_VALUES = st.lists(st.floats(0, 1) | st.sampled_from([0.0, 0.01, 0.04, 0.04, 1.0]), min_size=1, max_size=7)
STATSMODELS = {
    "bonferroni": "bonferroni",
    "holm": "holm",
    "hochberg": "simes-hochberg",
    "hommel": "hommel",
    "benjamini_hochberg": "fdr_bh",
    "benjamini_yekutieli": "fdr_by",
}


@settings(deadline=None, max_examples=60, derandomize=True)
@given(P_VALUES, st.sampled_from(sorted(METHODS)))
def test_same_as_statsmodels(p_values, method):
    adjusted = adjust_p_values(p_values, method=method).p_values
    expected = multipletests(p_values, method=STATSMODELS[method])[1]
    assert adjusted == pytest.approx(expected, rel=1e-10, abs=1e-300)


@settings(deadline=None, max_examples=30, derandomize=True)
@given(P_VALUES)
def test_hommel_is_the_closed_simes_test(p_values):
    p = np.array(p_values)

    def simes(members):
        ordered = np.sort(p[list(members)])
        return float((len(ordered) * ordered / np.arange(1, len(ordered) + 1)).min())

    subsets = [s for size in range(1, len(p) + 1) for s in combinations(range(len(p)), size)]
    closed = [min(1.0, max(simes(s) for s in subsets if i in s)) for i in range(len(p))]
    assert adjust_p_values(p_values, method="hommel").p_values == pytest.approx(closed, rel=1e-12, abs=1e-300)


@pytest.mark.parametrize("method", sorted(METHODS))
def test_missing_values_keep_their_place_and_are_not_counted(method):
    result = adjust_p_values([None, 0.02, None, 0.01, 0.5], method=method)
    without = adjust_p_values([0.02, 0.01, 0.5], method=method)
    assert result.p_values == (None, without.p_values[0], None, *without.p_values[1:])
    assert result.excluded == (0, 2)
    assert result.family_size == 3
    assert "2 of 5 tests have no p value" in result.note
    assert without.note == ""


@pytest.mark.parametrize("method", sorted(METHODS))
def test_edges(method):
    assert adjust_p_values([], method=method).p_values == ()
    assert adjust_p_values([None], method=method).p_values == (None,)
    assert adjust_p_values([0.03], method=method).p_values == (0.03,)
    assert adjust_p_values([0.0, 1.0], method=method).p_values == (0.0, 1.0)
    tied = adjust_p_values([0.02, 0.02, 0.02], method=method).p_values
    assert tied[0] == tied[1] == tied[2] >= 0.02


@settings(deadline=None, max_examples=40, derandomize=True)
@given(P_VALUES, st.sampled_from(sorted(METHODS)), st.randoms(use_true_random=False))
def test_order_of_tests_does_not_matter_and_nothing_gets_smaller(p_values, method, random):
    order = list(range(len(p_values)))
    random.shuffle(order)
    adjusted = adjust_p_values(p_values, method=method).p_values
    shuffled = adjust_p_values([p_values[i] for i in order], method=method).p_values
    assert shuffled == pytest.approx([adjusted[i] for i in order], rel=1e-12, abs=1e-300)
    assert all(p * (1 - 1e-12) <= a <= 1 for p, a in zip(p_values, adjusted, strict=True))


def test_power_is_ordered_as_the_theory_says():
    p = [0.01, 0.013, 0.02, 0.3]
    by_method = {method: np.array(adjust_p_values(p, method=method).p_values) for method in METHODS}
    chain = ["benjamini_hochberg", "hommel", "hochberg", "holm", "bonferroni"]
    for stronger, weaker in pairwise(chain):
        assert (by_method[stronger] <= by_method[weaker] + 1e-15).all()


@pytest.mark.parametrize(
    ("p_values", "method", "message"),
    [
        ([0.5, 1.2], "holm", r"p_values must be .* at most 1; received 1.2"),
        ([-0.1], "holm", r"p_values must be .* at least 0"),
        ([float("nan")], "holm", r"p_values must be .* finite"),
        ([0.5], "sidak", "method must be one of bonferroni, holm, hochberg, hommel"),
    ],
)
def test_illegal_arguments(p_values, method, message):
    with pytest.raises(ArgumentError, match=message):
        adjust_p_values(p_values, method=method)
