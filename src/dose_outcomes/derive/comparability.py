"""Whether groups can be compared: what was known of their patients at the start, and how long each was seen.

Counted for all analysed patients, whom comparisons of side effects are about, for those who can be assessed for
each endpoint, and for those of each subgroup who can be assessed for the first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.derive.context import Derived
from dose_outcomes.derive.course.subgroups import subgroup_levels, subgroup_name
from dose_outcomes.derive.population import analysed
from dose_outcomes.derive.rule import DECIMALS

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

ALL_ANALYSED = ""
"""Endpoint of the counts of all analysed patients."""
AGE, SEX, SCORE = "age", "sex", "score at the start"
DEATH = "death"
TABLE = "compared patients"


def compared_numbers(derived: Derived) -> list[pd.DataFrame]:
    """Count the values of age, of covariates that are numbers, and of the score that the response definition looks at.

    Returns
    -------
    list of DataFrame
        endpoint, condition, dose, characteristic, value (in the unit of the characteristic), n (patients).
    """
    import ibis

    patients = _compared_patients(derived)
    covariates = [name for name in derived.study.covariates if patients[name].type().is_numeric()]
    numbers = dict.fromkeys((AGE, *covariates, SCORE))
    parts = []
    for name in numbers:
        known = patients.filter(patients[name].notnull())
        keys = {"characteristic": ibis.literal(name), "value": known[name].cast("float64").round(DECIMALS)}
        parts.append(known.group_by("endpoint", "condition", "dose", **keys).agg(n=known.count()))
    return [ibis.union(*parts).execute()]


def compared_categories(derived: Derived) -> list[pd.DataFrame]:
    """Count the values of sex and of covariates that are no numbers; patients whose value is not known are left out.

    Returns
    -------
    list of DataFrame
        endpoint, condition, dose, characteristic, value, n (patients).
    """
    import ibis

    patients = _compared_patients(derived)
    covariates = [name for name in derived.study.covariates if not patients[name].type().is_numeric()]
    parts = []
    for name in dict.fromkeys((SEX, *covariates)):
        known = patients.filter(patients[name].notnull())
        keys = {"characteristic": ibis.literal(name), "value": known[name].cast("string")}
        parts.append(known.group_by("endpoint", "condition", "dose", **keys).agg(n=known.count()))
    return [parts[0].execute()] if len(parts) == 1 else [ibis.union(*parts).execute()]


def follow_up_counts(derived: Derived) -> list[pd.DataFrame]:
    """Count the patients by their last day under observation, whether they died then, and their first response.

    Returns
    -------
    list of DataFrame
        endpoint, condition, dose, day (last one under observation), died, first_response (day, missing without one),
        n (patients).
    """
    patients = _compared_patients(derived)
    keys = ["endpoint", "condition", "dose", "died", "first_response"]
    return [patients.group_by(*keys, day=patients.observed_until).agg(n=patients.count()).execute()]


def subgroup_population(endpoint: str, subgroup: str) -> str:
    """Return what stands as the endpoint of the patients of a subgroup (``sex: female``)."""
    return f"{endpoint} {subgroup}"


def _compared_patients(derived: Derived) -> ir.Table:
    """Return a row per patient of every population: analysed, assessable for each endpoint, of each subgroup."""
    import ibis

    if TABLE in derived.connection.list_tables():
        return derived.connection.table(TABLE)
    everybody = analysed(derived.population).select("patient_id", "condition", "dose")
    parts = [
        everybody.mutate(
            endpoint=ibis.literal(ALL_ANALYSED), first_response=ibis.null("int64"), **{SCORE: ibis.null("float64")}
        )
    ]
    subgroups = []
    for endpoint in derived.study.endpoints:
        own = derived.patients[endpoint.id]
        own = own.filter(own.not_assessable.isnull())
        responding = derived.responses[endpoint.id].filter(derived.responses[endpoint.id].responding)
        first = responding.group_by("patient_id").agg(first_response=responding.day.min().cast("int64"))
        parts.append(
            own.select("patient_id", "condition", "dose", base=own.base.cast("float64"))
            .left_join(first, "patient_id")
            .drop("patient_id_right")
            .mutate(endpoint=ibis.literal(endpoint.id))
            .rename({SCORE: "base"})
            .select(parts[0].columns)
        )
        if endpoint is derived.study.endpoints[0]:
            for subgroup in derived.study.subgroups:
                named = parts[-1].join(subgroup_levels(derived, subgroup), "patient_id")
                name = ibis.literal(subgroup_population(endpoint.id, subgroup_name(subgroup, ""))) + named.level
                subgroups.append(named.mutate(endpoint=name).select(parts[0].columns))
    source = derived.cohort.patients
    columns = dict.fromkeys(("patient_id", AGE, SEX, "observed_until", *derived.study.covariates))
    known = source.select(*columns, died=source.end_reason == DEATH)
    return derived.connection.create_table(TABLE, ibis.union(*parts, *subgroups).join(known, "patient_id"))
