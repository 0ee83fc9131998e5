"""The variables of a trial in ADaM form from which the columns of the cohort tables are made, for messages.

A finding names our column; who has to correct it knows the data sets of the trial.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from dose_outcomes.cohort.faults import Fault
from dose_outcomes.cohort.sources.adam_terms import ARM_COLUMNS
from dose_outcomes.study.data import AdamData

if TYPE_CHECKING:
    from dose_outcomes.study import Study

#: Cohort table: column, and its variable (or those of which the first that is there is read).
ORIGINS = {
    "patients": {
        "patient_id": "ADSL.USUBJID",
        "age": "ADSL.AGE",
        "sex": "ADSL.SEX",
        "site": "ADSL.SITEID",
        "observed_until": "ADSL.EOSDT, RFENDT or TRTEDT",
        "end_reason": "ADSL.DCDECOD, DCSREAS or EOSSTT",
    },
    "indications": {"patient_id": "ADSL.USUBJID"},
    "assessments": {
        "patient_id": "ADQS.USUBJID",
        "day": "ADQS.ADT",
        "instrument": "ADQS.PARAMCD",
        "score": "ADQS.AVAL",
    },
    "side_effects": {
        "patient_id": "ADAE.USUBJID",
        "term": "ADAE.AEDECOD",
        "body_system": "ADAE.AEBODSYS or AESOC",
        "onset_day": "ADAE.ASTDT",
        "resolved_day": "ADAE.AENDT",
        "record": "ADAE.AESEQ",
        "treatment_emergent": "ADAE.TRTEMFL",
        "severity": "ADAE.ASEV or AESEV",
        "serious": "ADAE.AESER",
        "related": "ADAE.AEREL",
        "action": "ADAE.AEACN",
    },
    "times_to_event": {
        "patient_id": "ADTTE.USUBJID",
        "event": "ADTTE.PARAMCD",
        "day": "ADTTE.AVAL",
        "observed": "ADTTE.CNSR",
    },
}
_OF_EX = {
    "patient_id": "EX.USUBJID",
    "start_day": "EX.EXSTDTC",
    "end_day": "EX.EXENDTC",
    "dose_mg": "EX.EXDOSE",
}
_OF_ADSL = {"patient_id": "ADSL.USUBJID", "start_day": "ADSL.TRTSDT", "end_day": "ADSL.TRTEDT"}


def origin(table: str, column: str, study: Study) -> str:
    """Return the data set and variable behind a column; empty where the source has the columns themselves.

    Parameters
    ----------
    table, column : str
        Of the cohort.
    """
    data = study.data
    if not isinstance(data, AdamData):
        return ""
    if table == "patients" and column in study.covariates:
        return f"ADSL.{column}"
    if table == "doses":
        arm = f"ADSL.{ARM_COLUMNS[data.arm]}"
        doses = _OF_EX if data.files.ex else {**_OF_ADSL, "dose_mg": arm}
        return {**doses, "target_dose_mg": arm}.get(column, "")
    return ORIGINS.get(table, {}).get(column, "")


def with_origins(faults: Iterable[Fault], study: Study) -> list[Fault]:
    """Return findings that name the variables of the source beside the columns of the cohort."""
    return [replace(fault, origin=origin(fault.table, fault.column, study)) for fault in faults]
