"""Exact discrete distributions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dose_outcomes.stats.proportions.discrete import (
    binomial_probabilities,
    hypergeometric_probabilities,
    hypergeometric_support,
    sum_of_less_likely_and_half_of_ties,
    sum_of_no_likelier,
)


@settings(deadline=None, max_examples=50, derandomize=True)
@given(st.integers(0, 400), st.floats(1e-6, 1 - 1e-6))
def test_binomial(n, p):
    assert binomial_probabilities(n, p) == pytest.approx(stats.binom.pmf(np.arange(n + 1), n, p), rel=1e-8, abs=1e-300)


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_binomial_of_a_certain_event(p):
    assert binomial_probabilities(3, p).tolist() == ([1, 0, 0, 0] if p == 0 else [0, 0, 0, 1])


@settings(deadline=None, max_examples=50, derandomize=True)
@given(st.integers(0, 100), st.integers(1, 100), st.data())
def test_hypergeometric(n, reference_n, data):
    total = data.draw(st.integers(0, n + reference_n))
    support = hypergeometric_support(n, reference_n, total)
    expected = stats.hypergeom.pmf(support, n + reference_n, n, total)
    assert hypergeometric_probabilities(n, reference_n, total) == pytest.approx(expected, rel=1e-8)


def test_ties_differ_in_the_last_bits_only():
    probabilities = np.array([0.1, 0.3, 0.2, 0.3 * (1 + 1e-12), 0.1])
    assert sum_of_no_likelier(probabilities, 1) == pytest.approx(1.0)
    assert sum_of_no_likelier(probabilities, 0) == pytest.approx(0.2)
    assert sum_of_less_likely_and_half_of_ties(probabilities, 1) == pytest.approx(0.7)
    assert sum_of_less_likely_and_half_of_ties(probabilities, 2) == pytest.approx(0.3)
