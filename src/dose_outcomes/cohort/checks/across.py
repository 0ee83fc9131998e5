"""Rules that compare the rows of a table with the course of their patient."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from dose_outcomes.cohort.checks.rule import Rule
from dose_outcomes.cohort.tables import TABLES
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: End reasons of patients whose treatment goes on until the end of observation.
ON_TREATMENT = ("ongoing", "completed")
FATAL = 5
#: Table: the day that must not lie after the end of observation.
OBSERVED = {
    "doses": "end_day",
    "assessments": "day",
    "side_effects": "onset_day",
    "medications": "start_day",
    "times_to_event": "day",
}


def across_rules(name: str, study: Study, files: dict[str, str]) -> Iterator[Rule]:
    """Return the rules of a table that are asked beside `course.course`.

    Parameters
    ----------
    files : dict of str to str
        File of each table, for the sentences.
    """
    if name != "patients":
        yield Rule(
            name="known",
            table=name,
            column="patient_id",
            sentence=f"the patient is not in {_file('patients', files)}",
            aspect="relational",
            remedy="Add the patient, or leave the rows out",
            holds=lambda table: table.course_known.notnull(),
        )
    if name in OBSERVED:
        yield _observed(name, OBSERVED[name])
    yield from OF_TABLE.get(name, _nothing)(study, files)


def _nothing(study: Study, files: dict[str, str]) -> Iterator[Rule]:
    yield from ()


def _file(name: str, files: dict[str, str]) -> str:
    return Path(files[name]).name if name in files else name


def _observed(name: str, column: str) -> Rule:
    # a time to an event may count its first day as day 1
    grace = 1 if name == "times_to_event" else 0
    meaning = TABLES[name].columns[column].meaning.split(",")[0].split(";")[0].lower()
    return Rule(
        name="observed",
        table=name,
        column=column,
        sentence=f"lies after the last day under observation of the patient ({meaning})",
        severity="warning",
        category="plausibility",
        aspect="temporal",
        remedy="Correct the day, or observed_until of the patient",
        holds=lambda table: table[column] <= table.course_observed_until + grace,
        asked=lambda table: table[column].notnull() & table.course_observed_until.notnull(),
    )


def _of_patients(study: Study, files: dict[str, str]) -> Iterator[Rule]:
    of_patient = partial(Rule, table="patients", unit="patients")
    yield of_patient(
        name="primary_condition",
        column="patient_id",
        sentence=f"each patient needs exactly one primary condition in {_file('indications', files)}",
        aspect="relational",
        remedy="Mark one condition of each patient as primary",
        holds=lambda table: table.course_primaries.fill_null(0) == 1,
    )
    warned = partial(of_patient, severity="warning")
    for name, loss in (("doses", "no analysis has the patient"), ("assessments", "the patient has no response")):
        yield warned(
            name=f"has_{name}",
            column="patient_id",
            sentence=f"the patient has no row in {_file(name, files)}: {loss}",
            category="completeness",
            aspect="",
            remedy="Add the rows, where they exist",
            holds=partial(_has, name),
        )
    gap = study.quality.gap_days
    yield warned(
        name="agrees_with_doses",
        column="end_reason",
        sentence=f"says that treatment went on, but the last dose was more than {gap} days before observation ended",
        category="plausibility",
        aspect="temporal",
        remedy="Correct end_reason, observed_until or the doses; another limit: quality.gap_days in the study file",
        holds=lambda table: table.course_last_taken >= table.observed_until - gap,
        asked=lambda table: table.end_reason.isin(ON_TREATMENT) & table.course_last_taken.notnull(),
    )
    yield warned(
        name="agrees_with_sex",
        column="end_reason",
        sentence="is pregnancy, and the sex is male",
        category="plausibility",
        aspect="atemporal",
        remedy="Correct end_reason or sex",
        holds=lambda table: table.sex != "male",
        asked=lambda table: (table.end_reason == "pregnancy") & table.sex.notnull(),
    )
    if "side_effects" in files:
        yield warned(
            name="agrees_with_side_effects",
            column="end_reason",
            sentence=f"is side_effect, and the patient has no row in {_file('side_effects', files)}",
            category="plausibility",
            aspect="atemporal",
            remedy="Add the side effect, or correct end_reason",
            holds=lambda table: table.course_side_effects.notnull(),
            asked=lambda table: table.end_reason == "side_effect",
        )


def _has(name: str, table: ir.Table) -> ir.BooleanColumn:
    return table[f"course_{name}"].notnull()


def _of_doses(study: Study, files: dict[str, str]) -> Iterator[Rule]:
    # day 0 is the day of the first dose: a cohort counted from another day gives wrong windows without a word
    yield Rule(
        name="zero",
        table="doses",
        column="start_day",
        sentence="the first dose of a patient must be on day 0",
        category="plausibility",
        aspect="temporal",
        remedy="Count all days of the patient from the first dose",
        unit="patients",
        holds=lambda table: table.course_first_start == 0,
        asked=_first_of_patient,
    )
    target = partial(Rule, table="doses", column="target_dose_mg", severity="warning", unit="patients")
    yield target(
        name="one_per_patient",
        sentence="the patient has several: the dose aimed at is that of the first row",
        category="plausibility",
        aspect="atemporal",
        remedy="Give the dose aimed at when treatment started in every row",
        holds=lambda table: table.course_lowest_target_mg == table.course_highest_target_mg,
        asked=_where_first("target_dose_mg"),
    )
    days = study.quality.days_to_target_dose
    if days is not None:
        yield target(
            name="reached",
            sentence=f"was never reached, in {days} days of treatment or more",
            category="plausibility",
            aspect="temporal",
            remedy="Look at these rows; another limit: quality.days_to_target_dose in the study file",
            holds=lambda table: table.course_highest_mg >= table.target_dose_mg,
            asked=lambda table: _where_first("target_dose_mg")(table) & (table.course_last_taken >= days - 1),
        )


def _first_of_patient(table: ir.Table) -> ir.BooleanColumn:
    # of a patient without a known name, or one who is not in patients, other rules speak
    return table.start_day == table.course_first_start


def _where_first(column: str) -> Callable[[ir.Table], ir.BooleanColumn]:
    return lambda table: _first_of_patient(table) & table[column].notnull()


def _of_side_effects(study: Study, files: dict[str, str]) -> Iterator[Rule]:
    yield Rule(
        name="agrees_with_end_reason",
        table="side_effects",
        column="severity",
        sentence=f"is {FATAL} (fatal), and end_reason of the patient is not death",
        severity="warning",
        category="plausibility",
        aspect="atemporal",
        remedy="Correct the severity, or end_reason of the patient",
        holds=lambda table: table.course_end_reason == "death",
        asked=lambda table: (table.severity == FATAL) & table.course_known.notnull(),
    )


OF_TABLE: dict[str, Callable[[Study, dict[str, str]], Iterator[Rule]]] = {
    "patients": _of_patients,
    "doses": _of_doses,
    "side_effects": _of_side_effects,
}
