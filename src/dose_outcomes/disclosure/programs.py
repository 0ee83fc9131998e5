"""Linear programs over counts that move together, kept warm: from one to the next only bounds and costs change.

A move changes counts so that every sum keeps. Each count has columns, the amounts by which it rises or falls; what a
column may hold and what it costs is set before each program.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dose_outcomes.disclosure.sums import Sums

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

FAR = 4.0
"""No count is moved farther: enough to open it, and nothing that lies between two counts far apart is in the way."""

AROUND = (300, 900)
"""How many counts around one may move with it or be hidden for it; more where these are not enough."""


class Program:
    """The moves of some counts, column by column.

    Parameters
    ----------
    sums : Sums
        A count that is not among those of the columns does not move.
    places : sequence of int
        The count that each column moves; a count may have several.
    signs : array of float
        Of each column 1, where the count rises by what it holds, or -1.
    """

    def __init__(self, sums: Sums, places: Sequence[int], signs: ArrayLike) -> None:
        import highspy
        import numpy as np

        rows, begins, numbers, factors = sums.columns(places)
        columns = len(places)
        nothing, no_rows = np.zeros(columns), np.zeros(rows)
        self._solver = highspy.Highs()
        self._solver.silent()
        for option, value in (("threads", 1), ("presolve", "off"), ("solver", "simplex")):
            self._solver.setOptionValue(option, value)
        by_column, minimise, offset = 1, 1, 0.0
        self._solver.passModel(
            columns,
            rows,
            len(factors),
            by_column,
            minimise,
            offset,
            nothing,
            nothing,
            nothing,
            no_rows,
            no_rows,
            begins.astype(np.int32),
            numbers.astype(np.int32),
            factors * np.repeat(np.asarray(signs, dtype=float), np.diff(begins)),
            np.zeros(columns, dtype=np.int32),
        )
        self._optimal = highspy.HighsModelStatus.kOptimal

    def bound(self, numbers: ArrayLike, lower: ArrayLike, upper: ArrayLike) -> None:
        """Set what columns may hold."""
        import numpy as np

        own = np.asarray(numbers, dtype=np.int32)
        self._solver.changeColsBounds(len(own), own, np.asarray(lower, dtype=float), np.asarray(upper, dtype=float))

    def price(self, numbers: ArrayLike, costs: ArrayLike) -> None:
        """Set what columns cost."""
        import numpy as np

        own = np.asarray(numbers, dtype=np.int32)
        self._solver.changeColsCost(len(own), own, np.asarray(costs, dtype=float))

    def forget(self) -> None:
        """Begin with no move, not with the one found last."""
        self._solver.clearSolver()

    def solve(self, limit: float = float("inf")) -> NDArray[np.float64] | None:
        """Return what the columns hold in the cheapest move; None where there is none.

        Parameters
        ----------
        limit : float, optional
            A move that costs more is of no use: the search for it may end early, with None.
        """
        import numpy as np

        self._solver.setOptionValue("objective_bound", limit)
        self._solver.run()
        if self._solver.getModelStatus() != self._optimal:
            return None
        return np.array(self._solver.getSolution().col_value)


def rises_and_falls(sums: Sums, places: Sequence[int], more: Sequence[int] = ()) -> Program:
    """Return a program with a column for the rise of each count, then one for the fall of each, then more for rises.

    With one column for both, a program would begin with all counts at one of their bounds, not with no move.
    """
    import numpy as np

    count = len(places)
    return Program(sums, [*places, *places, *more], np.repeat((1.0, -1.0, 1.0), (count, count, len(more))))


class Moves:
    """The moves of some counts within bounds.

    Parameters
    ----------
    sums, places
        As `Program`.
    lower, upper : array of float
        By how much each count may change: none, or less, and none, or more.
    """

    def __init__(
        self, sums: Sums, places: Sequence[int], lower: NDArray[np.float64], upper: NDArray[np.float64]
    ) -> None:
        import numpy as np

        self._count = len(places)
        self._program = rises_and_falls(sums, places)
        every = np.arange(2 * self._count)
        self._program.bound(every, np.zeros(len(every)), np.concatenate([np.maximum(upper, 0), np.maximum(-lower, 0)]))

    def price(self, numbers: Sequence[int], costs: ArrayLike) -> None:
        """Set what it costs that counts rise; a fall costs the opposite."""
        import numpy as np

        own, prices = np.asarray(numbers), np.asarray(costs, dtype=float)
        self._program.price(np.concatenate([own, own + self._count]), np.concatenate([prices, -prices]))

    def solve(self) -> NDArray[np.float64] | None:
        """Return by how much each count changes in the cheapest move; None where there is none."""
        found = self._program.solve()
        return None if found is None else found[: self._count] - found[self._count :]
