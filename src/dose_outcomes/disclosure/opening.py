"""What lets hidden counts have other values: moves that keep every sum and every count shown.

A count is open when an attacker cannot tell which of three values it has (or as many as there are, for small k): when
two programs, as large and as small as it may be, are so far apart. Moves are sought among few counts around it first,
and each shows of others too that they are open, so that many are settled by a few. For a count that is not open the cheapest move that changes it
by two is another program:

    minimise    sum of cost(i) |z(i)|
    subject to  A z = 0,  z(p) = 2 or -2,  lowest(i) <= z(i) <= highest(i)

with A the sums. Every count shown that the move changes is hidden; that a small count loses its mark costs less.

Source: Castro 2012, Recent advances in optimization techniques for statistical tabular data protection, European
Journal of Operational Research 216:257.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from dose_outcomes.disclosure.programs import FALL, FAR, RISE, Program
from dose_outcomes.disclosure.suppression import Suppression

#: Small counts lose their mark rather than that another is hidden.
_COST_OF_MARK = 0.5
_NOTHING = 1e-7
#: How many counts around one may move with it; more where these are not enough.
_AROUND_HIDDEN = (60, 250)
_AROUND_ANY = (150, 1500, 100_000)


def open_all(state: Suppression, places: Collection[int]) -> None:
    """Hide what lets every hidden or small count have other values.

    Parameters
    ----------
    state : Suppression
        Gets what is hidden, and which counts lose their mark.
    places : collection of int
        Counts that may move or may be hidden, in the order of their names.
    """
    movable = set(places)
    unknown = {place for place in places if not state.is_known(place)}
    tried: set[int] = set()
    while True:
        closed = [
            place
            for place in places
            if place not in tried and state.needed(place) and not _has_moves(state, place, unknown)
        ]
        if not closed:
            return
        for place in closed:
            if not state.is_open(place):
                unknown |= _hide_for(state, place, movable)
            tried.add(place)


def _has_moves(state: Suppression, place: int, unknown: Collection[int], sizes: Iterable[int] = _AROUND_HIDDEN) -> bool:
    """Tell whether a count is open with what is hidden now; note what else the moves found open."""
    if state.is_open(place):
        return True
    for size in sizes:
        around = state.around(place, size, unknown)
        program = Program(state.sums_among(around), [(one, RISE) for one in around])
        limits = [state.bounds(one) for one in around]
        program.bound(range(len(around)), [lower for lower, _ in limits], [upper for _, upper in limits])
        for sign in (-1.0, 1.0):
            program.price((0,), (sign,))
            _take(state, around, program.solve())
            if state.is_open(place):
                return True
        if len(around) < size:
            break
    return False


def follows(state: Suppression, place: int, unknown: Collection[int]) -> bool:
    """Tell whether a count follows from what is shown."""
    return (
        not _has_moves(state, place, unknown, (len(state.hidden),)) and state.lowest[place] == state.highest[place] == 0
    )


def _take(state: Suppression, places: Iterable[int], move: Sequence[float] | None) -> None:
    for place, change in zip(places, () if move is None else move, strict=move is not None):
        state.lowest[place] = min(state.lowest[place], float(change))
        state.highest[place] = max(state.highest[place], float(change))


def _hide_for(state: Suppression, place: int, movable: Collection[int]) -> set[int]:
    """Hide what the cheapest moves that open a count change; return it, nothing where there is no move."""
    needed = state.needed(place)
    for size in _AROUND_ANY:
        around = state.around(place, size, movable)
        cheapest = _Cheapest(state, around)
        ways = [move for change in (needed, -needed) if (move := cheapest.move(place, change)) is not None]
        if ways:
            return cheapest.accept(min(ways, key=lambda way: way[0])[1])
        each_way = [move for change in (1, -1) if (move := cheapest.move(place, change)) is not None]
        if needed > 1 and len(each_way) == 2:
            return cheapest.accept(each_way[0][1]) | cheapest.accept(each_way[1][1])
        if len(around) < size:
            break
    return set()


class _Cheapest:
    """The cheapest moves of counts that may be hidden, or lose their mark where they are small."""

    def __init__(self, state: Suppression, places: Sequence[int]) -> None:
        self._state = state
        # counts that are marked as small rise in two steps: as far as their mark allows, then farther
        columns = [(place, sign) for place in places for sign in (RISE, FALL)]
        self._first_beyond = len(columns)
        columns += [(place, RISE) for place in places if state.small(place)]
        self._program = Program(state.sums_among(places), columns)
        self._upper, self._cost = list[float](), list[float]()
        for number, (place, sign) in enumerate(columns):
            lower, upper = state.bounds(place)
            beyond = number >= self._first_beyond
            self._upper.append(FAR if beyond else max(upper if sign == RISE else -lower, 0.0))
            self._cost.append(_COST_OF_MARK if beyond else state.cost(place))
        every = range(len(columns))
        self._program.bound(every, [0.0] * len(columns), self._upper)
        self._program.price(every, self._cost)

    def move(self, place: int, change: int) -> tuple[float, list[float]] | None:
        """Return what a change of a count costs, and how all columns move with it; None where it cannot be."""
        program, own = self._program, self._program.of_place[place]
        rest = float(abs(change))
        amounts = []
        for number in own:
            same = (program.columns[number][1] == RISE) == (change > 0)
            amounts.append(min(rest, self._upper[number]) if same else 0.0)
            rest -= amounts[-1]
        if rest:
            return None
        program.bound(own, amounts, amounts)
        found = program.solve()
        program.bound(own, [0.0] * len(own), [self._upper[number] for number in own])
        if found is None:
            return None
        return float(found @ self._cost), found.tolist()

    def accept(self, move: Sequence[float]) -> set[int]:
        """Hide what a move changes, and take the marks of what rises beyond them; return what was hidden."""
        state = self._state
        moved: dict[int, float] = {}
        for number, amount in enumerate(move):
            if amount > _NOTHING:
                place, sign = self._program.columns[number]
                moved[place] = moved.get(place, 0.0) + sign * amount
                if number >= self._first_beyond:
                    state.unmark(place)
        _take(state, moved, list(moved.values()))
        hidden = {place for place, change in moved.items() if abs(change) > _NOTHING and state.is_known(place)}
        for place in hidden:
            state.hide(place)
        return hidden
