"""Who is analysed: eligibility, condition, dose group and time at risk of each patient, and the attrition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.engine import Cohort
from dose_outcomes.errors import StudyError
from dose_outcomes.study import Study
from dose_outcomes.study.model import ColumnCriterion, MedicationCriterion

if TYPE_CHECKING:
    import ibis.expr.types as ir

NO_TARGET_DOSE = "No target dose recorded"
OUTSIDE_DOSE_GROUPS = "Target dose in no dose group of the study"


def assign_population(cohort: Cohort, study: Study) -> ir.Table:
    """Return one row per patient of the cohort with what all analyses need.

    Returns
    -------
    Table
        patient_id; condition (the primary one); dose (label of the dose group of the target dose, mg a day);
        last_dose_day; observed_until; risk_until (last day at risk of a side effect);
        excluded (the first reason why the patient is not analysed, null when analysed).
    """
    import ibis

    doses = cohort.doses.group_by("patient_id").agg(
        target_dose_mg=cohort.doses.target_dose_mg.argmin(cohort.doses.start_day),
        last_dose_day=cohort.doses.end_day.max(),
    )
    primary = cohort.indications.filter(cohort.indications.primary).select("patient_id", "condition")
    table = cohort.patients.join(primary, "patient_id").left_join(doses, "patient_id").drop("patient_id_right")
    table = table.mutate(dose=dose_group(table.target_dose_mg, study), risk_until=_risk_until(table, study))
    criteria = [_violated(criterion, table, cohort) for criterion in study.eligibility]
    reasons = [(violated, criterion.label) for violated, criterion in zip(criteria, study.eligibility, strict=True)]
    reasons += [
        (table.target_dose_mg.isnull(), NO_TARGET_DOSE),
        (table.dose.isnull(), OUTSIDE_DOSE_GROUPS),
    ]
    return table.mutate(excluded=ibis.cases(*reasons, else_=ibis.null("string"))).select(
        "patient_id", "condition", "dose", "last_dose_day", "observed_until", "risk_until", "excluded"
    )


def exclusion_reasons(study: Study) -> list[str]:
    """Return the reasons for which patients are excluded, in the order in which they are applied."""
    return [*(criterion.label for criterion in study.eligibility), NO_TARGET_DOSE, OUTSIDE_DOSE_GROUPS]


def analysed(population: ir.Table) -> ir.Table:
    """Return the patients who are analysed."""
    return population.filter(population.excluded.isnull())


def dose_group(dose_mg: ir.FloatingColumn, study: Study) -> ir.StringValue:
    """Return the label of the dose group of a dose in mg a day, null when none holds it."""
    import ibis

    branches = [
        ((dose_mg >= group.from_mg) & (dose_mg < group.below_mg), ibis.literal(group.label))
        for group in study.dose_groups
    ]
    return ibis.cases(*branches, else_=ibis.null("string"))


def _risk_until(table: ir.Table, study: Study) -> ir.IntegerValue:
    import ibis

    after = study.side_effects.days_after_last_dose
    if after is None:
        return table.observed_until
    return ibis.least(table.observed_until, table.last_dose_day + after)


def _violated(criterion: ColumnCriterion | MedicationCriterion, table: ir.Table, cohort: Cohort) -> ir.BooleanValue:
    """Return whether a patient fails a criterion; a missing value does not meet it."""
    import ibis

    if isinstance(criterion, MedicationCriterion):
        medications = cohort.medications
        taking = medications.filter(
            (medications.drug_class == criterion.without_drug_class)
            & (medications.start_day <= criterion.last_day)
            & (medications.end_day.isnull() | (medications.end_day >= criterion.first_day))
        )
        return table.patient_id.isin(taking.patient_id)
    if criterion.column not in table.columns:
        raise StudyError(
            f"eligibility: {criterion.id}: patients have no column '{criterion.column}'; there are "
            f"{', '.join(cohort.patients.columns)}. A further column must be listed under covariates"
        )
    column = table[criterion.column]
    met = column.notnull()
    if criterion.at_least is not None:
        met &= column >= criterion.at_least
    if criterion.at_most is not None:
        met &= column <= criterion.at_most
    if criterion.one_of is not None:
        met &= column.isin(criterion.one_of)
    return ~met.fill_null(ibis.literal(False))
