"""Released rows as typed values, found by their keys: every number of the report is one of these."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from dose_outcomes.results import ALL

if TYPE_CHECKING:
    import pandas as pd

Status = Literal["shown", "suppressed", "no_patients", "not_estimable"]

_COUNTS = frozenset({"day", "n", "events", "at_risk", "censored", "step", "before", "excluded", "after"})
_NUMBERS = frozenset({"estimate", "low", "high", "level", "person_years", "p_value", "p_adjusted"})
_KEY = ("analysis", "endpoint", "condition", "dose", "missing_data", "day", "statistic")
#: Rows that stand beside the plain ones under the same key: by another dose, in a subgroup, or a comparison.
_PLAIN_DOSES = ("", "target")


@dataclass(frozen=True, slots=True)
class Estimate:
    """One row of estimates.csv."""

    identifier: str
    analysis: str
    endpoint: str
    condition: str
    dose: str
    missing_data: str
    day: int | None
    statistic: str
    estimate: float | None
    low: float | None
    high: float | None
    level: float | None
    p_value: float | None
    p_adjusted: float | None
    n: int | None
    events: int | None
    person_years: float | None
    comparator: str
    subgroup: str
    population: str
    dose_attribution: str
    method: str
    note: str
    suppressed: str
    line: int
    """Line in the file, the header being line 1."""

    source = "estimates.csv"

    @property
    def plain(self) -> bool:
        """Whether the row is of all patients of its cell, by the target dose, compared with nothing."""
        return not self.comparator and not self.subgroup and self.dose_attribution in _PLAIN_DOSES

    @property
    def status(self) -> Status:
        """Why there is, or is not, a number to show."""
        if self.suppressed:
            return "suppressed"
        if self.estimate is not None:
            return "shown"
        return "no_patients" if self.n == 0 or self.note in ("no patients", "no person-time") else "not_estimable"


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One row of curves.csv: the curve keeps this height until the next row of its key."""

    identifier: str
    analysis: str
    endpoint: str
    condition: str
    dose: str
    day: int
    at_risk: int | None
    events: int | None
    censored: int | None
    estimate: float | None
    low: float | None
    high: float | None
    dose_attribution: str
    method: str
    suppressed: str
    line: int
    starters: int | None = None
    """At risk on day 0: decides the decimals of the whole curve."""

    source = "curves.csv"
    statistic = "survival"

    @property
    def n(self) -> int | None:
        """Patients whom the curve is about."""
        return self.starters


@dataclass(frozen=True, slots=True)
class Step:
    """One row of attrition.csv."""

    identifier: str
    flow: str
    unit: str
    step: int
    reason: str
    before: int | None
    excluded: int | None
    after: int | None
    suppressed: str
    line: int

    source = "attrition.csv"
    statistic = "count"


Row = TypeVar("Row", Estimate, CurvePoint, Step)


