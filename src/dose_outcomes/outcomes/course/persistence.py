"""How long patients stay on the drug, and why they stop.

Staying is a Kaplan-Meier curve with the end of observation as censoring. The reasons are competing events: one minus
the Kaplan-Meier curve of a single reason would be the share that stopped for it in a world without the others.
The reasons and those still on the drug add up to the patients: disclosure control hides a second reason with a single
small one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dose_outcomes.derive.course.persistence import CENSORED
from dose_outcomes.outcomes.cells import ANALYSED, NO_PATIENTS, margins, with_totals
from dose_outcomes.outcomes.course.describing import by
from dose_outcomes.outcomes.time_to_event import Question, time_to_event
from dose_outcomes.results import Result
from dose_outcomes.stats.survival.competing import aalen_johansen, incidence_at
from dose_outcomes.stats.survival.kaplan_meier import kaplan_meier, survival_at
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import pandas as pd

ANALYSIS = "persistence"
REASON_ANALYSIS = "reason_for_stopping"
STOPPED = "stopped the drug"


@dataclass(frozen=True, slots=True)
class Persistence:
    """Rows and curves."""

    results: list[Result]
    curves: pd.DataFrame


def persistence(ends: pd.DataFrame, study: Study) -> Persistence:
    """Return staying on the drug by dose over all conditions and by condition over all doses, and reasons for stopping.

    Parameters
    ----------
    ends : DataFrame
        As `derive.course.persistence.treatment_end_counts` gives it.
    """
    settings = study.course.persistence
    assert settings is not None, "asked for by the study"
    censored = ends["reason"] == CENSORED
    counts = ends.assign(events=ends["n"].where(~censored, 0), censored=ends["n"].where(censored, 0))
    counts = counts.groupby(["condition", "dose", "day"], as_index=False)[["events", "censored"]].sum()
    names = {condition: STOPPED for condition, _ in margins(study)}
    question = Question(ANALYSIS, names, ANALYSED, counts, sorted({0, *settings.days}), None, margins_only=True)
    results, curves = time_to_event(question, study)
    return Persistence([*results, *_survival(counts, study), *_reasons(ends, study)], curves)


def _key(analysis: str, endpoint: str, condition: str, dose: str) -> dict[str, Any]:
    return {
        "analysis": analysis,
        "endpoint": endpoint,
        "condition": condition,
        "dose": dose,
        "dose_attribution": "target",
        "population": ANALYSED,
    }


def _survival(counts: pd.DataFrame, study: Study) -> Iterator[Result]:
    assert study.course.persistence is not None
    cells = by(with_totals(counts, ["day"], ["events", "censored"]).reset_index(), ["condition", "dose"])
    for condition, dose in margins(study):
        cell = cells.get((condition, dose))
        key = _key(ANALYSIS, STOPPED, condition, dose)
        if cell is None:
            for day in study.course.persistence.days:
                yield Result(**key, statistic="survival", day=day, n=0, events=0, note=NO_PATIENTS)
            continue
        numbers = [cell[column].to_numpy(dtype="float64") for column in ("day", "events", "censored")]
        curve = kaplan_meier(*numbers, level=study.level)
        for day in study.course.persistence.days:
            # the last dose is taken on its day: who takes one on the day has not stopped before it
            share = survival_at(curve, day - 1)
            yield Result(
                **key,
                statistic="survival",
                day=day,
                estimate=share.estimate,
                low=share.low,
                high=share.high,
                level=study.level,
                n=int(numbers[1].sum() + numbers[2].sum()),
                events=int(cell.loc[cell["day"] < day, "events"].sum()),
                method=f"{share.method}; share not stopped before the day",
                note=share.note,
            )


def _reasons(ends: pd.DataFrame, study: Study) -> Iterator[Result]:
    assert study.course.persistence is not None
    reasons = sorted(set(ends["reason"]) - {CENSORED})
    wide = ends.pivot_table(
        index=["condition", "dose", "day"], columns="reason", values="n", aggfunc="sum", fill_value=0
    ).reset_index()
    wide = wide if CENSORED in wide else wide.assign(**{CENSORED: 0})
    cells = by(with_totals(wide, ["day"], [CENSORED, *reasons]).reset_index(), ["condition", "dose"])
    for condition, dose in margins(study):
        cell = cells.get((condition, dose))
        curves = None
        if cell is not None and reasons:
            curves = aalen_johansen(
                cell["day"].to_numpy(dtype="float64"),
                cell[reasons].to_numpy(dtype="float64"),
                cell[CENSORED].to_numpy(dtype="float64"),
                level=study.level,
            ).curves
        for place, reason in enumerate(reasons):
            for day in study.course.persistence.reason_days:
                key = {**_key(REASON_ANALYSIS, reason, condition, dose), "day": day}
                if cell is None or curves is None:
                    yield Result(**key, statistic="cumulative_incidence", n=0, events=0, note=NO_PATIENTS)
                    continue
                share = incidence_at(curves[place], day - 1)
                yield Result(
                    **key,
                    statistic="cumulative_incidence",
                    estimate=share.estimate,
                    low=share.low,
                    high=share.high,
                    level=study.level,
                    n=int(cell[[CENSORED, *reasons]].to_numpy().sum()),
                    events=int(cell.loc[cell["day"] < day, reason].sum()),
                    method=f"{share.method}; stopped before the day; competing: the other reasons",
                    note=share.note,
                )
