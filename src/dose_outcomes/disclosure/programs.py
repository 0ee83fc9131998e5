"""Linear programs over counts that move together, kept warm: from one to the next only bounds and costs change.

A move changes counts so that every sum keeps. Each count has columns, the amounts by which it rises or falls; what a
column may hold and what it costs is set before each program.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

FAR = 10.0
"""No count is moved farther: enough to open it, and nothing that lies between two counts far apart is in the way."""

AROUND = (120, 400, 1500, 100_000)
"""How many counts around one may move with it or be hidden for it; more where these are not enough."""


class Program:
    """The moves of some counts.

    Parameters
    ----------
    sums : sequence of mapping of int to int
        Count: coefficient; what is not among the counts does not move.
    places : sequence of int
        The counts.
    columns : sequence of int
        Number among the counts of what each column moves; a count may have several.
    signs : array of float
        Of each column 1, where the count rises by what it holds, or -1.
    """

    def __init__(
        self, sums: Sequence[Mapping[int, int]], places: Sequence[int], columns: Sequence[int], signs: ArrayLike
    ) -> None:
        import highspy
        import numpy as np
        from scipy import sparse

        own = {place: number for number, place in enumerate(places)}
        entries = [
            (row, number, factor)
            for row, terms in enumerate(sums)
            for place, factor in terms.items()
            if (number := own.get(place)) is not None
        ]
        rows, numbers, factors = zip(*entries, strict=True) if entries else ((), (), ())
        of_places = sparse.csc_array((factors, (rows, numbers)), shape=(len(sums), len(places)), dtype=float)
        of_columns = of_places[:, list(columns)] * np.asarray(signs, dtype=float)
        matrix = sparse.csc_array(of_columns)
        count = len(columns)
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = count, len(sums)
        program.col_cost_ = program.col_lower_ = program.col_upper_ = np.zeros(count)
        program.row_lower_ = program.row_upper_ = np.zeros(len(sums))
        program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        program.a_matrix_.start_, program.a_matrix_.index_ = matrix.indptr, matrix.indices
        program.a_matrix_.value_ = matrix.data
        self._solver = highspy.Highs()
        self._solver.silent()
        for option, value in (("threads", 1), ("presolve", "off"), ("solver", "simplex")):
            self._solver.setOptionValue(option, value)
        self._solver.passModel(program)
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

    def solve(self) -> NDArray[np.float64] | None:
        """Return what the columns hold in the cheapest move; None where there is none."""
        import numpy as np

        self._solver.run()
        if self._solver.getModelStatus() != self._optimal:
            return None
        return np.array(self._solver.getSolution().col_value)
