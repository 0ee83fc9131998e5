"""Findings in a trial name the data set and variable of the trial beside our column."""

import pandas as pd
import pytest
import yaml

from dose_outcomes.cohort.build import build_cohort
from dose_outcomes.cohort.quality import data_quality
from dose_outcomes.cohort.sources.adam_origins import ORIGINS, origin
from dose_outcomes.cohort.tables import TABLES
from dose_outcomes.errors import CohortDataError
from dose_outcomes.study import load_study

FILES = {
    "adsl": [
        "USUBJID AGE SEX SITEID TRT01P TRT01A TRTSDT TRTEDT EOSDT EOSSTT SAFFL",
        "s1 x F 01 Low Low 2014-01-02 2014-03-11 2014-03-11 COMPLETED Y",
        "s2 40 F 01 High High 2014-01-02 2014-03-11 2014-03-11 COMPLETED Y",
    ],
    "adqs": ["USUBJID PARAMCD AVAL ADT", "s1 PAIN_NRS 55 2014-01-02", "s2 PAIN_NRS 5 2014-01-02"],
}


@pytest.fixture
def study(tmp_path):
    for name, lines in FILES.items():
        rows = [line.split() for line in lines]
        pd.DataFrame(rows[1:], columns=rows[0]).to_csv(tmp_path / f"{name}.csv", index=False)
    content = {
        "id": "trial",
        "title": "Trial",
        "drug": {"name": "substance", "short_name": "S", "maximum_dose_mg": 20},
        "data": {
            "source": "adam",
            "nature": "real",
            "folder": str(tmp_path),
            "files": {"adsl": "adsl.csv", "adqs": ["adqs.csv"]},
            "condition": "fibromyalgia",
            "arm": "planned",
            "arm_doses_mg": {"Low": 10, "High": 20},
        },
        "conditions": {"fibromyalgia": "Fibromyalgia"},
        "dose_groups": [
            {"label": "low", "from_mg": 5, "below_mg": 15},
            {"label": "high", "from_mg": 15, "below_mg": 25},
        ],
        "endpoints": [{"id": "pain", "label": "Pain", "definitions": {"fibromyalgia": "FM-PAIN-30"}}],
    }
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(content))
    return load_study(tmp_path / "study.yaml")


def test_a_finding_names_the_variable_of_the_trial(study, tmp_path):
    with pytest.raises(CohortDataError) as error:
        build_cohort(study, tmp_path / "cohort", tmp_path / "faults.csv")
    text = str(error.value)
    assert f"{tmp_path / 'adsl.csv'}: column age (ADSL.AGE): 1 row (2)" in text
    assert f"{tmp_path / 'adqs.csv'}: column score (ADQS.AVAL): 1 row (2)" in text


@pytest.mark.parametrize(
    ("table", "column", "expected"),
    [
        ("doses", "dose_mg", "ADSL.TRT01P"),
        ("doses", "end_day", "ADSL.TRTEDT"),
        ("side_effects", "severity", "ADAE.ASEV or AESEV"),
        ("indications", "condition", ""),
        ("medications", "drug_class", ""),
    ],
)
def test_where_a_column_comes_from(study, table, column, expected):
    assert origin(table, column, study) == expected


def test_every_origin_is_that_of_a_column():
    for table, columns in ORIGINS.items():
        assert set(columns) <= set(TABLES[table].columns)


def test_the_account_of_data_quality_names_it_too_and_only_of_a_trial(study):
    verdicts = [
        {"id": f"side_effects.{column}.recorded", "table": "side_effects", "column": column, "severity": "warning",
         "category": "completeness", "checked": 9, "failing": 2}
        for column in ("onset_day", "unheard_of")
    ]  # fmt: skip
    first, second = data_quality([], verdicts, study)["checks"]
    assert first["origin"] == "ADAE.ASTDT"
    assert "origin" not in second
