"""Drawings are laid out with one font and framed for wider ones."""

from xml.etree import ElementTree

import pytest

from dose_outcomes.report.figures.theme import CONFIG, MEASURED_FONT
from dose_outcomes.report.frame import widen, width_of

SVG = 'xmlns="http://www.w3.org/2000/svg"'


def framed(content: str, box: str = "0 0 100 50") -> list[float]:
    root = ElementTree.fromstring(f'<svg {SVG} viewBox="{box}">{content}</svg>')
    widen(root)
    return [float(number) for number in root.attrib["viewBox"].split()]


def text(anchor: str, moved: str, words: str = "usual", more: str = "") -> str:
    return f'<text text-anchor="{anchor}" transform="{moved}" font-size="10px" {more}>{words}</text>'


@pytest.mark.parametrize(
    ("anchor", "x", "expected"),
    [
        # "usual" is 4 usual characters and a narrow one, 29.8 units of size 10, with 4 to spare
        ("start", 50, [0, 0, 100, 50]),
        ("start", 90, [0, 0, 124, 50]),
        ("end", 20, [-14, 0, 114, 50]),
        ("middle", 5, [-14, 0, 114, 50]),
    ],
)
def test_a_frame_holds_what_goes_beyond_it(anchor, x, expected):
    assert width_of("usual", 10) == pytest.approx(29.8)
    assert framed(text(anchor, f"translate({x},7)")) == expected


def test_what_moves_a_group_moves_its_texts():
    assert framed(f'<g transform="translate(60,0)"><g>{text("start", "translate(30,0)")}</g></g>') == [0, 0, 124, 50]


@pytest.mark.parametrize(
    "hidden", [text("start", "translate(99,0) rotate(-90)"), text("start", "translate(99,0)", " ")]
)
def test_upright_texts_with_words_count_alone(hidden):
    assert framed(hidden) == [0, 0, 100, 50]


def test_the_longest_line_counts_alone_and_bold_is_wider():
    lines = "<tspan>us</tspan><tspan>usual</tspan>"
    assert framed(text("start", "translate(90,0)", lines)) == [0, 0, 124, 50]
    assert framed(text("start", "translate(90,0)", more='font-weight="bold"')) == [0, 0, 128, 50]


def test_no_width_is_that_of_a_font_of_the_machine():
    from vl_convert import vegalite_to_svg

    assert CONFIG["font"] == MEASURED_FONT == "sans-serif"

    def drawn(font: str) -> str:
        mark = {"data": {"values": [{"words": "Worst case for the higher dose"}]}, "mark": "text"}
        chart = {**mark, "encoding": {"text": {"field": "words"}}, "config": {"font": font}}
        return str(vegalite_to_svg(chart)).replace(font, "")

    # the font that the renderer brings along
    assert drawn("sans-serif") == drawn("Liberation Sans")
