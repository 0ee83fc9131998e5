"""Dose response: the shapes tested, the models fitted, and what is said when they cannot be."""

import numpy as np
import pytest
from scipy import optimize, stats

from dose_outcomes.outcomes.dose_response import FLAT_SHAPE, candidates, dose_response
from dose_outcomes.outcomes.responder_cells import responder_cells

DOSES = np.array([0.5, 1.5, 4.5])
LINEAR = {"candidates": [{"model": "linear"}]}


def rows_of(counts, settings):
    return list(dose_response(responder_cells(counts, settings), settings))


def test_one_linear_candidate_is_a_weighted_regression_of_log_odds(study, responders, one):
    events, n = np.array([10, 20, 40]), np.array([50, 50, 60])
    settings = study(1, dose_response=LINEAR)
    rows = rows_of(responders(list(zip(events.tolist(), n.tolist(), strict=True))), settings)
    odds, variance = np.log(events / (n - events)), 1 / events + 1 / (n - events)
    design, weight = np.column_stack([np.ones(3), DOSES]), np.diag(1 / variance)
    covariance = np.linalg.inv(design.T @ weight @ design)
    coefficients = covariance @ design.T @ weight @ odds
    test = one(rows, condition="all", statistic="contrast_test", subgroup="linear")
    # the optimal contrast of a line has the z of its slope
    z = coefficients[1] / np.sqrt(covariance[1, 1])
    assert test.estimate == pytest.approx(z, rel=1e-9)
    assert test.p_value == pytest.approx(stats.norm.sf(z), rel=1e-9)
    assert test.p_adjusted == pytest.approx(test.p_value, rel=1e-9)
    for dose, label in zip(DOSES, ("low", "middle", "high"), strict=True):
        row = one(rows, condition="all", statistic="fitted_proportion", dose=label)
        at = np.array([1, dose])
        middle, half = at @ coefficients, 1.959964 * np.sqrt(at @ covariance @ at)
        expected = [1 / (1 + np.exp(-value)) for value in (middle, middle - half, middle + half)]
        assert [row.estimate, row.low, row.high] == pytest.approx(expected, rel=1e-6)
        assert "no placebo" in row.note
        assert "no candidate shape is significant" not in row.note
    assert one(rows, condition="all", statistic="fitted_proportion", dose="high").n == 60


def test_adjusted_for_several_candidates_and_the_best_significant_model_is_fitted(study, responders, one):
    groups = [(50, 500), (145, 500), (220, 500)]
    settings = study(1)
    rows = rows_of(responders(groups), settings)
    tests = [row for row in rows if row.statistic == "contrast_test" and row.condition == "all"]
    assert len(tests) == 5
    assert all(row.p_value <= row.p_adjusted for row in tests)
    # three points are on an Emax curve: solved by hand
    odds = np.log([50 / 450, 145 / 355, 220 / 280])
    emax = optimize.brentq(
        lambda e: (
            (odds[1] - odds[0]) / (odds[2] - odds[0])
            - (1.5 / (e + 1.5) - 0.5 / (e + 0.5)) / (4.5 / (e + 4.5) - 0.5 / (e + 0.5))
        ),
        0.01,
        6,
    )
    fitted = one(rows, condition="all", statistic="fitted_proportion", dose="high")
    assert fitted.estimate == pytest.approx(220 / 500, rel=1e-6)
    ed50 = one(rows, condition="all", statistic="ed50_mg", subgroup="emax")
    # below the lowest dose studied: the number is in the note, not in the estimate
    assert emax < 0.5
    assert ed50.estimate is None
    assert f"{emax:.4g}"[:4] in ed50.note
    assert ed50.note.startswith("ED50 not identified")


def test_an_umbrella_has_its_peak_where_the_study_says(study):
    settings = study(dose_response={"candidates": [{"model": "quadratic", "peak_mg": 3}]})
    ((label, candidate),) = candidates(settings)
    assert label == "quadratic (peak_mg 3)"
    grid = np.linspace(0, 4.5, 451)
    assert grid[np.argmax(candidate.shape(grid))] == pytest.approx(3)


