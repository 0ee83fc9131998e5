"""Direct standardisation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.proportions.standardised import directly_standardised

CELL = st.integers(1, 30).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=5))
def test_it_is_the_proportion_of_patients_reweighted_one_by_one(strata):
    table = np.array(strata)
    events, n = table[..., 0], table[..., 1]
    result = directly_standardised(events, n)
    for group in range(3):
        # every patient of the group stands for as many as his stratum has in all, divided by those like him
        weight = (n.sum(axis=1) / n[:, group]).repeat(n[:, group])
        outcome = np.concatenate(
            [[1] * x + [0] * (size - x) for x, size in zip(events[:, group], n[:, group], strict=True)]
        )
        assert result.proportions[group] == pytest.approx(np.average(outcome, weights=weight), rel=1e-12)


def test_equal_mix_changes_nothing_and_the_variance_is_that_of_the_strata():
    # 10 and 10 of each group: p = (4 + 8)/20; variance 1/4 (0.24/10 + 0.16/10)
    result = directly_standardised([[4, 5], [8, 5]], [[10, 10], [10, 10]])
    assert result.proportions.tolist() == pytest.approx([0.6, 0.5])
    assert result.variances[0] == pytest.approx(0.25 * (0.024 + 0.016))
    assert result.note == ""


def test_strata_without_a_group_are_left_out_and_counted():
    result = directly_standardised([[4, 5], [8, 0]], [[10, 10], [10, 0]])
    assert result.left_out == 1
    assert result.proportions.tolist() == pytest.approx([0.4, 0.5])
    nothing = directly_standardised([[8, 0]], [[10, 0]])
    assert len(nothing.proportions) == 0
    assert nothing.note == "no stratum has patients in every group"


@pytest.mark.parametrize(
    ("events", "n", "message"),
    [
        ([[1, 2]], [[3, 3], [3, 3]], "events must have the shape of n"),
        ([[4, 2]], [[3, 3]], "n - events must be"),
        ([[0.5, 2]], [[3, 3]], "whole number"),
    ],
)
def test_what_is_no_table_is_refused(events, n, message):
    with pytest.raises(ArgumentError, match=message):
        directly_standardised(events, n)
