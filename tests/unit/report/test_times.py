"""Curves end where few are left, and their labels do not touch."""

from itertools import pairwise

import pytest

from dose_outcomes.report.figures.time_curves import apart
from dose_outcomes.report.register import CurvePoint
from dose_outcomes.report.times import drawn, height, persistence, times, while_enough_at_risk


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


def point(day, share, at_risk=100):
    return CurvePoint(
        identifier="c", analysis="persistence", endpoint="stopped the drug", condition="all", dose="1 mg", day=day,
        at_risk=at_risk, events=10, censored=5, estimate=share, low=None, high=None, dose_attribution="target",
        method="", suppressed="", line=day,
    )  # fmt: skip


def test_a_curve_is_not_drawn_on_to_the_end_of_the_axis_when_the_next_point_lies_far_beyond_it():
    released = [point(120, 0.82), point(142, 0.80), point(206, 0.54)]
    points, end, last = drawn(released, 168, minimum=5)
    assert (points[-1].day, end, last) == (142, 142, 206)
    assert height(points, end, 168, 5) is None
    near = drawn([*released[:2], point(170, 0.77)], 168, minimum=5)
    assert near[1:] == (168, 170)
    everything = drawn(released, 168, minimum=1)
    assert everything[1] == 168


def test_the_table_prints_the_estimate_of_its_day_and_not_the_height_of_a_curve_that_lags(register, wording, page):
    staying = persistence(register, wording)
    cell = next(cell for cell in staying.curves[0].risk if cell.day == 28)
    assert cell.share.statistic == "survival"
    assert cell.point.estimate != cell.share.estimate
    table = page[page.index("share still on the drug") :]
    table = table[: table.index("</table>")]
    assert f"data-r={cell.share.identifier}" in table
