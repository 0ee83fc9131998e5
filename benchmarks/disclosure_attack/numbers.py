"""Numbers test: do released numbers that are made of hidden counts leave each of them three values?

Not every number is a function of counts that are shown: medians and shares of all days, tests. So for hidden counts
chosen at random other tables are sought in which the count has another value, everything shown fits, and every number
is the released one, as far as it is rounded. A count has been shown to be safe when it has two other values in such
tables; a count of which the search finds fewer may be safe all the same. What is hidden may differ: that is the byte
test (`changes`).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import floor, isnan, log10
from typing import Any

import numpy as np

from benchmarks.disclosure_attack.attack import questions
from benchmarks.disclosure_attack.changes import OtherTables, changed_cohort, emptied
from benchmarks.disclosure_attack.cohorts import Cohort
from benchmarks.disclosure_attack.names import Name
from benchmarks.disclosure_attack.reading import Reading
from benchmarks.disclosure_attack.released import results_of

#: Other values wanted, how far they are from the true one, and how many tables are tried.
OTHERS, _CHANGES, _TABLES = 2, (1, -1, 2, -2, 3, -3, 4, -4), 14
_NUMBERS = ("estimate", "low", "high", "p_value")
#: Made of what curves show, or of the conditions shown: another table has the same.
_OF_CURVES = ("persistence", "time_to_response", "response_with_stopping")
_HEIGHTS = ("survival", "cumulative_incidence")
_OVER_SHOWN = "of the others a count is not shown"
#: Half of the last digit kept: of a share of all days, of a difference within cells, of any other number.
_SHARES = ("survival", "cumulative_incidence", "one_minus_survival", "mean_cumulative_count")
_OF_SHARE, _OF_DIFFERENCE, _OF_OTHERS = 0.005, 0.0005, 1e-9
_STEPS = re.compile(r"rounded to steps of ([\d.]+)")
_DIGITS = {"rounded to one digit": 1, "rounded to two digits": 2}


@dataclass(frozen=True)
class Tried:
    """A hidden count of which other values were sought."""

    target: Name
    values: int
    """Other values in tables with the same numbers, two at most."""
    tables: int
    telling: tuple[str, ...]
    """Numbers that differed in the tables tried: analysis and statistic."""


def other_values(
    reading: Reading, files: Mapping[str, str], cohort: Cohort, *, tries: int, seed: int
) -> Iterator[Tried]:
    """Seek other values of hidden counts chosen at random.

    Parameters
    ----------
    reading : Reading
        What the release tells.
    files : mapping of str to str
        The release of the true counts.
    tries : int
        How many hidden counts.
    """
    generator = np.random.default_rng(seed)
    shown = [row for row in csv.DictReader(io.StringIO(files["estimates.csv"])) if _is_made_of_others(row)]
    wanted = [name for name in questions(reading) if not reading.system.is_fixed(reading.system.places[name])]
    other_tables = OtherTables(reading, same_classes=False) if tries else None
    for number in generator.permutation(len(wanted))[:tries]:
        assert other_tables is not None  # made where any is tried
        values, telling, tables = set[int](), dict[str, None](), 0
        for change in _CHANGES * OTHERS:
            if len(values) == OTHERS or tables == _TABLES or change in values:
                continue
            changed = changed_cohort(cohort, other_tables.with_change(wanted[number], change, generator, exactly=True))
            if changed == cohort or emptied(cohort, changed):
                continue
            tables += 1
            differing = dict.fromkeys(_differing(shown, changed))
            telling |= differing
            if not differing:
                values.add(change)
        yield Tried(wanted[number], len(values), tables, tuple(telling))


def _is_made_of_others(row: Mapping[str, str]) -> bool:
    """Tell whether a row shows a number that another table may change."""
    of_curve = row["analysis"] in _OF_CURVES and row["statistic"] in _HEIGHTS
    return bool(row["estimate"]) and not row["suppressed"] and not of_curve and _OVER_SHOWN not in row["note"]


def _differing(shown: list[dict[str, str]], changed: Cohort) -> Iterator[str]:
    """Yield analysis and statistic of shown rows that another cohort would not have."""
    table = results_of(changed).estimates
    numbers = table[list(_NUMBERS)].astype(float).to_dict("records")
    raw: dict[str, dict[Any, Any]] = dict(zip(table["estimate_id"], numbers, strict=True))
    for row in shown:
        own = raw.get(row["estimate_id"])
        if own is None or any(not _fits(row, name, float(own[name])) for name in _NUMBERS if row[name]):
            yield f"{row['analysis']} {row['statistic']}"


def _fits(row: Mapping[str, str], name: str, number: float) -> bool:
    """Tell whether a number may have been rounded to the one that is shown."""
    shown = float(row[name])
    return not isnan(number) and abs(number - shown) <= _half(row, name, shown, number) + _OF_OTHERS * max(
        1, abs(shown)
    )


def _half(row: Mapping[str, str], name: str, shown: float, number: float) -> float:
    step = _STEPS.search(row["note"])
    digits = next((kept for words, kept in _DIGITS.items() if words in row["note"]), None)
    if digits is not None and name in ("estimate", "p_value"):
        return 0.5 * 10.0 ** (floor(log10(abs(number))) + 1 - digits) if number and shown else 0.0
    if name != "p_value" and row["statistic"] in _SHARES:
        return float(step.group(1)) / 2 if step else _OF_SHARE
    within = row["analysis"] == "responder_rate_by_subgroup" and row["statistic"] == "risk_difference"
    return _OF_DIFFERENCE if within and name != "p_value" else 0.0
