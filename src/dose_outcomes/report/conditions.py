"""Each condition by itself: the rows that stand in the tables of all conditions, side by side for one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dose_outcomes.report.comparisons import CONTRAST, find
from dose_outcomes.report.grids import Cell, Grid, Line, by_dose, dose_heads, grid
from dose_outcomes.report.methods import DefinitionText, definitions
from dose_outcomes.report.register import Estimate, Register
from dose_outcomes.report.response import Response, ResponseRow
from dose_outcomes.report.side_effects import ANALYSIS as SIDE_EFFECTS
from dose_outcomes.report.side_effects import ANY
from dose_outcomes.report.wording import DAYS_PER_WEEK, Wording, of_kind, plain
from dose_outcomes.results import ALL


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: what counts as a response, and its numbers by dose."""

    identifier: str
    label: str
    responses: list[tuple[str, DefinitionText]]
    """Label of the endpoint and its definition for this condition."""
    table: Grid | None


def conditions(responses: list[Response], register: Register, wording: Wording) -> list[Condition]:
    """Return the conditions in the order of the study; none where there is only one, which the sections are about."""
    if wording.total != ALL:
        return []
    return [_condition(condition, responses, register, wording) for condition in wording.conditions]


def _condition(condition: str, responses: list[Response], register: Register, wording: Wording) -> Condition:
    found, lines = [], []
    for response in responses:
        endpoint = next(one for one in wording.study["endpoints"] if one["id"] == response.identifier)
        code = endpoint["definitions"].get(condition)
        found += [(response.label, one) for one in definitions(endpoint, wording) if one.code == code]
        for row in response.rows:
            if row.condition == condition:
                lines += _response_lines(row, response, register, wording)
    lines.append(_times(condition, register, wording))
    lines.append(_treatment(condition, register, wording))
    effects = by_dose("share", wording.columns, lambda dose: _any_side_effect(register, condition, dose))
    lines.append(Line("Any side effect", effects, "share of patients with at least one"))
    label = wording.condition(condition)
    note = f"{wording.interval}; the same rows as in the tables of all conditions.{wording.hidden_legend}"
    table = grid(f"{label}: response, time and side effects", "What", dose_heads(wording.columns), lines, note)
    return Condition(condition, label, found, table)


def _response_lines(row: ResponseRow, response: Response, register: Register, wording: Wording) -> list[Line]:
    cells = [Cell("share", row.cells[response.primary][dose.identifier]) for dose in wording.columns]
    lines = [Line(response.label, cells, row.detail)]

    def difference(dose: str) -> Estimate | None:
        return find(register, row, CONTRAST, "risk_difference", dose, missing_data=response.primary, subgroup="")

    compared = by_dose("difference", wording.columns, difference)
    references = [cell.row.comparator for cell in compared if cell.row is not None]
    if references:
        words = {references[0]: "reference", ALL: "no comparison"}
        pairs = zip(wording.columns, compared, strict=True)
        cells = [cell if cell.row else Cell("words", text=words.get(dose.identifier, "none")) for dose, cell in pairs]
        lines.append(Line(f"Difference from {plain(references[0])}", cells, "percentage points"))
    return lines


def _times(condition: str, register: Register, wording: Wording) -> Line:
    analysis = "time_to_response"

    def median(dose: str) -> Estimate | None:
        rows = register.select(analysis, statistic="median_days", condition=condition, dose=dose, comparator="")
        return rows[0] if rows else None

    asked = {question["endpoint"] for question in wording.study.get("time_to_response", [])}
    empty: dict[str, Any] = {}
    endpoint = next((one for one in wording.study["endpoints"] if one["id"] in asked), empty)
    return Line(of_kind("Median days to a documented response", endpoint), by_dose("days", wording.columns, median))


def _treatment(condition: str, register: Register, wording: Wording) -> Line:
    rows = register.select("persistence", statistic="survival", condition=condition, comparator="")
    last = max((row.day for row in rows if row.day is not None), default=None)
    by = {row.dose: row for row in rows if row.day == last}
    when = "" if last is None else f"week {last / DAYS_PER_WEEK:g}"
    cells = [
        Cell("estimate", by[dose.identifier]) if dose.identifier in by else Cell("words", text="total only")
        for dose in wording.columns
    ]
    return Line("Still on the drug", cells, when)


def _any_side_effect(register: Register, condition: str, dose: str) -> Estimate | None:
    return register.find(SIDE_EFFECTS, "proportion", condition, dose, ANY)
