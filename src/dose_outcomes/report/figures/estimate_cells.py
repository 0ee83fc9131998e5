"""From a released share to what a panel of a figure shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.report.figures.matrix import Cell, Kind
from dose_outcomes.report.hidden import absence
from dose_outcomes.report.numbers import show

if TYPE_CHECKING:
    from dose_outcomes.report.register import Estimate
    from dose_outcomes.report.wording import Dose, Wording


def estimate_cell(row: str, dose: Dose, name: str, estimate: Estimate | None, wording: Wording) -> Cell:
    """Return the cell of a share.

    Parameters
    ----------
    row : str
        Identifier of the row of the figure.
    dose : Dose
        The panel.
    name : str
        What the share is about, for the tooltip.
    estimate : Estimate or None
        The released row.
    wording : Wording
        Labels and the smallest count shown.
    """
    gap = absence(estimate, wording.minimum)
    if gap or estimate is None:
        identifier = estimate.identifier if estimate else ""
        text, reason = (gap.text, gap.reason) if gap else ("", "")
        kind: Kind = "hidden" if gap and gap.kind in ("suppressed", "secondary") else "absent"
        return Cell(row, dose.identifier, kind, identifier, f"{name}: {text} ({reason})", text)
    return Cell(
        row=row,
        dose=dose.identifier,
        kind="zero" if estimate.events == 0 else "shown",
        identifier=estimate.identifier,
        tip=f"{name}: {share_in_words(estimate, wording)}",
        estimate=estimate.estimate,
        low=estimate.low,
        high=estimate.high,
    )


def share_in_words(estimate: Estimate, wording: Wording) -> str:
    """Return a share with interval and counts as text."""
    words = show(estimate)
    if estimate.low is not None and estimate.high is not None:
        words += f" ({wording.interval} {show(estimate, 'low', False)} to {show(estimate, 'high', False)})"
    if estimate.events is not None and estimate.n is not None:
        words += f", {show(estimate, 'events')} of {show(estimate, 'n')} patients"
    return words
