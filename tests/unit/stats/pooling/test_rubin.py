"""Rubin's rules and their degrees of freedom."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.pooling.rubin import rubin_rules

Q, U = [0.51, 0.48, 0.62, 0.55, 0.49], [0.02, 0.021, 0.019, 0.022, 0.02]


def test_formulas():
    result = rubin_rules(Q, U, n=100, parameters=3)
    between = np.var(Q, ddof=1)
    share = 1.2 * between / result.total
    old, complete = 4 / share**2, 97 * 98 / 100 * (1 - share)
    assert result.estimate.estimate == pytest.approx(0.53, rel=1e-14)
    assert result.total == pytest.approx(0.0204 + 1.2 * between, rel=1e-14)
    assert result.degrees_of_freedom == pytest.approx(old * complete / (old + complete), rel=1e-12)
    assert result.estimate.standard_error == pytest.approx(math.sqrt(result.total), rel=1e-14)
    assert rubin_rules(Q, U).degrees_of_freedom == pytest.approx(old, rel=1e-12)


def test_no_variance_between_imputations():
    large = rubin_rules([1, 1, 1], [0.1, 0.1, 0.1])
    assert large.degrees_of_freedom == math.inf
    assert large.fraction_missing == 0.0
    assert large.estimate.high == pytest.approx(1 + 1.959963984540054 * math.sqrt(0.1), rel=1e-12)
    small = rubin_rules([1, 1, 1], [0.1, 0.1, 0.1], n=30)
    assert small.degrees_of_freedom == pytest.approx(29 * 30 / 32, rel=1e-14)
    floored = rubin_rules([1, 1, 1], [0.1, 0.1, 0.1], n=30, smallest_share_between=1e-4)
    assert floored.degrees_of_freedom == pytest.approx(29 * 30 / 32, rel=2e-4)
    assert floored.degrees_of_freedom < small.degrees_of_freedom


def test_no_variance_at_all_or_only_between():
    exact = rubin_rules([2, 2], [0, 0])
    assert (exact.estimate.low, exact.estimate.high) == (2.0, 2.0)
    assert exact.relative_increase == 0.0
    between_only = rubin_rules([1, 2], [0, 0])
    assert between_only.relative_increase == math.inf
    assert between_only.fraction_missing == 1.0
    assert between_only.degrees_of_freedom == 1.0
    nothing_left = rubin_rules([1, 2], [0, 0], n=20)
    assert nothing_left.degrees_of_freedom == 0.0
    assert nothing_left.estimate.low is None
    assert "no information" in nothing_left.estimate.note


@settings(deadline=None, max_examples=40, derandomize=True)
@given(
    st.lists(st.tuples(st.floats(-2, 2), st.floats(0.01, 1)), min_size=2, max_size=10),
    st.floats(0.1, 10),
    st.floats(-5, 5),
)
def test_shift_and_scale(imputations, factor, shift):
    q, u = np.array(imputations).T
    plain, moved = rubin_rules(q, u, n=50), rubin_rules(factor * q + shift, factor**2 * u, n=50)
    assert moved.estimate.low == pytest.approx(factor * plain.estimate.low + shift, rel=1e-6, abs=1e-6)
    assert moved.degrees_of_freedom == pytest.approx(plain.degrees_of_freedom, rel=1e-6)
    assert plain.degrees_of_freedom <= 49


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (([1], [1]), {}, r"number of estimates must be .* at least 2; received 1"),
        (([1, 2], [1]), {}, "variances must be as long as estimates"),
        (([1, 2], [1, -1]), {}, r"variances must be .* at least 0"),
        ((Q, U), {"n": 3, "parameters": 3}, r"n must be .* above 3; received 3"),
        ((Q, U), {"parameters": 0.5}, r"parameters must be .* whole number"),
        ((Q, U), {"smallest_share_between": 1.0}, r"smallest_share_between must be .* below 1"),
        ((Q, U), {"level": 0}, "level must be"),
    ],
)
def test_illegal_arguments(arguments, options, message):
    with pytest.raises(ArgumentError, match=message):
        rubin_rules(*arguments, **options)
