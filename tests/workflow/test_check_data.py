"""`snakemake check_data`, and a run that sets faulty rows aside: real runs, from files to the report."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
import yaml
from tests.faults.cohort import STUDY, sound
from tests.faults.run import Spoiled, spoiled_cohorts, written

from dose_outcomes.cohort.tables import TABLES

#: Found by warnings alone, so that the data are used.
DOUBTFUL = ("a score off its grid", "a visit recorded twice", "several targets", "a wanted cell is empty")


def work(folder: Path, spoiled: list[Spoiled], **quality: object) -> Path:
    """Write cohorts and their study; return the study file."""
    (folder / "data").mkdir()
    written(spoiled, folder / "data/raw")
    content = json.loads(json.dumps(STUDY))
    content["data"]["folder"] = "data/raw"
    content["quality"] |= quality
    (folder / "study.yaml").write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return folder / "study.yaml"


def check_data(snakemake, folder: Path, study: Path):
    return snakemake(folder, "check_data", "--configfile", str(study), check=False)


@pytest.fixture(scope="module")
def some() -> list[Spoiled]:
    """Return a cohort with one fault of every kind, beside some sound ones."""
    first = {one.kind: one for one in reversed(list(spoiled_cohorts()))}
    return [*first.values(), *(Spoiled("sound", 0, sound(number), "", []) for number in range(60))]


def test_warnings_alone_are_listed_and_end_well(tmp_path, snakemake, some):
    doubtful = [one for one in some if one.kind in (*DOUBTFUL, "sound")]
    finished = check_data(snakemake, tmp_path, work(tmp_path, doubtful))
    assert finished.returncode == 0
    printed = finished.stdout
    assert re.search(r"^Tables: 7, rows read: \d+$", printed, re.M)
    assert re.search(r"^Rules: \d+: \d+ passed, 4 warned, 0 failed, \d+ nothing to check$", printed, re.M)
    for name in TABLES:
        assert re.search(rf"^{name} \({name}.csv\): (\d+) rows read, \1 used$", printed, re.M)
    assert re.search(r"^Warnings; the rows are used as they stand: 4$", printed, re.M)
    assert re.search(
        r"^- data/raw/assessments.csv: column score: 1 row \(\d+\): is no multiple of the step of its instrument. "
        r"Correct these rows, or .* \[assessments.score.on_grid, \d+ checked\]$",
        printed,
        re.M,
    )
    assert "data/derived/spoiled/faults.csv (patient level" in printed
    assert [path.name for path in (tmp_path / "data/derived/spoiled").iterdir()] == ["faults.csv"]


def test_errors_are_listed_with_the_warnings_and_no_value_gets_out(tmp_path, snakemake, some):
    study = work(tmp_path, some)
    finished = check_data(snakemake, tmp_path, study)
    assert finished.returncode == 1
    assert re.search(r"^Rules: \d+: \d+ passed, \d+ warned, \d+ failed", finished.stdout, re.M)
    printed = finished.stdout + finished.stderr
    assert printed.count("The data cannot be used: ") == 1
    for rule in ("doses.overlap", "patients.patient_id.primary_condition", "assessments.score.within_limits"):
        assert re.search(rf"^- .*: \d+ rows? \(\d.*\[{re.escape(rule)}, \d+ checked\]$", printed, re.M), rule
    assert re.search(r"^\d+ warnings:$", printed, re.M)
    assert "[assessments.day.visit_once, " in printed
    values = pd.read_csv(tmp_path / "data/derived/spoiled/faults.csv", dtype="str")
    telling = set(values["value"].dropna()) | set(
        pd.read_csv(tmp_path / "data/raw/patients.csv")["patient_id"].dropna()
    )
    logs = "".join(path.read_text() for path in (tmp_path / "data/logs").rglob("*.log"))
    for value in telling:
        # numbers and words of the rules themselves are no values
        if re.search(r"-\d+$", value) or value in ("something else", "20210301", "4,5", "1e400", "FEMALE"):
            assert value not in printed + logs, value
    assert "SchemaError" not in printed
    assert "Traceback" not in printed
    assert not list((tmp_path / "data/derived").rglob("*.parquet"))


def test_faulty_rows_are_set_aside_when_the_study_says_so(tmp_path, snakemake, some):
    """The whole run: rows read are rows used and set aside, in the released files and on the page."""
    study = work(tmp_path, some, on_error="set_aside")
    snakemake(tmp_path, "--configfile", str(study))
    reports = tmp_path / "reports/spoiled"
    quality = json.loads((reports / "data_quality.json").read_text(encoding="utf-8"))
    attrition = pd.read_csv(reports / "attrition.csv")
    added_up = set()
    for table in quality["tables"]:
        rows = len(pd.read_csv(tmp_path / f"data/raw/{table['table']}.csv"))
        assert table["rows_read"] == rows
        # both files show the same numbers, first to last
        shown = [one["rows"] for one in table["reasons"] if one["rows"] is not None]
        own = attrition["flow"].isin([table["table"], f"table: {table['table']}"])
        assert attrition.loc[own, "excluded"].iloc[: len(shown)].tolist() == shown
        assert all(number >= 5 for number in shown)
        if table["rows_set_aside"] is None:  # the last reasons are joined with exclusions
            assert table["rows_used"] is None
            assert [one["rows"] for one in table["reasons"]] == [*shown, None]
        else:
            assert sum(shown) == table["rows_set_aside"] == rows - table["rows_used"]
            added_up.add(table["table"])
    assert added_up >= {"doses", "assessments"}
    by_id = {check["id"]: check for check in quality["checks"]}
    assert by_id["doses.overlap"]["status"] == "failed"
    assert by_id["doses.overlap"]["effect"] == "set aside"
    assert (
        by_id["assessments.day.visit_once"] | {"status": "warned", "failing": "<5"}
        == (by_id["assessments.day.visit_once"])
    )
    for category in quality["summary"]:
        own = [check["status"] for check in quality["checks"] if check["category"] == category["category"]]
        assert {key: category[key] for key in set(own)} == {key: own.count(key) for key in set(own)}
    page = (reports / "report.html").read_text(encoding="utf-8")
    assert "Rules that were not passed" in page
    assert "the episode begins before an earlier one of the patient ends" in page
    patients = set(pd.read_csv(tmp_path / "data/raw/patients.csv")["patient_id"].dropna())
    for path in (path for path in reports.rglob("*") if path.is_file()):
        assert not patients & set(re.findall(r"[\w-]+", path.read_text(encoding="utf-8"))), path.name


def test_the_bundled_data_have_no_error_and_the_warnings_are_known(bundled_run, snakemake):
    printed = snakemake(bundled_run, "check_data").stdout
    found = set(re.findall(r"\[([\w.]+), \d+ checked\]$", printed, re.M))
    # who left before a score, who never had the dose aimed at, who took an opioid; visits a day apart
    assert found == {
        "patients.patient_id.has_assessments",
        "doses.target_dose_mg.reached",
        "assessments.day.visit_once",
        "medications.drug_class.not_with_drug",
    }
