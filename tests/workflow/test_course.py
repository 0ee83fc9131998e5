"""The bundled cohort: dose aimed at, age and sex were drawn independently of each other and of the response."""

from __future__ import annotations

import pandas as pd
import pytest

EXTREME = 4.5
"""Standard errors; one of a hundred rows would lie beyond 4.5 of them once in 1,500 cohorts."""


@pytest.fixture(scope="module")
def estimates(bundled_run):
    """Return the estimates before disclosure control, which hides some of what adds up."""
    table = pd.read_parquet(bundled_run / "data/derived/ldn/estimates.parquet")
    numbers = ["estimate", "low", "high", "p_value", "n", "events", "day"]
    return table.assign(**{name: table[name].astype("float64") for name in numbers})


def test_dose_groups_are_balanced_in_what_is_independent_of_the_dose(estimates):
    """The standard error of a standardised difference of nothing is sqrt(1/n + 1/m)."""
    table = estimates.query("analysis == 'baseline' and statistic == 'standardised_mean_difference'")
    # the starting dose depends on the dose aimed at; of several categories the distance is not centred at 0
    one_number = table["endpoint"].str.match("age|sex|medication: |score: ")
    found = table[one_number & table["estimate"].notna()]
    assert len(found) > 60
    sizes = estimates.query("analysis == 'cohort'").set_index(["condition", "dose"])["n"]
    reference = sizes.loc[list(zip(found["condition"], found["comparator"], strict=True))].set_axis(found.index)
    error = (1 / found["n"] + 1 / reference) ** 0.5
    beyond = found[found["estimate"].abs() > EXTREME * error]
    assert beyond.empty, beyond[["endpoint", "condition", "dose", "estimate"]]
    # and the one that does depend on it shows
    start = table[table["endpoint"] == "starting_dose_mg"]
    assert start["estimate"].abs().max() > 0.5


def test_subgroups_that_bear_on_nothing_show_no_heterogeneity(estimates):
    tests = estimates[estimates["statistic"].isin(["heterogeneity_test", "crude_heterogeneity_test"])]
    tests = tests[tests["analysis"] == "responder_rate_by_subgroup"]
    assert len(tests) == 4
    assert (tests["p_value"] > 0.001).all()


def test_states_of_a_day_and_reasons_with_persistence_add_up(estimates):
    states = estimates[estimates["endpoint"].str.startswith("dose of the day: ")]
    whole = states.groupby(["dose", "day"]).filter(lambda day: (day["suppressed"] == "").all())
    assert len(whole)
    assert whole.groupby(["dose", "day"])["estimate"].sum().to_numpy() == pytest.approx(1.0)
    reasons = estimates.query("analysis == 'reason_for_stopping'").groupby(["condition", "dose", "day"])
    stay = estimates.query("analysis == 'persistence' and statistic == 'survival'")
    stay = stay.set_index(["condition", "dose", "day"])["estimate"]
    complete = [key for key, rows in reasons if (rows["suppressed"] == "").all()]
    assert complete
    for key in complete:
        assert reasons.get_group(key)["estimate"].sum() + stay[key] == pytest.approx(1.0)


def test_the_distribution_of_change_at_the_cut_is_the_responder_rate_of_the_observed(estimates):
    """Where the rule is one comparison, and no strategy for an event overrides the score."""
    cut = estimates.query("analysis == 'change_distribution' and condition == 'psoriasis' and endpoint == 'PASI: 75 %'")
    rate = estimates.query(
        "analysis == 'responder_rate' and condition == 'psoriasis' and missing_data == 'observed' and "
        "endpoint == 'PSO-PASI75' and statistic == 'proportion' and dose_attribution == 'target' and subgroup == ''"
    )
    joined = cut.merge(rate, on=["condition", "dose", "day"], suffixes=("", "_rate"))
    joined = joined[(joined["suppressed"] == "") & (joined["suppressed_rate"] == "")]
    assert len(joined)
    assert joined["events"].tolist() == joined["events_rate"].tolist()
    assert joined["n"].tolist() == joined["n_rate"].tolist()


def test_the_mixed_model_agrees_with_the_change_of_those_seen(estimates):
    """Missing visits depend on response in this cohort: the two differ, but by less than their limits are wide."""
    model = estimates.query("analysis == 'mixed_model' and statistic == 'adjusted_mean_change' and dose == 'all'")
    seen = estimates.query("analysis == 'score_change' and statistic == 'mean_change' and dose == 'all'")
    joined = model.merge(seen, on=["condition", "endpoint", "day"], suffixes=("", "_seen"))
    assert len(joined) == 13
    assert (
        joined["estimate"]
        .between(
            joined["low_seen"] - joined["high_seen"] + joined["estimate_seen"],
            joined["high_seen"] - joined["low_seen"] + joined["estimate_seen"],
        )
        .all()
    )
    # visits missed by those who do not respond flatter the change of those seen; the model takes some of that back
    assert (joined["estimate"] > joined["estimate_seen"]).mean() > 0.5
