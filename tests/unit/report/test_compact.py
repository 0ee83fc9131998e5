"""Fewer bytes, the same page: rows found from each number, the same marks in the same places and colours."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import pytest

from dose_outcomes.report.compact import compact
from dose_outcomes.report.compact_svg import INHERITED, SVG
from dose_outcomes.report.compact_svg import compact as compact_svg
from dose_outcomes.report.numbers import data_element
from dose_outcomes.report.trace import Trace


def test_a_cell_of_two_rows_names_both():
    cell = (
        '<td><data value="1" data-r="e1">1</data> <data value="2" data-r="e2">2</data> '
        '<data value="3" data-r="e1" data-c="n">3</data></td>'
    )
    assert compact(cell) == (
        "<td data-r=e1><data value=1>1</data> <data value=2 data-r=e2>2</data> <data value=3 data-c=n>3</data></td>"
    )


@pytest.mark.parametrize("text", ["<td>none</td>", "<p><data value=1 data-r=e1>1</data></p>", '<p class="a">b</p>'])
def test_what_is_no_cell_of_numbers_stays(text):
    assert compact(text) == text


@pytest.mark.parametrize("value", ["two words", "a=b", "a&quot;b", "", "a/b", "`"])
def test_what_needs_its_quotes_keeps_them(value):
    assert f'data-r="{value}"' in compact(f'<p><data value="1" data-r="{value}">1</data></p>')


def test_layout_between_elements_shrinks_to_a_line_feed():
    assert compact("<tr>\n    <td>a</td>\n\n  <td>b</td></tr>") == "<tr>\n<td>a</td>\n<td>b</td></tr>"


def painted(element, inherited, x=0.0, y=0.0):
    """Yield every shape with all that it looks like, inherited or own, and where it is."""
    held = {**inherited, **{name: element.attrib[name] for name in INHERITED if name in element.attrib}}
    move = re.match(r"translate\(([-\d.]+),\s*([-\d.]+)\)", element.get("transform", ""))
    if move:
        x, y = x + float(move[1]), y + float(move[2])
    if element.tag in (f"{SVG}path", f"{SVG}line", f"{SVG}text", f"{SVG}circle"):
        look = {name: value for name, value in held.items() if (name, value) not in {("stroke-width", "1")}}
        seen = look.get("fill") not in (None, "none") or look.get("stroke") not in (None, "none")
        if element.tag == f"{SVG}text" or (seen and element.get("d", "x") not in ("", "M0,0h0v0h0Z")):
            yield element.tag, tuple(sorted(look.items())), element.text, round(x), round(y)
    for child in element:
        yield from painted(child, held, x, y)


DRAWING = f"""<svg xmlns="{SVG[1:-1]}"><g fill="none" transform="translate(10.04,5)"><g transform="translate(0,0)">
<path d="M0,0h0v0h0Z"/><path d="M0,0h20v9h-20Z"/><path d="" display="none"/>
<g><text text-anchor="end" font-size="11px" fill="grey">a</text>
<text text-anchor="end" font-size="11px" fill="grey">b</text></g>
<g><line x2="0" y2="9.96" stroke="red" stroke-width="2"/><line x2="4.25" y2="0" stroke="red"/></g>
<g><circle r="2.50" fill="blue" transform="translate(0,0)"/></g></g></g></svg>"""


def test_a_drawing_keeps_every_mark_its_look_and_its_place():
    before, after = ElementTree.fromstring(DRAWING), ElementTree.fromstring(DRAWING)
    compact_svg(after)
    as_px = {
        (tag, tuple((name, value.removesuffix("px")) for name, value in look), *rest)
        for tag, look, *rest in painted(before, {})
    }
    assert set(painted(after, {})) == as_px
    text = ElementTree.tostring(after, encoding="unicode")
    assert len(text) < 0.8 * len(DRAWING)
    assert text.count("<path") == text.count('d="') == 0
    assert text.count('font-size="11"') == 1
    # one of the two lines has no width of its own: the width of the other is not shared
    assert text.count('stroke-width="2"') == 1
    assert 'y2="10"' in text
    assert 'x2="4.3"' in text


def test_every_row_of_the_trace_is_read_back(register):
    trace, rows = Trace(), register.all_estimates[:200]
    for row in rows:
        trace.add(row)
    content = json.loads(trace.to_json())
    for row in rows:
        kind, *own = content["rows"][row.identifier]
        values = [*content["kinds"][kind], *own]
        for place, field in enumerate(content["fields"]):
            value = values[place] if place < len(values) else 0
            known = value if field in content["numbers"] else content["words"][value]
            expected = getattr(row, field, "")
            assert known == (expected if field in content["numbers"] else str(expected or ""))


def test_the_trace_cannot_end_its_script(register):
    trace = Trace()
    row = register.all_estimates[0]
    trace.add(type(row)(**{**{name: getattr(row, name) for name in row.__slots__}, "note": "</script><!--&\u2028"}))
    text = trace.to_json()
    assert not set("<>&\u2028") & set(text)
    assert "</script><!--&\u2028" in json.loads(text)["words"]


def test_a_page_names_a_row_once_in_a_cell(page, register):
    cells = re.findall(r"<td[^>]*>.*?</td>", page, re.DOTALL)
    assert sum("data-r" in cell for cell in cells) > 100
    for cell in cells:
        own, *others = re.findall(r"data-r=([^ >]+)", cell) or [""]
        assert own not in others, cell
    assert 'data-r="' in data_element(register.all_estimates[0], "n")
