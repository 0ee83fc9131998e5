"""Responders where scores are missing at random: who did not respond before, or was worse at the start, is seen less.

Response at the earlier visit and at the target visit, and whether the target visit is made, follow logistic models
without interactions. Each cohort is analysed as a study of its own, because its imputation model is its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import product

import numpy as np
import pandas as pd
from scipy.special import expit

from benchmarks.coverage.checks import Check, Kind, interval
from benchmarks.coverage.cohorts import (
    Counts,
    derived,
    in_batches,
    of_one_condition,
    patients_frames,
    study_content,
    table,
)
from benchmarks.coverage.response import limits, of
from dose_outcomes.outcomes.missing_data import missing_data_ladder
from dose_outcomes.results import Result
from dose_outcomes.study import Study

DOSES = {"low": 1.5, "high": 4.5}
EARLIER, TARGET = 28, 84
HANDLINGS = {
    "non_responder": "missing as no response",
    "observed": "observed only",
    "multiple_imputation": "multiple imputation",
    "inverse_probability_weighting": "weights by the share observed",
}
HOLDING = ("multiple_imputation", "inverse_probability_weighting")


def share_earlier(severe: np.ndarray) -> np.ndarray:
    """Chance of a response at the earlier visit."""
    return expit(-0.8 - 0.6 * severe)


def share_target(severe: np.ndarray, before: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Chance of a response at the target visit."""
    return expit(-0.9 - 0.5 * severe + 1.8 * before + 0.6 * high)


def share_seen(severe: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Chance that the target visit is made."""
    return expit(0.8 - 0.6 * severe + 1.2 * before)


def truth(dose: str) -> float:
    """Share responding at the target visit, had all been seen; half of the patients are severe."""
    share = 0.0
    for severe, before in product((0, 1), (0, 1)):
        one, two = np.array(severe), np.array(before)
        earlier = float(share_earlier(one))
        chance = 0.5 * (earlier if before else 1 - earlier)
        share += chance * float(share_target(one, two, np.array(dose == "high")))
    return share


@dataclass(frozen=True)
class World:
    """Patients at each dose of a cohort."""

    patients: int
    seed: int


def frames(names: list[str], world: World, batch: int) -> dict[str, pd.DataFrame]:
    """Return the cohort tables."""
    generator = np.random.default_rng([world.seed, batch])
    tables, who = patients_frames(names, DOSES, world.patients)
    n = len(who)
    severe = generator.random(n) < 0.5
    before = generator.random(n) < share_earlier(severe)
    responds = generator.random(n) < share_target(severe, before, (who["dose"] == "high").to_numpy())
    seen = generator.random(n) < share_seen(severe, before)
    tables["patients"] = tables["patients"].assign(observed_until=TARGET, end_reason="ongoing")
    tables["doses"] = who[["patient_id", "dose_mg"]].assign(start_day=0, end_day=TARGET, target_dose_mg=who["dose_mg"])
    base = np.where(severe, 9, 7)
    all_made = np.full(n, True)
    visits = (
        (0, base, all_made),
        (EARLIER, np.where(before, 2, base), all_made),
        (TARGET, np.where(responds, 2, base), seen),
    )
    tables["assessments"] = pd.concat(
        [who[["patient_id"]].assign(day=day, instrument="PAIN_NRS", score=score)[made] for day, score, made in visits]
    )
    return tables


def counts(names: list[str], batch: int, world: World) -> tuple[Study, Counts]:
    """Return what the pipeline counts."""
    more = {
        "endpoints": [{"id": "pain", "label": "Pain", "visits": [{"day": TARGET, "first_day": 70, "last_day": 98}]}],
        "robustness": {"missing_data": {"handlings": list(HANDLINGS), "imputations": 100}},
    }
    with derived(frames(names, world, batch), study_content(names, DOSES, more)) as found:
        return found.study, {name: table(found, name) for name in ("responders", "response_patterns")}


def analysed(world: World, cohorts: int) -> list[Result]:
    """Run the analysis of all cohorts."""
    found: list[Result] = []
    for study, counted in in_batches(cohorts, partial(counts, world=world)):
        responders, patterns = (dict(iter(one.groupby("condition"))) for one in counted.values())
        for place, name in enumerate(study.conditions):
            own = of_one_condition(study, name).model_copy(update={"seed": world.seed + len(found) + place})
            rows = missing_data_ladder(responders[name], patterns[name], own)
            found += [row for row in rows if row.condition == "all" and row.dose != "all"]
    return found


def checks(cohorts: int, patients: int = 150, kind: Kind = "interval") -> list[Check]:
    """Return bias and coverage of each handling."""
    found = analysed(World(patients, 20240604), cohorts)
    size = f"{patients} a dose"
    lines = []
    for handling, words in HANDLINGS.items():
        must: Kind = kind if handling in HOLDING else "shown interval"
        rows = of(found, statistic="proportion", dose="low", missing_data=handling)
        note = "" if handling in HOLDING else "not what it estimates"
        lines.append(interval(f"responders, missing at random: {words}", size, truth("low"), limits(rows), must, note))
    for handling in HOLDING:
        rows = of(found, statistic="risk_difference", missing_data=handling)
        apart = truth("high") - truth("low")
        name = f"risk difference, missing at random: {HANDLINGS[handling]}"
        lines.append(interval(name, size, apart, limits(rows), kind))
    return lines
