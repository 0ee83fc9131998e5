"""Secondary suppression: which further counts to hide, so that no hidden one follows from those that are shown.

An attacker knows every sum that holds, every count that is shown, that a count marked as small lies between 1 and
k - 1, and that one hidden to protect it is at least k. Small counts come first; what is hidden for them must be
protected in its turn, until nothing is left to protect.

Sources: Langsrud 2024, Secondary cell suppression by Gaussian elimination, doi 10.1007/978-3-031-69651-0_6; Castro
2012 (see `moves`).
"""

from __future__ import annotations

from collections.abc import Sequence

from dose_outcomes.disclosure.days import ByDay
from dose_outcomes.disclosure.moves import Suppression, open_by_moves
from dose_outcomes.disclosure.nested import hide_beside_lonely
from dose_outcomes.disclosure.quantities import ROOM, WITHOUT, Quantities
from dose_outcomes.disclosure.splits import dark, parts_not_shown
from dose_outcomes.disclosure.structure import hide_by_structure

#: Where no choice protects a count: how far around it small counts lose their mark, then all are hidden.
_RINGS = 4
#: What is hidden beside a lonely part must be protected in its turn.
_ROUNDS = 4
#: Sets of patients: decided on first, and shown or hidden whatever else is counted of them.
PATIENTS = ("analysed", "assessable")


def suppress_patients(quantities: Quantities, minimum_count: int) -> Suppression:
    """Return the state of the search after the sets of patients: the cells of hidden ones are dark altogether.

    Parameters
    ----------
    quantities : Quantities
        With every sum that holds between them.
    minimum_count : int
        k; counts from 1 to k - 1 are hidden.
    """
    state = Suppression(quantities, minimum_count)
    places = set(range(len(quantities.values)))
    patients = {place for place in places if quantities.names[place].what in PATIENTS}
    rooms = {place for place in places if quantities.names[place].what.startswith(f"{ROOM}assessable")}
    state.consider(patients | rooms)
    _leave_undivided(state, parts_not_shown(quantities, minimum_count, places - patients))
    hide_by_structure(state, patients | rooms)
    _search(state, patients | rooms)
    _leave_undivided(state, dark(quantities, {place for place in patients if state.hidden[place]}))
    return state


def suppress_rest(state: Suppression, by_day: ByDay, families: Sequence[tuple[int, tuple[int, ...]]] = ()) -> None:
    """Hide the rest, the sets of patients being settled.

    Parameters
    ----------
    by_day : ByDay
        What is hidden of the counts that grow from day to day.
    families : sequence of (int, tuple of int), optional
        Wholes and their parts, as `nested.families` returns them.
    """
    quantities = state.quantities
    places = set(range(len(quantities.values)))
    patients = {place for place in places if quantities.names[place].what in PATIENTS}
    for place in by_day.places:
        state.hidden[place] = place in by_day.hidden
    state.consider(places)
    settled = {place for place in patients | by_day.places if not state.hidden[place]}
    _leave_out_complements(state, settled)
    # what was open among the patients alone must be so among all counts
    state.lowest, state.highest = list(quantities.values), list(quantities.values)
    _leave_undivided(state, parts_not_shown(quantities, state.minimum_count, patients | by_day.places))
    free = places - settled - by_day.places
    hide_by_structure(state, free)
    for _ in range(_ROUNDS):
        _search(state, free)
        if not hide_beside_lonely(state, families):
            return


def _leave_undivided(state: Suppression, places: set[int]) -> None:
    for place in places:
        state.leave_undivided(place)


def _leave_out_complements(state: Suppression, settled: set[int]) -> None:
    """Forget the patients without an event where enough are, of patients that are shown: they limit nothing."""
    for place, name in enumerate(state.quantities.names):
        if name.what.startswith(WITHOUT) and not state.small(place):
            for number in list(state.sums_of[place]):
                terms = state.quantities.sums[number]
                if any(other in settled for other in terms):
                    for other in terms:
                        state.sums_of[other].remove(number)


def _search(state: Suppression, free: set[int]) -> None:
    """Protect each small count, and each that is hidden for it, by hiding quantities that are free to be hidden."""
    state.free = free
    waiting = sorted(place for place in free if state.needed(place) and not state.is_protected(place))
    while waiting:
        added: list[int] = []
        for place in waiting:
            if not state.is_protected(place):
                added += _protect(state, place)
        waiting = sorted(set(added))


def _protect(state: Suppression, place: int) -> list[int]:
    """Hide what lets a count have other values; return what was hidden for it."""
    if not state.sums_of[place]:
        lower, upper = state.bounds(place)
        state.lowest[place] += lower
        state.highest[place] += upper
        return []
    # what is hidden already is enough, perhaps if fewer of the small counts around are marked as small
    if open_by_moves(state, place, hide=False) is not None:
        return []
    for rings in range(_RINGS + 1):
        _unmark(state, _beside(state, place, rings))
        if open_by_moves(state, place, hide=False) is not None:
            return []
    added: list[int] = []
    for rings in range(_RINGS + 1):
        beside = _beside(state, place, rings)
        added += _hide(state, beside if rings > 1 else [])
        moves = open_by_moves(state, place, hide=True)
        if moves is not None:
            return added + moves
    return added


def _unmark(state: Suppression, places: list[int]) -> None:
    """Do not tell of small counts that they are small; a row has one mark for those with and without the event."""
    for place in places:
        if state.quantities.values[place] and (
            state.hidden[place] or (state.small(place) and not state.quantities.shown[place])
        ):
            state.unmark(place)


def _beside(state: Suppression, place: int, rings: int) -> list[int]:
    """Return the quantities that few sums join with one: itself, those of its own sums, those of theirs."""
    found = {place: None}
    for _ in range(rings):
        for one in list(found):
            for number in state.sums_of[one]:
                found |= dict.fromkeys(other for other in state.quantities.sums[number] if other in state.free)
    return list(found)


def _hide(state: Suppression, places: list[int]) -> list[int]:
    added = []
    for place in places:
        if state.quantities.shown[place] and not state.hidden[place] and state.quantities.values[place]:
            state.hidden[place] = True
            added.append(place)
    return added
