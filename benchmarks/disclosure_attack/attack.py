"""Narrows every hidden count of a release, and says which are left with too few values."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from benchmarks.disclosure_attack.cohorts import EFFECTS_LEFT_OUT, EXCLUSIONS, SET_ASIDE, Cohort
from benchmarks.disclosure_attack.comparisons import read_comparisons, work_out_sides
from benchmarks.disclosure_attack.identities import RESTS, true_counts, write_down_identities
from benchmarks.disclosure_attack.names import Name
from benchmarks.disclosure_attack.other_files import ask_for_steps, read_attrition, read_curves, read_quality
from benchmarks.disclosure_attack.reading import Asked, Reading, read_estimates
from benchmarks.disclosure_attack.released import Results
from benchmarks.disclosure_attack.system import VALUES_LEFT, ContradictionError, values

NOT_PROTECTED = "not assessable"


@dataclass(frozen=True)
class Leak:
    """A hidden count that was narrowed too far."""

    name: Name
    asked: Asked
    value: int
    low: float
    high: float

    def __str__(self) -> str:
        """Return where the count would stand, its value, and what is left of it."""
        where = ", ".join(str(part) for part in self.name if part not in ("", None))
        mark = f"{self.asked.key}; {self.asked.label or 'no mark'}"
        return f"{self.asked.kind} [{mark}] {where} is {self.value}: {self.low:g} to {self.high:g}"


@dataclass
class Attacked:
    """What the attacker found in one release."""

    hidden: Counter[str] = field(default_factory=Counter)
    """Kind: how many hidden counts."""
    narrowest: dict[str, int] = field(default_factory=dict)
    leaks: list[Leak] = field(default_factory=list)
    rows: Counter[str] = field(default_factory=Counter)
    """Analysis: rows."""
    released: Counter[str] = field(default_factory=Counter)


def reading_of(
    files: Mapping[str, str], results: Results, cohort: Cohort, *, strict: bool = True, tighten: bool = True
) -> Reading:
    """Return all that an attacker knows from a release; with what follows from single sums, unless told otherwise."""
    reading = Reading(cohort.study.disclosure.minimum_count, true_counts(cohort), strict)
    for name in reading.truth:
        reading.system.place(name)
    write_down_identities(reading.system, cohort)
    read_estimates(files["estimates.csv"], reading)
    read_comparisons(files["estimates.csv"], reading)
    read_curves(files["curves.csv"], reading)
    ask_for_steps(results.curves.to_dict("records"), reading)
    read_attrition(files["attrition.csv"], _flows(cohort), reading)
    read_quality(files["data_quality.json"], reading)
    _check(reading)
    if not tighten:
        return reading
    reading.system.tighten()
    work_out_sides(reading)
    _check(reading)
    reading.system.tighten()
    return reading


def _check(reading: Reading) -> None:
    """Refuse to go on when the true counts break what was written down: the attacker has misread something."""
    truth = np.array([reading.truth[name] for name in reading.system.places], dtype=float)
    wrong = reading.system.broken(truth)
    if wrong:
        raise ContradictionError(f"the attacker's sums do not hold: {len(wrong)}: {'; '.join(wrong[:5])}")


def _flows(cohort: Cohort) -> dict[str, str]:
    flows = {}
    for table, reasons in (("patients", EXCLUSIONS), ("side_effects", EFFECTS_LEFT_OUT)):
        flows |= {f"{table}|{one[0].upper() + one[1:]}": f"set aside: {table}" for one in SET_ASIDE[table]}
        flows |= {f"{table}|{one}": table for one in reasons}
    for flow, steps in cohort.flows.items():
        if flow.startswith("responder_rate"):
            flows |= {f"{flow}|{reason}": flow for reason in steps}
    return flows


def questions(reading: Reading) -> dict[Name, Asked]:
    """Return the counts that must stay open: those that a row hides, and small ones that somebody may work out.

    A count that another row shows, or that is the rest of two that are shown, is not hidden; a small one is not to be
    shown at all. How many of a group could not be assessed is no secret: the numbers of patients of two analyses are
    shown as they are.
    """
    wanted = {
        name: asked
        for name, asked in reading.asked.items()
        if reading.truth[name] and (not _is_shown(name, reading) or reading.is_small(name))
    }
    return wanted | {
        name: asked
        for name, asked in reading.small.items()
        if name not in wanted and reading.is_small(name) and name.what != NOT_PROTECTED
    }


def _is_shown(name: Name, reading: Reading) -> bool:
    whole_and_part = [name._replace(what=what, day=None) for what in RESTS.get(name.what, ())]
    return name in reading.shown or (bool(whole_and_part) and reading.shown.issuperset(whole_and_part))


def _possible(name: Name, reading: Reading) -> int:
    """Return how many values a count may have at most: of reasons why few could not be assessed each may be all."""
    flow, _, reason = name.part.partition("|")
    if reason and flow.startswith("responder_rate"):
        return reading.truth[Name(NOT_PROTECTED)] + 1
    return VALUES_LEFT


def narrowed(reading: Reading, wanted: Mapping[Name, Asked], seed: int) -> dict[Name, tuple[float, float]]:
    """Return the range of each count asked for."""
    system = reading.system
    names = list(system.places)
    truth = np.array([reading.truth[name] for name in names], dtype=float)
    generator = np.random.default_rng(seed)
    places = {system.places[name]: name for name in wanted}
    found = {name: (system.low[place], system.high[place]) for place, name in places.items()}
    for block in system.blocks():
        asked = np.array([i for i, place in enumerate(block.places) if place in places], dtype=np.intp)
        if len(asked):
            low, high = block.ranges(asked, truth[block.places], generator)
            for one in asked:
                found[places[block.places[one]]] = (float(low[one]), float(high[one]))
    return found


def attack(files: Mapping[str, str], results: Results, cohort: Cohort, *, strict: bool = True) -> Attacked:
    """Narrow every hidden count of a release.

    Parameters
    ----------
    files : mapping of str to str
        Name and text of each released file.
    results, cohort
        The truth: which counts are hidden, and whether one was narrowed too far.
    """
    reading = reading_of(files, results, cohort, strict=strict)
    wanted = questions(reading)
    found = Attacked()
    for name, (low, high) in narrowed(reading, wanted, seed=1).items():
        asked = wanted[name]
        left = values(low, high)
        found.hidden[asked.kind] += 1
        found.narrowest[asked.kind] = min(left, found.narrowest.get(asked.kind, left))
        if left < min(VALUES_LEFT, _possible(name, reading)):
            found.leaks.append(Leak(name, asked, reading.truth[name], low, high))
    for row in csv.DictReader(io.StringIO(files["estimates.csv"])):
        found.rows[row["analysis"]] += 1
        found.released[row["analysis"]] += row["suppressed"] == ""
    return found
