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

#: Forms of cells that are about `n` patients.
OF_PATIENTS = frozenset({"share", "patients", "days", "mean", "median"})
_OF = re.compile(r"/(patients at risk|patients|all)\b")

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
    patients: Sequence[Estimate | None] = ()
    """Rows whose `n` is that of a whole column, where the cells do not say it."""

    @property
    def denominators(self) -> list[Estimate | None]:
        """By column a row whose `n` is that of all its cells; all None where a column has several."""
        if self.patients:
            return [*self.patients, *[None] * (len(self.heads) - len(self.patients))]
        columns = zip(*(line.cells for section in self.sections for line in section.lines), strict=True)
        return one_denominator([cell.row for cell in cells if cell.form in OF_PATIENTS] for cells in columns)

    @property
    def words(self) -> str:
        """The note; where the heads say of how many patients, the cells do not."""
        return in_heads(self.note) if any(self.denominators) else self.note

    @property
    def sortable(self) -> bool:
        """Whether rows may change their order."""
        return len(self.sections) == 1 and not self.sections[0].heading


def grid(title: str, first: str, heads: Sequence[str], lines: Iterable[Line], note: str = "") -> Grid | None:
    """Return a table of one section; None when no line has a row."""
    return grid_of(title, first, heads, [Section("", list(lines))], note)


def grid_of(
    title: str,
    first: str,
    heads: Sequence[str],
    sections: Iterable[Section],
    note: str = "",
    patients: Sequence[Estimate | None] = (),
) -> Grid | None:
    """Return a table of those sections and lines that have a row; None when there is none."""
    kept = []
    for section in sections:
        lines = [line for line in section.lines if any(cell.row is not None for cell in line.cells)]
        if lines:
            kept.append(Section(section.heading, lines))
    return Grid(title, first, list(heads), kept, note, patients) if kept else None


def one_denominator(columns: Iterable[Sequence[Estimate | None]]) -> list[Estimate | None]:
    """Return for each column of rows one with the `n` of all of them; all None where any column has several.

    A column without rows has None. One row says its `n` itself.

    Parameters
    ----------
    columns : iterable of sequences of Estimate or None
        Rows of each column; of hidden rows `n` may be unknown.
    """
    found: list[Estimate | None] = []
    columns = list(columns)
    for rows in columns:
        counted = [row for row in rows if row is not None and row.n is not None]
        if rows and (len(rows) == 1 or len({row.n for row in counted}) != 1):
            return [None] * len(columns)
        found.append(counted[0] if counted else None)
    return found


def in_heads(note: str) -> str:
    """Return a note of counts of patients for a table whose heads say of how many.

    Examples
    --------
    >>> in_heads("Share, 95% CI, patients with it/patients. Hidden: small.")
    'Share, 95% CI, patients with it. n in a head: all patients of its column. Hidden: small.'
    """
    counted, dot, rest = _OF.sub("", note).partition(". ")
    return f"{counted.removesuffix('.')}. n in a head: all patients of its column.{' ' if dot else ''}{rest}"


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
