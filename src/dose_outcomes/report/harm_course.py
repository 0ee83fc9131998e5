"""Side effects in time: when they begin, how long they last, by time of day, before and after a change."""

from __future__ import annotations

from dose_outcomes.report.grids import Cell, Form, Grid, Line, grid, words_of
from dose_outcomes.report.register import Estimate, Register
from dose_outcomes.report.side_effects import ANY, MOST_TERMS_DRAWN, SideEffect, SideEffects
from dose_outcomes.report.wording import Wording, plain, week
from dose_outcomes.results import ALL

PREVALENCE, CONTROLLED = "side_effect_prevalence", "side_effect_self_controlled"
TAKEN = "taken at: "


class HarmRows:
    """The terms that tables and figures list, and how their rows are found."""

    def __init__(self, effects: SideEffects, register: Register, wording: Wording) -> None:
        self._effects, self._register, self._wording = effects, register, wording
        self._terms = [line for line in effects.lines if line.group in ("any", "term")]
        self.many = len(self._terms) > MOST_TERMS_DRAWN

    def _one(self, analysis: str, statistic: str, dose: str, endpoint: str, **key: object) -> Estimate | None:
        return self._register.one(analysis, statistic, self._wording.total, dose, endpoint=endpoint, **key)

    @property
    def _listed(self) -> list[SideEffect]:
        """The terms that tables and figures list: where there are very many, those most frequent."""
        return self._terms[: MOST_TERMS_DRAWN + 1]

    @property
    def _only(self) -> str:
        return " The most frequent ones; all are in estimates.csv." if self.many else ""


