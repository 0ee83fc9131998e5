"""What comparisons of responders are tried on: a study of three conditions and three doses, and its counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from dose_outcomes.results import Result
from dose_outcomes.study import Study

CONDITIONS = {"fibromyalgia": "FM-PAIN-30", "chronic_pain": "GEN-PEG-30", "psoriasis": "PSO-PASI75"}
DOSES = ["low", "middle", "high"]


def made_study(conditions: int = 3, **changes: Any) -> Study:
    """Return a study of the first conditions; doses of 0.5, 1.5 and 4.5 mg."""
    names = list(CONDITIONS)[:conditions]
    content = {
        "id": "made",
        "title": "Made",
        "drug": {"name": "drug", "short_name": "drug", "maximum_dose_mg": 10},
        "data": {
            "source": "csv",
            "nature": "synthetic",
            "folder": "data",
            "tables": {name: {"file": "f.csv"} for name in ("patients", "indications", "doses", "assessments")},
        },
        "conditions": {name: name for name in names},
        "dose_groups": [
            {"label": "low", "from_mg": 0.5, "below_mg": 1.5},
            {"label": "middle", "from_mg": 1.5, "below_mg": 4.5},
            {"label": "high", "from_mg": 4.5, "below_mg": 5},
        ],
        "endpoints": [{"id": "main", "label": "Main", "definitions": {name: CONDITIONS[name] for name in names}}],
    }
    return Study.model_validate({**content, **changes})


def made_responders(*conditions: list[tuple[int, int]], observed: int = 0) -> pd.DataFrame:
    """Return counts of responders: (responders, patients) at each dose of each condition.

    Parameters
    ----------
    observed : int
        So many patients of each cell have no score.
    """
    return pd.DataFrame(
        [
            {
                "endpoint": "main",
                "condition": condition,
                "definition": CONDITIONS[condition],
                "dose": dose,
                "day": 84,
                "n": n,
                "observed": n - observed,
                "observed_responders": events,
                "carried": n,
                "carried_responders": events,
            }
            for condition, groups in zip(CONDITIONS, conditions, strict=False)
            for dose, (events, n) in zip(DOSES, groups, strict=True)
        ]
    )


def only_row(results: list[Result], **key: Any) -> Result:
    """Return the one row with a key; primary handling of missing scores and no subgroup unless the key says so."""
    wanted = {"missing_data": "non_responder", "subgroup": "", **key}
    (found,) = [row for row in results if all(getattr(row, name) == value for name, value in wanted.items())]
    return found


@pytest.fixture(scope="session")
def study() -> Callable[..., Study]:
    """Return the function that makes a study."""
    return made_study


@pytest.fixture(scope="session")
def responders() -> Callable[..., pd.DataFrame]:
    """Return the function that makes counts of responders."""
    return made_responders


@pytest.fixture(scope="session")
def one() -> Callable[..., Result]:
    """Return the function that picks the one row with a key."""
    return only_row
