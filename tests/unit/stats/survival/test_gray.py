import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.survival.gray import gray_test
from dose_outcomes.stats.survival.logrank import logrank

patients = st.lists(
    st.tuples(st.integers(1, 6), st.integers(0, 2), st.sampled_from("abc"), st.sampled_from("xy")),
    min_size=6,
    max_size=40,
)


def counts_of(rows):
    day, status, group, stratum = (np.array(column) for column in zip(*rows, strict=True))
    events = np.column_stack([status == 1, status == 2]).astype(float)
    return (day, events, (status == 0).astype(float), group), stratum


@given(patients, st.randoms())
@settings(deadline=None, max_examples=50, derandomize=True)
def test_order_scale_and_duplication(rows, random):
    counts, stratum = counts_of(rows)
    test = gray_test(*counts, stratum=stratum)
    random.shuffle(rows)
    shuffled, stratum2 = counts_of(rows)
    again = gray_test(7 * shuffled[0], *shuffled[1:], stratum=stratum2)
    assert (test.statistic is None) == (again.statistic is None)
    if test.statistic is not None:
        assert test.statistic >= 0
        assert 0 <= test.p_value <= 1
        assert again.statistic == pytest.approx(test.statistic, rel=1e-7, abs=1e-9)
        assert again.degrees_of_freedom == test.degrees_of_freedom


def test_without_competing_events_and_ties_it_is_nearly_the_logrank_test():
    random = np.random.default_rng(8)
    day, group = random.permutation(400) + 1, np.repeat(["a", "b"], 200)
    event = (random.random(400) < 0.7).astype(float)
    gray = gray_test(day, np.column_stack([event, 0 * event]), 1 - event, group)
    same_risk_sets = logrank(day, event, 1 - event, group)
    assert gray.statistic == pytest.approx(same_risk_sets.statistic, rel=0.05, abs=0.05)


def test_detects_what_the_cause_specific_rates_hide():
    # The same rate of cause 1, but cause 2 takes most of group "b" away first: incidences differ.
    day = [1, 2, 3, 4, 1, 2, 3, 4]
    events = [[0, 0], [20, 0], [0, 0], [0, 0], [0, 80], [4, 0], [0, 0], [0, 0]]
    group = ["a"] * 4 + ["b"] * 4
    test = gray_test(day, events, [0, 0, 0, 80, 0, 0, 0, 16], group)
    assert test.p_value < 0.001
    assert logrank(day, np.array(events)[:, 0], np.array([0, 0, 0, 80, 80, 0, 0, 16]), group).p_value > 0.9


def test_null_distribution():
    random = np.random.default_rng(1)
    rejected = 0
    for _ in range(200):
        day, status = random.integers(1, 30, 120), random.integers(0, 3, 120)
        events = np.column_stack([status == 1, status == 2]).astype(float)
        rejected += gray_test(day, events, (status == 0) * 1.0, np.arange(120) % 3).p_value < 0.05
    assert 3 <= rejected <= 20


@pytest.mark.parametrize(
    ("counts", "note"),
    [
        (([1, 2], [[0, 1], [0, 1]], [1, 1], ["a", "b"]), "no event of this cause"),
        (([1, 2], [[1, 0], [1, 0]], [1, 1], ["a", "a"]), "fewer than two groups at risk"),
        (([], np.zeros((0, 2)), [], []), "no event of this cause"),
    ],
)
def test_what_cannot_be_tested_is_said(counts, note):
    test = gray_test(*counts)
    assert (test.statistic, test.p_value, test.note) == (None, None, note)


def test_other_cause_and_weights():
    counts = ([1, 2, 3, 1, 2, 3], [[1, 2], [1, 0], [0, 0], [0, 1], [2, 1], [0, 0]], [0, 1, 3, 0, 0, 4], list("aaabbb"))
    one, other = gray_test(*counts), gray_test(*counts, cause=1)
    assert one.statistic != pytest.approx(other.statistic)
    assert gray_test(*counts, rho=1).statistic != pytest.approx(one.statistic)


def test_illegal_options():
    with pytest.raises(ArgumentError, match=r"cause must be a column of events \(0 to 0\); received 1"):
        gray_test([1], [[1]], [0], ["a"], cause=1)
    with pytest.raises(ArgumentError, match="rho must be"):
        gray_test([1], [[1]], [0], ["a"], rho=-1)
