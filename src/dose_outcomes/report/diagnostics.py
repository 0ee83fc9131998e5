"""Whether the data can bear the comparisons: five lights on the first screen, and the numbers behind them.

A light compares a released number with the bound that the study sets for it; the mark of a single comparison is in its
note (`grids.failed`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dose_outcomes.report.answer import Name, Part, Printed
from dose_outcomes.report.comparisons import CONTRAST, STRATIFIED, find, last_total
from dose_outcomes.report.grids import (
    Cell,
    Grid,
    Line,
    Section,
    by_dose,
    compared,
    dose_heads,
    failed,
    grid,
    grid_of,
)
from dose_outcomes.report.register import Estimate, Register
from dose_outcomes.report.response import Response, ResponseRow
from dose_outcomes.report.wording import Dose, Wording, in_sentence, plain

ANALYSIS = "contrast_diagnostics"
BALANCE, FOLLOWED, WIDTH = "maximum_standardised_difference", "share_followed_to_horizon", "interval_width"
#: Commonly called imbalance; a study may allow more.
COMMON_IMBALANCE = 0.1

Status = Literal["pass", "warn", "fail", "none"]
MARKS: dict[Status, str] = {"pass": "✓", "warn": "△", "fail": "✕", "none": "–"}


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


class Diagnostics:
    """The tables of one endpoint, each None where nothing was released for it."""

    def __init__(self, response: Response, register: Register, wording: Wording) -> None:
        self._response, self._register, self._wording = response, register, wording
        self._handling = response.primary
        rows = [row for row in register.select(ANALYSIS, statistic=BALANCE)
                if any(row.endpoint in line.names for line in response.rows)]  # fmt: skip
        self.reference, self.doses = compared(wording, rows)
        self.total = self._total(last_total(response))
        self.seen = self._seen(last_total(response))
        self.by_condition = self._by_condition()
        self.follow_up = self._follow_up()

    def row(self, line: ResponseRow, statistic: str, dose: str, subgroup: str = "") -> Estimate | None:
        """Return a diagnostic of a condition and dose."""
        return find(self._register, line, ANALYSIS, statistic, dose, missing_data=self._handling, subgroup=subgroup)

    def _total(self, line: ResponseRow | None) -> Grid | None:
        if line is None or not self.doses:
            return None
        several = len(self._wording.conditions) > 1
        crude = "without regard to conditions" if several else ""
        sections = [
            Section(words, [self._compared(line, dose, subgroup) for dose in self.doses])
            for subgroup, words in ((STRATIFIED, "within conditions"), ("", crude))
        ]
        return grid_of(
            f"{self._response.label}: diagnostics of the comparisons with {self.reference}",
            "Dose",
            ["Largest standardised difference at the start", "Width of the interval of the difference",
             "Effective patients", f"Effective patients, {self.reference}"],
            sections,
            "Effective patients: so many of equal weight would tell as much (Kish). Bounds: see Methods."
            + self._wording.hidden_legend,
        )  # fmt: skip

    def _seen(self, line: ResponseRow | None) -> Grid | None:
        if line is None:
            return None
        statistics = (FOLLOWED, "median_follow_up_days", "proportion_missing")
        lines = [
            Line(dose.label, [Cell("number", self.row(line, statistic, dose.identifier)) for statistic in statistics])
            for dose in self._wording.doses
        ]
        return grid(
            f"{self._response.label}: who was seen long enough",
            "Dose",
            ["Followed to the visit", "Median days of follow-up", "Without a score at the visit"],
            lines,
            "Followed: under observation when the window of the target visit began, or dead before it. Median: reverse "
            "Kaplan-Meier." + self._wording.hidden_legend,
        )

    def _compared(self, line: ResponseRow, dose: Dose, subgroup: str) -> Line:
        sizes = ("effective_sample_size", "reference_effective_sample_size") if subgroup else ()
        cells = [
            self._named(line, dose, subgroup),
            Cell("number", self.row(line, WIDTH, dose.identifier, subgroup)),
            *(Cell("number", self.row(line, statistic, dose.identifier, subgroup)) for statistic in sizes),
        ]
        return Line(dose.label, [*cells, *[Cell("words", text="–")] * (4 - len(cells))])

    def _named(self, line: ResponseRow, dose: Dose, subgroup: str = "") -> Cell:
        row = self.row(line, BALANCE, dose.identifier, subgroup)
        return Cell("named", row, text=plain(row.note) if row else "")

    def _by_condition(self) -> Grid | None:
        lines = [
            Line(line.label, [self._named(line, dose) for dose in self.doses])
            for line in self._response.rows
            if not line.total
        ]
        return grid(
            f"{self._response.label}: largest standardised difference from {self.reference} at the start",
            "Condition",
            dose_heads(self.doses),
            lines,
            "Absolute, with what differs so much. Small groups differ by chance." + self._wording.hidden_legend,
        )

    def _follow_up(self) -> Grid | None:
        lines = [
            Line(
                line.label,
                by_dose("number", self._wording.doses, lambda dose, line=line: self.row(line, FOLLOWED, dose)),  # type: ignore[misc]
            )
            for line in self._response.rows
            if not line.total
        ]
        return grid(
            f"{self._response.label}: patients followed to the visit",
            "Condition",
            dose_heads(self._wording.doses),
            lines,
            "Under observation when the window of the target visit began, or dead before it."
            + self._wording.hidden_legend,
        )


def strip(responses: Sequence[Response], register: Register, wording: Wording) -> list[Light]:
    """Return the lights of the first screen, for the first endpoint over all conditions."""
    bounds: dict[str, Any] = wording.study.get("diagnostics", {})
    controls = Light("Negative controls", "none", ["none declared"], "methods")
    line = last_total(responses[0]) if responses else None
    if line is None or not bounds:
        names = ("Cohort", "Balance", "Missing", "Power")
        return [*(Light(name, "none", ["not analysed"], "methods") for name in names), controls]
    found = Diagnostics(responses[0], register, wording)
    link = "diagnostics-1" if found.total else "methods"
    subgroup = STRATIFIED if any(found.row(line, BALANCE, dose.identifier, STRATIFIED) for dose in found.doses) else ""

    def rows(statistic: str, doses: Iterable[Dose], within: str = "") -> list[tuple[Dose, Estimate]]:
        pairs = ((dose, found.row(line, statistic, dose.identifier, within)) for dose in doses)
        return [(dose, row) for dose, row in pairs if row is not None]

    contrasts = [
        (dose, row)
        for dose in found.doses
        if (row := find(register, line, CONTRAST, "risk_difference", dose.identifier,
                        missing_data=responses[0].primary, subgroup=subgroup))
    ]  # fmt: skip
    return [
        _cohort(rows(FOLLOWED, wording.doses), bounds, link),
        _light("Balance", rows(BALANCE, found.doses, subgroup), link, max, lambda value: _balance(value, bounds),
               lambda row: [" in ", Name(plain(row.note)), ": largest standardised difference"]),
        _light("Missing", rows("proportion_missing", wording.doses), link, max,
               lambda value: "fail" if value > bounds["maximum_share_missing"] else "pass",
               lambda row: [" without a score at the visit"]),
        _power(contrasts, rows(WIDTH, found.doses, subgroup), link),
        controls,
    ]  # fmt: skip


def _light(
    name: str,
    rows: Sequence[tuple[Dose, Estimate]],
    link: str,
    worst: Callable[..., tuple[Dose, Estimate]],
    judge: Callable[[float], Status],
    words: Callable[[Estimate], list[Part]],
) -> Light:
    """Return a light that the worst of the doses decides; a hidden number is no pass."""
    known = [(dose, row) for dose, row in rows if row.estimate is not None]
    if not known:
        return Light(name, "warn" if rows else "none", ["not shown" if rows else "not analysed"], link)
    dose, row = worst(known, key=lambda pair: pair[1].estimate)
    status = judge(row.estimate or 0.0)
    if status == "pass" and len(known) < len(rows):
        status = "warn"
    return Light(name, status, [Printed(row), *words(row), ", ", Name(in_sentence(dose.label))], link)


def _balance(value: float, bounds: dict[str, Any]) -> Status:
    if value > bounds["maximum_standardised_difference"]:
        return "fail"
    return "warn" if value > COMMON_IMBALANCE else "pass"


def _cohort(rows: Sequence[tuple[Dose, Estimate]], bounds: dict[str, Any], link: str) -> Light:
    """Fail: a dose with too few patients; warn: one of which too few were followed."""
    few = [(dose, row) for dose, row in rows if row.n is None or row.n < bounds["minimum_patients"]]
    if few:
        return Light("Cohort", "fail", ["too few patients, ", Name(in_sentence(few[0][0].label))], link)
    return _light(
        "Cohort",
        rows,
        link,
        min,
        lambda value: "warn" if value < bounds["minimum_share_followed"] else "pass",
        lambda row: [" followed to the visit"],
    )


def _power(contrasts: Sequence[tuple[Dose, Estimate]], widths: Sequence[tuple[Dose, Estimate]], link: str) -> Light:
    """Fail: no dose can be compared with precision enough; warn: some cannot."""
    weak = [dose for dose, row in contrasts if row.estimate is None or _imprecise(row)]
    status: Status = "pass" if not weak else "fail" if len(weak) == len(contrasts) else "warn"
    if not contrasts:
        return Light("Power", "none", ["not analysed"], link)
    return Light("Power", status, _light("Power", widths, link, max, lambda _: "pass",
                                         lambda _: [" wide: interval of the difference"]).text, link)  # fmt: skip


def _imprecise(row: Estimate) -> bool:
    return any(words in failed(row) for words in ("fewer than", "wide interval"))
