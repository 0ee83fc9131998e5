"""The bundled cohort was drawn from known truth: comparisons between its doses must find the differences again."""

from __future__ import annotations

import pandas as pd
import pytest

from dose_outcomes.outcomes.responder_comparisons import responder_comparisons
from dose_outcomes.study import load_study

HIGH_LEVEL = 0.999


@pytest.fixture(scope="module")
def rows(bundled_run, root) -> pd.DataFrame:
    study = load_study(root / "config/ldn.yaml").model_copy(update={"level": HIGH_LEVEL})
    folder = bundled_run / "data/derived/ldn/counts"
    counts = {path.stem: pd.read_parquet(path) for path in folder.glob("*.parquet")}
    return pd.DataFrame(responder_comparisons(counts, study))


@pytest.fixture(scope="module")
def truth(root) -> dict[tuple[str, str, str], float]:
    table = pd.read_csv(root / "data/raw/ldn/truth.csv", keep_default_na=False)
    rates = table[table["analysis"] == "responder_rate"].astype({"truth": "float64"})
    return rates.set_index(["endpoint", "dose", "missing_data"])["truth"].to_dict()


def test_every_interval_of_a_difference_holds_the_true_one(rows, truth):
    found = rows[(rows["analysis"] == "responder_contrast") & (rows["statistic"] == "risk_difference")]
    own = found[(found["subgroup"] == "") & found["endpoint"].isin([endpoint for endpoint, *_ in truth])]
    per_condition = own[own["condition"] != "all"]
    assert len(per_condition) == 13 * 3 * 2
    for row in per_condition.itertuples():
        arms = [truth[row.endpoint, dose, row.missing_data] for dose in (row.dose, row.comparator)]
        assert row.low < arms[0] - arms[1] < row.high, row


def test_shrinkage_brings_the_rates_nearer_to_the_truth_as_a_whole(rows, truth):
    found = rows[(rows["analysis"] == "responder_shrinkage") & (rows["statistic"] == "proportion")]
    own = found[(found["condition"] != "all") & found["endpoint"].isin([endpoint for endpoint, *_ in truth])]
    at_dose = own[own["dose"] != "all"]
    assert len(at_dose) == 13 * 4
    true = pd.Series([truth[row.endpoint, row.dose, row.missing_data] for row in at_dose.itertuples()], at_dose.index)
    raw = at_dose["events"] / at_dose["n"]
    weight = at_dose["n"]
    assert (weight * (at_dose["estimate"] - true) ** 2).sum() < (weight * (raw - true) ** 2).sum()
