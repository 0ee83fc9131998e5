"""The first screen: a title made from results by a rule, and three cards, benefit and harm together.

The rule has three wordings: two groups whose intervals lie apart, two groups whose intervals overlap
(or one group alone), and not estimable. None says that a dose causes anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dose_outcomes.report.hidden import absence
from dose_outcomes.report.register import Estimate, Register
from dose_outcomes.report.response import Response
from dose_outcomes.report.side_effects import SideEffects
from dose_outcomes.report.wording import Dose, Wording, in_sentence


@dataclass(frozen=True, slots=True)
class Printed:
    """A number in a sentence: column of a row."""

    row: Estimate
    column: str = "estimate"
    unit: bool = True


@dataclass(frozen=True, slots=True)
class Name:
    """A label of the study in a sentence."""

    text: str


Part = str | Printed | Name
"""Of a sentence: words, numbers with their rows, labels."""

Reading = Literal["apart", "overlapping", "not_estimable"]


def reading(first: Estimate | None, second: Estimate | None) -> Reading:
    """Tell how the intervals of two groups lie; whether they differ is the matter of a test, which this is not."""
    if first is None or second is None:
        return "not_estimable"
    ends = (first.low, first.high, second.low, second.high)
    if any(end is None for end in ends):
        return "not_estimable"
    low_1, high_1, low_2, high_2 = (end for end in ends if end is not None)
    return "overlapping" if low_1 <= high_2 and low_2 <= high_1 else "apart"


def title(
    response: Response | None, effects: SideEffects | None, wording: Wording, compared: bool = False
) -> list[Part]:
    """Return the main finding with its uncertainty: benefit first, harm in the same sentence.

    With a group without drug the highest dose stands beside it; else all patients together.

    Parameters
    ----------
    compared : bool
        Whether the differences stand below with intervals of their own, which say more than whether two overlap.
    """
    groups = _groups(wording)
    benefit = [response.headline(dose.identifier) if response else None for dose in groups]
    harm = [effects.any.shares.get(dose.identifier) if effects and effects.any else None for dose in groups]
    name = in_sentence(response.label) if response else "response"
    parts: list[Part] = _finding(
        Name(name[:1].upper() + name[1:]), benefit, groups, wording, first=True, compared=compared
    )
    return [
        *parts,
        "; ",
        *_finding(
            "any side effect",
            harm,
            groups,
            wording,
            first=False,
            compared=compared,
            named=not any(isinstance(part, Printed) for part in parts),
        ),
    ]


def _groups(wording: Wording) -> list[Dose]:
    reference = wording.reference_dose
    active = [dose for dose in wording.doses if dose != reference]
    return [active[-1], reference] if reference and active else [wording.columns[-1]]


def _finding(
    subject: Part,
    rows: list[Estimate | None],
    groups: list[Dose],
    wording: Wording,
    first: bool,
    compared: bool,
    named: bool = True,
) -> list[Part]:
    if any(row is None or row.estimate is None for row in rows):
        return [subject, ": ", _why_not(rows, wording)]
    parts: list[Part] = [subject, " in "]
    for number, (row, dose) in enumerate(zip(rows, groups, strict=True)):
        if row is None:
            continue
        parts += [" and in " if number else "", Printed(row)]
        if len(groups) > 1:
            parts += [" on ", Name(in_sentence(dose.label))]
        elif first:
            parts.append(" of patients")
        parts += interval_of(row, wording, named=named and number == 0)
    if len(rows) > 1 and not compared and reading(rows[0], rows[1]) == "overlapping":
        parts.append(", with overlapping intervals")
    return parts


def interval_of(row: Estimate, wording: Wording, named: bool) -> list[Part]:
    """Return an interval in brackets, with its name where it is the first."""
    if row.low is None or row.high is None:
        return [" (no interval)"]
    opening: list[Part] = [" (", Name(wording.interval), " "] if named else [" ("]
    return [*opening, Printed(row, "low", unit=False), " to ", Printed(row, "high", unit=False), ")"]


def _why_not(rows: list[Estimate | None], wording: Wording) -> str:
    gaps = [gap for gap in (absence(row, wording.minimum) for row in rows) if gap]
    kinds = {gap.kind for gap in gaps}
    if kinds & {"suppressed", "secondary"}:
        return "not shown, because a count is too small"
    return gaps[0].text if gaps else "not estimable"


@dataclass(frozen=True, slots=True)
class Card:
    """A number of the first screen with what it is, or the reason why there is none."""

    heading: str
    row: Estimate | None
    gap: str
    text: list[Part]
    detail: list[Part]
    interval: list[Part]


def cards(register: Register, response: Response | None, effects: SideEffects | None, wording: Wording) -> list[Card]:
    """Return patients, benefit, harm."""
    dose = _groups(wording)[0]
    single = len(_groups(wording)) == 1
    patients = register.find("cohort", "number_of_patients", wording.total, wording.total_dose)
    count = len(wording.conditions)
    span = wording.doses[0].label + (f" to {wording.doses[-1].label}" if len(wording.doses) > 1 else "")
    conditions = Name(f"{count} conditions" if count > 1 else next(iter(wording.conditions.values())))
    benefit = response.headline(dose.identifier) if response else None
    harm = effects.any.shares.get(dose.identifier) if effects and effects.any else None
    where: list[Part] = [] if single else [" on ", Name(in_sentence(dose.label))]
    met: Part = Name(in_sentence(response.label)) if response else "no response was asked for"
    return [
        _card("Patients", patients, ["patients analysed"], [conditions, ", ", Name(span)], wording),
        _card("Harm" if response and response.harm else "Benefit", benefit, [met, *where],
              _of(benefit, " who could be assessed"), wording),
        _card("Harm", harm, ["at least one side effect", *where], _of(harm), wording),
    ]  # fmt: skip


def _card(heading: str, row: Estimate | None, text: list[Part], detail: list[Part], wording: Wording) -> Card:
    gap = absence(row, wording.minimum)
    interval: list[Part] = []
    if row and row.low is not None and row.high is not None:
        interval = [
            Name(wording.interval),
            " ",
            Printed(row, "low", unit=False),
            " to ",
            Printed(row, "high", unit=False),
        ]
    return Card(heading, None if gap else row, gap.text if gap else "", text, detail, interval)


def _of(row: Estimate | None, whom: str = "") -> list[Part]:
    if row is None or row.estimate is None or row.events is None or row.n is None:
        return []
    return [Printed(row, "events"), " of ", Printed(row, "n"), f" patients{whom}"]
