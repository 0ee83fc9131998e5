"""Whether the data can bear the comparisons: five lights on the first screen, and the numbers behind them.

A light compares a released number with the bound that the study sets for it; the mark of a single comparison is in its
note (`grids.failed`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf
from typing import Any

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
    grid,
    grid_of,
)
from dose_outcomes.report.lights import Light, Row, Status, balance_light, imprecise, unknown, unless_hidden, worst_of
from dose_outcomes.report.register import Estimate, Register
from dose_outcomes.report.response import Response, ResponseRow
from dose_outcomes.report.wording import Dose, Wording, in_sentence, plain

ANALYSIS = "contrast_diagnostics"
BALANCE, FOLLOWED, WIDTH = "maximum_standardised_difference", "share_followed_to_horizon", "interval_width"

NAMES = ("Cohort", "Balance", "Missing", "Precision", "Negative controls")


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
    controls = Light(NAMES[-1], "none", ["No outcome that the drug cannot change was declared"], "methods")
    line = last_total(responses[0]) if responses else None
    if line is None or not bounds:
        return [*(Light(name, "none", ["The study does not ask for it"], "methods") for name in NAMES[:-1]), controls]
    found = Diagnostics(responses[0], register, wording)
    link = "diagnostics-1" if found.total else "methods"
    subgroup = STRATIFIED if any(found.row(line, BALANCE, dose.identifier, STRATIFIED) for dose in found.doses) else ""

    def rows(statistic: str, doses: Iterable[Dose], within: str = "") -> list[Row]:
        pairs = ((dose, found.row(line, statistic, dose.identifier, within)) for dose in doses)
        return [(dose, row) for dose, row in pairs if row is not None]

    contrasts = [
        (dose, row)
        for dose in found.doses
        if (row := find(register, line, CONTRAST, "risk_difference", dose.identifier,
                        missing_data=responses[0].primary, subgroup=subgroup))
    ]  # fmt: skip
    everybody = found.row(line, "proportion_missing", wording.total_dose)
    return [
        _cohort(rows(FOLLOWED, wording.doses), bounds, link),
        balance_light(rows(BALANCE, found.doses, subgroup), bounds, link),
        _missing(rows("proportion_missing", wording.doses), everybody, bounds, link),
        _precision(contrasts, rows(WIDTH, found.doses, subgroup), bounds, link),
        controls,
    ]


def _cohort(rows: Sequence[Row], bounds: dict[str, Any], link: str) -> Light:
    """Fail: a dose with too few patients; warn: one of which too few were followed."""
    few = [(dose, row) for dose, row in rows if row.n is None or row.n < bounds["minimum_patients"]]
    if few:
        return Light("Cohort", "fail", ["Too few patients at ", Name(in_sentence(few[0][0].label))], link)
    worst = worst_of(rows, min)
    if worst is None:
        return unknown("Cohort", rows, "Share followed to the visit", link)
    dose, row, share = worst
    status = unless_hidden(rows, "warn" if share < bounds["minimum_share_followed"] else "pass")
    return Light("Cohort", status, [Printed(row), " followed to the visit where fewest were, at ",
                                    Name(in_sentence(dose.label))], link)  # fmt: skip


def _missing(rows: Sequence[Row], everybody: Estimate | None, bounds: dict[str, Any], link: str) -> Light:
    """The dose with most missing scores decides; where all doses are hidden, all patients together, with a warning."""
    worst, bound = worst_of(rows, max), bounds["maximum_share_missing"]
    if worst is None and everybody is not None and everybody.estimate is not None:
        text: list[Part] = [Printed(everybody), " without a score at the visit; how many at each dose is hidden"]
        return Light("Missing", "fail" if everybody.estimate > bound else "warn", text, link)
    if worst is None:
        return unknown("Missing", rows, "Share without a score at the visit", link)
    dose, row, share = worst
    text = [Printed(row), " without a score at the visit where most were, at ", Name(in_sentence(dose.label))]
    return Light("Missing", unless_hidden(rows, "fail" if share > bound else "pass"), text, link)


def _precision(contrasts: Sequence[Row], widths: Sequence[Row], bounds: dict[str, Any], link: str) -> Light:
    """Fail: no dose can be compared with precision enough; warn: some cannot, or it is not known.

    A hidden difference says nothing about its precision: the width of its interval does.
    """
    known = {dose.identifier: row.estimate for dose, row in widths if row.estimate is not None}
    widest = bounds.get("maximum_interval_width", inf)
    weak = [dose for dose, row in contrasts if imprecise(row) or known.get(dose.identifier, 0.0) > widest]
    worst = worst_of(widths, max)
    if not contrasts:
        return Light("Precision", "none", ["No comparison of doses was asked for"], link)
    status: Status = "pass" if not weak else "fail" if len(weak) == len(contrasts) else "warn"
    words = {
        "pass": "Differences between doses: ",
        "warn": "Some differences between doses too uncertain: ",
        "fail": "All differences between doses too uncertain: ",
    }[status]
    if worst is None:
        return Light("Precision", "warn" if status == "pass" else status, [f"{words}precision hidden"], link)
    text: list[Part] = [words, "interval up to ", Printed(worst[1], unit=False), " percentage points wide"]
    return Light("Precision", unless_hidden(widths, status), text, link)
