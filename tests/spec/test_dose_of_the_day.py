"""Hazard ratios by the dose of the day: the patient is the unit of the standard errors, although no row names one.

The pipeline sees counts of periods and of pairs of periods. Here the same cohort is walked through patient by patient,
with a label for each, and R has been over it too.
"""

import math

import numpy as np
import pandas as pd
import pytest

from dose_outcomes.stats.survival.cox import cox_regression

PATIENTS, HORIZON = 90, 140
STUDY = {
    "time_to_response": [{"endpoint": "pain", "horizon_days": HORIZON, "risk_table_days": [0]}],
    "dose_attributions": {"current": True},
    "conditions": {"fibromyalgia": "Fibromyalgia", "psoriasis": "Psoriasis"},
    "endpoints": [
        {
            "id": "pain",
            "label": "Pain",
            "definitions": {"fibromyalgia": "FM-PAIN-30", "psoriasis": "PSO-PASI75"},
            "intercurrent_events": {"dose_reduced": "treatment_policy"},
        }
    ],
}
#: coxph(Surv(entry, day, event) ~ high [+ strata(condition)], cluster = patient, ties = "efron",
#: control = coxph.control(eps = 1e-13, toler.chol = 1e-14)), survival 3.5.3 in R 4.2.2, of the periods of `walked`:
#: log hazard ratio, standard error of the model, robust standard error.
FROM_R = {
    "all": (-0.0804013389215808, 0.3155478098651111, 0.3101825561447831),
    "fibromyalgia": (0.215910370796849, 0.364350725291714, 0.348588758956204),
}


def draw():
    """Patients who change between two doses and none, on days of their own, and respond at visits or do not."""
    random = np.random.default_rng(20260611)
    doses, visits, conditions = [], [], []
    for number in range(PATIENTS):
        name, day, high = f"p{number:02d}", 0, bool(random.integers(0, 2))
        conditions.append((name, "fibromyalgia" if number % 3 else "psoriasis"))
        while day < HORIZON + 20:
            last = day + int(random.integers(7, 70))
            doses.append((name, day, last, 4.5 if high else 1.5, 4.5))
            day = last + 1 + int(random.integers(0, 2) * random.integers(1, 12))
            high = bool(random.random() > high * 0.7)
        for due in range(28, HORIZON + 1, 28):
            if number >= 2 and random.random() < 0.9:  # two are never seen
                responds = random.random() < 0.12
                visits.append((name, due + int(random.integers(-3, 4)) * (due < HORIZON), responds))
                if responds:
                    break
    return (
        pd.DataFrame(conditions, columns=["patient_id", "condition"]),
        pd.DataFrame(doses, columns=["patient_id", "start_day", "end_day", "dose_mg", "target_dose_mg"]),
        pd.DataFrame(visits, columns=["patient_id", "day", "responds"]),
    )


def walked():
    """Return the periods of each patient: patient, condition, high, entry, day, event."""
    conditions, doses, visits = draw()
    periods = []
    for name, condition in conditions.itertuples(index=False):
        seen = visits[visits["patient_id"] == name]
        if seen.empty:
            continue
        until, responded = int(seen["day"].max()), bool(seen["responds"].any())
        for _, start, end, mg, _ in doses[doses["patient_id"] == name].itertuples(index=False):
            entry, day = max(start - 1, 0), min(end, until)
            if entry < day:
                periods.append((name, condition, float(mg > 3), entry, day, float(responded and day == until)))
    return pd.DataFrame(periods, columns=["patient", "condition", "high", "entry", "day", "event"])


