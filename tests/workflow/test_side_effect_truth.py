"""Side effects of the bundled cohort against the parameters that they were drawn from."""

from __future__ import annotations

import json
from math import erf, exp, log, sqrt

import pandas as pd
import pytest
import yaml

from dose_outcomes.derive.counts import count_cohort
from dose_outcomes.outcomes.side_effects import side_effects
from dose_outcomes.results import to_frame
from dose_outcomes.stats.rates.ratio import rate_ratio_exact
from dose_outcomes.study import load_study

LEVEL = 0.999


@pytest.fixture(scope="module")
def found(bundled_run, root, tmp_path_factory):
    """Counts, and all estimates of side effects with wide intervals."""
    content = yaml.safe_load((root / "config/ldn.yaml").read_text(encoding="utf-8"))
    path = tmp_path_factory.mktemp("level") / "study.yaml"
    path.write_text(yaml.safe_dump({**content, "level": LEVEL}, sort_keys=False), encoding="utf-8")
    study = load_study(path)
    accounts = json.loads((bundled_run / "data/derived/ldn/accounts.json").read_text())
    counts = count_cohort(bundled_run / "data/derived/ldn/cohort", study, accounts)
    return counts, to_frame(side_effects(counts, study))


@pytest.fixture(scope="module")
def drawn_from(root):
    return yaml.safe_load((root / "config/simulation_ldn.yaml").read_text(encoding="utf-8"))["side_effects"]


def test_days_and_events_by_dose_taken_add_up_to_those_by_dose_aimed_at(found):
    counts, _ = found
    time = counts["exposure_current"].query("split == 'dose'")
    assert time["days"].sum() == counts["time_at_risk"]["days"].sum()
    events = counts["side_effects_current"].query("split == 'dose'").groupby("endpoint")["events"].sum()
    pd.testing.assert_series_equal(events, counts["side_effects"].groupby("endpoint")["events"].sum())


def test_side_effects_last_as_long_as_they_were_drawn(found, drawn_from):
    """Durations are log-normal, rounded up to whole days: lasting d days or less has the probability of its cdf."""
    duration = drawn_from["duration"]
    rows = found[1].query("analysis == 'side_effect_duration' and statistic == 'one_minus_survival'")
    assert len(rows) == 57
    rows = rows[rows["estimate"].notna()]
    assert len(rows) > 54  # a rare term may have nobody followed for four weeks
    shares = [0.5 * (1 + erf(log(day / duration["median_days"]) / duration["log_sd"] / sqrt(2))) for day in rows["day"]]
    outside = rows[~((rows["low"] <= shares) & (shares <= rows["high"]))]
    assert outside.empty, outside[["endpoint", "dose", "day", "low", "estimate", "high"]].to_string()


@pytest.mark.parametrize("term", ["Vivid dreams", "Insomnia", "Dizziness", "Nausea"])
def test_the_time_of_day_matters_as_much_as_it_was_made_to(found, drawn_from, term):
    rows = found[1].query("endpoint == @endpoint", local_dict={"endpoint": f"term: {term}"})
    rates = rows[rows["subgroup"].str.startswith("taken at:")].set_index("subgroup")
    bedtime, morning = (rates.loc[f"taken at: {time}"] for time in ("bedtime", "morning"))
    ratio = rate_ratio_exact(
        int(morning["events"]),
        float(morning["person_years"]),
        int(bedtime["events"]),
        float(bedtime["person_years"]),
        level=LEVEL,
    )
    assert ratio.low <= drawn_from["terms"][term]["timing"]["morning"] <= ratio.high


def test_events_of_a_patient_are_nearly_independent(found):
    """As they were drawn: the robust variance of the mean count is then close to that of independent events."""
    rows = found[1].query("statistic == 'mean_cumulative_count' and endpoint == 'any' and dose == 'all'")
    for row in rows.itertuples():
        z = 3.2905267314919255
        robust = log(row.high / row.estimate) / z
        # with nearly all observed the relative error of a count of independent events is 1 / sqrt(events)
        assert robust == pytest.approx(1 / sqrt(row.events), rel=0.15)
        assert row.low == pytest.approx(row.estimate * exp(-z * robust))


def test_leaving_out_what_led_to_the_change_matters(found):
    """In the cohort the time of day is changed because of a side effect in the week before."""
    rows = found[1].query(
        "analysis == 'side_effect_self_controlled' and endpoint == 'any' and statistic == 'rate_ratio'"
    )
    ratio = rows.set_index("subgroup")
    crude = ratio.loc["after change of the time of day, all days before"]
    assert crude["high"] < 1
    assert (
        ratio.loc["after change of the time of day", "low"] < 1 < ratio.loc["after change of the time of day", "high"]
    )
    # and after a step up there are more, as drawn: 2.4 and 1.5 times in the first two weeks
    assert ratio.loc["after step up of the dose", "estimate"] > 1


def test_one_minus_kaplan_meier_is_above_the_cumulative_incidence(found):
    keys = ["dose", "day"]
    rows = found[1].query("endpoint == 'any' and analysis == 'side_effect_incidence'")
    naive, share = (
        rows.query("statistic == @name", local_dict={"name": name}).set_index(keys)["estimate"].sort_index()
        for name in ("one_minus_survival", "cumulative_incidence")
    )
    assert len(share) == 10
    assert (naive > share).all()
