"""Who started at which dose: the baseline table with standardised differences, and what is drawn of these."""

from __future__ import annotations

from dataclasses import dataclass

from dose_outcomes.report.grids import Cell, Grid, Line, Section, compared, dose_heads, grid, grid_of, words_of
from dose_outcomes.report.register import Estimate, Register
from dose_outcomes.report.wording import Dose, Wording, plain

ANALYSIS = "baseline"
DIFFERENCE = "standardised_mean_difference"
SCORE = "score: "
NAMES = {
    "age": "Age, years",
    "starting_dose_mg": "Starting dose, mg",
    "time_of_day": "Time of day",
    "medication": "Other medicines",
}
NAMES_OF_VALUES = {"dmard": "Disease-modifying antirheumatic", "nsaid": "NSAID (anti-inflammatory)"}
BY_DESIGN = ("starting_dose_mg",)
"""Differs between dose groups because they are dose groups: in the table, not in the figure."""
FIRST = ("age", "sex", "starting_dose_mg", "condition")


@dataclass(frozen=True, slots=True)
class Difference:
    """A characteristic with its differences from the reference dose."""

    label: str
    cells: dict[str, Estimate | None]


@dataclass(frozen=True, slots=True)
class Baseline:
    """The tables, and the differences for the figure."""

    table: Grid | None
    scores: Grid | None
    reference: str
    doses: list[Dose]
    differences: list[Difference]


def baseline(register: Register, wording: Wording) -> Baseline | None:
    """Return the baseline of the study; None when it was not released."""
    rows = register.select(ANALYSIS)
    if not rows:
        return None
    reference, doses = compared(wording, rows)
    heads = [*dose_heads(wording.columns), *(f"Difference, {dose.label} from {reference}" for dose in doses)]
    names = list(dict.fromkeys(row.endpoint for row in rows if not row.endpoint.startswith(SCORE)))
    variables = list(dict.fromkeys(name.partition(": ")[0] for name in names))
    variables.sort(key=lambda name: (FIRST.index(name) if name in FIRST else len(FIRST), name))
    sections = [
        Section(words_of(variable, NAMES), _lines(variable, names, register, wording, doses)) for variable in variables
    ]
    note = (
        "Numbers: mean with standard deviation (SD), and median with quartiles. Categories: share, "
        "patients. Differences are standardised and without p values: "
        "a test would ask whether chance made them, which is not the question."
    )
    differences = [
        Difference(_drawn(name, wording), {dose.identifier: _difference(register, name, dose) for dose in doses})
        for variable in variables
        for name in names
        if name not in BY_DESIGN
        and name.partition(": ")[0] == variable
        and any(_difference(register, name, dose) for dose in doses)
    ]
    return Baseline(
        table=grid_of(
            "Patients at the start, by the dose aimed at",
            "Characteristic",
            heads,
            sections,
            note,
            _patients(register, wording),
        ),
        scores=_scores(register, wording, doses, heads),
        reference=reference,
        doses=doses,
        differences=differences,
    )


def _patients(register: Register, wording: Wording) -> list[Estimate | None]:
    """Return the rows that count the patients of each column."""
    return [register.find("cohort", "number_of_patients", wording.total, dose.identifier) for dose in wording.columns]


def _find(register: Register, statistic: str, name: str, dose: str, condition: str) -> Estimate | None:
    return register.one(ANALYSIS, statistic, condition, dose, endpoint=name)


def _difference(register: Register, name: str, dose: Dose) -> Estimate | None:
    conditions = [row.condition for row in register.select(ANALYSIS, endpoint=name, dose=dose.identifier)]
    return next(
        (found for one in conditions[:1] if (found := _find(register, DIFFERENCE, name, dose.identifier, one))), None
    )


def _drawn(name: str, wording: Wording) -> str:
    variable, _, value = name.partition(": ")
    return (
        words_of(value, NAMES_OF_VALUES)
        if value
        else words_of(variable, NAMES).removesuffix(", years").removesuffix(", mg")
    )


def _lines(variable: str, names: list[str], register: Register, wording: Wording, doses: list[Dose]) -> list[Line]:
    lines = []
    for name in names:
        head, _, value = name.partition(": ")
        if head == variable:
            label = wording.condition(value) if variable == "condition" else words_of(value, NAMES_OF_VALUES)
            lines += _of(name, label, wording.total, register, wording, doses)
    return lines


def _of(name: str, label: str, condition: str, register: Register, wording: Wording, doses: list[Dose]) -> list[Line]:
    """Return the lines of one characteristic: numbers take several."""

    def cells(form: str, statistic: str, *others: str) -> list[Cell]:
        return [
            Cell(
                form,  # type: ignore[arg-type]
                _find(register, statistic, name, dose.identifier, condition),
                tuple(_find(register, other, name, dose.identifier, condition) for other in others),
            )
            for dose in wording.columns
        ]

    apart = [Cell("number", _find(register, DIFFERENCE, name, dose.identifier, condition)) for dose in doses]
    none = [Cell("words", text="–") for _ in doses]
    if _find(register, "mean", name, wording.total_dose, condition):
        found = [
            Line(label or "Mean", [*cells("mean", "mean", "standard_deviation"), *apart]),
            Line("Median", [*cells("median", "median", "lower_quartile", "upper_quartile"), *none]),
            Line("Missing", [*cells("number", "number_missing"), *none]),
        ]
        return [line for line in found if any(cell.row for cell in line.cells)]
    if not label:
        whole: list[Cell] = [Cell("words", text="–") for _ in wording.columns]
        return [Line("Over all categories", [*whole, *apart])] if any(cell.row for cell in apart) else []
    own = any(cell.row for cell in apart)
    below = [Cell("words", text="–") for _ in doses]
    return [Line(label, [*cells("patients", "proportion"), *(apart if own else below)])]


def _scores(register: Register, wording: Wording, doses: list[Dose], heads: list[str]) -> Grid | None:
    lines = []
    for condition in wording.conditions:
        rows = register.select(ANALYSIS, condition=condition, statistic="mean", dose=wording.total_dose)
        for row in rows:
            if row.endpoint.startswith(SCORE):
                label = f"{wording.condition(condition)}: {plain(row.endpoint.removeprefix(SCORE))}"
                lines += _of(row.endpoint, label, condition, register, wording, doses)[:1]
    title = "Scores at the start, by condition and the dose aimed at"
    return grid(
        title, "Condition and score", heads, lines, "Mean with standard deviation (SD); differences standardised."
    )
