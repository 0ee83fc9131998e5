"""Whether the data can bear comparisons of side effects: three lights on the first screen, and the numbers behind."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dose_outcomes.report.answer import Name, Printed
from dose_outcomes.report.diagnostics import ANALYSIS, BALANCE, FOLLOWED
from dose_outcomes.report.grids import Cell, Grid, Line, grid
from dose_outcomes.report.harm_details import CONTRAST
from dose_outcomes.report.lights import Light, Row, Status, balance_light, imprecise, unknown, unless_hidden, worst_of
from dose_outcomes.report.register import Estimate, Register
from dose_outcomes.report.side_effects import ANY
from dose_outcomes.report.wording import Dose, Wording, in_sentence, plain

LINK = "harm-diagnostics"
NAMES = ("Cohort", "Balance", "Precision")
_DAYS = "median_follow_up_days"


class HarmDiagnostics:
    """What is known of the comparisons of doses for any side effect, over all conditions."""

    def __init__(self, register: Register, wording: Wording) -> None:
        self._register, self._wording = register, wording
        self._bounds: dict[str, Any] = wording.study.get("diagnostics", {})
        compared = {row.dose for row in register.select(CONTRAST, condition=wording.total, endpoint=ANY)}
        self._doses = [dose for dose in wording.doses if dose.identifier in compared]
        self.table = self._table()
        self.strip = self._strip()

    def _one(self, analysis: str, statistic: str, dose: Dose) -> Estimate | None:
        return self._register.one(analysis, statistic, self._wording.total, dose.identifier, endpoint=ANY)

    def _rows(self, analysis: str, statistic: str, doses: Iterable[Dose]) -> list[Row]:
        pairs = ((dose, self._one(analysis, statistic, dose)) for dose in doses)
        return [(dose, row) for dose, row in pairs if row is not None]

    def _table(self) -> Grid | None:
        lines = []
        for dose in self._wording.doses:
            difference = self._one(ANALYSIS, BALANCE, dose)
            reference = Cell("words", text="reference" if self._doses else "–")
            lines.append(
                Line(
                    dose.label,
                    [
                        Cell("named", difference, text=plain(difference.note)) if difference else reference,
                        Cell("number", self._one(ANALYSIS, FOLLOWED, dose)),
                        Cell("number", self._one(ANALYSIS, _DAYS, dose)),
                    ],
                )
            )
        return grid(
            "Side effects: what differs at the start, and who was followed",
            "Dose",
            ["Largest standardised difference at the start", "Followed to the horizon", "Median days of follow-up"],
            lines,
            "All patients analysed. Followed: under observation on the last day on which side effects were awaited, or "
            "dead before it. Median: reverse Kaplan-Meier. Bounds: see Methods." + self._wording.hidden_legend,
        )

    def _strip(self) -> list[Light]:
        link = LINK if self.table else "methods"
        if not self._bounds:
            return [Light(name, "none", ["The study does not ask for it"], link) for name in NAMES]
        return [
            self._cohort(link),
            balance_light(self._rows(ANALYSIS, BALANCE, self._doses), self._bounds, link),
            self._precision(link),
        ]

    def _cohort(self, link: str) -> Light:
        """Warn: a dose of which too few were followed."""
        rows = self._rows(ANALYSIS, FOLLOWED, self._wording.doses)
        worst = worst_of(rows, min)
        if worst is None:
            return unknown("Cohort", rows, "Share followed to the horizon", link)
        dose, row, share = worst
        status: Status = "warn" if share < self._bounds["minimum_share_followed"] else "pass"
        words = " followed as long as side effects were awaited where fewest were, at "
        return Light("Cohort", unless_hidden(rows, status), [Printed(row), words, Name(in_sentence(dose.label))], link)

    def _precision(self, link: str) -> Light:
        """Fail: no dose can be compared with precision enough; warn: some cannot, or it is not known."""
        rows = self._rows(CONTRAST, "risk_difference", self._doses)
        if not rows:
            return Light("Precision", "none", ["No comparison of doses was asked for"], link)
        weak = [dose for dose, row in rows if imprecise(row)]
        if len(weak) == len(rows):
            return Light("Precision", "fail", ["All differences between doses too uncertain"], link)
        if weak:
            named = Name(", ".join(in_sentence(dose.label) for dose in weak))
            return Light("Precision", "warn", ["Too uncertain: differences at ", named], link)
        words = "No difference of any side effect too uncertain"
        return Light("Precision", unless_hidden(rows, "pass"), [words], link)
