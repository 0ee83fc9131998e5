"""All counts of a study, in one go. They are as confidential as rows: a count may be one patient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dose_outcomes.derive.attrition import attrition
from dose_outcomes.derive.context import Derived, derive
from dose_outcomes.derive.response import responder_counts, time_to_response_counts
from dose_outcomes.derive.side_effects import event_time_counts, side_effect_counts, time_at_risk
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class CountTable:
    """A table of counts: the columns that tell its rows apart, those that count, and what makes it."""

    key: tuple[str, ...]
    values: tuple[str, ...]
    count: Callable[[Derived], list[pd.DataFrame]]


def _responders(derived: Derived) -> list[pd.DataFrame]:
    study = derived.study
    return [
        responder_counts(derived.patients[endpoint.id], derived.responses[endpoint.id], study, endpoint).execute()
        for endpoint in study.endpoints
    ]


def _response_times(derived: Derived) -> list[pd.DataFrame]:
    return [
        time_to_response_counts(
            derived.patients[analysis.endpoint], derived.responses[analysis.endpoint], analysis.horizon_days
        )
        .execute()
        .assign(endpoint=analysis.endpoint)
        for analysis in derived.study.time_to_response
    ]


#: Every table of counts; a new one is a line here and a function above or in a module of its own.
TABLES = {
    "responders": CountTable(
        ("endpoint", "condition", "definition", "dose", "day"),
        ("n", "observed", "observed_responders", "carried", "carried_responders"),
        _responders,
    ),
    "response_times": CountTable(
        ("endpoint", "condition", "definition", "dose", "day"), ("events", "censored"), _response_times
    ),
    "event_times": CountTable(
        ("event", "condition", "dose", "day"),
        ("events", "censored"),
        lambda derived: [event_time_counts(derived.cohort, derived.population).execute()],
    ),
    "side_effects": CountTable(
        ("endpoint", "condition", "dose"),
        ("patients", "events"),
        lambda derived: [side_effect_counts(derived.side_effects).execute()],
    ),
    "time_at_risk": CountTable(
        ("condition", "dose"), ("n", "days"), lambda derived: [time_at_risk(derived.population).execute()]
    ),
}
NAMES = (*TABLES, "attrition")


def count_cohort(folder: Path, study: Study, accounts: list[dict[str, Any]]) -> dict[str, pd.DataFrame]:
    """Count everything that the study asks for.

    Parameters
    ----------
    folder : Path
        The cohort as Parquet files.
    accounts : list of dict
        What reading each table gave, for the attrition.

    Returns
    -------
    dict of str to DataFrame
        `NAMES`: the tables, each sorted by its key, and the attrition.
    """
    derived = derive(folder, study)
    counts = {name: _joined(table, table.count(derived)) for name, table in TABLES.items()}
    counts["attrition"] = attrition(derived, counts["responders"], accounts)
    derived.connection.disconnect()
    return counts


def _joined(table: CountTable, parts: list[pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    columns = [*table.key, *table.values]
    joined = pd.concat([part[columns] for part in parts]) if parts else pd.DataFrame(columns=columns)
    return joined.sort_values(list(table.key), kind="stable", ignore_index=True)
