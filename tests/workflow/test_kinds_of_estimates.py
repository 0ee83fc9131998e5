"""The bundled study answers every question that the pipeline knows: each analysis with its statistics has numbers."""

from __future__ import annotations

import pandas as pd
import pytest

KINDS = {
    "baseline": "mean median proportion number_missing standardised_mean_difference",
    "change_distribution": "share_improved_at_least",
    "cohort": "number_of_patients",
    "contrast_diagnostics": "maximum_standardised_difference effective_sample_size interval_width "
    "share_followed_to_horizon median_follow_up_days proportion_missing",
    "dose": "proportion median cumulative_incidence median_days",
    "dose_response": "contrast_test fitted_proportion",
    "duration_of_response": "survival",
    "literature": "proportion risk_difference",
    "literature_remission": "proportion risk_difference",
    "missing_data_ladder": "proportion proportion_missing risk_difference",
    "mixed_model": "adjusted_mean_change adjusted_mean_difference",
    "multiplicity": "number_of_tests",
    "persistence": "survival number_at_risk",
    "persistence_lost_as_stopped": "survival",
    "placebo_benchmark": "proportion risk_difference",
    "reason_for_stopping": "cumulative_incidence",
    "regression_to_the_mean": "expected_proportion usual_mean",
    "related_side_effect": "proportion",
    "remission_rate": "proportion",
    "responder_contrast": "risk_difference simultaneous_risk_difference risk_ratio odds_ratio number_needed_to_treat",
    "responder_rate": "proportion trend_test heterogeneity_test",
    "responder_rate_by_strategy": "proportion",
    "responder_rate_by_subgroup": "proportion risk_difference heterogeneity_test",
    "responder_shrinkage": "proportion shrinkage",
    "response_with_stopping": "cumulative_incidence gray_test",
    "score_change": "mean_change median standard_deviation",
    "serious_side_effect": "proportion",
    "side_effect_action": "proportion",
    "side_effect_contrast": "risk_difference risk_ratio rate_difference rate_ratio",
    "side_effect_dechallenge": "one_minus_survival",
    "side_effect_duration": "one_minus_survival median_days",
    "side_effect_incidence": "proportion rate_per_100_person_years cumulative_incidence mean_cumulative_count",
    "side_effect_onset": "median_days",
    "side_effect_prevalence": "prevalence",
    "side_effect_rechallenge": "one_minus_survival",
    "side_effect_self_controlled": "rate_ratio",
    "side_effect_severity": "proportion",
    "sustained_response_rate": "proportion",
    "time_to_response": "median_days number_at_risk logrank_test rmst_days rmst_difference",
    "time_to_response_by_current_dose": "hazard_ratio proportional_hazards_test",
    "time_to_response_interval_censored": "survival median_days median_difference_days interval_censored_test",
    "time_to_sustained_response": "survival",
    "tipping_point": "risk_difference",
    "visit_spacing": "median_days",
}


@pytest.fixture(scope="module")
def table(bundled_run) -> pd.DataFrame:
    return pd.read_csv(bundled_run / "reports/ldn/estimates.csv", keep_default_na=False)


def test_no_analysis_is_unknown_here(table):
    assert set(table["analysis"]) == set(KINDS)


@pytest.mark.parametrize("analysis", sorted(KINDS))
def test_each_statistic_has_a_number(table, analysis):
    shown = table[(table["analysis"] == analysis) & ((table["estimate"] != "") | (table["p_value"] != ""))]
    assert set(KINDS[analysis].split()) <= set(shown["statistic"])


@pytest.mark.parametrize("attribution", ["target", "landmark", "current", "last dose (biased)"])
def test_each_dose_attribution_has_rows(table, attribution):
    shown = table[(table["dose_attribution"] == attribution) & (table["estimate"] != "")]
    assert not shown.empty
    if "biased" in attribution:
        assert shown["note"].str.startswith("biased").all()
