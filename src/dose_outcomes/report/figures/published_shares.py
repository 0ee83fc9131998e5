"""Published shares beside those of the study: a row for each publication, two panels on one axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.report.figures.composition import Specification
from dose_outcomes.report.figures.estimate_cells import estimate_cell
from dose_outcomes.report.figures.matrix import MatrixRow, axis_ticks, interval_matrix, label_width
from dose_outcomes.report.literature import PANELS, Published

if TYPE_CHECKING:
    from dose_outcomes.report.wording import Wording


def published_shares(results: list[Published], wording: Wording) -> Specification:
    """Return the figure: published and own share of every result with a published count."""
    rows = [MatrixRow(f"r{number}", f"{one.condition}: {one.label}") for number, one in enumerate(results)]
    cells = [
        estimate_cell(row.identifier, panel, f"{row.label}, {panel.label}", share, wording)
        for row, one in zip(rows, results, strict=True)
        for panel, share in zip(PANELS, (one.published, one.own), strict=True)
    ]
    highest = max((cell.estimate or 0.0 for cell in cells), default=0.0)
    longest = max((cell.high or 0.0 for cell in cells), default=0.0)
    return interval_matrix(rows, PANELS, cells, axis_ticks(highest, longest), label_width([row.label for row in rows]))
