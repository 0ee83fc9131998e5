"""Separation is found exactly, and only where it is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.regression.likelihood import maximise
from dose_outcomes.stats.regression.pattern_counts import independent_columns
from dose_outcomes.stats.regression.separation import separated_patterns

INTERCEPT_AND_GROUP = [[1, 0], [1, 1]]


@pytest.mark.parametrize(
    ("design", "events", "n", "expected"),
    [
        (INTERCEPT_AND_GROUP, [2, 3], [8, 9], [False, False]),
        (INTERCEPT_AND_GROUP, [0, 3], [8, 9], [True, False]),
        (INTERCEPT_AND_GROUP, [8, 0], [8, 9], [True, True]),
        (INTERCEPT_AND_GROUP, [0, 0], [8, 9], [True, True]),
        ([[1], [1]], [0, 5], [4, 5], [False, False]),  # one rate for both: no direction separates them
        ([[1, 1], [1, 2], [1, 3]], [0, 0, 4], [4, 4, 4], [True, True, True]),
        ([[1, 1], [1, 2], [1, 3]], [0, 2, 4], [4, 4, 4], [True, False, True]),
        ([[1, 1], [1, 2], [1, 3]], [0, 4, 0], [4, 4, 4], [False, False, False]),
        (INTERCEPT_AND_GROUP, [0, 3], [0, 9], [False, False]),
    ],
)
def test_small_tables(design, events, n, expected):
    assert separated_patterns(design, events, n).tolist() == expected


def test_scale_of_a_column_does_not_matter():
    design = np.array([[1, 1], [1, 2], [1, 3]], dtype=float)
    for factor in (1e-7, 1.0, 1e7):
        assert separated_patterns(design * [1, factor], [0, 2, 4], [4, 4, 4]).tolist() == [True, False, True]


def test_counts_are_checked():
    with pytest.raises(ArgumentError, match="events must be at most n"):
        separated_patterns(INTERCEPT_AND_GROUP, [9, 0], [8, 9])


@settings(deadline=None, max_examples=40, derandomize=True)
@given(st.integers(0, 2**31))
def test_newton_comes_to_rest_exactly_where_nothing_is_separated(seed):
    generator = np.random.default_rng(seed)
    design = np.column_stack([np.ones(6), generator.integers(0, 2, (6, 2))]).astype(float)
    n = generator.integers(0, 4, 6).astype(float)
    events = generator.binomial(n.astype(int), 0.4).astype(float)
    columns = independent_columns(design[n > 0])
    fit = maximise(design[:, columns], events, n)
    assert fit.converged == (not separated_patterns(design, events, n).any())
