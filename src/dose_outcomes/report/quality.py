"""Data quality: rows of the input tables, and what the checks found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dose_outcomes.report.wording import plain

MARKS = {"error": "✕", "warning": "△", "info": "✓", "note": "✓"}


@dataclass(frozen=True, slots=True)
class TableRows:
    """Rows of one input table."""

    identifier: str
    table: str
    file: str
    rows_read: int | None
    rows_set_aside: int | None
    rows_used: int | None

    statistic = "count"


@dataclass(frozen=True, slots=True)
class Check:
    """One finding: a word and a shape for how grave it is, and a sentence."""

    table: str
    severity: str
    mark: str
    sentence: str

    @property
    def severity_class(self) -> str:
        """Class of the style sheet; one of a fixed few, whatever the file says."""
        return self.severity if self.severity in MARKS else "note"


@dataclass(frozen=True, slots=True)
class Quality:
    """What is shown of data_quality.json."""

    tables: list[TableRows]
    checks: list[Check]


def quality(content: dict[str, Any]) -> Quality:
    """Return the data quality of a release."""
    tables = [
        TableRows(
            identifier=f"data_quality:{plain(row['table'])}",
            table=plain(row["table"]),
            file=plain(row["file"]),
            rows_read=row.get("rows_read"),
            rows_set_aside=row.get("rows_set_aside"),
            rows_used=row.get("rows_used"),
        )
        for row in content.get("tables", [])
    ]
    checks = [
        Check(
            table=plain(check["table"]),
            severity=plain(check["severity"]),
            mark=MARKS.get(check["severity"], "–"),
            sentence=plain(check["sentence"]),
        )
        for check in content.get("checks", [])
    ]
    return Quality(tables, checks)
