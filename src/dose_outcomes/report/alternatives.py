"""Text alternatives of figures: what a reader who cannot see them needs, with the key numbers."""

from __future__ import annotations

from dose_outcomes.report.figures.estimate_cells import share_in_words
from dose_outcomes.report.hidden import absence
from dose_outcomes.report.numbers import show
from dose_outcomes.report.register import Estimate
from dose_outcomes.report.response import Response
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
