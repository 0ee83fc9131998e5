"""A rule, evaluated by hand on the written scores, is true exactly where the patient is responding."""

import numpy as np
import pandas as pd
import pytest

from dose_outcomes.simulate.course import Course
from dose_outcomes.simulate.population import BaselineKind

CONDITIONS = (
    "crohns_disease",
    "crohns_disease_paediatric",
    "ulcerative_colitis",
    "fibromyalgia",
    "chronic_pain",
    "multiple_sclerosis",
    "rheumatoid_arthritis",
    "systemic_lupus_erythematosus",
    "psoriasis",
    "pruritus_ssc_dm",
    "hashimoto_thyroiditis",
    "sjogren",
    "lichen_planopilaris",
)


@pytest.fixture(scope="module")
def compared(cohort, course: Course, by_hand) -> pd.DataFrame:
    visits = by_hand(cohort).visits
    patient = visits["patient_id"].str[1:].astype(int).to_numpy() - 1
    visit = (course.visits.day[patient] == visits["day"].to_numpy()[:, np.newaxis]).argmax(axis=1)
    return visits.assign(
        state=course.visits.responding[patient, visit],
        planned=course.visits.day[patient, visit],
        seen=course.seen[patient, visit],
    )


@pytest.mark.parametrize("condition", CONDITIONS)
def test_the_rule_holds_exactly_when_the_patient_is_responding(compared: pd.DataFrame, condition: str) -> None:
    visits = compared[compared["condition"] == condition]
    assert len(visits) > 300
    assert (visits["planned"] == visits["day"]).all()
    assert visits["seen"].all()
    assert visits["state"].nunique() == 2
    assert (visits["response"] == visits["state"]).all()


def test_evaluable_patients_are_those_of_the_model(cohort, course: Course, by_hand, eligible) -> None:
    evaluable = by_hand(cohort).patients["patient_id"]
    kind = course.population.baseline_kind == BaselineKind.EVALUABLE
    assert set(evaluable) == set(cohort["patients"]["patient_id"][kind])
    assert set(eligible(cohort)) == set(cohort["patients"]["patient_id"][course.population.eligible])


@pytest.mark.parametrize("condition", CONDITIONS)
def test_scores_are_plausible(compared: pd.DataFrame, condition: str) -> None:
    visits = compared[compared["condition"] == condition]
    change = (visits["base"] - visits["score"]) / visits["base"]
    steady, better = change[~visits["response"]], change[visits["response"]]
    assert -0.1 < steady.median() < 0.25
    assert better.median() > steady.median() + 0.1
    assert (steady < 0).mean() > 0.04
    assert better.nunique() > 5


def test_a_low_dose_of_hormone_with_tsh_out_of_range_is_no_response(compared: pd.DataFrame) -> None:
    visits = compared[compared["condition"] == "hashimoto_thyroiditis"]
    cut = visits["base"] - visits["score"] >= 0.2 * visits["base"]
    out = (visits["tsh"] < 400) | (visits["tsh"] > 4000)
    assert (cut & out).sum() > 20
    assert (~cut & out).sum() > 20
    assert not visits["response"][out].any()


def test_the_largest_subscore_fits_the_sum(cohort) -> None:
    scores = cohort["assessments"].pivot_table(index=["patient_id", "day"], columns="instrument", values="score")
    scores = scores[["PMAYO", "PMAYO_MAX_SUBSCORE"]].dropna()
    total, largest = scores["PMAYO"], scores["PMAYO_MAX_SUBSCORE"]
    assert len(scores) > 300
    assert (largest <= total).all()
    assert (total <= 3 * largest).all()
