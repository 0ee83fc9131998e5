"""Bad input: one message with file, column, rows, what is allowed, what to do; no value in it; nothing written."""

import pandas as pd
import pytest
import yaml

from dose_outcomes.cohort.build import build_cohort
from dose_outcomes.errors import CohortDataError
from dose_outcomes.study import load_study

GOOD = {
    "patients": pd.DataFrame(
        {
            "patient_id": ["SECRET-1", "SECRET-2", "SECRET-3"],
            "age": ["40", "50", "60"],
            "sex": ["female", "male", "female"],
            "observed_until": ["100", "100", "100"],
            "end_reason": ["ongoing", "completed", "side_effect"],
        }
    ),
    "indications": pd.DataFrame(
        {
            "patient_id": ["SECRET-1", "SECRET-2", "SECRET-3"],
            "condition": ["fibromyalgia"] * 3,
            "primary": ["true"] * 3,
        }
    ),
    "doses": pd.DataFrame(
        {
            "patient_id": ["SECRET-1", "SECRET-1", "SECRET-2", "SECRET-3"],
            "start_day": ["0", "14", "0", "0"],
            "end_day": ["13", "100", "100", "100"],
            "dose_mg": ["1.5", "4.5", "4.5", "0.5"],
            "target_dose_mg": ["4.5", "4.5", "4.5", "0.5"],
        }
    ),
    "assessments": pd.DataFrame(
        {
            "patient_id": ["SECRET-1", "SECRET-1"],
            "day": ["0", "84"],
            "instrument": ["PAIN_NRS", "PAIN_NRS"],
            "score": ["7", "3"],
        }
    ),
    "side_effects": pd.DataFrame(
        {
            "patient_id": ["SECRET-1"],
            "term": ["insomnia"],
            "onset_day": ["3"],
            "resolved_day": ["9"],
            "severity": ["1"],
        }
    ),
}


@pytest.fixture
def build(root, tmp_path):
    """Return a function that builds the small cohort with some cells replaced: (table, row, column, value)."""

    def run(*changes: tuple[str, int, str, str | None], drop: tuple[str, str] | None = None):
        folder = tmp_path / "raw"
        folder.mkdir(exist_ok=True)
        for name, good in GOOD.items():
            frame = good.copy()
            for table, row, column, value in changes:
                if table == name:
                    frame.loc[row, column] = value
            if drop and drop[0] == name:
                frame = frame.drop(columns=drop[1])
            frame.to_csv(folder / f"{name}.csv", index=False)
        content = yaml.safe_load((root / "config/ldn.yaml").read_text(encoding="utf-8"))
        content["data"]["folder"] = str(folder)
        del content["data"]["tables"]["medications"]
        del content["data"]["identifiers"]  # among three patients everyone is rare
        (tmp_path / "study.yaml").write_text(yaml.safe_dump(content, sort_keys=False))
        return build_cohort(load_study(tmp_path / "study.yaml"), tmp_path / "cohort", tmp_path / "faults.csv")

    return run


def test_the_good_cohort_is_good(build, tmp_path):
    accounts = build()
    assert [account["rows_used"] for account in accounts] == [3, 3, 4, 2, 1]
    assert sorted(path.stem for path in (tmp_path / "cohort").iterdir()) == [
        "assessments",
        "doses",
        "indications",
        "medications",
        "patients",
        "side_effects",
        "times_to_event",
    ]


