"""Trend over doses and heterogeneity over conditions, against scipy and statsmodels."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.contingency_tables import StratifiedTable, Table

from dose_outcomes.outcomes.responder_cells import responder_cells
from dose_outcomes.outcomes.responder_trend import responder_heterogeneity, responder_trend

TABLE = ([(10, 40), (18, 50), (60, 120)], [(20, 100), (14, 60), (8, 30)], [(3, 25), (6, 30), (9, 40)])


def test_trend_takes_the_dose_in_mg_as_score(study, responders, one):
    settings = study()
    rows = list(responder_trend(responder_cells(responders(*TABLE), settings), settings))
    row = one(rows, condition="fibromyalgia")
    table = np.array([[30, 10], [32, 18], [60, 60]])
    expected = Table(table, shift_zeros=False).test_ordinal_association(np.array([0.5, 1.5, 4.5]), np.array([0, 1]))
    assert row.estimate == pytest.approx(expected.zscore * np.sqrt(210 / 209), rel=1e-9)
    assert (row.analysis, row.statistic, row.dose, row.n, row.events) == (
        "responder_rate",
        "trend_test",
        "all",
        210,
        88,
    )


def test_the_score_of_a_dose_group_can_be_set(study, responders, one):
    groups = [
        {"label": "low", "from_mg": 0.5, "below_mg": 1.5, "score_mg": 1.0},
        {"label": "middle", "from_mg": 1.5, "below_mg": 4.5, "score_mg": 3.0},
        {"label": "high", "from_mg": 4.5, "below_mg": 5},
    ]
    found = {}
    for name, settings in {"from_mg": study(1), "score_mg": study(1, dose_groups=groups)}.items():
        rows = list(responder_trend(responder_cells(responders(*TABLE), settings), settings))
        found[name] = one(rows, condition="all").estimate
    assert found["from_mg"] != pytest.approx(found["score_mg"], rel=1e-3)


def test_over_conditions_there_is_a_crude_and_a_stratified_trend(study, responders, one):
    # within each condition the share is the same at every dose; the better condition has the higher doses
    settings = study(2)
    counts = responders([(2, 20), (4, 40), (10, 100)], [(50, 100), (20, 40), (10, 20)])
    rows = list(responder_trend(responder_cells(counts, settings), settings))
    assert one(rows, condition="all", subgroup="stratified by condition").estimate == pytest.approx(0, abs=1e-12)
    assert one(rows, condition="all").p_value < 0.001


def test_a_single_condition_is_not_stratified_and_not_heterogeneous(study, responders):
    settings = study(1)
    cells = responder_cells(responders(*TABLE), settings)
    assert {row.subgroup for row in responder_trend(cells, settings)} == {""}
    assert list(responder_heterogeneity(cells, settings)) == []


def test_a_trend_over_a_small_group_has_no_p_value(study, responders, one):
    settings = study(1)
    rows = list(responder_trend(responder_cells(responders([(3, 9), (8, 20), (9, 20)]), settings), settings))
    row = one(rows, condition="all")
    assert row.estimate is not None
    assert row.p_value is None
    assert row.note.startswith("diagnostics failed: fewer than 10 patients in a group")
    assert row.note.endswith("no p value with fewer than 10 patients in a group")


def test_a_dose_nobody_had_has_no_influence_on_the_trend(study, responders, one):
    settings = study(1)
    rows = list(responder_trend(responder_cells(responders([(3, 20), (0, 0), (9, 20)]), settings), settings))
    assert one(rows, condition="all").note == ""
    assert one(rows, condition="all").p_value is not None


def test_heterogeneity_of_rates_and_of_odds_ratios(study, responders, one):
    settings = study()
    rows = list(responder_heterogeneity(responder_cells(responders(*TABLE), settings), settings))
    assert {(row.dose, row.comparator) for row in rows} == {
        ("all", ""),
        ("low", ""),
        ("middle", ""),
        ("high", ""),
        ("high", "low"),
    }
    row = one(rows, dose="high", comparator="")
    expected = stats.chi2_contingency([[60, 8, 9], [60, 22, 31]], correction=False)
    assert (row.estimate, row.p_value) == pytest.approx((expected.statistic, expected.pvalue), rel=1e-9)
    row = one(rows, dose="high", comparator="low")
    tables = [np.array([[c[2][0], c[2][1] - c[2][0]], [c[0][0], c[0][1] - c[0][0]]], dtype=float) for c in TABLE]
    expected = StratifiedTable(tables).test_equal_odds(adjust=True)
    assert (row.estimate, row.p_value) == pytest.approx((expected.statistic, expected.pvalue), rel=1e-6)


def test_nobody_responds(study, responders, one):
    settings = study(2)
    cells = responder_cells(responders([(0, 20)] * 3, [(0, 20)] * 3), settings)
    for row in [*responder_trend(cells, settings), *responder_heterogeneity(cells, settings)]:
        assert row.estimate is None
        assert row.p_value is None
        assert "undefined" in row.note or "fewer than two strata" in row.note