class HarmCourse(HarmRows):
    """Tables, each None, and what the figure draws, empty, where nothing was released."""

    def __init__(self, effects: SideEffects, register: Register, wording: Wording) -> None:
        super().__init__(effects, register, wording)
        self.course = self._course()
        self.prevalence = self._prevalence()
        self.prevalence_table = self._prevalence_table()
        self.time_of_day = self._time_of_day()
        self.before_after = self._before_after()
        self.again = self._again()

    def _course(self) -> Grid | None:
        within = (self._wording.study.get("side_effects") or {}).get("resolved_within_days") or []
        lines = []
        for line in self._listed:
            cells: list[Cell] = []
            for analysis in ("side_effect_onset", "side_effect_duration"):
                cells.append(Cell("days", self._one(analysis, "median_days", ALL, line.endpoint)))
            for day in within:
                cells.append(
                    Cell(
                        "estimate", self._one("side_effect_duration", "one_minus_survival", ALL, line.endpoint, day=day)
                    )
                )
            lines.append(Line(line.label, cells, total=line.group == "any"))
        return grid(
            "When side effects begin and how long they last",
            "Side effect",
            ["Begins: median day", "Lasts: median days", *(f"Gone within {day} days" for day in within)],
            lines,
            f"All doses, {self._wording.interval}. Begins: first onset among those who had it. Lasts: "
            "from the first to "
            "the last day, unresolved ones censored." + self._only + self._wording.hidden_legend,
        )

    def _prevalence(self) -> list[tuple[str, list[tuple[int, Estimate]]]]:
        """Return what the figure of prevalence draws: side effect, and rows of all doses by day."""
        found: dict[str, list[tuple[int, Estimate]]] = {}
        for row in self._register.select(PREVALENCE, dose=ALL):
            if row.day is not None:
                found.setdefault(row.endpoint, []).append((row.day, row))
        return [
            (
                "Any side effect" if name == ANY else plain(name.partition(": ")[2]).capitalize(),
                sorted(rows, key=lambda row: row[0]),
            )
            for name, rows in found.items()
        ]

    def _prevalence_table(self) -> Grid | None:
        days = sorted({row.day for row in self._register.select(PREVALENCE) if row.day is not None})
        lines = [
            Line(label, [Cell("share", dict(rows).get(day)) for day in days], total=number == 0)
            for number, (label, rows) in enumerate(self.prevalence)
        ]
        lines += [
            Line(
                f"Any side effect, {dose.label}",
                [Cell("share", self._one(PREVALENCE, "prevalence", dose.identifier, ANY, day=day)) for day in days],
            )
            for dose in self._wording.doses
        ]
        return grid(
            "Patients with an ongoing side effect",
            "Side effect",
            [week(day).capitalize() for day in days],
            lines,
            f"Of those at risk on the day. Share, {self._wording.interval}, patients with it/patients at risk."
            + self._wording.hidden_legend,
        )

    def _time_of_day(self) -> Grid | None:
        analysis = "side_effect_incidence"
        rows = self._register.select(analysis, dose_attribution="current", condition=self._wording.total, dose=ALL)
        times = list(dict.fromkeys(row.subgroup for row in rows if row.subgroup.startswith(TAKEN)))
        lines = []
        for line in self._listed:
            cells = [
                Cell("rate", self._one(analysis, "rate_per_100_person_years", ALL, line.endpoint, subgroup=part))
                for part in times
            ]
            lines.append(Line(line.label, cells, total=line.group == "any"))
        return grid(
            "Side effects by the time of day at which the drug is taken",
            "Side effect",
            [words_of(part.removeprefix(TAKEN)) for part in times],
            lines,
            f"All doses. Events per 100 person-years at that time of day, {self._wording.interval}, "
            "events in person-years. "
            "Who takes the drug when is a choice." + self._only + self._wording.hidden_legend,
        )

    def _before_after(self) -> Grid | None:
        ratios = self._register.select(CONTROLLED, statistic="rate_ratio")
        kinds = list(dict.fromkeys(row.subgroup for row in ratios))
        lines = []
        for line in self._listed:
            cells: list[Cell] = []
            for kind in kinds:
                before = "before" + kind.removeprefix("after")
                forms: tuple[tuple[str, str, Form], ...] = (
                    ("rate_per_100_person_years", before, "rate"),
                    ("rate_per_100_person_years", kind, "rate"),
                    ("rate_ratio", kind, "difference"),
                )
                cells += [
                    Cell(form, self._one(CONTROLLED, statistic, ALL, line.endpoint, subgroup=subgroup))
                    for statistic, subgroup, form in (forms if len(kinds) == 1 else forms[2:])
                ]
            lines.append(Line(line.label, cells, total=line.group == "any"))
        heads = [plain(kind[:1].upper() + kind[1:]) for kind in kinds]
        return (
            grid(
                "Side effects after a change, compared with before it in the same patients",
                "Side effect",
                heads,
                lines,
                f"Rate ratio, {self._wording.interval}, p. A ratio over all days before a change of "
                "the time of day is too low: "
                "side effects that led to the change fall in the days right before it."
                + self._only
                + self._wording.hidden_legend,
            )
            if len(kinds) > 1
            else None
        )

    def _again(self) -> Grid | None:
        settings = self._wording.study.get("side_effects") or {}
        lines = [
            Line(
                line.label,
                [
                    Cell("share", self._one(analysis, "one_minus_survival", ALL, line.endpoint))
                    for analysis in ("side_effect_dechallenge", "side_effect_rechallenge")
                ],
                total=line.group == "any",
            )
            for line in self._listed
        ]
        lines = [line for line in lines if any(cell.row and cell.row.status == "shown" for cell in line.cells)]
        away, back = settings.get("dechallenge_days"), settings.get("rechallenge_days")
        return grid(
            "After the dose went down, and after it went up again",
            "Side effect",
            [f"Gone within {away} days of less drug", f"Back within {back} days of more"],
            lines,
            f"All doses, {self._wording.interval}. Many would have ended without less drug: no proof "
            "that the drug was the "
            "cause. Side effects without a number to show are left out." + self._only + self._wording.hidden_legend,
        )
