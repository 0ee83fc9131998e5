"""What the checks found, as text for the console: files, rows, columns and remedies, never a value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from dose_outcomes.cohort.faults import Fault
from dose_outcomes.cohort.quality import STATUSES, status

if TYPE_CHECKING:
    from dose_outcomes.cohort.checks.verdicts import Verdict
    from dose_outcomes.study import Study


def summary_text(verdicts: Iterable[Verdict], rows: dict[str, int], study: Study, identifying: int = 0) -> str:
    """Return how many tables, rows and rules there were, how many rules came out how, and how many identifiers.

    Parameters
    ----------
    rows : dict of str to int
        Table: rows read.
    identifying : int
        Findings of what could tell who a patient is.
    """
    outcomes = [
        status(one.severity, one.checked, one.failing, study.quality.thresholds.get(one.id)) for one in verdicts
    ]
    counts = ", ".join(f"{outcomes.count(outcome)} {outcome}" for outcome in STATUSES)
    found = f"{identifying} found, which stop the run" if identifying else "none found"
    return (
        f"Tables: {len(rows)}, rows read: {sum(rows.values())}\n"
        f"Rules: {len(outcomes)}: {counts}\n"
        f"What could tell who a patient is: {found}"
    )


def account_text(accounts: list[dict[str, Any]]) -> str:
    """Return in words what was read, used and set aside.

    Examples
    --------
    >>> doses = {"table": "doses", "file": "d.csv", "rows_read": 9, "set_aside": {"late": 2}, "rows_used": 7}
    >>> print(account_text([doses]))
    doses (d.csv): 9 rows read, 7 used
      2 set aside: late
    """
    lines = []
    for account in accounts:
        name = f"{account['table']} ({account['file']})"
        lines.append(f"{name}: {account['rows_read']} rows read, {account['rows_used']} used")
        lines += [f"  {number} set aside: {reason}" for reason, number in account["set_aside"].items()]
        lines += [f"  {note}" for note in account.get("notes", ())]
    return "\n".join(lines)


def findings_text(faults: Iterable[Fault], values_file: str) -> str:
    """Return every finding, errors (whose rows were set aside) first; "No problem found." when there is none."""
    faults = list(faults)
    lines = []
    for severity, heading in (("error", "Set aside"), ("warning", "Warnings; the rows are used as they stand")):
        found = [fault for fault in faults if fault.severity == severity]
        if found:
            lines += [f"{heading}: {len(found)}", *(f"- {fault.listed}" for fault in found)]
    if any(fault.values for fault in faults):
        lines.append(f"The values are in {values_file} (patient level: keep it where the data may be).")
    return "\n".join(lines or ["No problem found."])
