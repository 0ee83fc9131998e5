"""The state of the search for what to hide: what is hidden, and what an attacker then knows of each count.

An attacker knows every sum that holds and every count that is shown; that a count marked as small lies between 1 and
k - 1; that one hidden to protect another is at least 1; and of a part of a count that is not divided nothing. A zero
is never hidden: it has no range of its own and is a result.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import isnan
from typing import TYPE_CHECKING

from dose_outcomes.disclosure.programs import FAR
from dose_outcomes.disclosure.quantities import AT_RISK, ROOM, SINCE, Cell, Quantities
from dose_outcomes.disclosure.sums import Sums
from dose_outcomes.disclosure.wording import is_small
from dose_outcomes.results import ALL

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

VALUES_KEPT = 3
"""How many values each hidden count must still be able to have."""
#: Hidden already: a little, so that moves are short.
_HIDDEN_COST = 1e-3
#: Hiding a number of patients hides every row about them; a total is what most readers look for.
_COST_OF_PATIENTS = 30.0
_COST_OF_TOTAL = 20.0
#: Of the parts of a whole and the whole, a part goes.
_COST_OF_WHOLE = 1.5
_NEAR = 1e-6
_TIE = 1e-6


@dataclass(slots=True)
class Suppression:
    """The state of the search: what is hidden, and the range that is known to be open for each count.

    Attributes
    ----------
    hidden : list of bool
        Whether each quantity is hidden.
    unlabelled : set of int
        Small counts that are not marked as small: three groups of at least one patient each whose total is known to
        be below five could only have one or two each.
    undivided : set of int
        Parts of a count of which no part is shown, and counts that no row tells of: each may be none.
    twins : dict of int to set of int
        Quantities that are one and the same, under several names.
    order : dict of int to int
        The place of each quantity in the order of their names: nothing depends on the order of rows.
    sums : Sums
        Those that are taken account of.
    lowest, highest : array of float
        By how much each quantity falls and rises in the moves found so far that an attacker cannot tell.
    """

    quantities: Quantities
    minimum_count: int
    hidden: list[bool] = field(init=False)
    lowest: NDArray[np.float64] = field(init=False)
    highest: NDArray[np.float64] = field(init=False)
    sums: Sums = field(init=False)
    twins: dict[int, set[int]] = field(init=False)
    unlabelled: set[int] = field(default_factory=set)
    undivided: set[int] = field(default_factory=set)
    order: dict[int, int] = field(init=False)
    _all: Sums = field(init=False)
    _small: NDArray[np.bool_] = field(init=False)
    _needed: NDArray[np.int64] = field(init=False)
    _lower: NDArray[np.float64] = field(init=False)
    _upper: NDArray[np.float64] = field(init=False)
    _costs: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        import numpy as np

        values, names = self.quantities.values, self.quantities.names
        every = range(len(values))
        small = [
            is_small(value, self.minimum_count) and not name.what.startswith(ROOM)
            for name, value in zip(names, values, strict=True)
        ]
        self._small = np.array(small, dtype=bool)
        by_name = sorted(every, key=lambda place: tuple(map(str, names[place])))
        self.order = {place: number for number, place in enumerate(by_name)}
        self.hidden = [
            shown and is_small(value, self.minimum_count)
            for shown, value in zip(self.quantities.shown, values, strict=True)
        ]
        self.twins = self.quantities.twins()
        self._needed = np.array([self._needed_of(place) for place in every], dtype=np.int64)
        bounds = np.array([self._bounds_of(place) for place in every], dtype=float).reshape(-1, 2)
        self._lower, self._upper = bounds[:, 0].copy(), bounds[:, 1].copy()
        self.forget()
        self._all = Sums.of(self.quantities.sums, len(values))
        self.consider(set(every))

    def forget(self) -> None:
        """Forget which counts were found to be open."""
        import numpy as np

        self.lowest, self.highest = np.zeros(len(self.hidden)), np.zeros(len(self.hidden))

    def consider(self, places: set[int]) -> None:
        """Take account of the sums of some quantities alone."""
        values, names, far = self.quantities.values, self.quantities.names, 2 * FAR
        # what lies between two counts does not limit moves that are shorter
        left_out = [
            place
            for place in range(len(values))
            if place not in places or (values[place] >= far and names[place].what.startswith((ROOM, SINCE)))
        ]
        self._take_account(self._all.without(self._all.joining(left_out)))

    def leave_out(self, numbers: Iterable[int]) -> None:
        """Take no account of some sums."""
        self._take_account(self.sums.without(numbers))

    def _take_account(self, sums: Sums) -> None:
        import numpy as np

        self.sums = sums
        self._costs = np.full(len(self.hidden), np.nan)

    def hide(self, place: int) -> None:
        """Hide a count that is shown; it must then be open in its turn."""
        self._set_hidden(place, hidden=True)

    def show(self, place: int) -> None:
        """Show a count after all."""
        self._set_hidden(place, hidden=False)

    def _set_hidden(self, place: int, *, hidden: bool) -> None:
        self.hidden[place] = hidden
        self._needed[place] = self._needed_of(place)
        self._costs[place] = float("nan")

    def unmark(self, place: int) -> None:
        """Do not tell of a count, nor of its equals and those without the event, whether it is small."""
        for one in (place, *self.quantities.pairs.get(place, ())):
            for twin in (one, *self.twins.get(one, ())):
                self.unlabelled.add(twin)
                self._lower[twin], self._upper[twin] = self._bounds_of(twin)

    def leave_undivided(self, places: Iterable[int]) -> None:
        """Hide parts of counts that are not divided: each may be none."""
        for place in places:
            for one in (place, *self.twins.get(place, ())):
                self._set_hidden(one, hidden=self.quantities.shown[one])
                self.undivided.add(one)
                self.unmark(one)

    def leave_untold(self, places: Iterable[int]) -> None:
        """Note counts that no row tells of: each may be none."""
        for place in places:
            self.undivided.add(place)
            self._lower[place], self._upper[place] = self._bounds_of(place)

    def around(self, place: int, size: int, usable: NDArray[np.bool_]) -> list[int]:
        """Return the counts nearest to one, by the sums that join them, itself first; what is dear to hide is far.

        Parameters
        ----------
        usable : array of bool
            Of every count, whether it may be among them.
        """
        found: list[int] = self.sums.around(place, size, usable, self._steps).tolist()
        return found

    def _steps(self, places: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return how far counts are from those that a sum joins with them."""
        import numpy as np

        return 1 + np.rint(np.log10(1.0 + self.costs(places))).astype(np.intp)

    def small(self, place: int) -> bool:
        """Tell whether a count is one that must not be known."""
        return bool(self._small[place])

    def which_small(self, places: Sequence[int]) -> NDArray[np.bool_]:
        """Tell of each of some counts whether it must not be known."""
        import numpy as np

        found: NDArray[np.bool_] = self._small[np.asarray(places, dtype=np.intp)]
        return found

    def needed(self, place: int) -> int:
        """Return by how much the largest and the smallest open value of a count must differ, 0 for any."""
        return int(self._needed[place])

    def _needed_of(self, place: int) -> int:
        if self._small[place]:
            return min(VALUES_KEPT - 1, self.minimum_count - 2)
        if self.quantities.names[place].what.startswith(AT_RISK):
            return 0  # a sum of others, each of which must be open
        return VALUES_KEPT - 1 if self.hidden[place] and self.quantities.values[place] else 0

    def is_open(self, place: int) -> bool:
        """Tell whether enough values of a count are known to be possible."""
        return not self.narrow((place,))

    def narrow(self, places: Sequence[int]) -> list[int]:
        """Return which of some counts are not known to be open."""
        import numpy as np

        own = np.asarray(places, dtype=np.intp)
        open_values = np.floor(self.highest[own] + _NEAR) - np.ceil(self.lowest[own] - _NEAR)
        found: list[int] = own[open_values < self._needed[own]].tolist()
        return found

    def is_known(self, place: int) -> bool:
        """Tell whether a count is shown."""
        return self.quantities.shown[place] and not self.hidden[place]

    def cost(self, place: int) -> float:
        """Return what hiding a quantity costs the reader; it must not depend on counts, which would tell them."""
        if isnan(self._costs[place]):
            # of two that cost the same the first by name goes, whatever program decides
            known = self.is_known(place)
            self._costs[place] = self._cost(place) * (1.0 + _TIE * self.order[place]) if known else _HIDDEN_COST
        return float(self._costs[place])

    def which(self, places: Iterable[int]) -> NDArray[np.bool_]:
        """Return of every count whether it is one of some."""
        import numpy as np

        found = np.zeros(len(self.hidden), dtype=bool)
        found[list(places)] = True
        return found

    def costs(self, places: Sequence[int] | NDArray[np.intp]) -> NDArray[np.float64]:
        """Return what hiding each of some quantities costs."""
        import numpy as np

        own = np.asarray(places, dtype=np.intp)
        found: NDArray[np.float64] = self._costs[own]
        unknown = np.isnan(found)
        if unknown.any():
            found[unknown] = [self.cost(place) for place in own[unknown].tolist()]
        return found

    def _cost(self, place: int) -> float:
        name = self.quantities.names[place]
        cost = _COST_OF_TOTAL ** ((name.condition == ALL) + (name.dose == ALL))
        if self.sums.is_whole(place):
            cost *= _COST_OF_WHOLE
        whole = name.what.split(" (")[0]
        if whole in ("analysed", "assessable", "assessable observed", "assessable carried"):
            cost *= _COST_OF_PATIENTS
        return cost * self._patients_of(name)

    def _patients_of(self, name: Cell) -> int:
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

    def bounds(self, places: Sequence[int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return by how much counts may fall and rise without an attacker's noticing, if hidden; `FAR` at most."""
        import numpy as np

        own = np.asarray(places, dtype=np.intp)
        return self._lower[own], self._upper[own]

    def _bounds_of(self, place: int) -> tuple[float, float]:
        value = self.quantities.values[place]
        if place not in self.undivided and self._small[place] and place not in self.unlabelled:
            return max(1 - value, -FAR), min(self.minimum_count - 1 - value, FAR)
        untold = place in self.undivided or not (self.quantities.shown[place] or self._small[place])
        at_least = 0 if untold and place not in self.quantities.some else 1
        return max(at_least - value, -FAR), FAR