def run(spec, **settings):
    conditions, doses, visits = draw()
    instrument = conditions.set_index("patient_id")["condition"].map({"fibromyalgia": "PAIN_NRS", "psoriasis": "PASI"})
    full = {"PAIN_NRS": 8, "PASI": 20}
    lines = ["patient_id day instrument score"]
    lines += [f"{name} 0 {code} {full[code]}" for name, code in instrument.items()]
    for name, day, responds in visits.itertuples(index=False):
        code = instrument[name]
        lines.append(f"{name} {day} {code} {2 if responds else full[code]}")
    return spec(
        {**STUDY, **settings},
        patients="\n".join(["patient_id", *conditions["patient_id"]]),
        indications=conditions.assign(primary="true").to_string(index=False),
        doses=doses.to_string(index=False),
        assessments="\n".join(lines),
    )


def ratio(outcome, condition):
    rows = outcome.estimates.query(
        "analysis == 'time_to_response_by_current_dose' and statistic == 'hazard_ratio' and dose == 'high'"
    )
    return rows.set_index("condition").loc[condition]


def test_periods_of_a_patient_go_together(spec):
    """One run for all three: the errors, the pairs behind them, and who is at risk."""
    outcome, periods = run(spec), walked()
    for condition in FROM_R:
        check_errors(outcome, periods, condition)
    check_pairs(outcome, periods)
    # who was never seen is never at risk
    assert outcome.counts["dose_periods"]["patients"].sum() == periods.groupby(["patient", "high"]).ngroups


def test_a_model_with_few_events_is_fitted_and_marked(spec):
    found = ratio(run(spec, diagnostics={"minimum_events_per_variable": 1}), "psoriasis")
    few = ratio(run(spec, diagnostics={"minimum_events_per_variable": 1000}), "psoriasis")
    columns = ["estimate", "low", "high", "n", "events", "method"]
    assert few[columns].tolist() == found[columns].tolist()
    assert found["low"] < found["estimate"] < found["high"]
    assert "few events per variable (bound 1000)" in few["note"]
    assert few["note"].startswith("diagnostics failed: ")
    assert "few events per variable" not in found["note"]


def check_errors(outcome, periods, condition):
    own = periods if condition == "all" else periods[periods["condition"] == condition]
    assert own.groupby("patient").size().max() >= 3
    labelled = cox_regression(
        own["day"], own["event"], 1 - own["event"], own[["high"]], entry=own["entry"],
        stratum=own["condition"], cluster=own["patient"],
    )  # fmt: skip
    of_model = math.sqrt(labelled.covariance[0, 0])
    found = ratio(outcome, condition)
    assert found["events"] == own["event"][own["high"] == 1].sum()
    estimate, low, high = (math.log(found[name]) for name in ("estimate", "low", "high"))
    error = (high - low) / 2 / 1.959963984540054
    assert (estimate, error) == pytest.approx(
        (labelled.coefficient[0], math.sqrt(labelled.robust_covariance[0, 0])), rel=1e-9
    )
    assert (estimate, of_model, error) == pytest.approx(FROM_R[condition], rel=1e-8)
    assert abs(error / of_model - 1) > 0.005, "the two kinds of errors must differ for the test to tell them apart"
    assert "robust standard errors" in found["method"]


def check_pairs(outcome, periods):
    """Each two periods of a patient are counted once."""
    expected = {}
    for _, own in periods.groupby("patient"):
        rows = list(own.sort_values("entry").itertuples(index=False))
        for place, earlier in enumerate(rows):
            for later in rows[place + 1 :]:
                key = (earlier.condition, *(("low", "high")[int(one.high)] for one in (earlier, later)))
                key += (earlier.entry, earlier.day, later.entry, later.day)
                events, censored = expected.get(key, (0, 0))
                expected[key] = (events + int(later.event), censored + 1 - int(later.event))
    columns = ["condition", "dose", "later_dose", "entry", "day", "later_entry", "later_day"]
    table = outcome.counts["dose_period_pairs"]
    found = {
        key: (events, censored)
        for key, events, censored in zip(
            table[columns].itertuples(index=False, name=None), table["events"], table["censored"], strict=True
        )
    }
    assert found == expected
