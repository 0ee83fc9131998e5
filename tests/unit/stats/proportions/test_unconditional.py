"""Barnard and Boschloo."""

from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import pytest
from scipy import stats

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.proportions.association import fisher_exact
from dose_outcomes.stats.proportions.unconditional import barnard, boschloo


def exact_z_square(x1, n1, x2, n2):
    total, patients = x1 + x2, n1 + n2
    spread = total * (patients - total)
    return Fraction((x1 * n2 - x2 * n1) ** 2, spread) if spread else Fraction(0)


def largest_over_grid(n1, n2, extreme, points=4000):
    proportion = np.arange(1, points) / points
    chosen = [(i, j) for i, j in product(range(n1 + 1), range(n2 + 1)) if extreme(i, j)]
    return sum(
        comb(n1, i) * comb(n2, j) * proportion ** (i + j) * (1 - proportion) ** (n1 + n2 - i - j) for i, j in chosen
    ).max()


@pytest.mark.parametrize("table", [(9, 10, 3, 10), (6, 7, 2, 7), (7, 12, 1, 9), (5, 6, 5, 6), (0, 4, 3, 5)])
def test_barnard_is_the_largest_probability_of_exactly_tied_tables(table):
    _, n1, _, n2 = table
    observed = exact_z_square(*table)
    expected = largest_over_grid(n1, n2, lambda i, j: exact_z_square(i, n1, j, n2) >= observed)
    assert barnard(*table).p_value == pytest.approx(expected, rel=1e-5)
    assert barnard(*table).p_value >= expected * (1 - 1e-12)


def test_barnard_keeps_ties_that_rounding_loses():
    # scipy.stats.barnard_exact gives 0.00693 for this table: it drops tables whose z is equal but rounded down.
    result = barnard(9, 10, 3, 10)
    assert result.p_value == pytest.approx(0.00795555114746094, rel=1e-6)
    assert result.worst_proportion == pytest.approx(0.5, abs=1e-6)
    assert result.statistic == pytest.approx(0.6 / np.sqrt(0.6 * 0.4 * 0.2), rel=1e-12)


@pytest.mark.parametrize("table", [(9, 10, 3, 10), (7, 34, 1, 34), (0, 5, 2, 5), (12, 20, 9, 18)])
@pytest.mark.parametrize("alternative", ["greater", "less"])
def test_boschloo_same_as_scipy(table, alternative):
    x1, n1, x2, n2 = table
    # scipy wants groups in columns
    expected = stats.boschloo_exact([[x1, x2], [n1 - x1, n2 - x2]], alternative=alternative, n=64)
    result = boschloo(*table, alternative=alternative)
    assert result.p_value == pytest.approx(expected.pvalue, rel=1e-5)
    assert result.p_value <= fisher_exact(*table, alternative=alternative).p_value * (1 + 1e-9)


def test_two_sided_boschloo_is_twice_the_smaller_side_and_at_most_one():
    table = (9, 10, 3, 10)
    sides = [boschloo(*table, alternative=side).p_value for side in ("greater", "less")]
    assert boschloo(*table).p_value == pytest.approx(2 * min(sides), rel=1e-12)
    assert boschloo(0, 3, 0, 3).p_value == 1.0


@pytest.mark.parametrize("test", [barnard, boschloo])
def test_groups_exchanged_give_the_same(test):
    assert test(7, 12, 1, 9).p_value == pytest.approx(test(1, 9, 7, 12).p_value, rel=1e-8)


@pytest.mark.parametrize("test", [barnard, boschloo])
@pytest.mark.parametrize("table", [(0, 10, 0, 20), (10, 10, 5, 5)])
def test_no_difference_gives_one(test, table):
    assert test(*table).p_value == 1.0


def test_large_far_tail_is_exact():
    # All against none: only the two corner tables, 2 p^n (1 - p)^n at 1/2.
    assert barnard(10, 10, 0, 10).p_value == pytest.approx(2 / 2**20, rel=1e-9)


@pytest.mark.parametrize("test", [barnard, boschloo])
def test_illegal_arguments(test):
    with pytest.raises(ArgumentError, match="both groups must have patients; received 0 and 5"):
        test(0, 0, 1, 5)
    with pytest.raises(ArgumentError, match=r"at most 1000 patients; received 1002"):
        test(1, 501, 1, 501)
    with pytest.raises(ArgumentError, match=r"events must be .*received 6"):
        test(6, 5, 1, 5)
    with pytest.raises(ArgumentError, match=r"alternative must be one of .*received 'up'"):
        boschloo(1, 5, 1, 5, alternative="up")
