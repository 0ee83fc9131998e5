"""How firm a response rate is: missing scores, what would tip it, measurement noise, placebo elsewhere."""

from __future__ import annotations

from dose_outcomes.report.comparisons import find, last_total
from dose_outcomes.report.grids import Cell, Grid, Line, by_dose, compared, dose_heads, grid
from dose_outcomes.report.register import Estimate, Register
from dose_outcomes.report.response import Response, ResponseRow
from dose_outcomes.report.wording import Wording, plain
from dose_outcomes.results import PUBLISHED

LADDER = "missing_data_ladder"
TIPPING = "tipping_point"
NOISE = "regression_to_the_mean"
BENCHMARK = "placebo_benchmark"
CORRELATION = "test-retest correlation "
REPEATED = "repeated scores before treatment"
ASSUMED, AND = "of the missing ", " respond, of the comparator "
HANDLINGS = {
    "non_responder": "Missing counts as no response",
    "observed": "Patients with a score only",
    "worst_case": "Worst case for the higher dose",
    "best_case": "Best case: the missing respond",
    "carried_forward": "Last score carried forward",
    "multiple_imputation": "Multiple imputation",
    "inverse_probability_weighting": "Weighted by the chance of being seen",
}


class Robustness:
    """The tables of one endpoint, each None where nothing was released for it."""

    def __init__(self, response: Response, register: Register, wording: Wording) -> None:
        self._response, self._register, self._wording = response, register, wording
        total = last_total(response)
        self.handlings: list[tuple[str, str, dict[str, Estimate | None]]] = []
        """Identifier, words and shares by dose: what the figure of the ladder draws."""
        self.where = total.label if total else ""
        self.ladder = self._ladder(total) if total else None
        self.ladder_by_condition = self._ladder_by_condition()
        self.expected = self._expected()
        self.tipping = self._tipping(total) if total else None
        self.tipping_by_condition = self._tipping_by_condition()

    @property
    def drawn(self) -> list[tuple[str, dict[str, Estimate | None]]]:
        """Rows of the figure: words and shares by dose."""
        return [(words, shares) for _, words, shares in self.handlings]

    def _known(self, line: ResponseRow) -> list[str]:
        rows = self._register.select(LADDER, condition=line.condition, day=line.day)
        found = {row.missing_data for row in rows if row.endpoint in line.names and row.missing_data}
        declared = (self._wording.study.get("robustness") or {}).get("missing_data") or {}
        return [name for name in declared.get("handlings") or sorted(found) if name in found]

    def _ladder(self, total: ResponseRow) -> Grid | None:
        lines = []
        rows = self._register.select(LADDER, statistic="risk_difference", condition=total.condition, day=total.day)
        rows = [row for row in rows if row.endpoint in total.names]
        reference, doses = compared(self._wording, rows)
        for name in self._known(total):
            shares = {
                dose.identifier: find(self._register, total, LADDER, "proportion", dose.identifier, missing_data=name)
                for dose in self._wording.columns
            }
            words = HANDLINGS.get(name, plain(name.replace("_", " ")))
            if any(shares.values()):
                self.handlings.append((name, words, shares))
            differences = [
                next((row for row in rows if row.dose == dose.identifier and row.missing_data == name), None)
                for dose in doses
            ]
            lines.append(
                Line(
                    words,
                    [
                        *(
                            by_dose("share", self._wording.columns, shares.get)
                            if any(shares.values())
                            else [Cell("words", text="–") for _ in self._wording.columns]
                        ),
                        *(Cell("estimate", row) for row in differences),
                    ],
                )
            )
        missing = by_dose(
            "share",
            self._wording.columns,
            lambda dose: find(self._register, total, LADDER, "proportion_missing", dose),
        )
        if lines:
            pad = [Cell("words", text="–") for _ in doses]
            lines.append(Line("Patients whose response is not known", [*missing, *pad]))
        heads = [f"{dose.label} less {reference}, percentage points" for dose in doses]
        return grid(
            f"{self._response.label}: what missing scores could mean",
            "What a missing score counts as",
            [*dose_heads(self._wording.columns), *heads],
            lines,
            f"{total.label}. Share, {self._wording.interval}, {self._response.people}/patients. Worst and best "
            "case of the difference: "
            "the missing of the two doses respond oppositely.",
        )

    def _ladder_by_condition(self) -> Grid | None:
        lines = [line for line in self._response.rows if not line.total]
        names = self._known(lines[0]) if lines else []
        dose = self._wording.total_dose
        return grid(
            f"{self._response.label}: what missing scores could mean, in each condition",
            "Condition",
            [*(HANDLINGS.get(name, plain(name)) for name in names), "Not known"],
            [
                Line(
                    line.label,
                    [
                        *(
                            Cell("share", find(self._register, line, LADDER, "proportion", dose, missing_data=name))
                            for name in names
                        ),
                        Cell("share", find(self._register, line, LADDER, "proportion_missing", dose)),
                    ],
                )
                for line in lines
            ],
            f"All doses. Share, {self._wording.interval}, {self._response.people}/patients."
            + self._wording.hidden_legend,
        )

    def _expected(self) -> Grid | None:
        """Return shares as observed beside what measurement noise alone, and placebo elsewhere, would give."""
        rows = self._register.select(NOISE, statistic="expected_proportion", dose=self._wording.total_dose)
        parts = sorted({row.subgroup for row in rows if row.subgroup.startswith(CORRELATION)})
        if any(row.subgroup == REPEATED for row in rows):
            parts.append(REPEATED)
        names = [f"Noise alone, {part.replace('test-retest ', '')}" for part in parts]
        published = bool(self._register.select(BENCHMARK))
        lines = []
        for line in self._response.rows:
            dose = self._wording.total_dose
            if not any(find(self._register, line, NOISE, "expected_proportion", dose, None) for _ in (0,)):
                continue
            cells = [
                Cell("share", line.cells[self._response.primary].get(dose)),
                *(
                    Cell("number", find(self._register, line, NOISE, "expected_proportion", dose, None, subgroup=part))
                    for part in parts
                ),
            ]
            if published:
                cells += self._published(line)
            lines.append(Line(line.label, cells, total=line.total and len(self._wording.conditions) > 1))
        return grid(
            f"{self._response.label}: what there would be without any effect",
            "Condition",
            ["As observed", *names, *(("Placebo elsewhere", "Difference from it") if published else ())],
            lines,
            "All doses. Noise alone: share of patients who would meet the rule if a second score differed from the "
            "first by measurement noise and return to the usual level only, for correlations between two scores of a "
            "patient. Placebo elsewhere: a published trial with other patients and other care; the "
            "difference is in percentage "
            "points and no proof of an effect." + self._wording.hidden_legend,
        )

    def _published(self, line: ResponseRow) -> list[Cell]:
        rows = [row for row in self._register.select(BENCHMARK, condition=line.condition) if row.endpoint in line.names]
        share = next((row for row in rows if row.population == PUBLISHED), None)
        difference = next(
            (row for row in rows if row.statistic == "risk_difference" and row.dose == self._wording.total_dose), None
        )
        if share is None:
            return [Cell("words", text="none given"), Cell("words", text="–")]
        return [Cell("share", share), Cell("estimate", difference)]

    def _tipping(self, total: ResponseRow) -> Grid | None:
        """Return the map: which assumptions about the missing would change the conclusion."""
        rows = [
            row
            for row in self._register.select(TIPPING, statistic="risk_difference", condition=total.condition)
            if row.endpoint in total.names and row.day == total.day and row.subgroup.startswith(ASSUMED)
        ]
        if not rows:
            return None
        reference, doses = compared(self._wording, rows)
        found = {
            tuple(row.subgroup.removeprefix(ASSUMED).split(AND)): row
            for row in rows
            if row.dose == doses[-1].identifier
        }
        own = sorted({one for one, _ in found}, key=float)
        other = sorted({two for _, two in found}, key=float)
        lines = [
            Line(
                f"{_share(one)} of the missing",
                [self._conclusion(found.get((one, two))) for two in other],
            )
            for one in own
        ]
        return grid(
            f"{self._response.label}: which answers of the missing would change the conclusion",
            f"Respond at {doses[-1].label} (rows) and {reference} (columns)",
            [_share(two) for two in other],
            lines,
            f"{total.label}. {doses[-1].label} less {reference}, percentage points. Higher or lower: the "
            f"{self._wording.interval} lies above or below zero; open: it holds zero.",
        )

    def _conclusion(self, row: Estimate | None) -> Cell:
        if row is None or row.low is None or row.high is None:
            return Cell("estimate", row)
        return Cell("conclusion", row, text="higher" if row.low > 0 else "lower" if row.high < 0 else "open")

    def _tipping_by_condition(self) -> Grid | None:
        rows = [
            row
            for row in self._register.select(TIPPING)
            if any(row.endpoint in line.names for line in self._response.rows)
        ]
        reference, doses = compared(self._wording, rows)
        if not doses:
            return None
        dose = doses[-1]
        compared_dose = next((row.comparator for row in rows if row.comparator), "")
        lines = []
        for line in self._response.rows:
            fewer, more = (
                find(self._register, line, TIPPING, "tipping_share", dose.identifier,
                     subgroup=f"{words} of the missing respond than of the observed")
                for words in ("fewer", "more")
            )  # fmt: skip
            as_observed = find(
                self._register,
                line,
                TIPPING,
                "risk_difference",
                dose.identifier,
                subgroup="missing respond as observed",
            )
            lines.append(
                Line(
                    line.label,
                    [
                        Cell("share", find(self._register, line, TIPPING, "proportion_missing", compared_dose)),
                        Cell("share", find(self._register, line, TIPPING, "proportion_missing", dose.identifier)),
                        Cell("estimate", as_observed),
                        _tip(fewer),
                        _tip(more),
                    ],
                    total=line.total and len(self._wording.conditions) > 1,
                )
            )
        return grid(
            f"{self._response.label}: how far the missing at {dose.label} would have to differ",
            "Condition",
            [f"Missing at {reference}", f"Missing at {dose.label}", "Difference if they respond as observed",
             "Changes if fewer respond: at most", "Changes if more respond: at least"],
            lines,
            "The missing of the reference respond as those observed. Share of the missing who would have to respond "
            "for the conclusion to change." + self._wording.hidden_legend,
        )  # fmt: skip


def _tip(row: Estimate | None) -> Cell:
    if row is not None and row.status == "not_estimable" and row.note.startswith("not reached"):
        return Cell("words", row, text="never")
    return Cell("number", row)


def _share(text: str) -> str:
    return f"{100 * float(text):g}%"
