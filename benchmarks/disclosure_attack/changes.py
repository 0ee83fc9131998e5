"""Byte test: does the release change when hidden counts change within what it leaves open?

An integer program finds another table of counts with the same numbers shown, the same zeros and true marks, in which
a hidden count differs. Everything is computed and released again from it. A byte that differs tells somebody who runs
the same release on both tables which of them is true.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.disclosure_attack.attack import questions
from benchmarks.disclosure_attack.cohorts import Cohort
from benchmarks.disclosure_attack.names import Name
from benchmarks.disclosure_attack.reading import Reading
from benchmarks.disclosure_attack.released import release, results_of
from dose_outcomes.results import CURVE_KEY, KEY_COLUMNS

_KEYS = {"estimates.csv": KEY_COLUMNS, "curves.csv": (*CURVE_KEY, "day"), "attrition.csv": ("flow", "step", "reason")}
#: Other tables are sought near the truth first, then up to twice each count and a little more.
_NEAR, _ROOM = 2, 10


@dataclass(frozen=True)
class Change:
    """A change that was tried."""

    target: Name
    changed: int
    """Counts that differ from the true ones, sums included."""
    differing: tuple[str, ...]
    """Lines of the release that differ: file, key, columns; none when every byte stayed."""


def other_cells(reading: Reading, cohort: Cohort, target: Name, generator: np.random.Generator) -> dict[Name, int]:
    """Return counts that differ from the true ones, a target among them; empty where there are none.

    Parameters
    ----------
    target : Name
        A hidden count; another value is sought below it or above it, at random, then on the other side.
    """
    system = reading.system
    names = list(system.places)
    place = system.places[target]
    block = next((one for one in system.blocks() if place in one.places), None)
    if block is None:
        return {}
    truth = np.array([reading.truth[names[one]] for one in block.places], dtype=float)
    own = block.places.index(place)
    goal = generator.normal(size=len(truth))
    near = np.maximum(block.low, truth - _NEAR), np.minimum(block.high, truth + _NEAR)
    wide = block.low, np.minimum(block.high, 2 * truth + _ROOM)
    for (lowest, highest), side in [(room, one) for room in (near, wide) for one in generator.permutation([-1, 1])]:
        low, high = lowest.copy(), highest.copy()
        if side < 0:
            high[own] = truth[own] - 1
        else:
            low[own] = truth[own] + 1
        if low[own] <= high[own]:
            found = block.solve(goal, low=low, high=high, whole=True)
            if found is not None:
                numbers = np.rint(found).astype(int).tolist()
                return {names[one]: n for one, n, v in zip(block.places, numbers, truth, strict=True) if n != v}
    return {}


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
    for number in generator.permutation(len(wanted))[:tries]:
        other = other_cells(reading, cohort, wanted[number], generator)
        if not other:
            yield None
            continue
        changed = changed_cohort(cohort, other)
        if any(n == 0 and cohort.cells[name] for name, n in changed.cells.items() if name.what == "analysed"):
            yield None  # a cell without patients: its events could not be
            continue
        yield Change(wanted[number], len(other), tuple(differing(files, release(results_of(changed), changed))))


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
