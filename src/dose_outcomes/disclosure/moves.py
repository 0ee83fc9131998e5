"""Moves: changes of hidden counts that leave every sum and every count shown as they are.

A count is protected when there are other tables of counts that an attacker cannot tell from the true one, and in
which it has at least three values (as many as there are for small k). For a count without such tables the cheapest
move that changes it by two is a linear program:

    minimise    sum of cost(i) |z(i)|
    subject to  A z = 0,  z(p) = 2 or -2,  lowest(i) <= count(i) + z(i) <= highest(i)

with A the sums. Every count shown that the move changes is hidden; hidden ones cost next to nothing. A zero is never
hidden: it has no range of its own and is a result.

Source: Castro 2012, Recent advances in optimization techniques for statistical tabular data protection, European
Journal of Operational Research 216:257.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dose_outcomes.disclosure.quantities import ROOM, Cell, Quantities
from dose_outcomes.disclosure.wording import is_small
from dose_outcomes.results import ALL

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

VALUES_KEPT = 3
"""How many values each hidden count must still be able to have."""
#: Quantities around a count among which its move is sought, grown until there is one.
_REGION_SIZES = (60, 400, 4000)
_HIDDEN_COST = 1e-3
_UNBOUNDED = 1_000_000
#: Hiding a number of patients hides every row about them; a total is what most readers look for.
_COST_OF_PATIENTS = 30.0
_COST_OF_TOTAL = 20.0
#: Of the parts of a whole and the whole, a part goes.
_COST_OF_WHOLE = 1.5


@dataclass(slots=True)
class Suppression:
    """The state of the search: what is hidden, and the range that is known to be open for each count.

    Attributes
    ----------
    hidden : list of bool
        Whether each quantity is hidden.
    free : set of int
        Quantities that may be hidden or may change now.
    unlabelled : set of int
        Small counts that are not marked as small: three groups of at least one patient each whose total is known to
        be below five could only have one or two each.
    undivided : set of int
        Parts of a count of which no part is shown: each may be none.
    twins : dict of int to set of int
        Quantities that are one and the same, under several names.
    lowest, highest : list of int
        The smallest and largest value each quantity has in the tables found so far that an attacker cannot tell
        from the true one.
    """

    quantities: Quantities
    minimum_count: int
    hidden: list[bool] = field(init=False)
    lowest: list[int] = field(init=False)
    highest: list[int] = field(init=False)
    sums_of: list[list[int]] = field(init=False)
    twins: dict[int, set[int]] = field(init=False)
    free: set[int] = field(default_factory=set)
    unlabelled: set[int] = field(default_factory=set)
    undivided: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        values = self.quantities.values
        self.hidden = [
            shown and is_small(value, self.minimum_count)
            for shown, value in zip(self.quantities.shown, values, strict=True)
        ]
        self.lowest, self.highest = list(values), list(values)
        self.twins = self.quantities.twins()
        self.consider(set(range(len(values))))

    def unmark(self, place: int) -> None:
        """Do not tell of a count, nor of its equals and those without the event, whether it is small."""
        for one in (place, *self.quantities.pairs.get(place, ())):
            self.unlabelled |= {one, *self.twins.get(one, ())}

    def leave_undivided(self, place: int) -> None:
        """Hide a part of a count that is not divided: it may be none."""
        for one in (place, *self.twins.get(place, ())):
            self.hidden[one] = self.quantities.shown[one]
            self.undivided.add(one)
            self.unmark(one)

    def consider(self, places: set[int]) -> None:
        """Take account of the sums of some quantities alone."""
        self.sums_of = [[] for _ in self.quantities.values]
        for number, terms in enumerate(self.quantities.sums):
            if places.issuperset(terms):
                for place in terms:
                    self.sums_of[place].append(number)

    def small(self, place: int) -> bool:
        """Tell whether a count is one that must not be known."""
        room = self.quantities.names[place].what.startswith(ROOM)
        return not room and is_small(self.quantities.values[place], self.minimum_count)

    def needed(self, place: int) -> int:
        """Return by how much the largest and the smallest open value of a count must differ, 0 for any."""
        if self.small(place):
            return min(VALUES_KEPT - 1, self.minimum_count - 2)
        return VALUES_KEPT - 1 if self.hidden[place] and self.quantities.values[place] else 0

    def is_protected(self, place: int) -> bool:
        """Tell whether enough values of a count are known to be open."""
        return self.highest[place] - self.lowest[place] >= self.needed(place)

    def cost(self, place: int) -> float:
        """Return what hiding a quantity costs the reader; it must not depend on counts, which would tell them."""
        if self.hidden[place] or not self.quantities.shown[place]:
            return _HIDDEN_COST
        name = self.quantities.names[place]
        cost = _COST_OF_TOTAL ** ((name.condition == ALL) + (name.dose == ALL))
        if any(self.quantities.sums[number][place] < 0 for number in self.sums_of[place]):
            cost *= _COST_OF_WHOLE
        whole = name.what.split(" (")[0]
        if whole in ("analysed", "assessable", "assessable observed", "assessable carried"):
            cost *= _COST_OF_PATIENTS
        return cost * self.patients_of(name)

    def patients_of(self, name: Cell) -> int:
        """Return the number of patients of a cell, where it is shown: a small group is given up before a large one."""
        kind, _, attribution = name.population.partition(", ")
        for what in dict.fromkeys((kind, "assessable", "analysed")):
            found = self.quantities.found.get(
                Cell(
                    what,
                    "" if what == "analysed" else name.endpoint,
                    f"{what}, {attribution}",
                    "",
                    name.condition,
                    name.dose,
                    None,
                )
            )
            if found is not None and not self.hidden[found]:
                return max(self.quantities.values[found], 1)
        return 1

    def bounds(self, place: int) -> tuple[int, int]:
        """Return by how much a count may change without an attacker's noticing, if it is hidden."""
        value = self.quantities.values[place]
        if place in self.undivided:
            return -value, _UNBOUNDED
        if place in self.unlabelled:
            return 1 - value, _UNBOUNDED
        if self.small(place):
            return 1 - value, self.minimum_count - 1 - value
        if self.quantities.shown[place]:
            return self.minimum_count - value, _UNBOUNDED
        return -value, _UNBOUNDED


