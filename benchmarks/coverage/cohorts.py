"""Many simulated cohorts at once, each a condition of its own, through the cohort checks and the derivation."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from dose_outcomes.cohort.build import build_cohort
from dose_outcomes.derive.context import Derived, derive
from dose_outcomes.derive.counts import TABLES
from dose_outcomes.study import Study, load_study

BATCH = 250
"""Cohorts that are derived together: more of them make conditions slow to tell apart, fewer waste queries."""
DEFINITION = "FM-PAIN-30"

Frames = dict[str, pd.DataFrame]
Counts = dict[str, pd.DataFrame]


def cohort_names(first: int, number: int) -> list[str]:
    """Return the conditions that stand for cohorts."""
    return [f"cohort{place:05d}" for place in range(first, first + number)]


def patients_frames(names: list[str], doses: dict[str, float], patients: int) -> tuple[Frames, pd.DataFrame]:
    """Return patients and indications, and who is in which cohort at which dose, in their order.

    Every cohort has the same number of patients at each dose.
    """
    size = len(names) * len(doses) * patients
    who = pd.DataFrame(
        {
            "patient_id": np.char.add("p", np.arange(size).astype(str)),
            "condition": np.repeat(names, len(doses) * patients),
            "dose": np.tile(np.repeat(list(doses), patients), len(names)),
        }
    )
    who["dose_mg"] = who["dose"].map(doses)
    return {
        "patients": who[["patient_id"]].assign(age=50, sex="female"),
        "indications": who[["patient_id", "condition"]].assign(primary=True),
    }, who


def study_content(names: list[str], doses: dict[str, float], more: dict[str, Any]) -> dict[str, Any]:
    """Return the study file of cohorts; `more` are further keys, an endpoint gets its definitions here."""
    content = {
        "id": "coverage",
        "title": "Simulated cohorts with known truth",
        "drug": {"name": "drug", "short_name": "drug", "maximum_dose_mg": 10},
        "conditions": {name: name for name in names},
        "dose_groups": [{"label": label, "from_mg": mg, "below_mg": mg + 0.5} for label, mg in doses.items()],
        **more,
    }
    for endpoint in content.get("endpoints", []):
        endpoint["definitions"] = dict.fromkeys(names, DEFINITION)
    return content


@contextmanager
def derived(frames: Frames, content: dict[str, Any]) -> Iterator[Derived]:
    """Bring cohorts through the checks and the derivation of the pipeline."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for name, frame in frames.items():
            frame.to_parquet(folder / f"{name}.parquet", index=False)
        data = {
            "source": "csv",
            "nature": "synthetic",
            "folder": str(folder),
            "tables": {name: {"file": f"{name}.parquet"} for name in frames},
        }
        (folder / "study.yaml").write_text(yaml.safe_dump({**content, "data": data}, sort_keys=False))
        study = load_study(folder / "study.yaml")
        build_cohort(study, folder / "cohort", folder / "faults.csv")
        found = derive(folder / "cohort", study)
        yield found
        found.connection.disconnect()


def table(of: Derived, name: str) -> pd.DataFrame:
    """Return one table of counts, as the pipeline makes it."""
    return pd.concat(TABLES[name].count(of), ignore_index=True)


def in_batches(cohorts: int, one: Callable[[list[str], int], tuple[Study, Counts]]) -> Iterator[tuple[Study, Counts]]:
    """Return study and counts of each batch; `one` takes the names of its cohorts and the number of the batch."""
    for batch, first in enumerate(range(0, cohorts, BATCH)):
        yield one(cohort_names(first, min(BATCH, cohorts - first)), batch)


def of_one_condition(study: Study, condition: str) -> Study:
    """Return the study of a single cohort: what its analyses would be if there were no other."""
    endpoints = [
        endpoint.model_copy(update={"definitions": {condition: endpoint.definitions[condition]}})
        for endpoint in study.endpoints
    ]
    return study.model_copy(update={"conditions": {condition: condition}, "endpoints": endpoints})
