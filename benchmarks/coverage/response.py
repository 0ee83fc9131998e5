"""Response: shares, their comparison between doses, time to response, and tests where dose does nothing.

A patient begins to respond after an exponential time and goes on. Visits are every four weeks; all patients are seen
up to day 84, later visits stop at one drawn at random.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from math import exp, log
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.coverage.checks import Check, Kind, Limits, interval, rejections
from benchmarks.coverage.cohorts import DEFINITION, Counts, derived, in_batches, patients_frames, study_content, table
from dose_outcomes.outcomes.responder_cells import responder_cells
from dose_outcomes.outcomes.responder_contrast import responder_contrast
from dose_outcomes.outcomes.responder_rate import responder_rate
from dose_outcomes.outcomes.responder_trend import responder_trend
from dose_outcomes.outcomes.times.interval_censored import response_between_visits
from dose_outcomes.outcomes.times.restricted_mean import restricted_mean_time
from dose_outcomes.results import Result
from dose_outcomes.stats.proportions.difference import risk_difference_newcombe
from dose_outcomes.stats.survival.kaplan_meier import kaplan_meier, survival_at
from dose_outcomes.study import Study

VISITS = np.arange(28, 169, 28)
TARGET = 84
LATE = 140


@dataclass(frozen=True)
class World:
    """Doses with the share responding by the target day, and patients at each dose of a cohort."""

    doses: dict[str, float]
    shares: dict[str, float]
    patients: int
    seed: int

    def rate(self, dose: str) -> float:
        """Responses a day."""
        return -log(1 - self.shares[dose]) / TARGET


def frames(names: list[str], world: World, batch: int) -> dict[str, pd.DataFrame]:
    """Return the cohort tables."""
    generator = np.random.default_rng([world.seed, batch])
    tables, who = patients_frames(names, world.doses, world.patients)
    n = len(who)
    begins = generator.exponential(1 / who["dose"].map(world.rate).to_numpy())
    last = generator.choice(VISITS[VISITS >= TARGET], n)
    tables["patients"] = tables["patients"].assign(observed_until=last, end_reason="ongoing")
    tables["doses"] = who[["patient_id", "dose_mg"]].assign(start_day=0, end_day=last, target_dose_mg=who["dose_mg"])
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
    more = {
        "endpoints": [{"id": "pain", "label": "Pain", "visits": [{"day": TARGET, "first_day": 70, "last_day": 98}]}],
        "time_to_response": [{"endpoint": "pain", "horizon_days": int(VISITS[-1]), "risk_table_days": [0]}],
    }
    wanted = ("responders", "response_times", "response_intervals")
    with derived(frames(names, world, batch), study_content(names, world.doses, more)) as found:
        return found.study, {name: table(found, name) for name in wanted}


def analysed(world: World, cohorts: int) -> list[Result]:
    """Run the analyses of all cohorts."""
    found = []
    for study, counted in in_batches(cohorts, partial(counts, world=world)):
        cells = responder_cells(counted["responders"], study)
        rows = [
            *responder_rate(counted["responders"], study),
            *responder_contrast(cells, study),
            *responder_trend(cells, study),
            *restricted_mean_time(counted["response_times"], study),
            *response_between_visits(counted["response_intervals"], study),
        ]
        found += [row for row in rows if row.condition != "all" and row.missing_data in ("", "observed")]
        found += kaplan_meier_rows(counted["response_times"])
    return found


def kaplan_meier_rows(times: pd.DataFrame) -> Iterator[Result]:
    """Read the curve of each dose of each cohort at two days."""
    for (condition, dose), own in times.groupby(["condition", "dose"]):
        curve = kaplan_meier(*(own[name].to_numpy(dtype="float64") for name in ("day", "events", "censored")))
        for day in (TARGET, LATE):
            found = survival_at(curve, day)
            yield Result(
                analysis="time_to_response",
                endpoint=DEFINITION,
                condition=str(condition),
                dose=str(dose),
                statistic="survival",
                day=day,
                estimate=found.estimate,
                low=found.low,
                high=found.high,
            )


def effect_checks(cohorts: int, patients: int = 100, plain: Kind = "interval") -> list[Check]:
    """Return bias and coverage where the higher dose works better."""
    world = World({"low": 1.5, "high": 4.5}, {"low": 0.35, "high": 0.5}, patients, 20240601)
    found = analysed(world, cohorts)
    size = f"{patients} a dose"
    low, high = world.shares["low"], world.shares["high"]
    checks = [
        interval(
            f"responders, {dose} dose: Wilson", size, share, limits(of(found, dose=dose, statistic="proportion")), plain
        )
        for dose, share in world.shares.items()
    ]
    odds = high / (1 - high) / (low / (1 - low))
    contrast = partial(of, found, dose="high", comparator="low")
    difference = contrast(statistic="risk_difference")
    rates = {dose: of(found, dose=dose, statistic="proportion") for dose in world.doses}
    nnt = needed(contrast(statistic="number_needed_to_treat"), difference)
    checks += [
        interval("risk difference: Miettinen-Nurminen", size, high - low, limits(difference), plain),
        interval("risk difference: Newcombe", size, high - low, newcombe(rates["high"], rates["low"]), plain),
        interval(
            "risk ratio: Miettinen-Nurminen",
            size,
            high / low,
            limits(contrast(statistic="risk_ratio")),
            plain,
            skewed=True,
        ),
        interval(
            "odds ratio: Miettinen-Nurminen", size, odds, limits(contrast(statistic="odds_ratio")), plain, skewed=True
        ),
        interval("number needed to treat", size, 1 / (high - low), nnt, plain, location=False),
    ]
    for day in (TARGET, LATE):
        truth = exp(-world.rate("low") * day)
        for name, analysis in (
            ("Kaplan-Meier", "time_to_response"),
            ("Turnbull, regular visits", "time_to_response_interval_censored"),
        ):
            rows = of(found, analysis=analysis, dose="low", statistic="survival", day=day)
            if rows:
                censored = ", a third or more censored" if day == LATE else ""
                checks.append(interval(f"no response by day {day}: {name}{censored}", size, truth, limits(rows), plain))
    means = {dose: sum(28 * exp(-world.rate(dose) * day) for day in (0, *VISITS[:-1])) for dose in world.doses}
    rows = of(found, dose="low", statistic="rmst_days")
    checks.append(interval("mean days without response, of 168", size, means["low"], limits(rows), plain))
    rows, truth = contrast(statistic="rmst_difference"), means["high"] - means["low"]
    checks.append(interval("difference of mean days without response", size, truth, limits(rows), plain))
    return checks


def newcombe(first: Sequence[Result], second: Sequence[Result]) -> list[Limits]:
    """Return the other interval of the risk difference, from the same counts."""
    found: list[Limits] = []
    for one, other in zip(first, second, strict=True):
        difference = risk_difference_newcombe(one.events or 0, one.n or 0, other.events or 0, other.n or 0)
        found.append((difference.estimate, difference.low, difference.high))
    return found


def needed(rows: Sequence[Result], differences: Sequence[Result]) -> list[Limits]:
    """Return limits on the side of benefit; an interval through infinity, without numbers, reaches up to it."""
    found: list[Limits] = []
    for row, difference in zip(rows, differences, strict=True):
        assert difference.high is not None
        found.append((row.estimate, row.low if row.low is not None else 1 / difference.high, row.high))
    return found


def null_checks(cohorts: int, patients: int = 40) -> list[Check]:
    """Return how often tests find an effect of four doses that do the same."""
    doses = {"a": 0.5, "b": 1.5, "c": 3.0, "d": 4.5}
    found = analysed(World(doses, dict.fromkeys(doses, 0.4), patients, 20240602), cohorts)
    size = f"{patients} at each of 4 doses"
    note = "the number of responders takes few values"
    contrast = of(found, dose="d", comparator="a", statistic="risk_difference")
    return [
        rejections("trend of responders: Cochran-Armitage", size, p_values(of(found, statistic="trend_test"))),
        rejections("highest against lowest dose: N-1 chi-square", size, p_values(contrast), "discrete test", note),
        *(
            rejections(f"time to response: {name}", size, p_values(of(found, statistic=statistic)))
            for statistic, name in (
                ("logrank_test", "log-rank over doses"),
                ("logrank_trend_test", "log-rank trend"),
                ("interval_censored_test", "interval-censored, regular visits"),
            )
        ),
    ]


def of(rows: Sequence[Result], **key: Any) -> list[Result]:
    """Return the rows with a key."""
    return [row for row in rows if all(getattr(row, name) == value for name, value in key.items())]


def p_values(rows: Sequence[Result]) -> list[float | None]:
    """Return the p values of rows."""
    return [row.p_value for row in rows]


def limits(rows: Sequence[Result]) -> list[Limits]:
    """Return estimate and limits of rows."""
    return [(row.estimate, row.low, row.high) for row in rows]
