"""How scores went, what was taken, who stayed and why others stopped: tables and what the figures draw."""

from __future__ import annotations

from dataclasses import dataclass

from dose_outcomes.report.grids import Cell, Grid, Line, Section, by_dose, compared, dose_heads, grid, grid_of, words_of
from dose_outcomes.report.register import Estimate, Register
from dose_outcomes.report.wording import DAYS_PER_WEEK, Wording, plain, week

CHANGE, DISTRIBUTION, MODEL = "score_change", "change_distribution", "mixed_model"
DOSE, PERSISTENCE, REASON = "dose", "persistence", "reason_for_stopping"
OF_THE_DAY = "dose of the day: "
IMPORTANT = "minimal important difference"
QUANTITIES = {
    "starting_dose_mg": "Starting dose, mg",
    "highest_dose_mg": "Highest dose, mg",
    "modal_dose_mg": "Dose taken on most days, mg",
    "last_dose_mg": "Last dose, mg",
    "cumulative_dose_mg": "Sum of all doses, mg",
    "days_on_drug": "Days with a dose",
    "proportion_of_days_covered": "Share of days with a dose",
}


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
class Course:
    """Everything of these sections; lists are empty and tables None where nothing was released."""

    over_visits: list[Panel]
    distribution: list[Panel]
    changes: Grid | None
    model: Grid | None
    thresholds: Grid | None
    states: dict[str, list[tuple[int, dict[str, Estimate | None]]]]
    """Dose aimed at: day and what its patients took."""
    state_names: dict[str, str]
    doses_taken: Grid | None
    dosing: Grid | None
    stays: Grid | None
    stays_by_condition: Grid | None
    reasons: Grid | None
    reason_rows: list[tuple[str, dict[str, Estimate | None]]]
    reason_day: int


