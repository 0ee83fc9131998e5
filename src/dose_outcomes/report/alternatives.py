"""Text alternatives of figures: what a reader who cannot see them needs, with the key numbers."""

from __future__ import annotations

from dose_outcomes.report.baseline import Baseline
from dose_outcomes.report.course import Course
from dose_outcomes.report.design import Window
from dose_outcomes.report.dose_response import DoseResponse
from dose_outcomes.report.figures.design_diagram import days_in_words
from dose_outcomes.report.figures.estimate_cells import share_in_words
from dose_outcomes.report.figures.incidence_curves import Cause
from dose_outcomes.report.harm_details import HarmDetails
from dose_outcomes.report.hidden import absence
from dose_outcomes.report.literature import Published
from dose_outcomes.report.numbers import show
from dose_outcomes.report.register import Estimate
from dose_outcomes.report.response import Response
from dose_outcomes.report.rules import Rule
from dose_outcomes.report.scores import Panel
from dose_outcomes.report.side_effects import SideEffects
from dose_outcomes.report.times import Times
from dose_outcomes.report.wording import Wording

MOST_LINES = 5


def responder_matrix(response: Response, wording: Wording) -> str:
    """Describe the matrix: its layout, the totals by dose, how many cells have no dot and why."""
    total = next((row for row in response.rows if row.total), response.rows[0])
    cells = total.cells[response.primary]
    every = [row.cells[response.primary][dose.identifier] for row in response.rows for dose in wording.columns]
    return (
        f"Dot plot with {len(response.rows)} rows and a panel for each of {_doses(wording)}. "
        f"{total.label}: {_by_dose(cells, wording)}. {_gaps(every, wording)}"
    )


def side_effects(effects: SideEffects, wording: Wording) -> str:
    """Describe the dot plot: any side effect by dose, then the most frequent ones over all doses."""
    lines = [line for line in effects.drawn if line.group != "any"]
    any_text = f"Any side effect: {_by_dose(effects.any.shares, wording)}. " if effects.any else ""
    frequent = "; ".join(
        f"{line.label} {_cell(line.shares[wording.total_dose], wording)}" for line in lines[:MOST_LINES]
    )
    every = [line.shares[dose.identifier] for line in effects.drawn for dose in wording.columns]
    return (
        f"Dot plot with {len(effects.drawn)} rows, most frequent first, and a panel for each of {_doses(wording)}. "
        f"{any_text}Most frequent, {wording.dose(wording.total_dose).lower()}: {frequent}. {_gaps(every, wording)}"
    )


def time_curves(times: Times, wording: Wording) -> str:
    """Describe the curves: where each ends, and how high, and its median."""
    ends = []
    for curve in times.curves:
        if not curve.points:
            ends.append(f"{curve.dose.label}: no curve")
            continue
        last = curve.points[-1]
        median = f", median {_cell(curve.median, wording)} days" if curve.median and curve.median.estimate else ""
        ends.append(f"{curve.dose.label}: {show(last)} on day {curve.end}{median}")
    return (
        f"Kaplan-Meier step curves of the share of patients {times.label}, falling from 100%, with interval bands; "
        f"below them the numbers at risk. {'; '.join(ends)}."
    )


def _doses(wording: Wording) -> str:
    return ", ".join(dose.label for dose in wording.columns)


def _by_dose(cells: dict[str, Estimate | None], wording: Wording) -> str:
    return "; ".join(f"{dose.label} {_cell(cells[dose.identifier], wording)}" for dose in wording.columns)


def _cell(row: Estimate | None, wording: Wording) -> str:
    gap = absence(row, wording.minimum)
    if gap or row is None:
        return gap.text if gap else ""
    return share_in_words(row, wording) if row.statistic == "proportion" else show(row)


def _gaps(rows: list[Estimate | None], wording: Wording) -> str:
    kinds = [gap.kind for gap in (absence(row, wording.minimum) for row in rows) if gap]
    hidden = sum(kind in ("suppressed", "secondary") for kind in kinds)
    nobody = kinds.count("no_patients")
    parts = [f"{hidden} cells are hidden because a count is small"] if hidden else []
    parts += [f"{nobody} cells have no patients"] if nobody else []
    return f"{'; '.join(parts)}." if parts else "All cells have a dot."


def differences(content: Baseline, wording: Wording) -> str:
    """Describe standardised differences: how many are large, and the largest."""
    known = [
        (abs(row.estimate), f"{one.label}, {dose.label} {show(row)}")
        for one in content.differences
        for dose in content.doses
        if (row := one.cells.get(dose.identifier)) and row.estimate is not None
    ]
    largest = [words for _, words in sorted(known, key=lambda pair: (-pair[0], pair[1]))[:MOST_LINES]]
    return (
        f"Dot plot of {len(content.differences)} characteristics at the start: standardised difference of each dose "
        f"from {content.reference}, with lines at 0.1 either side of zero. Largest: {'; '.join(largest)}."
    )


