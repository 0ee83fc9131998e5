"""Tables of released rows as plain values: builders arrange them, one macro prints them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from dose_outcomes.report.register import Estimate
from dose_outcomes.report.wording import Dose, Wording, plain

Form = Literal[
    "share", "patients", "rate", "days", "number", "estimate", "mean", "median", "test", "statistic",
    "difference", "limits", "treated", "conclusion", "words", "named",
]  # fmt: skip

FAILED = "diagnostics failed: "
"""How the note of an estimate begins that fails a bound of the study (`outcomes.precision`)."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What one cell prints: rows, in the way its form says."""

    form: Form
    row: Estimate | None = None
    others: tuple[Estimate | None, ...] = ()
    """Of a mean its standard deviation, of a median its quartiles."""
    text: str = ""
    """Of a named number its name."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table."""

    label: str
    cells: Sequence[Cell]
    detail: str = ""
    total: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under a heading of their own; without heading where it is empty."""

    heading: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: what it is called, its columns, its lines."""

    title: str
    first: str
    heads: Sequence[str]
    sections: Sequence[Section] = field(default_factory=tuple)
    note: str = ""

    @property
    def sortable(self) -> bool:
        """Whether rows may change their order."""
        return len(self.sections) == 1 and not self.sections[0].heading


def grid(title: str, first: str, heads: Sequence[str], lines: Iterable[Line], note: str = "") -> Grid | None:
    """Return a table of one section; None when no line has a row."""
    return grid_of(title, first, heads, [Section("", list(lines))], note)


def grid_of(title: str, first: str, heads: Sequence[str], sections: Iterable[Section], note: str = "") -> Grid | None:
    """Return a table of those sections and lines that have a row; None when there is none."""
    kept = []
    for section in sections:
        lines = [line for line in section.lines if any(cell.row is not None for cell in line.cells)]
        if lines:
            kept.append(Section(section.heading, lines))
    return Grid(title, first, list(heads), kept, note) if kept else None


def by_dose(form: Form, doses: Iterable[Dose], find: Callable[[str], Estimate | None]) -> list[Cell]:
    """Return a cell for every dose."""
    return [Cell(form, find(dose.identifier)) for dose in doses]


def dose_heads(doses: Iterable[Dose]) -> list[str]:
    """Return the heads of columns that are doses."""
    return [dose.label for dose in doses]


def failed(row: Estimate | None) -> str:
    """Return the diagnostics that a row fails, without their numbers (which are rows of their own); empty when none.

    The note names each as `reason: number (bound number)` or `reason (bound number)`, with commas between them.
    """
    if row is None or not row.note.startswith(FAILED):
        return ""
    reasons, _, _ = row.note.removeprefix(FAILED).partition("; ")
    words = plain(re.sub(r"(: [^,]*)? \(bound [^,)]*\)", "", reasons))
    return re.sub(r"(follow-up short at [^,]*), follow-up short at ", r"\1 and ", words)


def compared(wording: Wording, rows: Iterable[Estimate]) -> tuple[str, list[Dose]]:
    """Return the reference dose and the doses compared with it, as released."""
    rows = [row for row in rows if row.comparator]
    reference = rows[0].comparator if rows else ""
    found = {row.dose for row in rows}
    return plain(reference), [dose for dose in wording.doses if dose.identifier in found]


def words_of(identifier: str, names: Mapping[str, str] | None = None) -> str:
    """Return an identifier as words: looked up, else with spaces and a capital.

    Examples
    --------
    >>> words_of("lost_to_follow_up")
    'Lost to follow up'
    """
    if names and identifier in names:
        return names[identifier]
    text = plain(identifier.replace("_", " "))
    return text[:1].upper() + text[1:]
