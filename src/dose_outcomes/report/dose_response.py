"""Dose-response: observed shares and the fitted curve of each condition, and the tests behind them."""

from __future__ import annotations

from dataclasses import dataclass

from dose_outcomes.report.comparisons import find
from dose_outcomes.report.grids import Cell, Grid, Line, grid
from dose_outcomes.report.register import Estimate, Register
from dose_outcomes.report.response import Response
from dose_outcomes.report.wording import Wording, plain
from dose_outcomes.results import ALL

ANALYSIS = "dose_response"
STANDARDISED = "standardised over conditions"
UNSUPPORTED = "no candidate shape is significant"


@dataclass(frozen=True, slots=True)
class DoseResponse:
    """One condition at one visit: doses in mg with rows."""

    label: str
    detail: str
    observed: list[tuple[float, Estimate]]
    fitted: list[tuple[float, Estimate]]
    supported: bool
    """Whether a test supports any dose-response shape."""


def dose_responses(response: Response, register: Register, wording: Wording) -> list[DoseResponse]:
    """Return panels of an endpoint; empty when no curve was asked for."""
    known = {row.endpoint for row in register.select(ANALYSIS)}
    if not any(name in known for line in response.rows for name in line.names):
        return []
    panels = []
    for line in response.rows:
        observed, fitted = [], []
        for dose, group in zip(wording.doses, wording.study["dose_groups"], strict=True):
            place = float(group["from_mg"] if group.get("score_mg") is None else group["score_mg"])
            share = line.cells[response.primary].get(dose.identifier)
            subgroup = STANDARDISED if line.condition == ALL else ""
            fit = find(register, line, ANALYSIS, "fitted_proportion", dose.identifier, subgroup=subgroup)
            if share:
                observed.append((place, share))
            if fit:
                fitted.append((place, fit))
        estimable = bool(fitted) and all(row.estimate is not None for _, row in fitted)
        supported = estimable and not any(UNSUPPORTED in row.note for _, row in fitted)
        drawn = any(row.estimate is not None for _, row in observed)
        detail = "no curve" if drawn else "no share shown"
        if estimable:
            detail = "" if supported else "no shape supported"
        panels.append(DoseResponse(line.label, detail, observed, fitted if estimable else [], supported))
    return panels


def drawn_panels(panels: list[DoseResponse]) -> tuple[list[DoseResponse], list[str]]:
    """Return the panels that show a share, and the labels of the others."""
    shown = [panel for panel in panels if any(row.estimate is not None for _, row in [*panel.observed, *panel.fitted])]
    return shown, [panel.label for panel in panels if panel not in shown]


def dose_response_tests(response: Response, register: Register, wording: Wording) -> Grid | None:
    """Return the tests of the shapes thought possible, over all conditions."""
    total = next((line for line in reversed(response.rows) if line.total), None)
    if total is None:
        return None
    lines = []
    for row in register.select(ANALYSIS, statistic="contrast_test", condition=total.condition, day=total.day):
        if row.endpoint not in total.names:
            continue
        standardised = row.subgroup.startswith(STANDARDISED)
        if standardised or total.condition != ALL:
            shape = plain(row.subgroup.removeprefix(STANDARDISED).removeprefix("; "))
            lines.append(Line(shape, [Cell("number", row), Cell("test", row)]))
    for row in register.select(ANALYSIS, statistic="ed50_mg", condition=total.condition, day=total.day):
        standardised = row.subgroup.startswith(STANDARDISED)
        if row.endpoint in total.names and (standardised or total.condition != ALL):
            shape = plain(row.subgroup.removeprefix(STANDARDISED).removeprefix("; "))
            words = "dose of half the largest effect, mg"
            lines.append(Line(f"{shape}: {words}", [Cell("estimate", row), Cell("words", text="–")]))
    return grid(
        f"{response.label}: is there a dose-response, and of which shape?", "Shape thought possible beforehand",
        ["Statistic", "p"], lines,
        f"{total.label}. Generalised MCP-Mod; one-sided, increasing with dose; adjusted for "
        "the number of shapes.",
    )  # fmt: skip
