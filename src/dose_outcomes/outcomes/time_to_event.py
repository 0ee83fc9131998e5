"""How soon: time to the first documented response, and to events that the data give with their times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from dose_outcomes.outcomes.cells import ANALYSED, ASSESSABLE, NO_PATIENTS, cells, margins, with_totals
from dose_outcomes.outcomes.responder_rate import endpoint_name
from dose_outcomes.results import CURVE_COLUMNS, CURVE_KEY, Result, identifier
from dose_outcomes.stats.result import StepCurve
from dose_outcomes.stats.survival.kaplan_meier import kaplan_meier
from dose_outcomes.stats.survival.quantile import quantile
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import pandas as pd

COUNTING = "patients whose time is not before the day; events and censorings before it"


@dataclass(frozen=True, slots=True)
class Question:
    """One time-to-event analysis: its key, its counts, the days of its table of numbers at risk."""

    analysis: str
    endpoints: dict[str, str]
    """Condition, or all: name of the endpoint."""
    population: str
    counts: pd.DataFrame
    """condition, dose, day, events, censored."""
    risk_table_days: list[int]
    horizon: int | None
    margins_only: bool = False
    """Leave out the doses of single conditions."""


def questions(response_times: pd.DataFrame, event_times: pd.DataFrame, study: Study) -> Iterator[Question]:
    """Return the time-to-event analyses of a study.

    Parameters
    ----------
    response_times : DataFrame
        endpoint, condition, dose, day, events, censored.
    event_times : DataFrame
        event, condition, dose, day, events, censored.
    """
    endpoints = {endpoint.id: endpoint for endpoint in study.endpoints}
    for analysis in study.time_to_response:
        endpoint = endpoints[analysis.endpoint]
        names = {condition: endpoint_name(endpoint, condition) for condition, _ in cells(study, endpoint.definitions)}
        own = response_times[response_times["endpoint"] == endpoint.id]
        yield Question("time_to_response", names, ASSESSABLE, own, analysis.risk_table_days, analysis.horizon_days)
    for event in study.time_to_event:
        names = {condition: event.event for condition, _ in cells(study)}
        own = event_times[event_times["event"] == event.event]
        yield Question("time_to_event", names, ANALYSED, own, event.risk_table_days, None)


def time_to_event(question: Question, study: Study) -> tuple[list[Result], pd.DataFrame]:
    """Return medians, numbers at risk and Kaplan-Meier curves per condition and dose.

    Returns
    -------
    list of Result
        median_days; number_at_risk, cumulative_events and cumulative_censored at each day of the risk table,
        which add up to the patients.
    DataFrame
        Curves in the columns `results.CURVE_COLUMNS`: the share still without the event after each day.
    """
    counts = with_totals(question.counts, ["day"], ["events", "censored"]).reset_index()
    by_cell = dict(iter(counts.groupby(["condition", "dose"])))
    results: list[Result] = []
    curves = []
    chosen = margins if question.margins_only else cells
    for condition, dose in chosen(study, [name for name in question.endpoints if name != "all"]):
        key: dict[str, Any] = {
            "analysis": question.analysis,
            "endpoint": question.endpoints[condition],
            "condition": condition,
            "dose": dose,
            "dose_attribution": "target",
            "population": question.population,
        }
        cell = by_cell.get((condition, dose))
        if cell is None:
            results += [Result(**key, statistic="median_days", day=question.horizon, n=0, events=0, note=NO_PATIENTS)]
            results += _at_risk(key, None, question.risk_table_days)
            continue
        numbers = [cell[column].to_numpy(dtype="float64") for column in ("day", "events", "censored")]
        results.append(_median(key, numbers, question.horizon, study.level))
        results += _at_risk(key, numbers, question.risk_table_days)
        curves.append((key, kaplan_meier(*numbers, level=study.level)))
    return results, curve_rows(curves)


def _median(key: dict[str, Any], numbers: list[Any], horizon: int | None, level: float) -> Result:
    # limits by the log-log interval alone: switching to another below 30 at risk would make the band cross itself
    curve = kaplan_meier(*numbers, level=level, beta_product_below=None)
    median = quantile(curve, 0.5)
    return Result(
        **key,
        statistic="median_days",
        day=horizon,
        estimate=median.estimate,
        low=median.low,
        high=median.high if median.high is not None and isfinite(median.high) else None,
        level=level,
        n=int(numbers[1].sum() + numbers[2].sum()),
        events=int(numbers[1].sum()),
        method="median of the Kaplan-Meier curve with Brookmeyer-Crowley limits from its log-log interval",
        note=median.note,
    )


def _at_risk(key: dict[str, Any], numbers: list[Any] | None, days: list[int]) -> Iterator[Result]:
    total = 0 if numbers is None else int(numbers[1].sum() + numbers[2].sum())
    for day in days:
        events, censored = (0, 0) if numbers is None else (int(part[numbers[0] < day].sum()) for part in numbers[1:])
        for statistic, number in (
            ("number_at_risk", total - events - censored),
            ("cumulative_events", events),
            ("cumulative_censored", censored),
        ):
            yield Result(
                **key,
                statistic=statistic,
                day=day,
                estimate=float(number),
                n=total,
                events=events,
                method=COUNTING,
                note="" if total else NO_PATIENTS,
            )


def curve_rows(curves: Sequence[tuple[dict[str, Any], StepCurve]]) -> pd.DataFrame:
    """Return curves below each other in the columns `results.CURVE_COLUMNS`.

    Parameters
    ----------
    curves : sequence of (dict of str to str, StepCurve)
        `results.CURVE_KEY`, and what it stands for.
    """
    import pandas as pd

    if not curves:
        return pd.DataFrame(columns=list(CURVE_COLUMNS))
    of_a_curve = [
        {
            **key,
            "curve_id": identifier(key[column] for column in CURVE_KEY),
            "level": curve.level,
            "method": curve.method,
            "note": curve.note,
            "suppressed": "",
        }
        for key, curve in curves
    ]
    days = [len(curve.day) for _, curve in curves]
    columns = {
        name: np.repeat([one[name] for one in of_a_curve], days) for name in CURVE_COLUMNS if name in of_a_curve[0]
    }
    for name in ("day", "at_risk", "events", "censored", "estimate", "low", "high"):
        columns[name] = np.concatenate([getattr(curve, name) for _, curve in curves])
    for name in ("day", "at_risk", "events", "censored"):
        columns[name] = columns[name].astype("int64")
    return pd.DataFrame({name: columns[name] for name in CURVE_COLUMNS})
