"""Real runs of the workflow: what comes out, that it comes out the same, and how it fails."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from dose_outcomes.provenance import sha256

FILES = [
    "attrition.csv",
    "curves.csv",
    "data_quality.json",
    "estimates.csv",
    "manifest.json",
    "report.html",
    "study.yaml",
]
FOLDERS = ["figures", "tables"]
TABLES = ("patients", "indications", "doses", "assessments", "side_effects", "medications")


@pytest.fixture
def copy_of_the_data(root, tmp_path) -> Path:
    """Return a working directory with a copy of the bundled data and study that a test may spoil."""
    (tmp_path / "config").mkdir()
    shutil.copy(root / "config/ldn.yaml", tmp_path / "config")
    shutil.copytree(root / "data/raw/ldn", tmp_path / "data/raw/ldn")
    return tmp_path


def released(directory: Path) -> dict[str, Path]:
    """Return every released file by its path below the folder of the report."""
    folder = directory / "reports/ldn"
    files = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(folder).as_posix(): path for path in files}


def test_a_bare_run_gives_every_file(bundled_run):
    assert sorted(path.name for path in (bundled_run / "reports/ldn").iterdir()) == sorted([*FILES, *FOLDERS])
    assert len(released(bundled_run)) > 150


def test_a_second_run_has_nothing_to_do(bundled_run, snakemake):
    assert "Nothing to be done" in snakemake(bundled_run).stderr


def test_the_workflow_is_lint_clean(bundled_run, snakemake):
    printed = snakemake(bundled_run, "--lint")
    assert "Congratulations" in printed.stderr + printed.stdout


def test_an_edit_of_the_code_runs_everything_again(root, tmp_path, snakemake, bundled_run):
    """Snakemake itself does not look into imported modules."""
    shutil.copytree(root / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    work = tmp_path / "work"
    shutil.copytree(bundled_run, work, symlinks=True)
    environment = {"PYTHONPATH": str(tmp_path / "src")}
    assert "Nothing to be done" in snakemake(work, "--dry-run", "--quiet", "host", environment=environment).stdout
    module = tmp_path / "src/dose_outcomes/derive/rule.py"
    module.write_text(module.read_text().replace("DECIMALS = 6", "DECIMALS = 5"))
    printed = snakemake(work, "--dry-run", "--quiet", "host", environment=environment).stdout
    for rule in ("cohort", "counts", "estimates", "release", "report", "manifest"):
        assert re.search(rf"^rule {rule}:", printed, re.M), rule


def test_the_same_bytes_in_another_place_and_locale(bundled_run, copy_of_the_data, snakemake):
    elsewhere = {"PYTHONHASHSEED": "7", "TZ": "Pacific/Auckland", "LC_ALL": "C", "LANG": "C"}
    snakemake(copy_of_the_data, "--cores", "2", environment=elsewhere)
    assert set(released(bundled_run)) == set(released(copy_of_the_data))
    for name in released(bundled_run):
        first, second = (folder / "reports/ldn" / name for folder in (bundled_run, copy_of_the_data))
        assert first.read_bytes() == second.read_bytes(), name


def test_the_same_numbers_whatever_the_order_of_rows(bundled_run, copy_of_the_data, snakemake):
    for name in TABLES:
        path = copy_of_the_data / f"data/raw/ldn/{name}.csv"
        header, *rows = path.read_text().splitlines()
        path.write_text("\n".join([header, *sorted(rows, key=sha_order)]) + "\n")
    snakemake(copy_of_the_data)
    for name in ("estimates.csv", "curves.csv", "attrition.csv", "data_quality.json", "study.yaml"):
        first, second = (folder / "reports/ldn" / name for folder in (bundled_run, copy_of_the_data))
        assert first.read_bytes() == second.read_bytes(), name


def sha_order(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_the_manifest_holds_the_digest_of_all_that_went_in_and_came_out(bundled_run, root):
    manifest = json.loads((bundled_run / "reports/ldn/manifest.json").read_text())
    assert {entry["file"] for entry in manifest["outputs"]} == set(released(bundled_run)) - {"manifest.json"}
    for entry in manifest["outputs"]:
        assert entry["sha256"] == sha256(bundled_run / "reports/ldn" / entry["file"])
    assert {entry["file"] for entry in manifest["inputs"]} == {f"{name}.csv" for name in TABLES}
    for entry in manifest["inputs"]:
        assert entry["sha256"] == sha256(root / "data/raw/ldn" / entry["file"])
    assert manifest["study_sha256"] == sha256(root / "config/ldn.yaml")
    assert manifest["lock_sha256"] == sha256(root / "requirements.lock")
    assert manifest["code"]


def test_no_output_names_a_place_a_machine_or_a_time(bundled_run, root):
    import getpass
    import socket

    for path in released(bundled_run).values():
        text = path.read_text(encoding="utf-8")
        for trace in (str(root), str(bundled_run), "/home/", "/tmp/", socket.gethostname() + "."):
            assert trace not in text, (path.name, trace)
        if getpass.getuser() != "root":
            assert getpass.getuser() not in text
        assert not re.search(r"\b20\d\d-\d\d-\d\dT\d\d:\d\d", text), path.name


def test_no_patient_leaves(bundled_run):
    patients = pd.read_csv(bundled_run / "data/raw/ldn/patients.csv", dtype=str)["patient_id"]
    for path in released(bundled_run).values():
        words = set(re.findall(r"\w+", path.read_text(encoding="utf-8")))
        assert not words & set(patients), path.name


def test_every_flow_of_the_attrition_closes(bundled_run):
    flows = pd.read_csv(bundled_run / "reports/ldn/attrition.csv")
    shown = flows[flows["suppressed"].isna()]
    assert (shown["before"] - shown["excluded"] == shown["after"]).all()
    for _, flow in shown.groupby("flow"):
        assert (flow["after"].iloc[:-1].to_numpy() == flow["before"].iloc[1:].to_numpy()).all()
    for name in TABLES:
        flow = "patients" if name == "patients" else "side_effects" if name == "side_effects" else f"table: {name}"
        rows = len((bundled_run / f"data/raw/ldn/{name}.csv").read_text().splitlines()) - 1
        assert flows[flows["flow"] == flow]["before"].iloc[0] == rows
    estimates = pd.read_csv(bundled_run / "reports/ldn/estimates.csv")
    total = estimates.query("analysis == 'cohort' and condition == 'all' and dose == 'all'")["estimate"].iloc[0]
    assert flows[flows["flow"] == "patients"]["after"].iloc[-1] == total


def test_every_cell_has_its_row_and_an_empty_one_says_why(bundled_run):
    table = pd.read_csv(bundled_run / "reports/ldn/estimates.csv", keep_default_na=False)
    plain = {
        "cohort": "number_of_patients",
        "responder_rate": "proportion",
        "time_to_response": "median_days number_at_risk cumulative_events cumulative_censored",
        "side_effect_incidence": "proportion rate_per_100_person_years",
    }
    for analysis, statistics in plain.items():
        for statistic in statistics.split():
            rows = table[(table["analysis"] == analysis) & (table["statistic"] == statistic)]
            rows = rows[(rows["dose_attribution"] == "target") & (rows["subgroup"] == "")]
            assert len(rows[["condition", "dose"]].drop_duplicates()) == 14 * 5, (analysis, statistic)
    empty = table[table["estimate"] == ""]
    assert ((empty["note"] != "") | (empty["suppressed"] != "")).all()


def spoil(directory: Path, file: str, old: str, new: str) -> None:
    path = directory / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (
            "config/ldn.yaml",
            "dose_groups:",
            "dose_grups:",
            r"line \d+: unknown key 'dose_grups'; did you mean 'dose_grou",
        ),
        ("config/ldn.yaml", "doses.csv", "dosis.csv", r"Missing: data/raw/ldn/dosis.csv. The folder holds .*doses.csv"),
        (
            "config/ldn.yaml",
            "folder: data/raw/ldn",
            "folder: data/raw/none",
            r"No data folder: looked for data/raw/none",
        ),
        ("data/raw/ldn/doses.csv", "dose_mg", "dose", r"doses.csv: column 'dose_mg' is missing"),
        (
            "data/raw/ldn/patients.csv",
            "site",
            "e-mail",
            r"patients.csv: column e-mail: by its name holds e-mail addresses",
        ),
        (
            "data/raw/ldn/indications.csv",
            "fibromyalgia",
            "fibro",
            r"indications.csv: column condition: 1 row \(\d+\): must",
        ),
        (
            "data/raw/ldn/doses.csv",
            ",0.5,",
            ",500,",
            r"doses.csv: column dose_mg: 1 row \(\d+\): must be between 0 and 10",
        ),
    ],
)
def test_a_mistake_ends_in_one_message(copy_of_the_data, snakemake, file, old, new, expected):
    spoil(copy_of_the_data, file, old, new)
    arguments = ["--configfile", "config/ldn.yaml"]
    finished = snakemake(copy_of_the_data, *arguments, check=False)
    printed = finished.stdout + finished.stderr
    assert finished.returncode == 1
    assert len(re.findall(expected, printed)) == 1, printed
    assert "Traceback" not in printed
    assert not list(copy_of_the_data.glob("reports/**/*.*"))
    assert not list(copy_of_the_data.glob("data/derived/**/*.parquet"))


def test_a_release_before_a_mistake_stays_whole(bundled_run, tmp_path, snakemake, root):
    """A later run that fails does not leave a report of one run beside the estimates of another."""
    work = tmp_path / "work"
    shutil.copytree(bundled_run, work, symlinks=True)
    (work / "data/raw/ldn").unlink()
    shutil.copytree(root / "data/raw/ldn", work / "data/raw/ldn")
    spoil(work, "data/raw/ldn/doses.csv", ",0.5,", ",500,")
    before = {name: path.read_bytes() for name, path in released(work).items()}
    assert snakemake(work, check=False).returncode == 1
    after = {name: path.read_bytes() for name, path in released(work).items()}
    assert after == before


def test_verify_runs_everything_again_and_finds_it_as_published(bundled_run, snakemake):
    printed = snakemake(bundled_run, "verify").stdout
    assert "everything as published" in printed
    assert re.search(r"^estimates.csv: same bytes, \d+ numbers$", printed, re.M)
    assert not (bundled_run / "data/derived/ldn/verify").exists()


def test_verify_finds_a_number_that_was_edited(bundled_run, tmp_path, snakemake):
    work = tmp_path / "work"
    shutil.copytree(bundled_run, work, symlinks=True)
    table = pd.read_csv(work / "reports/ldn/estimates.csv", dtype=str, keep_default_na=False)
    row = table.index[table["statistic"] == "proportion"][0]
    table.loc[row, "estimate"] = str(float(table.loc[row, "estimate"]) * 1.01)
    table.to_csv(work / "reports/ldn/estimates.csv", index=False)
    finished = snakemake(work, "verify", check=False)
    assert finished.returncode == 1
    assert re.search(r"estimates.csv: DIFFERS: 1 of \d+ numbers, largest relative difference 0.0099", finished.stderr)
