"""How scores went: mean change over visits, distribution of change, doses compared."""

from __future__ import annotations

from dataclasses import dataclass

from dose_outcomes.report.grids import Cell, Grid, Line, by_dose, compared, dose_heads, grid
from dose_outcomes.report.register import Estimate, Register
from dose_outcomes.report.wording import DAYS_PER_WEEK, Wording, plain, week

CHANGE, DISTRIBUTION, MODEL = "score_change", "change_distribution", "mixed_model"
IMPORTANT = "minimal important difference"


@dataclass(frozen=True, slots=True)
class Panel:
    """A score in one condition, over visits or over thresholds."""

    label: str
    score: str
    unit_better: str
    points: list[tuple[float, Estimate]]
    """Place on the axis and row, ascending."""
    important: list[float]
    """Thresholds that are a minimal important difference."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Everything of this section; lists are empty and tables None where nothing was released."""

    over_visits: list[Panel]
    distribution: list[Panel]
    changes: Grid | None
    spread: Grid | None
    model: Grid | None
    thresholds: Grid | None
    hidden: tuple[str, ...] = ()
    """Conditions of whose change nothing may be shown."""

    @property
    def direction(self) -> str:
        """Which scores are better, as a sentence: once where all are alike, else by score."""
        codes: dict[str, list[str]] = {}
        for panel in self.over_visits:
            known = codes.setdefault(panel.unit_better, [])
            if panel.score not in known:
                known.append(panel.score)
        words = {
            "lower_better": "lower",
            "higher_better": "higher",
            "target_range": "within a range, neither too low nor too high",
        }
        if len(codes) == 1:
            return f"Better, on every score here: {words[next(iter(codes))]}."
        named = "; ".join(f"{words[better]}: {', '.join(codes[better])}" for better in words if better in codes)
        return f"Better is {named}."


def scores(register: Register, wording: Wording) -> Scores:
    """Return the changes of scores of the study."""
    over_visits = _over_visits(register, wording)
    drawn = {panel.label for panel in over_visits}
    asked = [wording.condition(condition) for condition, _ in _scored(register, wording)]
    return Scores(
        over_visits=over_visits,
        distribution=_distribution(register, wording),
        changes=_changes(register, wording),
        spread=_spread(register, wording),
        model=_model(register, wording),
        thresholds=_thresholds(register, wording),
        hidden=tuple(label for label in asked if label not in drawn),
    )


def _scored(register: Register, wording: Wording) -> list[tuple[str, str]]:
    """Return conditions with the code of their score."""
    found = {row.condition: row.endpoint for row in register.select(CHANGE, statistic="mean_change")}
    return [(condition, found[condition]) for condition in wording.conditions if condition in found]


def _label(condition: str, code: str, wording: Wording) -> str:
    return f"{wording.condition(condition)}: {plain(code)}"


def _over_visits(register: Register, wording: Wording) -> list[Panel]:
    panels = []
    for condition, code in _scored(register, wording):
        rows = register.select(CHANGE, statistic="mean_change", condition=condition, dose=wording.total_dose)
        points = sorted(
            (((row.day or 0) / DAYS_PER_WEEK, row) for row in rows if row.day is not None), key=lambda point: point[0]
        )
        if not any(row.estimate is not None for _, row in points):
            continue
        panels.append(Panel(wording.condition(condition), plain(code), wording.direction(code), points, []))
    return panels


def _distribution(register: Register, wording: Wording) -> list[Panel]:
    panels = []
    for condition in wording.conditions:
        rows = register.select(DISTRIBUTION, condition=condition, dose=wording.total_dose)
        points, important, score = [], [], ""
        for row in rows:
            code, _, threshold = row.endpoint.rpartition(": ")
            if "%" in threshold:
                continue
            score = plain(code)
            points.append((float(threshold), row))
            if IMPORTANT in row.method:
                important.append(float(threshold))
        points.sort(key=lambda point: point[0])
        if any(row.estimate is not None for _, row in points):
            panels.append(Panel(wording.condition(condition), score, "", points, important))
    return panels


