"""All counts of a study, in one go. They are as confidential as rows: a count may be one patient."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from dose_outcomes.derive.attrition import attrition
from dose_outcomes.derive.population import assign_population
from dose_outcomes.derive.response import assessable, responder_counts, responses, time_to_response_counts
from dose_outcomes.derive.side_effects import (
    classify_side_effects,
    event_time_counts,
    side_effect_counts,
    time_at_risk,
)
from dose_outcomes.engine import connect, open_cohort
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import pandas as pd

#: Name of a table of counts: the columns that tell its rows apart.
KEYS = {
    "responders": ["endpoint", "condition", "definition", "dose", "day"],
    "response_times": ["endpoint", "condition", "definition", "dose", "day"],
    "event_times": ["event", "condition", "dose", "day"],
    "side_effects": ["endpoint", "condition", "dose"],
    "time_at_risk": ["condition", "dose"],
}


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
        The tables of `KEYS`, each sorted by its key, and ``attrition``.
    """
    import pandas as pd

    connection = connect()
    cohort = open_cohort(connection, folder)
    # kept in the engine, because every analysis joins them
    population = connection.create_table("population", assign_population(cohort, study))
    patients, seen = {}, {}
    for endpoint in study.endpoints:
        # names of the engine's own: an endpoint may be called as a cohort table is
        patients[endpoint.id] = connection.create_table(
            f"assessable of {endpoint.id}", assessable(cohort, population, study, endpoint)
        )
        seen[endpoint.id] = connection.create_table(
            f"responses of {endpoint.id}", responses(cohort, patients[endpoint.id], study, endpoint)
        )
    endpoints = {endpoint.id: endpoint for endpoint in study.endpoints}
    responders = [
        responder_counts(patients[name], seen[name], study, endpoint).execute() for name, endpoint in endpoints.items()
    ]
    times = [
        time_to_response_counts(
            patients[analysis.endpoint], seen[analysis.endpoint], endpoints[analysis.endpoint], analysis.horizon_days
        )
        .execute()
        .assign(endpoint=analysis.endpoint)
        for analysis in study.time_to_response
    ]
    side_effects = connection.create_table("classified side effects", classify_side_effects(cohort, population, study))
    counts = {
        "responders": pd.concat(responders) if responders else _empty("responders"),
        "response_times": pd.concat(times) if times else _empty("response_times"),
        "event_times": event_time_counts(cohort, population).execute(),
        "side_effects": side_effect_counts(side_effects).execute(),
        "time_at_risk": time_at_risk(population).execute(),
    }
    counts = {name: table.sort_values(KEYS[name], kind="stable", ignore_index=True) for name, table in counts.items()}
    counts["attrition"] = attrition(cohort, population, patients, counts, side_effects, accounts, study)
    connection.disconnect()
    return counts


def _empty(name: str) -> pd.DataFrame:
    import pandas as pd

    numbers = {
        "responders": ["n", "observed", "observed_responders", "carried", "carried_responders"],
        "response_times": ["events", "censored"],
    }
    return pd.DataFrame(columns=[*KEYS[name], *numbers[name]])
