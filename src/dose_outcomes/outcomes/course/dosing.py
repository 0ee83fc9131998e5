"""Which dose the patients took, how much of it, and how soon they came to the dose aimed at.

At each week the states of a dose group add up to its patients: disclosure control hides a second one with a single
small one. Time to the dose aimed at is a cumulative incidence with stopping as the competing event: a mean over those
who reached it would leave out who stopped on the way.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from dose_outcomes.derive.course.dosing import NOT_TAKING, OTHER_DOSE
from dose_outcomes.outcomes.cells import ANALYSED, NO_PATIENTS
from dose_outcomes.outcomes.course.describing import QUARTILES, by, describe, description_rows, share_row
from dose_outcomes.results import ALL, Result
from dose_outcomes.stats.survival.competing import aalen_johansen, incidence_at
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import pandas as pd

ANALYSIS = "dose"
DAYS_PER_WEEK = 7
TIME_TO_TARGET = "target dose reached"


def dosing(values: pd.DataFrame, states: pd.DataFrame, target_times: pd.DataFrame, study: Study) -> Iterator[Result]:
    """Return what describes the dosing, the dose at each week, and the time to the dose aimed at.

    Parameters
    ----------
    values, states, target_times : DataFrame
        As `derive.course.dosing` counts them.
    """
    settings = study.course.dose_over_time
    if settings is None:
        return
    for dose in (ALL, *study.dose_labels):
        yield from _values(values, dose)
        yield from _states(states, dose, study)
        yield from _time_to_target(target_times, dose, study)


def _key(endpoint: str, dose: str) -> dict[str, Any]:
    return {
        "analysis": ANALYSIS,
        "endpoint": endpoint,
        "condition": ALL,
        "dose": dose,
        "dose_attribution": "target",
        "population": ANALYSED,
    }


def _of_dose(counts: pd.DataFrame, dose: str) -> pd.DataFrame:
    return counts if dose == ALL else counts[counts["dose"] == dose]


def _values(values: pd.DataFrame, dose: str) -> Iterator[Result]:
    cells = by(_of_dose(values, dose), ["quantity"])
    for quantity in sorted(values["quantity"].unique()):
        yield from description_rows(_key(quantity, dose), describe(cells.get((quantity,))), QUARTILES)


def _states(states: pd.DataFrame, dose: str, study: Study) -> Iterator[Result]:
    assert study.course.dose_over_time is not None
    own = _of_dose(states, dose)
    counts = own.groupby(["day", "state"])["n"].sum().to_dict()
    present = set(states["state"].unique())
    names = [*study.dose_labels, *(name for name in (OTHER_DOSE, *NOT_TAKING) if name in present)]
    for week in study.course.dose_over_time.weeks:
        day = week * DAYS_PER_WEEK
        n = int(own.loc[own["day"] == day, "n"].sum())
        for name in names:
            key = {**_key(f"dose of the day: {name}", dose), "day": day}
            yield share_row(key, int(counts.get((day, name), 0)), n, study)


def _time_to_target(target_times: pd.DataFrame, dose: str, study: Study) -> Iterator[Result]:
    assert study.course.dose_over_time is not None
    own = _of_dose(target_times, dose).groupby("day", as_index=False)[["reached", "stopped", "censored"]].sum()
    n = int(own[["reached", "stopped", "censored"]].to_numpy().sum())
    days = [DAYS_PER_WEEK * week for week in study.course.dose_over_time.weeks]
    if not n:
        for day in days:
            yield Result(**_key(TIME_TO_TARGET, dose), statistic="cumulative_incidence", day=day, n=0, note=NO_PATIENTS)
        return
    curve = aalen_johansen(
        own["day"].to_numpy(dtype="float64"),
        own[["reached", "stopped"]].to_numpy(dtype="float64"),
        own["censored"].to_numpy(dtype="float64"),
        level=study.level,
    ).curves[0]
    for day in days:
        share = incidence_at(curve, day)
        yield Result(
            **_key(TIME_TO_TARGET, dose),
            statistic="cumulative_incidence",
            day=day,
            estimate=share.estimate,
            low=share.low,
            high=share.high,
            level=study.level,
            n=n,
            events=int(own.loc[own["day"] <= day, "reached"].sum()),
            method=f"{share.method}; competing: stopped before it",
            note=share.note,
        )
    half = np.flatnonzero(curve.estimate >= 0.5)
    yield Result(
        **_key(TIME_TO_TARGET, dose),
        statistic="median_days",
        estimate=float(curve.day[half[0]]) if len(half) else None,
        n=n,
        events=int(own["reached"].sum()),
        method="first day by which half of all patients have reached it",
        note="" if len(half) else f"not reached: {curve.estimate[-1]:.3g} by day {curve.day[-1]:g}",
    )
