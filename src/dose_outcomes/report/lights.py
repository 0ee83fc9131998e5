"""Lights of the first screen: what is compared with a bound of the study, as word, shape and number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dose_outcomes.report.answer import Name, Part, Printed
from dose_outcomes.report.grids import failed
from dose_outcomes.report.register import Estimate
from dose_outcomes.report.wording import Dose, in_sentence, plain

#: Commonly called imbalance; a study may allow more.
COMMON_IMBALANCE = 0.1

Status = Literal["pass", "warn", "fail", "none"]
MARKS: dict[Status, str] = {"pass": "✓", "warn": "△", "fail": "✕", "none": "–"}
WORDS: dict[Status, str] = {"pass": "pass", "warn": "caution", "fail": "fail", "none": "not checked"}
Row = tuple[Dose, Estimate]


@dataclass(frozen=True, slots=True)
class Light:
    """A diagnostic of the first screen: word, shape, the number that decides, and where to read on."""

    name: str
    status: Status
    text: list[Part]
    link: str

    @property
    def mark(self) -> str:
        """Shape of the status, so that it does not hang on a colour."""
        return MARKS[self.status]

    @property
    def word(self) -> str:
        """Word of the status."""
        return WORDS[self.status]


def worst_of(rows: Sequence[Row], choose: Callable[..., Row]) -> tuple[Dose, Estimate, float] | None:
    """Return dose, row and number of the row that `choose` (min or max) takes; None where no number is shown."""
    known = [(dose, row) for dose, row in rows if row.estimate is not None]
    if not known:
        return None
    dose, row = choose(known, key=lambda pair: pair[1].estimate)
    return dose, row, row.estimate or 0.0


def unless_hidden(rows: Sequence[Row], status: Status) -> Status:
    """Return the status, a warning instead of a pass where a number is hidden."""
    return "warn" if status == "pass" and any(row.estimate is None for _, row in rows) else status


def unknown(name: str, rows: Sequence[Row], what: str, link: str) -> Light:
    """Return the light of a diagnostic of which no number is shown."""
    if not rows:
        return Light(name, "none", ["The study does not ask for it"], link)
    return Light(name, "warn", [f"{what}: hidden, because a group is small"], link)


def balance_light(rows: Sequence[Row], bounds: dict[str, Any], link: str) -> Light:
    """Fail: differences at the start beyond the bound; warn: beyond what is commonly called imbalance."""
    worst = worst_of(rows, max)
    if worst is None:
        return unknown("Balance", rows, "Differences between doses at the start", link)
    dose, row, difference = worst
    status: Status = "warn" if difference > COMMON_IMBALANCE else "pass"
    if difference > bounds["maximum_standardised_difference"]:
        status = "fail"
    words = "Doses alike at the start: " if status == "pass" else "Doses differ at the start: "
    text: list[Part] = [words, "standardised difference up to ", Printed(row), ", in ", Name(plain(row.note)),
                        ", at ", Name(in_sentence(dose.label))]  # fmt: skip
    return Light("Balance", unless_hidden(rows, status), text, link)


def imprecise(row: Estimate) -> bool:
    """Tell whether a comparison was marked as too uncertain, or as one of too few patients."""
    return any(words in failed(row) for words in ("fewer than", "wide interval"))
