"""The tables are valid: columns, keys, limits, order of days, and nothing after the end of observation."""

from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from dose_outcomes.catalogue import built_in
from dose_outcomes.simulate import Parameters

COLUMNS = {
    "patients": ["patient_id", "age", "sex", "site", "observed_until", "end_reason"],
    "indications": ["patient_id", "condition", "primary"],
    "doses": [
        "patient_id",
        "start_day",
        "end_day",
        "dose_mg",
        "target_dose_mg",
        "time_of_day",
        "formulation",
        "filler",
    ],
    "assessments": ["patient_id", "day", "instrument", "score"],
    "side_effects": [
        "patient_id",
        "term",
        "onset_day",
        "body_system",
        "resolved_day",
        "severity",
        "serious",
        "related",
        "action",
    ],
    "medications": ["patient_id", "drug", "start_day", "drug_class", "end_day", "ddd_per_day"],
}
KEYS = {
    "patients": ["patient_id"],
    "indications": ["patient_id", "condition"],
    "doses": ["patient_id", "start_day"],
    "assessments": ["patient_id", "day", "instrument"],
    "side_effects": ["patient_id", "term", "onset_day"],
    "medications": ["patient_id", "drug", "start_day"],
}
END_REASONS = {
    "ongoing",
    "completed",
    "lack_of_efficacy",
    "side_effect",
    "lost_to_follow_up",
    "planned_surgery",
    "opioid_needed",
    "cost",
    "pregnancy",
    "death",
    "other",
}

Cohort = dict[str, pd.DataFrame]


def _until(cohort: Cohort, table: str) -> pd.Series:
    return cohort[table]["patient_id"].map(cohort["patients"].set_index("patient_id")["observed_until"])


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_keys_and_order(cohort: Cohort, name: str) -> None:
    table = cohort[name]
    assert list(table.columns) == COLUMNS[name]
    assert not table.duplicated(KEYS[name]).any()
    assert table[KEYS[name]].equals(table.sort_values(KEYS[name], ignore_index=True)[KEYS[name]])
    assert set(table["patient_id"]) <= set(cohort["patients"]["patient_id"])
    may_be_empty = {"resolved_day", "end_day"} if name != "doses" else set()
    assert {column for column in table if table[column].isna().any()} <= may_be_empty


@pytest.mark.parametrize("name", COLUMNS)
def test_text_of_the_files(folder: Path, name: str) -> None:
    content = (folder / f"{name}.csv").read_bytes()
    assert b"\r" not in content
    assert b'"' not in content
    for column in set(COLUMNS[name]) & {"primary", "serious", "related"}:
        assert set(pd.read_csv(folder / f"{name}.csv", dtype=str)[column]) == {"true", "false"}
    for column in set(COLUMNS[name]) & {"day", "start_day", "end_day", "onset_day", "resolved_day", "observed_until"}:
        text = pd.read_csv(folder / f"{name}.csv", dtype=str)[column].dropna()
        assert text.str.fullmatch(r"-?\d+").all()


def test_patients(cohort: Cohort) -> None:
    patients = cohort["patients"]
    assert len(patients) == 3000
    assert set(patients["sex"]) == {"female", "male"}
    assert 0.70 < (patients["sex"] == "female").mean() < 0.80
    assert set(patients["end_reason"]) <= END_REASONS
    assert patients["site"].nunique() == 6
    assert patients["observed_until"].min() >= 0
    primary = cohort["indications"][cohort["indications"]["primary"]]
    assert sorted(primary["patient_id"]) == sorted(patients["patient_id"])
    age = primary.merge(patients, on="patient_id").groupby("condition")["age"]
    assert age.max()["crohns_disease_paediatric"] <= 17
    assert age.min()["crohns_disease_paediatric"] >= 8
    assert age.min().drop("crohns_disease_paediatric").min() >= 18
    assert 46 < age.mean().drop("crohns_disease_paediatric").mean() < 54
    pregnant = patients[patients["end_reason"] == "pregnancy"]
    assert (pregnant["sex"] == "female").all()


