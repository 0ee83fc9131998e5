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

from collections.abc import Iterable, Mapping, Sequence

from dose_outcomes.disclosure.programs import FALL, FAR, RISE, Program, groups
from dose_outcomes.disclosure.quantities import ROOM
from dose_outcomes.disclosure.suppression import Suppression

#: A small count that moves with another small one: rather a few large ones.
_COST_OF_SMALL = 200.0
_NOTHING = 1e-9


def hide_by_structure(state: Suppression, free: set[int]) -> None:
    """Hide what lets every small count move, whatever the hidden counts are.

    Parameters
    ----------
    state : Suppression
        Gets what is hidden.
    free : set of int
        Quantities that may be hidden or may move.
    """
    for places, sums in blocks(state, [place for place in free if _moves(state, place)]):
        small = [place for place in places if state.small(place) and place not in state.undivided]
        if small:
            _free_all(state, places, sums, small)


def blocks(state: Suppression, places: Iterable[int]) -> list[tuple[list[int], list[Mapping[int, int]]]]:
    """Return counts that may move, in groups that no sum joins, with their sums, in the order of their names."""
    ordered = sorted((place for place in places if state.sums_of[place]), key=lambda one: _order(state, one))
    numbers = dict.fromkeys(number for place in ordered for number in state.sums_of[place])
    sums = [state.quantities.sums[number] for number in numbers]
    found = groups(ordered, sums)
    of_group = {place: number for number, group in enumerate(found) for place in group}
    own: list[list[Mapping[int, int]]] = [[] for _ in found]
    for terms in sums:
        own[next(of_group[place] for place in terms if place in of_group)].append(terms)
    return list(zip(found, own, strict=True))


def _moves(state: Suppression, place: int) -> bool:
    """Tell whether a count may be another one: nobody, where it is shown, is nobody."""
    room = state.quantities.names[place].what.startswith(ROOM)
    return room or state.hidden[place] or state.quantities.values[place] > 0


def _order(state: Suppression, place: int) -> tuple[str, ...]:
    return tuple(map(str, state.quantities.names[place]))


def _free_all(
    state: Suppression, places: Sequence[int], sums: Sequence[Mapping[int, int]], small: Iterable[int]
) -> None:
    program = Program(sums, [(place, sign) for place in places for sign in (RISE, FALL)])
    every = range(len(program.columns))
    costs = [_COST_OF_SMALL if state.small(place) else state.cost(place) for place, _ in program.columns]
    program.bound(every, [0.0] * len(every), [FAR] * len(every))
    program.price(every, costs)
    for place in small:
        rise, fall = program.of_place[place]
        program.bound((rise, fall), (1, 0), (1, 0))
        program.price((rise, fall), (0, 0))
        found = program.solve()
        program.bound((rise, fall), (0, 0), (FAR, FAR))
        program.price((rise, fall), (costs[rise], costs[fall]))
        for number in () if found is None else (found > _NOTHING).nonzero()[0].tolist():
            one = program.columns[number][0]
            if state.is_known(one):
                state.hide(one)
                for own in program.of_place[one]:
                    costs[own] = state.cost(one)
                    program.price((own,), (costs[own],))
