import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.survival.grouped_risk_sets import grouped_risk_sets
from dose_outcomes.stats.survival.risk_set import risk_set

rows = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=12)


def test_repeated_and_unsorted_days_add_up():
    counts = risk_set([5, 3, 5, 0], [1, 2, 0, 1], [0, 1, 2, 0])
    assert counts.day.tolist() == [0, 3, 5]
    assert counts.events.tolist() == [1, 2, 1]
    assert counts.censored.tolist() == [0, 1, 2]
    assert counts.at_risk.tolist() == [7, 6, 3]
    assert counts.at_risk_after.tolist() == [6, 3, 0]


def test_day_without_anybody_leaving_is_left_out():
    assert risk_set([1, 2], [0, 1], [0, 0]).day.tolist() == [2]


def test_entering_counts_from_the_day_after():
    # Entries on days 1, 1 and 3; the event on day 3 finds only the two who entered before it.
    counts = risk_set([1, 3, 5], [0, 1, 1], [0, 0, 1], entered=[2, 1, 0])
    assert counts.day.tolist() == [3, 5]
    assert counts.at_risk.tolist() == [2, 2]


def test_day_0_events_need_an_entry_before_it():
    assert risk_set([-1, 0, 4], [0, 1, 0], [0, 0, 1], entered=[2, 0, 0]).at_risk.tolist() == [2, 1]
    with pytest.raises(ArgumentError, match="more leaving on day 0 than are at risk"):
        risk_set([0, 4], [1, 0], [0, 1], entered=[2, 0])


@given(rows, st.randoms())
@settings(deadline=None, max_examples=50, derandomize=True)
def test_counts_do_not_depend_on_order_and_match_a_count_of_rows(table, random):
    shuffled = list(table)
    random.shuffle(shuffled)
    one, other = (risk_set(*np.array(t, dtype=float).T) for t in (table, shuffled))
    assert np.array_equal(one.at_risk, other.at_risk)
    leaving_day = np.concatenate([np.full(d + c, day) for day, d, c in table])
    assert one.at_risk.tolist() == [int((leaving_day >= day).sum()) for day in one.day]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1, 2], [1], [0, 0]), "events must be as long as day"),
        (([1], [-1], [0]), "events must be .* at least 0; received -1"),
        (([1], [1], [np.nan]), "censored must be .* finite"),
        (([-1], [1], [0]), "day must be .* at least 0"),
    ],
)
def test_illegal_counts_are_refused(arguments, message):
    with pytest.raises(ArgumentError, match=message):
        risk_set(*arguments)


def test_entries_must_balance():
    with pytest.raises(ArgumentError, match=r"entered must add up .* \(2\); received 3"):
        risk_set([0, 2], [0, 1], [0, 1], entered=[3, 0])
    with pytest.raises(ArgumentError, match="in each stratum and group"):
        grouped_risk_sets([0, 2], [0, 1], [0, 0], ["a", "b"], entered=[1, 0])
    with pytest.raises(ArgumentError, match="more leaving on day 2 than are at risk"):
        grouped_risk_sets([2, 3], [1, 1], [0, 0], ["a", "a"], entered=[1, 1])


def test_groups_and_strata_side_by_side():
    sets = grouped_risk_sets(
        [1, 2, 2, 1], [1, 0, 1, 1], [0, 1, 0, 0], ["a", "b", "a", "a"], stratum=["x", "x", "x", "y"]
    )
    assert sets.groups == ("a", "b")
    assert sets.strata == ("x", "y")
    assert sets.day.tolist() == [1, 2, 1]
    assert sets.at_risk.tolist() == [[2, 1], [1, 1], [1, 0]]
    assert sets.events[0].tolist() == [[1, 0], [1, 0], [1, 0]]
    assert sets.censored.tolist() == [[0, 0], [0, 1], [0, 0]]


@pytest.mark.parametrize("labels", [["a", None], [1.0, np.nan]])
def test_missing_labels_are_counted(labels):
    with pytest.raises(ArgumentError, match="group must have a label for every entry; received 1 without one"):
        grouped_risk_sets([1, 2], [1, 1], [0, 0], labels)


def test_labels_of_the_wrong_shape_are_refused():
    with pytest.raises(ArgumentError, match="stratum must be a 1-dimensional array of 2 entries"):
        grouped_risk_sets([1, 2], [1, 1], [0, 0], ["a", "b"], stratum=["x"])
    with pytest.raises(ArgumentError, match="events must have 1 or 2 dimensions"):
        grouped_risk_sets([1], [[[1]]], [0], ["a"])
