"""The bundled cohort was drawn from known truth: the plain analyses must find it again."""

from __future__ import annotations

import pandas as pd
import pytest
import yaml

from dose_outcomes.derive.counts import count_cohort
from dose_outcomes.outcomes.estimates import estimate_all
from dose_outcomes.study import load_study

KEY = ["analysis", "endpoint", "condition", "dose", "missing_data", "day", "statistic"]


def truth(root) -> pd.DataFrame:
    table = pd.read_csv(root / "data/raw/ldn/truth.csv", keep_default_na=False)
    return table.astype({"truth": "float64"})


@pytest.fixture(scope="module")
def estimates_at(bundled_run, root, tmp_path_factory):
    """Return a function: level -> estimates before disclosure control, with the survival at the days of the truth."""

    def at(level: float) -> pd.DataFrame:
        import json

        content = yaml.safe_load((root / "config/ldn.yaml").read_text(encoding="utf-8"))
        content["level"] = level
        path = tmp_path_factory.mktemp("level") / "study.yaml"
        path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
        study = load_study(path)
        accounts = json.loads((bundled_run / "data/derived/ldn/accounts.json").read_text())
        counts = count_cohort(bundled_run / "data/derived/ldn/cohort", study, accounts)
        table, curves = estimate_all(counts, study)
        curves = curves[curves["analysis"] == "time_to_response"]
        rows = [table]
        for day in truth(root).query("statistic == 'survival'")["day"].unique():
            reached = curves[curves["day"] <= int(day)].groupby("curve_id").tail(1)
            rows.append(reached.assign(statistic="survival", day=int(day), missing_data=""))
        joined = pd.concat(rows)
        return joined.assign(day=joined["day"].astype("Int64").astype("string").fillna("").astype("str"))

    return at


def compared(table: pd.DataFrame, root) -> pd.DataFrame:
    # the truth is by target dose, of whole groups, compared with nothing
    table = table[(table["dose_attribution"] == "target") & (table["subgroup"].fillna("") == "")]
    table = table[table["comparator"].fillna("") == ""]
    return truth(root).assign(day=lambda t: t["day"].astype(str)).merge(table, on=KEY, how="left", validate="1:1")


@pytest.mark.parametrize("statistic", ["proportion", "rate_per_100_person_years", "survival", "median_days"])
def test_every_estimate_agrees_with_the_truth(estimates_at, root, statistic):
    found = compared(estimates_at(0.999), root).query("statistic == @statistic")
    assert len(found) > 50
    # a median that is not reached still has limits: it is compared too
    estimable = found[found["estimate"].notna() | (found["low"].notna() & (found["n"] > 0))]
    assert len(estimable) > 0.9 * len(found)
    # compared with the truth, not with its Monte Carlo error: that is small against the intervals
    outside = estimable[~estimable["truth"].between(estimable["low"].fillna(0), estimable["high"].fillna(float("inf")))]
    assert outside.empty, outside[[*KEY, "truth", "low", "estimate", "high", "n"]].to_string()


@pytest.mark.parametrize(("analysis", "places"), [("persistence", 18), ("persistence_lost_as_stopped", 5)])
def test_every_share_that_stays_on_the_drug_agrees_with_the_truth(estimates_at, root, analysis, places):
    table = estimates_at(0.999)
    found = compared(table, root).query("analysis == @analysis")
    found = found[(found["condition"] == "all") | (analysis == "persistence")]
    # each day of the study, by dose over all conditions and (of those who stopped) by condition over all doses
    assert len(found) == 4 * places == len(table.query("analysis == @analysis and statistic == 'survival'"))
    assert found["estimate"].notna().all()
    outside = found[~found["truth"].between(found["low"], found["high"])]
    assert outside.empty, outside[[*KEY, "truth", "low", "estimate", "high", "n"]].to_string()


def test_where_the_drug_does_nothing_no_comparison_over_time_says_otherwise(estimates_at):
    """Two conditions have no effect of the dose, by intent, however the times are compared."""
    null = ("hashimoto_thyroiditis", "lichen_planopilaris")
    table = estimates_at(0.999)
    for condition in null:
        own = table[table["condition"] == condition]
        ratios, differences = (own[own["statistic"] == name] for name in ("hazard_ratio", "rmst_difference"))
        ratios = ratios[ratios["analysis"] == "time_to_response_by_current_dose"]
        assert len(ratios) == len(differences) == 3
        for rows, nothing in ((ratios, 1.0), (differences, 0.0)):
            estimable = rows[rows["estimate"].notna()]
            assert estimable["low"].le(nothing).all()
            assert estimable["high"].ge(nothing).all()
        tests = own[own["statistic"].isin(["logrank_test", "interval_censored_test"])]
        assert len(tests) == 3
        assert (tests["p_value"] > 0.001).all()
    # over all conditions the higher doses respond sooner, as they were made to
    over_all = table[(table["condition"] == "all") & table["statistic"].isin(["rmst_difference", "logrank_trend_test"])]
    assert over_all.set_index("dose").loc["4.5 mg", "high"] < 0
    assert over_all.set_index("statistic").loc["logrank_trend_test", "estimate"] > 2
