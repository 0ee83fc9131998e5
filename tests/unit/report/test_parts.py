"""Tables and figures as files: the same words as on the page, harmless in a spreadsheet, light outside the page."""

from __future__ import annotations

import csv
import io
import json
import re
from xml.etree import ElementTree

import pytest

from dose_outcomes.report.page import files_of
from dose_outcomes.report.parts import guarded, light_colours, standalone, tables

TABLE = """<table id="T7"><caption><span class="caption-text"><span id="T7-caption"><span class="numbering">T7</span>
<bdi class="label">Shares, &lt;b&gt;</bdi></span><span class="note">Share, n.</span>
<span class="note">Source: estimates.csv</span></span></caption>
<thead><tr><th scope="col">What</th><th scope="col">1 mg</th></tr></thead>
<tbody><tr><th scope="row">=cmd()</th><td data-r=e1><b><data value=0.5>50%</data></b> <i>40
to 60</i></td></tr><tr><th scope="row">say "a", b</th><td data-r=e2><data value=1 data-r=e3>1</data></td></tr>
</tbody></table>"""


def test_a_table_is_read_as_it_stands():
    (table,) = tables(TABLE)
    assert table.rows == [["What", "1 mg"], ["=cmd()", "50% 40 to 60"], ['say "a", b', "1"]]
    assert json.loads(table.meta()) == {
        "id": "T7",
        "title": "Shares, <b>",
        "note": "Share, n.",
        "source": "estimates.csv",
        "rows": 3,
        "source_rows": ["e1", "e2", "e3"],
    }


def test_escaped_labels_are_read_as_they_were_written():
    cell = '<table id="T1"><tr><td data-r="e&#34;1&gt;">&lt;td&gt;Tom &amp;amp; &#34;Jo&#39;s&#34; </td></tr></table>'
    (table,) = tables(cell)
    assert table.rows == [['<td>Tom &amp; "Jo\'s"']]
    assert table.estimates == ['e"1>']


def test_its_file_is_what_the_button_of_the_page_saves():
    (table,) = tables(TABLE)
    assert table.csv() == ('\ufeff"What","1 mg"\r\n"\'=cmd()","50% 40 to 60"\r\n"say ""a"", b","1"\r\n')


@pytest.mark.parametrize(
    ("text", "shown"),
    [("=1+1", "'=1+1"), ("@a", "'@a"), ("+a", "'+a"), ("-a", "'-a"), ("\tx", "'\tx"), ("-0.5", "-0.5"), ("+3", "+3"),
     ("a=b", "a=b"), ("", "")],
)  # fmt: skip
def test_what_a_spreadsheet_would_run_is_guarded(text, shown):
    assert guarded(text) == shown


def test_every_table_and_drawing_of_a_page_has_its_file(page):
    found = files_of(page)
    assert sum(name.endswith(".csv") for name in found) == page.count("<table ") == len(tables(page))
    assert sum(name.endswith(".svg") for name in found) == page.count("<svg")
    for name, text in found.items():
        if name.endswith(".csv"):
            rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
            assert len(rows) > 1, name
            meta = json.loads(found[name.replace(".csv", ".meta.json")])
            assert (meta["rows"], bool(meta["title"])) == (len(rows), True)
    assert set(re.findall(r"figures/(F\d\d)\.svg", " ".join(found))) >= {"F02", "F03", "F10"}


def test_a_figure_of_its_own_is_whole_light_and_well_formed(page):
    for name, text in files_of(page).items():
        if not name.endswith(".svg"):
            continue
        root = ElementTree.fromstring(text.encode())
        assert "var(" not in text
        assert "data-tip" not in text
        assert float(root.attrib["width"]) > 0
        ground = root[0]
        assert (ground.tag.rpartition("}")[2], ground.attrib["fill"]) == ("rect", "#ffffff")
        assert root.find("{http://www.w3.org/2000/svg}title") is not None
        assert len(text) > 1_000


def test_a_colour_that_nobody_knows_stops_the_figure():
    style = ":root { --text: #1b1f24; } @media (x) { :root { --text: #ffffff; } }"
    assert light_colours(style) == {"--text": "#1b1f24"}
    drawing = '<svg viewBox="0 0 1 1"><g fill="var(--text)"/></svg>'
    assert 'fill="#1b1f24"' in standalone(drawing, light_colours(style))
    with pytest.raises(KeyError, match="--other"):
        standalone(drawing.replace("--text", "--other"), light_colours(style))
    with pytest.raises(ValueError, match="no :root block"):
        light_colours("p { color: red; }")
    with pytest.raises(ValueError, match="no viewBox"):
        standalone("<svg><g/></svg>", {})
