from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.survival.logrank import logrank, logrank_trend

patients = st.lists(
    st.tuples(st.integers(1, 6), st.integers(0, 1), st.sampled_from([0.5, 1.5, 4.5]), st.sampled_from("xy")),
    min_size=4,
    max_size=30,
)


def arrays(rows):
    day, event, dose, stratum = (np.array(column) for column in zip(*rows, strict=True))
    return day, event, 1 - event, dose, stratum


def test_two_groups_by_hand():
    # Day 2: 1 of 3 and 1 of 3; day 5: 1 of 2 in "a", 0 of 2 in "b".
    test = logrank([2, 2, 5, 7, 7], [1, 1, 1, 0, 0], [0, 0, 0, 1, 2], ["a", "b", "a", "a", "b"])
    expected = 2 * 3 / 6 + 1 * 2 / 4
    variance = 2 * (4 / 5) * 0.5 * 0.5 + 1 * 0.5 * 0.5
    assert test.observed.tolist() == [2, 1]
    np.testing.assert_allclose(test.expected, [expected, 3 - expected])
    np.testing.assert_allclose(test.covariance, variance * np.array([[1, -1], [-1, 1]]), rtol=1e-14)
    assert test.statistic == pytest.approx((2 - expected) ** 2 / variance, rel=1e-12)
    assert test.degrees_of_freedom == 1


def test_variance_is_that_of_drawing_the_events_of_a_day_at_random():
    # One day, 4 + 3 at risk, 3 events: the variance of the number in group "a" over all draws.
    test = logrank([1, 1, 2, 2], [2, 1, 0, 0], [0, 0, 2, 2], ["a", "b", "a", "b"])
    draws = [sum(patient < 4 for patient in drawn) for drawn in combinations(range(7), 3)]
    assert test.covariance[0, 0] == pytest.approx(np.var(draws), rel=1e-12)
    assert test.expected[0] == pytest.approx(np.mean(draws), rel=1e-12)


@given(patients, st.randoms())
@settings(deadline=None, max_examples=60, derandomize=True)
def test_order_split_and_relabelling_change_nothing(rows, random):
    day, event, censored, dose, stratum = arrays(rows)
    test = logrank(day, event, censored, dose, stratum=stratum)
    shuffled = list(rows)
    random.shuffle(shuffled)
    day2, event2, censored2, dose2, stratum2 = arrays(shuffled)
    again = logrank(3 * day2, event2, censored2, dose2 * 10, stratum=stratum2)
    assert (test.statistic is None) == (again.statistic is None)
    if test.statistic is not None:
        assert again.statistic == pytest.approx(test.statistic, rel=1e-8, abs=1e-10)
    np.testing.assert_allclose((test.observed - test.expected).sum(), 0, atol=1e-10)
    np.testing.assert_allclose(test.covariance.sum(axis=0), 0, atol=1e-10)
    per_stratum = [logrank(day[k], event[k], censored[k], dose[k]) for k in (stratum == "x", stratum == "y") if k.any()]
    assert sum(one.expected.sum() for one in per_stratum) == pytest.approx(test.expected.sum())


@given(patients)
@settings(deadline=None, max_examples=60, derandomize=True)
def test_trend_of_two_doses_is_the_logrank_test(rows):
    day, event, censored, dose, stratum = arrays([row for row in rows if row[2] != 1.5] or [(1, 1, 0.5, "x")])
    test = logrank(day, event, censored, dose, stratum=stratum)
    trend = logrank_trend(day, event, censored, dose, stratum=stratum)
    if test.statistic is None:
        assert trend.statistic is None
        assert trend.note
    else:
        assert trend.statistic**2 == pytest.approx(test.statistic, rel=1e-9, abs=1e-12)
        assert trend.p_value == pytest.approx(test.p_value, rel=1e-9)


