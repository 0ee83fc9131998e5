"""Intervals and bands lie at their limits: read back from the SVG they are the released numbers."""

from __future__ import annotations

import math
import re
from xml.etree import ElementTree

import pytest

from dose_outcomes.report.figures import dots, incidence_curves
from dose_outcomes.report.figures.matrix import ROW_HEIGHT, label_width, panel_width
from dose_outcomes.report.figures.responder_matrix import responder_matrix
from dose_outcomes.report.figures.time_curves import PLOT_HEIGHT, time_curves
from dose_outcomes.report.harm_details import HarmDetails
from dose_outcomes.report.response import responses
from dose_outcomes.report.side_effects import side_effects
from dose_outcomes.report.svg import to_svg
from dose_outcomes.report.time_details import TimeDetails
from dose_outcomes.report.times import times

MOVE = re.compile(r"translate\(([-\d.]+),([-\d.]+)\)")
HALF_A_UNIT = 0.5


def lines(chart) -> list[tuple[float, float, float]]:
    """Return left end, right end and height of every horizontal line, within its panel."""
    found = []
    for element in ElementTree.fromstring(to_svg(chart, "F1", "Title", "Description")).iter():
        if element.tag.endswith("line"):
            move = MOVE.search(element.get("transform", ""))
            x, y = (float(move[1]), float(move[2])) if move else (0.0, 0.0)
            ends = [x + float(element.get(name, "0")) for name in ("x1", "x2")]
            if float(element.get("y1", "0")) == float(element.get("y2", "0")):
                found.append((min(ends), max(ends), y))
    return found


def has(found, low, high, y) -> bool:
    return any(one == pytest.approx((low, high, y), abs=HALF_A_UNIT) for one in found)


def test_intervals_of_the_matrix_end_at_their_limits(register, wording):
    response = responses(register, wording)[0]
    found = lines(responder_matrix(response, wording))
    width = panel_width(len(wording.columns), label_width([row.label for row in response.rows]))
    checked = 0
    for number, row in enumerate(response.rows):
        for dose in wording.columns:
            one = row.cells[response.primary][dose.identifier]
            if one is not None and one.low is not None and one.high is not None:
                assert has(found, one.low * width, one.high * width, (number + 0.5) * ROW_HEIGHT), one
                checked += 1
    assert checked >= 6


def test_intervals_of_ratios_end_at_their_limits(register, wording):
    harms = HarmDetails(side_effects(register, wording, "all"), register, wording)
    found = lines(dots.side_effect_ratios(harms, wording))
    span = math.log(dots.LARGEST_RATIO / dots.SMALLEST_RATIO)

    def place(ratio: float) -> float:
        inside = min(max(ratio, dots.SMALLEST_RATIO), dots.LARGEST_RATIO)
        return dots.RATIOS_WIDTH * math.log(inside / dots.SMALLEST_RATIO) / span

    checked = 0
    for number, one in enumerate(harms.ratios):
        ratio = one.ratios["4 mg"]
        if ratio.estimate is not None and ratio.low is not None and ratio.high is not None:
            assert has(found, place(ratio.low), place(ratio.high), dots.STEP * (number + 0.5)), one.label
            checked += 1
    assert checked


def numbers_of_areas(chart) -> list[list[float]]:
    """Return the numbers of every closed path: bands are closed, lines are not."""
    elements = ElementTree.fromstring(to_svg(chart, "F1", "Title", "Description")).iter()
    found = [str(element.get("d")) for element in elements if str(element.get("d", "")).endswith("Z")]
    return [[float(number) for number in re.findall(r"-?[\d.]+", path)] for path in found]


def test_bands_of_curves_pass_through_their_limits(register, wording):
    question = times(register, wording)[0]
    found = numbers_of_areas(time_curves(question, wording))
    for curve in question.curves:
        limits = [
            PLOT_HEIGHT * (1 - end) for point in curve.points for end in (point.low, point.high) if end is not None
        ]
        assert any(
            all(any(number == pytest.approx(limit, abs=HALF_A_UNIT) for number in area) for limit in limits)
            for area in found
        )


def test_bands_of_incidences_pass_through_their_limits(register, wording):
    detail = TimeDetails(wording.study["time_to_response"][0], register, wording)
    content = incidence_curves.causes(detail, register, wording)
    found = numbers_of_areas(incidence_curves.incidence_curves(content, wording))
    end = incidence_curves.curve_end(content)
    for cause in content:
        for _, points in cause.curves:
            limits = [
                incidence_curves.HEIGHT * (1 - limit / end) for point in points for limit in (point.low, point.high)
            ]
            assert any(
                all(any(number == pytest.approx(limit, abs=HALF_A_UNIT) for number in area) for limit in limits)
                for area in found
            )
