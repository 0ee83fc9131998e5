"""Contrasts between doses against scipy and statsmodels, and what they say of themselves."""

from math import inf

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.proportion import confint_proportions_2indep

from dose_outcomes.outcomes.responder_cells import responder_cells
from dose_outcomes.outcomes.responder_contrast import responder_contrast

# doses are spread differently over the conditions: crude and stratified comparisons differ
TABLE = ([(10, 40), (18, 50), (60, 120)], [(20, 100), (14, 60), (8, 30)], [(3, 25), (6, 30), (9, 40)])
STRATIFIED = "stratified by condition"


def contrasts(counts, settings):
    return list(responder_contrast(responder_cells(counts, settings), settings))


@pytest.fixture(scope="module")
def rows(study, responders):
    return contrasts(responders(*TABLE, observed=1), study())


def test_every_dose_is_compared_with_the_lowest_in_every_condition(rows):
    assert {row.comparator for row in rows} == {"low"}
    found = {(row.condition, row.dose, row.subgroup, row.missing_data) for row in rows}
    expected = {
        (condition, dose, "", missing)
        for condition in ("all", "fibromyalgia", "chronic_pain", "psoriasis")
        for dose in ("middle", "high")
        for missing in ("non_responder", "observed")
    } | {("all", d, STRATIFIED, m) for d in ("middle", "high") for m in ("non_responder", "observed")}
    assert found == expected


def test_the_reference_dose_and_the_difference_are_those_of_the_study(study, responders, one):
    settings = study(contrasts={"reference_dose": "middle", "difference": "newcombe"})
    rows = contrasts(responders(*TABLE), settings)
    assert {(row.dose, row.comparator) for row in rows} == {("low", "middle"), ("high", "middle")}
    row = one(rows, condition="psoriasis", dose="high", statistic="risk_difference")
    expected = confint_proportions_2indep(9, 40, 6, 30, compare="diff", method="newcomb")
    assert (row.low, row.high) == pytest.approx(expected, rel=1e-9)
    assert "Newcombe" in row.method


def test_crude_estimates_and_the_p_value(rows, one):
    row = one(rows, condition="fibromyalgia", dose="high", statistic="risk_difference")
    assert row.estimate == pytest.approx(60 / 120 - 10 / 40)
    assert (row.n, row.events) == (160, 70)
    pearson = stats.chi2_contingency([[60, 60], [10, 30]], correction=False)
    assert row.p_value == pytest.approx(stats.chi2.sf(pearson.statistic * 159 / 160, 1), rel=1e-9)
    # the test and the interval say the same
    assert (row.p_value < 0.05) is (row.low > 0 or row.high < 0)
    assert one(rows, condition="fibromyalgia", dose="high", statistic="risk_ratio").estimate == pytest.approx(2.0)
    assert one(rows, condition="fibromyalgia", dose="high", statistic="odds_ratio").estimate == pytest.approx(3.0)
    expected = one(rows, condition="fibromyalgia", dose="high", statistic="smallest_expected_count")
    assert expected.estimate == pytest.approx(40 * 70 / 160)


def test_observed_leaves_those_without_a_score_out(rows, one):
    row = one(rows, condition="fibromyalgia", dose="high", statistic="risk_difference", missing_data="observed")
    assert row.estimate == pytest.approx(60 / 119 - 10 / 39)
    assert row.n == 158


def test_within_conditions_same_as_statsmodels(rows, one):
    tables = [np.array([[c[2][0], c[2][1] - c[2][0]], [c[0][0], c[0][1] - c[0][0]]]) for c in TABLE]
    expected = StratifiedTable([table.astype(float) for table in tables])
    key = {"condition": "all", "dose": "high", "subgroup": STRATIFIED}
    odds = one(rows, **key, statistic="odds_ratio")
    assert odds.estimate == pytest.approx(expected.oddsratio_pooled, rel=1e-9)
    assert (odds.low, odds.high) == pytest.approx(expected.oddsratio_pooled_confint(), rel=1e-9)
    assert one(rows, **key, statistic="risk_ratio").estimate == pytest.approx(expected.riskratio_pooled, rel=1e-9)
    difference = one(rows, **key, statistic="risk_difference")
    assert difference.p_value == pytest.approx(expected.test_null_odds(correction=False).pvalue, rel=1e-9)
    # by hand: the differences 0.25, 0.0667 and 0.105 weighted by n1 n2 / N = 30, 23.08 and 15.38
    weights = np.array([120 * 40 / 160, 30 * 100 / 130, 40 * 25 / 65])
    differences = np.array([60 / 120 - 10 / 40, 8 / 30 - 20 / 100, 9 / 40 - 3 / 25])
    assert difference.estimate == pytest.approx(weights @ differences / weights.sum(), rel=1e-12)
    crude = one(rows, condition="all", dose="high", statistic="risk_difference")
    assert crude.estimate == pytest.approx(77 / 190 - 33 / 165)
    assert abs(crude.estimate - difference.estimate) > 0.02


