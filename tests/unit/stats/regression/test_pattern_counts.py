"""Counts and designs at the door, and independent columns."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.regression.pattern_counts import (
    check_arm,
    check_design,
    check_pattern_counts,
    independent_columns,
)

N = np.array([3.0, 4.0])


@pytest.mark.parametrize(
    ("events", "n", "message"),
    [
        ([1, 5], [3, 4], "events must be at most n in each pattern; received 5 events among 4"),
        ([1, -1], [3, 4], "events must be .* at least 0; received -1"),
        ([0.5, 1], [3, 4], "events must be .* whole number"),
        ([1], [3, 4], "events must be as long as n"),
        ([1, 2], [3, np.nan], "n must be .* finite"),
    ],
)
def test_illegal_counts(events, n, message):
    with pytest.raises(ArgumentError, match=message):
        check_pattern_counts(events, n)


@pytest.mark.parametrize(
    ("design", "message"),
    [
        ([[1.0], [np.inf]], "design must be .* finite"),
        ([[1.0]], "design must be as long as n"),
        ([1.0, 2.0], "2-dimensional"),
        (np.zeros((2, 0)), "at least one column"),
    ],
)
def test_illegal_design(design, message):
    with pytest.raises(ArgumentError, match=message):
        check_design("design", design, N)


@pytest.mark.parametrize("arm", [[0, 2], [0.5, 1], [1]])
def test_illegal_arm(arm):
    with pytest.raises(ArgumentError, match="treatment must be"):
        check_arm(arm, N)


@pytest.mark.parametrize(
    ("columns", "kept"),
    [
        ([[1, 1, 1], [0, 1, 0], [0, 0, 1]], [0, 1, 2]),
        ([[1, 1, 1], [2, 2, 2], [0, 0, 1]], [0, 2]),
        ([[0, 0, 0], [1, 1, 1]], [1]),
        ([[1, 1, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]], [0, 1, 2]),
        ([[1e9, 2e9, 3e9], [1e-6, 0, 0]], [0, 1]),
    ],
)
def test_first_of_collinear_columns_are_kept(columns, kept):
    assert independent_columns(np.array(columns, dtype=float).T).tolist() == kept


@settings(deadline=None, max_examples=50, derandomize=True)
@given(st.integers(0, 2**31), st.integers(1, 6), st.integers(1, 6))
def test_number_of_kept_columns_is_the_rank(seed, rows, columns):
    design = np.random.default_rng(seed).integers(-1, 2, (rows, columns)).astype(float)
    kept = independent_columns(design)
    assert len(kept) == np.linalg.matrix_rank(design)
    assert np.linalg.matrix_rank(design[:, kept]) == len(kept)
