"""What lets hidden counts have other values: moves that keep every sum and every count shown.

A count is open when an attacker cannot tell which of three values it has (or as many as there are, for small k): when
it can be so much larger and smaller than it is. Moves that change many counts at once settle most of them. The rest
are asked for one by one, first among the counts around each: the cheapest move that changes it by two is a program:

    minimise    sum of cost(i) |z(i)|
    subject to  A z = 0,  z(p) = 2 or -2,  lowest(i) <= z(i) <= highest(i)

with A the sums. Every count shown that the move changes is hidden, none where it is open already; that a small count
loses its mark costs less.

Source: Castro 2012, Recent advances in optimization techniques for statistical tabular data protection, European
Journal of Operational Research 216:257.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dose_outcomes.disclosure.programs import AROUND, FAR, Moves, rises_and_falls
from dose_outcomes.disclosure.suppression import Suppression

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Small counts lose their mark rather than that another is hidden.
_COST_OF_MARK = 0.5
_NOTHING = 1e-7
#: Programs that move many counts at once, where there are more than a few.
_PUSHES, _FEW, _SEED = 10, 3, 1
#: The share of counts that such a program must open, or else asking one by one is quicker.
_WORTH_A_PUSH = 0.02
#: A whole group is asked at once where it is less than so many times what is around a count.
_WORTH = 2


def open_all(state: Suppression, places: Sequence[int]) -> None:
    """Hide what lets every hidden or small count have other values.

    Parameters
    ----------
    state : Suppression
        Gets what is hidden, and which counts lose their mark.
    places : sequence of int
        Counts that may move or may be hidden and that sums join, in the order of their names.
    """
    movable = state.which(places)
    unknown = state.which(place for place in places if not state.is_known(place))
    tried: set[int] = set()
    whole = _Whole(state, places)
    while wanted := [place for place in state.narrow(places) if place not in tried]:
        _push_all(state, set(wanted), [place for place in places if unknown[place]])
        for place in state.narrow(wanted):
            if not state.is_open(place):
                unknown[list(_hide_for(state, place, movable, whole))] = True
            tried.add(place)


def _push_all(state: Suppression, wanted: set[int], unknown: Sequence[int]) -> None:
    """Move many counts at once, a few times: most are open then, and need not be asked for one by one."""
    import numpy as np

    generator = np.random.default_rng(_SEED)
    for group in state.sums.groups(unknown):
        every = range(len(group))
        program: Moves | None = None
        least, before = max(_FEW, len(group) * _WORTH_A_PUSH), len(wanted)
        for push in range(_PUSHES):
            narrow = wanted.intersection(state.narrow(group))
            left = [number for number in every if group[number] in narrow]
            if len(left) < least or (push > 1 and before - len(left) < least):
                break
            before = len(left)
            if program is None:
                program = _within_bounds(state, group)
            signs = np.full(len(left), 1.0 - 2.0 * push) if push < 2 else generator.choice([-1.0, 1.0], len(left))
            goal = np.zeros(len(group))
            goal[left] = signs * generator.uniform(0.5, 1.5, len(left))
            program.price(every, goal)
            _take(state, group, program.solve())


def _within_bounds(state: Suppression, places: Sequence[int]) -> Moves:
    """Return the program of moves that an attacker cannot tell."""
    return Moves(state.sums, places, *state.bounds(places))


def follows(state: Suppression, place: int, unknown: NDArray[np.bool_]) -> bool:
    """Tell whether a count follows from what is shown: no move of all that is hidden changes it."""
    around = state.around(place, len(state.hidden), unknown)
    program = _within_bounds(state, around)
    for sign in (-1.0, 1.0):
        program.price((0,), (sign,))
        _take(state, around, program.solve())
    return bool(state.lowest[place] == state.highest[place] == 0)


def _take(state: Suppression, places: Sequence[int], move: NDArray[np.float64] | None) -> None:
    """Note by how much a move changes counts."""
    import numpy as np

    if move is not None:
        own = np.asarray(places, dtype=np.intp)
        state.lowest[own] = np.minimum(state.lowest[own], move)
        state.highest[own] = np.maximum(state.highest[own], move)


def _hide_for(state: Suppression, place: int, movable: NDArray[np.bool_], whole: _Whole) -> set[int]:
    """Hide what the cheapest moves that open a count change; return it, nothing where there is no move."""
    for size in whole.sizes():
        around = state.around(place, size, movable)
        hidden = _open(_Cheapest(state, around), place, state.needed(place))
        if hidden is not None or len(around) < size:
            return hidden or set()
    return _open(whole.moves(), place, state.needed(place)) or set()


def _open(cheapest: _Cheapest, place: int, needed: int) -> set[int] | None:
    """Hide what the cheapest moves that open a count change; return it, None where there is no move."""
    rise = cheapest.move(place, needed)
    fall = cheapest.move(place, -needed, *([] if rise is None else [rise[0]]))
    ways = [way for way in (rise, fall) if way is not None]
    if ways:
        return cheapest.accept(min(ways, key=lambda way: way[0])[1])
    each_way = [move for change in (1, -1) if (move := cheapest.move(place, change)) is not None]
    if needed > 1 and len(each_way) == 2:
        return cheapest.accept(each_way[0][1]) | cheapest.accept(each_way[1][1])
    return None


class _Whole:
    """The cheapest moves among all counts that sums join, made when first needed and kept from one to the next."""

    def __init__(self, state: Suppression, places: Sequence[int]) -> None:
        self._state, self._places = state, places
        self._found: _Cheapest | None = None

    def sizes(self) -> list[int]:
        """Return how many counts around one are tried before all of them."""
        return [size for size in AROUND if size == AROUND[0] or size * _WORTH <= len(self._places)]

    def moves(self) -> _Cheapest:
        """Return the moves as they are now."""
        if self._found is None:
            self._found = _Cheapest(self._state, self._places)
        else:
            self._found.refresh()
        return self._found


class _Cheapest:
    """The cheapest moves of counts that may be hidden, or lose their mark where they are small.

    Each count has a column for its rise and one for its fall, and small ones another one: they rise as far as their
    mark allows, then farther.
    """

    def __init__(self, state: Suppression, places: Sequence[int]) -> None:
        import numpy as np

        count = len(places)
        self._state, self._places = state, places
        marked = [places[number] for number in state.which_small(places).nonzero()[0].tolist()]
        self._counts = [*places, *places, *marked]
        self._marks = 2 * count
        self._numbers = {place: [number, number + count] for number, place in enumerate(places)}
        for column, place in enumerate(marked, start=self._marks):
            self._numbers[place].append(column)
        self._signs = np.repeat((1.0, -1.0, 1.0), (count, count, len(marked)))
        self._program = rises_and_falls(state.sums, places, marked)
        self.refresh()

    def refresh(self) -> None:
        """Take account of what was hidden since."""
        import numpy as np

        lower, upper = self._state.bounds(self._places)
        costs = self._state.costs(self._places)
        small = len(self._counts) - self._marks
        self._upper = np.concatenate([np.maximum(upper, 0), np.maximum(-lower, 0), [FAR] * small])
        self._cost = np.concatenate([costs, costs, [_COST_OF_MARK] * small])
        every = np.arange(len(self._counts))
        self._program.bound(every, np.zeros(len(self._counts)), self._upper)
        self._program.price(every, self._cost)

    def move(self, place: int, change: int, limit: float = float("inf")) -> tuple[float, NDArray[np.float64]] | None:
        """Return what a change of a count costs, and what all columns hold; None where it cannot be."""
        rest = float(abs(change))
        amounts = []
        numbers = self._numbers[place]
        for number in numbers:
            amounts.append(min(rest, float(self._upper[number])) if self._signs[number] * change > 0 else 0.0)
            rest -= amounts[-1]
        if rest:
            return None
        self._program.bound(numbers, amounts, amounts)
        self._program.forget()
        found = self._program.solve(limit)
        self._program.bound(numbers, [0.0] * len(numbers), self._upper[numbers])
        return None if found is None else (float(found @ self._cost), found)

    def accept(self, move: NDArray[np.float64]) -> set[int]:
        """Hide what a move changes, and take the marks of what rises beyond them; return what was hidden."""
        import numpy as np

        state = self._state
        moved: dict[int, float] = {}
        for number in (move > _NOTHING).nonzero()[0].tolist():
            place = self._counts[number]
            moved[place] = moved.get(place, 0.0) + float(self._signs[number] * move[number])
            if number >= self._marks:
                state.unmark(place)
        _take(state, list(moved), np.array(list(moved.values())))
        hidden = {place for place, change in moved.items() if abs(change) > _NOTHING and state.is_known(place)}
        for place in hidden:
            state.hide(place)
        return hidden
