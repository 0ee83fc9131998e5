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

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from dose_outcomes.disclosure.quantities import ROOM

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy.sparse import csc_array

    from dose_outcomes.disclosure.moves import Suppression

#: A small count that moves with another small one: rather a few large ones.
_COST_OF_SMALL = 200.0
_NOTHING = 1e-9
#: Less than the cost of anything that is shown.
_SHOWN_COST = 0.5


def hide_by_structure(state: Suppression, free: set[int]) -> None:
    """Hide what lets every small count move, whatever the hidden counts are.

    Parameters
    ----------
    state : Suppression
        Gets what is hidden.
    free : set of int
        Quantities that may be hidden or may move.
    """
    for block in blocks(state, free):
        small = [place for place in block if state.small(place) and place not in state.undivided]
        if small:
            _free_all(state, block, small)


def blocks(state: Suppression, free: set[int]) -> list[list[int]]:
    """Return the quantities that may move, in groups that no sum joins, in the order of their names."""
    group = {place: place for place in free if _moves(state, place)}

    def first(place: int) -> int:
        while group[place] != place:
            group[place] = group[group[place]]
            place = group[place]
        return place

    for place in group:
        for number in state.sums_of[place]:
            for other in state.quantities.sums[number]:
                if other in group:
                    group[first(other)] = first(place)
    found: dict[int, list[int]] = defaultdict(list)
    for place in sorted(group, key=lambda one: _order(state, one)):
        if state.sums_of[place]:
            found[first(place)].append(place)
    return list(found.values())


def _moves(state: Suppression, place: int) -> bool:
    """Tell whether a count may be another one: nobody, where it is shown, is nobody."""
    room = state.quantities.names[place].what.startswith(ROOM)
    return room or state.hidden[place] or state.quantities.values[place] > 0


def _order(state: Suppression, place: int) -> tuple[str, ...]:
    return tuple(map(str, state.quantities.names[place]))


def _free_all(state: Suppression, block: Sequence[int], small: Iterable[int]) -> None:
    import numpy as np

    column = {place: number for number, place in enumerate(block)}
    sums = _sums(state, block, column)
    costs = _costs(state, block)
    for place in small:
        target = column[place]
        hidden = np.flatnonzero(costs < _SHOWN_COST)
        found = _cheapest(sums, costs, np.union1d(hidden, [target]), target)
        if found is None:
            found = _cheapest(sums, costs, np.arange(len(block)), target)
        for number in () if found is None else found.tolist():
            one = block[number]
            if state.quantities.shown[one] and not state.hidden[one]:
                state.hidden[one] = True
                costs[number] = state.cost(one)


def _sums(state: Suppression, block: Sequence[int], column: Mapping[int, int]) -> csc_array:
    from scipy import sparse

    numbers = sorted({number for place in block for number in state.sums_of[place]})
    rows, columns, factors = list[int](), list[int](), list[float]()
    for row, number in enumerate(numbers):
        for place, factor in state.quantities.sums[number].items():
            if place in column:
                rows.append(row)
                columns.append(column[place])
                factors.append(factor)
    return sparse.csc_array((factors, (rows, columns)), shape=(len(numbers), len(block)))


def _cheapest(
    sums: csc_array, costs: NDArray[np.float64], usable: NDArray[np.intp], target: int
) -> NDArray[np.intp] | None:
    """Return the columns that move with a column by the cheapest way; None where there is no way."""
    import numpy as np
    from scipy import sparse
    from scipy.optimize import Bounds, LinearConstraint, milp

    half = sums[:, usable]
    half = half[np.unique(half.indices), :]
    count = len(usable)
    own = int(np.searchsorted(usable, target))
    cost = np.tile(costs[usable], 2)
    lower, upper = np.zeros(2 * count), np.full(2 * count, np.inf)
    cost[own], lower[own], upper[own], upper[count + own] = 0, 1, 1, 0
    found = milp(
        cost,
        bounds=Bounds(lower, upper),
        constraints=LinearConstraint(sparse.hstack([half, -half], format="csc"), 0, 0),
    )
    if found.x is None:
        return None
    moved: NDArray[np.intp] = usable[np.abs(found.x[:count] - found.x[count:]) > _NOTHING]
    return moved


def _costs(state: Suppression, block: Sequence[int]) -> NDArray[np.float64]:
    import numpy as np

    return np.array([_COST_OF_SMALL if state.small(place) else state.cost(place) for place in block])