def test_the_p_value_stands_in_one_row_of_a_comparison(rows):
    assert {row.statistic for row in rows if row.p_value is not None} == {"risk_difference"}


def test_number_needed_has_limits_only_where_they_are_an_interval(rows, one):
    key = {"condition": "fibromyalgia", "dose": "high"}
    difference = one(rows, **key, statistic="risk_difference")
    needed = one(rows, **key, statistic="number_needed_to_treat")
    assert needed.estimate == pytest.approx(4.0)
    assert (needed.low, needed.high) == pytest.approx((1 / difference.high, 1 / difference.low))
    crossing = one(rows, condition="psoriasis", dose="high", statistic="number_needed_to_treat")
    assert (crossing.low, crossing.high) == (None, None)
    assert "to inf to NNTH" in crossing.note


def test_equal_shares_need_infinitely_many(study, responders, one):
    rows = contrasts(responders([(5, 20), (5, 20), (5, 20)]), study(1))
    row = one(rows, condition="all", dose="high", statistic="number_needed_to_treat")
    assert row.estimate == inf
    assert row.note.startswith("inf (NNTB ")


def test_a_harm_is_needed_to_harm(study, responders, one):
    # 0.1 more have the event: one more harmed of every ten
    settings = study(
        1,
        definitions={
            "WORSE": {"instrument": "PAIN_NRS", "label": "Worse", "response": "worsen >= 2", "type": "worsening"}
        },
        endpoints=[{"id": "main", "label": "W", "kind": "harm", "definitions": {"fibromyalgia": "WORSE"}}],
    )
    rows = contrasts(responders([(10, 100), (20, 100), (20, 100)]), settings)
    row = one(rows, condition="all", dose="high", statistic="number_needed_to_treat", missing_data="observed")
    assert row.estimate == pytest.approx(-10)


@pytest.mark.parametrize(
    ("groups", "note", "tested"),
    [
        ([(6, 20), (6, 20), (9, 20)], "", True),
        ([(6, 20), (6, 20), (4, 9)], "diagnostics failed: fewer than 10 patients in a group; no p value", False),
        ([(2, 20), (6, 20), (2, 20)], "diagnostics failed: fewer than 5 patients with the event in all", True),
        ([(18, 20), (6, 20), (18, 20)], "diagnostics failed: fewer than 5 patients without the event in all", True),
        ([(1, 5), (6, 20), (1, 20)], "diagnostics failed: fewer than 10 patients in a group, fewer than 5", False),
    ],
)
def test_small_comparisons_are_marked_and_have_no_p_value(groups, note, tested, study, responders, one):
    row = one(contrasts(responders(groups), study(1)), condition="all", dose="high", statistic="risk_difference")
    assert row.note.startswith(note)
    assert bool(row.note) is bool(note)
    assert row.estimate is not None
    assert (row.p_value is not None) is tested


def test_the_bounds_are_those_of_the_study(study, responders, one):
    settings = study(1, diagnostics={"minimum_patients": 3, "minimum_events": 0})
    row = one(
        contrasts(responders([(0, 4), (6, 20), (1, 4)]), settings),
        condition="all",
        dose="high",
        statistic="risk_difference",
    )
    assert row.note == ""
    assert "Fisher" in row.method  # an expected count below 1
    assert row.p_value == pytest.approx(1.0)


def test_a_dose_without_patients_gives_rows_that_say_so(study, responders):
    rows = contrasts(responders([(5, 20), (0, 0), (9, 20)]), study(1))
    found = [row for row in rows if row.dose == "middle" and row.missing_data == "non_responder"]
    assert len(found) == 2 * 5  # the condition and the total, which have the same name
    assert {(row.estimate, row.low, row.high, row.p_value, row.note) for row in found} == {
        (None, None, None, None, "no patients")
    }
