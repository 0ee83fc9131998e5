"""Runs the attack over random cohorts and prints what it found."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence

from benchmarks.disclosure_attack.attack import Attacked, attack
from benchmarks.disclosure_attack.cohorts import random_cohort
from benchmarks.disclosure_attack.released import release, results_of
from benchmarks.disclosure_attack.system import VALUES_LEFT

COHORTS = 500
#: Least share of rows released, over all cohorts: of all, and of each analysis.
LEAST_SHARE_RELEASED = 0.35
LEAST_SHARE_OF_ANALYSIS = 0.15
_SHOWN_LEAKS = 3


def arguments(given: Sequence[str]) -> argparse.Namespace:
    """Return the number of cohorts and the first seed; words that are no options are names of benchmarks."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks disclosure_attack")
    parser.add_argument("--cohorts", type=int, default=COHORTS)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--bytes-every", type=int, default=10, help="cohorts of which one has its counts changed")
    return parser.parse_args([one for one in given if one.startswith("--")])


def shares(found: Iterable[Attacked]) -> dict[str, float]:
    """Return the share of rows released by analysis; ``all`` over all of them."""
    rows, released = Counter[str](), Counter[str]()
    for one in found:
        rows.update(one.rows)
        released.update(one.released)
    by_analysis = {name: released[name] / rows[name] for name in sorted(rows)}
    return {"all": released.total() / max(rows.total(), 1)} | by_analysis


def table(found: Sequence[Attacked]) -> list[str]:
    """Return lines: of each kind of count how many were hidden, the narrowest, and those with too few values."""
    hidden, leaks, narrowest = Counter[str](), Counter[str](), dict[str, int]()
    for one in found:
        hidden.update(one.hidden)
        leaks.update(leak.asked.kind for leak in one.leaks)
        for kind, left in one.narrowest.items():
            narrowest[kind] = min(left, narrowest.get(kind, left))
    width = max(map(len, hidden), default=0)
    lines = [f"{'kind of count':{width}}  {'hidden':>8} {'narrowest':>9} {'too few values':>14}"]
    for kind in sorted(hidden):
        lines.append(f"{kind:{width}}  {hidden[kind]:8} {narrowest[kind]:9} {leaks[kind]:14}")
    lines.append(f"{'all':{width}}  {hidden.total():8} {min(narrowest.values(), default=0):9} {leaks.total():14}")
    return lines


def main() -> bool:
    """Attack random cohorts; return whether a bound was missed."""
    options = arguments(sys.argv[1:])
    found, spent = [], Counter[str]()
    for seed in range(options.first_seed, options.first_seed + options.cohorts):
        start = time.perf_counter()
        cohort = random_cohort(seed)
        results = results_of(cohort)
        made = time.perf_counter()
        files = release(results, cohort)
        released = time.perf_counter()
        found.append(attack(files, results, cohort))
        spent.update({"results": made - start, "release": released - made, "attack": time.perf_counter() - released})
        for leak in found[-1].leaks[:_SHOWN_LEAKS]:
            print(f"cohort {seed}: {leak}", flush=True)
    print("\n".join(table(found)))
    of_analysis = shares(found)
    print("share of rows released: " + ", ".join(f"{name} {share:.1%}" for name, share in of_analysis.items()))
    print("seconds: " + ", ".join(f"{name} {seconds:.0f}" for name, seconds in spent.items()))
    leaks = sum(len(one.leaks) for one in found)
    print(f"{options.cohorts} cohorts, {leaks} counts with fewer than {VALUES_LEFT} values")
    return bool(leaks) or of_analysis["all"] < LEAST_SHARE_RELEASED or min(of_analysis.values()) < LEAST_SHARE_OF_ANALYSIS
