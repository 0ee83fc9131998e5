"""Standardised differences."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.regression.balance import (
    balance,
    difference_of_categories,
    difference_of_means,
    difference_of_proportions,
)
from dose_outcomes.stats.regression.propensity import propensity_weights

COUNTS = st.lists(st.integers(1, 40), min_size=3, max_size=5)


def test_means():
    assert difference_of_means(3.0, 4.0, 2.0, 0.0).value == pytest.approx(1 / np.sqrt(2))
    assert difference_of_means(3.0, 0.0, 3.0, 0.0).value == 0.0
    unbounded = difference_of_means(3.0, 0.0, 2.0, 0.0)
    assert unbounded.value is None
    assert "no spread" in unbounded.note


@pytest.mark.parametrize(
    ("counts", "value", "note"),
    [
        ((0, 5, 0, 7), 0.0, "constant"),
        ((5, 5, 0, 7), None, "no spread"),
        ((0, 0, 1, 7), None, "no treated patient"),
        ((1, 2, 0, 0), None, "no untreated patient"),
    ],
)
def test_edges_of_proportions(counts, value, note):
    result = difference_of_proportions(*counts)
    assert result.value == value
    assert note in result.note


@pytest.mark.parametrize(
    ("treated", "untreated", "value", "note"),
    [
        ([3, 4], [6, 8], 0.0, ""),
        ([3], [6], 0.0, ""),
        ([3, 0], [0, 6], None, "share no category"),
        ([0, 0], [1, 6], None, "no treated patient"),
        ([3, 4, 0], [6, 8, 0], 0.0, ""),
    ],
)
def test_edges_of_categories(treated, untreated, value, note):
    result = difference_of_categories(treated, untreated)
    assert result.value == (value if value is None else pytest.approx(value, abs=1e-12))
    assert note in result.note


@settings(deadline=None, max_examples=50, derandomize=True)
@given(st.integers(1, 30), st.integers(1, 30), st.integers(1, 30), st.integers(1, 30))
def test_two_categories_are_a_proportion(a, b, c, d):
    categories = difference_of_categories([a, b], [c, d]).value
    assert categories == pytest.approx(abs(difference_of_proportions(a, a + b, c, c + d).value), rel=1e-9, abs=1e-12)


@settings(deadline=None, max_examples=50, derandomize=True)
@given(st.data())
def test_categories_do_not_depend_on_order_or_size(data):
    treated = data.draw(COUNTS)
    untreated = data.draw(st.lists(st.integers(1, 40), min_size=len(treated), max_size=len(treated)))
    order = data.draw(st.permutations(range(len(treated))))
    value = difference_of_categories(treated, untreated).value
    reordered = difference_of_categories([3 * treated[i] for i in order], [untreated[i] for i in order]).value
    assert reordered == pytest.approx(value, rel=1e-8, abs=1e-10)


def test_saturated_weights_balance_what_was_not():
    design = np.array([[1, 0, 0], [1, 0, 0], [1, 1, 0], [1, 1, 0], [1, 0, 1], [1, 0, 1]])
    arm, n = np.tile([1, 0], 3), np.array([5, 15, 12, 8, 4, 16])
    weights = propensity_weights(design, arm, n)
    result = balance(design[:, 1:], arm, n, weights.weight)
    assert result.largest_before > 0.5
    assert result.largest_after == pytest.approx(0.0, abs=1e-9)
    assert result.before[0].value == pytest.approx(difference_of_proportions(12, 21, 8, 39).value, rel=1e-12)
    unweighted = balance(design[:, 1:], arm, n, np.ones(6))
    assert [one.value for one in unweighted.after] == [one.value for one in unweighted.before]


def test_illegal_arguments():
    with pytest.raises(ArgumentError, match="received none untreated"):
        balance([[1.0], [0.0]], [1, 1], [2, 3], [1, 1])
    with pytest.raises(ArgumentError, match=r"weights must be .* at least 0"):
        balance([[1.0], [0.0]], [1, 0], [2, 3], [1, -1])
    with pytest.raises(ArgumentError, match=r"variance_treated must be .* at least 0"):
        difference_of_means(1, -1, 1, 1)
    with pytest.raises(ArgumentError, match=r"events_treated must be .* at most 3"):
        difference_of_proportions(4, 3, 1, 3)
    with pytest.raises(ArgumentError, match="untreated must be as long as treated"):
        difference_of_categories([1, 2], [1])
