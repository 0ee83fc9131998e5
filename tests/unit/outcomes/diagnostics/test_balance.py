"""The largest standardised difference: which characteristic it is of, crude and within conditions."""

from math import sqrt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dose_outcomes.derive.comparability import SCORE
from dose_outcomes.outcomes.diagnostics.balance import Characteristics
from dose_outcomes.stats.regression.propensity import effective_sample_size
from dose_outcomes.stats.regression.strata_weights import mantel_haenszel_weights

COLUMNS = ["condition", "dose", "characteristic", "value", "n"]


def made(numbers=(), categories=(), conditions=("a", "b"), sizes=None) -> Characteristics:
    tables = [pd.DataFrame(list(rows), columns=COLUMNS) for rows in (numbers, categories)]
    return Characteristics(*tables, list(conditions), sizes or {})


def sex(condition, dose, women, men):
    return [(condition, dose, "sex", "female", women), (condition, dose, "sex", "male", men)]


def test_the_characteristic_that_differs_most_is_named():
    # ages 40, 60 against 50, 70: means 50 and 60, variance 200 each, 10 / sqrt(200) = 0.7071
    # women 6 of 10 against 5 of 10: 0.1 / sqrt((0.24 + 0.25) / 2) = 0.202
    numbers = [("a", "high", "age", 40.0, 1), ("a", "high", "age", 60.0, 1),
               ("a", "low", "age", 50.0, 1), ("a", "low", "age", 70.0, 1)]  # fmt: skip
    found = made(numbers, [*sex("a", "high", 6, 4), *sex("a", "low", 5, 5)]).between("a", "high", "low")
    assert (found.characteristic, found.number, found.smallest_count) == ("age", 2, None)
    assert found.value == pytest.approx(10 / sqrt(200))
    assert found.exceeds(0.7)
    assert not found.exceeds(0.71)


def test_two_categories_give_their_smallest_count_back_and_three_do_not():
    two = made(categories=[*sex("a", "high", 9, 3), *sex("a", "low", 6, 6)]).between("a", "high", "low")
    assert two.smallest_count == 3
    other = [("a", "high", "sex", "other", 2)]
    three = made(categories=[*sex("a", "high", 9, 3), *other, *sex("a", "low", 6, 6)]).between("a", "high", "low")
    assert three.smallest_count is None


def test_groups_without_anything_in_common_exceed_every_bound():
    found = made(categories=[*sex("a", "high", 9, 0), *sex("a", "low", 0, 6)]).between("a", "high", "low")
    assert found.unbounded
    assert found.exceeds(1e9)
    assert "no bound" in found.note


def test_nothing_known_fails_nothing_and_says_so():
    found = made().between("a", "high", "low")
    assert (found.value, found.characteristic) == (None, "")
    assert not found.exceeds(0.01)
    assert found.note


def test_over_conditions_their_mix_is_a_difference_and_scores_are_none():
    sizes = {("a", "high"): 30, ("b", "high"): 10, ("a", "low"): 10, ("b", "low"): 10}
    scores = [("a", "high", SCORE, 5.0, 2), ("a", "high", SCORE, 6.0, 2), ("b", "low", SCORE, 90.0, 2)]
    found = made(scores, sizes=sizes).between("all", "high", "low")
    # 0.75 against 0.5 in condition a: 0.25 / sqrt((0.1875 + 0.25) / 2)
    assert (found.characteristic, found.number) == ("condition", 1)
    assert found.value == pytest.approx(0.25 / sqrt(0.21875))


def test_what_differs_by_condition_alone_is_balanced_within_conditions():
    # all of condition a are men, all of b women; the high dose has more of a
    sizes = {("a", "high"): 30, ("b", "high"): 10, ("a", "low"): 10, ("b", "low"): 10}
    rows = [*sex("a", "high", 0, 30), *sex("a", "low", 0, 10), *sex("b", "high", 10, 0), *sex("b", "low", 10, 0)]
    characteristics = made(categories=rows, sizes=sizes)
    assert characteristics.between("all", "high", "low").value > 0.5
    within = characteristics.within_conditions("high", "low")
    assert within.characteristic == "sex"
    assert within.value == pytest.approx(0.0, abs=1e-12)


