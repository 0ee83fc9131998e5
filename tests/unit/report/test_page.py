"""The page as a whole: every number has its row, labels stay text, the same bytes twice."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest

from dose_outcomes.report.page import render
from dose_outcomes.report.policy import source_hash
from dose_outcomes.report.release import Release
from dose_outcomes.results import format_number

#: Where digits may stand that are no results: names and settings of the study, numbers of figures and tables,
#: the legend of a table, the mark of a hidden count, methods and provenance, and drawings (their numbers stand,
#: as data, in the table below them).
EXCEPTED_CLASSES = {"label", "setting", "numbering", "note", "suppressed", "methods", "provenance"}
EXCEPTED_ELEMENTS = {"data", "time", "svg", "script", "style", "head", "footer"}
VOID = {"meta", "link", "br", "hr", "img", "input"}
HOSTILE = (
    "</script><img src=x onerror=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "\u202ereversed\u202c & <b>bold</b>",
    "quote \" and ' and `",
    "x" * 10_000,
    "=HYPERLINK(0)",
    "null\x00byte",
)


class Page(HTMLParser):
    """Collects what the tests ask about."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, set[str]]] = []
        self.row = ""
        self.loose: list[str] = []
        self.data: list[dict[str, str]] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.text: list[str] = []

    def handle_starttag(self, tag, attributes):
        values = {name: value or "" for name, value in attributes}
        self.tags.append(tag)
        self.attributes |= set(values)
        if "id" in values:
            self.ids.append(values["id"])
        if tag == "td":
            self.row = values.get("data-r", "")
        if tag == "data":
            self.data.append({"data-r": self.row, **values, "shown": ""})  # a cell names the row of its numbers once
        if tag not in VOID:
            self.open.append((tag, set(values.get("class", "").split())))

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag, f"</{tag}> closes another element"

    def handle_data(self, text):
        self.text.append(text)
        if self.open and self.open[-1][0] == "data":
            self.data[-1]["shown"] += text
        if re.search(r"\d", text) and not any(
            tag in EXCEPTED_ELEMENTS or classes & EXCEPTED_CLASSES for tag, classes in self.open
        ):
            self.loose.append(text.strip())


def parse(page: str) -> Page:
    parser = Page()
    parser.feed(page)
    parser.close()
    return parser


@pytest.fixture(scope="module")
def parsed(page) -> Page:
    return parse(page)


def test_no_digit_stands_outside_a_number_element(parsed):
    assert parsed.loose == []


def test_the_lint_finds_a_loose_digit(page):
    assert parse(page.replace("<h2 id=", "<p>42</p><h2 id=", 1)).loose == ["42"]


def test_every_number_is_a_released_one(parsed, release):
    estimates = release.estimates.set_index("estimate_id")
    attrition = release.attrition.set_index("attrition_id")
    curves = release.curves.set_index(["curve_id", "day"])
    assert len(parsed.data) > 300
    for element in parsed.data:
        name, column = element["data-r"], element.get("data-c", "estimate")
        if name.startswith("data_quality:released"):
            rows = estimates.loc[
                estimates["analysis"].str.replace("_", " ") == name.split(" ", 1)[-1].replace("_", " ")
            ]
            rows = rows if " " in name else estimates
            shown = rows["suppressed"].eq("").sum()
            wanted = {"rows": len(rows), "shown": shown, "share_shown": shown / len(rows)}[column]
            assert element["value"] == format_number(float(wanted))
            continue
        if name.startswith("data_quality:"):
            assert int(element["value"]) in (5100, 100, 5000, 11, 2, 0, 1, 7, 4800)
            continue
        if "data-d" in element:
            value = curves.loc[(name, int(element["data-d"])), column]
        else:
            value = (estimates if name in estimates.index else attrition).loc[name, column]
        assert element["value"] == format_number(float(value))
        assert element["shown"]


def test_no_hidden_number_is_printed(parsed, release):
    hidden = set(release.estimates.loc[release.estimates["suppressed"] != "", "estimate_id"])
    printed = {element["data-r"] for element in parsed.data if "data-c" not in element}
    assert hidden
    assert not hidden & printed


def test_cells_without_a_number_differ_by_their_reason(page):
    for kind, text in {
        "suppressed": "&lt;5",
        "secondary": "not shown",
        "no_patients": "no patients",
        "not_estimable": "not reached",
    }.items():
        assert re.search(rf'class="gap {kind}"[^>]*>{text}<', page), kind


def test_no_cell_is_blank(page):
    assert not re.search(r"<t[dh][^>]*>\s*</t[dh]>", page)


def test_ids_are_unique_and_figures_and_tables_numbered(parsed):
    assert len(parsed.ids) == len(set(parsed.ids))
    assert {"F1", "F2", "F3", "F4", "T1"} <= set(parsed.ids)


def test_every_table_has_caption_and_scopes(page):
    tables = re.findall(r"<table.*?</table>", page, re.S)
    assert len(tables) > 8
    for table in tables:
        assert "<caption>" in table
        heads = re.findall(r"<th\b[^>]*>", table)
        assert heads
        assert all("scope=" in head for head in heads)


def test_only_its_own_style_and_script_may_run(page, parsed):
    style = re.findall(r"<style>(.*?)</style>", page, re.S)
    script = re.findall(r"<script>(.*?)</script>", page, re.S)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy
    assert len(style) == len(script) == 1
    text = policy[1].replace("&#39;", "'")
    assert f"style-src {source_hash(style[0])};" in text
    assert f"script-src {source_hash(script[0])};" in text
    assert text.startswith("default-src 'none'")
    assert "style" not in parsed.attributes
    assert not any(name.startswith("on") for name in parsed.attributes)
    # links of citations are followed by the reader, never by the page
    assert not re.search(r'(src|href)="(?!#|https://doi\.org/)', page)


