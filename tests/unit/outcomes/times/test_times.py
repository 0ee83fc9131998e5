"""Times to response against other routes: statsmodels, and counts worked through patient by patient."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.duration.hazard_regression import PHReg
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight, survdiff

from dose_outcomes.outcomes.times.competing_stopping import response_or_stopping
from dose_outcomes.outcomes.times.interval_censored import response_between_visits
from dose_outcomes.outcomes.times.restricted_mean import restricted_mean_time
from dose_outcomes.outcomes.times.sustained_response import sustained_responses
from dose_outcomes.outcomes.times.time_updated_dose import response_by_dose_of_the_day
from dose_outcomes.results import to_frame
from dose_outcomes.stats.survival.cox import cox_regression
from dose_outcomes.stats.survival.interval_censored_tests import interval_censored_test
from dose_outcomes.study import Study

CONDITIONS = {"fibromyalgia": "FM-PAIN-30", "psoriasis": "PSO-PASI75"}
DOSES = {"low": 0.5, "middle": 1.5, "high": 4.5}
HORIZON = 180


def made_study(**changes) -> Study:
    content = {
        "id": "made",
        "title": "Made",
        "drug": {"name": "drug", "short_name": "drug", "maximum_dose_mg": 10},
        "data": {
            "source": "csv",
            "nature": "synthetic",
            "folder": "data",
            "tables": {name: {"file": "f.csv"} for name in ("patients", "indications", "doses", "assessments")},
        },
        "conditions": {name: name for name in CONDITIONS},
        "dose_groups": [
            {"label": "low", "from_mg": 0.5, "below_mg": 1.5},
            {"label": "middle", "from_mg": 1.5, "below_mg": 4.5},
            {"label": "high", "from_mg": 4.5, "below_mg": 5},
        ],
        "endpoints": [{"id": "main", "label": "Main", "definitions": CONDITIONS}],
        "time_to_response": [{"endpoint": "main", "horizon_days": HORIZON, "risk_table_days": [0]}],
        "sustained_response": [{"endpoint": "main", "horizon_days": HORIZON}],
        "dose_attributions": {"current": True},
    }
    return Study.model_validate({**content, **changes})


@pytest.fixture(scope="module")
def patients() -> pd.DataFrame:
    """Return 300 patients: condition, dose aimed at, day and what came first (0 censored, 1 responded, 2 stopped)."""
    draw = np.random.default_rng(7)
    size = 300
    dose = draw.choice(list(DOSES), size)
    response = draw.exponential(150 - 18 * pd.Series(dose).map(DOSES).to_numpy(), size)
    stop = draw.exponential(200, size)
    end = draw.integers(60, HORIZON + 1, size)
    day = np.minimum(np.ceil(np.minimum(np.minimum(response, stop), end)), HORIZON).astype(int)
    cause = np.where(end <= np.minimum(response, stop), 0, np.where(response <= stop, 1, 2))
    condition = draw.choice(list(CONDITIONS), size)
    return pd.DataFrame({"condition": condition, "dose": dose, "day": day, "cause": cause})


def counted(table: pd.DataFrame, key: list[str], **columns: pd.Series) -> pd.DataFrame:
    """Return numbers of patients by key."""
    ones = table[key].assign(**{name: values.astype(int) for name, values in columns.items()})
    return ones.groupby(key, as_index=False)[list(columns)].sum().assign(endpoint="main")


def found(results, **key) -> pd.DataFrame:
    rows = to_frame(results)
    for column, value in key.items():
        rows = rows[rows[column] == value]
    return rows


def test_cumulative_incidences_and_curves_are_those_of_statsmodels(patients):
    by_day = counted(
        patients,
        ["condition", "dose", "day"],
        responded=patients["cause"] == 1,
        stopped=patients["cause"] == 2,
        censored=patients["cause"] == 0,
    )
    results, curves = response_or_stopping(by_day, made_study())
    own = patients[(patients["condition"] == "psoriasis") & (patients["dose"] == "high")]
    with np.errstate(divide="ignore", invalid="ignore"):  # its variance at the last event
        other = CumIncidenceRight(own["day"], own["cause"])
    for place, endpoint in enumerate(("PSO-PASI75", "stopping before PSO-PASI75")):
        rows = found(results, condition="psoriasis", dose="high", endpoint=endpoint, statistic="cumulative_incidence")
        for row in rows.itertuples():
            at = np.searchsorted(other.times, row.day, side="right") - 1
            assert row.estimate == pytest.approx(other.cinc[place][at], rel=1e-10)
            assert row.low < row.estimate < row.high
            assert (row.n, row.events) == (len(own), ((own["day"] <= row.day) & (own["cause"] == place + 1)).sum())
    # on every day responded, stopped and neither add up: what is left is the Kaplan-Meier curve of any of the two
    drawn = pd.concat(curves)
    drawn = drawn[(drawn["condition"] == "psoriasis") & (drawn["dose"] == "high")]
    together = drawn.groupby("day")["estimate"].sum()
    either = SurvfuncRight(own["day"], own["cause"] > 0)
    assert together[either.surv_times].to_numpy() == pytest.approx(1 - either.surv_prob, abs=1e-12)
    assert drawn["endpoint"].nunique() == 2


def test_gray_tests_need_ten_patients_a_group(patients):
    few = patients.drop(patients[patients["dose"] == "high"].index[9:])
    by_day = counted(
        few,
        ["condition", "dose", "day"],
        responded=few["cause"] == 1,
        stopped=few["cause"] == 2,
        censored=few["cause"] == 0,
    )
    rows = found(response_or_stopping(by_day, made_study())[0], statistic="gray_test")
    assert rows[["estimate", "p_value"]].isna().to_numpy().all()
    assert rows["note"].str.contains("no p value with fewer than 10 patients in a group").all()


def response_times(patients: pd.DataFrame) -> pd.DataFrame:
    event = patients["cause"] == 1
    return counted(patients, ["condition", "dose", "day"], events=event, censored=~event)


def test_restricted_means_are_areas_under_the_curve(patients):
    asked = {"endpoint": "main", "horizon_days": HORIZON, "risk_table_days": [0], "restricted_mean_days": 100}
    results = list(restricted_mean_time(response_times(patients), made_study(time_to_response=[asked])))
    own = patients[patients["dose"] == "middle"]
    survival, area = 1.0, 0.0
    for day in range(100):  # the curve is constant from one day to the next
        at_risk = (own["day"] >= day).sum()
        survival *= 1 - ((own["day"] == day) & (own["cause"] == 1)).sum() / at_risk
        area += survival
    mean = found(results, condition="all", dose="middle", statistic="rmst_days").iloc[0]
    assert (mean["estimate"], mean["day"]) == (pytest.approx(area, rel=1e-10), 100)
    rows = found(results, condition="all", statistic="rmst_days").set_index("dose")["estimate"]
    differences = found(results, condition="all", statistic="rmst_difference").set_index("dose")
    for dose in ("middle", "high"):
        row = differences.loc[dose]
        assert row["estimate"] == pytest.approx(rows[dose] - rows["low"])
        assert row["comparator"] == "low"
        assert row["n"] == patients["dose"].isin([dose, "low"]).sum()
    assert "low" not in differences.index


def test_log_rank_tests_are_those_of_statsmodels(patients):
    results = list(restricted_mean_time(response_times(patients), made_study()))
    event = (patients["cause"] == 1).to_numpy().astype(int)
    statistic, p_value = survdiff(patients["day"], event, patients["dose"], strata=patients["condition"])
    row = found(results, condition="all", statistic="logrank_test").iloc[0]
    assert (row["estimate"], row["p_value"]) == (pytest.approx(statistic), pytest.approx(p_value))
    own = patients["condition"] == "fibromyalgia"
    statistic, _ = survdiff(patients["day"][own], event[own], patients["dose"][own])
    assert found(results, condition="fibromyalgia", statistic="logrank_test")["estimate"].iloc[0] == pytest.approx(
        statistic
    )


def test_two_doses_have_the_trend_of_their_log_rank_test(patients):
    two = patients[patients["dose"] != "middle"]
    results = list(restricted_mean_time(response_times(two), made_study()))
    for condition in ("all", *CONDITIONS):
        test, trend = (
            found(results, condition=condition, statistic=name)["estimate"].iloc[0]
            for name in ("logrank_test", "logrank_trend_test")
        )
        assert trend**2 == pytest.approx(test)


@pytest.fixture(scope="module")
def periods() -> pd.DataFrame:
    """Return 400 patients whose dose rises while they wait; the response does not depend on it."""
    draw = np.random.default_rng(11)
    rows = []
    for patient in range(400):
        condition = draw.choice(list(CONDITIONS))
        response, end = draw.exponential(140), draw.integers(30, HORIZON)
        until, event = (int(np.ceil(response)), 1) if response <= end else (int(end), 0)
        changes = [0, *np.cumsum(draw.integers(5, 40, 2)).tolist(), HORIZON + 1]
        for dose, entry, leave in zip(DOSES, changes, changes[1:], strict=False):
            if entry < until:
                last = until <= leave
                rows.append((patient, condition, dose, entry, min(leave, until), event if last else 0))
    return pd.DataFrame(rows, columns=["patient", "condition", "dose", "entry", "day", "event"])


def pairs_of(periods: pd.DataFrame) -> pd.DataFrame:
    """Return the counts of each two periods of a patient."""
    later = periods.add_prefix("later_").rename(columns={"later_patient": "patient"}).drop(columns="later_condition")
    both = periods.drop(columns="event").merge(later, on="patient")
    both = both[both["day"] <= both["later_entry"]]
    return counted(
        both,
        ["condition", "dose", "entry", "day", "later_dose", "later_entry", "later_day"],
        events=both["later_event"] == 1,
        censored=both["later_event"] == 0,
    )


def test_hazard_ratios_are_those_of_statsmodels_with_late_entries(periods):
    own = counted(
        periods,
        ["condition", "dose", "entry", "day"],
        events=periods["event"] == 1,
        censored=periods["event"] == 0,
        patients=pd.Series(True, index=periods.index),
    )
    results, curves = response_by_dose_of_the_day(own, pairs_of(periods), made_study())
    doses = np.column_stack([periods["dose"] == dose for dose in ("middle", "high")]).astype(float)
    # statsmodels counts who enters on a day at risk on it: half a day later they are not
    fit = PHReg(
        periods["day"], doses, status=periods["event"], entry=periods["entry"] + 0.5,
        strata=periods["condition"].to_numpy(), ties="efron",
    ).fit()  # fmt: skip
    # its errors by patient are 4 % off with late entries: those of the same periods with a label for each patient
    labelled = cox_regression(
        periods["day"], periods["event"], 1 - periods["event"], doses, entry=periods["entry"],
        stratum=periods["condition"].to_numpy(), cluster=periods["patient"],
    )  # fmt: skip
    rows = found(results, condition="all", statistic="hazard_ratio").set_index("dose")
    for place, dose in enumerate(("middle", "high")):
        row = rows.loc[dose]
        assert row["estimate"] == pytest.approx(np.exp(fit.params[place]), rel=1e-6)
        half = (np.log(row["high"]) - np.log(row["low"])) / 2 / 1.959963984540054
        assert half == pytest.approx(np.sqrt(labelled.robust_covariance[place, place]), rel=1e-8)
        assert half == pytest.approx(fit.bse[place], rel=0.1)
        assert row["low"] < 1 < row["high"]  # the truth
    # who is at risk at each dose of the curves: entered before the day and not gone
    drawn = pd.concat(curves)
    drawn = drawn[(drawn["condition"] == "all") & (drawn["dose_attribution"] == "current")]
    for row in drawn.itertuples():
        there = (periods["dose"] == row.dose) & (periods["entry"] < row.day) & (periods["day"] >= row.day)
        assert row.at_risk == there.sum()
        assert row.events == (there & (periods["day"] == row.day) & (periods["event"] == 1)).sum()


def test_the_dose_reached_last_would_mislead_where_the_dose_of_the_day_does_not(periods):
    """Nobody reaches the high dose early: by last dose it seems to delay the response that it has no part in."""
    last = periods.sort_values("day").groupby("patient").tail(1)
    high = last["dose"] == "high"
    naive = PHReg(last["day"], high.to_numpy().astype(float)[:, None], status=last["event"]).fit()
    assert np.exp(naive.params[0] + 3 * naive.bse[0]) < 1


def test_interval_censored_tests_are_stratified_over_all_conditions():
    draw = np.random.default_rng(3)
    left = 28 * draw.integers(0, 4, 200)
    right = np.where(draw.random(200) < 0.6, left + 28.0, np.nan)
    table = pd.DataFrame(
        {
            "condition": draw.choice(list(CONDITIONS), 200),
            "dose": draw.choice(list(DOSES), 200),
            "last_without": left,
            "first_response": right,
        }
    )
    counts = table.groupby(list(table.columns), dropna=False).size().rename("n").reset_index().assign(endpoint="main")
    results = list(response_between_visits(counts, made_study()))
    end = np.where(np.isnan(right), np.inf, right)
    tests = {
        "all": interval_censored_test(left, end, table["dose"], stratum=table["condition"]),
        "psoriasis": interval_censored_test(
            *(values[table["condition"] == "psoriasis"] for values in (left, end, table["dose"].to_numpy()))
        ),
    }
    for condition, test in tests.items():
        row = found(results, condition=condition, statistic="interval_censored_test").iloc[0]
        assert (row["estimate"], row["p_value"]) == (pytest.approx(test.statistic), pytest.approx(test.p_value))
        assert row["method"].endswith("2 degrees of freedom")
    # visits on the same days for all: those who were seen on day 28 say what is known on it
    share = found(results, condition="all", dose="all", statistic="survival", day=28).iloc[0]
    assert share["estimate"] == pytest.approx(1 - (right == 28).sum() / ((right == 28) | (left >= 28)).sum())


def test_sustained_responses_need_no_time_to_response():
    counts = pd.DataFrame(
        {"condition": "psoriasis", "dose": "low", "day": [28, 84], "events": [4, 0], "censored": [0, 6]}
    ).assign(endpoint="main")
    results, curves = sustained_responses(counts, counts, made_study(time_to_response=[]))
    rows = found(results, condition="psoriasis", dose="all", statistic="survival")
    assert rows.groupby("analysis")["estimate"].first().tolist() == [0.6, 0.6]
    assert set(rows["population"]) == {"assessable", "responders"}
    assert {frame["analysis"].iloc[0] for frame in curves} == {"time_to_sustained_response", "duration_of_response"}
    # only margins: no cell of one condition and one dose
    assert found(results, condition="psoriasis", dose="low").empty


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"survival_weeks": [4, 30]}, "survival_weeks go beyond horizon_days"),
        ({"survival_weeks": [4, 4]}, "survival_weeks name the same day twice"),
        ({"incidence_days": [200]}, "incidence_days go beyond horizon_days"),
        ({"restricted_mean_days": 181}, "restricted_mean_days goes beyond horizon_days"),
        ({"current_dose_from_day": 181}, "current_dose_from_day goes beyond horizon_days"),
        ({"stop_gap_days": -1}, "greater than or equal to 0"),
        ({"endpoint": "mian"}, "unknown endpoint 'mian'; did you mean main?"),
    ],
)
def test_faults_of_the_study_file(change, message):
    whole = {"endpoint": "main", "horizon_days": HORIZON, "risk_table_days": [0], **change}
    with pytest.raises(ValueError, match=message.replace("?", r"\?")):
        made_study(time_to_response=[whole])


def test_an_endpoint_is_asked_once_and_defaults_stay_within_the_horizon():
    whole = {"endpoint": "main", "horizon_days": 60, "risk_table_days": [0]}
    (analysis,) = made_study(time_to_response=[whole]).time_to_response
    assert (analysis.survival_weeks, analysis.incidence_days, analysis.restricted_mean_days) == ([4, 8], [], 60)
    with pytest.raises(ValueError, match="main: used twice"):
        made_study(time_to_response=[whole, whole])