def test_within_conditions_by_hand():
    # weights of a patient: n0/N and n1/N, in a 1/4 and 3/4 (30 against 10), in b 1/2 and 1/2 (10 against 10)
    # women of the high dose: (10/4 + 5/2) / (30/4 + 10/2) = 5/12.5 = 0.4; of the low: (5*3/4 + 2/2)/12.5 = 0.38
    # divided by the spread before weighting: shares 15/40 and 7/20
    sizes = {("a", "high"): 30, ("b", "high"): 10, ("a", "low"): 10, ("b", "low"): 10}
    rows = [*sex("a", "high", 10, 20), *sex("b", "high", 5, 5), *sex("a", "low", 5, 5), *sex("b", "low", 2, 8)]
    found = made(categories=rows, sizes=sizes).within_conditions("high", "low")
    spread = sqrt((0.375 * 0.625 + 0.35 * 0.65) / 2)
    assert found.value == pytest.approx(0.02 / spread)
    assert found.smallest_count is None


def test_scores_of_conditions_with_different_scales_are_compared_in_standard_deviations():
    # the same distribution at both doses, in a from 0 to 10, in b ten times as wide and elsewhere
    sizes = {(condition, dose): 2 for condition in "ab" for dose in ("high", "low")}
    rows = [
        (condition, dose, SCORE, start + step, 1)
        for condition, start, step in (("a", 4.0, 0.0), ("a", 4.0, 2.0), ("b", 400.0, 0.0), ("b", 400.0, 20.0))
        for dose in ("high", "low")
    ]
    assert made(rows, sizes=sizes).within_conditions("high", "low").value == pytest.approx(0.0, abs=1e-12)
    # at the high dose both patients of a have the higher score: z 1 and 1 against -1 and 1 there, equal in b
    shifted = [
        ("a", "high", SCORE, 6.0, 2),
        *(row for row in rows if row[:2] != ("a", "high")),
    ]
    assert made(shifted, sizes=sizes).within_conditions("high", "low").value > 0.3


def test_a_condition_with_one_dose_only_is_compared_with_nobody():
    sizes = {("a", "high"): 10, ("a", "low"): 10, ("b", "high"): 10}
    rows = [*sex("a", "high", 5, 5), *sex("a", "low", 5, 5), *sex("b", "high", 10, 0)]
    assert made(categories=rows, sizes=sizes).within_conditions("high", "low").value == pytest.approx(0.0, abs=1e-12)


def test_effective_sample_size_of_a_comparison_within_conditions_by_hand():
    # 10 against 30, 20 against nobody: the 20 tell nothing
    weights = mantel_haenszel_weights([10, 20], [30, 0])
    assert effective_sample_size(weights[0], [10, 20]) == pytest.approx(10.0)
    assert effective_sample_size(weights[1], [30, 0]) == pytest.approx(30.0)
    # 30 and 10 against 10 and 30: weights 1/4 and 3/4, (7.5 + 7.5)^2 / (30/16 + 10*9/16) = 225/7.5 = 30 of 40
    weights = mantel_haenszel_weights([30, 10], [10, 30])
    assert effective_sample_size(weights[0], [30, 10]) == pytest.approx(30.0)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=6))
@settings(derandomize=True, deadline=None, max_examples=40)
def test_weights_make_the_groups_of_each_stratum_equally_heavy(sizes):
    n, reference = zip(*sizes, strict=True)
    weight, other = mantel_haenszel_weights(n, reference)
    assert (weight * n == pytest.approx(other * reference)) is True
    size = effective_sample_size(weight, n)
    assert size is None or size <= sum(n) + 1e-9
