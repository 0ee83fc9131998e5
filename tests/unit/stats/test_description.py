"""Distributions given as counts, against the same values written out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.description import distribution

COUNTS = st.dictionaries(st.integers(-20, 20), st.integers(1, 5), min_size=1, max_size=12)


@settings(deadline=None, derandomize=True)
@given(COUNTS, st.sampled_from([0.0, 0.1, 0.25, 1 / 3, 0.5, 0.75, 0.9, 1.0]))
def test_same_as_the_values_written_out(counts, probability):
    written_out = np.repeat(list(counts), list(counts.values())).astype(float)
    found = distribution(list(counts), list(counts.values()))
    assert found.total == len(written_out)
    assert found.mean == pytest.approx(written_out.mean())
    assert found.quantile(probability) == np.quantile(written_out, probability, method="averaged_inverted_cdf")
    if found.total > 1:
        assert found.standard_deviation == pytest.approx(written_out.std(ddof=1))


def test_nobody_and_one_patient():
    nobody, one = distribution([], []), distribution([3.0], [1])
    assert (nobody.mean, nobody.standard_deviation, nobody.quantile(0.5)) == (None, None, None)
    assert (one.mean, one.standard_deviation, one.quantile(0.5)) == (3.0, None, 3.0)


def test_minus_zero_is_zero():
    found = distribution([-0.0, 0.0], [1, 1])
    assert found.values.tolist() == [0.0]
    assert not np.signbit(found.quantile(0.5))


@pytest.mark.parametrize(
    ("values", "n", "message"),
    [([np.nan], [1], "values must be"), ([1.0], [1.5], "n must be"), ([1.0], [1, 2], "values must be as long as n")],
)
def test_illegal_counts(values, n, message):
    with pytest.raises(ArgumentError, match=message):
        distribution(values, n)


def test_illegal_probability():
    with pytest.raises(ArgumentError, match="probability must be"):
        distribution([1.0], [1]).quantile(1.1)
