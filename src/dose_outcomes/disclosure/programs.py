"""Linear programs over counts that move together, kept warm: from one to the next only bounds and costs change.

A move changes counts so that every sum keeps. Each count has columns, the amounts by which it rises or falls; what a
column may hold and what it costs is set before each program.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RISE, FALL = 1, -1
FAR = 10.0
"""No count is moved farther: enough to open it, and nothing that lies between two counts far apart is in the way."""


class Program:
    """The moves of some counts.

    Parameters
    ----------
    sums : iterable of mapping of int to int
        Count: coefficient; what is no column does not move.
    columns : sequence of (int, int)
        Count, and `RISE` or `FALL`; a count may have several.
    """

    def __init__(self, sums: Iterable[Mapping[int, int]], columns: Sequence[tuple[int, int]]) -> None:
        import highspy
        import numpy as np

        of_place: dict[int, list[int]] = defaultdict(list)
        for number, (place, _) in enumerate(columns):
            of_place[place].append(number)
        starts, index, factors = [0], list[int](), list[int]()
        for terms in sums:
            for place, factor in terms.items():
                for number in of_place.get(place, ()):
                    index.append(number)
                    factors.append(factor * columns[number][1])
            if len(index) > starts[-1]:
                starts.append(len(index))
        count, rows = len(columns), len(starts) - 1
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = count, rows
        program.col_cost_ = program.col_lower_ = program.col_upper_ = np.zeros(count)
        program.row_lower_ = program.row_upper_ = np.zeros(rows)
        matrix = program.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        matrix.start_, matrix.index_, matrix.value_ = starts, index, np.array(factors, dtype=float)
        self._solver = highspy.Highs()
        self._optimal = highspy.HighsModelStatus.kOptimal
        self._solver.silent()
        for option, value in (("threads", 1), ("presolve", "off"), ("solver", "simplex")):
            self._solver.setOptionValue(option, value)
        self._solver.passModel(program)
        self.columns = columns
        self.of_place: Mapping[int, Sequence[int]] = of_place

    def bound(self, numbers: Sequence[int], lower: Sequence[float], upper: Sequence[float]) -> None:
        """Set what columns may hold."""
        import numpy as np

        own = np.array(numbers, dtype=np.int32)
        self._solver.changeColsBounds(len(own), own, np.array(lower, dtype=float), np.array(upper, dtype=float))

    def price(self, numbers: Sequence[int], costs: Sequence[float] | NDArray[np.float64]) -> None:
        """Set what columns cost."""
        import numpy as np

        own = np.array(numbers, dtype=np.int32)
        self._solver.changeColsCost(len(own), own, np.array(costs, dtype=float))

    def solve(self) -> NDArray[np.float64] | None:
        """Return what the columns hold in the cheapest move; None where there is none."""
        import numpy as np

        self._solver.run()
        if self._solver.getModelStatus() != self._optimal:
            return None
        return np.array(self._solver.getSolution().col_value)
