"""Curves and bars of which a part is hidden say so: nothing is drawn as if it had been seen."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from dose_outcomes.report.course import course
from dose_outcomes.report.figures import curve_parts, incidence_curves, stacks
from dose_outcomes.report.figures.time_curves import PLOT_HEIGHT, by_dose, time_curves
from dose_outcomes.report.page import render
from dose_outcomes.report.svg import to_svg
from dose_outcomes.report.time_details import TimeDetails
from dose_outcomes.report.times import height, is_gap, times
from dose_outcomes.results import to_csv

HALF_A_UNIT = 0.5


@pytest.fixture(scope="module")
def question(register, wording):
    return times(register, wording)[0]


@pytest.fixture(scope="module")
def causes(register, wording):
    detail = TimeDetails(wording.study["time_to_response"][0], register, wording)
    return incidence_curves.causes(detail, register, wording)


def with_days(question, days):
    """Return the question with the points of its first curve on other days."""
    curve = question.curves[0]
    points = [replace(point, day=day) for point, day in zip(curve.points, days, strict=True)]
    return replace(question, curves=[replace(curve, points=points, end=days[-1]), *question.curves[1:]])


def paths(svg: str) -> list[tuple[str, str]]:
    """Return the row (empty where there is none) and the path of every mark with one."""
    elements = ElementTree.fromstring(svg).iter()
    return [(str(element.get("data-r") or ""), str(element.get("d"))) for element in elements if element.get("d")]


def corners(path: str) -> list[tuple[float, float]]:
    found: list[tuple[float, float]] = []
    for command, numbers in re.findall(r"([MLHV])([^MLHVZ]*)", path):
        values = [float(value) for value in re.findall(r"-?[\d.]+", numbers)]
        x, y = found[-1] if found else (0.0, 0.0)
        found.append((values[0], y) if command == "H" else (x, values[0]) if command == "V" else (*values[:2],))
    return found


@pytest.mark.parametrize(
    ("days", "minimum", "sizes"),
    [
        ([0, 28, 56, 70], 5, [4]),
        ([0, 28, 57, 70], 5, [2, 2]),
        ([0, 29, 58, 87], 5, [1, 1, 1, 1]),
        ([0, 29, 58, 87], 0, [4]),  # nothing is hidden: a long step is what was seen
    ],
)
def test_a_curve_is_in_pieces_where_shown_days_lie_far_apart(question, days, minimum, sizes):
    points = with_days(question, days).curves[0].points
    assert [len(piece) for piece in curve_parts.pieces(points, minimum)] == sizes


def test_no_step_is_drawn_over_unknown_days_and_a_thin_line_joins_what_is_known(question, wording):
    changed = with_days(question, [0, 28, 63, 70])
    svg = to_svg(time_curves(changed, wording), "F1", "Title", "Description")
    curve = changed.curves[0]
    name = curve.points[0].identifier
    steps = [corners(path) for row, path in paths(svg) if row == name]
    assert len(steps) == 2
    width = steps[-1][-1][0] * question.days[-1] / 70
    ends = [(point.day * width / question.days[-1], PLOT_HEIGHT * (1 - point.estimate)) for point in curve.points]
    assert steps[0][-1] == pytest.approx(ends[1], abs=HALF_A_UNIT)
    assert steps[1][0] == pytest.approx(ends[2], abs=HALF_A_UNIT)
    joins = [corners(path) for row, path in paths(svg) if row != name and len(corners(path)) == 2]
    assert any(
        join[0] == pytest.approx(ends[1], abs=HALF_A_UNIT) and join[1] == pytest.approx(ends[2], abs=HALF_A_UNIT)
        for join in joins
    )


def test_a_curve_has_no_height_on_unknown_days(question):
    points = with_days(question, [0, 28, 63, 70]).curves[0].points
    assert height(points, 70, 42, 5) is None
    assert height(points, 70, 42, 0).day == 28
    assert height(points, 70, 28, 5).day == 28
    assert is_gap(28, 63, 5)
    assert not is_gap(28, 56, 5)


def test_a_curve_does_not_run_on_to_a_day_about_which_nothing_is_known(release, wording):
    """The next point after day 28 lies beyond the axis and far away."""
    from dose_outcomes.report.register import Register

    curves = release.curves
    first = (curves["analysis"] == "time_to_response") & (curves["dose"] == "1 mg") & (curves["condition"] == "all")
    moved = curves.assign(day=curves["day"].mask(first & (curves["day"] > 28), curves["day"] + 100))
    register = Register(release.estimates, moved, release.attrition)
    curve = times(register, wording)[0].curves[0]
    assert (curve.end, curve.points[-1].day) == (28, 28)
    assert to_csv(curves) != to_csv(moved)


def test_incidences_begin_at_zero_on_day_0_and_the_numbers_at_risk_are_those_after_the_day(causes):
    for cause in causes:
        for _, points in cause.curves:
            assert (points[0].day, points[0].estimate) == (0, 0.0)
            assert [(day, point.at_risk) for day, point in incidence_curves.risk_numbers(points)] == [
                (0, 100),
                (28, 50),
            ]


def test_every_point_of_the_incidences_is_in_the_table_below(causes, page):
    table = page[page.index("Points of the curves: what comes first") :]
    table = table[: table.index("</table>")]
    for cause in causes:
        for _, points in cause.curves:
            for point in points[1:]:
                cell = rf"<td[^>]*{point.identifier}[^>]*>(?:(?!</td>).)*data-c=events data-d={point.day}\b"
                assert re.search(cell, table)
    days = incidence_curves.shown_points([causes[0], replace(causes[1], curves=causes[1].curves[:1])])
    assert [len(points) for _, points in days[0][1]] == [2, 2, 2]
    assert [points[1] for _, points in days[1][1]] == [None, None, None]  # the other cause has no curve of this dose


def test_the_hidden_part_of_a_bar_lies_between_doses_and_the_rest(register, wording):
    bar = stacks.dose_stacks(course(register, wording), wording)[0].bars[0]
    assert bar.hides
    known = {name: row.estimate for name, row in bar.segments if row.estimate is not None}
    low, high = stacks.hidden_part(bar)
    assert low == pytest.approx(known["1 mg"] + known["4 mg"])
    assert high == pytest.approx(1 - known["Stopped"])
    assert [(round(low, 9), round(high, 9)) for name, _, low, high in stacks.bar_ends(bar) if name == "Stopped"] == [
        (0.88, 1.0)
    ]


def test_a_bar_without_its_main_part_says_so(register, wording):
    panel = stacks.dose_stacks(course(register, wording), wording)[0]
    bar = panel.bars[0]
    hidden = replace(bar.segments[0][1], estimate=None, suppressed="protects a hidden count")
    changed = replace(bar, segments=[("1 mg", hidden), *bar.segments[1:]])
    low, high = stacks.hidden_part(changed)
    assert (round(low, 9), round(high, 9)) == (0.3, 0.88)
    chart = stacks.stacks([replace(panel, bars=[changed])], {"4 mg": "--dose-6", "Stopped": "--muted"}, "week", 1.0, 1)
    svg = to_svg(chart, "F1", "Title", "Description")
    assert ">not shown</text>" in svg
    assert "stroke-dasharray" in svg


def test_a_bar_that_shows_everything_has_no_hidden_part(register, wording):
    bar = stacks.dose_stacks(course(register, wording), wording)[0].bars[0]
    whole = replace(bar, segments=[one for one in bar.segments if one[1] is None or one[1].estimate is not None])
    assert stacks.hidden_part(whole) is None
    assert [round(high, 9) for *_, high in stacks.bar_ends(whole)] == [0.5, 0.8, 0.92]


def test_the_caption_says_what_a_long_step_means(page):
    assert page.count("Thin straight line: the days between its ends are not shown") >= 2


def rendered(release, **changes):
    """Return the page of a release whose rows of some analyses are hidden, all or those of a condition."""
    frame = release.estimates.copy()
    for analysis, condition in changes["hide"]:
        chosen = (frame["analysis"] == analysis) & (condition is None or frame["condition"] == condition)
        frame.loc[chosen, ["estimate", "low", "high"]] = None
        frame.loc[chosen, "suppressed"] = "protects a hidden count"
    return render(replace(release, estimates=frame))


def figure(page, title):
    found = re.search(
        rf'<figure id="?F\d+"?[^>]*>\s*<h3>[^<]*<span[^>]*>[^<]*</span> *<bdi[^>]*>[^<]*{title}.*?</figure>', page, re.S
    )
    return found[0] if found else ""


def test_a_condition_of_which_nothing_may_be_shown_has_no_panel_but_its_name(release):
    page = rendered(release, hide=[("score_change", "aches")])
    drawn = figure(page, "Mean change of the score")
    assert "No change may be shown of:" in drawn
    assert drawn.count(">Aches<") == 1  # in the caption, not above a panel
    assert "No change may be shown of:" not in figure(rendered(release, hide=[]), "Mean change of the score")


def test_a_figure_without_any_number_is_not_drawn(release):
    page = rendered(
        release, hide=[("score_change", None), ("side_effect_contrast", None), ("side_effect_incidence", None)]
    )
    assert "No change in score may be shown." in page
    assert "No comparison of a single side effect may be shown." in page
    assert figure(page, "Side effects compared with") == ""
    assert figure(rendered(release, hide=[]), "Side effects compared with")


def test_a_hidden_step_does_not_say_which_of_its_numbers_is_small(release):
    attrition = release.attrition.copy()
    attrition.loc[attrition.index[0], ["before", "excluded", "after"]] = None
    attrition.loc[attrition.index[0], "suppressed"] = "count below 5"
    page = render(replace(release, attrition=attrition))
    section = page[page.index('<section id="included"') : page.index('<section id="response"')]
    flows = section[: section.index('id="design"')]
    assert flows.count(">not shown</abbr>") >= 3
    assert "&lt;5" not in flows


def test_a_dose_has_the_same_line_in_all_figures_of_curves(wording):
    """Also in one that has no curve for the doses before it."""
    colour, dash = by_dose(wording.doses)
    assert (
        colour.to_dict()["scale"]["domain"]
        == dash.to_dict()["scale"]["domain"]
        == [dose.identifier for dose in wording.doses]
    )


def test_doses_without_any_curve_are_named(causes, wording):
    first = wording.doses[0].identifier
    assert incidence_curves.undrawn(causes, wording) == []
    without = [replace(cause, curves=[one for one in cause.curves if one[0].identifier != first]) for cause in causes]
    assert incidence_curves.undrawn(without, wording) == [wording.doses[0].label]
