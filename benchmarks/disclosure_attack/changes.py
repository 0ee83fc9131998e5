"""Byte test: does the release change when hidden counts change within what their marks say?

An integer program finds the nearest other table of counts with the same numbers shown, in which a hidden count differs
by one and every count, every room between two and everything between two days keeps its class: none, small, enough,
enough to be divided. Where there is none, any table is taken that fits what is shown. Everything is computed and
released again from it. A byte that differs tells somebody who runs the same release on both which of them is true.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.disclosure_attack.attack import questions
from benchmarks.disclosure_attack.cohorts import Cohort
from benchmarks.disclosure_attack.identities import DAYS
from benchmarks.disclosure_attack.names import Name
from benchmarks.disclosure_attack.reading import Reading
from benchmarks.disclosure_attack.released import release, results_of
from benchmarks.disclosure_attack.system import NO_LIMIT
from dose_outcomes.disclosure.splits import LEAST_SPLIT
from dose_outcomes.results import CURVE_KEY, KEY_COLUMNS

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

_KEYS = {"estimates.csv": KEY_COLUMNS, "curves.csv": (*CURVE_KEY, "day"), "attrition.csv": ("flow", "step", "reason")}
#: No count changes by more.
_FAR = 8
_SECONDS = 5.0
Sum = tuple[dict[int, float], float, float]


@dataclass(frozen=True)
class Change:
    """A change that was tried."""

    target: Name
    changed: int
    """Counts that differ from the true ones, sums included."""
    same_classes: bool
    """Whether each count is none, small or enough as before."""
    differing: tuple[str, ...]
    """Lines of the release that differ: file, key, columns; none when every byte stayed."""


class OtherTables:
    """The tables of counts that fit what is shown.

    Parameters
    ----------
    same_classes : bool
        Only those in which every count keeps its class.
    """

    def __init__(self, reading: Reading, *, same_classes: bool) -> None:
        self._system, self._names = reading.system, list(reading.system.places)
        self._minimum = reading.minimum_count
        truth = np.array([reading.truth[name] for name in self._names], dtype=float)
        low, high = np.array(self._system.low), np.array(self._system.high)
        self._free = np.flatnonzero(high - low > 0.5)
        sums = list(self._system.sums)
        if same_classes:
            classes = np.array([self._class_of(value) for value in truth])
            low, high = np.maximum(low, classes[:, 0]), np.minimum(high, classes[:, 1])
            sums = [*(self._of_class(one, truth) for one in sums), *self._between_days(truth)]
        self._matrix, limits = self._cut(sums, truth)
        self._limits = np.minimum(limits[:, 0], 0.0), np.maximum(limits[:, 1], 0.0)
        self._truth = truth[self._free]
        self._room = np.concatenate([high[self._free] - self._truth, self._truth - low[self._free]])

    def _class_of(self, value: float) -> tuple[float, float]:
        ends = (0, 1, self._minimum, LEAST_SPLIT * self._minimum, NO_LIMIT)
        number = int(np.searchsorted(ends, round(value), side="right")) - 1
        return ends[number], ends[number + 1] - 1

    def _of_class(self, one: Sum, truth: NDArray[np.float64]) -> Sum:
        terms, low, high = one
        if low != 0.0 or high < NO_LIMIT:
            return one
        # one count is part of another: what lies between them
        return terms, *self._class_of(sum(factor * truth[place] for place, factor in terms.items()))

    def _between_days(self, truth: NDArray[np.float64]) -> Iterator[Sum]:
        courses: dict[Name, list[tuple[int, int]]] = defaultdict(list)
        for name, place in self._system.places.items():
            if name.what in DAYS and name.day is not None:
                courses[name._replace(day=None)].append((name.day, place))
        for days in courses.values():
            for (_, early), (_, late) in combinations(sorted(days), 2):
                yield {late: 1.0, early: -1.0}, *self._class_of(truth[late] - truth[early])

    def _cut(self, sums: list[Sum], truth: NDArray[np.float64]) -> tuple[csr_array, NDArray[np.float64]]:
        """Return the sums of what may change, and by how much each sum may."""
        from scipy.sparse import csr_array

        rows = np.repeat(np.arange(len(sums)), [len(terms) for terms, _, _ in sums])
        columns = np.concatenate([list(terms) for terms, _, _ in sums])
        factors = np.concatenate([list(terms.values()) for terms, _, _ in sums])
        matrix = csr_array((factors, (rows, columns)), shape=(len(sums), len(truth)))
        limits = np.array([(low, high) for _, low, high in sums]) - (matrix @ truth)[:, None]
        cut = csr_array(matrix[:, self._free])
        kept = np.diff(cut.indptr) > 0
        return csr_array(cut[kept]), limits[kept]

    def near(self, target: Name, generator: np.random.Generator) -> dict[Name, int]:
        """Return the counts that differ in the nearest table in which a count differs; none where there is none.

        Parameters
        ----------
        target : Name
            One more or one less of it, at random, then the other.
        """
        ways = generator.permutation([1, -1]).tolist()
        return next((found for way in ways if (found := self.with_change(target, way, generator))), {})

    def with_change(
        self, target: Name, change: int, generator: np.random.Generator, *, exactly: bool = False
    ) -> dict[Name, int]:
        """Return the counts that differ in the nearest table in which a count is larger or smaller by so much.

        Parameters
        ----------
        exactly : bool
            Or by more, where not.
        """
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import hstack

        count = len(self._free)
        own = int(np.flatnonzero(self._free == self._system.places[target])[0])
        column, other = (own, own + count) if change > 0 else (own + count, own)
        low, high = np.zeros(2 * count), np.minimum(self._room, _FAR)
        if high[column] < abs(change):
            return {}
        low[column], high[other] = abs(change), 0
        if exactly:
            high[column] = abs(change)
        found = milp(
            np.tile(generator.uniform(0.5, 1.5, count), 2),
            integrality=np.ones(2 * count),
            bounds=Bounds(low, high),
            constraints=LinearConstraint(hstack([self._matrix, -self._matrix]).tocsc(), *self._limits),
            options={"time_limit": _SECONDS},
        )
        if found.x is None:
            return {}
        moves = np.rint(found.x[:count] - found.x[count:]).astype(int)
        return {
            self._names[self._free[number]]: int(self._truth[number]) + int(moves[number])
            for number in moves.nonzero()[0].tolist()
        }


def emptied(cohort: Cohort, other: Cohort) -> bool:
    """Tell whether a cell has no patients any more: its events could not be."""
    return any(n == 0 and cohort.cells[name] for name, n in other.cells.items() if name.what == "analysed")


def changed_cohort(cohort: Cohort, other: Mapping[Name, int]) -> Cohort:
    """Return the cohort with other inner cells and exclusions."""
    cells = {name: other.get(name, number) for name, number in cohort.cells.items()}
    flows = {
        flow: {reason: other.get(Name("excluded", f"{flow}|{reason}"), n) for reason, n in reasons.items()}
        for flow, reasons in cohort.flows.items()
    }
    return replace(cohort, cells=cells, flows=flows)


def changes(
    reading: Reading, files: Mapping[str, str], cohort: Cohort, *, tries: int, seed: int
) -> Iterator[Change | None]:
    """Try changes of hidden counts chosen at random; yield None where a count has no other value.

    Parameters
    ----------
    reading : Reading
        What the release tells, with the marks as they are meant.
    files : mapping of str to str
        The release of the true counts.
    tries : int
        How many hidden counts are changed, each with others that it depends on.
    """
    generator = np.random.default_rng(seed)
    wanted = [name for name in questions(reading) if not reading.system.is_fixed(reading.system.places[name])]
    tables = {same: OtherTables(reading, same_classes=same) for same in ((True, False) if tries else ())}
    for number in generator.permutation(len(wanted))[:tries]:
        for same_classes, of_kind in tables.items():
            other = of_kind.near(wanted[number], generator)
            changed = changed_cohort(cohort, other)
            if other and not emptied(cohort, changed):
                lines = tuple(differing(files, release(results_of(changed), changed)))
                yield Change(wanted[number], len(other), same_classes, lines)
                break
        else:
            yield None


def differing(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines that differ: file, key of the row, columns; never a number."""
    import csv
    import io

    for name, text in before.items():
        if text == after[name]:
            continue
        keys = _KEYS.get(name)
        if keys is None:
            yield name
            continue
        rows, others = (
            {tuple(row[key] for key in keys): row for row in csv.DictReader(io.StringIO(one))}
            for one in (text, after[name])
        )
        for key in dict.fromkeys([*rows, *others]):
            words = " ".join(filter(None, key))
            if key not in rows or key not in others:
                yield f"{name}: {words}: row {'gone' if key in rows else 'new'}"
            elif rows[key] != others[key]:
                columns = [column for column, value in rows[key].items() if value != others[key][column]]
                yield f"{name}: {words}: {', '.join(columns)}"
