"""Who the patients were when they started: counts of every value of every characteristic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.derive.context import Derived
from dose_outcomes.derive.population import analysed
from dose_outcomes.derive.rule import DECIMALS

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

#: Characteristics of the first dose, beside those of the patient.
OF_FIRST_DOSE = ("time_of_day", "formulation")
STARTING_DOSE = "starting_dose_mg"
MEDICATION = "medication"
SEVERITY = "score"
NONE_KNOWN = ""


def baseline_numbers(derived: Derived) -> list[pd.DataFrame]:
    """Count the values of age, starting dose and, by condition, the score that the response definition looks at.

    Returns
    -------
    list of DataFrame
        condition, dose, characteristic (``age``, ``starting_dose_mg``, ``score: INSTRUMENT``), value (missing where
        not known), n (patients).
    """
    import ibis

    if derived.study.course.baseline_table is None:
        return []
    patients = _patients(derived)
    values = {"age": patients.age, STARTING_DOSE: patients.starting_dose_mg}
    parts = [
        patients.group_by("condition", "dose", characteristic=ibis.literal(name), value=value.cast("float64")).agg(
            n=patients.count()
        )
        for name, value in values.items()
    ]
    for endpoint in derived.study.endpoints[:1]:
        scored = derived.patients[endpoint.id].filter(derived.patients[endpoint.id].instrument.notnull())
        parts.append(
            scored.group_by(
                "condition",
                "dose",
                characteristic=ibis.literal(f"{SEVERITY}: ") + scored.instrument,
                value=scored.base.cast("float64").round(DECIMALS),
            ).agg(n=scored.count())
        )
    return [part.execute() for part in parts]


def baseline_categories(derived: Derived) -> list[pd.DataFrame]:
    """Count the values of sex, site, the covariates of the study, and of what the first dose was.

    A characteristic that is recorded for nobody is left out.

    Returns
    -------
    list of DataFrame
        condition, dose, characteristic, value (empty where not known), n (patients).
    """
    import ibis

    study = derived.study
    if study.course.baseline_table is None:
        return []
    patients = _patients(derived)
    parts = [
        patients.group_by(
            "condition",
            "dose",
            characteristic=ibis.literal(name),
            value=patients[name].cast("string").fill_null(NONE_KNOWN),
        ).agg(n=patients.count())
        for name in ("sex", "site", *study.covariates, *OF_FIRST_DOSE)
    ]
    found = ibis.union(*parts).execute()
    known = set(found.loc[found["value"] != NONE_KNOWN, "characteristic"])
    return [found[found["characteristic"].isin(known)]]


def baseline_medications(derived: Derived) -> list[pd.DataFrame]:
    """Count the patients who take a medication of a class on day 0.

    Returns
    -------
    list of DataFrame
        condition, dose, drug_class, n (patients).
    """
    table = derived.study.course.baseline_table
    if table is None:
        return []
    taken = derived.cohort.medications.filter(
        (derived.cohort.medications.start_day <= 0)
        & (derived.cohort.medications.end_day.isnull() | (derived.cohort.medications.end_day >= 0))
    )
    if table.medication_classes is not None:
        taken = taken.filter(taken.drug_class.isin(table.medication_classes))
    joined = taken.join(analysed(derived.population), "patient_id")
    return [joined.group_by("condition", "dose", "drug_class").agg(n=joined.patient_id.nunique()).execute()]


def _patients(derived: Derived) -> ir.Table:
    """Return the analysed patients with the columns of `patients` and of their first dose."""
    doses = derived.cohort.doses
    # a patient has one episode a day of start: which is first does not depend on the order of rows
    first = doses.group_by("patient_id").agg(
        starting_dose_mg=doses.dose_mg.argmin(doses.start_day),
        **{name: doses[name].argmin(doses.start_day, where=doses.start_day == 0) for name in OF_FIRST_DOSE},
    )
    known = derived.cohort.patients.select("patient_id", "age", "sex", "site", *derived.study.covariates)
    table = analysed(derived.population).select("patient_id", "condition", "dose")
    return table.join(known, "patient_id").left_join(first, "patient_id").drop("patient_id_right")
