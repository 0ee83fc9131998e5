"""Side effects, times to an event, and staying on the drug.

Events of one side effect come at a constant rate, those of the other at a rate of the patient's own (exponential over
patients), so that some have many. Patients stop for one of two reasons at constant rates; a relapse comes at a constant
rate too. The end of observation does not depend on any of it. Days are whole, as in the cohort tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from math import exp, log

import numpy as np
import pandas as pd

from benchmarks.coverage.checks import Check, Kind, Limits, interval
from benchmarks.coverage.cohorts import Counts, derived, in_batches, patients_frames, study_content, table
from benchmarks.coverage.response import limits, of
from dose_outcomes.derive.context import Derived
from dose_outcomes.derive.side_effects.occurrence import first_event_counts, recurrence_counts
from dose_outcomes.outcomes.course.persistence import persistence
from dose_outcomes.outcomes.side_effect_incidence import DAYS_PER_YEAR, PER, side_effect_incidence
from dose_outcomes.outcomes.side_effects.occurrence import first_side_effect, recurrent_side_effects
from dose_outcomes.outcomes.time_to_event import questions, time_to_event
from dose_outcomes.results import Result
from dose_outcomes.stats.rates.difference import rate_difference_score
from dose_outcomes.stats.rates.ratio import rate_ratio_exact
from dose_outcomes.stats.survival.kaplan_meier import kaplan_meier, survival_at
from dose_outcomes.stats.survival.restricted_mean import restricted_mean
from dose_outcomes.study import Study
from dose_outcomes.study.model import DoseGroup

DOSES = {"low": 1.5, "high": 4.5}
RATES = {"low": 0.004, "high": 0.006}
"""Events of each side effect a day."""
FIRST_END, LAST_END = 60, 200
"""Observation ends on one of these days, each as likely as the other."""
ENDS = np.arange(FIRST_END, LAST_END + 1)
STOPPING = {"lack_of_efficacy": 0.003, "side_effect": 0.0015}
MEDIAN_RELAPSE = 101
"""First day after which less than half are without a relapse."""
RELAPSE = log(2) / (MEDIAN_RELAPSE - 0.5)
HORIZON = 84
INDEPENDENT, CLUSTERED = "term: headache", "term: rash"


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
    end = generator.choice(ENDS, n)
    stop = np.ceil(generator.exponential(1 / sum(STOPPING.values()), n)).astype(int)
    share = STOPPING["lack_of_efficacy"] / sum(STOPPING.values())
    reason = np.where(generator.random(n) < share, "lack_of_efficacy", "side_effect")
    stopped = stop <= end
    tables["patients"] = tables["patients"].assign(observed_until=end, end_reason=np.where(stopped, reason, "ongoing"))
    tables["doses"] = who[["patient_id", "dose_mg"]].assign(
        start_day=0, end_day=np.where(stopped, stop - 1, end), target_dose_mg=who["dose_mg"]
    )
    relapse = np.ceil(generator.exponential(1 / RELAPSE, n)).astype(int)
    tables["times_to_event"] = pd.DataFrame(
        {
            "patient_id": who["patient_id"],
            "event": "relapse",
            "day": np.minimum(relapse, end),
            "observed": relapse <= end,
        }
    )
    rate = who["dose"].map(RATES).to_numpy() * (end + 1)
    parts = []
    for term, frailty in (("headache", np.ones(n)), ("rash", generator.exponential(1, n))):
        number = generator.poisson(rate * frailty)
        until = np.repeat(end, number)
        onset = np.floor(generator.random(len(until)) * (until + 1)).astype(int)
        parts.append(
            pd.DataFrame({"patient_id": np.repeat(who["patient_id"], number), "term": term, "onset_day": onset})
        )
    effects = pd.concat(parts, ignore_index=True)
    tables["side_effects"] = effects.assign(
        record=np.arange(len(effects)), resolved_day=effects["onset_day"], severity=1
    )
    tables["assessments"] = who[["patient_id"]].assign(day=0, instrument="PAIN_NRS", score=8)
    return tables


def counts(names: list[str], batch: int, world: World) -> tuple[Study, Counts]:
    """Return what the pipeline counts; first and recurrent events of the low dose, each cohort as a dose of its own."""
    more = {
        "side_effects": {"days_after_last_dose": None, "count": "records", "horizon_days": [HORIZON]},
        "time_to_event": [{"event": "relapse", "label": "Relapse", "risk_table_days": [0]}],
        "course": {"persistence": {"days": [HORIZON], "reason_days": [HORIZON], "gap_days": 400}},
    }
    wanted = ("side_effects", "time_at_risk", "event_times", "treatment_ends")
    with derived(frames(names, world, batch), study_content(names, DOSES, more)) as found:
        counted = {name: table(found, name) for name in wanted}
        return found.study, counted | _occurrence(found)


def _occurrence(found: Derived) -> Counts:
    """Count what the pipeline shows by dose over all conditions; here the condition takes the place of the dose."""
    own = found.population.filter(found.population.dose == "low")
    population = own.mutate(dose=own.condition)
    effects = found.side_effects.filter(found.side_effects.dose == "low")
    classified = effects.mutate(dose=effects.condition)
    return {
        "first": first_event_counts(classified, population, found.cohort.patients).execute(),
        "recurrence": recurrence_counts(classified, population).execute(),
    }


def analysed(world: World, cohorts: int) -> list[Result]:
    """Run the analyses of all cohorts."""
    found = []
    for study, counted in in_batches(cohorts, partial(counts, world=world)):
        rows = list(side_effect_incidence(counted["side_effects"], counted["time_at_risk"], study))
        for question in questions(pd.DataFrame(), counted["event_times"], study):
            rows += time_to_event(question, study)[0]
        rows += persistence(counted["treatment_ends"], study).results
        rows += relapse_rows(counted["event_times"])
        found += [row for row in rows if row.condition != "all"]
        as_doses = study.model_copy(
            update={"dose_groups": [DoseGroup(label=name, from_mg=0, below_mg=1) for name in study.conditions]}
        )
        first = counted["first"]
        names = counted["side_effects"].query("endpoint.str.startswith('term: ')", engine="python")
        rows = list(first_side_effect(first[first["endpoint"].str.startswith("term: ")], as_doses))
        rows += recurrent_side_effects(counted["recurrence"], names, as_doses)
        found += [row for row in rows if row.dose != "all"]
    return found


def relapse_rows(times: pd.DataFrame) -> Iterator[Result]:
    """Return the share without a relapse by a day and the mean time without, of each dose of each cohort."""
    for (condition, dose), own in times.groupby(["condition", "dose"]):
        curve = kaplan_meier(*(own[name].to_numpy(dtype="float64") for name in ("day", "events", "censored")))
        for statistic, estimate in (
            ("survival", survival_at(curve, HORIZON)),
            ("rmst_days", restricted_mean(curve, HORIZON)),
        ):
            yield Result(
                analysis="time_to_event",
                endpoint="relapse",
                condition=str(condition),
                dose=str(dose),
                statistic=statistic,
                day=HORIZON,
                estimate=estimate.estimate,
                low=estimate.low,
                high=estimate.high,
            )


def share_with_event(rate: float) -> float:
    """Share of patients with at least one event while observed."""
    return float(np.mean(1 - np.exp(-rate * (ENDS + 1))))


def share_first_event(rate: float, stopping: float) -> float:
    """Share with an event by the horizon before the drug is stopped, or on the day of stopping."""
    share, left = 0.0, 1.0
    for day in range(HORIZON + 1):
        share += left * (1 - exp(-rate))
        left *= exp(-rate) * (exp(-stopping) if day else 1.0)
    return share


def checks(cohorts: int, patients: int = 100, kind: Kind = "interval", exact: Kind = "exact interval") -> list[Check]:
    """Return bias and coverage."""
    found = analysed(World(patients, 20240603), cohorts)
    size = f"{patients} a dose"
    of_side_effects = partial(of, found, analysis="side_effect_incidence")
    lines = [
        interval(
            f"patients with a side effect, {dose} dose: Clopper-Pearson",
            size,
            share_with_event(RATES[dose]),
            limits(of_side_effects(statistic="proportion", dose=dose, endpoint=INDEPENDENT)),
            exact,
        )
        for dose in DOSES
    ]
    per_year = PER * DAYS_PER_YEAR
    rate = partial(of_side_effects, statistic=f"rate_per_{PER}_person_years")
    garwood: list[tuple[str, str, Kind, str]] = [
        ("events independent", INDEPENDENT, exact, ""),
        ("some patients have many", CLUSTERED, "shown interval", "too narrow: events of a patient go together"),
    ]
    for name, term, must, note in garwood:
        rows = rate(dose="low", endpoint=term)
        lines.append(interval(f"rate, {name}: Garwood", size, RATES["low"] * per_year, limits(rows), must, note))
    lines += two_rates(rate, size, kind, exact)
    stopping = sum(STOPPING.values())
    truth = share_first_event(RATES["low"], stopping)
    rows = [row for row in found if row.statistic == "cumulative_incidence" and row.endpoint == INDEPENDENT]
    lines.append(interval(f"first side effect by day {HORIZON}: Aalen-Johansen", size, truth, limits(rows), kind))
    for name, term in (("events independent", INDEPENDENT), ("some patients have many", CLUSTERED)):
        rows = of(found, statistic="mean_cumulative_count", endpoint=term)
        truth = RATES["low"] * (HORIZON + 1)
        lines.append(interval(f"mean count by day {HORIZON}, {name}: robust", size, truth, limits(rows), kind))
    relapse = partial(of, found, analysis="time_to_event", dose="low")
    on_drug = partial(of, found, analysis="persistence", dose="all", statistic="survival", day=HORIZON)
    days = np.arange(HORIZON)
    lines += [
        interval(
            f"no relapse by day {HORIZON}: Kaplan-Meier",
            size,
            exp(-RELAPSE * HORIZON),
            limits(relapse(statistic="survival")),
            kind,
        ),
        interval(
            "median time to relapse: Brookmeyer-Crowley",
            size,
            MEDIAN_RELAPSE,
            limits(relapse(statistic="median_days")),
            kind,
            allowed_bias=half_a_gap(patients),
        ),
        interval(
            f"mean days without relapse, of {HORIZON}",
            size,
            float(np.exp(-RELAPSE * days).sum()),
            limits(relapse(statistic="rmst_days")),
            kind,
        ),
        interval(
            f"on the drug on day {HORIZON}: Kaplan-Meier",
            f"{2 * patients} in all",
            exp(-stopping * HORIZON),
            limits(on_drug()),
            kind,
        ),
    ]
    for reason, own in STOPPING.items():
        rows = of(found, analysis="reason_for_stopping", endpoint=reason, dose="all", day=HORIZON)
        truth = own / stopping * (1 - exp(-stopping * HORIZON))
        words = reason.replace("_", " ")
        lines.append(
            interval(
                f"stopped before day {HORIZON} for {words}: Aalen-Johansen",
                f"{2 * patients} in all",
                truth,
                limits(rows),
                kind,
            )
        )
    return lines


def half_a_gap(patients: int) -> float:
    """Half the days between relapses about the median: a median that is the day of a relapse lies so much too late."""
    observed = float(np.mean(ENDS >= MEDIAN_RELAPSE))
    return 0.5 / (patients * observed * 0.5 * RELAPSE)


def two_rates(rate: Callable[..., list[Result]], size: str, kind: Kind, exact: Kind) -> list[Check]:
    """Compare the doses of each cohort, by the functions that compare the doses of a study."""
    ratios: list[Limits] = []
    differences: list[Limits] = []
    pairs = (rate(dose=dose, endpoint=INDEPENDENT) for dose in ("high", "low"))
    for high, low in zip(*pairs, strict=True):
        assert high.person_years is not None
        assert low.person_years is not None
        groups = (high.events or 0, high.person_years, low.events or 0, low.person_years)
        for found, into in (
            (rate_ratio_exact(*groups), ratios),
            (rate_difference_score(*groups, per=PER), differences),
        ):
            into.append((found.estimate, found.low, found.high))
    truth = RATES["high"] / RATES["low"]
    apart = (RATES["high"] - RATES["low"]) * PER * DAYS_PER_YEAR
    return [
        interval("rate ratio: exact", size, truth, ratios, exact, skewed=True),
        interval("rate difference: score", size, apart, differences, kind),
    ]
