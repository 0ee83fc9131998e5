"""Distributions by threshold: two thresholds give the patients between them by subtraction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from dose_outcomes.disclosure.rows import Row
from dose_outcomes.disclosure.wording import is_small

#: Statistics whose rows are patients beyond a threshold.
DISTRIBUTIONS = ("share_improved_at_least",)


def close_thresholds(rows: Iterable[Row], hidden: Collection[int], minimum_count: int) -> list[int]:
    """Return the places of thresholds between which, and the next one shown, too few patients lie.

    Parameters
    ----------
    rows : iterable of Row
    hidden : collection of int
        Places of rows that are hidden already.
    minimum_count : int
        k.
    """
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        record = row.record
        if record["statistic"] in DISTRIBUTIONS and row.place not in hidden and record["events"] is not None:
            percent = record["endpoint"].endswith("%")
            name = record["endpoint"].split(": ")[0]
            groups[record["analysis"], record["condition"], record["dose"], record["day"], name, percent].append(row)
    found = []
    for group in groups.values():
        shown = 0
        for row in sorted(group, key=lambda one: (one.record["events"], one.record["endpoint"])):
            events, patients = row.record["events"], row.record["n"]
            if is_small(events - shown, minimum_count) or is_small(patients - events, minimum_count):
                found.append(row.place)
            else:
                shown = events
    return found
