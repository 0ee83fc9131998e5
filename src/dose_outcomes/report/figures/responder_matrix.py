"""Share of responders by condition and dose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.report.figures.composition import Specification
from dose_outcomes.report.figures.estimate_cells import estimate_cell
from dose_outcomes.report.figures.matrix import MatrixRow, interval_matrix, label_width

if TYPE_CHECKING:
    from dose_outcomes.report.response import Response
    from dose_outcomes.report.wording import Wording


def responder_matrix(response: Response, wording: Wording) -> Specification:
    """Return the figure: rows are conditions (or visits), panels doses, on one axis from 0 to 100 %."""
    rows = [
        MatrixRow(f"r{number}", row.label, row.total and len(wording.conditions) > 1)
        for number, row in enumerate(response.rows)
    ]
    cells = [
        estimate_cell(
            drawn.identifier, dose, f"{row.label}, {dose.label}", row.cells[response.primary][dose.identifier], wording
        )
        for drawn, row in zip(rows, response.rows, strict=True)
        for dose in wording.columns
    ]
    return interval_matrix(rows, wording.columns, cells, [0, 0.5, 1], label_width([row.label for row in rows]))