def test_conditions_and_doses_have_the_planned_sizes(cohort: Cohort) -> None:
    primary = cohort["indications"][cohort["indications"]["primary"]]["condition"].value_counts()
    assert len(primary) == 13
    assert primary.between(100, 450).all()
    target = cohort["doses"].drop_duplicates("patient_id")["target_dose_mg"].value_counts(normalize=True)
    assert target.to_dict() == pytest.approx({0.5: 0.15, 1.5: 0.20, 3.0: 0.30, 4.5: 0.35}, abs=0.03)


def test_scores_are_legal(cohort: Cohort) -> None:
    instruments = built_in().instruments
    for code, scores in cohort["assessments"].groupby("instrument")["score"]:
        instrument = instruments[code]
        assert scores.between(instrument.minimum, instrument.maximum).all(), code
        step = Decimal(str(instrument.step))
        assert all(Decimal(str(score)) % step == 0 for score in scores.unique()), code


def test_nothing_happens_after_the_end_of_observation(cohort: Cohort) -> None:
    assert (cohort["assessments"]["day"] <= _until(cohort, "assessments")).all()
    assert (cohort["doses"]["end_day"] <= _until(cohort, "doses")).all()
    effects, until = cohort["side_effects"], _until(cohort, "side_effects")
    assert (effects["onset_day"] <= until).all()
    assert (effects["resolved_day"].dropna() <= until[effects["resolved_day"].notna()]).all()
    drugs, until = cohort["medications"], _until(cohort, "medications")
    assert (drugs["start_day"] <= until).all()
    assert (drugs["end_day"].dropna() <= until[drugs["end_day"].notna()]).all()


def test_days_are_in_order(cohort: Cohort) -> None:
    for name, first, last in (
        ("doses", "start_day", "end_day"),
        ("medications", "start_day", "end_day"),
        ("side_effects", "onset_day", "resolved_day"),
    ):
        table = cohort[name].dropna(subset=[last])
        assert (table[first] <= table[last]).all(), name


def test_attrition_is_not_empty(cohort: Cohort, by_hand, eligible) -> None:
    everyone = len(cohort["patients"])
    kept = eligible(cohort)
    assert 0.02 < 1 - len(kept) / everyone < 0.05
    evaluated = by_hand(cohort)
    assert 0.03 < 1 - len(evaluated.patients) / everyone < 0.08
    without_visit = set(evaluated.patients["patient_id"]) - set(evaluated.visits["patient_id"])
    assert 5 < len(without_visit) < 200
    before = cohort["side_effects"]["onset_day"] < 0
    assert 20 < before.sum() < 200


def test_opioids_lie_on_both_sides_of_the_line(cohort: Cohort) -> None:
    opioids = cohort["medications"].query("drug_class == 'opioid' and start_day <= 0")
    assert (opioids["end_day"] < -10).sum() > 30
    assert (~(opioids["end_day"] < -10)).sum() > 30


def test_everyday_drugs_are_prescribed_again_until_the_end(cohort: Cohort, parameters: Parameters) -> None:
    settings = parameters.usual_medication
    drugs = cohort["medications"].assign(until=_until(cohort, "medications"))
    for drug in settings.drugs:
        taken = drugs[drugs["drug"] == drug.drug].sort_values(["patient_id", "start_day"])
        share = taken["patient_id"].nunique() / len(cohort["patients"])
        assert share == pytest.approx(drug.share, abs=4 * (drug.share * (1 - drug.share) / 3000) ** 0.5), drug.drug
        same = taken["patient_id"].eq(taken["patient_id"].shift(-1))
        following = taken["start_day"].shift(-1)
        assert (following[same] == taken.loc[same, "end_day"] + 1).all(), drug.drug
        assert taken.loc[~same, "end_day"].isna().all(), drug.drug
        assert (taken.loc[~same, "until"] - taken.loc[~same, "start_day"] < settings.days_per_prescription).all()


def test_about_twenty_rows_a_patient(cohort: Cohort) -> None:
    rows = sum(len(table) for table in cohort.values())
    assert 19 < rows / len(cohort["patients"]) < 21


def test_two_baselines_for_some(cohort: Cohort, parameters: Parameters) -> None:
    main = {one.response.instrument for one in parameters.conditions.values()}
    scores = cohort["assessments"].query("-28 <= day <= 0")
    each = scores[scores["instrument"].isin(main)].groupby("patient_id").size()
    assert set(each) == {1, 2}
    assert 0.3 < (each == 2).mean() < 0.5
