"""Sums of counts as one matrix: which are taken account of, and which counts they join."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from dose_outcomes.disclosure.sums import Sums

#: 2 = 0 + 1; 4 = 2 + 3; 7 = 5 + 6; 8 is in no sum.
SUMS = [{0: 1, 1: 1, 2: -1}, {2: 1, 3: 1, 4: -1}, {5: 1, 6: 1, 7: -1}]


@pytest.fixture
def sums() -> Sums:
    return Sums.of(SUMS, 9)


def test_a_count_knows_its_sums(sums):
    assert [sums.numbers(place) for place in (0, 2, 7, 8)] == [[0], [0, 1], [2], []]


def test_a_whole_is_what_others_add_up_to(sums):
    assert [place for place in range(9) if sums.is_whole(place)] == [2, 4, 7]


def test_sums_keep_their_numbers_where_others_are_left_out(sums):
    rest = sums.without([1])
    assert [rest.numbers(place) for place in (0, 2, 3, 5)] == [[0], [0], [], [2]]


def test_sums_that_some_counts_are_in(sums):
    assert sums.joining([3, 5]) == {1, 2}
    assert sums.joining([8]) == set()


def test_groups_are_counts_that_no_sum_joins(sums):
    assert sums.groups([8, 4, 0, 6, 2, 5]) == [[8], [4, 0, 2], [6, 5]]
    assert sums.groups([]) == []


def test_only_counts_asked_for_join_a_group(sums):
    """0 and 4 are joined by 2 alone."""
    assert sums.groups([0, 4]) == [[0], [4]]


@given(st.lists(st.dictionaries(st.integers(0, 6), st.sampled_from((-1, 1)), min_size=1), max_size=8), st.data())
def test_columns_are_those_of_the_matrix(terms, data):
    places = data.draw(st.lists(st.integers(0, 6), min_size=1))
    whole = np.zeros((len(terms), 7))
    for row, one in enumerate(terms):
        for place, factor in one.items():
            whole[row, place] = factor
    rows, begins, numbers, factors = Sums.of(terms, 7).columns(places)
    found = np.zeros((rows, len(places)))
    found[numbers, np.repeat(np.arange(len(places)), np.diff(begins))] = factors
    wanted = whole[:, places]
    assert np.array_equal(found, wanted[np.abs(wanted).sum(axis=1) > 0])


EVERY = np.ones(9, dtype=bool)


def one_step(places: np.ndarray) -> np.ndarray:
    return np.ones(len(places), dtype=int)


def test_the_nearest_counts_come_first(sums):
    assert sums.around(0, 9, EVERY, one_step).tolist() == [0, 1, 2, 3, 4]
    assert sums.around(0, 3, EVERY, one_step).tolist() == [0, 1, 2]
    assert sums.around(8, 9, EVERY, one_step).tolist() == [8]


def test_what_may_not_be_used_is_in_the_way(sums):
    assert sums.around(0, 9, EVERY & (np.arange(9) != 2), one_step).tolist() == [0, 1]


def test_what_is_dear_is_far(sums):
    def steps(places: np.ndarray) -> np.ndarray:
        return np.where(places == 1, 7, 1)

    assert sums.around(0, 9, EVERY, steps).tolist() == [0, 2, 3, 4, 1]


@given(
    st.lists(st.sets(st.integers(0, 7), min_size=2, max_size=4), max_size=8),
    st.lists(st.integers(1, 5), min_size=8, max_size=8),
    st.lists(st.booleans(), min_size=8, max_size=8),
)
def test_distances_are_those_of_dijkstra(terms, far, may_be_used):
    """The same distances by scipy, over all pairs of counts that a sum joins."""
    length, usable = np.array(far), np.array(may_be_used)
    graph = np.zeros((8, 8))
    for one in terms:
        for here in one:
            for there in one - {here}:
                graph[here, there] = length[there] * usable[there]
    distances = dijkstra(csr_array(graph), indices=0)
    found = Sums.of([dict.fromkeys(one, 1) for one in terms], 8).around(0, 8, usable, lambda places: length[places])
    assert found[0] == 0
    assert set(found.tolist()) == set(np.isfinite(distances).nonzero()[0].tolist())
    assert (np.diff(distances[found]) >= 0).all()
