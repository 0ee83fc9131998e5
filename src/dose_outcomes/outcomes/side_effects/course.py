"""When side effects begin, how long they last, whether they end on a lower dose and come back on a higher one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from dose_outcomes.derive.side_effects.course import DECHALLENGE, DURATION, ONSET, RECHALLENGE
from dose_outcomes.outcomes.side_effects.occurrence import one_minus
from dose_outcomes.outcomes.side_effects.rows import ANY, NOBODY, endpoints, row, with_total_dose
from dose_outcomes.results import ALL, Result
from dose_outcomes.stats.result import Estimate, FloatArray, StepCurve
from dose_outcomes.stats.survival.kaplan_meier import kaplan_meier, survival_at
from dose_outcomes.stats.survival.quantile import quantile
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import pandas as pd

ANALYSES = {
    ONSET: "side_effect_onset",
    DURATION: "side_effect_duration",
    DECHALLENGE: "side_effect_dechallenge",
    RECHALLENGE: "side_effect_rechallenge",
}
METHODS = {
    ONSET: "first onset among those who had it",
    DURATION: "days from first to last, unresolved ones censored; events of a patient taken as independent",
    DECHALLENGE: "resolved after a reduction, interruption or stop of the dose while ongoing",
    RECHALLENGE: "the same term again after the dose went up again",
}
NOTES = {
    ONSET: "",
    DURATION: "",
    DECHALLENGE: "many would have ended without it: no comparison with events under an unchanged dose",
    RECHALLENGE: "",
}


def side_effect_course(course: pd.DataFrame, side_effects: pd.DataFrame, study: Study) -> Iterator[Result]:
    """Return median day of onset, median duration, and shares resolved or repeated by Kaplan-Meier.

    Any side effect per dose and each term over all doses; dechallenge and rechallenge over all doses.

    Parameters
    ----------
    course : DataFrame
        question, endpoint, dose, day, events, censored.
    side_effects : DataFrame
        Names of the side effects.
    """
    counts = with_total_dose(course, ["question", "endpoint", "day"], ["events", "censored"])
    cells = dict(iter(counts.groupby(["question", "endpoint", "dose"], sort=False)))
    settings = study.side_effects
    asked: dict[str, list[int | None]] = {
        ONSET: [None],
        DURATION: [None, *settings.resolved_within_days],
        DECHALLENGE: [settings.dechallenge_days],
        RECHALLENGE: [settings.rechallenge_days],
    }
    for question, days in asked.items():
        # where nothing of the kind happened, one row says so for all terms
        occurs = (question, ANY, ALL) in cells
        for endpoint in endpoints(side_effects) if occurs else (ANY,):
            by_dose = question in (ONSET, DURATION) and endpoint == ANY
            for dose in (ALL, *study.dose_labels) if by_dose else (ALL,):
                cell = cells.get((question, endpoint, dose), counts.iloc[:0])
                numbers = [cell[name].to_numpy(dtype="float64") for name in ("day", "events", "censored")]
                for day in days:
                    yield _of_cell(question, endpoint, dose, day, numbers, study.level)


def _of_cell(
    question: str, endpoint: str, dose: str, day: int | None, numbers: list[FloatArray], level: float
) -> Result:
    times, events, censored = numbers
    n = int(events.sum() + censored.sum())
    curve = kaplan_meier(times, events, censored, level=level, beta_product_below=30 if day else None)
    if not n:
        found = Estimate(None, None, None, level, curve.method, NOBODY)
    else:
        found = _median(curve) if day is None else _by_day(curve, day)
    within = np.ones(len(times), dtype=np.bool_) if day is None else times <= day
    return row(
        found,
        analysis=ANALYSES[question],
        endpoint=endpoint,
        dose=dose,
        day=day,
        statistic="median_days" if day is None else "one_minus_survival",
        n=n,
        events=int(events[within].sum()),
        notes=(NOTES[question],) if n else (),
        method=METHODS[question],
    )


def _median(curve: StepCurve) -> Estimate:
    median = quantile(curve, 0.5)
    return median if median.high is None or isfinite(median.high) else replace(median, high=None)


def _by_day(curve: StepCurve, day: int) -> Estimate:
    return one_minus(survival_at(curve, day))
