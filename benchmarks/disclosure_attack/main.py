"""Runs the attack over random cohorts and prints what it found."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from benchmarks.disclosure_attack.attack import Attacked, attack, reading_of
from benchmarks.disclosure_attack.changes import changes
from benchmarks.disclosure_attack.cohorts import SMALL_CONDITIONS, Cohort, random_cohort
from benchmarks.disclosure_attack.numbers import OTHERS, other_values
from benchmarks.disclosure_attack.pages import page_of, untold
from benchmarks.disclosure_attack.reading import Reading
from benchmarks.disclosure_attack.released import release, results_of
from benchmarks.disclosure_attack.why import why

COHORTS = 500
#: Besides those, cohorts of 6 to 13 conditions with few patients each.
OF_SMALL_CONDITIONS = 20
#: Least share of rows released, over all cohorts: of all, and of each analysis.
LEAST_SHARE_RELEASED = 0.35
LEAST_SHARE_OF_ANALYSIS = 0.15
#: Least share of hidden counts that were shown to have two other values with the same numbers: the search misses some.
LEAST_SHARE_WITH_OTHERS = 0.9
_SHOWN = 3
_KEPT, _TOLD = ", kept", ", told"


def arguments(given: Sequence[str]) -> argparse.Namespace:
    """Return the number of cohorts and the first seed; words that are no options are names of benchmarks."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks disclosure_attack")
    parser.add_argument("--cohorts", type=int, default=COHORTS)
    parser.add_argument("--small", type=int, default=OF_SMALL_CONDITIONS, help="cohorts of many small conditions")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--changes", type=int, default=3, help="hidden counts to change in a cohort")
    parser.add_argument("--changes-every", type=int, default=10, help="of so many cohorts one has counts changed")
    parser.add_argument("--pages-every", type=int, default=50, help="of so many cohorts one has its report read")
    parser.add_argument("--why", action="store_true", help="print what holds the first count found of each kind")
    return parser.parse_args([one for one in given if one.startswith("--")])


def shares(found: Iterable[Attacked]) -> dict[str, float]:
    """Return the share of rows released by analysis; ``all`` over all of them."""
    rows, released = Counter[str](), Counter[str]()
    for one in found:
        rows.update(one.rows)
        released.update(one.released)
    by_analysis = {name: released[name] / rows[name] for name in sorted(rows)}
    return {"all": released.total() / max(rows.total(), 1)} | by_analysis


def place_of(line: str) -> str:
    """Return file and analysis of a line of a release that differs."""
    file, _, rest = line.partition(": ")
    return f"{file} {rest.split(' ')[0]}" if file in ("estimates.csv", "curves.csv") else file


def table(found: Sequence[Attacked], plainly: Counter[str]) -> list[str]:
    """Return lines: of each kind of count how many were hidden, the narrowest, and those with too few values."""
    hidden, leaks, narrowest = Counter[str](), Counter[str](), dict[str, int]()
    for one in found:
        hidden.update(one.hidden)
        leaks.update(leak.asked.kind for leak in one.leaks)
        for kind, left in one.narrowest.items():
            narrowest[kind] = min(left, narrowest.get(kind, left))
    width = max(map(len, hidden), default=0)
    lines = [f"{'kind of count':{width}}  {'hidden':>8} {'narrowest':>9} {'too few values':>14} {'plainly':>8}"]
    for kind in sorted(hidden):
        lines.append(f"{kind:{width}}  {hidden[kind]:8} {narrowest[kind]:9} {leaks[kind]:14} {plainly[kind]:8}")
    least = min(narrowest.values(), default=0)
    lines.append(f"{'all':{width}}  {hidden.total():8} {least:9} {leaks.total():14} {plainly.total():8}")
    return lines


