"""What asking a rule gave: how many rows were asked, how many broke it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from dose_outcomes.cohort.checks.rule import Rule
from dose_outcomes.cohort.faults import Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One rule and its result.

    Attributes
    ----------
    id, table, column, sentence, remedy, severity, category, aspect, unit : str
        Of the rule.
    checked : int
        Rows (or patients, as `unit` says) that were asked; 0 when there was nothing to check.
    failing : int
        Those of them that broke it.
    """

    id: str
    table: str
    column: str
    sentence: str
    remedy: str
    severity: str
    category: str
    aspect: str
    unit: str
    checked: int
    failing: int

    @classmethod
    def of_rule(cls, rule: Rule, checked: int, failing: int) -> Verdict:
        """Return the verdict of a rule."""
        return cls(
            id=rule.id,
            table=rule.table,
            column=rule.column,
            sentence=rule.sentence,
            remedy=rule.remedy,
            severity=rule.severity,
            category=rule.category,
            aspect=rule.aspect,
            unit=rule.unit,
            checked=checked,
            failing=failing,
        )

    @classmethod
    def of_fault(cls, fault: Fault, checked: int) -> Verdict:
        """Return the verdict of what was found outside a rule, as cells that cannot be converted are."""
        return cls(
            id=fault.check,
            table=fault.table,
            column=fault.column,
            sentence=fault.sentence,
            remedy=fault.remedy,
            severity=fault.severity,
            category=fault.category,
            aspect=fault.aspect,
            unit="rows",
            checked=max(checked if fault.checked is None else fault.checked, fault.count),
            failing=fault.count,
        )

    def as_record(self) -> dict[str, Any]:
        """Return what is stored."""
        return asdict(self)
