"""Random cohorts, made patient by patient: all tables of counts of one cohort agree with each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.disclosure_attack.names import (
    BY_CONDITION,
    BY_DOSE,
    DEFINITION,
    EFFECT_DAYS,
    EFFECT_HORIZONS,
    EFFECTS,
    ENDPOINT,
    HORIZON,
    LAST_DOSES,
    LOST,
    REASON_DAYS,
    REASONS,
    RISK_TABLE_DAYS,
    SEVERITIES,
    SHARE_DAYS,
    STILL_ON,
    SUBGROUPS,
    TERMS,
    VISITS,
    Name,
)
from dose_outcomes.results import ALL

if TYPE_CHECKING:
    import pandas as pd
    from numpy.random import Generator

    from dose_outcomes.study import Study

MINIMUM_COUNT = 5
SMALL_CONDITIONS = 10_000
"""From this seed on a cohort has many conditions with few patients each."""
_MANY = (6, 13)
#: About how many patients a condition has at a dose.
_SIZES, _FEW = (6, 15, 40, 100), (2, 4, 8)
#: Steps of the flow of patients; the first is an account of rows that were set aside.
SET_ASIDE = {"patients": ("age is missing", "sex is missing"), "side_effects": ("start_day is missing", "no such term")}
EXCLUSIONS = ("Opioid in the 10 days up to the first dose", "No target dose recorded", "Never took a dose")
NOT_ASSESSABLE = ("No response definition", "No baseline", "Baseline too good")
NO_SCORE = "No score in the window of the visit"
EFFECTS_LEFT_OUT = ("Of a patient not analysed", "Before the first dose")


@dataclass
class Cohort:
    """Inner cells of a cohort, by their name; attrition and accounts under the name of flow and reason."""

    study: Study
    cells: dict[Name, int]
    days_at_risk: dict[tuple[str, str], int]
    flows: dict[str, dict[str, int]] = field(default_factory=dict)
    """Flow: reason: excluded."""

    def of(self, what: str, part: str = "", day: int | None = None) -> dict[tuple[str, str], int]:
        """Return the counts of one kind by condition and dose."""
        return {
            (name.condition, name.dose): number
            for name, number in self.cells.items()
            if (name.what, name.part, name.day) == (what, part, day)
        }

    def total(self, what: str, part: str = "") -> int:
        """Return a count of all patients, all days together."""
        return sum(number for name, number in self.cells.items() if (name.what, name.part) == (what, part))


def random_study(generator: Generator, conditions_from: int = 2, conditions_to: int = 5) -> Study:
    """Return a study of so many conditions at 2 to 4 doses."""
    from dose_outcomes.study import Study

    conditions = [f"condition_{number}" for number in range(generator.integers(conditions_from, conditions_to + 1))]
    doses = [float(number + 1) for number in range(generator.integers(2, 5))]
    return Study.model_validate(
        {
            "id": "attacked",
            "title": "A random cohort",
            "drug": {"name": "drug", "short_name": "drug", "maximum_dose_mg": 10},
            "data": {"source": "csv", "nature": "synthetic", "folder": "nowhere", "tables": {}},
            "conditions": {name: name for name in conditions},
            "covariates": ["age_band"],
            "dose_groups": [{"label": f"{dose:g} mg", "from_mg": dose, "below_mg": dose + 1} for dose in doses],
            "endpoints": [
                {
                    "id": ENDPOINT,
                    "label": "Response",
                    "definitions": dict.fromkeys(conditions, DEFINITION),
                    "missing_data": ["non_responder", "observed", "carried_forward"],
                }
            ],
            "time_to_response": [
                {
                    "endpoint": ENDPOINT,
                    "horizon_days": HORIZON,
                    "risk_table_days": list(RISK_TABLE_DAYS),
                    "incidence_days": list(REASON_DAYS),
                }
            ],
            "side_effects": {"horizon_days": list(EFFECT_HORIZONS)},
            "course": {
                "baseline_table": {},
                "persistence": {"days": list(SHARE_DAYS), "reason_days": list(REASON_DAYS)},
            },
            "subgroups": [{"id": name, "label": name, "column": name} for name in SUBGROUPS],
            "contrasts": {"reference_dose": f"{doses[0]:g} mg"},
            "disclosure": {"minimum_count": MINIMUM_COUNT},
        }
    )


def random_cohort(seed: int) -> Cohort:
    """Return the cohort of a seed: cells of all sizes, some empty; from `SMALL_CONDITIONS` on of many conditions."""
    generator = np.random.default_rng(seed)
    many = seed >= SMALL_CONDITIONS
    study = random_study(generator, *(_MANY if many else ()))
    patients = _patients(study, generator, _FEW if many else _SIZES)
    cells = _count(patients, study)
    risk = {(c, d): 0 for c in study.conditions for d in study.dose_labels}
    for (condition, dose), days in patients.groupby(["condition", "dose"])["days"].sum().items():
        risk[str(condition), str(dose)] = int(days)
    cohort = Cohort(study, cells, risk)
    out = cohort.total("analysed") - cohort.total("assessable")
    parts = generator.multinomial(out, [0.2, 0.6, 0.2]).tolist()
    few = generator.choice([2, 8, 30])

    def some(reasons: tuple[str, ...]) -> dict[str, int]:
        return {reason: int(generator.integers(0, few)) for reason in reasons}

    cohort.flows = {
        "set aside: patients": some(SET_ASIDE["patients"]),
        "patients": some(EXCLUSIONS),
        f"responder_rate: {ENDPOINT}": dict(zip(NOT_ASSESSABLE, parts, strict=True)),
        "set aside: side_effects": some(SET_ASIDE["side_effects"]),
        "side_effects": some(EFFECTS_LEFT_OUT),
    }
    return cohort


def _patients(study: Study, generator: Generator, sizes: Sequence[int]) -> pd.DataFrame:
    import pandas as pd

    size = int(generator.choice(sizes))
    share = float(generator.choice([0.1, 0.3, 0.5]))
    places = [(c, d) for c in study.conditions for d in study.dose_labels]
    numbers = [int(generator.integers(0, 2 * size)) * (generator.random() > 0.08) for _ in places]
    numbers[0] = max(numbers[0], 3)
    place = np.repeat(np.arange(len(places)), numbers)
    n = len(place)

    def chance(probability: float) -> np.ndarray:
        return generator.random(n) < probability

    table = pd.DataFrame({"condition": [places[one][0] for one in place], "dose": [places[one][1] for one in place]})
    table["sex"] = generator.choice(SUBGROUPS["sex"], n, p=[0.6, 0.36, 0.04])
    table["age_band"] = generator.choice(SUBGROUPS["age_band"], n, p=[0.45, 0.45, 0.1])
    table["days"] = generator.integers(100, 250, n)
    table["assessable"] = chance(0.93)
    table["observed"] = table["assessable"] & chance(0.9)
    table["responders"] = table["observed"] & chance(share)
    table["carried"] = table["observed"] | (table["assessable"] & chance(0.6))
    table["carried responders"] = table["responders"] | (table["carried"] & ~table["observed"] & chance(0.3))
    visit = generator.choice(VISITS, n, p=[0.3, 0.25, 0.2, 0.15, 0.1])
    table["response"] = np.where(table["assessable"] & chance(share + 0.2), visit, 0)
    end = generator.choice(VISITS, n, p=[0.05, 0.05, 0.05, 0.05, 0.8])
    table["no response"] = np.where(table["assessable"] & (table["response"] == 0), end, 0)
    stops = chance(0.4)
    table["reason"] = np.where(stops, generator.choice(REASONS, n, p=[0.1, 0.5, 0.4]), STILL_ON)
    table["stop"] = np.where(stops, generator.choice(VISITS, n), 0)
    table.loc[~stops & chance(0.08), "reason"] = LOST
    lost = table["reason"] == LOST
    table["ended"] = np.where(stops, 0, np.where(lost, generator.choice(LAST_DOSES, n), end - 1))
    responded = (table["response"] > 0) & (~stops | (table["response"] <= table["stop"]))
    table["responded first"] = np.where(responded, table["response"], 0)
    stopped = table["assessable"] & ~responded & stops
    table["stopped first"] = np.where(stopped, table["stop"], 0)
    table["neither"] = np.where(table["assessable"] & ~responded & ~stopped, end, 0)
    _add_effects(table, generator)
    return table


def _add_effects(table: pd.DataFrame, generator: Generator) -> None:
    n = len(table)
    far = 10**6
    for term, rate in zip(TERMS, (0.25, 0.05, 0.12), strict=True):
        has = generator.random(n) < rate
        table[f"number {term}"] = np.where(has, 1 + (generator.random(n) < 0.3), 0)
        table[f"first {term}"] = np.where(has, generator.choice(EFFECT_DAYS, n), far)
    for effect in ("any", *dict.fromkeys(TERMS.values())):
        own = [term for term, system in TERMS.items() if effect in ("any", system)]
        table[f"number {effect}"] = sum(table[f"number {term}"] for term in own)
        table[f"first {effect}"] = np.min([table[f"first {term}"] for term in own], axis=0)
    stop = np.where(generator.random(n) < 0.3, generator.choice(EFFECT_DAYS, n), far)
    for effect in EFFECTS:
        first = table[f"first {effect}"]
        table[f"stop {effect}"] = np.where((first == far) & (stop < far), stop, 0)
        table[f"first {effect}"] = first.where(first < far, 0)
    worst = generator.choice(SEVERITIES, n, p=[0.7, 0.2, 0.05, 0.05])
    table["worst"] = np.where(table["number any"] > 0, worst, "")
    serious = generator.random(n) < 0.1
    for effect in EFFECTS:
        table[f"serious {effect}"] = serious & (table[f"number {effect}"] > 0)


def _count(table: pd.DataFrame, study: Study) -> dict[Name, int]:
    """Return every inner cell, zeros too."""
    cells: dict[Name, int] = {}
    places = [(c, d) for c in study.conditions for d in study.dose_labels]
    for kinds, keys, wanted in (
        (BY_CONDITION, ["condition", "dose"], places),
        (BY_DOSE, ["dose"], [(ALL, d) for d in study.dose_labels]),
    ):
        for what, parts, days in kinds:
            for part in parts:
                for day in days:
                    found = _of_kind(table, what, part, day).groupby([table[key] for key in keys]).sum()
                    numbers = {tuple(key) if isinstance(key, tuple) else (ALL, key): v for key, v in found.items()}
                    for condition, dose in wanted:
                        cells[Name(what, part, condition, dose, day)] = int(numbers.get((condition, dose), 0))
    return cells


def _of_kind(table: pd.DataFrame, what: str, part: str, day: int | None) -> pd.Series[Any]:
    import pandas as pd

    if what == "patients with":
        return (table[f"number {part}"] > 0).astype(int)
    if what == "events of":
        return table[f"number {part}"]
    if what == "stopped for":
        return ((table["reason"] == part) & (table["stop"] == day)).astype(int)
    if what == "ended":
        return ((table["reason"] == part) & (table["ended"] == day)).astype(int)
    if what in ("first effect", "stopped before effect"):
        column = "first" if what == "first effect" else "stop"
        return (table[f"{column} {part}"] == day).astype(int)
    if what == "without effect":
        return ((table[f"first {part}"] == 0) & (table[f"stop {part}"] == 0)).astype(int)
    if what == "worst":
        return (table["worst"] == part).astype(int)
    if what == "serious":
        return table[f"serious {part}"].astype(int)
    if day is not None:
        return (table[what] == day).astype(int)
    own = pd.Series(data=True, index=table.index) if what == "analysed" else table[what]
    if part:
        variable, _, level = part.partition(": ")
        own = own & (table[variable] == level)
    return own.astype(int)
