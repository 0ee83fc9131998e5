"""Score statistics where rounding or an empty table could break them."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dose_outcomes.stats.proportions.counts import TwoGroups
from dose_outcomes.stats.proportions.score import difference_score, odds_ratio_score, ratio_score

GROUP = st.integers(1, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize("score", [ratio_score, odds_ratio_score])
def test_no_event_says_nothing_about_a_ratio(score):
    assert score(TwoGroups(0, 5, 0, 7), 2.0) == 0.0


@settings(deadline=None, max_examples=80, derandomize=True)
@given(GROUP, GROUP)
def test_under_no_difference_all_three_are_the_pooled_z(group, reference):
    table = TwoGroups(*group, *reference)
    if table.no_variation:
        return
    share = table.total_events / table.total
    variance = share * (1 - share) * (1 / table.n + 1 / table.reference_n) * table.total / (table.total - 1)
    z = (table.risk - table.reference_risk) / variance**0.5
    assert difference_score(table, 0.0) == pytest.approx(z, rel=1e-6, abs=1e-9)
    assert ratio_score(table, 1.0) == pytest.approx(z, rel=1e-6, abs=1e-9)
    assert odds_ratio_score(table, 1.0) == pytest.approx(z, rel=1e-6, abs=1e-9)


@settings(deadline=None, max_examples=40, derandomize=True)
@given(GROUP, GROUP)
def test_scores_fall_as_the_hypothesis_rises(group, reference):
    table = TwoGroups(*group, *reference)
    differences = [difference_score(table, k / 20) for k in range(-19, 20)]
    assert all(one > other for one, other in itertools.pairwise(differences))
    if not table.no_variation:
        odds = [odds_ratio_score(table, 10.0**k) for k in range(-40, 41, 4)]
        assert all(one >= other for one, other in itertools.pairwise(odds))


@pytest.mark.parametrize(("difference", "sign"), [(-1.0, 1), (1.0, -1)])
def test_infinite_at_the_ends_of_the_range(difference, sign):
    assert difference_score(TwoGroups(3, 9, 4, 8), difference) == sign * float("inf")
