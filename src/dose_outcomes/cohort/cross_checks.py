"""Rules that need more than one table, or more than one row: each as the rows that break it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from dose_outcomes.cohort.faults import Fault, failing_cells

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend


@dataclass(frozen=True, slots=True)
class CrossRule:
    """One rule: where it is reported, in which words, and the rows of its table that break it."""

    check: str
    table: str
    column: str
    sentence: str
    remedy: str
    breaking: Callable[[Mapping[str, ir.Table]], ir.Table]


def check_together(
    connection: Backend,
    stored: Mapping[str, ir.Table],
    numbered: Mapping[str, ir.Table],
    files: Mapping[str, str],
) -> Iterator[Fault]:
    """Check the tables against each other.

    Parameters
    ----------
    stored : mapping of str to Table
        Typed tables by name; they are checked.
    numbered : mapping of str to Table
        The same with row numbers; read only when a rule is broken.
    files : mapping of str to str
        File of each table.
    """
    for rule in cross_rules(files):
        if connection.execute(rule.breaking(stored).count()):
            rows, values = failing_cells(connection, rule.breaking(numbered), rule.column)
            yield Fault(
                check=rule.check,
                table=rule.table,
                file=files[rule.table],
                column=rule.column,
                sentence=rule.sentence,
                remedy=rule.remedy,
                rows=rows,
                values=values,
            )


def cross_rules(files: Mapping[str, str]) -> Iterator[CrossRule]:
    """Return the rules for the tables that have a file."""
    for name in files:
        if name != "patients":
            yield CrossRule(
                check=f"{name}.patient_id.known",
                table=name,
                column="patient_id",
                sentence=f"the patient is not in {files['patients']}",
                remedy="Add the patient, or leave the rows out",
                breaking=partial(_of_strangers, name),
            )
    yield CrossRule(
        check="patients.primary_condition",
        table="patients",
        column="patient_id",
        sentence=f"each patient needs exactly one primary condition in {files['indications']}",
        remedy="Mark one condition of each patient as primary",
        breaking=_without_one_primary_condition,
    )
    # day 0 is the day of the first dose: a cohort counted from another day gives wrong windows without a word
    yield CrossRule(
        check="doses.start_day.zero",
        table="doses",
        column="start_day",
        sentence="the first dose of a patient must be on day 0",
        remedy="Count all days of the patient from the first dose",
        breaking=_first_dose_on_another_day,
    )


def _of_strangers(name: str, tables: Mapping[str, ir.Table]) -> ir.Table:
    table = tables[name].filter(tables[name].patient_id.notnull())
    return table.anti_join(tables["patients"], "patient_id")


def _without_one_primary_condition(tables: Mapping[str, ir.Table]) -> ir.Table:
    indications = tables["indications"]
    primary = indications.filter(indications.primary)
    number = primary.group_by("patient_id").agg(primary_conditions=primary.count())
    patients = tables["patients"].left_join(number, "patient_id").drop("patient_id_right")
    return patients.filter(patients.primary_conditions.fill_null(0) != 1)


def _first_dose_on_another_day(tables: Mapping[str, ir.Table]) -> ir.Table:
    doses = tables["doses"]
    first = doses.group_by("patient_id").agg(first_day=doses.start_day.min())
    late = first.filter(first.first_day != 0)
    return doses.join(late, [("patient_id", "patient_id"), ("start_day", "first_day")])
