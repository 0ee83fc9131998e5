"""How many get a side effect by a day, how many they get, and how many have one on a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from dose_outcomes.derive.side_effects.occurrence import EVENT, LEFT, PAIR
from dose_outcomes.outcomes.cells import NO_PATIENTS
from dose_outcomes.outcomes.side_effects.rows import (
    ANY,
    INCIDENCE,
    TERM,
    endpoints,
    row,
    with_total_dose,
)
from dose_outcomes.results import ALL, Result
from dose_outcomes.stats.proportions.single import clopper_pearson
from dose_outcomes.stats.rates.recurrent_counts import mean_cumulative_count_of_counts
from dose_outcomes.stats.result import Estimate
from dose_outcomes.stats.survival.competing import aalen_johansen, incidence_at
from dose_outcomes.stats.survival.kaplan_meier import kaplan_meier, survival_at
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import pandas as pd

ONE_MINUS_SURVIVAL = (
    "too high as a share of the patients: those who stopped the drug are counted as if they could still have the "
    "event on it; cumulative_incidence is the share"
)
AFTER_LAST = "nobody is under observation by this day"


def first_side_effect(first_events: pd.DataFrame, study: Study) -> Iterator[Result]:
    """Return the Aalen-Johansen cumulative incidence of the first event, stopping the drug competing with it.

    For any side effect also one minus the Kaplan-Meier curve, with a note that says what is wrong with it here.

    Parameters
    ----------
    first_events : DataFrame
        endpoint, dose, day, events, stopped, censored.
    """
    counts = with_total_dose(first_events, ["endpoint", "day"], ["events", "stopped", "censored"])
    cells = dict(iter(counts.groupby(["endpoint", "dose"], sort=False)))
    for endpoint in endpoints(first_events, body_systems=True):
        for dose in (ALL, *study.dose_labels):
            cell = cells.get((endpoint, dose), counts.iloc[:0])
            day, events, stopped, censored = (
                cell[name].to_numpy(dtype="float64") for name in ("day", "events", "stopped", "censored")
            )
            n = int(events.sum() + stopped.sum() + censored.sum())
            curve = aalen_johansen(day, np.column_stack([events, stopped]), censored, level=study.level).curves[0]
            naive = kaplan_meier(day, events, stopped + censored, level=study.level) if endpoint == ANY else None
            for horizon in study.side_effects.horizon_days:
                shared: dict[str, Any] = {
                    "analysis": INCIDENCE,
                    "endpoint": endpoint,
                    "dose": dose,
                    "day": horizon,
                    "n": n,
                    "events": int(events[day <= horizon].sum()),
                }
                yield row(
                    incidence_at(curve, horizon),
                    **shared,
                    statistic="cumulative_incidence",
                    method="first event, stopping the drug competing",
                )
                if naive is not None:
                    yield row(
                        one_minus(survival_at(naive, horizon)),
                        **shared,
                        statistic="one_minus_survival",
                        notes=(ONE_MINUS_SURVIVAL,),
                        method="first event, censored on stopping the drug; one minus",
                    )


def recurrent_side_effects(recurrence: pd.DataFrame, side_effects: pd.DataFrame, study: Study) -> Iterator[Result]:
    """Return the mean number of events of a patient up to each horizon, first and later ones alike.

    Parameters
    ----------
    recurrence : DataFrame
        As `derive.side_effects.occurrence.recurrence_counts` gives it.
    side_effects : DataFrame
        Names of the side effects.
    """
    counts = with_total_dose(recurrence, ["endpoint", "kind", "day", "other_day"], ["number"])
    cells = dict(iter(counts.groupby(["endpoint", "dose", "kind"], sort=False)))
    none = counts.iloc[:0]
    horizons = study.side_effects.horizon_days
    for dose in (ALL, *study.dose_labels):
        leaving = cells.get(("", dose, LEFT), none)
        n = int(leaving["number"].sum())
        last = int(leaving["day"].max()) if n else -1
        for endpoint in endpoints(side_effects):
            events, pairs = (cells.get((endpoint, dose, kind), none) for kind in (EVENT, PAIR))
            curve = mean_cumulative_count_of_counts(
                (leaving["day"], leaving["number"]),
                (events["day"], events["other_day"], events["number"]),
                (pairs["day"], pairs["other_day"], pairs["number"]),
                at=horizons,
                level=study.level,
            )
            for place, horizon in enumerate(horizons):
                high = float(curve.high[place])
                found = Estimate(
                    float(curve.estimate[place]),
                    float(curve.low[place]),
                    None if np.isnan(high) else high,
                    study.level,
                    curve.method,
                    "no event yet: the upper limit is undefined" if np.isnan(high) else "",
                )
                if horizon > last:
                    found = replace(found, estimate=None, note=AFTER_LAST if n else NO_PATIENTS)
                yield row(
                    found,
                    analysis=INCIDENCE,
                    endpoint=endpoint,
                    dose=dose,
                    day=horizon,
                    statistic="mean_cumulative_count",
                    n=n,
                    events=int(events.loc[events["day"] <= horizon, "number"].sum()),
                )


def side_effect_prevalence(prevalence: pd.DataFrame, side_effects: pd.DataFrame, study: Study) -> Iterator[Result]:
    """Return the share of the patients at risk on a day who have a side effect on it.

    Any side effect per dose; the most frequent terms over all doses.

    Parameters
    ----------
    prevalence : DataFrame
        endpoint (empty: at risk), dose, day, patients.
    side_effects : DataFrame
        endpoint, patients: what is most frequent.
    """
    numbers = with_total_dose(prevalence, ["endpoint", "day"], ["patients"])
    found = numbers.set_index(["endpoint", "dose", "day"])["patients"].to_dict()
    wanted = [(ANY, dose) for dose in (ALL, *study.dose_labels)]
    wanted += [(term, ALL) for term in _most_frequent(side_effects, study.side_effects.prevalence_terms)]
    for endpoint, dose in wanted:
        for day in study.side_effects.prevalence_days:
            n = int(found.get(("", dose, day), 0))
            ongoing = int(found.get((endpoint, dose, day), 0))
            share = clopper_pearson(ongoing, n, level=study.level)
            yield row(
                share if n else replace(share, note=AFTER_LAST),
                analysis="side_effect_prevalence",
                endpoint=endpoint,
                dose=dose,
                day=day,
                statistic="prevalence",
                n=n,
                events=ongoing,
                method="patients with an ongoing side effect among those at risk on the day",
            )


def _most_frequent(side_effects: pd.DataFrame, number: int) -> list[str]:
    """Terms by patients, then by name."""
    terms = side_effects[side_effects["endpoint"].str.startswith(TERM)]
    totals = terms.groupby("endpoint")["patients"].sum().reset_index()
    ordered = totals.sort_values(["patients", "endpoint"], ascending=[False, True], kind="stable")
    return list(ordered["endpoint"].head(number))


def one_minus(survival: Estimate) -> Estimate:
    """Return the share with the event from the share without, limits exchanged."""
    if survival.estimate is None:
        return survival
    low = None if survival.high is None else 1.0 - survival.high
    high = None if survival.low is None else 1.0 - survival.low
    return replace(survival, estimate=1.0 - survival.estimate, low=low, high=high)
