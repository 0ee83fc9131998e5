"""What the rows about times share: their key, their tests over doses, the counts of a cell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from dose_outcomes.outcomes.cells import ASSESSABLE, NO_PATIENTS
from dose_outcomes.outcomes.precision import has_p_value, imprecision, joined, no_p_value
from dose_outcomes.outcomes.responder_rate import endpoint_name
from dose_outcomes.results import ALL, Result
from dose_outcomes.stats.result import HypothesisTest
from dose_outcomes.study import Study
from dose_outcomes.study.endpoints import Endpoint

if TYPE_CHECKING:
    import pandas as pd

TARGET = "target"


def endpoint_of(study: Study, identifier: str) -> Endpoint:
    """Return an endpoint of the study by its identifier."""
    return next(endpoint for endpoint in study.endpoints if endpoint.id == identifier)


def key_of(
    analysis: str, endpoint: Endpoint, condition: str, dose: str, *, attribution: str = TARGET, population: str = ""
) -> dict[str, Any]:
    """Return the columns that the rows of one cell have in common."""
    return {
        "analysis": analysis,
        "endpoint": endpoint_name(endpoint, condition),
        "condition": condition,
        "dose": dose,
        "dose_attribution": attribution,
        "population": population or ASSESSABLE,
    }


def by_cell(counts: pd.DataFrame) -> dict[tuple[str, str], pd.DataFrame]:
    """Return the rows of each condition and dose."""
    found = {}
    for place, rows in counts.groupby(["condition", "dose"], sort=False):
        condition, dose = map(str, place)
        found[condition, dose] = rows
    return found


def own_rows(counts: pd.DataFrame, endpoint: Endpoint, condition: str) -> pd.DataFrame:
    """Return the rows of an endpoint and a condition, or of all conditions."""
    own = counts[counts["endpoint"] == endpoint.id]
    return own if condition == ALL else own[own["condition"] == condition]


def sizes(counts: pd.DataFrame, event: str, others: Iterable[str], study: Study) -> list[tuple[int, int]]:
    """Return events and patients of each dose group that has patients.

    Parameters
    ----------
    counts : DataFrame
        dose, `event` and `others`: numbers of patients, each in one of the columns.
    """
    doses = counts["dose"].to_numpy(dtype=object)
    with_event, patients = counts[event].to_numpy(), counts[[event, *others]].to_numpy()
    pairs = [(int(with_event[doses == dose].sum()), int(patients[doses == dose].sum())) for dose in study.dose_labels]
    return [(events, n) for events, n in pairs if n]


def row_of_test(
    key: dict[str, Any],
    statistic: str,
    test: HypothesisTest,
    groups: Sequence[tuple[int, int]],
    study: Study,
    *,
    day: int | None = None,
) -> Result:
    """Return a test as a row: its statistic as the estimate, its p value.

    A test without patients enough for a p value has no statistic either, which would give the p value back.

    Parameters
    ----------
    groups : sequence of (int, int)
        Events and patients of each group that has patients.
    """
    allowed = bool(groups) and has_p_value(groups, study)
    shown = allowed and test.statistic is not None
    degrees = test.degrees_of_freedom
    degrees_text = f"; {degrees:g} degree{'s' if degrees > 1 else ''} of freedom" if degrees and allowed else ""
    if not groups:
        note = NO_PATIENTS
    else:
        note = joined(imprecision(groups, study), test.note, "" if allowed else no_p_value(study))
    return Result(
        **key,
        statistic=statistic,
        day=day,
        estimate=test.statistic if shown else None,
        p_value=test.p_value if shown else None,
        n=sum(n for _, n in groups),
        events=sum(events for events, _ in groups),
        method=test.method + degrees_text,
        note=note,
    )
