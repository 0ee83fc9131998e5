"""What lets hidden counts have other values: moves that keep every sum and every count shown.

A count is open when an attacker cannot tell which of three values it has (or as many as there are, for small k): when
two programs, as large and as small as it may be, are so far apart. Each move found for one count shows of others too
that they are open, so that many are settled by a few. For a count that is not open the cheapest move that changes it
by two is another program:

    minimise    sum of cost(i) |z(i)|
    subject to  A z = 0,  z(p) = 2 or -2,  lowest(i) <= z(i) <= highest(i)

with A the sums. Every count shown that the move changes is hidden; that a small count loses its mark costs less.

Source: Castro 2012, Recent advances in optimization techniques for statistical tabular data protection, European
Journal of Operational Research 216:257.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from dose_outcomes.disclosure.programs import FALL, FAR, RISE, Program, groups
from dose_outcomes.disclosure.suppression import Suppression

#: Small counts lose their mark rather than that another is hidden.
_COST_OF_MARK = 0.5
_NOTHING = 1e-7
#: Programs that move many counts at once before each is asked for alone.
_PUSHES = 6
_SEED = 1


def open_all(state: Suppression, places: Sequence[int], sums: Sequence[Mapping[int, int]]) -> None:
    """Hide what lets every hidden or small count of a block have other values.

    Parameters
    ----------
    state : Suppression
        Gets what is hidden, and which counts lose their mark.
    places : sequence of int
        Counts that may move or may be hidden, in the order of their names.
    sums : sequence of mapping of int to int
        The sums that they are in.
    """
    cheapest: _Cheapest | None = None
    tried: set[int] = set()
    while waiting := _closed(state, places, sums):
        cheapest = cheapest or _Cheapest(state, places, sums)
        changed = False
        for place in waiting:
            if not state.is_open(place) and place not in tried:
                changed |= cheapest.open(place)
                if not state.is_open(place):
                    tried.add(place)
        if not changed:
            return


def _closed(state: Suppression, places: Sequence[int], sums: Sequence[Mapping[int, int]]) -> list[int]:
    """Return the counts that must be open and are not, whatever moves are made with what is hidden now."""
    wanted = {place for place in places if state.needed(place) and not state.is_open(place)}
    if not wanted:
        return []
    unknown = [place for place in places if not state.is_known(place)]
    of_group: dict[int, int] = {}
    found = groups(unknown, sums)
    for number, group in enumerate(found):
        of_group |= dict.fromkeys(group, number)
    own: list[list[Mapping[int, int]]] = [[] for _ in found]
    for terms in sums:
        number = next((of_group[place] for place in terms if place in of_group), None)
        if number is not None:
            own[number].append(terms)
    for group, terms_of in zip(found, own, strict=True):
        asked = [place for place in group if place in wanted]
        if asked:
            _push(state, group, terms_of, asked)
    return sorted(place for place in wanted if not state.is_open(place))


def _push(state: Suppression, group: Sequence[int], sums: Sequence[Mapping[int, int]], asked: Sequence[int]) -> None:
    """Find moves of counts that depend on each other until those asked for are open, or cannot be."""
    import numpy as np

    limits = [state.bounds(place) for place in group]
    if not sums:
        for place, (lower, upper) in zip(group, limits, strict=True):
            state.lowest[place], state.highest[place] = lower, upper
        return
    program = Program(sums, [(place, RISE) for place in group])
    numbers = list(range(len(group)))
    column = {place: number for number, place in enumerate(group)}
    program.bound(numbers, [lower for lower, _ in limits], [upper for _, upper in limits])
    generator = np.random.default_rng(_SEED)
    for push in range(_PUSHES):
        left = [place for place in asked if not state.is_open(place)]
        if len(left) <= 2:
            break
        signs = generator.choice([-1.0, 1.0], len(left)) if push > 1 else np.full(len(left), 1.0 - 2.0 * push)
        costs = np.zeros(len(group))
        costs[[column[place] for place in left]] = signs * generator.uniform(0.5, 1.5, len(left))
        program.price(numbers, costs)
        _take(state, group, program.solve())
    program.price(numbers, np.zeros(len(group)))
    for place in asked:
        for sign in (1.0, -1.0):
            if not state.is_open(place):
                program.price([column[place]], [sign])
                _take(state, group, program.solve())
        program.price([column[place]], [0.0])


def _take(state: Suppression, places: Iterable[int], moves: Iterable[float] | None) -> None:
    for place, change in zip(places, () if moves is None else moves, strict=moves is not None):
        state.lowest[place] = min(state.lowest[place], float(change))
        state.highest[place] = max(state.highest[place], float(change))


class _Cheapest:
    """The cheapest moves of a block in which counts may be hidden and small ones may lose their mark."""

    def __init__(self, state: Suppression, places: Sequence[int], sums: Sequence[Mapping[int, int]]) -> None:
        self._state = state
        # counts that are marked as small rise in two steps: as far as their mark allows, then farther
        columns = [(place, sign) for place in places for sign in (RISE, FALL)]
        self._first_beyond = len(columns)
        columns += [(place, RISE) for place in places if state.small(place)]
        self._program = Program(sums, columns)
        self._upper = [0.0] * len(columns)
        self._cost = [0.0] * len(columns)
        for place in places:
            self._refresh(place)

    def _refresh(self, place: int) -> None:
        """Take account of what is hidden, and of the marks."""
        own, (lower, upper), cost = self._program.of_place[place], self._state.bounds(place), self._state.cost(place)
        for number in own:
            if number >= self._first_beyond:
                self._upper[number], self._cost[number] = FAR, _COST_OF_MARK
            else:
                rises = self._program.columns[number][1] == RISE
                self._upper[number], self._cost[number] = max(upper if rises else -lower, 0.0), cost
        self._program.bound(own, [0.0] * len(own), [self._upper[number] for number in own])
        self._program.price(own, [self._cost[number] for number in own])

    def open(self, place: int) -> bool:
        """Hide what the cheapest move that changes a count enough changes; return whether there was one."""
        needed = self._state.needed(place)
        ways = []
        for change in (needed, -needed):
            move = self._move(place, change)
            if move is not None:
                ways.append(move)
        if not ways:
            ways = [move for change in (1, -1) if (move := self._move(place, change)) is not None]
            if len(ways) < 2:
                return False
            return any([self._accept(moved, beyond) for _, moved, beyond in ways])
        _, moved, beyond = min(ways, key=lambda way: way[0])
        self._accept(moved, beyond)
        return True

    def _move(self, place: int, change: int) -> tuple[float, dict[int, float], set[int]] | None:
        """Return what a change of a count costs, what moves with it, and which counts lose their mark."""
        program, own = self._program, self._program.of_place[place]
        rest = float(abs(change))
        lower, upper = [], []
        for number in own:
            same = (program.columns[number][1] == RISE) == (change > 0)
            part = min(rest, self._upper[number]) if same else 0.0
            rest -= part
            lower.append(part)
            upper.append(part)
        if rest:
            return None
        program.bound(own, lower, upper)
        found = program.solve()
        program.bound(own, [0.0] * len(own), [self._upper[number] for number in own])
        if found is None:
            return None
        moved: dict[int, float] = {}
        beyond = set()
        for number in (found > _NOTHING).nonzero()[0].tolist():
            other, sign = program.columns[number]
            moved[other] = moved.get(other, 0.0) + sign * float(found[number])
            if number >= self._first_beyond:
                beyond.add(other)
        cost = sum(self._cost[number] * float(found[number]) for number in (found > _NOTHING).nonzero()[0].tolist())
        return cost, moved, beyond

    def _accept(self, moved: Mapping[int, float], beyond: Iterable[int]) -> bool:
        """Hide what a move changes; return whether anything was hidden or lost its mark."""
        state = self._state
        changed = set()
        for place in beyond:
            if place not in state.unlabelled:
                changed |= state.unmark(place)
        for place, change in moved.items():
            state.lowest[place] = min(state.lowest[place], change)
            state.highest[place] = max(state.highest[place], change)
            if abs(change) > _NOTHING and state.is_known(place):
                state.hide(place)
                changed.add(place)
        for place in changed:
            if place in self._program.of_place:
                self._refresh(place)
        return bool(changed)
