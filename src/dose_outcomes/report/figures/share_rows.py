"""Rows of shares by dose: ways to count missing scores, reasons for stopping."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.report.figures.composition import Specification
from dose_outcomes.report.figures.estimate_cells import estimate_cell
from dose_outcomes.report.figures.matrix import MatrixRow, axis_ticks, interval_matrix, label_width

if TYPE_CHECKING:
    from dose_outcomes.report.register import Estimate
    from dose_outcomes.report.wording import Wording


def share_rows(rows: list[tuple[str, dict[str, Estimate | None]]], wording: Wording) -> Specification:
    """Return the figure: a row for each name, a panel for each dose, on an axis that fits."""
    drawn = [MatrixRow(f"r{number}", label) for number, (label, _) in enumerate(rows)]
    cells = [
        estimate_cell(row.identifier, dose, f"{row.label}, {dose.label}", shares.get(dose.identifier), wording)
        for row, (_, shares) in zip(drawn, rows, strict=True)
        for dose in wording.columns
    ]
    highest = max((cell.estimate or 0.0 for cell in cells), default=0.0)
    longest = max((cell.high or 0.0 for cell in cells), default=0.0)
    left = label_width([row.label for row in drawn])
    return interval_matrix(drawn, wording.columns, cells, axis_ticks(highest, longest), left)
