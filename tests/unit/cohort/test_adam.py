"""A trial in ADaM form: day 1 becomes day 0, arms become doses, what the source derived or cannot date is set aside."""

import pandas as pd
import pytest

from dose_outcomes.cohort.conversion import conversion_faults, convert
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


def spoiled(folder, name: str, row: int, **cells: str) -> None:
    """Put cells into a row of a file, the header being row 1."""
    frame = pd.read_csv(folder / f"{name}.csv", dtype="str", keep_default_na=False)
    for column, value in cells.items():
        frame.loc[row - 2, column] = value
    frame.to_csv(folder / f"{name}.csv", index=False)


DATA = {
    "source": "adam",
    "nature": "real",
    "folder": "",
    "files": {"adsl": "adsl.csv", "adae": "adae.csv", "adtte": "adtte.csv", "adqs": ["adqs.csv"], "ex": "ex.csv"},
    "condition": "pain",
    "arm_doses_mg": {"Low": 10, "High": 20},
}


@pytest.mark.parametrize(
    ("name", "row", "cells", "found"),
    [
        ("adsl", 2, {"AGE": "old"}, ("patients.age.type", (2,))),
        ("ex", 3, {"EXDOSE": "20 mg"}, ("doses.dose_mg.type", (3,))),
        ("adqs", 3, {"AVAL": "<3"}, ("assessments.score.censored", (3,))),
        ("adqs", 3, {"AVAL": "3,5"}, ("assessments.score.decimal_mark", (3,))),
        ("adae", 4, {"AESEQ": "one"}, ("side_effects.record.type", (4,))),
        ("adae", 4, {"AESER": "perhaps"}, ("side_effects.serious.type", (4,))),
        ("adae", 4, {"TRTEMFL": "?"}, ("side_effects.treatment_emergent.type", (4,))),
        ("adtte", 2, {"AVAL": "soon"}, ("times_to_event.day.type", (2,))),
        ("adtte", 2, {"CNSR": "no"}, ("times_to_event.observed.type", (2,))),
        ("adtte", 2, {"CNSR": "no event"}, ("times_to_event.observed.type", (2,))),
    ],
)
def test_what_a_column_must_not_hold_is_found_in_its_row(read, tmp_path, name, row, cells, found):
    spoiled(tmp_path, name, row, **cells)
    connection = connect()
    raw = read_adam_tables(AdamData(**DATA), tmp_path, [])
    faults = [fault for table in raw for fault in conversion_faults(connection, table)]
    assert [(fault.check, fault.rows) for fault in faults] == [found]


def test_an_event_of_which_it_is_not_said_whether_it_was_seen_is_not_called_censored(read, tmp_path):
    spoiled(tmp_path, "adtte", 3, CNSR="NA")
    tables, _ = read()
    assert rows(tables["times_to_event"], "patient_id", "observed") == [("s1", True), ("s2", None)]


def test_a_sex_that_is_no_code_is_kept_for_the_rules_to_find(read, tmp_path):
    spoiled(tmp_path, "adsl", 3, SEX="Q")
    assert rows(read()[0]["patients"], "sex") == [("female",), ("Q",)]


def test_a_patient_who_is_there_twice_does_not_double_the_rows_of_others(read, tmp_path):
    frame = pd.read_csv(tmp_path / "adsl.csv", dtype="str", keep_default_na=False)
    pd.concat([frame, frame.head(1)]).to_csv(tmp_path / "adsl.csv", index=False)
    tables, _ = read()
    assert tables["patients"]["patient_id"].tolist() == ["s1", "s2", "s1"]
    assert len(tables["side_effects"]) == 3


@pytest.mark.parametrize(
    ("name", "column", "value"),
    [
        ("adsl", "TRTSDT", "01/02/2014"),
        ("adsl", "TRTEDT", "19725"),
        ("adsl", "EOSDT", "2014-02-30"),
        ("ex", "EXSTDTC", "02JAN2014"),
        ("adqs", "ADT", "2.1.2014"),
        ("adae", "AENDT", "ongoing"),
    ],
)
def test_a_date_of_another_form_is_refused_and_not_taken_for_an_unknown_one(read, tmp_path, name, column, value):
    spoiled(tmp_path, name, 3, **{column: value})
    with pytest.raises(CohortDataError) as error:
        read()
    assert str(error.value) == (
        f"{tmp_path / name}.csv: column {column}: 1 row (3): must be a date of the form YYYY-MM-DD, or as much of it "
        "as is known. Correct these rows, or give a number of days its date format"
    )


@pytest.mark.parametrize("value", ["2014", "2014-01", "2014---02", "2014-01-02T10:30", "2014-01-02 00:00:00"])
def test_a_date_of_which_a_part_is_known_is_none(read, tmp_path, value):
    spoiled(tmp_path, "adae", 2, ASTDT=value)
    onset = rows(read()[0]["side_effects"], "onset_day")[0]
    assert onset == ((0,) if value.startswith("2014-01-02") else (None,))


def test_words_that_are_not_known_are_said(read, tmp_path):
    spoiled(tmp_path, "adae", 2, AESEV="TERRIBLE", AEACN="HALVED")
    connection = connect()
    raw = {table.name: table for table in read_adam_tables(AdamData(**DATA), tmp_path, [])}
    assert raw["side_effects"].notes[0] == "AESEV: words that are not known, taken as missing"
    assert connection.execute(raw["side_effects"].content.severity.count()) == 2


def test_the_faults_of_all_files_are_said_at_once(read, tmp_path):
    (tmp_path / "adae.csv").write_bytes(b"")
    spoiled(tmp_path, "adqs", 2, ADT="soon")
    pd.read_csv(tmp_path / "adsl.csv").drop(columns="SEX").to_csv(tmp_path / "adsl.csv", index=False)
    with pytest.raises(CohortDataError) as error:
        read()
    assert [line.rpartition("/")[2].split(":")[0] for line in str(error.value).splitlines()] == [
        "adsl.csv",
        "adqs.csv",
        "adae.csv",
    ]
