"""What stands where there is no number: hidden, hidden for another cell, no patients, not estimable."""

from __future__ import annotations

from dataclasses import dataclass

from dose_outcomes.report.register import Estimate
from dose_outcomes.report.wording import plain


@dataclass(frozen=True, slots=True)
class Absence:
    """A word for an empty cell, and why it is empty."""

    kind: str
    """`suppressed`, `secondary`, `no_patients`, `not_estimable` or `not_analysed`."""
    text: str
    reason: str


def absence(row: Estimate | None, minimum: int) -> Absence | None:
    """Return what to print instead of a number, None when there is a number.

    Parameters
    ----------
    row : Estimate or None
        None when the study does not ask for this row.
    minimum : int
        Smallest count that is shown.
    """
    if row is None:
        return Absence("not_analysed", "not analysed", "the study does not ask for it")
    if row.status == "shown":
        return None
    if row.status == "suppressed":
        return suppression(row.suppressed, minimum)
    if row.status == "no_patients":
        return Absence("no_patients", "no patients" if row.note != "no person-time" else row.note, "nobody to count")
    note = plain(row.note).removeprefix("not estimable: ") or "no reason given"
    unreached = row.statistic.endswith("_days") and "not reached" in note
    return Absence("not_estimable", "not reached" if unreached else "not estimable", note)


def suppression(reason: str, minimum: int) -> Absence:
    """Return the word for a hidden number: `<5` for a small count, `not shown` for what would reveal one."""
    if "below" in reason:
        return Absence("suppressed", f"<{minimum}", f"hidden: a count behind this cell is below {minimum}")
    return Absence("secondary", "not shown", f"hidden: {plain(reason)}")
