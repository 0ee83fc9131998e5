"""Checks that every report makes of itself while it is written: how many of how many hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from dose_outcomes.report.register import CurvePoint, Estimate, Register, Step
from dose_outcomes.results import format_number

#: What a hidden row must not show. One of its two counts may stand, where only the other is to be protected.
_HIDDEN = ("estimate", "low", "high", "p_value", "p_adjusted")
#: Shares whose estimate is patients with the event by patients.
_PLAIN_SHARES = ("responder_rate", "remission_rate", "side_effect_incidence", "serious_side_effect")
_TOLERANCE = 1e-9
_NUMBER = re.compile(r"<data\b([^>]*)>|<td\b([^>]*)>|</td>")
_ATTRIBUTE = re.compile(r'([\w-]+)=(?:"([^"]*)"|([^\s>]+))')
_QUALITY = "data_quality:"


@dataclass(frozen=True, slots=True)
class BuildCheck:
    """A check: what holds, of how many rows it holds, in which file."""

    says: str
    file: str
    held: int
    total: int
    broken: tuple[str, ...] = ()
    """The first rows that break it."""

    @property
    def passed(self) -> bool:
        """Whether it holds for all."""
        return self.held == self.total


def build_checks(body: str, register: Register) -> list[BuildCheck]:
    """Return the checks of a page and of the released files that it was written from.

    Parameters
    ----------
    body : str
        The page as far as it is written: its numbers are read back from the text.
    register : Register
        The released rows.
    """
    rows = register.all_estimates
    points, steps = register.all_points, [step for flow in register.flows.values() for step in flow]
    return [
        _count("Every printed number is that of its row", "report.html", _printed(body, register)),
        _count("Every row has an identifier of its own", "estimates.csv", _unique(rows)),
        _count("Every interval contains its estimate", "estimates.csv", _each(rows, _has_interval, _contains)),
        _count(
            "Every interval contains the height of its curve", "curves.csv", _each(points, _has_interval, _contains)
        ),
        _count("Shares are patients with the event by patients", "estimates.csv", _each(rows, _is_share, _is_ratio)),
        _count("At risk, events and censored add up to the patients", "estimates.csv", _risk_tables(rows)),
        _count("Before, less excluded, is after", "attrition.csv", _each(steps, _has_counts, _closes)),
        _count("Hidden rows hold no estimate, interval or test", "estimates.csv", _each(rows, _is_hidden, _is_empty)),
        _count("Rows without a number say why", "estimates.csv", _each(rows, _is_blank, _says_why)),
    ]


Found = Iterable[tuple[str, bool]]


def _count(says: str, file: str, found: Found) -> BuildCheck:
    results = list(found)
    broken = [name for name, held in results if not held]
    return BuildCheck(says, file, len(results) - len(broken), len(results), tuple(broken[:3]))


def _each(
    rows: Iterable[Any], concerned: Callable[[Any], bool], holds: Callable[[Any], bool]
) -> Iterator[tuple[str, bool]]:
    return ((row.identifier, holds(row)) for row in rows if concerned(row))


def _has_interval(row: Estimate | CurvePoint) -> bool:
    return row.estimate is not None and (row.low is not None or row.high is not None)


def _contains(row: Estimate | CurvePoint) -> bool:
    assert row.estimate is not None
    low = row.low if row.low is not None else row.estimate
    high = row.high if row.high is not None else row.estimate
    room = _TOLERANCE * max(1.0, abs(row.estimate))
    # the numbers needed to treat one more and one fewer meet at infinity: limits of both signs enclose it
    around = row.statistic == "number_needed_to_treat" and low > high
    return low - room <= row.estimate <= high + room or around


def _is_share(row: Estimate) -> bool:
    plain = row.analysis in _PLAIN_SHARES and row.statistic == "proportion"
    return plain and row.estimate is not None and row.events is not None and bool(row.n)


def _is_ratio(row: Estimate) -> bool:
    assert row.estimate is not None
    assert row.events is not None
    assert row.n is not None
    return abs(row.estimate - row.events / row.n) <= _TOLERANCE


def _risk_tables(rows: Iterable[Estimate]) -> Iterator[tuple[str, bool]]:
    """Yield each day of a risk table of which all three counts and the patients are released."""
    statistics = ("number_at_risk", "cumulative_events", "cumulative_censored")
    cells: dict[tuple[Any, ...], dict[str, Estimate]] = {}
    for row in rows:
        if row.statistic in statistics and row.estimate is not None and row.n is not None:
            place = (row.analysis, row.endpoint, row.condition, row.dose, row.dose_attribution, row.subgroup, row.day)
            cells.setdefault(place, {})[row.statistic] = row
    for found in cells.values():
        if len(found) == len(statistics):
            first = found[statistics[0]]
            yield first.identifier, round(sum(row.estimate or 0 for row in found.values())) == first.n


def _has_counts(step: Step) -> bool:
    return None not in (step.before, step.excluded, step.after)


def _closes(step: Step) -> bool:
    assert step.before is not None
    assert step.excluded is not None
    return step.before - step.excluded == step.after


def _is_hidden(row: Estimate) -> bool:
    return bool(row.suppressed)


def _is_empty(row: Estimate) -> bool:
    return all(getattr(row, name) is None for name in _HIDDEN)


def _is_blank(row: Estimate) -> bool:
    return row.estimate is None


def _says_why(row: Estimate) -> bool:
    return bool(row.note or row.suppressed)


def _unique(rows: list[Estimate]) -> Iterator[tuple[str, bool]]:
    seen: set[str] = set()
    for row in rows:
        yield row.identifier, row.identifier not in seen
        seen.add(row.identifier)


def _printed(body: str, register: Register) -> Iterator[tuple[str, bool]]:
    """Read every number element back and compare its unrounded value with the released one."""
    rows: dict[str, Any] = {row.identifier: row for row in register.all_estimates}
    rows |= {step.identifier: step for flow in register.flows.values() for step in flow}
    points = {(point.identifier, str(point.day)): point for point in register.all_points}
    cell = ""
    for tag in _NUMBER.finditer(body):
        number, opened = tag.groups()
        if number is None:
            cell = _attributes(opened).get("data-r", "") if opened is not None else ""
            continue
        found = {"data-r": cell, **_attributes(number)}
        name, day = found["data-r"], found.get("data-d")
        if name.startswith(_QUALITY):
            continue  # rows of the input tables, which are counted in data_quality.json
        row = rows.get(name) if day is None else points.get((name, day))
        value = getattr(row, found.get("data-c", "estimate"), None)
        yield name, value is not None and found["value"] == format_number(float(value))


def _attributes(text: str) -> dict[str, str]:
    return {name: quoted or bare for name, quoted, bare in _ATTRIBUTE.findall(text)}