def hostile_release(made, folder, label):
    """Return a release whose labels, one dose, one side effect and one reason are all the hostile text."""
    conditions = {**made.CONDITIONS, "itch": label}
    endpoints = [{**made.study()["endpoints"][0], "label": label}]
    groups = [made.study()["dose_groups"][0], {"label": label, "from_mg": 4, "below_mg": 5}]
    content = made.study(conditions=conditions, title=label, endpoints=endpoints, dose_groups=groups)
    made.write(folder, content)
    attrition = folder / "attrition.csv"
    quoted = label.replace('"', '""').replace("\x00", "")
    attrition.write_text(attrition.read_text().replace("Younger than 18 years", f'"{quoted}"'))
    release = Release.read(folder, made.PROVENANCE)
    for table in (release.estimates, release.curves):
        table["dose"] = table["dose"].replace("4 mg", label)
        table["endpoint"] = table["endpoint"].replace("term: Headache", f"term: {label}")
    return release


@pytest.mark.parametrize("label", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_labels_are_shown_as_text(made, tmp_path, parsed, label):
    page = render(hostile_release(made, tmp_path / "release", label))
    found = parse(page)
    assert set(found.tags) - {"tspan"} == set(parsed.tags) - {"tspan"}  # a long label takes two lines
    assert found.attributes - {"x", "dy"} == parsed.attributes - {"x", "dy"}
    assert any(label.replace("\x00", "�") in text for text in found.text)
    assert found.loose == []


def test_the_same_bytes_twice(page, release, folder):
    assert render(release) == page
    program = (
        "import sys, json; from pathlib import Path; "
        "from dose_outcomes.report.release import Release; from dose_outcomes.report.page import render; "
        "sys.stdout.buffer.write(render(Release.read(Path(sys.argv[1]), json.loads(sys.argv[2]))).encode())"
    )
    import json

    finished = subprocess.run(
        [sys.executable, "-c", program, str(folder), json.dumps(release.provenance)],
        capture_output=True,
        check=True,
        cwd="/",
        env={**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C"},
    )
    assert finished.stdout.decode() == page


def test_nothing_of_the_machine_is_in_the_page(page):
    for word in ("/home", "/tmp", "/root", "file://", "localhost"):
        assert word not in page
    assert not re.search(r"\b\d{2}:\d{2}:\d{2}\b", page)


def test_minimum_zero_is_said_plainly(made, tmp_path):
    made.write(tmp_path / "open", made.study(disclosure={"minimum_count": 0}))
    page = render(Release.read(tmp_path / "open", made.PROVENANCE))
    assert "small counts are shown (disclosure minimum 0)" in page
    assert "hidden, because" not in page


def test_real_data_is_called_real(made, tmp_path):
    made.write(tmp_path / "real", made.study(data={"source": "csv", "nature": "real"}))
    page = render(Release.read(tmp_path / "real", made.PROVENANCE))
    assert "Real data · counts below 5 hidden" in page
    assert "Synthetic" not in page


def test_a_study_with_nothing_but_patients_still_has_a_page(made, tmp_path):
    content = made.study(endpoints=[], time_to_response=[])
    folder = made.write(tmp_path / "bare", content)
    estimates = (folder / "estimates.csv").read_text().splitlines()
    kept = [estimates[0], *(line for line in estimates if ",cohort," in line)]
    (folder / "estimates.csv").write_text("\n".join(kept) + "\n")
    page = render(Release.read(folder, made.PROVENANCE))
    assert "This study asks for no response." in page
    assert "No side effects were released." in page
    assert parse(page).loose == []


def test_a_missing_column_is_named(made, tmp_path):
    folder = made.write(tmp_path / "broken", made.study())
    text = (folder / "curves.csv").read_text()
    (folder / "curves.csv").write_text(text.replace("at_risk", "risk", 1))
    with pytest.raises(ValueError, match=r"curves\.csv: .*missing at_risk"):
        Release.read(folder, made.PROVENANCE)


def test_how_files_were_read_and_what_is_shown_of_the_results_is_said(page, release):
    section = page[page.index('<section id="quality"') :]
    section = section[: section.index("</section>")]
    account = release.data_quality["released"]
    words = " ".join(re.sub(r"<[^>]+>", "", section).split())
    assert f"{account['shown']:,} of {account['rows']:,} rows of estimates.csv are shown" in words
    assert "doses.csv: comma between the cells" in words
    assert f"({100 * account['share_shown']:.0f}%)" in words


def test_an_earlier_release_without_the_account_is_still_read(release):
    from dataclasses import replace

    quality = {name: part for name, part in release.data_quality.items() if name != "released"}
    assert "rows of estimates.csv are shown" not in render(replace(release, data_quality=quality))


def test_no_cell_of_a_table_is_blank(page):
    cells = re.findall(r"<t[dh][ >].*?(?=<t[dh][ >]|</t[dh]>|</tr>)", page, re.S)
    assert len(cells) > 100
    assert [cell for cell in cells if not re.sub(r"<[^>]*>", "", cell).strip()] == []


def test_limits_point_back_to_the_families_that_stand_before_them(page):
    families = page.index('id="families"') if 'id="families"' in page else page.index("Families of tests")
    assert "families named below" not in page
    assert families < page.index("families named above")
