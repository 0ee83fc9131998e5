"""What was taken, who stayed and why others stopped: tables and what the figures draw."""

from __future__ import annotations

from dataclasses import dataclass

from dose_outcomes.report.grids import Cell, Grid, Line, Section, by_dose, dose_heads, grid, grid_of, words_of
from dose_outcomes.report.register import Estimate, Register
from dose_outcomes.report.wording import Wording, plain, week

DOSE, PERSISTENCE, REASON = "dose", "persistence", "reason_for_stopping"
LOST_AS_STOPPED = "persistence_lost_as_stopped"
OF_THE_DAY = "dose of the day: "
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
class Course:
    """Everything of these sections; lists are empty and tables None where nothing was released."""

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
        sections, "Shares of all patients analysed; counts and intervals: estimates.csv, dose."
        + wording.hidden_legend,
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
    legend = f"Kaplan-Meier, {wording.interval}, stopped so far/patients. Loss to follow-up is no stop."
    if days and register.select(LOST_AS_STOPPED):
        last = days[-1]
        cells = by_dose(
            "share", wording.columns,
            lambda dose: register.one(LOST_AS_STOPPED, "survival", wording.total, dose, day=last),
        )  # fmt: skip
        lines.append(Line(f"The same at {week(last)}, had everybody lost to follow-up stopped", cells))
        legend += " In the last line lost so far/patients."
    return grid(
        "Patients still on the drug", "Time", dose_heads(wording.columns), lines, legend + wording.hidden_legend
    )


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
