"""Small tables in, small tables out: definitions that a clinician can read.

A table is text: a header line, then a line per row, cells separated by blanks; `-` is an empty cell.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from dose_outcomes.cohort.build import build_cohort
from dose_outcomes.derive.counts import count_cohort
from dose_outcomes.outcomes.estimates import estimate_all
from dose_outcomes.study import load_study

STUDY: dict[str, Any] = {
    "id": "spec",
    "title": "Specification",
    "drug": {"name": "drug", "short_name": "drug", "maximum_dose_mg": 10},
    "data": {
        "source": "csv",
        "nature": "synthetic",
        "folder": "",
        "tables": {name: {"file": f"{name}.csv"} for name in ("patients", "indications", "doses", "assessments")},
    },
    "conditions": {"fibromyalgia": "Fibromyalgia"},
    "dose_groups": [
        {"label": "low", "from_mg": 0.5, "below_mg": 3},
        {"label": "high", "from_mg": 3, "below_mg": 5},
    ],
    "endpoints": [{"id": "pain", "label": "Pain", "definitions": {"fibromyalgia": "FM-PAIN-30"}}],
}


def table(text: str) -> pd.DataFrame:
    """Return a table drawn as text."""
    lines = [line.split() for line in text.strip().splitlines() if line.strip()]
    rows = [[None if cell == "-" else cell for cell in line] for line in lines[1:]]
    return pd.DataFrame(rows, columns=lines[0], dtype="str")


class Outcome:
    """What the pipeline makes of a small cohort."""

    def __init__(self, counts: dict[str, pd.DataFrame], estimates: pd.DataFrame, curves: pd.DataFrame) -> None:
        self.counts, self.estimates, self.curves = counts, estimates, curves

    def rows(self, columns: str, **key: Any) -> list[list[str]]:
        """Return the named columns of the estimates with a key, as text, `-` for an empty cell."""
        found = self.estimates
        for column, value in {"condition": "all", "dose": "all", **key}.items():
            found = found if value is any else found[found[column] == value]
        return as_text(found[columns.split()])


def as_text(frame: pd.DataFrame) -> list[list[str]]:
    def cell(value: Any) -> str:
        if pd.isna(value) or value == "":
            return "-"
        return f"{value:.4g}" if isinstance(value, float) else str(value).replace(" ", "_")

    return [[cell(value) for value in row] for row in frame.itertuples(index=False)]


@pytest.fixture
def spec(tmp_path: Path) -> Callable[..., Outcome]:
    """Return a function: tables as text, changes to the study -> outcome."""

    def run(study: dict[str, Any] | None = None, **tables: str) -> Outcome:
        frames = {name: table(text) for name, text in tables.items()}
        patients = frames["patients"]
        defaults = {"age": "50", "sex": "female", "observed_until": "200", "end_reason": "ongoing"}
        frames["patients"] = patients.assign(**{k: v for k, v in defaults.items() if k not in patients})
        ids = patients[["patient_id"]]
        frames.setdefault("indications", ids.assign(condition="fibromyalgia", primary="true"))
        frames.setdefault("doses", ids.assign(start_day="0", end_day="200", dose_mg="4.5", target_dose_mg="4.5"))
        frames.setdefault("assessments", pd.DataFrame(columns=["patient_id", "day", "instrument", "score"]))
        if "side_effects" in frames:
            blank = {"resolved_day": None, "severity": None}
            effects = frames["side_effects"]
            frames["side_effects"] = effects.assign(**{k: v for k, v in blank.items() if k not in effects})
        for name, frame in frames.items():
            frame.to_csv(tmp_path / f"{name}.csv", index=False)
        content = {**STUDY, **(study or {})}
        content["data"] = {
            **STUDY["data"],
            "folder": str(tmp_path),
            "tables": {name: {"file": f"{name}.csv"} for name in frames},
        }
        (tmp_path / "study.yaml").write_text(yaml.safe_dump(content, sort_keys=False))
        settings = load_study(tmp_path / "study.yaml")
        accounts = build_cohort(settings, tmp_path / "cohort", tmp_path / "faults.csv")
        counts = count_cohort(tmp_path / "cohort", settings, accounts)
        return Outcome(counts, *estimate_all(counts, settings))

    return run


@pytest.fixture
def drawn() -> Callable[[str], list[list[str]]]:
    """Return a function: table as text -> its rows, without the header."""

    def rows(text: str) -> list[list[str]]:
        return [line.split() for line in text.strip().splitlines()[1:] if line.strip()]

    return rows
