"""The parameters, the committed cohort, the latent course it was written from, and the rules written out by hand."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dose_outcomes.simulate import Parameters, load_parameters
from dose_outcomes.simulate.course import Course, draw_course
from dose_outcomes.simulate.population import draw_design

ROOT = Path(__file__).parents[3]
TABLES = ("patients", "indications", "doses", "assessments", "side_effects", "medications")


# base, value, TSH (where the rule asks for it); whole numbers, so every comparison is exact.
RULES: dict[str, tuple[str, int, Callable[[Any, Any, Any], Any]]] = {
    "CD-CDAI-70": ("CDAI", 220_000, lambda base, value, _: base - value >= 70_000),
    "CD-PCDAI-12.5": ("PCDAI", 15_000, lambda base, value, _: base - value >= 12_500),
    "UC-PMAYO-3": ("PMAYO", 3_000, lambda base, value, _: base - value >= 3_000),
    "FM-PAIN-30": ("PAIN_NRS", 4_000, lambda base, value, _: 10 * (base - value) >= 3 * base),
    "GEN-PEG-30": ("PEG", 4_000, lambda base, value, _: 10 * (base - value) >= 3 * base),
    "MS-SPNRS-30": ("SPAST_NRS", 4_000, lambda base, value, _: 10 * (base - value) >= 3 * base),
    "RA-DAS28CRP-GM": (
        "DAS28CRP",
        3_200,
        lambda base, value, _: (base - value > 1_200) | ((base - value > 600) & (value <= 5_100)),
    ),
    "SLE-SLEDAI-4": ("SLEDAI2K", 6_000, lambda base, value, _: base - value >= 4_000),
    "PSO-PASI75": ("PASI", 3_000, lambda base, value, _: 4 * (base - value) >= 3 * base),
    "PRU-WINRS-4": ("WI_NRS", 4_000, lambda base, value, _: base - value >= 4_000),
    "HT-LT4-20": (
        "LT4_UG_D",
        25_000,
        lambda base, value, tsh: (5 * (base - value) >= base) & (tsh >= 400) & (tsh <= 4_000),
    ),
    "SJ-ESSPRI-1": (
        "ESSPRI",
        5_000,
        lambda base, value, _: (base - value >= 1_000) | (20 * (base - value) >= 3 * base),
    ),
    "LPP-LPPAI-25": ("LPPAI", 1_000, lambda base, value, _: 4 * (base - value) >= base),
}


@dataclass(frozen=True)
class ByHand:
    """Evaluable patients with their condition, and their visits with the response at each, from the tables alone."""

    patients: pd.DataFrame
    visits: pd.DataFrame


def evaluate_by_hand(tables: dict[str, pd.DataFrame], definitions: dict[str, str]) -> ByHand:
    scores = tables["assessments"].copy()
    scores["score"] = (scores["score"] * 1000).round().astype("int64")
    primary = tables["indications"].loc[lambda table: table["primary"]].set_index("patient_id")["condition"]
    scores["condition"] = scores["patient_id"].map(primary)
    tsh = scores[scores["instrument"] == "TSH"].set_index(["patient_id", "day"])["score"].rename("tsh")
    patients, visits = [], []
    for condition, code in definitions.items():
        instrument, bound, rule = RULES[code]
        own = scores[(scores["condition"] == condition) & (scores["instrument"] == instrument)]
        before = own[own["day"].between(-28, 0)].sort_values("day").groupby("patient_id")["score"].last()
        base = before[before >= bound].rename("base")
        seen = own[own["day"] >= 1].join(base, on="patient_id", how="inner").join(tsh, on=["patient_id", "day"])
        seen["response"] = rule(seen["base"], seen["score"], seen["tsh"])
        visits.append(seen)
        patients.append(base.reset_index().assign(condition=condition))
    return ByHand(pd.concat(patients, ignore_index=True), pd.concat(visits, ignore_index=True))


def eligible_patients(tables: dict[str, pd.DataFrame]) -> pd.Index:
    """Return patients without an opioid on days -10 to 0."""
    drugs = tables["medications"]
    overlaps = (drugs["start_day"] <= 0) & (drugs["end_day"].isna() | (drugs["end_day"] >= -10))
    excluded = drugs.loc[overlaps & (drugs["drug_class"] == "opioid"), "patient_id"]
    everyone = tables["patients"]["patient_id"]
    return pd.Index(everyone[~everyone.isin(excluded)])


@pytest.fixture(scope="session")
def parameter_file() -> Path:
    return ROOT / "config" / "simulation_ldn.yaml"


@pytest.fixture(scope="session")
def parameters(parameter_file: Path) -> Parameters:
    return load_parameters(parameter_file)


@pytest.fixture(scope="session")
def folder(parameters: Parameters) -> Path:
    return ROOT / parameters.folder


@pytest.fixture(scope="session")
def cohort(folder: Path) -> dict[str, pd.DataFrame]:
    return {name: pd.read_csv(folder / f"{name}.csv") for name in TABLES}


@pytest.fixture(scope="session")
def course(parameters: Parameters) -> Course:
    return draw_course(parameters, *draw_design(parameters, parameters.patients))


@pytest.fixture(scope="session")
def truth(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "truth.csv", keep_default_na=False)


@pytest.fixture(scope="session")
def by_hand(parameters: Parameters) -> Callable[[dict[str, pd.DataFrame]], ByHand]:
    """Evaluate tables by the rules above, the second route to a response."""
    definitions = {name: one.definition for name, one in parameters.conditions.items()}
    return lambda tables: evaluate_by_hand(tables, definitions)


@pytest.fixture(scope="session")
def eligible() -> Callable[[dict[str, pd.DataFrame]], pd.Index]:
    return eligible_patients
