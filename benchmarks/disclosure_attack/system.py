"""All that an attacker knows, as one system of linear equations and inequalities, and what it leaves open.

Counts that are shown are constants; an equation with one unknown left gives it. The rest falls into blocks that
share no unknown. In a block each solution of a linear program is a table of counts that fits; all tables between two
that fit do so too. A count is asked for by two programs of its own only where no table found before leaves it open.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.disclosure_attack.names import Name

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray
    from scipy.sparse import csc_array

NO_LIMIT = 1e5
_NEAR = 1e-6
VALUES_LEFT = 3
#: Programs that push many counts at once before each is asked for alone.
_PUSHES = 6


class ContradictionError(Exception):
    """What is shown cannot be: the attacker has misread something."""


@dataclass
class System:
    """Unknowns with their limits, and sums with theirs."""

    places: dict[Name, int] = field(default_factory=dict)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    sums: list[tuple[dict[int, float], float, float]] = field(default_factory=list)

    def place(self, name: Name) -> int:
        """Return the number of a count."""
        found = self.places.get(name)
        if found is None:
            found = self.places[name] = len(self.low)
            self.low.append(0.0)
            self.high.append(NO_LIMIT)
        return found

    def limit(self, name: Name, low: float, high: float = NO_LIMIT) -> None:
        """Note a range."""
        place = self.place(name)
        self.low[place], self.high[place] = max(self.low[place], low), min(self.high[place], high)

    def note(self, terms: Mapping[Name, float], low: float = 0.0, high: float = 0.0) -> None:
        """Note that a weighted sum lies between two numbers."""
        self.sums.append(({self.place(name): factor for name, factor in terms.items() if factor}, low, high))

    def add_up(self, whole: Name, parts: Iterable[Name]) -> None:
        """Note that parts add up to a whole."""
        terms = dict.fromkeys(parts, 1.0)
        terms[whole] = terms.get(whole, 0.0) - 1.0
        self.note(terms)

    def at_most(self, small: Name, large: Name) -> None:
        """Note that a count is part of another."""
        if small != large:
            self.note({large: 1.0, small: -1.0}, 0.0, math.inf)

    def is_fixed(self, place: int) -> bool:
        """Tell whether a count is known."""
        return self.high[place] - self.low[place] < _NEAR

    def broken(self, truth: NDArray[np.float64]) -> list[str]:
        """Return what the true counts contradict: mistakes of the attacker."""
        names = list(self.places)
        found = [
            f"{names[place]}: {truth[place]:g} is not in {self.low[place]:g} to {self.high[place]:g}"
            for place in range(len(names))
            if not self.low[place] - _NEAR <= truth[place] <= self.high[place] + _NEAR
        ]
        for terms, low, high in self.sums:
            value = sum(factor * truth[place] for place, factor in terms.items())
            scale = 1e-6 * max(1.0, *(abs(factor * truth[place]) for place, factor in terms.items()))
            if not low - scale <= value <= high + scale:
                found.append(f"{ {names[place]: factor for place, factor in terms.items()} } is {value:g}")
        return found

    def tighten(self) -> None:
        """Work out what follows from a single sum, until nothing more follows."""
        sums_of: dict[int, list[int]] = {}
        for number, (terms, _, _) in enumerate(self.sums):
            for place in terms:
                sums_of.setdefault(place, []).append(number)
        waiting = dict.fromkeys(range(len(self.sums)))
        while waiting:
            number = next(iter(waiting))
            del waiting[number]
            terms, low, high = self.sums[number]
            for place in self._tightened(terms, low, high):
                waiting.update(dict.fromkeys(sums_of[place]))

    def _tightened(self, terms: dict[int, float], low: float, high: float) -> list[int]:
        least = {p: f * (self.low[p] if f > 0 else self.high[p]) for p, f in terms.items()}
        most = {p: f * (self.high[p] if f > 0 else self.low[p]) for p, f in terms.items()}
        all_least, all_most = sum(least.values()), sum(most.values())
        changed = []
        for place, factor in terms.items():
            ends = ((low - all_most + most[place]) / factor, (high - all_least + least[place]) / factor)
            lower, upper = min(ends), max(ends)
            whole_low, whole_high = math.ceil(lower - 1e-5) if lower > -1e12 else lower, upper
            whole_high = math.floor(upper + 1e-5) if upper < 1e12 else upper
            was_fixed = self.is_fixed(place)
            if whole_low > self.low[place] + 0.5 or whole_high < self.high[place] - 0.5:
                # only full knowledge, and steps that end: a range that shrinks by one at a time is left to the programs
                new_low, new_high = max(self.low[place], whole_low), min(self.high[place], whole_high)
                if new_low > new_high:
                    raise ContradictionError(f"{list(self.places)[place]}: at least {new_low}, at most {new_high}")
                worth = new_high == new_low or self.high[place] - new_high > 2 or new_low - self.low[place] > 2
                if worth and not was_fixed:
                    self.low[place], self.high[place] = float(new_low), float(new_high)
                    changed.append(place)
        return changed

    def blocks(self) -> list[Block]:
        """Return the unknowns that are left, by block."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        free = [place for place in range(len(self.low)) if not self.is_fixed(place)]
        column = {place: number for number, place in enumerate(free)}
        kept, rows, columns, factors = [], [], [], []
        for terms, low, high in self.sums:
            own = {place: factor for place, factor in terms.items() if place in column}
            if not own:
                continue
            known = sum(factor * self.low[place] for place, factor in terms.items() if place not in column)
            for place, factor in own.items():
                rows.append(len(kept))
                columns.append(column[place])
                factors.append(factor)
            kept.append((low - known, high - known))
        shape = (len(kept), len(free))
        matrix = coo_array((factors, (rows, columns)), shape=shape).tocsr()
        _, label = connected_components(abs(matrix).T @ abs(matrix), directed=False)
        limits = np.array(kept, dtype=float).reshape(-1, 2)
        first = matrix.indices[matrix.indptr[:-1]] if len(kept) else np.array([], dtype=int)
        found = []
        for number in range(label.max(initial=-1) + 1):
            own_columns = np.flatnonzero(label == number)
            own_rows = np.flatnonzero(label[first] == number) if len(kept) else first
            found.append(
                Block(
                    [free[one] for one in own_columns],
                    matrix[own_rows][:, own_columns].tocsc(),
                    limits[own_rows],
                    np.array([self.low[free[one]] for one in own_columns]),
                    np.array([self.high[free[one]] for one in own_columns]),
                )
            )
        return found


