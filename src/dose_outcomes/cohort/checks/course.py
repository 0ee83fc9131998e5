"""One row per patient of what the tables say about the patient's course: what rules across tables are asked against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: Before the names of its columns, so that they meet no column of a cohort table.
PREFIX = "course_"


def course(tables: Mapping[str, ir.Table]) -> ir.Table:
    """Return one row per patient who is in the table patients.

    Returns
    -------
    Table
        patient_id, and with `PREFIX` before each: known (true), observed_until, end_reason, primaries (primary
        conditions), doses and assessments and side_effects (rows), first_start, first_taken and last_taken (days,
        doses above 0 mg), days_taken, highest_mg, lowest_target_mg and highest_target_mg.
    """
    patients = tables["patients"]
    # a patient who is there twice breaks another rule, and is one patient here
    found = patients.group_by("patient_id").agg(
        known=patients.count() > 0,
        observed_until=patients.observed_until.max(),
        end_reason=patients.end_reason.max(),
    )
    indications, doses = tables["indications"], tables["doses"]
    taken = doses.dose_mg > 0
    for part in (
        indications.group_by("patient_id").agg(primaries=indications.primary.sum()),
        doses.group_by("patient_id").agg(
            doses=doses.count(),
            first_start=doses.start_day.min(),
            first_taken=doses.start_day.min(where=taken),
            last_taken=doses.end_day.max(where=taken),
            highest_mg=doses.dose_mg.max(),
            lowest_target_mg=doses.target_dose_mg.min(),
            highest_target_mg=doses.target_dose_mg.max(),
        ),
        _rows(tables["assessments"], "assessments"),
        _rows(tables["side_effects"], "side_effects"),
    ):
        found = found.left_join(part, "patient_id").drop("patient_id_right")
    return found.rename({f"{PREFIX}{name}": name for name in found.columns if name != "patient_id"})


def beside_course(table: ir.Table, courses: ir.Table) -> ir.Table:
    """Return the rows of a table, each with the course of its patient; empty when there is no such patient."""
    of_patients = courses.rename(course_patient_id="patient_id")
    joined = table.left_join(of_patients, table.patient_id == of_patients.course_patient_id)
    return joined.drop("course_patient_id")


def _rows(table: ir.Table, name: str) -> ir.Table:
    return table.group_by("patient_id").agg(**{name: table.count()})
