"""A trial in ADaM form: day 1 becomes day 0, arms become doses, what the source derived or cannot date is set aside."""

import pandas as pd
import pytest

from dose_outcomes.cohort.conversion import convert
from dose_outcomes.cohort.raw import ROW
from dose_outcomes.cohort.sources.adam import read_adam_tables
from dose_outcomes.engine import connect
from dose_outcomes.errors import CohortDataError
from dose_outcomes.study.data import AdamData

ADSL = """
USUBJID AGE SEX SITEID TRT01P TRT01A TRTSDT     TRTEDT     EOSDT      EOSSTT       SAFFL REGION
s1      95  F   01     Low    High   2014-01-02 2014-01-11 2014-02-01 COMPLETED    Y     north
s2      40  M   01     High   High   2014-01-02 NA         2014-01-20 DISCONTINUED Y     south
s3      40  M   02     Screen NA     NA         NA         NA         NA           N     north
s4      40  M   02     Other  Other  2014-01-02 2014-01-03 2014-01-03 COMPLETED    Y     north
"""
EX = """
USUBJID EXDOSE EXSTDTC    EXENDTC
s1      10     2014-01-02 2014-01-06
s1      20     2014-01-07 2014-01-11
s2      20     2014-01-02 2014-01-20
s3      20     2014-01-02 2014-01-20
"""
ADAE = """
USUBJID AEDECOD  AEBODSYS AESEV    AESER AEREL    AEACN        AESEQ ASTDT      AENDT      TRTEMFL
s1      Rash     Skin     MILD     N     POSSIBLE DRUG_NO      1     2014-01-02 2014-01-05 Y
s1      Rash     Skin     SEVERE   Y     NONE     NA           2     2014-01     NA         Y
s2      Headache Nerves   MODERATE N     NA       NA           1     2013-12-30 2013-12-01 N
s3      Headache Nerves   MODERATE N     NA       NA           1     2013-12-30 NA         N
"""
ADQS = """
USUBJID PARAMCD AVAL ADT        DTYPE
s1      PAIN    5    2014-01-01 NA
s1      PAIN    3    2014-01-30 NA
s1      PAIN    3    2014-02-28 LOCF
s2      PAIN    NA   2014-01-10 NA
s3      PAIN    3    2014-01-10 NA
"""
ADTTE = """
USUBJID PARAMCD AVAL CNSR
s1      FIRST   1    0
s2      FIRST   19   1
s4      FIRST   19   1
"""


@pytest.fixture
def read(tmp_path):
    """Return a function: options -> typed tables by name, and what was set aside of each."""
    for name, text in {"adsl": ADSL, "ex": EX, "adae": ADAE, "adqs": ADQS, "adtte": ADTTE}.items():
        rows = [line.split() for line in text.strip().splitlines()]
        pd.DataFrame(rows[1:], columns=rows[0]).to_csv(tmp_path / f"{name}.csv", index=False)

    def tables(covariates=(), files=None, **options):
        names = {"adsl": "adsl.csv", "adae": "adae.csv", "adtte": "adtte.csv", "adqs": ["adqs.csv"], "ex": "ex.csv"}
        data = AdamData(
            **{
                "source": "adam",
                "nature": "real",
                "folder": "",
                "files": names | (files or {}),
                "condition": "pain",
                "arm": "planned",
                "arm_doses_mg": {"Low": 10, "High": 20},
            }
            | options
        )
        raw = {table.name: table for table in read_adam_tables(data, tmp_path, list(covariates))}
        connection = connect()
        typed = {name: connection.execute(convert(table).order_by(ROW)) for name, table in raw.items()}
        return typed, {name: table.set_aside for name, table in raw.items()}

    return tables


def rows(frame, *columns):
    return [tuple(None if pd.isna(cell) else cell for cell in row) for row in frame[list(columns)].to_numpy()]


def test_patients_of_the_population_and_the_arms(read):
    tables, set_aside = read(["REGION"])
    patients = tables["patients"]
    # an age above 90 stands for 90 or more; the last dose of s2 has no date: taken until the end of the study
    assert rows(patients, "patient_id", "age", "sex", "observed_until", "end_reason", "REGION") == [
        ("s1", 90, "female", 30, "completed", "north"),
        ("s2", 40, "male", 18, "other", "south"),
    ]
    assert set_aside["patients"] == {
        "not in the population SAFFL": 1,
        "treatment is no arm of the study file": 1,
    }
    assert rows(tables["indications"], "patient_id", "condition", "primary") == [
        ("s1", "pain", True),
        ("s2", "pain", True),
    ]


@pytest.mark.parametrize(("arm", "target"), [("planned", 10), ("actual", 20)])
def test_doses_come_from_exposure_and_the_target_from_the_arm(read, arm, target):
    tables, set_aside = read(arm=arm)
    assert rows(tables["doses"], "patient_id", "start_day", "end_day", "dose_mg", "target_dose_mg") == [
        ("s1", 0, 4, 10, target),
        ("s1", 5, 9, 20, target),
        ("s2", 0, 18, 20, 20),
    ]
    assert set_aside["doses"] == {"patient is not in the cohort": 1}


def test_without_exposure_one_episode_at_the_dose_of_the_arm(read):
    tables, _ = read(files={"ex": None})
    assert rows(tables["doses"], "patient_id", "start_day", "end_day", "dose_mg") == [
        ("s1", 0, 9, 10),
        ("s2", 0, 18, 20),
    ]


def test_side_effects_with_incomplete_dates_keep_their_flag(read):
    tables, set_aside = read()
    columns = (
        "patient_id",
        "term",
        "onset_day",
        "resolved_day",
        "severity",
        "serious",
        "related",
        "treatment_emergent",
    )
    assert rows(tables["side_effects"], *columns) == [
        ("s1", "Rash", 0, 3, 1, False, True, True),
        ("s1", "Rash", None, None, 3, True, False, True),
        # an end before the onset says nothing: not known
        ("s2", "Headache", -3, None, 2, False, None, False),
    ]
    assert set_aside["side_effects"] == {"patient is not in the cohort": 1}


def test_scores_that_the_source_derived_are_set_aside(read):
    tables, set_aside = read()
    assert rows(tables["assessments"], "patient_id", "day", "instrument", "score") == [
        ("s1", -1, "PAIN", 5),
        ("s1", 28, "PAIN", 3),
    ]
    assert set_aside["assessments"] == {
        "patient is not in the cohort": 1,
        "derived by the source (DTYPE)": 1,
        "no score or no date": 1,
    }


def test_times_to_event_stay_as_given(read):
    tables, _ = read()
    assert rows(tables["times_to_event"], "patient_id", "event", "day", "observed") == [
        ("s1", "FIRST", 1, True),
        ("s2", "FIRST", 19, False),
    ]


def test_a_trial_without_scores_has_an_empty_table(read):
    tables, _ = read(files={"adqs": []})
    assert tables["assessments"].empty


def test_another_file_is_refused(read):
    with pytest.raises(CohortDataError, match=r"adae\.csv: no column AGE, SEX"):
        read(files={"adsl": "adae.csv"})
    with pytest.raises(CohortDataError, match="no column ITTFL"):
        read(population_flag="ITTFL")
