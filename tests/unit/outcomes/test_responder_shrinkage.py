"""Shrinkage of responder rates towards the mean over conditions."""

import pytest

from dose_outcomes.outcomes.responder_cells import responder_cells
from dose_outcomes.outcomes.responder_shrinkage import responder_shrinkage


def shrunken(counts, settings):
    return list(responder_shrinkage(responder_cells(counts, settings), settings))


def test_the_estimate_lies_between_the_raw_rate_and_the_mean_as_far_as_the_shrinkage_says(study, responders, one):
    # every dose has the same rates: 2, 5 and 16 of 20
    settings = study()
    rows = shrunken(responders([(2, 20)] * 3, [(5, 20)] * 3, [(16, 20)] * 3), settings)
    for dose, n in {"all": 60, "low": 20}.items():
        mean = one(rows, condition="all", dose=dose, statistic="proportion").estimate
        for condition, rate in {"fibromyalgia": 0.1, "chronic_pain": 0.25, "psoriasis": 0.8}.items():
            row = one(rows, condition=condition, dose=dose, statistic="proportion")
            weight = one(rows, condition=condition, dose=dose, statistic="shrinkage").estimate
            assert row.estimate == pytest.approx(weight * mean + (1 - weight) * rate, rel=1e-9)
            assert 0 < weight < 1
            assert row.n == n
            assert row.low < row.estimate < row.high
    more = one(rows, condition="psoriasis", dose="all", statistic="shrinkage").estimate
    assert more < one(rows, condition="psoriasis", dose="low", statistic="shrinkage").estimate


def test_without_heterogeneity_all_conditions_have_the_pooled_rate_and_say_so(study, responders, one):
    settings = study()
    rows = shrunken(responders([(5, 20)] * 3, [(5, 20)] * 3, [(6, 20)] * 3), settings)
    row = one(rows, condition="psoriasis", dose="all", statistic="proportion")
    assert row.estimate == pytest.approx(48 / 180)
    assert "no heterogeneity" in row.note
    assert one(rows, condition="psoriasis", dose="all", statistic="shrinkage").estimate == 1.0
    assert one(rows, condition="all", dose="all", statistic="heterogeneity_test").p_value == 1.0


def test_nobody_responds_and_a_condition_without_patients(study, responders, one):
    settings = study(2)
    rows = shrunken(responders([(0, 20)] * 3, [(0, 20), (0, 0), (0, 20)]), settings)
    row = one(rows, condition="fibromyalgia", dose="low", statistic="proportion")
    assert row.estimate is None
    assert "no patient has the event" in row.note
    assert one(rows, condition="chronic_pain", dose="middle", statistic="proportion").note == "no patients"
    assert one(rows, condition="chronic_pain", dose="middle", statistic="shrinkage").estimate is None


def test_only_the_primary_handling_and_nothing_for_one_condition(study, responders):
    settings = study()
    rows = shrunken(responders([(2, 20)] * 3, [(5, 20)] * 3, [(16, 20)] * 3), settings)
    assert {row.missing_data for row in rows} == {"non_responder"}
    assert shrunken(responders([(2, 20)] * 3), study(1)) == []
