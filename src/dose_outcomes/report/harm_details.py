"""Side effects beyond their shares: doses compared, severity, serious ones, onset and duration, before and after."""

from __future__ import annotations

from dataclasses import dataclass

from dose_outcomes.report.grids import Cell, Grid, Line, by_dose, compared, dose_heads, grid, words_of
from dose_outcomes.report.harm_course import HarmRows
from dose_outcomes.report.register import Estimate, Register
from dose_outcomes.report.side_effects import ANY, SideEffects
from dose_outcomes.report.wording import Dose, Wording, plain
from dose_outcomes.results import ALL

CONTRAST, SEVERITY, SERIOUS = "side_effect_contrast", "side_effect_severity", "serious_side_effect"
WORST = "worst: "
GRADES = {"1": "Mild", "2": "Moderate", "3 or more": "Severe or worse", "not recorded": "Not recorded"}
#: Note of rows about what the data do not hold at all.
NOT_RECORDED = "not recorded in these data"
ACTIONS = {
    "none": "Nothing changed",
    "stopped": "Drug stopped",
    "unknown": "Not known",
    "time_changed": "Time of day changed",
}


@dataclass(frozen=True, slots=True)
class Ratio:
    """A side effect: rates of all doses, rate ratios of doses against the reference."""

    label: str
    rates: dict[str, Estimate | None]
    ratios: dict[str, Estimate | None]


class HarmDetails(HarmRows):
    """Tables, each None, and what figures draw, empty, where nothing was released."""

    def __init__(self, effects: SideEffects, register: Register, wording: Wording) -> None:
        super().__init__(effects, register, wording)
        rows = register.select(CONTRAST, statistic="rate_ratio")
        self.reference, self.doses = compared(wording, rows)
        self.ratios = self._ratios()
        self.compared = self._compared()
        self.severity = self._severity()
        self.grades = self._grades()
        self.character = self._character()
        self.serious = self._serious()

    @property
    def compared_dose(self) -> Dose:
        """The highest of the doses that are compared with the reference."""
        return self.doses[-1]

    @property
    def drawn(self) -> bool:
        """Whether the figure of ratios has anything to draw."""
        rows = (row for one in self.ratios for row in (*one.rates.values(), *one.ratios.values()))
        return any(row is not None and row.estimate is not None for row in rows)

    def _ratios(self) -> list[Ratio]:
        found = [
            Ratio(
                line.label,
                line.rates,
                {
                    dose.identifier: self._one(CONTRAST, "rate_ratio", dose.identifier, line.endpoint)
                    for dose in self.doses
                },
            )
            for line in self._listed
            if line.group == "term"  # any side effect would need an axis of its own
        ]
        found = [one for one in found if any(one.ratios.values())]
        if not found:
            return []
        last = self.doses[-1].identifier

        def rank(one: Ratio) -> tuple[bool, float, str]:
            """Order by what is shown: largest ratio first, hidden ones last by name."""
            row = one.ratios[last]
            known = row is not None and row.estimate is not None
            return (not known, -(row.estimate or 0.0) if row else 0.0, one.label)

        return sorted(found, key=rank)

    def _compared(self) -> Grid | None:
        lines = []
        for line in self._listed:
            cells = []
            for dose in self.doses:
                key = (dose.identifier, line.endpoint)
                cells.append(Cell("estimate", self._one(CONTRAST, "rate_ratio", *key)))
                cells.append(Cell("difference", self._one(CONTRAST, "risk_difference", *key)))
            lines.append(Line(line.label, cells, total=line.group == "any"))
        heads = [head for dose in self.doses for head in (f"{dose.label}: rate ratio", f"{dose.label}: difference")]
        return grid(
            f"Side effects compared with {self.reference}",
            "Side effect",
            heads,
            lines,
            f"{self._wording.interval}. Rate ratio: events per time at risk. Difference: of shares of patients, "
            "percentage points, with p and adjusted p. Events of a patient are taken as independent: intervals of "
            "ratios may be too narrow. Not adjusted for differences between the patients."
            + self._only
            + self._wording.hidden_legend,
        )

    @property
    def _worst(self) -> list[str]:
        return list(dict.fromkeys(row.subgroup for row in self._register.select(SEVERITY, endpoint=ANY)))

    def _severity(self) -> Grid | None:
        lines = [
            Line(
                GRADES.get(part.removeprefix(WORST), plain(part)),
                [
                    Cell("share", self._one(SEVERITY, "proportion", dose.identifier, ANY, subgroup=part))
                    for dose in self._wording.columns
                ],
            )
            for part in self._worst
        ]
        return grid(
            "Worst severity of a patient's side effects",
            "Severity",
            dose_heads(self._wording.columns),
            lines,
            f"All patients analysed. Share, {self._wording.interval}, patients/all." + self._wording.hidden_legend,
        )

    def _grades(self) -> list[tuple[Dose, list[tuple[str, Estimate | None]]]]:
        """Return what the figure of severity draws: worst severities of each dose, mildest first."""
        graded = [part for part in self._worst if not part.endswith("not recorded")]
        return (
            [
                (
                    dose,
                    [
                        (
                            GRADES.get(part.removeprefix(WORST), plain(part)),
                            self._one(SEVERITY, "proportion", dose.identifier, ANY, subgroup=part),
                        )
                        for part in graded
                    ],
                )
                for dose in self._wording.columns
            ]
            if graded
            else []
        )

    def _character(self) -> Grid | None:
        def cells(analysis: str, subgroup: str = "") -> list[Cell]:
            return by_dose(
                "share",
                self._wording.columns,
                lambda dose: self._one(analysis, "proportion", dose, ANY, subgroup=subgroup),
            )

        lines = [
            Line("Serious", cells(SERIOUS)),
            Line("Held to be related to the drug", cells("related_side_effect")),
        ]
        for part in dict.fromkeys(row.subgroup for row in self._register.select("side_effect_action")):
            lines.append(Line(f"Done about it: {words_of(part, ACTIONS)}", cells("side_effect_action", part)))
        unrecorded = [line for line in lines if all(cell.row and cell.row.note == NOT_RECORDED for cell in line.cells)]
        absent = f" {NOT_RECORDED.capitalize()}: {'; '.join(line.label for line in unrecorded)}." if unrecorded else ""
        return grid(
            "Serious and related side effects, and what was done",
            "Patients with",
            dose_heads(self._wording.columns),
            [line for line in lines if line not in unrecorded] or lines,
            f"Share of all patients analysed, {self._wording.interval}, patients with it/patients. With none, the "
            "upper "
            "limit says how frequent it could still be. A patient may be in several rows."
            + absent
            + self._wording.hidden_legend,
        )

    def _serious(self) -> Grid | None:
        """Return serious side effects by term: those that happened, or whose number is hidden."""
        lines = []
        for line in self._terms:
            whole = self._one(SERIOUS, "proportion", ALL, line.endpoint)
            if line.group == "term" and whole is not None and whole.estimate != 0:
                found = [
                    self._one(SERIOUS, "proportion", dose.identifier, line.endpoint) for dose in self._wording.columns
                ]
                lines.append(Line(line.label, [Cell("share", row) for row in found]))
        return grid(
            "Serious side effects by term",
            "Side effect",
            dose_heads(self._wording.columns),
            lines,
            "Terms without any serious event are left out." + self._wording.hidden_legend,
        )
