"""A cohort in which dose does nothing: what an analysis finds there is its error.

The dose is raised every four weeks until the patient responds or has reached the target; the chance to respond is the
same at every dose. 150 such cohorts are analysed at once, each as a condition of its own. Tests at 5 % must reject in
about 5 % of them, within the Monte Carlo interval (Clopper-Pearson, 99.9 %); by the last dose they reject always.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import yaml

from dose_outcomes.cohort.build import build_cohort
from dose_outcomes.derive.counts import count_cohort
from dose_outcomes.stats.proportions.single import clopper_pearson
from dose_outcomes.stats.proportions.trend import cochran_armitage
from dose_outcomes.stats.rates.ratio import rate_ratio_exact_test
from dose_outcomes.study import load_study

COHORTS, PATIENTS, VISITS, GAP = 150, 240, 6, 28
STEPS = np.array([0.5, 1.5, 3.0, 4.5])
CHANCE_TO_RESPOND, CHANCE_TO_MISS = 0.12, 0.15
LABELS = {"a": 0.5, "b": 1.5, "c": 3.0, "d": 4.5}


@pytest.fixture(scope="module")
def counts(tmp_path_factory):
    """Return the counts of all cohorts."""
    folder = tmp_path_factory.mktemp("null")
    n = COHORTS * PATIENTS
    generator = np.random.default_rng(20240501)
    target = generator.integers(1, 4, n)  # 1.5, 3 or 4.5 mg
    responds_at = generator.geometric(CHANCE_TO_RESPOND, n)  # number of the visit; persists
    patient = np.array([f"p{number}" for number in range(n)])
    condition = np.array([f"cohort{number}" for number in np.arange(n) // PATIENTS])
    visit = np.arange(1, VISITS + 1)
    # the dose of the interval before each visit: raised once per visit without a response, up to the target
    level = np.minimum(np.minimum(visit[None, :] - 1, responds_at[:, None] - 1), target[:, None])
    frames = {
        "patients": pd.DataFrame(
            {"patient_id": patient, "age": 50, "sex": "female", "observed_until": VISITS * GAP, "end_reason": "ongoing"}
        ),
        "indications": pd.DataFrame({"patient_id": patient, "condition": condition, "primary": True}),
        "doses": pd.DataFrame(
            {
                "patient_id": np.repeat(patient, VISITS),
                "start_day": np.tile(np.where(visit == 1, 0, (visit - 1) * GAP + 1), n),
                "end_day": np.tile(visit * GAP, n),
                "dose_mg": STEPS[level].ravel(),
                "target_dose_mg": np.repeat(STEPS[target], VISITS),
            }
        ),
    }
    seen = generator.random((n, VISITS)) >= CHANCE_TO_MISS
    score = np.where(visit[None, :] >= responds_at[:, None], 2, 8)
    assessed = pd.DataFrame(
        {
            "patient_id": np.repeat(patient, VISITS),
            "day": np.tile(visit * GAP, n),
            "instrument": "PAIN_NRS",
            "score": score.ravel(),
        }
    )[seen.ravel()]
    baseline = pd.DataFrame({"patient_id": patient, "day": 0, "instrument": "PAIN_NRS", "score": 8})
    frames["assessments"] = pd.concat([baseline, assessed])
    for name, frame in frames.items():
        frame.to_parquet(folder / f"{name}.parquet", index=False)
    names = sorted({str(name) for name in condition})
    study = {
        "id": "null",
        "title": "Dose does nothing",
        "drug": {"name": "drug", "short_name": "drug", "maximum_dose_mg": 5},
        "data": {
            "source": "csv",
            "nature": "synthetic",
            "folder": str(folder),
            "tables": {name: {"file": f"{name}.parquet"} for name in frames},
        },
        "conditions": {name: name for name in names},
        "dose_groups": [{"label": label, "from_mg": dose, "below_mg": dose + 0.5} for label, dose in LABELS.items()],
        "endpoints": [
            {
                "id": "pain",
                "label": "Pain",
                "definitions": dict.fromkeys(names, "FM-PAIN-30"),
                "visits": [{"day": 168, "first_day": 155, "last_day": 181}],
            }
        ],
        "dose_attributions": {"landmark_day": 70, "current": True, "show_biased_last_dose": True},
    }
    (folder / "study.yaml").write_text(yaml.safe_dump(study, sort_keys=False))
    settings = load_study(folder / "study.yaml")
    accounts = build_cohort(settings, folder / "cohort", folder / "faults.csv")
    return count_cohort(folder / "cohort", settings, accounts)


def rejections(p_values: list[float]) -> int:
    assert len(p_values) == COHORTS
    return sum(p <= 0.05 for p in p_values)


def trend(table: pd.DataFrame) -> float:
    test = cochran_armitage(
        table["observed_responders"].to_numpy(),
        table["observed"].to_numpy(),
        doses=table["dose"].map(LABELS).to_numpy(),
    )
    assert test.p_value is not None
    return test.p_value


def faster_at_the_higher_doses(table: pd.DataFrame) -> float:
    high = table["dose"].isin(["c", "d"])
    events, days = (table[name].groupby(high).sum() for name in ("events", "days"))
    test = rate_ratio_exact_test(int(events[True]), float(days[True]), int(events[False]), float(days[False]))
    assert test.p_value is not None
    return test.p_value


def by_cohort(table: pd.DataFrame, test) -> list[float]:
    return [test(found) for _, found in table.groupby("condition")]


@pytest.mark.parametrize("attribution", ["target", "landmark", "current"])
def test_the_three_attributions_keep_their_level(counts, attribution):
    if attribution == "target":
        rejected = rejections(by_cohort(counts["responders"], trend))
    elif attribution == "landmark":
        rejected = rejections(by_cohort(counts["responders_by_attribution"].query("attribution == 'landmark'"), trend))
    else:
        rejected = rejections(by_cohort(counts["responses_by_current_dose"], faster_at_the_higher_doses))
    interval = clopper_pearson(rejected, COHORTS, level=0.999)
    assert interval.low <= 0.05 <= interval.high, rejected


def test_grouping_by_the_last_dose_finds_an_effect_that_is_not_there(counts):
    by_last = counts["responders_by_attribution"].query("attribution == 'last dose (biased)'")
    assert rejections(by_cohort(by_last, trend)) > 0.95 * COHORTS
    # those who responded early never went up: at the lowest dose all responded
    totals = by_last.groupby("dose")[["observed", "observed_responders"]].sum()
    share = totals["observed_responders"] / totals["observed"]
    assert share["a"] == 1
    assert share["d"] < 0.5
