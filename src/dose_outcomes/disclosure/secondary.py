"""Secondary suppression: which further counts to hide, so that no hidden one follows from those that are shown.

What an attacker knows is said in `suppression`. Sets of patients come first, then everything that is counted of them:
counts too small to be divided, what a small count needs whatever the hidden counts are (`structure`), and what that
leaves too narrow (`opening`). What is hidden for another count must be open in its turn.

Sources: Langsrud 2024, Secondary cell suppression by Gaussian elimination, doi 10.1007/978-3-031-69651-0_6; Castro
2012 (see `opening`).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from dose_outcomes.disclosure.days import Days
from dose_outcomes.disclosure.opening import follows, open_all
from dose_outcomes.disclosure.quantities import ROOM, WITHOUT, Cell, Quantities
from dose_outcomes.disclosure.splits import LEAST_SPLIT, dark, parts_not_shown
from dose_outcomes.disclosure.structure import hide_by_structure
from dose_outcomes.disclosure.suppression import Suppression
from dose_outcomes.disclosure.wording import is_small
from dose_outcomes.results import ALL

#: One prepares programs while the other solves; more would wait for each other.
_THREADS = 2
#: Of a sum: with fewer the attack finds counts that have too few values.
_MANY_UNDIVIDED = 4
#: Conditions of which nothing is shown by dose: of three, four and seven the attack finds counts that follow.
_SEVERAL = 9
#: What is hidden with a set of patients must be protected in its turn.
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
    # what lies between two sets, and categories of patients: they limit the sets
    kinds = (f"{ROOM}assessable", "described")
    limits = {place for place in places if quantities.names[place].what.startswith(kinds)}
    state.consider(patients | limits)
    state.leave_untold(quantities.untold)
    state.leave_undivided(parts_not_shown(quantities, minimum_count, places - patients))
    free = (patients | limits) - _told(quantities, minimum_count)
    hide_by_structure(state, _in_order(state, free))
    _search(state, free)
    state.leave_undivided(dark(quantities, {place for place in patients if state.hidden[place]}))
    return state


def suppress_rest(state: Suppression, days: Days) -> None:
    """Hide the rest, the sets of patients being settled.

    Parameters
    ----------
    days : Days
        The counts that grow from day to day.
    """
    quantities = state.quantities
    places = set(range(len(quantities.values)))
    patients = {place for place in places if quantities.names[place].what in PATIENTS}
    for place in quantities.some:
        state.unmark(place)
    for place in days.unchosen:
        state.hide(place)
    state.consider(places)
    settled = {place for place in patients if not state.hidden[place] and place not in quantities.untold}
    _leave_out_complements(state, settled)
    # what was open among the patients alone must be so among all counts
    state.forget()
    state.leave_undivided(parts_not_shown(quantities, state.minimum_count, patients | days.places))
    _leave_out_undivided(state)
    _leave_out_few(state)
    told = _told(quantities, state.minimum_count)
    free = places - settled - told
    # days are chosen by their counts in any case
    hide_by_structure(state, _in_order(state, free - days.places - quantities.untold - quantities.some))
    _search(state, free, _THREADS)
    _hide_patients_too(state, places - told)


def _hide_patients_too(state: Suppression, places: set[int]) -> None:
    """Hide sets of patients where a count cannot be opened otherwise, and everything of them.

    Parameters
    ----------
    places : set of int
        Counts that may be hidden.
    """
    every = set(range(len(state.quantities.values)))
    for _ in range(_ROUNDS):
        if not state.narrow(sorted(places)):
            return
        state.consider(every)
        before = {place for place in places if state.hidden[place]}
        _search(state, places)
        patients = {
            place
            for place in places
            if state.hidden[place] and place not in before and state.quantities.names[place].what in PATIENTS
        }
        state.leave_undivided(dark(state.quantities, patients))
        if before == {place for place in places if state.hidden[place]}:
            break
    # what cannot be opened and follows from what is shown may as well be shown
    unknown = state.which(place for place in places if not state.is_known(place))
    for place in sorted(places):
        if not state.small(place) and not state.is_open(place) and follows(state, place, unknown):
            state.show(place)


def _leave_out_complements(state: Suppression, settled: set[int]) -> None:
    """Forget the patients without an event where enough are, of patients that are shown: they limit nothing."""
    sums = state.quantities.sums
    complements = (
        place
        for place, name in enumerate(state.quantities.names)
        if name.what.startswith(WITHOUT) and not state.small(place)
    )
    numbers = state.sums.joining(complements)
    state.leave_out({number for number in numbers if not settled.isdisjoint(sums[number])})


def _leave_out_undivided(state: Suppression) -> None:
    """Forget sums of side effects of inner cells with several parts that are not divided: each makes room."""
    names, sums = state.quantities.names, state.quantities.sums
    undivided = {place for place in state.undivided if not names[place].what.startswith(ROOM)}
    state.leave_out(
        number
        for number in state.quantities.nested
        if ALL not in (names[next(iter(sums[number]))].condition, names[next(iter(sums[number]))].dose)
        and len(undivided.intersection(sums[number])) >= _MANY_UNDIVIDED
    )


def _leave_out_few(state: Suppression) -> None:
    """Forget how the doses of small conditions add up, where nothing is shown of any of their cells.

    Of many conditions with few patients only their sum at a dose limits what is shown; how it is divided among them
    does not, since each has any number of patients at any dose. A study of few patients with many conditions consists
    of such cells.
    """
    quantities = state.quantities
    names = quantities.names
    everybody = (
        (name.condition, place)
        for name, place in quantities.found.items()
        if name.what == "analysed" and name.condition != ALL and name.dose == ALL
    )
    few = {c for c, place in everybody if is_small(quantities.values[place], LEAST_SPLIT * state.minimum_count)}
    lit = {
        (name.condition, _attribution(name))
        for place, name in enumerate(names)
        if name.condition in few and name.dose != ALL and state.is_known(place) and not quantities.is_of_nobody(place)
    }
    for attribution in {_attribution(name) for name in names}:
        dark = {condition for condition in few if (condition, attribution) not in lit}
        if len(dark) >= _SEVERAL:
            numbers = state.sums.joining(
                place
                for place, name in enumerate(names)
                if name.condition in dark and name.dose != ALL and _attribution(name) == attribution
            )
            state.leave_out(
                number for number in numbers if len({names[place].condition for place in quantities.sums[number]}) == 1
            )


def _attribution(name: Cell) -> str:
    return name.population.rpartition(", ")[2]


def _search(state: Suppression, free: set[int], threads: int = 1) -> None:
    """Open each small count, and each that is hidden for it, by hiding quantities that are free to be hidden.

    Parameters
    ----------
    threads : int
        More than one only where sets of patients are settled: costs depend on which of them are hidden.
    """
    quantities = state.quantities
    movable = [
        place
        for place in _in_order(state, free)
        if quantities.values[place] or not (state.is_known(place) or quantities.is_of_nobody(place))
    ]
    groups = [group for group in state.sums.groups(movable) if state.narrow(group)]
    # HiGHS works without Python's lock: while it solves for one group, Python prepares for another
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(lambda group: open_all(state, group), sorted(groups, key=len, reverse=True)):
            pass  # raises what a thread has raised


def _told(quantities: Quantities, minimum_count: int) -> set[int]:
    """Return the counts that the attrition tells too, as what its flows end with: to hide them would open nothing.

    A flow that leaves out a small number does not tell what is left.
    """

    def place_of(what: str, endpoint: str, population: str, day: int | None = None) -> int | None:
        return quantities.found.get(Cell(what, endpoint, f"{population}, target", "", ALL, ALL, day))

    patients = place_of("analysed", "", "analysed")
    found = {place_of("side effects", "any", "analysed"), patients}
    for name, place in quantities.found.items():
        ends_flow = (name.condition, name.dose, name.subgroup) == (ALL, ALL, "")
        if not ends_flow or name.what not in ("assessable", "assessable observed"):
            continue
        begins = patients if name.what == "assessable" else place_of("assessable", name.endpoint, "assessable")
        if begins is not None and not is_small(quantities.values[begins] - quantities.values[place], minimum_count):
            found.add(place)
    return {place for place in found if place is not None}


def _in_order(state: Suppression, places: set[int]) -> list[int]:
    return sorted(places, key=state.order.__getitem__)