class Register:
    """All released rows, by key and in their order."""

    def __init__(self, estimates: pd.DataFrame, curves: pd.DataFrame, attrition: pd.DataFrame) -> None:
        self.all_estimates = _rows(estimates, "estimate_id", Estimate)
        self.estimates = [row for row in self.all_estimates if row.plain]
        self._by_key = {tuple(getattr(row, name) for name in _KEY): row for row in self.estimates}
        conditions = {row.condition for row in self.all_estimates} - {ALL}
        self._only = next(iter(conditions)) if len(conditions) == 1 else None
        self._by_analysis: dict[str, list[Estimate]] = {}
        self._by_cell: dict[tuple[str, str, str, str], list[Estimate]] = {}
        for row in self.all_estimates:
            self._by_analysis.setdefault(row.analysis, []).append(row)
            self._by_cell.setdefault((row.analysis, row.statistic, row.condition, row.dose), []).append(row)
        self._curves: dict[tuple[str, str, str, str], list[CurvePoint]] = {}
        self.all_points = _rows(curves, "curve_id", CurvePoint)
        for point in self.all_points:
            if point.dose_attribution not in _PLAIN_DOSES:
                continue
            self._curves.setdefault((point.analysis, point.endpoint, point.condition, point.dose), []).append(point)
        self._flows: dict[str, list[Step]] = {}
        for step in _rows(attrition, "attrition_id", Step):
            self._flows.setdefault(step.flow, []).append(step)

    def find(
        self,
        analysis: str,
        statistic: str,
        condition: str,
        dose: str,
        endpoint: str = "",
        missing_data: str = "",
        day: int | None = None,
    ) -> Estimate | None:
        """Return the row of a key, None when nothing was asked under it."""
        return self._by_key.get((analysis, endpoint, condition, dose, missing_data, day, statistic))

    def select(self, analysis: str, **key: Any) -> list[Estimate]:
        """Return all rows of an analysis whose columns have the values of `key`, those beside the plain ones too.

        Where there is one condition, rows of all conditions stand for it when it has none of its own.
        """
        found = list(self._by_analysis.get(analysis, []))
        for name, value in key.items():
            found = [row for row in found if getattr(row, name) == value]
        if not found and key.get("condition") == self._only:
            return self.select(analysis, **{**key, "condition": ALL})
        return found

    def one(self, analysis: str, statistic: str, condition: str, dose: str, **key: Any) -> Estimate | None:
        """Return the first row of a cell whose further columns have the values of `key`, None without one.

        Where there is one condition, a row of all conditions stands for it when it has none of its own.
        """
        rows = self._by_cell.get((analysis, statistic, condition, dose), [])
        if condition == self._only:
            rows = [*rows, *self._by_cell.get((analysis, statistic, ALL, dose), [])]
        return next((row for row in rows if all(getattr(row, name) == value for name, value in key.items())), None)

    def endpoints(self, analysis: str) -> list[str]:
        """Return the endpoints of an analysis, in the order of the file."""
        return _distinct(row.endpoint for row in self.estimates if row.analysis == analysis)

    def days(self, analysis: str, endpoints: Iterable[str], condition: str, statistic: str) -> list[int | None]:
        """Return the days on which an analysis has a statistic for a condition, ascending, none first."""
        wanted = set(endpoints)
        days = {
            row.day
            for row in self.estimates
            if row.analysis == analysis
            and row.endpoint in wanted
            and row.condition == condition
            and row.statistic == statistic
        }
        return sorted(days, key=lambda day: -1 if day is None else day)

    def methods(self, analysis: str, statistic: str, missing_data: str | None = None) -> list[str]:
        """Return how a statistic was computed, as the rows say; with one handling of missing data, or all."""
        return _distinct(
            row.method
            for row in self.estimates
            if row.analysis == analysis
            and row.statistic == statistic
            and row.method
            and missing_data in (None, row.missing_data)
        )

    def curve(self, analysis: str, endpoint: str, condition: str, dose: str) -> list[CurvePoint]:
        """Return the points of a curve by day; empty when it was not released."""
        points = self._curves.get((analysis, endpoint, condition, dose), [])
        points = sorted((point for point in points if point.estimate is not None), key=lambda point: point.day)
        return [replace(point, starters=points[0].at_risk) for point in points]

    @property
    def flows(self) -> Mapping[str, list[Step]]:
        """Attrition by flow; the steps of a flow in their order."""
        return {flow: sorted(steps, key=lambda step: step.step) for flow, steps in self._flows.items()}


def _rows(frame: pd.DataFrame, identifier: str, kind: type[Row]) -> list[Row]:
    """Return the rows of a file as typed values. Columns are converted whole, as there are fewer of them."""
    names = [field.name for field in fields(kind) if field.name in frame.columns]
    columns: dict[str, Iterable[Any]] = {name: _typed(name, frame[name].tolist()) for name in names}
    columns["identifier"] = map(str, frame[identifier].tolist())
    columns["line"] = range(2, len(frame) + 2)
    return [kind(**dict(zip(columns, values, strict=True))) for values in zip(*columns.values(), strict=True)]


def _typed(name: str, values: list[Any]) -> list[Any]:
    if name in _COUNTS:
        return [_count(value) for value in values]
    if name in _NUMBERS:
        return [_number(value) for value in values]
    return [str(value) for value in values]


def _number(value: Any) -> float | None:
    return None if value is None or math.isnan(float(value)) else float(value)


def _count(value: Any) -> int | None:
    number = _number(value)
    return None if number is None else int(number)


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
