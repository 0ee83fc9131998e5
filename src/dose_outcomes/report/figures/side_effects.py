"""Share of patients with a side effect, by side effect and dose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.report.figures.composition import Specification, composed
from dose_outcomes.report.figures.estimate_cells import estimate_cell
from dose_outcomes.report.figures.matrix import Cell, MatrixRow, axis_ticks, interval_matrix, label_width

if TYPE_CHECKING:
    from dose_outcomes.report.side_effects import SideEffect, SideEffects
    from dose_outcomes.report.wording import Wording

SPACING = 58


def side_effect_dots(effects: SideEffects, wording: Wording) -> Specification:
    """Return the figure: any side effect on an axis to 100 %, below it the single ones on an axis that fits them."""
    single = [line for line in effects.drawn if line.group != "any"]
    left = label_width([line.label for line in effects.drawn])
    parts = []
    if effects.any:
        parts.append(_matrix([effects.any], wording, [0, 0.5, 1], left, header=True))
    if single:
        cells = [cell for line in single for cell in _cells("", line, wording)]
        highest = max((cell.estimate or 0.0 for cell in cells), default=0.0)
        total_high = max((cell.high or 0.0 for cell in cells if cell.dose == wording.total_dose), default=0.0)
        longest = max((cell.high or 0.0 for cell in cells), default=0.0)
        ticks = axis_ticks(max(highest, total_high), longest)
        parts.append(_matrix(single, wording, ticks, left, header=not parts))
    return composed(vconcat=parts, spacing=SPACING, bounds="flush")


def _matrix(lines: list[SideEffect], wording: Wording, ticks: list[float], left: int, header: bool) -> Specification:
    rows = [MatrixRow(f"r{number}", line.label, line.group == "any") for number, line in enumerate(lines)]
    cells = [cell for row, line in zip(rows, lines, strict=True) for cell in _cells(row.identifier, line, wording)]
    return interval_matrix(rows, wording.columns, cells, ticks, left, header)


def _cells(row: str, line: SideEffect, wording: Wording) -> list[Cell]:
    return [
        estimate_cell(row, dose, f"{line.label}, {dose.label}", line.shares[dose.identifier], wording)
        for dose in wording.columns
    ]
