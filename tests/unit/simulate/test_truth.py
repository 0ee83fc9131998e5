"""The expected values agree with what plain counting on a large simulated cohort's tables gives."""

import numpy as np
import pandas as pd
import pytest

from dose_outcomes.simulate import Parameters, simulate
from dose_outcomes.simulate.truth import expected_values

PATIENTS = 60_000
WINDOWS = {  # target day, half window
    "crohns_disease": (84, 14),
    "crohns_disease_paediatric": (56, 14),
    "ulcerative_colitis": (84, 28),
    "fibromyalgia": (84, 14),
    "chronic_pain": (84, 28),
    "multiple_sclerosis": (84, 28),
    "rheumatoid_arthritis": (84, 28),
    "systemic_lupus_erythematosus": (168, 28),
    "psoriasis": (84, 28),
    "pruritus_ssc_dm": (56, 28),
    "hashimoto_thyroiditis": (168, 28),
    "sjogren": (84, 28),
    "lichen_planopilaris": (168, 28),
}
KEY = ["analysis", "endpoint", "condition", "dose", "missing_data", "day", "statistic"]


@pytest.fixture(scope="module")
def tables(parameters: Parameters) -> dict[str, pd.DataFrame]:
    return simulate(parameters.model_copy(update={"seed": 5}), PATIENTS)


@pytest.fixture(scope="module")
def groups(tables) -> pd.DataFrame:
    """Condition and dose of each patient."""
    primary = tables["indications"].loc[lambda table: table["primary"]].set_index("patient_id")["condition"]
    target = tables["doses"].drop_duplicates("patient_id").set_index("patient_id")["target_dose_mg"]
    return pd.DataFrame({"condition": primary, "dose": target.map(lambda dose: f"{dose:g} mg")})


def _each(frame: pd.DataFrame):
    """Part a frame by condition and dose, with totals."""
    for condition in ("all", *WINDOWS):
        some = frame if condition == "all" else frame[frame["condition"] == condition]
        for dose in ("all", "0.5 mg", "1.5 mg", "3 mg", "4.5 mg"):
            yield condition, dose, some if dose == "all" else some[some["dose"] == dose]


def _deviations(rows: list[tuple], truth: pd.DataFrame) -> pd.Series:
    """Differences from the truth over both standard errors."""
    names = ["analysis", "condition", "dose", "missing_data", "day", "statistic", "estimate", "error"]
    found = pd.DataFrame(rows, columns=names)
    merged = found.merge(truth, on=names[:6], how="left", validate="1:1")
    assert merged["truth"].notna().all()
    error = np.hypot(merged["error"], merged["monte_carlo_error"])
    return (merged["estimate"] - merged["truth"]) / error


def _agree(deviation: pd.Series) -> None:
    assert deviation.abs().max() < 4.5
    assert 0.6 < (deviation**2).mean() < 1.5


def test_responder_rates(tables, groups, truth, by_hand, eligible) -> None:
    evaluated = by_hand(tables)
    patients = evaluated.patients[evaluated.patients["patient_id"].isin(eligible(tables))].set_index("patient_id")
    visits = evaluated.visits[evaluated.visits["patient_id"].isin(patients.index)].copy()
    visits["distance"] = (visits["day"] - visits["condition"].map(lambda name: WINDOWS[name][0])).abs()
    visits = visits[visits["distance"] <= visits["condition"].map(lambda name: WINDOWS[name][1])]
    nearest = visits.sort_values(["distance", "day"], ascending=[True, False]).drop_duplicates("patient_id")
    patients = patients.join(groups["dose"]).join(nearest.set_index("patient_id")["response"].astype(float))
    rows = []
    for condition, dose, some in _each(patients):
        day = "" if condition == "all" else str(WINDOWS[condition][0])
        for missing_data, response in (
            ("non_responder", some["response"].fillna(0.0)),
            ("observed", some["response"].dropna()),
        ):
            share = response.mean()
            error = np.sqrt(share * (1 - share) / len(response))
            rows.append(("responder_rate", condition, dose, missing_data, day, "proportion", share, error))
    _agree(_deviations(rows, truth[truth["analysis"] == "responder_rate"]))


def test_time_to_response(tables, groups, truth, by_hand, eligible) -> None:
    evaluated = by_hand(tables)
    patients = evaluated.patients[evaluated.patients["patient_id"].isin(eligible(tables))].set_index("patient_id")
    visits = evaluated.visits[evaluated.visits["day"] <= 182]
    first = visits[visits["response"]].groupby("patient_id")["day"].min()
    last = visits.groupby("patient_id")["day"].max()
    patients = patients.join(groups["dose"]).join(first.rename("first")).join(last.rename("last"))
    patients["time"] = patients["first"].fillna(patients["last"]).fillna(0).astype(int)
    patients["event"] = patients["first"].notna()
    rows = []
    for condition, dose, some in _each(patients):
        at_risk = np.array([(some["time"] >= day).sum() for day in range(183)])
        events = np.bincount(some["time"][some["event"]], minlength=183)
        free = np.cumprod(1 - events / np.maximum(at_risk, 1))
        greenwood = np.cumsum(events / np.maximum(at_risk * (at_risk - events), 1))
        for day in (28, 56, 84, 112, 140, 168):
            error = free[day] * np.sqrt(greenwood[day])
            rows.append(("time_to_response", condition, dose, "", str(day), "survival", free[day], error))
    expected = truth[(truth["analysis"] == "time_to_response") & (truth["statistic"] == "survival")]
    _agree(_deviations(rows, expected))