@dataclass
class Block:
    """Unknowns that depend on each other, and no others."""

    places: list[int]
    matrix: csc_array
    limits: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    def solve(
        self,
        goal: NDArray[np.float64],
        *,
        low: NDArray[np.float64] | None = None,
        high: NDArray[np.float64] | None = None,
        whole: bool = False,
    ) -> NDArray[np.float64] | None:
        """Return the table of counts that fits and makes a weighted sum smallest; None without one."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        constraints = LinearConstraint(self.matrix, self.limits[:, 0], self.limits[:, 1]) if len(self.limits) else ()
        found = milp(
            goal,
            integrality=np.full(len(goal), int(whole)),
            bounds=Bounds(self.low if low is None else low, self.high if high is None else high),
            constraints=constraints,
            options={"time_limit": 5.0} if whole else {},
        )
        return None if found.x is None else np.asarray(found.x)

    def ranges(
        self, asked: NDArray[np.intp], truth: NDArray[np.float64], generator: Generator
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return ranges within which each unknown is open; for those asked, exact where they hold few values.

        Parameters
        ----------
        asked : array of int
            Numbers of unknowns of the block.
        truth : array of float
            A table that fits.
        """
        lowest, highest = truth.copy(), truth.copy()
        if len(self.limits) == 0:
            return self.low.copy(), self.high.copy()
        programs = self._programs()

        def take(table: NDArray[np.float64] | None) -> None:
            if table is None:
                raise ContradictionError("the released numbers contradict each other")
            np.minimum(lowest, table, out=lowest)
            np.maximum(highest, table, out=highest)

        def narrow() -> NDArray[np.intp]:
            return np.array([one for one in asked if values(lowest[one], highest[one]) < VALUES_LEFT], dtype=np.intp)

        for push in range(_PUSHES):
            left = narrow()
            if len(left) <= 2:
                break
            goal = np.zeros(len(truth))
            signs = generator.choice([-1.0, 1.0], len(left)) if push > 1 else np.full(len(left), 1.0 - 2.0 * push)
            goal[left] = signs * generator.uniform(0.5, 1.5, len(left))
            take(programs(goal))
        for one in narrow():
            for sign in (1.0, -1.0):
                if values(lowest[one], highest[one]) >= VALUES_LEFT:
                    break
                goal = np.zeros(len(truth))
                goal[one] = sign
                take(programs(goal))
        return lowest, highest

    def _programs(self) -> Callable[[NDArray[np.float64]], NDArray[np.float64] | None]:
        """Return what solves one program after the other, each from where the one before ended."""
        import highspy

        count, rows = len(self.low), len(self.limits)
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = count, rows
        program.col_cost_, program.col_lower_, program.col_upper_ = np.zeros(count), self.low, self.high
        program.row_lower_, program.row_upper_ = self.limits[:, 0], self.limits[:, 1]
        matrix = program.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kColwise
        matrix.start_, matrix.index_, matrix.value_ = self.matrix.indptr, self.matrix.indices, self.matrix.data
        solver = highspy.Highs()
        solver.silent()
        solver.setOptionValue("presolve", "off")
        solver.passModel(program)
        every = np.arange(count, dtype=np.int32)

        def solve(goal: NDArray[np.float64]) -> NDArray[np.float64] | None:
            solver.changeColsCost(count, every, goal)
            solver.run()
            if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                return None
            return np.array(solver.getSolution().col_value)

        return solve


def values(low: float, high: float) -> int:
    """Return how many whole numbers a range holds."""
    return math.floor(min(high, NO_LIMIT) + _NEAR) - math.ceil(low - _NEAR) + 1
