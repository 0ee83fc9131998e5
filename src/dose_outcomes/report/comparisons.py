"""Response beside the plain shares: doses compared, trends, subgroups, remission, lasting response, shrinkage."""

from __future__ import annotations

from typing import Any

from dose_outcomes.report.grids import Cell, Form, Grid, Line, Section, by_dose, compared, dose_heads, grid, grid_of
from dose_outcomes.report.register import Estimate, Register
from dose_outcomes.report.response import Response, ResponseRow
from dose_outcomes.report.wording import Wording, in_sentence, plain
from dose_outcomes.results import ALL

CONTRAST = "responder_contrast"
STRATIFIED = "stratified by condition"
SIMULTANEOUS = "simultaneous_risk_difference"
SUBGROUP = "responder_rate_by_subgroup"
ANY_DAY = object()
SIMULTANEOUSLY = (
    "Simultaneous interval: wider, so that those of all tests of the family hold together (Bonferroni); the adjusted p "
    "value comes from a stronger test; –: a test of no family. "
)


def find(
    register: Register, line: ResponseRow, analysis: str, statistic: str, dose: str, day: Any = ANY_DAY, **key: Any
) -> Estimate | None:
    """Return a row of the condition and visit of a line of the response table."""
    if day is not None:
        key["day"] = line.day if day is ANY_DAY else day
    for name in line.names:
        row = register.one(analysis, statistic, line.condition, dose, endpoint=name, **key)
        if row:
            return row
    return None


def last_total(response: Response) -> ResponseRow | None:
    """Return the line of the whole study at the last visit."""
    return next((line for line in reversed(response.rows) if line.total), None)


