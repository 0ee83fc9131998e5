"""How long patients stay on the drug, and why they stop.

Staying is a Kaplan-Meier curve of the day of stopping, the one after the last day with a dose; who has not stopped is
censored on the last day with a dose, and not at risk of having stopped on the next. So the share on a day is that of
patients still taking the drug on it, and a patient whose data end on the day leaves before the stops of the next day
are counted. The reasons are competing events: one minus the Kaplan-Meier curve of a single reason would be the share
that stopped for it in a world without the others. The reasons and those still on the drug add up to the patients:
disclosure control hides a second reason with a single small one.

Loss to follow-up is no stop (`derive.stopping`). `LOST_AS_STOPPED` gives the share as it would be if everybody who was
lost had stopped on the day after the last dose: with the main row the range of what can be true of them. Its `events`
are the patients lost, whom alone it adds, so that disclosure control hides it with a small number of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dose_outcomes.derive.course.persistence import CENSORED, NO_STOPS
from dose_outcomes.derive.stopping import LOST
from dose_outcomes.outcomes.cells import ANALYSED, NO_PATIENTS, margins, with_totals
from dose_outcomes.outcomes.course.describing import by
from dose_outcomes.outcomes.time_to_event import Question, time_to_event
from dose_outcomes.results import ALL, Result
from dose_outcomes.stats.survival.competing import aalen_johansen, incidence_at
from dose_outcomes.stats.survival.kaplan_meier import kaplan_meier, survival_at
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import pandas as pd

ANALYSIS = "persistence"
REASON_ANALYSIS = "reason_for_stopping"
LOST_AS_STOPPED = "persistence_lost_as_stopped"
STOPPED = "stopped the drug"
STOPPED_OR_LOST = "stopped the drug or lost to follow-up"


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
    counts = _counts(ends, NO_STOPS)
    names = {condition: STOPPED for condition, _ in margins(study)}
    question = Question(ANALYSIS, names, ANALYSED, counts, sorted({0, *settings.days}), None, margins_only=True)
    results, curves = time_to_event(question, study)
    with_lost = _survival(_counts(ends, [CENSORED]), study, lost=_counts(ends[ends["reason"] == LOST], [CENSORED]))
    return Persistence([*results, *_survival(counts, study), *with_lost, *_reasons(ends, study)], curves)


def _counts(ends: pd.DataFrame, no_stops: Collection[str]) -> pd.DataFrame:
    """Return condition, dose, day, events, censored: stops on the day after the last dose, censorings on it."""
    stopped = ~ends["reason"].isin(no_stops)
    counts = ends.assign(
        day=ends["day"] + stopped.astype("int64"),
        events=ends["n"].where(stopped, 0),
        censored=ends["n"].mask(stopped, 0),
    )
    return counts.groupby(["condition", "dose", "day"], as_index=False)[["events", "censored"]].sum()


def _key(analysis: str, endpoint: str, condition: str, dose: str) -> dict[str, Any]:
    return {
        "analysis": analysis,
        "endpoint": endpoint,
        "condition": condition,
        "dose": dose,
        "dose_attribution": "target",
        "population": ANALYSED,
    }


def _survival(counts: pd.DataFrame, study: Study, *, lost: pd.DataFrame | None = None) -> Iterator[Result]:
    """Return the share still on the drug by day; with `lost` that of the sensitivity analysis, counting them."""
    assert study.course.persistence is not None
    named = (ANALYSIS, STOPPED) if lost is None else (LOST_AS_STOPPED, STOPPED_OR_LOST)
    words = "share taking the drug on the day" + ("" if lost is None else "; lost counted as stopped; events: lost")
    cells = by(with_totals(counts, ["day"], ["events", "censored"]).reset_index(), ["condition", "dose"])
    counted = cells
    if lost is not None:
        counted = by(with_totals(lost, ["day"], ["events", "censored"]).reset_index(), ["condition", "dose"])
    for condition, dose in margins(study):
        if lost is not None and condition != ALL:
            continue  # a check of the whole: in small groups the lost would follow from those censored
        cell, events = cells.get((condition, dose)), counted.get((condition, dose))
        key = _key(*named, condition, dose)
        if cell is None:
            for day in study.course.persistence.days:
                yield Result(**key, statistic="survival", day=day, n=0, events=0, note=NO_PATIENTS)
            continue
        numbers = [cell[column].to_numpy(dtype="float64") for column in ("day", "events", "censored")]
        curve = kaplan_meier(*numbers, level=study.level)
        for day in study.course.persistence.days:
            share = survival_at(curve, day)
            yield Result(
                **key,
                statistic="survival",
                day=day,
                estimate=share.estimate,
                low=share.low,
                high=share.high,
                level=study.level,
                n=int(numbers[1].sum() + numbers[2].sum()),
                events=0 if events is None else int(events.loc[events["day"] <= day, "events"].sum()),
                method=f"{share.method}; {words}",
                note=share.note,
            )


def _reasons(ends: pd.DataFrame, study: Study) -> Iterator[Result]:
    assert study.course.persistence is not None
    stopped = ~ends["reason"].isin(NO_STOPS)
    days = ends.assign(day=ends["day"] + stopped.astype("int64"), reason=ends["reason"].where(stopped, CENSORED))
    reasons = sorted(set(days["reason"]) - {CENSORED})
    wide = days.pivot_table(
        index=["condition", "dose", "day"], columns="reason", values="n", aggfunc="sum", fill_value=0
    ).reset_index()
    wide = wide if CENSORED in wide else wide.assign(**{CENSORED: 0})
    cells = by(with_totals(wide, ["day"], [CENSORED, *reasons]).reset_index(), ["condition", "dose"])
    for condition, dose in margins(study):
        cell = cells.get((condition, dose))
        curves = None
        if cell is not None and reasons:
            at, stops, seen = (cell[columns].to_numpy(dtype="float64") for columns in ("day", reasons, CENSORED))
            n = int(stops.sum() + seen.sum())
            curves = aalen_johansen(at, stops, seen, level=study.level).curves
        for place, reason in enumerate(reasons):
            for day in study.course.persistence.reason_days:
                key = {**_key(REASON_ANALYSIS, reason, condition, dose), "day": day}
                if curves is None:
                    yield Result(**key, statistic="cumulative_incidence", n=0, events=0, note=NO_PATIENTS)
                    continue
                share = incidence_at(curves[place], day)
                yield Result(
                    **key,
                    statistic="cumulative_incidence",
                    estimate=share.estimate,
                    low=share.low,
                    high=share.high,
                    level=study.level,
                    n=n,
                    events=int(stops[at <= day, place].sum()),
                    method=f"{share.method}; stopped by the day; competing: the other reasons",
                    note=share.note,
                )
