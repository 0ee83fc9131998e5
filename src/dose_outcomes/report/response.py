"""Responders: the released shares arranged by endpoint, condition and dose, for figure and tables alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dose_outcomes.report.register import Estimate, Register
from dose_outcomes.report.wording import Wording, plain, week
from dose_outcomes.results import ALL

ANALYSIS = "responder_rate"


@dataclass(frozen=True, slots=True)
class ResponseRow:
    """One condition at one visit."""

    identifier: str
    label: str
    detail: str
    """Which definition, and when."""
    total: bool
    cells: dict[str, dict[str, Estimate | None]]
    """Missing data: dose: row."""
    condition: str = ""
    day: int | None = None
    names: tuple[str, ...] = ()
    """Under which the results of the row stand."""


@dataclass(frozen=True, slots=True)
class Response:
    """One endpoint of the study."""

    identifier: str
    label: str
    missing_data: list[str]
    rows: list[ResponseRow]
    methods: list[str]
    harm: bool = False
    """Whether its event is a worsening or a safety event: who has it is no responder."""

    @property
    def people(self) -> str:
        """Those who have the event."""
        return "patients with the event" if self.harm else "responders"

    @property
    def event(self) -> str:
        """What the share is of."""
        return "event" if self.harm else "response"

    @property
    def an_event(self) -> str:
        """The same with its article."""
        return "an event" if self.harm else "a response"

    @property
    def better(self) -> str:
        """Which shares are better."""
        return "smaller" if self.harm else "larger"

    @property
    def rows_are(self) -> str:
        """What the rows are: conditions, or visits where there is one condition."""
        return "condition" if any(not row.total for row in self.rows) or len(self.rows) == 1 else "visit"

    @property
    def primary(self) -> str:
        """The handling of missing scores that the study puts first."""
        return self.missing_data[0]

    def headline(self, dose: str) -> Estimate | None:
        """Return the share of all conditions together at the last visit."""
        totals = [row for row in self.rows if row.total]
        return totals[-1].cells[self.primary].get(dose) if totals else None


def responses(register: Register, wording: Wording) -> list[Response]:
    """Return the endpoints of the study with their released shares, in the order of the study."""
    return [_response(endpoint, register, wording) for endpoint in wording.study.get("endpoints", [])]


def codes(endpoint: dict[str, Any], condition: str) -> list[str]:
    """Return the names under which the results of an endpoint stand for a condition.

    The total has the name of the endpoint, unless all its conditions share one definition.
    """
    definitions: dict[str, str] = endpoint["definitions"]
    if condition != ALL:
        return [definitions[condition], endpoint["id"]] if condition in definitions else []
    return (
        [endpoint["id"], *sorted(set(definitions.values()))]
        if len(set(definitions.values())) == 1
        else [endpoint["id"]]
    )


def _response(endpoint: dict[str, Any], register: Register, wording: Wording) -> Response:
    missing_data = list(endpoint["missing_data"])
    conditions = [condition for condition in wording.conditions if condition in endpoint["definitions"]]
    totals = [wording.total] if wording.total == ALL else []
    rows = [
        row
        for condition in [*totals, *conditions]
        for row in _rows_of(condition, endpoint, missing_data, register, wording)
    ]
    return Response(
        identifier=endpoint["id"],
        label=plain(endpoint["label"]),
        missing_data=missing_data,
        rows=rows,
        methods=register.methods(ANALYSIS, "proportion", missing_data[0]),
        harm=endpoint.get("kind") == "harm",
    )


def _rows_of(
    condition: str, endpoint: dict[str, Any], missing_data: list[str], register: Register, wording: Wording
) -> list[ResponseRow]:
    names = codes(endpoint, condition)
    planned = {visit["day"] for visit in endpoint.get("visits", [])}
    days = [
        day
        for day in register.days(ANALYSIS, names, condition, "proportion")
        if not planned or day in planned or day is None
    ]
    if condition == ALL and len(days) > 1:
        # a row of its own for every visit, and no further one for the mixture of visits
        days = [day for day in days if day is not None]
    rows = []
    for day in days:
        cells = {
            handling: {
                dose.identifier: _first(register, names, condition, dose.identifier, handling, day)
                for dose in wording.columns
            }
            for handling in missing_data
        }
        if not any(cell for by_dose in cells.values() for cell in by_dose.values()):
            continue
        rows.append(
            ResponseRow(
                identifier=f"{condition}.{'' if day is None else day}",
                label=_label(condition, day, len(days), wording),
                detail=_detail(condition, endpoint, day, len(days), wording),
                total=condition == wording.total,
                cells=cells,
                condition=condition,
                day=day,
                names=tuple(names),
            )
        )
    return rows


def _first(
    register: Register, names: list[str], condition: str, dose: str, handling: str, day: int | None
) -> Estimate | None:
    for name in names:
        row = register.find(ANALYSIS, "proportion", condition, dose, name, handling, day)
        if row:
            return row
    return None


def _label(condition: str, day: int | None, visits: int, wording: Wording) -> str:
    label = wording.condition(condition)
    if visits == 1 or day is None:
        return label
    return f"{label}, {week(day)}" if len(wording.conditions) > 1 else week(day).capitalize()


def _detail(condition: str, endpoint: dict[str, Any], day: int | None, visits: int, wording: Wording) -> str:
    if condition == ALL:
        return "each condition by its own definition" if len(set(endpoint["definitions"].values())) > 1 else ""
    definition = wording.definition(endpoint["definitions"][condition])
    name = plain(definition["label"]) if definition else plain(endpoint["definitions"][condition])
    return name if day is None or visits > 1 else f"{name}, {week(day)}"