@pytest.mark.parametrize(
    ("groups", "note"),
    [
        ([(5, 20), (0, 0), (9, 20)], "a dose without patients"),
        ([(5, 20), (5, 9), (9, 20)], "fewer than 10 patients at a dose"),
        ([(4, 20), (6, 20), (9, 20)], "fewer than 5 patients with or without the event at a dose"),
        ([(16, 20), (6, 20), (9, 20)], "fewer than 5 patients with or without the event at a dose"),
        ([(0, 0), (0, 0), (0, 0)], "no patients"),
    ],
)
def test_too_few_for_log_odds(study, responders, groups, note):
    settings = study(1)
    rows = rows_of(responders(groups), settings)
    enough = rows_of(responders([(10, 30)] * 3), settings)
    key = [(row.condition, row.dose, row.subgroup, row.statistic) for row in rows]
    assert key == [(row.condition, row.dose, row.subgroup, row.statistic) for row in enough]
    per_variable = [row for row in rows if row.statistic == "events_per_variable"]
    # the fewer of those with and without, for the four parameters of the sigmoid
    events, n = sum(events for events, _ in groups), sum(n for _, n in groups)
    assert {row.estimate for row in per_variable} == {min(events, n - events) / 4 if n else None}
    assert {(row.estimate, row.note) for row in rows if row not in per_variable} == {(None, note)}


def test_a_shape_that_is_flat_over_the_doses_is_said_and_the_others_are_tested(study, responders, one):
    """With two doses of 1 and 2 mg the usual umbrella, whose peak is at 1.5 mg, has the same height at both."""
    groups = [{"label": "low", "from_mg": 1, "below_mg": 2}, {"label": "middle", "from_mg": 2, "below_mg": 3}]
    counts = responders([(30, 100), (60, 100), (0, 0)])
    counts = counts[counts["dose"] != "high"]
    rows = rows_of(counts, study(1, dose_groups=groups, contrasts={"reference_dose": "low"}))
    tests = {row.subgroup: row for row in rows if row.condition == "all" and row.statistic == "contrast_test"}
    (flat,) = [row for row in tests.values() if row.note == FLAT_SHAPE]
    assert "quadratic" in flat.subgroup
    assert flat.estimate is None
    others = [row for row in tests.values() if row is not flat]
    assert len(others) == 4
    # two doses have one contrast: the difference of log odds
    odds, variance = np.log([30 / 70, 60 / 40]), 1 / 30 + 1 / 70 + 1 / 60 + 1 / 40
    z = (odds[1] - odds[0]) / np.sqrt(variance)
    assert [row.estimate for row in others] == pytest.approx([z] * 4, rel=1e-9)

    umbrella = {"candidates": [{"model": "quadratic", "peak_mg": 1.5}]}
    rows = rows_of(counts, study(1, dose_groups=groups, contrasts={"reference_dose": "low"}, dose_response=umbrella))
    assert {row.note for row in rows if row.statistic != "events_per_variable"} == {FLAT_SHAPE}
    assert len([row for row in rows if row.statistic == "contrast_test" and row.condition == "all"]) == 1


def test_no_signal_is_said_beside_the_curve(study, responders, one):
    rows = rows_of(responders([(10, 30)] * 3), study(1))
    row = one(rows, condition="all", statistic="fitted_proportion", dose="low")
    assert row.estimate == pytest.approx(1 / 3)
    assert row.note.startswith("no candidate shape is significant")


def test_standardised_over_conditions_takes_their_mix_out(study, responders, one):
    # the same shares at every dose within each condition, but more of the better condition at high doses
    settings = study(2, dose_response=LINEAR)
    rows = rows_of(responders([(10, 100), (10, 100), (20, 200)], [(100, 200), (50, 100), (50, 100)]), settings)
    crude = one(rows, condition="all", statistic="contrast_test", subgroup="linear")
    taken_out = one(rows, condition="all", statistic="contrast_test", subgroup="standardised over conditions; linear")
    assert abs(crude.estimate) > 2
    assert taken_out.estimate == pytest.approx(0, abs=1e-9)
    row = one(rows, condition="all", statistic="fitted_proportion", dose="low", subgroup="standardised over conditions")
    assert row.estimate == pytest.approx(0.5 * 0.1 + 0.5 * 0.5)


def test_only_the_first_endpoint_by_its_primary_handling(study, responders):
    endpoints = [
        {"id": "main", "label": "Main", "definitions": {"fibromyalgia": "FM-PAIN-30"}},
        {"id": "strict", "label": "Strict", "definitions": {"fibromyalgia": "FM-PAIN-50"}},
    ]
    rows = rows_of(responders([(10, 30)] * 3), study(1, endpoints=endpoints))
    assert {(row.endpoint, row.missing_data) for row in rows} == {("FM-PAIN-30", "non_responder")}
