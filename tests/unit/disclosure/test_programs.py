"""Programs of moves: what changes with a count so that every sum keeps."""

from __future__ import annotations

import numpy as np
import pytest

from dose_outcomes.disclosure.programs import FAR, Moves, Program, rises_and_falls
from dose_outcomes.disclosure.quantities import Cell, Quantities
from dose_outcomes.disclosure.sums import Sums
from dose_outcomes.disclosure.suppression import Suppression

#: Counts a b c d of a table of two by two; each row and each column adds up to a number that is shown.
TABLE = Sums.of([{0: 1, 1: 1}, {2: 1, 3: 1}, {0: 1, 2: 1}, {1: 1, 3: 1}], 4)


def program(lower: list[float], upper: list[float]) -> Program:
    found = Program(TABLE, range(4), [1.0] * 4)
    found.bound(range(4), lower, upper)
    return found


def test_in_a_table_of_two_by_two_all_four_move_together():
    moves = program([-5] * 4, [5] * 4)
    moves.price([0], [-1.0])
    assert moves.solve() == pytest.approx([5, -5, -5, 5])


def test_a_program_goes_on_from_the_one_before():
    moves = program([-5, -2, -5, -5], [5] * 4)
    moves.price([0], [-1.0])
    assert moves.solve() == pytest.approx([2, -2, -2, 2])
    moves.price([0], [1.0])
    assert moves.solve() == pytest.approx([-5, 5, 5, -5])
    moves.bound([3], [0], [0])
    assert moves.solve() == pytest.approx([0, 0, 0, 0])


def test_where_nothing_fits_there_is_no_move():
    assert program([1, 1, 0, 0], [FAR, FAR, 0, 0]).solve() is None


def test_the_cheapest_way_is_taken():
    """A + b = 0 and a + c = 0 with rises and falls in columns of their own: a rises by 2, so b and c fall by 2."""
    moves = one_rises_by_two()
    assert moves.solve() == pytest.approx([2, 0, 0, 0, 2, 2])


@pytest.mark.parametrize("limit", [0.5, 5.5, 6.5])
def test_a_limit_changes_no_move_that_is_found(limit):
    """The only way costs 6: three counts change by two each. Below it the search may end early, with nothing."""
    found = one_rises_by_two().solve(limit)
    assert found is None or found == pytest.approx([2, 0, 0, 0, 2, 2])
    assert found is not None or limit < 6


def test_a_program_that_forgets_finds_the_same():
    moves = one_rises_by_two()
    first = moves.solve()
    moves.forget()
    assert moves.solve() == pytest.approx(first)


def one_rises_by_two() -> Program:
    moves = rises_and_falls(Sums.of([{0: 1, 1: 1}, {0: 1, 2: 1}], 3), (0, 1, 2))
    moves.bound(range(6), [2, 0, 0, 0, 0, 0], [2, FAR, FAR, 0, FAR, FAR])
    moves.price(range(6), np.ones(6))
    return moves


def test_more_columns_are_for_further_rises():
    """A + b = 0; a rises by 2 in its own column at most, and by 1 in the other one: b falls by 3."""
    moves = rises_and_falls(Sums.of([{0: 1, 1: 1}], 2), (0, 1), more=(0,))
    moves.bound(range(5), [0, 0, 0, 3, 0], [2, 0, 0, 3, 4])
    moves.price([4], [1.0])
    assert moves.solve() == pytest.approx([2, 0, 0, 3, 1])


@pytest.mark.parametrize(("price", "expected"), [(-1.0, [3, -3, -3, 3]), (1.0, [-2, 2, 2, -2])])
def test_moves_within_bounds_begin_with_none(price, expected):
    """As far as a may rise, and as far as d may fall with it."""
    moves = Moves(TABLE, range(4), np.array([-5.0, -5, -5, -2]), np.array([3.0, 5, 5, 5]))
    assert moves.solve() == pytest.approx([0, 0, 0, 0])
    moves.price([0], [price])
    assert moves.solve() == pytest.approx(expected)


def test_a_count_that_has_no_column_does_not_move():
    """Of the two by two table only the first row: what its counts change no column can make good."""
    moves = Program(TABLE, (0, 1), [1.0, 1.0])
    moves.bound(range(2), [-5, -5], [5, 5])
    moves.price([0], [-1.0])
    assert moves.solve() == pytest.approx([0, 0])


@pytest.mark.parametrize("minimum_count", [2, 5, 12, 40])
def test_no_count_moves_so_far_that_what_lies_between_two_could_stand_in_the_way(minimum_count):
    """Sums with a difference of at least twice `FAR` are left out, so that no count may move farther than that."""
    quantities = Quantities()
    for value in range(60):
        quantities.add(Cell("analysed", "", "analysed, target", "", str(value), "all", None), value, shown=True)
    state = Suppression(quantities, minimum_count)
    lower, upper = state.bounds(range(60))
    assert lower.min() >= -FAR
    assert upper.max() <= FAR
