"""The first answer of a section: one or two plain sentences, made by a rule from the released rows.

Which share, how soon, what side effects: each with its interval, none about causes. What is not shown is said.
"""

from __future__ import annotations

from collections.abc import Sequence

from dose_outcomes.report.answer import Name, Part, Printed, interval_of, reading
from dose_outcomes.report.comparisons import CONTRAST, STRATIFIED, find, last_total
from dose_outcomes.report.grids import failed
from dose_outcomes.report.harm_details import CONTRAST as HARM_CONTRAST
from dose_outcomes.report.hidden import absence
from dose_outcomes.report.register import Estimate, Register
from dose_outcomes.report.response import Response
from dose_outcomes.report.side_effects import SideEffects
from dose_outcomes.report.time_details import STOPPING, TimeDetails
from dose_outcomes.report.times import Times
from dose_outcomes.report.wording import Dose, Wording, in_sentence, plain, week

SERIOUS = "serious_side_effect"
MOST_NAMED = 3


def response_lead(response: Response, register: Register, wording: Wording) -> list[Part]:
    """Return which share has the event, altogether and by dose; empty where nothing was released."""
    if not response.rows:
        return []
    total = response.headline(wording.total_dose)
    people = Name(response.people[:1].upper() + response.people[1:])
    parts: list[Part] = [people, ": ", *_value(total, wording), " of all patients"]
    if len(wording.doses) > 1:
        cells = [(dose, response.headline(dose.identifier)) for dose in wording.doses]
        parts += ["; ", *_by_dose(cells, wording), ". "]
        parts += _difference(response, register, wording) or _ends(cells)
    return [*parts, "."] if parts[-1] != "." else parts


def _difference(response: Response, register: Register, wording: Wording) -> list[Part]:
    """Say how far the last dose lies from the reference."""
    row, adjusted = _difference_row(response, register, wording)
    if row is None or row.estimate is None:
        return []
    names: list[Part] = [Name(wording.doses[-1].label), " less ", Name(in_sentence(row.comparator)), adjusted]
    return [*names, ": ", *_value(row, wording), " percentage points"]


def _difference_row(response: Response, register: Register, wording: Wording) -> tuple[Estimate | None, str]:
    """Return the difference of the last dose: within conditions where that is shown, else altogether."""
    line, dose = last_total(response), wording.doses[-1]
    found: list[Estimate] = []
    for subgroup, words in ((STRATIFIED, " within conditions"), ("", " without regard to condition")):
        row = line and find(register, line, CONTRAST, "risk_difference", dose.identifier,
                            missing_data=response.primary, subgroup=subgroup)  # fmt: skip
        if row and row.estimate is not None:
            return row, words if len(wording.conditions) > 1 else ""
        found += [row] if row else []
    return (found[0] if found else None), ""


def doses_lead(
    response: Response | None, effects: SideEffects | None, register: Register, wording: Wording
) -> list[Part]:
    """Return how the last dose compares with the reference, benefit and harm; empty where no doses are compared.

    The rule has three wordings for each: the interval lies on one side of zero, it holds zero, there is no number.
    """
    if effects is None or len(wording.doses) < 2:
        return []
    dose = wording.doses[-1]
    benefit = _difference_row(response, register, wording)[0] if response else None
    harm = register.one(HARM_CONTRAST, "risk_difference", effects.condition, dose.identifier, endpoint="any")
    rows = [("responders" if not (response and response.harm) else "patients with the event", benefit),
            ("patients with a side effect", harm)]  # fmt: skip
    reference = next((row.comparator for _, row in rows if row), "")
    if not reference:
        return []
    parts: list[Part] = [Name(dose.label), " compared with ", Name(in_sentence(reference)), ", percentage points: "]
    for number, (people, row) in enumerate(rows):
        parts += ["; " if number else "", f"{people} ", *_value(row, wording), *_told_apart(row, dose)]
    return [*parts, "."]


