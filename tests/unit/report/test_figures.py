"""What is drawn is what was released: positions read back from the SVG give the estimates again."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from dose_outcomes.report.figures.matrix import ROW_HEIGHT, axis_ticks, label_width, panel_width
from dose_outcomes.report.figures.responder_matrix import responder_matrix
from dose_outcomes.report.figures.side_effects import side_effect_dots
from dose_outcomes.report.figures.time_curves import PLOT_HEIGHT, time_curves
from dose_outcomes.report.response import responses
from dose_outcomes.report.side_effects import side_effects
from dose_outcomes.report.svg import to_svg
from dose_outcomes.report.times import times

MOVE = re.compile(r"translate\(([-\d.]+),([-\d.]+)\)")
HALF_A_UNIT = 0.5


def marks(svg: str) -> list[tuple[ElementTree.Element, float, float]]:
    """Return marks that name a row, with their place in the whole drawing."""
    found = []

    def walk(element: ElementTree.Element, x: float, y: float) -> None:
        move = MOVE.search(element.get("transform", ""))
        if move:
            x, y = x + float(move[1]), y + float(move[2])
        if element.get("data-r"):
            found.append((element, x, y))
        for child in element:
            walk(child, x, y)

    walk(ElementTree.fromstring(svg), 0.0, 0.0)
    return found


@pytest.fixture(scope="module")
def matrix(register, wording):
    response = responses(register, wording)[0]
    return response, to_svg(responder_matrix(response, wording), "F1", "Title", "Description")


def local(element: ElementTree.Element) -> tuple[float, float]:
    move = MOVE.search(element.get("transform", ""))
    assert move
    return float(move[1]), float(move[2])


def test_dots_of_the_matrix_lie_at_their_estimates(matrix, wording):
    response, svg = matrix
    expected = {
        row.cells["non_responder"][dose.identifier].identifier: (number, row.cells["non_responder"][dose.identifier])
        for number, row in enumerate(response.rows)
        for dose in wording.columns
    }
    drawn = {element.get("data-r"): local(element) for element, *_ in marks(svg) if element.get("transform")}
    width = panel_width(len(wording.columns), label_width([row.label for row in response.rows]))
    dots = {name: row for name, (_, row) in expected.items() if row.estimate is not None}
    assert set(drawn) >= set(dots)
    for name, row in dots.items():
        x, y = drawn[name]
        assert x == pytest.approx(row.estimate * width, abs=HALF_A_UNIT)
        assert y == pytest.approx((expected[name][0] + 0.5) * ROW_HEIGHT, abs=HALF_A_UNIT)


def test_hidden_cells_are_boxes_and_empty_ones_are_words(matrix):
    _, svg = matrix
    tips = [element.get("data-tip") for element, *_ in marks(svg)]
    assert sum("hidden" in tip for tip in tips) == 2
    texts = [element.text for element in ElementTree.fromstring(svg).iter() if element.tag.endswith("text")]
    assert texts.count("<5") == 1
    assert texts.count("not shown") == 1
    assert texts.count("no patients") == 1
    assert "stroke-dasharray" in svg


def test_panels_of_both_parts_of_the_side_effects_line_up(register, wording):
    svg = to_svg(side_effect_dots(side_effects(register, wording, "all"), wording), "F2", "Title", "Description")
    lefts: dict[str, set[float]] = {}
    for element, x, _ in marks(svg):
        if element.get("transform"):
            dose = str(element.get("data-tip")).split(":")[0].split(", ")[-1]
            lefts.setdefault(dose, set()).add(round(x - local(element)[0], 1))
    assert {dose: len(left) for dose, left in lefts.items()} == {"1 mg": 1, "4 mg": 1, "All doses": 1}


def test_curves_step_through_their_estimates(register, wording):
    question = times(register, wording)[0]
    svg = to_svg(time_curves(question, wording), "F3", "Title", "Description")
    lines = {element.get("data-tip"): element.get("d") for element, *_ in marks(svg) if element.get("d")}
    for curve in question.curves:
        corners = path_corners(str(lines[curve.dose.label]))
        width = max(x for x, _ in corners) * question.days[-1] / curve.end
        for point in curve.points:
            wanted = (point.day / question.days[-1] * width, PLOT_HEIGHT * (1 - point.estimate))
            assert any(corner == pytest.approx(wanted, abs=HALF_A_UNIT) for corner in corners)


def path_corners(path: str) -> list[tuple[float, float]]:
    """Return the corners of a path of M, L, H and V."""
    corners: list[tuple[float, float]] = []
    for command, numbers in re.findall(r"([MLHV])([^MLHV]*)", path):
        values = [float(value) for value in re.findall(r"-?[\d.]+", numbers)]
        x, y = corners[-1] if corners else (0.0, 0.0)
        corners.append((values[0], y) if command == "H" else (x, values[0]) if command == "V" else (*values[:2],))
    return corners


def test_every_figure_has_one_text_alternative(matrix):
    _, svg = matrix
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "F1-title F1-description"
    assert [child.tag.split("}")[1] for child in root][:2] == ["title", "desc"]
    assert not any(element.get("role") or element.get("aria-label") for element in root.iter() if element is not root)


def test_colours_are_variables(matrix):
    _, svg = matrix
    assert "var(--dose-1)" in svg
    assert not re.search(r'(fill|stroke)="#', svg)
    assert "style=" not in svg


@pytest.mark.parametrize(
    ("needed", "wanted", "end"),
    [(0.04, 0.04, 0.05), (0.22, 0.31, 0.4), (0.18, 0.22, 0.3), (0.1, 0.9, 0.1), (0.95, 1.0, 1.0)],
)
def test_axes_end_at_round_numbers(needed, wanted, end):
    assert axis_ticks(needed, wanted)[-1] == end


def test_every_chart_of_the_page_is_valid_vega_lite(release, monkeypatch):
    """Charts are drawn without validation, which takes longer than to draw: here they are validated."""
    import altair as alt
    import vl_convert

    from dose_outcomes.report import page

    validated = []
    drawn = vl_convert.vegalite_to_svg

    def checked(specification):
        alt.TopLevelSpec.validate(specification)
        validated.append(specification)
        return drawn(specification)

    monkeypatch.setattr(vl_convert, "vegalite_to_svg", checked)
    page.render(release)
    assert len(validated) >= 3