def test_trend_uses_the_doses_as_scores():
    counts = ([3, 5, 8, 9, 4, 6, 9], [1, 2, 1, 0, 1, 1, 1], [0, 0, 0, 4, 0, 1, 1])
    doses = [4.5, 1.5, 0.5, 0.5, 4.5, 1.5, 3]
    trend = logrank_trend(*counts, doses)
    test = logrank(*counts, doses)
    scores = np.array(test.groups)
    u = scores @ (test.observed - test.expected)
    assert trend.score == pytest.approx(u)
    assert trend.variance == pytest.approx(scores @ test.covariance @ scores)
    assert trend.statistic > 0  # the high doses have the event first
    ranks = logrank_trend(*counts, np.searchsorted([0.5, 1.5, 3, 4.5], doses))
    assert ranks.statistic != pytest.approx(trend.statistic)


def test_weights():
    counts = ([2, 2, 5, 7, 7], [1, 1, 1, 0, 0], [0, 0, 0, 1, 2], ["a", "b", "a", "a", "b"])
    early = logrank(*counts, rho=1)
    # Weight 1 on day 2, pooled survival 4/6 just before day 5.
    np.testing.assert_allclose(early.observed, [1 + 2 / 3, 1])
    np.testing.assert_allclose(early.expected, [1 + 2 / 3 * 0.5, 1 + 2 / 3 * 0.5])
    late = logrank(*counts, gamma=1)
    np.testing.assert_allclose(late.observed, [1 / 3, 0])
    assert early.method == "Fleming-Harrington test (1, 0)"


def test_delayed_entry_takes_late_entrants_out_of_early_risk_sets():
    # "b" enters on day 3: on day 2 only "a" is at risk, which adds nothing.
    test = logrank(
        [0, 2, 3, 5, 9], [0, 1, 0, 1, 0], [0, 0, 0, 0, 2], ["a", "a", "b", "b", "a"], entered=[3, 0, 1, 0, 0]
    )
    np.testing.assert_allclose(test.expected, [1 + 2 / 3, 1 / 3])


@pytest.mark.parametrize(
    ("counts", "note"),
    [
        (([], [], [], []), "no event"),
        (([1, 2], [0, 0], [1, 1], ["a", "b"]), "no event"),
        (([1, 2], [1, 1], [0, 0], ["a", "a"]), "fewer than two groups at risk when events happen"),
        (([1, 5], [1, 0], [0, 1], ["b", "b"]), "fewer than two groups at risk when events happen"),
        (([2, 2], [1, 1], [0, 0], ["a", "b"]), "no two groups are at risk together when events happen"),
    ],
)
def test_what_cannot_be_tested_is_said(counts, note):
    test = logrank(*counts)
    assert (test.statistic, test.degrees_of_freedom, test.p_value, test.note) == (None, None, None, note)


def test_groups_without_anybody_at_risk_lose_their_degree_of_freedom():
    test = logrank([3, 4, 5, 5, 1], [1, 1, 0, 0, 0], [0, 0, 2, 2, 4], ["a", "b", "a", "b", "c"])
    assert test.degrees_of_freedom == 1
    assert test.note == "never at risk when events happen: c"
    trend = logrank_trend([1, 2], [0, 0], [1, 1], [1, 2])
    assert (trend.statistic, trend.note) == (None, "no event")


def test_stratum_with_one_group_adds_nothing():
    counts = ([2, 3, 6, 7], [1, 1, 1, 0], [0, 0, 0, 2], ["a", "b", "a", "b"])
    test = logrank(*counts, stratum=["x"] * 4)
    more = logrank(
        [*counts[0], 4, 6],
        [*counts[1], 3, 0],
        [*counts[2], 0, 2],
        [*counts[3], "a", "a"],
        stratum=["x"] * 4 + ["y"] * 2,
    )
    assert more.statistic == pytest.approx(test.statistic, rel=1e-12)
    assert more.method == "log-rank test stratified over 2 strata"


@pytest.mark.parametrize("name", ["rho", "gamma"])
def test_illegal_weights(name):
    with pytest.raises(ArgumentError, match=f"{name} must be .* at least 0; received -1"):
        logrank([1], [1], [0], ["a"], **{name: -1})


def test_doses_must_be_numbers():
    with pytest.raises(ArgumentError, match="doses must be"):
        logrank_trend([1], [1], [0], ["high"])