def course(register: Register, wording: Wording) -> Course:
    """Return the course of the study."""
    states, names = _states(register, wording)
    reason_day = max((row.day or 0 for row in register.select(REASON)), default=0)
    reasons = _reason_rows(register, wording, reason_day)
    return Course(
        over_visits=_over_visits(register, wording),
        distribution=_distribution(register, wording),
        changes=_changes(register, wording),
        model=_model(register, wording),
        thresholds=_thresholds(register, wording),
        states=states,
        state_names=names,
        doses_taken=_doses_taken(states, names, wording),
        dosing=_dosing(register, wording),
        stays=_stays(register, wording),
        stays_by_condition=_stays_by_condition(register, wording),
        reasons=_reasons(reasons, reason_day, wording),
        reason_rows=reasons,
        reason_day=reason_day,
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
        points = sorted(((row.day or 0) / DAYS_PER_WEEK, row) for row in rows if row.day is not None)
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


def _states(
    register: Register, wording: Wording
) -> tuple[dict[str, list[tuple[int, dict[str, Estimate | None]]]], dict[str, str]]:
    rows = [row for row in register.select(DOSE, statistic="proportion") if row.endpoint.startswith(OF_THE_DAY)]
    found = list(dict.fromkeys(row.endpoint.removeprefix(OF_THE_DAY) for row in rows))
    taken = [dose.identifier for dose in wording.doses if dose.identifier in found]
    order = [*taken, *(name for name in found if name not in taken)]
    names = {name: plain(name) if name in taken else words_of(name) for name in order}
    days = sorted({row.day for row in rows if row.day is not None})
    by_key = {(row.dose, row.day, row.endpoint.removeprefix(OF_THE_DAY)): row for row in rows}
    states = {
        dose.identifier: [(day, {name: by_key.get((dose.identifier, day, name)) for name in order}) for day in days]
        for dose in wording.doses
    }
    return (states if rows else {}), names


def _doses_taken(
    states: dict[str, list[tuple[int, dict[str, Estimate | None]]]], names: dict[str, str], wording: Wording
) -> Grid | None:
    sections = []
    for dose in wording.doses:
        visits = states.get(dose.identifier, [])
        lines = [Line(label, [Cell("number", cells.get(name)) for _, cells in visits]) for name, label in names.items()]
        sections.append(Section(f"Aimed at {dose.label}", lines))
    days = next(iter(states.values()), [])
    return grid_of(
        "What patients took, by the dose aimed at", "Taken on the day", [week(day).capitalize() for day, _ in days],
        sections, "Shares of all patients analysed; counts and intervals are in estimates.csv, dose." + wording.hidden_legend,
    )  # fmt: skip


def _dosing(register: Register, wording: Wording) -> Grid | None:
    lines = []
    for name, label in QUANTITIES.items():
        cells = [
            Cell("median", register.one(DOSE, "median", wording.total, dose.identifier, endpoint=name),
                 tuple(register.one(DOSE, part, wording.total, dose.identifier, endpoint=name)
                       for part in ("lower_quartile", "upper_quartile")))
            for dose in wording.columns
        ]  # fmt: skip
        lines.append(Line(label, cells))
    reached = by_dose("days", wording.columns, lambda dose: register.one(DOSE, "median_days", wording.total, dose))
    lines.append(Line("Days until half have reached the dose aimed at", reached))
    return grid(
        "Doses taken", "Quantity", dose_heads(wording.columns), lines, "Median with quartiles, all patients analysed."
    )


def _stays(register: Register, wording: Wording) -> Grid | None:
    days = sorted({row.day for row in register.select(PERSISTENCE, statistic="survival") if row.day is not None})
    lines = [
        Line(
            f"Still on the drug at {week(day)}",
            by_dose(
                "share", wording.columns,
                lambda dose, day=day: register.one(PERSISTENCE, "survival", wording.total, dose, day=day),  # type: ignore[misc]
            ),
        )
        for day in days
    ]  # fmt: skip
    return grid(
        "Patients still on the drug", "Time", dose_heads(wording.columns), lines,
        f"Kaplan-Meier, {wording.interval}, stopped so far/patients." + wording.hidden_legend,
    )  # fmt: skip


def _stays_by_condition(register: Register, wording: Wording) -> Grid | None:
    if len(wording.conditions) == 1:
        return None
    days = sorted({row.day for row in register.select(PERSISTENCE, statistic="survival") if row.day is not None})
    lines = [
        Line(
            wording.condition(condition),
            [
                Cell("share", register.one(PERSISTENCE, "survival", condition, wording.total_dose, day=day))
                for day in days
            ],
        )
        for condition in wording.conditions
    ]
    return grid(
        "Patients still on the drug in each condition, all doses", "Condition",
        [week(day).capitalize() for day in days], lines,
        f"Kaplan-Meier, {wording.interval}, stopped so far/patients." + wording.hidden_legend,
    )  # fmt: skip


def _reason_rows(register: Register, wording: Wording, day: int) -> list[tuple[str, dict[str, Estimate | None]]]:
    names = list(dict.fromkeys(row.endpoint for row in register.select(REASON)))
    found = [
        (
            words_of(name, {"lost_to_follow_up": "Lost to follow-up"}),
            {
                dose.identifier: register.one(
                    REASON, "cumulative_incidence", wording.total, dose.identifier, endpoint=name, day=day
                )
                for dose in wording.columns
            },
        )
        for name in names
    ]

    def rank(one: tuple[str, dict[str, Estimate | None]]) -> tuple[bool, float, str]:
        row = one[1][wording.total_dose]
        known = row is not None and row.estimate is not None
        return (not known, -(row.estimate or 0.0) if row else 0.0, one[0])

    return sorted(found, key=rank)


def _reasons(rows: list[tuple[str, dict[str, Estimate | None]]], day: int, wording: Wording) -> Grid | None:
    lines = [Line(name, by_dose("share", wording.columns, cells.get)) for name, cells in rows]
    return grid(
        f"Stopped by {week(day)}, by reason", "Reason", dose_heads(wording.columns), lines,
        f"All patients analysed; the other reasons are competing events. Share, {wording.interval}, "
        "stopped/patients." + wording.hidden_legend,
    )  # fmt: skip
