"""What comes first: response, or stopping the drug.

Who stops can no longer respond on the drug. To censor them, as a Kaplan-Meier curve does, is to ask how many would
have responded had nobody been able to stop; the cumulative incidence says how many did. Response and stopping have a
curve each (`endpoint` names them), and with those who had neither they add up to all.

The rows of both have the patients as `n` and those with the event by the day as `events`; disclosure control delays
the steps of a curve until the other event of the same days is large enough too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dose_outcomes.outcomes.cells import NO_PATIENTS, cells, with_totals
from dose_outcomes.outcomes.time_to_event import curve_rows
from dose_outcomes.outcomes.times.rows import by_cell, endpoint_of, key_of, own_rows, row_of_test, sizes
from dose_outcomes.results import ALL, Result
from dose_outcomes.stats.result import StepCurve
from dose_outcomes.stats.survival.competing import aalen_johansen, incidence_at
from dose_outcomes.stats.survival.gray import gray_test
from dose_outcomes.study import Study
from dose_outcomes.study.endpoints import Endpoint
from dose_outcomes.study.times import TimeToResponse

if TYPE_CHECKING:
    import pandas as pd

ANALYSIS = "response_with_stopping"
CAUSES = ("responded", "stopped")
STOPPING = "stopping before"
COLUMNS = [*CAUSES, "censored"]


def response_or_stopping(counts: pd.DataFrame, study: Study) -> tuple[list[Result], list[pd.DataFrame]]:
    """Return cumulative incidences of response and of stopping, tests over doses, and the curves.

    Parameters
    ----------
    counts : DataFrame
        As `derive.times.stopping.response_or_stop_counts` gives it.
    """
    results: list[Result] = []
    curves = []
    for analysis in study.time_to_response:
        endpoint = endpoint_of(study, analysis.endpoint)
        found = by_cell(with_totals(own_rows(counts, endpoint, ALL), ["day"], COLUMNS).reset_index())
        for condition, dose in cells(study, endpoint.definitions):
            cell = found.get((condition, dose))
            both = _curves(cell, study.level) if cell is not None else (None, None)
            for cause, curve in zip(CAUSES, both, strict=True):
                key = _key(endpoint, condition, dose, cause)
                competing = "stopping the drug" if cause == "responded" else endpoint.event
                results += _incidences(key, cause, competing, cell, curve, analysis)
                if curve is not None:
                    curves.append((key, curve))
        for condition in (ALL, *endpoint.definitions):
            results += _tests(own_rows(counts, endpoint, condition), endpoint, condition, analysis, study)
    return results, [curve_rows(curves)] if curves else []


def _key(endpoint: Endpoint, condition: str, dose: str, cause: str) -> dict[str, Any]:
    key = key_of(ANALYSIS, endpoint, condition, dose)
    return key if cause == "responded" else {**key, "endpoint": f"{STOPPING} {key['endpoint']}"}


def _curves(cell: pd.DataFrame, level: float) -> tuple[StepCurve, ...]:
    day, events, censored = (
        cell["day"].to_numpy(dtype="float64"),
        cell[list(CAUSES)].to_numpy(dtype="float64"),
        cell["censored"].to_numpy(dtype="float64"),
    )
    return aalen_johansen(day, events, censored, level=level).curves


def _incidences(
    key: dict[str, Any],
    cause: str,
    competing: str,
    cell: pd.DataFrame | None,
    curve: StepCurve | None,
    analysis: TimeToResponse,
) -> Iterator[Result]:
    if cell is None or curve is None:
        for day in analysis.incidence_days:
            yield Result(**key, statistic="cumulative_incidence", day=day, n=0, events=0, note=NO_PATIENTS)
        return
    n, days, events = int(cell[COLUMNS].to_numpy().sum()), cell["day"].to_numpy(), cell[cause].to_numpy()
    for day in analysis.incidence_days:
        share = incidence_at(curve, day)
        yield Result(
            **key,
            statistic="cumulative_incidence",
            day=day,
            estimate=share.estimate,
            low=share.low,
            high=share.high,
            level=share.level,
            n=n,
            events=int(events[days <= day].sum()),
            method=f"{share.method}; competing: {competing}",
            note=share.note,
        )


def _tests(
    own: pd.DataFrame, endpoint: Endpoint, condition: str, analysis: TimeToResponse, study: Study
) -> Iterator[Result]:
    for place, cause in enumerate(CAUSES):
        others = [column for column in COLUMNS if column != cause]
        test = gray_test(
            own["day"].to_numpy(dtype="float64"),
            own[list(CAUSES)].to_numpy(dtype="float64"),
            own["censored"].to_numpy(dtype="float64"),
            own["dose"].to_numpy(dtype=object),
            cause=place,
            stratum=own["condition"].to_numpy(dtype=object) if condition == ALL else None,
        )
        key = _key(endpoint, condition, ALL, cause)
        groups = sizes(own, cause, others, study)
        yield row_of_test(key, "gray_test", test, groups, study, day=analysis.horizon_days)