def _told_apart(row: Estimate | None, dose: Dose) -> list[Part]:
    if row is None or row.estimate is None or row.low is None or row.high is None:
        return []
    caution = failed(row)
    warned: list[Part] = [" (caution: ", Name(caution), ")"] if caution else []
    if row.low <= 0 <= row.high:
        return [", an interval that holds no difference", *warned]
    return [", more at " if row.low > 0 else ", fewer at ", Name(in_sentence(dose.label)), *warned]


def _ends(cells: Sequence[tuple[Dose, Estimate | None]]) -> list[Part]:
    """Say how the intervals of the first and the last dose lie."""
    (first, lowest), (last, highest) = cells[0], cells[-1]
    found = reading(lowest, highest)
    names: list[Part] = [Name(in_sentence(first.label)), " and ", Name(in_sentence(last.label))]
    if found == "not_estimable":
        return [*names, " cannot be set side by side"]
    return ["The intervals at ", *names, " overlap" if found == "overlapping" else " lie apart"]


def time_lead(times: Sequence[Times], details: Sequence[TimeDetails], wording: Wording) -> list[Part]:
    """Return how soon: what had come first by the last day asked for, and the days until half have had the event."""
    parts: list[Part] = []
    for detail in details[:1]:
        days = detail.incidence_days
        responded, stopped = (
            (detail.incidence_row(prefix, wording.total_dose, days[-1]) if days else None) for prefix in ("", STOPPING)
        )
        if responded is not None and stopped is not None:
            parts += ["By ", Name(week(days[-1])), ", ", *_value(responded, wording)]
            event = detail.words("a response")
            parts += [f" of patients had had {event} on the drug, and ", *_value(stopped, wording)]
            parts.append(f" had stopped it before {event}. ")
    for question in times[:1]:
        medians = next((row.cells for row in question.medians if row.total or len(question.medians) == 1), {})
        whole = medians.get(wording.total_dose)
        parts += ["Days until half of the patients have had ", Name(question.event), ": "]
        if whole is not None and whole.estimate is not None:
            parts += _value(whole, wording)
        elif len(wording.doses) > 1:
            parts += _by_dose([(dose, medians.get(dose.identifier)) for dose in wording.doses], wording)
        else:
            parts += _value(whole, wording)
        parts.append(".")
    return parts


def side_effects_lead(effects: SideEffects, register: Register, wording: Wording) -> list[Part]:
    """Return which share had any, which were most frequent, and how many had a serious one."""
    if effects.any is None:
        return []
    dose = wording.total_dose
    parts: list[Part] = ["At least one side effect: ", *_value(effects.any.shares.get(dose), wording), " of patients"]
    terms = [line for line in effects.of("term") if (row := line.shares.get(dose)) and row.estimate is not None]
    for number, line in enumerate(terms[:MOST_NAMED]):
        opening = "; most frequent: " if number == 0 else ", "
        parts += [opening, Name(in_sentence(line.label)), " ", *_value(line.shares[dose], wording, interval=False)]
    serious = register.one(SERIOUS, "proportion", effects.condition, dose, endpoint="any")
    if serious is not None:
        parts += [". A serious one: ", *_value(serious, wording)]
    return [*parts, "."]


def _by_dose(cells: Sequence[tuple[Dose, Estimate | None]], wording: Wording) -> list[Part]:
    parts: list[Part] = []
    for number, (dose, row) in enumerate(cells):
        parts += [", " if number else "", *_value(row, wording, interval=False), " at ", Name(in_sentence(dose.label))]
    return parts


def _value(row: Estimate | None, wording: Wording, interval: bool = True) -> list[Part]:
    """Return a number with its interval, or why there is none."""
    gap = absence(row, wording.minimum)
    if row is None or gap:
        text = gap.text if gap else "not analysed"
        return [Name("not shown" if text.startswith("<") else plain(text))]
    return [Printed(row), *(interval_of(row, wording, named=True) if interval else [])]
