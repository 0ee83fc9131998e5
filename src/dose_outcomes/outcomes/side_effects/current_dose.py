"""Side effects per time at the dose taken on the day they began, and at the time of day it was taken.

Rates fall where the susceptible leave: who got a side effect at a low dose may never take a high one. A lower rate
at a higher dose can be that alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dose_outcomes.derive.dose_taken import OFF_DRUG
from dose_outcomes.outcomes.cells import with_totals
from dose_outcomes.outcomes.side_effect_incidence import DAYS_PER_YEAR, PER
from dose_outcomes.outcomes.side_effects.rows import ANY, INCIDENCE, RATE, endpoints, row
from dose_outcomes.results import ALL, Result
from dose_outcomes.stats.rates.rate import garwood
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import pandas as pd

CURRENT = "current"
NOT_TAKEN = "nobody took this dose"


def side_effects_at_current_dose(side_effects: pd.DataFrame, exposure: pd.DataFrame, study: Study) -> Iterator[Result]:
    """Return rates per 100 person-years by the dose taken, and by its time of day.

    Over all conditions for every side effect; per condition for any side effect.

    Parameters
    ----------
    side_effects : DataFrame
        split, level, endpoint, condition, events.
    exposure : DataFrame
        split, level, condition, n (patients), days.
    """
    names = endpoints(side_effects, body_systems=True)
    terms = endpoints(side_effects)
    for split, subgroups in (("dose", False), ("time_of_day", True)):
        own, time = (table[table["split"] == split] for table in (side_effects, exposure))
        levels = _levels(study, split, list(time["level"].unique()))
        events = with_totals(own.rename(columns={"level": "dose"}), ["endpoint"], ["events"])["events"].to_dict()
        at_risk = with_totals(time.rename(columns={"level": "dose"}), [], ["n", "days"]).to_dict("index")
        for level in levels:
            for condition in (ALL,) if subgroups else (ALL, *study.conditions):
                risk = at_risk.get((condition, level), {"n": 0, "days": 0})
                years = float(risk["days"]) / DAYS_PER_YEAR
                for endpoint in (ANY,) if condition != ALL else (terms if subgroups else names):
                    number = int(events.get((condition, level, endpoint), 0))
                    yield row(
                        garwood(number, years, per=PER, level=study.level),
                        analysis=INCIDENCE,
                        endpoint=endpoint,
                        condition=condition,
                        dose=ALL if subgroups else level,
                        subgroup=f"taken at: {level}" if subgroups else "",
                        statistic=RATE,
                        dose_attribution=CURRENT,
                        n=int(risk["n"]),
                        events=number,
                        person_years=years,
                        notes=() if years else (NOT_TAKEN,),
                        method=f"events and time at what was taken on the day, with {_carried(study)}",
                    )


def _levels(study: Study, split: str, found: list[str]) -> list[str]:
    """Dose groups in their order, off drug, and what else occurs; times of day as they occur."""
    if split != "dose":
        return sorted(found)
    known = [*study.dose_labels, OFF_DRUG]
    return [*known, *sorted(set(found) - set(known))]


def _carried(study: Study) -> str:
    return f"up to {study.side_effects.carry_over_days} days without a dose after it"
