"""Marks of the further figures lie at their estimates: places read back from the SVG are the released numbers."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from dose_outcomes.outcomes import precision
from dose_outcomes.report import grids
from dose_outcomes.report.baseline import baseline
from dose_outcomes.report.course import course
from dose_outcomes.report.dose_response import dose_responses
from dose_outcomes.report.figures import dots, incidence_curves, panels, small_multiples, stacks
from dose_outcomes.report.harm_course import HarmCourse
from dose_outcomes.report.harm_details import HarmDetails
from dose_outcomes.report.numbers import show
from dose_outcomes.report.response import responses
from dose_outcomes.report.scores import scores
from dose_outcomes.report.side_effects import side_effects
from dose_outcomes.report.svg import to_svg
from dose_outcomes.report.time_details import TimeDetails

MOVE = re.compile(r"translate\(([-\d.]+),([-\d.]+)\)")
HALF_A_UNIT = 0.5


def drawn(chart) -> dict[str, list[tuple[float, float]]]:
    """Return the places of the marks of each row, within their panels."""
    found: dict[str, list[tuple[float, float]]] = {}
    for element in ElementTree.fromstring(to_svg(chart, "F1", "Title", "Description")).iter():
        move = MOVE.search(element.get("transform", ""))
        if element.get("data-r") and move:
            found.setdefault(str(element.get("data-r")), []).append((float(move[1]), float(move[2])))
    return found


@pytest.fixture(scope="module")
def effects(register, wording):
    return side_effects(register, wording, "all")


@pytest.fixture(scope="module")
def harms(effects, register, wording):
    return HarmDetails(effects, register, wording)


def many(kind, register, wording):
    """Return panels and axes of small multiples, and the chart."""
    if kind == "change":
        content = scores(register, wording).over_visits
        return *panels.change_facets(content), panels.change_over_visits(content, wording)
    if kind == "distribution":
        content = scores(register, wording).distribution
        return *panels.distribution_facets(content), panels.change_distribution(content, wording)
    if kind == "dose_response":
        content = dose_responses(responses(register, wording)[0], register, wording)
        return *panels.dose_response_facets(content), panels.dose_response(content, wording)
    content = HarmCourse(side_effects(register, wording, "all"), register, wording).prevalence
    return *panels.prevalence_facets(content), panels.prevalence(content, wording)


@pytest.mark.parametrize("kind", ["change", "distribution", "dose_response", "prevalence"])
def test_dots_of_small_multiples_lie_at_their_estimates(kind, register, wording):
    facets, axes, chart = many(kind, register, wording)
    places = drawn(chart)
    checked = 0
    for facet in facets:
        (left, right), (low, high) = small_multiples.x_domain(facet, axes), small_multiples.y_domain(facet, axes)
        for place, row in small_multiples.shown(facet.dots):
            x = (place - left) / (right - left) * small_multiples.panel_width(len(facets))
            y = small_multiples.HEIGHT * (1 - (row.estimate - low) / (high - low))
            assert places[row.identifier][0] == pytest.approx((x, y), abs=HALF_A_UNIT)
            checked += 1
    assert checked >= 5


def test_a_curve_that_cannot_be_estimated_is_not_drawn(register, wording):
    found = {panel.label: panel for panel in dose_responses(responses(register, wording)[0], register, wording)}
    assert found["Itch, chronic"].fitted == []
    assert found["Itch, chronic"].detail == "no share shown"
    assert len(found["Aches"].fitted) == 2
    response = responses(register, wording)[0]
    line = next(row for row in response.rows if row.label == "Itch, chronic")
    shares = next(row for row in response.rows if row.label == "Aches").cells
    one_share = replace(response, rows=[replace(line, cells=shares)])
    assert dose_responses(one_share, register, wording)[0].detail == "no curve"


def test_differences_at_the_start_lie_at_their_estimates(register, wording):
    content = baseline(register, wording)
    places = drawn(dots.baseline_differences(content, wording))
    end, width = dots.difference_limit(content), dots.differences_width(content)
    for number, one in enumerate(content.differences):
        row = one.cells["4 mg"]
        x = width * (row.estimate + end) / (2 * end)
        assert places[row.identifier] == [pytest.approx((x, dots.STEP * (number + 0.5)), abs=HALF_A_UNIT)]


def test_rates_and_ratios_share_their_rows(harms, wording):
    places = drawn(dots.side_effect_ratios(harms, wording))
    span = math.log(dots.LARGEST_RATIO / dots.SMALLEST_RATIO)
    for number, one in enumerate(harms.ratios):
        y = dots.STEP * (number + 0.5)
        ratio = one.ratios["4 mg"]
        if ratio.estimate is not None:
            x = dots.RATIOS_WIDTH * math.log(ratio.estimate / dots.SMALLEST_RATIO) / span
            assert places[ratio.identifier] == [pytest.approx((x, y), abs=HALF_A_UNIT)]
        for dose in ("1 mg", "4 mg"):
            rate = one.rates[dose]
            if rate.estimate is not None:
                x = dots.RATES_WIDTH * rate.estimate / dots.rate_end(harms)
                assert places[rate.identifier] == [pytest.approx((x, y), abs=HALF_A_UNIT)]


def test_hidden_ratios_come_last_and_print_why(harms, wording):
    assert harms.ratios[-1].label == "Rash"
    assert ">&lt;5<" in to_svg(dots.side_effect_ratios(harms, wording), "F1", "Title", "Description")


def test_bars_are_as_high_as_their_shares(register, wording, harms):
    taken = course(register, wording)
    for chart, content, end in (
        (stacks.dose_over_time(taken, wording), stacks.dose_stacks(taken, wording), 1.0),
        (stacks.severity(harms, wording), stacks.severity_stacks(harms), stacks.severity_end(harms)),
    ):  # fmt: skip
        paths = {
            element.get("data-r"): path_height(str(element.get("d")))
            for element in ElementTree.fromstring(to_svg(chart, "F1", "Title", "Description")).iter()
            if element.get("data-r")
        }
        for stack in content:
            for bar in stack.bars:
                for _, row, low, high in stacks.bar_ends(bar):
                    assert high - low == pytest.approx(row.estimate)
                    assert paths[row.identifier] == pytest.approx(stacks.HEIGHT * row.estimate / end, abs=HALF_A_UNIT)


def path_height(path: str) -> float:
    """Return the height of a rectangle drawn as M, h, v."""
    found = re.search(r"v(-?[\d.]+)", path)
    assert found
    return abs(float(found[1]))


def test_a_hidden_state_takes_no_room_in_a_bar(register, wording):
    bar = stacks.dose_stacks(course(register, wording), wording)[0].bars[0]
    assert [name for name, _ in bar.segments] == ["1 mg", "4 mg", "Died", "Stopped"]
    assert [name for name, *_ in stacks.bar_ends(bar)] == ["1 mg", "4 mg", "Stopped"]


def test_incidences_step_through_their_estimates(register, wording):
    detail = TimeDetails(wording.study["time_to_response"][0], register, wording)
    content = incidence_curves.causes(detail, register, wording)
    assert [cause.label for cause in content] == ["A response", "Stopping before a response"]
    svg = to_svg(incidence_curves.incidence_curves(content, wording), "F1", "Title", "Description")
    lines = {}
    for element in ElementTree.fromstring(svg).iter():
        if element.get("data-r") and element.get("d"):
            lines[element.get("data-r")] = str(element.get("d"))
    end, last = incidence_curves.curve_end(content), incidence_curves.last_day(content)
    width = incidence_curves.curve_panel_width(content)
    for cause in content:
        for _, points in cause.curves:
            assert (points[0].day, points[0].estimate) == (0, 0.0)
            numbers = [float(number) for number in re.findall(r"-?[\d.]+", lines[points[0].identifier])]
            for point in points:
                assert any(number == pytest.approx(width * point.day / last, abs=HALF_A_UNIT) for number in numbers)
                y = incidence_curves.HEIGHT * (1 - point.estimate / end)
                assert any(number == pytest.approx(y, abs=HALF_A_UNIT) for number in numbers)


def test_under_incidences_stand_the_patients_so_far_of_both_panels(register, wording):
    detail = TimeDetails(wording.study["time_to_response"][0], register, wording)
    content = incidence_curves.causes(detail, register, wording)
    last = incidence_curves.last_day(content)
    day, row = content[0].counts["4 mg"][0]
    within = [replace(cause, counts={"4 mg": [(last, cause.counts["4 mg"][0][1])]}) for cause in content]
    expected = " | ".join(show(cause.counts["4 mg"][0][1], "events") for cause in content)
    assert incidence_curves.counted(within, "4 mg") == [(last, expected)]
    assert day > last
    assert incidence_curves.counted(content, "4 mg") == []
    hidden = [replace(within[0], counts={"4 mg": [(last, replace(row, events=None))]}), within[1]]
    assert incidence_curves.counted(hidden, "4 mg")[0][1].startswith("hidden | ")
    svg = to_svg(incidence_curves.incidence_curves(within, wording), "F1", "Title", "Description")
    assert expected in [element.text for element in ElementTree.fromstring(svg).iter()]


def test_a_failed_diagnostic_is_said_as_the_results_say_it():
    assert grids.FAILED == precision.FAILED
