"""Programs of moves: what changes with a count so that every sum keeps."""

from __future__ import annotations

import numpy as np
import pytest

from dose_outcomes.disclosure.programs import FAR, Program
from dose_outcomes.disclosure.quantities import Cell, Quantities
from dose_outcomes.disclosure.suppression import Suppression

#: Counts a b c d of a table of two by two; each row and each column adds up to a number that is shown.
TABLE = ({0: 1, 1: 1}, {2: 1, 3: 1}, {0: 1, 2: 1}, {1: 1, 3: 1})
PLACES = (0, 1, 2, 3)


def program(lower: list[float], upper: list[float]) -> Program:
    found = Program(TABLE, PLACES, range(4), [1.0] * 4)
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
    sums = ({0: 1, 1: 1}, {0: 1, 2: 1})
    moves = Program(sums, (0, 1, 2), (0, 1, 2, 0, 1, 2), [1.0] * 3 + [-1.0] * 3)
    moves.bound(range(6), [2, 0, 0, 0, 0, 0], [2, FAR, FAR, 0, FAR, FAR])
    moves.price(range(6), np.ones(6))
    assert moves.solve() == pytest.approx([2, 0, 0, 0, 2, 2])


@pytest.mark.parametrize("minimum_count", [2, 5, 12, 40])
def test_no_count_moves_so_far_that_what_lies_between_two_could_stand_in_the_way(minimum_count):
    """Sums with a difference of at least twice `FAR` are left out, so that no count may move farther than that."""
    quantities = Quantities()
    for value in range(60):
        quantities.add(Cell("analysed", "", "analysed, target", "", str(value), "all", None), value, shown=True)
    state = Suppression(quantities, minimum_count)
    assert all(-FAR <= limit <= FAR for place in range(60) for limit in state.bounds(place))