def dose_response(content: list[DoseResponse], wording: Wording) -> str:
    """Describe the dose-response panels: shares of the first, where no curve is drawn."""
    first = content[0]
    doses = "; ".join(f"{place:g} mg {_cell(row, wording)}" for place, row in first.observed)
    without = [panel.label for panel in content if not panel.fitted]
    missing = f" No curve in: {', '.join(without)}." if without else ""
    return f"{len(content)} panels of shares by dose in mg. {first.label}: {doses}.{missing}"


def share_rows(content: list[tuple[str, dict[str, Estimate | None]]], wording: Wording) -> str:
    """Describe rows of shares: the first ones by dose."""
    lines = "; ".join(f"{label}, {_by_dose(cells, wording)}" for label, cells in content[:2])
    every = [cells.get(dose.identifier) for _, cells in content for dose in wording.columns]
    return (
        f"Dot plot with {len(content)} rows and a panel for each of {_doses(wording)}. {lines}. {_gaps(every, wording)}"
    )


def design(content: list[Window], wording: Wording) -> str:
    """Describe the windows: the days of each."""
    parts = [f"{window.label}, {days_in_words(window)}" for window in content]
    return f"Bars of {len(content)} windows on an axis of days, the first dose at day 0. {'; '.join(parts)}."


def rules(content: tuple[Rule, ...], wording: Wording) -> str:
    """Describe the rules: what each does, in their order."""
    return f"{len(content)} boxes joined by arrows. " + "; ".join(f"{rule.name} {rule.does}" for rule in content) + "."


def published_shares(content: list[Published], wording: Wording) -> str:
    """Describe published shares and the study's own beside them."""
    parts = []
    for one in content:
        own = f"; this study {show(one.own)}" if one.own is not None and one.own.estimate is not None else ""
        parts.append(f"{one.condition}, {one.label}: {show(one.published) if one.published else 'none'}{own}")
    return f"Dot plot with {len(content)} rows and two panels, published and this study. {'. '.join(parts)}."


def incidence(content: list[Cause], wording: Wording) -> str:
    """Describe cumulative incidences: where each curve ends."""
    parts = [
        f"{cause.label}: "
        + ", ".join(f"{dose.label} {show(points[-1])} by day {points[-1].day}" for dose, points in cause.curves)
        for cause in content
    ]
    return f"Step curves rising from 0, a panel for each of what came first, with interval bands. {'; '.join(parts)}."


def panels(content: list[Panel], wording: Wording) -> str:
    """Describe mean change: the last visit of each panel."""
    parts = []
    for panel in content:
        known = [(place, row) for place, row in panel.points if row.estimate is not None]
        if known:
            place, row = known[-1]
            parts.append(f"{panel.label} {show(row)} at week {place:g}")
    return f"{len(content)} panels of the mean change of the score since the start, by week. {'; '.join(parts)}."


def distribution(content: list[Panel], wording: Wording) -> str:
    """Describe the distribution of change: the share at each marked threshold."""
    parts = [
        f"{panel.label}, at least {place:g}: {_cell(row, wording)}"
        for panel in content
        for place, row in panel.points
        if place in panel.important
    ]
    marked = f" At the marked threshold: {'; '.join(parts)}." if parts else ""
    return f"{len(content)} panels of the share of patients who improved by at least so much, falling curves.{marked}"


def dose_over_time(content: Course, wording: Wording) -> str:
    """Describe doses over time: what is taken at the last week by each dose aimed at."""
    parts = []
    for dose in wording.doses:
        visits = content.states.get(dose.identifier, [])
        if visits:
            day, cells = visits[-1]
            known = [f"{content.state_names[name]} {show(row)}" for name, row in cells.items() if row and row.estimate]
            parts.append(f"aimed at {dose.label}, day {day}: {', '.join(known)}")
    return f"Stacked bars of what patients took at each week, a panel for each dose aimed at. {'; '.join(parts)}."


def severity(content: HarmDetails, wording: Wording) -> str:
    """Describe severity: shares by dose."""
    parts = [
        f"{dose.label}: " + ", ".join(f"{name.lower()} {_cell(row, wording)}" for name, row in grades)
        for dose, grades in content.grades
    ]
    return f"Stacked bars of the worst severity of a patient's side effects, by dose. {'; '.join(parts)}."


def ratios(content: HarmDetails, wording: Wording) -> str:
    """Describe rate ratios: the first rows."""
    dose = content.compared_dose
    rows = [(one.label, one.ratios.get(dose.identifier)) for one in content.ratios[:MOST_LINES]]
    lines = "; ".join(f"{label} {_cell(row, wording)}" for label, row in rows)
    return (
        f"Dot plot with {len(content.ratios)} rows, largest ratio first: on the left rates at {dose.label} and "
        f"{content.reference}, on the right rate ratios with intervals on a log axis from 0.25 to 8. {lines}."
    )


def prevalence(content: list[tuple[str, list[tuple[int, Estimate]]]], wording: Wording) -> str:
    """Describe prevalence: the first and last day of each."""
    parts = []
    for label, rows in content:
        known = [(day, row) for day, row in rows if row.estimate is not None]
        if known:
            parts.append(
                f"{label}: {show(known[0][1])} on day {known[0][0]}, {show(known[-1][1])} on day {known[-1][0]}"
            )
    return f"{len(content)} panels of the share of patients with an ongoing side effect, by week. {'; '.join(parts)}."