def open_by_moves(state: Suppression, place: int, *, hide: bool) -> list[int] | None:
    """Hide what the cheapest moves that open a count change; return it, None where there is no move.

    Parameters
    ----------
    hide : bool
        Whether more may be hidden for it.
    """
    for size in _REGION_SIZES:
        region = _region(state, place, size, hide=hide)
        for changes in _wanted(state, place):
            moves = [move for change in changes if (move := _move(state, region, place, change)) is not None]
            if len(moves) == len(changes):
                return [one for move in moves for one in _accept(state, region, move)]
        if len(region) < size:
            break
    return None


def _wanted(state: Suppression, place: int) -> list[tuple[int, ...]]:
    """Return the changes of a count that would do, the first the best: two up, two down, or one each way."""
    lower, upper = state.bounds(place)
    needed = state.needed(place)
    ways = [(needed,), (-needed,), (1, -1)]
    return [way for way in ways if all(lower <= change <= upper for change in way)]


def _region(state: Suppression, place: int, size: int, *, hide: bool) -> list[int]:
    """Return the quantities nearest to one, by the sums that join them."""
    found, frontier = {place: None}, [place]
    values = state.quantities.values
    while frontier and len(found) < size:
        reached: list[int] = []
        for one in frontier:
            for number in state.sums_of[one]:
                for other in state.quantities.sums[number]:
                    # a zero that is shown stays what it is
                    if (
                        other not in found
                        and other in state.free
                        and (values[other] or state.hidden[other] or not state.quantities.shown[other])
                        and (hide or state.hidden[other] or not state.quantities.shown[other])
                    ):
                        found[other] = None
                        reached.append(other)
        frontier = reached
    return list(found)


def _move(state: Suppression, region: Sequence[int], place: int, change: int) -> NDArray[np.int64] | None:
    """Return the cheapest change of the quantities of a region that changes one by `change`, None without one."""
    import numpy as np
    from scipy import sparse
    from scipy.optimize import Bounds, LinearConstraint, milp

    column = {one: number for number, one in enumerate(region)}
    rows, columns, factors = list[int](), list[int](), list[int]()
    numbers = dict.fromkeys(number for one in region for number in state.sums_of[one])
    for row, number in enumerate(numbers):
        for one, factor in state.quantities.sums[number].items():
            if one in column:
                rows.append(row)
                columns.append(column[one])
                factors.append(factor)
    count = len(region)
    half = sparse.csc_array((factors, (rows, columns)), shape=(len(numbers), count))
    both = sparse.hstack([half, -half], format="csc")
    limits = np.array([state.bounds(one) for one in region], dtype=float)
    upper = np.concatenate([np.maximum(limits[:, 1], 0), np.maximum(-limits[:, 0], 0)])
    lower = np.zeros(2 * count)
    target = column[place] + (0 if change > 0 else count)
    lower[target] = upper[target] = abs(change)
    upper[column[place] + (count if change > 0 else 0)] = 0
    cost = np.tile([state.cost(one) for one in region], 2)
    for whole in (0, 1):
        found = milp(
            cost,
            integrality=np.full(2 * count, whole),
            bounds=Bounds(lower, upper),
            constraints=LinearConstraint(both, 0, 0),
        )
        if found.x is None:
            return None
        move = found.x[:count] - found.x[count:]
        rounded = np.rint(move).astype(np.int64)
        if np.abs(move - rounded).max() < 1e-6 and not (half @ rounded).any():
            return rounded
    return None


def _accept(state: Suppression, region: Sequence[int], move: NDArray[np.int64]) -> list[int]:
    added = []
    for place, change in zip(region, move.tolist(), strict=True):
        if not change:
            continue
        value = state.quantities.values[place]
        state.lowest[place] = min(state.lowest[place], value + change)
        state.highest[place] = max(state.highest[place], value + change)
        if state.quantities.shown[place] and not state.hidden[place]:
            state.hidden[place] = True
            added.append(place)
    return added
