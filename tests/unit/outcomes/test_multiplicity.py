"""Families of tests, as the study declares them."""

import pytest
from statsmodels.stats.multitest import multipletests

from dose_outcomes.outcomes.multiplicity import adjust_families
from dose_outcomes.results import Result

FAMILY = {
    "id": "primary",
    "label": "Primary",
    "analysis": "responder_contrast",
    "statistic": "risk_difference",
    "conditions": "each",
    "method": "holm",
}
CODES = {"fibromyalgia": "FM-PAIN-30", "chronic_pain": "GEN-PEG-30", "psoriasis": "PSO-PASI75"}


def row(condition="fibromyalgia", p_value=0.01, **changes):
    content = {
        "analysis": "responder_contrast",
        "endpoint": CODES.get(condition, "main"),
        "condition": condition,
        "dose": "high",
        "comparator": "low",
        "statistic": "risk_difference",
        "missing_data": "non_responder",
        "estimate": 0.1,
        "p_value": p_value,
        "method": "m",
    }
    return Result(**{**content, **changes})


@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("holm", "holm"),
        ("hochberg", "simes-hochberg"),
        ("benjamini_hochberg", "fdr_bh"),
        ("benjamini_yekutieli", "fdr_by"),
    ],
)
def test_adjusted_within_the_family_as_statsmodels_does(study, method, name):
    p_values = {"fibromyalgia": 0.04, "chronic_pain": 0.01, "psoriasis": 0.03}
    results = [row(condition, p_value) for condition, p_value in p_values.items()]
    adjusted = adjust_families(results, study(multiplicity=[{**FAMILY, "method": method}]))
    expected = multipletests(list(p_values.values()), method=name)[1]
    assert [one.p_adjusted for one in adjusted[:3]] == pytest.approx(expected, rel=1e-12)
    assert [one.p_value for one in adjusted[:3]] == list(p_values.values())
    assert all(one.method.endswith("3 tests of 'Primary'") for one in adjusted[:3])


@pytest.mark.parametrize(
    "stranger",
    [
        {"analysis": "remission_contrast"},
        {"statistic": "odds_ratio"},
        {"condition": "all", "endpoint": "main"},
        {"missing_data": "observed"},
        {"subgroup": "stratified by condition"},
    ],
)
def test_other_rows_are_left_alone(study, stranger):
    results = [row(p_value=0.04), row(p_value=0.001, **stranger)]
    adjusted = adjust_families(results, study(multiplicity=[FAMILY]))
    assert adjusted[0].p_adjusted == 0.04
    assert adjusted[1] == results[1]


def test_missing_p_values_are_no_tests_and_are_listed(study):
    results = [row(p_value=0.02), row("chronic_pain", None, note="diagnostics failed: few"), row("psoriasis", 0.03)]
    first, second, third, family = adjust_families(results, study(multiplicity=[FAMILY]))
    assert (first.p_adjusted, second.p_adjusted, third.p_adjusted) == (0.04, None, 0.04)
    assert second.note == "diagnostics failed: few; not a test of the family 'Primary'"
    assert (family.analysis, family.endpoint, family.statistic) == ("multiplicity", "primary", "number_of_tests")
    assert family.estimate == 2
    assert family.note == "without p value, not in the family: GEN-PEG-30 chronic_pain high"


def test_a_family_without_rows_says_so(study):
    (family,) = adjust_families([], study(multiplicity=[{**FAMILY, "analysis": "responder_kontrast"}]))
    assert family.estimate == 0
    assert family.note == "no row has the analysis responder_kontrast and the statistic risk_difference"


def test_rows_that_know_no_missing_scores_belong_to_a_primary_family(study):
    screening = {**FAMILY, "analysis": "side_effect_contrast", "conditions": "all", "method": "benjamini_hochberg"}
    effects = [
        row("all", p_value, analysis="side_effect_contrast", endpoint=f"term: {p_value}", missing_data="")
        for p_value in (0.01, 0.02)
    ]
    adjusted = adjust_families(effects, study(multiplicity=[screening]))
    assert [one.p_adjusted for one in adjusted[:2]] == [0.02, 0.02]


def test_a_family_of_one_endpoint_leaves_the_other_out(study):
    endpoints = [
        {"id": "main", "label": "Main", "definitions": {"fibromyalgia": "FM-PAIN-30"}},
        {"id": "strict", "label": "Strict", "definitions": {"fibromyalgia": "FM-PAIN-50"}},
    ]
    settings = study(1, endpoints=endpoints, multiplicity=[{**FAMILY, "endpoint": "strict"}])
    adjusted = adjust_families([row(p_value=0.01), row(p_value=0.02, endpoint="FM-PAIN-50")], settings)
    assert [one.p_adjusted for one in adjusted[:2]] == [None, 0.02]


FIRST = {**FAMILY, "id": "trend", "label": "Trend", "analysis": "responder_rate", "statistic": "trend_test"}
GATED = {**FAMILY, "after": "trend", "method": "hochberg"}


@pytest.mark.parametrize(
    ("trends", "expected"),
    [
        # trends by Holm: 2 x 0.01 and 0.02; contrasts by Hochberg: min(2 x 0.004, 0.03) and 0.03
        ([0.01, 0.02], [0.02, 0.03]),
        ([0.001, 0.002], [0.008, 0.03]),
        # one trend fails: nothing after it can succeed
        ([0.001, 0.2], [0.2, 0.2]),
        # a trend without p value is no test; none at all lets nothing pass
        ([0.002, None], [0.008, 0.03]),
        ([None, None], [1.0, 1.0]),
    ],
)
def test_a_family_after_another_is_tested_only_if_all_of_that_one_succeeded(study, trends, expected):
    conditions = ["fibromyalgia", "chronic_pain"]
    rows = [
        row(condition, p, analysis="responder_rate", statistic="trend_test", dose="all", comparator="")
        for condition, p in zip(conditions, trends, strict=True)
    ]
    rows += [row(condition, p) for condition, p in zip(conditions, [0.004, 0.03], strict=True)]
    adjusted = adjust_families(rows, study(multiplicity=[FIRST, GATED]))
    assert [one.p_adjusted for one in adjusted[2:4]] == pytest.approx(expected)
    assert "after 'trend' (serial gatekeeping)" in adjusted[2].method
    assert "after 'trend' (serial gatekeeping)" in adjusted[-1].method
