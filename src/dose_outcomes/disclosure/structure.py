"""What to hide so that no small count follows from sums, decided without looking at the counts that are hidden.

A count is free when something else that is hidden can change with it while every sum keeps: a vector z with A z = 0
and z(p) = 1, where A are the sums and z is 0 for all that is shown. The cheapest one is a linear program:

    minimise    sum of cost(i) |z(i)|
    subject to  A z = 0,  z(p) = 1,  z(i) = 0 where a zero is shown

Small counts other than p hardly take part: then in every sum something large moves with a small count, and two small
ones whose sum is small do not rest on each other. The program knows which counts are none, small or large and what
they are called, but no count: another table with the same marks gets the same answer, so that what is hidden tells
nothing beyond the marks.

Source: Langsrud 2024, Secondary cell suppression by Gaussian elimination, doi 10.1007/978-3-031-69651-0_6 (hidden when
linearly dependent on what is shown); Castro 2012 for the program.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dose_outcomes.disclosure.programs import AROUND, FAR, rises_and_falls
from dose_outcomes.disclosure.quantities import ROOM
from dose_outcomes.disclosure.suppression import Suppression

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: A small count that moves with another small one: rather a few large ones.
_COST_OF_SMALL = 200.0
_NOTHING = 1e-9


def hide_by_structure(state: Suppression, places: Sequence[int]) -> None:
    """Hide what lets every small count move, whatever the hidden counts are.

    Parameters
    ----------
    state : Suppression
        Gets what is hidden.
    places : sequence of int
        Quantities that may be hidden or may move, in the order of their names.
    """
    own = [place for place in places if _moves(state, place)]
    movable = state.which(own)
    group_of = {place: group for group in state.sums.groups(own) for place in group}
    for place in places:
        if state.small(place) and place not in state.undivided and state.sums.numbers(place):
            _free(state, place, movable, group_of[place])


def _moves(state: Suppression, place: int) -> bool:
    """Tell whether a count may be another one: nobody, where it is shown, is nobody."""
    room = state.quantities.names[place].what.startswith(ROOM)
    return room or state.hidden[place] or state.quantities.values[place] > 0


def _free(state: Suppression, place: int, movable: NDArray[np.bool_], group: Sequence[int]) -> None:
    """Hide what moves with a count by the cheapest way."""
    import numpy as np

    # where the nearest are not enough the whole group is as quick: no values, hence few steps
    for size in (*AROUND, len(group)):
        whole = size >= len(group)
        around = [place, *(one for one in group if one != place)] if whole else state.around(place, size, movable)
        count = len(around)
        program = rises_and_falls(state.sums, around)
        costs, lower, upper = state.costs(around), np.zeros(2 * count), np.full(2 * count, FAR)
        costs[state.which_small(around)] = _COST_OF_SMALL
        # the first one rises by one, at no cost; the others rise and fall as they must
        costs[0], lower[0], upper[0], upper[count] = 0.0, 1.0, 1.0, 0.0
        every = np.arange(2 * count)
        program.bound(every, lower, upper)
        program.price(every, np.tile(costs, 2))
        found = program.solve()
        if found is not None:
            for number in (found[:count] + found[count:] > _NOTHING).nonzero()[0].tolist():
                if state.is_known(around[number]):
                    state.hide(around[number])
            return
        if whole:
            return