class Comparisons:
    """The tables of one endpoint, each None where nothing was released for it."""

    def __init__(self, response: Response, register: Register, wording: Wording) -> None:
        self._response, self._register, self._wording = response, register, wording
        self._handling = response.primary
        rows = [row for row in register.select(CONTRAST) if any(row.endpoint in line.names for line in response.rows)]
        self.reference, self.doses = compared(wording, rows)
        total = last_total(response)
        self.doses_compared = self._doses_compared(total)
        self.by_condition = self._by_condition()
        self.tests = self._tests(total)
        self.subgroups = self._subgroups(total)
        self.remission = self._shares("remission_rate", "Remission", total)
        self.lasting = self._shares("sustained_response_rate", "Lasting response", total)
        self.shrinkage = self._shrinkage()

    def _find(self, line: ResponseRow, analysis: str, statistic: str, dose: str, **key: Any) -> Estimate | None:
        return find(self._register, line, analysis, statistic, dose, missing_data=self._handling, **key)

    def _doses_compared(self, total: ResponseRow | None) -> Grid | None:
        if not self.doses:
            return None
        forms: tuple[tuple[str, Form], ...] = (
            ("risk_difference", "difference"),
            ("risk_ratio", "estimate"),
            ("number_needed_to_treat", "treated"),
        )
        heads = ["Difference, percentage points", "Ratio of shares", "Patients to treat instead"]
        simultaneous = any(
            self._find(line, CONTRAST, SIMULTANEOUS, dose.identifier)
            for line in self._response.rows
            if line.total
            for dose in self.doses
        )
        if simultaneous:
            forms = (forms[0], (SIMULTANEOUS, "limits"), *forms[1:])
            heads.insert(1, "Simultaneous interval")
        sections = []
        for line in [one for one in self._response.rows if one.total]:
            crude = "without regard to conditions" if len(self._wording.conditions) > 1 else ""
            for subgroup, words in ((STRATIFIED, "within conditions"), ("", crude)):
                lines = [
                    Line(
                        dose.label,
                        [self._compared(line, statistic, form, dose.identifier, subgroup) for statistic, form in forms],
                    )
                    for dose in self.doses
                ]
                heading = f"{line.label}, {words}" if words else line.label
                sections.append(Section(heading, lines))
        return grid_of(
            f"Doses compared with {self.reference}",
            "Dose",
            heads,
            sections,
            f"{self._response.label}; {self._wording.interval}. p: two-sided; adjusted: for the tests of its family "
            f"(Methods). To treat: for one {self._response.event} more or fewer than at the reference; without "
            f"interval where that of the difference holds zero. {SIMULTANEOUSLY if simultaneous else ''}"
            "Not adjusted for differences between the patients.",
        )

    def _compared(self, line: ResponseRow, statistic: str, form: Form, dose: str, subgroup: str) -> Cell:
        row = self._find(line, CONTRAST, statistic, dose, subgroup=subgroup)
        # of tests in no family there is no simultaneous interval: nothing is missing
        return Cell(form, row) if row or form != "limits" else Cell("words", text="–")

    def _by_condition(self) -> Grid | None:
        lines = [
            Line(
                line.label,
                [
                    *by_dose("difference", self.doses, lambda dose, line=line: self._contrast(line, dose)),  # type: ignore[misc]
                    Cell("test", self._trend(line, "")),
                ],
                total=line.total,
            )
            for line in self._response.rows
            if not line.total
        ]
        return grid(
            f"{self._response.label}: difference from {self.reference} in each condition" if self.reference
            else f"{self._response.label}: trend over doses in each condition",
            "Condition",
            [*dose_heads(self.doses), "Trend over doses"],
            lines,
            f"Percentage points, {self._wording.interval}. Screening: many comparisons of few patients."
            + self._wording.hidden_legend,
        )  # fmt: skip

    def _contrast(self, line: ResponseRow, dose: str) -> Estimate | None:
        return self._find(line, CONTRAST, "risk_difference", dose, subgroup="")

    def _trend(self, line: ResponseRow, subgroup: str) -> Estimate | None:
        return self._find(line, "responder_rate", "trend_test", ALL, subgroup=subgroup, dose_attribution="target")

    def _tests(self, total: ResponseRow | None) -> Grid | None:
        if total is None:
            return None
        lines = []
        for line in [one for one in self._response.rows if one.total]:
            where = "" if line is total and len([one for one in self._response.rows if one.total]) == 1 else line.label
            lines += [
                Line("Trend over doses, within conditions", _pair(self._trend(line, STRATIFIED)), where),
                Line("Trend over doses, without regard to conditions", _pair(self._trend(line, "")), where),
            ]
        for row in self._register.select("responder_rate", statistic="heterogeneity_test", condition=total.condition,
                                         missing_data=self._handling, day=total.day):  # fmt: skip
            if row.endpoint in total.names:
                lines.append(Line(self._differ(row), _pair(row)))
        return grid(
            f"{self._response.label}: tests", "Question", ["Statistic", "p"], lines,
            "The statistic is z of a trend, chi-square of a difference. Many questions: see the families in Methods.",
        )  # fmt: skip

    def _differ(self, row: Estimate) -> str:
        dose = self._wording.dose(row.dose)
        if row.comparator:
            return f"Does the difference of {dose} from {plain(row.comparator)} differ between conditions?"
        return f"Do conditions differ at {in_sentence(dose)}?"

    def _subgroups(self, total: ResponseRow | None) -> Grid | None:
        if total is None:
            return None
        rows = [
            row for row in self._register.select(SUBGROUP, condition=total.condition) if row.endpoint in total.names
        ]
        compared_rows = [row for row in rows if row.statistic == "risk_difference"]
        parts = list(dict.fromkeys(row.subgroup for row in rows if row.statistic == "proportion"))
        against = compared(self._wording, compared_rows)
        lines = []
        for part in parts:
            shares = {row.dose: row for row in rows if row.subgroup == part and row.statistic == "proportion"}
            difference = next((row for row in compared_rows if row.subgroup == part), None)
            test = next((row for row in rows if row.statistic == "heterogeneity_test" and _belongs(part, row)), None)
            lines.append(
                Line(
                    part[:1].upper() + part[1:],
                    [
                        *by_dose("share", self._wording.columns, shares.get),
                        Cell("difference", difference),
                        Cell("test", test),
                    ],
                )
            )
        doses = f"{against[1][-1].label} less {against[0]}" if against[1] else "Difference"
        return grid(
            f"{self._response.label}: by what was known at the start",
            "Patients",
            [*dose_heads(self._wording.columns), f"{doses}, percentage points", "Interaction"],
            lines,
            f"All conditions. Share, {self._wording.interval}, {self._response.people}/patients. Interaction: p of the "
            "test whether "
            "the difference between doses is the same in the parts; the same number stands in each."
            + self._wording.hidden_legend,
        )

    def _shares(self, analysis: str, name: str, total: ResponseRow | None) -> Grid | None:
        lines = []
        for line in self._response.rows:
            day: Any = line.day if analysis == "remission_rate" else None
            cells = by_dose(
                "share",
                self._wording.columns,
                lambda dose, line=line, day=day: self._find(line, analysis, "proportion", dose, day=day),  # type: ignore[misc]
            ) if analysis == "remission_rate" else by_dose(
                "share",
                self._wording.columns,
                lambda dose, line=line: find(  # type: ignore[misc]
                    self._register, line, analysis, "proportion", dose, None, missing_data=self._handling
                ),
            )  # fmt: skip
            lines.append(Line(line.label, cells, total=line.total and len(self._wording.conditions) > 1))
        sentence = (
            "Conditions without an accepted rule for remission are left out."
            if analysis == "remission_rate"
            else "Response at visits far enough apart with none without it in between; too few visits count as none."
        )
        return grid(
            f"{name}, {in_sentence(self._response.label)}",
            "Condition",
            dose_heads(self._wording.columns),
            lines,
            f"Share, {self._wording.interval}, patients with it/patients. {sentence}{self._wording.hidden_legend}",
        )

    def _shrinkage(self) -> Grid | None:
        lines = []
        for line in self._response.rows:
            lines.append(
                Line(
                    line.label,
                    [
                        Cell("share", line.cells[self._handling].get(self._wording.total_dose)),
                        Cell("share", self._find(line, "responder_shrinkage", "proportion", self._wording.total_dose)),
                        Cell("number", self._find(line, "responder_shrinkage", "shrinkage", self._wording.total_dose)),
                    ],
                    total=line.total,
                )
            )
        if not any(cell.row for line in lines for cell in line.cells[1:]):
            return None
        return grid(
            f"{self._response.label}: shares drawn towards the mean of all conditions",
            "Condition",
            ["As observed", "Drawn towards the mean", "Weight of the mean"],
            lines,
            "All doses. Extreme shares of small groups are partly chance: the smaller the group, the more weight "
            "the mean of all conditions gets (empirical Bayes)." + self._wording.hidden_legend,
        )


def _pair(row: Estimate | None) -> list[Cell]:
    return [Cell("number", row), Cell("test", row)]


def _belongs(part: str, test: Estimate) -> bool:
    """Tell whether a test is about a part: `age: below 50` of `age: below 50 / 50 and over`."""
    name, _, value = part.partition(": ")
    tested, _, values = test.subgroup.partition(": ")
    return name == tested and value in values.split(" / ")
