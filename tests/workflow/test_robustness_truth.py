"""The bundled cohort was drawn from known truth: what it would show if nobody were missing, and usual scores."""

from __future__ import annotations

import pandas as pd
import pytest
import yaml

from dose_outcomes.outcomes.missing_data import missing_data_ladder
from dose_outcomes.outcomes.regression_to_the_mean import regression_to_the_mean
from dose_outcomes.results import ALL, to_frame
from dose_outcomes.study import load_study


@pytest.fixture(scope="module")
def drawn_from(root):
    return yaml.safe_load((root / "config/simulation_ldn.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def study(root, tmp_path_factory):
    content = yaml.safe_load((root / "config/ldn.yaml").read_text(encoding="utf-8"))
    path = tmp_path_factory.mktemp("level") / "study.yaml"
    # 36 cells are compared at once, most of them twice over, and none may lie outside by chance
    path.write_text(yaml.safe_dump({**content, "level": 0.9999}, sort_keys=False), encoding="utf-8")
    return load_study(path)


@pytest.fixture(scope="module")
def counts(bundled_run):
    folder = bundled_run / "data/derived/ldn/counts"
    return {path.stem: pd.read_parquet(path) for path in folder.glob("*.parquet")}


@pytest.fixture(scope="module")
def ladder(counts, study):
    rows = to_frame(missing_data_ladder(counts["responders"], counts["response_patterns"], study))
    rates = rows[rows["statistic"] == "proportion"]
    return rates.set_index(["missing_data", "condition", "dose"])[["estimate", "low", "high"]]


@pytest.fixture(scope="module")
def truth(counts, drawn_from):
    """Return the share of responders if all were seen, of patients as they are in each cell."""
    patients = counts["responders"].groupby(["condition", "dose"])["n"].sum()
    effects = {target["label"]: target["effect"] for target in drawn_from["targets"]}
    shares = {
        (condition, dose): drawn_from["conditions"][condition]["placebo_like"]["value"]
        + effects[dose] * drawn_from["conditions"][condition]["drug_effect"]["value"]
        for condition, dose in patients.index
    }
    expected = patients * pd.Series(shares)
    cells = {(ALL, ALL): float(expected.sum() / patients.sum())}
    for level, name in ((0, "condition"), (1, "dose")):
        for key, share in (expected.groupby(level=level).sum() / patients.groupby(level=level).sum()).items():
            cells[(key, ALL) if name == "condition" else (ALL, key)] = float(share)
    return cells


@pytest.mark.parametrize("handling", ["multiple_imputation", "inverse_probability_weighting"])
def test_what_would_be_seen_of_all_is_found(ladder, truth, handling):
    found = ladder.loc[handling]
    assert len(found) == len(truth) > 15
    outside = {cell: row for cell, row in found.iterrows() if not row["low"] <= truth[cell] <= row["high"]}
    assert not outside


def test_counting_the_missing_as_no_response_is_too_low_and_as_a_response_too_high(ladder, truth):
    assert ladder.loc[("non_responder", ALL, ALL), "high"] < truth[ALL, ALL]
    assert ladder.loc[("best_case", ALL, ALL), "low"] > truth[ALL, ALL]


def test_usual_scores_are_those_the_baselines_were_drawn_from(counts, study, drawn_from):
    rows = to_frame(regression_to_the_mean(counts["baseline_scores"], counts["repeated_scores"], study))
    primary = rows["endpoint"].isin(set(study.endpoints[0].definitions.values()))
    usual = rows[(rows["statistic"] == "usual_mean") & rows["estimate"].notna() & primary]
    usual = usual.set_index("condition")["estimate"]
    assert len(usual) == 12  # the rule of one condition looks at further scores
    for condition, mean in usual.items():
        baseline = drawn_from["conditions"][condition]["baseline"]
        assert mean == pytest.approx(baseline["mean"], abs=0.25 * baseline["sd"]), condition