def _changes(register: Register, wording: Wording) -> Grid | None:
    scored = _scored(register, wording)
    days = sorted({row.day for row in register.select(CHANGE, statistic="mean_change") if row.day is not None})
    lines = [
        Line(
            _label(condition, code, wording),
            [
                Cell("estimate", register.one(CHANGE, "mean_change", condition, wording.total_dose, day=day))
                for day in days
            ],
        )
        for condition, code in scored
    ]
    return grid(
        "Mean change of the score since the start, all doses", "Condition and score",
        [week(day).capitalize() for day in days], lines,
        f"Score at the visit less score at the start, {wording.interval}, patients with both. "
        "Who is still seen changes from visit to visit.",
    )  # fmt: skip


def _spread(register: Register, wording: Wording) -> Grid | None:
    """Return medians with quartiles: how far patients lie apart, which the interval of a mean does not say."""
    days = sorted({row.day for row in register.select(CHANGE, statistic="median") if row.day is not None})

    def cell(condition: str, day: int) -> Cell:
        median, lower, upper = (
            register.one(CHANGE, statistic, condition, wording.total_dose, day=day)
            for statistic in ("median", "lower_quartile", "upper_quartile")
        )
        return Cell("median", median, (lower, upper))

    return grid(
        "Median change of the score since the start, all doses", "Condition and score",
        [week(day).capitalize() for day in days],
        [
            Line(_label(condition, code, wording), [cell(condition, day) for day in days])
            for condition, code in _scored(register, wording)
        ],
        "With quartiles: half of the patients lie between them. Patients with both scores.",
    )  # fmt: skip


def _model(register: Register, wording: Wording) -> Grid | None:
    reference, doses = compared(wording, register.select(MODEL))
    lines = [
        Line(
            _label(condition, code, wording),
            [
                *by_dose(
                    "estimate", wording.doses,
                    lambda dose, one=condition: register.one(MODEL, "adjusted_mean_change", one, dose),  # type: ignore[misc]
                ),
                *by_dose(
                    "estimate", doses,
                    lambda dose, one=condition: register.one(MODEL, "adjusted_mean_difference", one, dose),  # type: ignore[misc]
                ),
            ],
        )
        for condition, code in _scored(register, wording)
    ]  # fmt: skip
    return grid(
        "Change by dose, allowing for visits that are missing", "Condition and score",
        [*dose_heads(wording.doses), *(f"{dose.label} less {reference}" for dose in doses)], lines,
        f"Adjusted means at the target visit from a mixed model for repeated measures, {wording.interval}. Missing "
        "scores are taken as missing at random: unseen scores like those of patients with the same earlier scores.",
    )  # fmt: skip


def _thresholds(register: Register, wording: Wording) -> Grid | None:
    lines = []
    for condition in wording.conditions:
        for row in register.select(DISTRIBUTION, condition=condition, dose=wording.total_dose):
            code, _, threshold = row.endpoint.rpartition(": ")
            _, _, meaning = row.method.partition("; threshold: ")
            if meaning:
                cells = by_dose(
                    "share", wording.columns,
                    lambda dose, key=(condition, row.endpoint): register.one(  # type: ignore[misc]
                        DISTRIBUTION, "share_improved_at_least", key[0], dose, endpoint=key[1]
                    ),
                )  # fmt: skip
                name = f"{_label(condition, code, wording)}, at least {plain(threshold)}"
                lines.append(Line(name, cells, detail=plain(meaning)))
    return grid(
        "Share improved by at least so much", "Condition, score and improvement", dose_heads(wording.columns), lines,
        f"Patients seen at the target visit. Share, {wording.interval}, patients with it/patients. All thresholds: "
        "estimates.csv, change_distribution.",
    )  # fmt: skip