@pytest.mark.parametrize(
    ("table", "row", "column", "value", "expected"),
    [
        ("patients", 1, "age", "-3", r"patients.csv: column age: 1 row \(3\): must be between 0 and 90"),
        ("patients", 1, "age", "old", r"column age: 1 row \(3\): must be a number"),
        ("patients", 0, "sex", "f", r"column sex: 1 row \(2\): must be one of female, male, other, unknown"),
        ("patients", 0, "end_reason", "bored", r"column end_reason: 1 row \(2\): must be one of ongoing, completed"),
        ("patients", 2, "observed_until", None, r"column observed_until: 1 row \(4\): must not be empty"),
        ("patients", 2, "observed_until", "99.5", r"column observed_until: 1 row \(4\): must be a whole number"),
        (
            "patients",
            2,
            "patient_id",
            "SECRET-1",
            r"patients.csv: 2 rows \(2, 4\): each patient_id may occur only once",
        ),
        (
            "indications",
            0,
            "condition",
            "fibromyalga",
            r"column condition: 1 row \(2\): must be one of crohns_disease,",
        ),
        ("indications", 0, "primary", "maybe", r"column primary: 1 row \(2\): must be true or false"),
        (
            "indications",
            1,
            "primary",
            "false",
            r"column patient_id: 1 row \(3\): each patient needs exactly one primary",
        ),
        ("doses", 2, "dose_mg", "450", r"doses.csv: column dose_mg: 1 row \(4\): must be between 0 and 10"),
        ("doses", 2, "dose_mg", "-1", r"column dose_mg: 1 row \(4\): must be between 0 and 10"),
        ("doses", 2, "dose_mg", "4,5", r"column dose_mg: 1 row \(4\): must be a number, with a point"),
        ("doses", 1, "start_day", "13", r"doses.csv: 1 row \(3\): the episode begins before an earlier one"),
        ("doses", 2, "start_day", "101", r"1 row \(4\): start_day must not be after end_day"),
        ("doses", 3, "start_day", "1", r"column start_day: 1 row \(5\): the first dose of a patient must be on day 0"),
        ("doses", 3, "patient_id", "STRANGER", r"column patient_id: 1 row \(5\): the patient is not in .*patients.csv"),
        ("assessments", 1, "score", "inf", r"column score: 1 row \(3\): must be a number"),
        ("assessments", 1, "day", "0", r"assessments.csv: 2 rows \(2, 3\): each patient_id \+ day \+ instrument"),
        ("side_effects", 0, "severity", "6", r"column severity: 1 row \(2\): must be between 1 and 5"),
        ("side_effects", 0, "resolved_day", "2", r"1 row \(2\): onset_day must not be after resolved_day"),
    ],
)
def test_a_fault_is_found_where_it_is(build, tmp_path, table, row, column, value, expected):
    with pytest.raises(CohortDataError, match=expected) as error:
        build((table, row, column, value))
    assert "SECRET" not in str(error.value)
    assert "STRANGER" not in str(error.value)
    assert not (tmp_path / "cohort").exists()


def test_all_faults_come_at_once_and_values_go_to_their_file(build, tmp_path):
    with pytest.raises(CohortDataError, match="3 problems") as error:
        build(("doses", 2, "dose_mg", "450"), ("patients", 0, "sex", "f"), ("side_effects", 0, "severity", "9"))
    assert "450" not in str(error.value)
    found = pd.read_csv(tmp_path / "faults.csv", dtype="str")
    errors = found[found["severity"] == "error"]
    assert sorted(zip(errors["check"], errors["row"], errors["value"], strict=True)) == [
        ("doses.dose_mg.in_range", "4", "450.0"),
        ("patients.sex.isin", "2", "f"),
        ("side_effects.severity.in_range", "2", "9"),
    ]


def test_a_missing_column_names_the_nearest(build):
    with pytest.raises(CohortDataError, match=r"doses.csv: column 'dose_mg' is missing; did you mean 'target_dose_mg'"):
        build(drop=("doses", "dose_mg"))


def test_an_overlap_behind_a_short_episode_is_found(build):
    """0-13 and 14-100 are there; 50-60 overlaps the second though it ends before it."""
    changes = [("doses", 4, name, value) for name, value in GOOD["doses"].iloc[0].items()]
    changes += [("doses", 4, "start_day", "50"), ("doses", 4, "end_day", "60")]
    with pytest.raises(CohortDataError, match=r"doses.csv: 1 row \(6\): the episode begins before"):
        build(*changes)