@pytest.mark.parametrize("analysis", ["persistence", "persistence_lost_as_stopped"])
def test_persistence(tables, groups, truth, eligible, analysis: str) -> None:
    last_dose = tables["doses"].groupby("patient_id")["end_day"].max()
    patients = tables["patients"].set_index("patient_id").join(groups).join(last_dose)
    patients = patients[patients.index.isin(eligible(tables))]
    staying = {"completed", "ongoing"} | ({"lost_to_follow_up"} if analysis == "persistence" else set())
    patients["event"] = ~patients["end_reason"].isin(staying)
    patients["time"] = patients["end_day"] + patients["event"]
    rows = []
    for condition, dose, some in _each(patients):
        if "all" not in (condition, dose):
            continue
        at_risk = np.array([(some["time"] >= day).sum() for day in range(183)])
        events = np.bincount(some["time"][some["event"]], minlength=183)[:183]
        free = np.cumprod(1 - events / at_risk)
        greenwood = np.cumsum(events / (at_risk * (at_risk - events)))
        for day in (28, 56, 84, 168):
            error = free[day] * np.sqrt(greenwood[day])
            rows.append((analysis, condition, dose, "", str(day), "survival", free[day], error))
    _agree(_deviations(rows, truth[truth["analysis"] == analysis]))


@pytest.mark.parametrize("endpoint", ["any", "body_system: Psychiatric", "term: Vivid dreams", "term: Rash"])
def test_side_effects(tables, groups, truth, eligible, endpoint: str) -> None:
    last_dose = tables["doses"].groupby("patient_id")["end_day"].max()
    patients = tables["patients"].set_index("patient_id").join(groups).join(last_dose)
    patients = patients[patients.index.isin(eligible(tables))]
    patients["last"] = np.minimum(patients["observed_until"], patients["end_day"] + 30)
    effects = tables["side_effects"].join(patients["last"], on="patient_id", how="inner")
    effects = effects[effects["onset_day"].between(0, effects["last"])]
    if endpoint != "any":
        column, name = endpoint.split(": ")
        effects = effects[effects[column] == name]
    patients["number"] = effects.groupby("patient_id").size()
    patients["number"] = patients["number"].fillna(0)
    rows = []
    for condition, dose, some in _each(patients):
        share, years = (some["number"] > 0).mean(), (some["last"] + 1).sum() / 365.25
        error = np.sqrt(share * (1 - share) / len(some))
        rows.append(("side_effect_incidence", condition, dose, "", "", "proportion", share, error))
        number = some["number"].sum()
        rate, error = 100 * number / years, 100 * np.sqrt(number) / years
        rows.append(("side_effect_incidence", condition, dose, "", "", "rate_per_100_person_years", rate, error))
    _agree(_deviations(rows, truth[truth["endpoint"] == endpoint]))


def test_the_monte_carlo_error_is_small_against_the_scatter_of_the_cohort(truth) -> None:
    cells = truth.query("analysis == 'responder_rate' and missing_data == 'non_responder' and dose != 'all'")
    cells = cells[cells["condition"] != "all"]
    scatter = np.sqrt(cells["truth"] * (1 - cells["truth"]) / 150)  # more patients than any cell of the cohort has
    assert (cells["monte_carlo_error"] < 0.15 * scatter).all()


def test_every_key_once_and_every_number_there(parameters: Parameters, truth) -> None:
    assert not truth.duplicated(KEY).any()
    assert pd.to_numeric(truth["truth"]).notna().all()
    groups = (len(parameters.conditions) + 1) * (len(parameters.targets) + 1)
    systems = {term.body_system for term in parameters.side_effects.terms.values()}
    endpoints = 1 + len(systems) + len(parameters.side_effects.terms)
    sizes = truth.groupby(["analysis", "statistic"]).size()
    assert sizes["responder_rate", "proportion"] == 2 * groups
    assert sizes["time_to_response", "survival"] == 6 * groups
    margins = len(parameters.conditions) + len(parameters.targets) + 1
    for analysis in ("persistence", "persistence_lost_as_stopped"):
        assert sizes[analysis, "survival"] == len(parameters.truth.persistence_days) * margins
    assert sizes["side_effect_incidence", "proportion"] == endpoints * groups
    assert sizes["side_effect_incidence", "rate_per_100_person_years"] == endpoints * groups
    total = truth[(truth["condition"] == "all") & (truth["analysis"] == "responder_rate")]
    assert set(total["endpoint"]) == {"primary_response"}
    assert set(total["day"]) == {""}


def test_null_effects_are_null(parameters: Parameters, truth) -> None:
    cells = truth.query("analysis == 'responder_rate' and missing_data == 'observed' and dose != 'all'")
    for condition, one in parameters.conditions.items():
        if one.drug_effect.value == 0:
            some = cells[cells["condition"] == condition]
            spread = some["truth"].max() - some["truth"].min()
            assert spread < 5 * some["monte_carlo_error"].max()


def test_fewer_draws_give_the_same_within_their_error(parameters: Parameters, truth) -> None:
    settings = parameters.truth.model_copy(update={"patients_per_cell": 2000, "batches": 4})
    few = expected_values(parameters.model_copy(update={"truth": settings, "seed": 11}))
    few["day"] = few["day"].astype("string").fillna("").astype(str)
    few = few[few["statistic"] == "proportion"]
    merged = few.merge(truth, on=KEY, suffixes=("", "_committed"))
    assert len(merged) == len(few)
    totals = merged[(merged["condition"] == "all")]
    deviation = (totals["truth"] - totals["truth_committed"]).abs()
    assert (deviation < 0.02).all()
