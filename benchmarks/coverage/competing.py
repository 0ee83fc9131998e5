"""Response against stopping the drug, which competes with it.

Response begins after an exponential time and is seen at the next of the four-weekly visits, all of which are made as
long as the drug is taken; stopping comes after another exponential time. Observation ends at a visit drawn at random.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import exp, log

import numpy as np
import pandas as pd

from benchmarks.coverage.checks import Check, Kind, interval, rejections
from benchmarks.coverage.cohorts import Counts, derived, in_batches, patients_frames, study_content, table
from benchmarks.coverage.response import limits, of, p_values
from dose_outcomes.outcomes.times.competing_stopping import STOPPING, response_or_stopping
from dose_outcomes.results import Result
from dose_outcomes.study import Study

VISITS = np.arange(28, 169, 28)
HORIZON = 84
RESPONSE = -log(0.6) / HORIZON
STOP = -log(0.75) / HORIZON


@dataclass(frozen=True)
class World:
    """Doses, which all do the same, and patients at each dose of a cohort."""

    doses: dict[str, float]
    patients: int
    seed: int


def frames(names: list[str], world: World, batch: int) -> dict[str, pd.DataFrame]:
    """Return the cohort tables."""
    generator = np.random.default_rng([world.seed, batch])
    tables, who = patients_frames(names, world.doses, world.patients)
    n = len(who)
    begins = generator.exponential(1 / RESPONSE, n)
    stop = np.ceil(generator.exponential(1 / STOP, n)).astype(int)
    end = generator.choice(VISITS[VISITS >= HORIZON], n)
    stopped = stop <= end
    last = np.where(stopped, stop, end)
    tables["patients"] = tables["patients"].assign(
        observed_until=last, end_reason=np.where(stopped, "other", "ongoing")
    )
    tables["doses"] = who[["patient_id", "dose_mg"]].assign(
        start_day=0, end_day=np.where(stopped, stop - 1, end), target_dose_mg=who["dose_mg"]
    )
    day = np.tile(VISITS, n)
    seen = pd.DataFrame(
        {
            "patient_id": np.repeat(who["patient_id"].to_numpy(), len(VISITS)),
            "day": day,
            "instrument": "PAIN_NRS",
            "score": np.where(np.repeat(begins, len(VISITS)) <= day, 2, 8),
        }
    )[day <= np.repeat(last, len(VISITS))]
    baseline = who[["patient_id"]].assign(day=0, instrument="PAIN_NRS", score=8)
    tables["assessments"] = pd.concat([baseline, seen])
    return tables


def counts(names: list[str], batch: int, world: World) -> tuple[Study, Counts]:
    """Return what the pipeline counts."""
    endpoint = {
        "id": "pain",
        "label": "Pain",
        "visits": [{"day": HORIZON, "first_day": 70, "last_day": 98}],
        "intercurrent_events": {"stopped_for_other_reason": "treatment_policy"},
    }
    times = {
        "endpoint": "pain",
        "horizon_days": int(VISITS[-1]),
        "risk_table_days": [0],
        "incidence_days": [HORIZON],
    }
    content = study_content(names, world.doses, {"endpoints": [endpoint], "time_to_response": [times]})
    with derived(frames(names, world, batch), content) as found:
        return found.study, {"responses_or_stops": table(found, "responses_or_stops")}


def analysed(world: World, cohorts: int) -> list[Result]:
    """Run the analyses of all cohorts."""
    found: list[Result] = []
    for study, counted in in_batches(cohorts, partial(counts, world=world)):
        rows, _ = response_or_stopping(counted["responses_or_stops"], study)
        found += [row for row in rows if row.condition != "all"]
    return found


def shares() -> tuple[float, float]:
    """Return the shares that respond first and that stop first, by the horizon."""
    visits = VISITS[VISITS <= HORIZON]
    # seen at a visit: begun since the one before, and on the drug on the day before the visit (stopping on it is later)
    responded = sum((exp(-RESPONSE * (day - 28)) - exp(-RESPONSE * day)) * exp(-STOP * (day - 1)) for day in visits)
    stopped = 0.0
    for day in range(1, HORIZON + 1):
        visit_before = day // 28 * 28
        stopped += (exp(-STOP * (day - 1)) - exp(-STOP * day)) * exp(-RESPONSE * visit_before)
    return responded, stopped


def checks(cohorts: int, patients: int = 100, kind: Kind = "interval") -> list[Check]:
    """Return bias and coverage at one dose, and how often Gray's test finds a difference of two like doses."""
    found = analysed(World({"low": 1.5, "high": 4.5}, patients, 20240605), cohorts)
    size = f"{patients} a dose"
    rows = of(found, statistic="cumulative_incidence", dose="low", day=HORIZON)
    lines = []
    tests = of(found, statistic="gray_test")
    for truth, name, stopping in zip(shares(), ("responded", "stopped"), (False, True), strict=True):
        own = [row for row in rows if row.endpoint.startswith(STOPPING) is stopping]
        lines.append(interval(f"{name} first, by day {HORIZON}: Aalen-Johansen", size, truth, limits(own), kind))
        own = [row for row in tests if row.endpoint.startswith(STOPPING) is stopping]
        lines.append(rejections(f"{name} first: Gray", size, p_values(own)))
    return lines