@dataclass
class Run:
    """What was found in all cohorts."""

    attacked: list[Attacked] = field(default_factory=list)
    plainly: Counter[str] = field(default_factory=Counter)
    """Kind: counts with too few values even for an attacker who is not told which count of a row a mark means."""
    tried: Counter[str] = field(default_factory=Counter)
    """Changes of hidden counts by their kind: every byte kept, or told by the release; without another table."""
    told: Counter[str] = field(default_factory=Counter)
    """File and analysis: changes of the same classes that it told."""
    with_others: int = 0
    """Hidden counts that have two other values with every number the same, of `without` more none were found."""
    without: int = 0
    telling: Counter[str] = field(default_factory=Counter)
    """Analysis and statistic: counts of which other values were sought in vain while the number differed."""
    pages: int = 0
    untold: int = 0
    seconds: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        """Note how long something takes."""
        start = time.perf_counter()
        yield
        self.seconds[what] += time.perf_counter() - start

    def attack(self, seed: int, *, with_changes: int, with_page: bool, explained: bool) -> None:
        """Attack the cohort of a seed, and print what was found first."""
        with self.timed("results"):
            cohort = random_cohort(seed)
            results = results_of(cohort)
        with self.timed("release"):
            files = release(results, cohort)
        with self.timed("attack"):
            found = attack(files, results, cohort)
            if found.leaks:
                plain = attack(files, results, cohort, strict=False)
                self.plainly.update(leak.asked.kind for leak in plain.leaks)
        self.attacked.append(found)
        for leak in found.leaks[:_SHOWN]:
            print(f"cohort {seed}: {leak}", flush=True)
        if explained and found.leaks:
            written = reading_of(files, results, cohort, tighten=False).system
            for leak in {leak.asked.kind: leak for leak in reversed(found.leaks)}.values():
                print(f"cohort {seed}: {leak}, because")
                print(
                    "".join(f"    {line}\n" for high in (0, 1) for line in why(written, leak.name, largest=bool(high)))
                )
        with self.timed("changes"):
            self._change(seed, reading_of(files, results, cohort), files, cohort, with_changes)
        with self.timed("numbers"):
            self._numbers(seed, reading_of(files, results, cohort), files, cohort, with_changes)
        if with_page:
            with self.timed("page"):
                problems = list(untold(page_of(files, cohort), files))
            self.pages += 1
            self.untold += len(problems)
            print("".join(f"cohort {seed}, report: {one}\n" for one in problems[:_SHOWN]), end="", flush=True)

    def _change(self, seed: int, reading: Reading, files: dict[str, str], cohort: Cohort, tries: int) -> None:
        for change in changes(reading, files, cohort, tries=tries, seed=seed):
            if change is None:
                self.tried["no other table"] += 1
                continue
            kind = "of the same classes" if change.same_classes else "of other classes"
            self.tried[kind + (_TOLD if change.differing else _KEPT)] += 1
            if change.differing:
                self.told.update({place_of(line) for line in change.differing} if change.same_classes else ())
                where = ", ".join(str(part) for part in change.target if part not in ("", None))
                print(f"cohort {seed}: another {where}, {kind}, changes {len(change.differing)} lines:", flush=True)
                print("".join(f"    {line}\n" for line in change.differing[:_SHOWN]), end="", flush=True)

    def _numbers(self, seed: int, reading: Reading, files: dict[str, str], cohort: Cohort, tries: int) -> None:
        for tried in other_values(reading, files, cohort, tries=tries, seed=seed):
            if tried.values < OTHERS:
                self.without += 1
                self.telling.update(tried.telling or ("no other table found",))
            else:
                self.with_others += 1

    def lines(self) -> list[str]:
        """Return what is printed at the end."""
        lines = table(self.attacked, self.plainly)
        by_analysis = shares(self.attacked)
        lines.append("rows released: " + ", ".join(f"{name} {share:.1%}" for name, share in by_analysis.items()))
        for kind in ("of the same classes", "of other classes"):
            kept, told = self.tried[kind + _KEPT], self.tried[kind + _TOLD]
            lines.append(f"{kept + told} changes {kind}: {kept} left every byte as it was, {told} did not")
        lines.append(f"hidden counts without another table: {self.tried['no other table']}; told by")
        lines += [f"    {place}: {number} changes" for place, number in self.told.most_common()]
        lines.append(
            f"{self.with_others + self.without} hidden counts sought in other tables with the same numbers: "
            f"{self.with_others} have two other values or more; of the others these numbers differed"
        )
        lines += [f"    {place}: {number} counts" for place, number in self.telling.most_common()]
        lines.append(f"{self.pages} reports: {self.untold} numbers that are in no released file")
        lines.append("seconds: " + ", ".join(f"{name} {seconds:.0f}" for name, seconds in self.seconds.items()))
        return lines

    def missed(self) -> bool:
        """Tell whether a bound was missed."""
        by_analysis = shares(self.attacked)
        shown = by_analysis["all"] >= LEAST_SHARE_RELEASED and min(by_analysis.values()) >= LEAST_SHARE_OF_ANALYSIS
        leaks = sum(len(one.leaks) for one in self.attacked)
        told = sum(number for kind, number in self.tried.items() if kind.endswith(_TOLD))
        told_by_numbers = self.with_others < LEAST_SHARE_WITH_OTHERS * (self.with_others + self.without)
        return bool(leaks or self.untold or told or told_by_numbers) or not shown


def main() -> bool:
    """Attack random cohorts; return whether a bound was missed."""
    options = arguments(sys.argv[1:])
    run = Run()
    for number in range(options.cohorts):
        tries = options.changes if number % options.changes_every == 0 else 0
        paged = number % options.pages_every == 0
        run.attack(options.first_seed + number, with_changes=tries, with_page=paged, explained=options.why)
    for seed in range(SMALL_CONDITIONS, SMALL_CONDITIONS + options.small):
        run.attack(seed, with_changes=0, with_page=False, explained=options.why)
    print("\n".join(run.lines()))
    return run.missed()
