"""Responders by subgroup: columns of `patients` known at the start, as values or bands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.derive.context import Derived
from dose_outcomes.derive.response import responder_counts
from dose_outcomes.errors import StudyError
from dose_outcomes.study.course import Subgroup

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

NOT_KNOWN = "not known"


def subgroup_responders(derived: Derived) -> list[pd.DataFrame]:
    """Count responders of the first endpoint by subgroup.

    Returns
    -------
    list of DataFrame
        endpoint, condition, definition, dose, subgroup, level, day, and the counts of `responder_counts`.
    """
    study = derived.study
    found = []
    for subgroup in study.subgroups:
        endpoint = study.endpoints[0]
        patients = derived.patients[endpoint.id].join(subgroup_levels(derived, subgroup), "patient_id")
        counted = responder_counts(patients, derived.visits[endpoint.id], endpoint, by=("level",))
        found.append(counted.execute().assign(subgroup=subgroup.id))
    return found


def subgroup_levels(derived: Derived, subgroup: Subgroup) -> ir.Table:
    """Return patient_id and level of every patient."""
    return derived.cohort.patients.select("patient_id", level=_level(derived.cohort.patients, subgroup))


def subgroup_name(subgroup: Subgroup, level: str) -> str:
    """Return how results call a level, for example ``sex: female``."""
    return f"{subgroup.id}: {level}"


def _level(patients: ir.Table, subgroup: Subgroup) -> ir.StringValue:
    import ibis

    column = patients[subgroup.column]
    if not subgroup.bands:
        return column.cast("string").fill_null(NOT_KNOWN)
    if not column.type().is_numeric():
        raise StudyError(f"subgroups: {subgroup.id}: bands need numbers; '{subgroup.column}' of the patients has text")
    below = [(column < bound, name) for bound, name in zip(subgroup.bands, subgroup.level_names(), strict=False)]
    return ibis.cases((column.isnull(), NOT_KNOWN), *below, else_=subgroup.level_names()[-1])
