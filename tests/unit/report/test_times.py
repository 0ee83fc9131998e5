"""Curves end where few are left, and their labels do not touch."""

from itertools import pairwise

import pytest

from dose_outcomes.report.figures.time_curves import apart
from dose_outcomes.report.times import height, times, while_enough_at_risk


@pytest.fixture
def question(register, wording):
    return times(register, wording)[0]


def test_a_curve_begins_at_one_on_day_0_and_ends_while_enough_are_at_risk(question):
    curve = question.curves[0]
    assert [(point.day, point.estimate) for point in curve.points] == [(0, 1.0), (28, 0.85), (56, 0.68), (70, 0.55)]
    assert curve.end == 70


@pytest.mark.parametrize(("minimum", "last"), [(0, 70), (61, 56), (100, 28), (101, 0)])
def test_the_disclosure_minimum_can_end_it_earlier(register, minimum, last):
    points = while_enough_at_risk(register.curve("time_to_response", "response", "all", "1 mg"), minimum)
    assert points[-1].day == last


def test_a_curve_has_no_height_after_its_end(question):
    curve = question.curves[0]
    assert height(curve.points, curve.end, 60, 5).estimate == 0.68
    assert height(curve.points, curve.end, 84, 5) is None


def test_medians_are_found_at_their_horizon(question):
    assert question.medians[0].cells["4 mg"].estimate == 63
    assert question.medians[0].cells["1 mg"].estimate is None


@pytest.mark.parametrize("positions", [[100, 101, 102], [0, 0, 0, 0], [270, 269], [10, 200, 205, 90], [50]])
def test_labels_move_apart_and_stay_within(positions):
    moved = apart([float(position) for position in positions], 17, 270)
    order = sorted(moved)
    assert all(below - above >= 17 - 1e-9 for above, below in pairwise(order))
    assert order[0] >= 0
    assert order[-1] <= 270


def test_labels_keep_the_order_of_their_curves():
    moved = apart([100.0, 99.0, 150.0], 17, 270)
    assert moved[1] < moved[0] < moved[2]
