"""Data quality: rows of the input tables, and what the rules found, in the framework of Kahn and colleagues."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dose_outcomes.report.grids import words_of
from dose_outcomes.report.wording import plain

#: A word and a shape for each outcome of a rule; never colour alone.
MARKS = {"passed": "✓", "warned": "△", "failed": "✕", "nothing to check": "–"}
QUESTIONS = {
    "conformance": "Conformance: do types, codes, ranges and references agree with the study file and the instruments?",
    "completeness": "Completeness: is there a value where one is needed?",
    "plausibility": "Plausibility: can it be so, in itself, beside other values, and in time?",
}


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of one row of data_quality.json; a number that is not shown is the text that stands for it."""

    identifier: str
    label: str
    detail: str
    values: dict[str, int | float | str | None]
    notes: tuple[str, ...] = ()
    """How the file was read."""

    statistic = "count"

    def __getattr__(self, column: str) -> int | float | str | None:
        try:
            return self.values[column]
        except KeyError:
            raise AttributeError(column) from None

    def is_number(self, column: str) -> bool:
        """Return whether a column holds a number that is shown."""
        return isinstance(self.values[column], int)

    def instead(self, column: str) -> str:
        """Return what stands where no number is shown."""
        value = self.values[column]
        return "not shown" if value is None else plain(str(value))


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that did not pass: how grave, where, what it says, of how many rows, and what became of them."""

    mark: str
    status: str
    counts: Counts
    sentence: str
    remedy: str
    unit: str
    effect: str


@dataclass(frozen=True, slots=True)
class Quality:
    """What is shown of data_quality.json."""

    tables: list[Counts]
    outcomes: list[tuple[str, str]]
    categories: list[Counts]
    findings: list[Finding]
    unasked: list[str]
    released: Counts | None
    """Rows of estimates.csv, and those that disclosure control shows; None where the release does not say."""
    released_by_analysis: list[Counts]


def quality(content: dict[str, Any]) -> Quality:
    """Return the data quality of a release."""
    tables = [
        Counts(
            identifier=f"data_quality:{plain(row['table'])}",
            label=plain(row["table"]),
            detail=plain(row["file"]),
            values={column: row.get(column) for column in ("rows_read", "rows_set_aside", "rows_used")},
            notes=tuple(plain(note) for note in row.get("notes", [])),
        )
        for row in content.get("tables", [])
    ]
    categories = [
        Counts(
            identifier=f"data_quality:{plain(row['category'])}",
            label=QUESTIONS.get(row["category"], plain(row["category"])),
            detail="",
            values={outcome: row.get(outcome) for outcome in MARKS},
        )
        for row in content.get("summary", [])
    ]
    checks = content.get("checks", [])
    unasked = [plain(check["id"]) for check in checks if check["status"] == "nothing to check"]
    found = [check for status in ("failed", "warned") for check in checks if check["status"] == status]
    return Quality(
        tables, list(MARKS.items()), categories, [_finding(check) for check in found], unasked, *_released(content)
    )


def _released(content: dict[str, Any]) -> tuple[Counts | None, list[Counts]]:
    account = content.get("released")
    if not account:
        return None, []
    values = {name: account[name] for name in ("rows", "shown", "share_shown")}
    whole = Counts("data_quality:released", "All analyses", "", values)
    parts = [
        Counts(
            identifier=f"data_quality:released {plain(row['analysis'])}",
            label=words_of(plain(row["analysis"])),
            detail="",
            values={"rows": row["rows"], "shown": row["shown"]},
        )
        for row in account["analyses"]
    ]
    return whole, parts


def _finding(check: dict[str, Any]) -> Finding:
    place = " · ".join(plain(check[part]) for part in ("table", "column") if check[part])
    origin = plain(check.get("origin", ""))
    return Finding(
        mark=MARKS[check["status"]],
        status=plain(check["status"]),
        counts=Counts(
            identifier=f"data_quality:{plain(check['id'])}",
            label=f"{place} ({origin})" if origin else place,
            detail=plain(check["category"]),
            values={"failing": check["failing"], "checked": check["checked"]},
        ),
        sentence=plain(check["sentence"]),
        remedy=plain(check["remedy"]),
        unit=plain(check["unit"]),
        effect=plain(check["effect"]),
    )
