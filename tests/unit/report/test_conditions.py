"""A condition by itself says what the tables of all conditions say of it."""

import re

from dose_outcomes.report.conditions import conditions
from dose_outcomes.report.register import Register
from dose_outcomes.report.response import responses
from dose_outcomes.report.wording import Wording


def test_every_condition_has_its_definition_and_its_rows(register, wording):
    found = conditions(responses(register, wording), register, wording)
    assert [one.identifier for one in found] == list(wording.conditions)
    for one in found:
        assert len(one.responses) == 1
        (section,) = one.table.sections
        assert {"Response at week 12", "Any side effect"} <= {line.label for line in section.lines}
        for line in section.lines:
            assert len(line.cells) == len(wording.columns)
            for cell in line.cells:
                assert cell.row is None or cell.row.condition == one.identifier
    aches = found[0].table.sections[0].lines[0]
    assert [(cell.row.events, cell.row.n) for cell in aches.cells] == [(12, 50), (28, 70), (40, 120)]


def test_one_condition_is_what_all_sections_are_about(release, made):
    wording = Wording(made.study(conditions={"aches": "Aches"}))
    assert conditions([], Register(release.estimates, release.curves, release.attrition), wording) == []


def test_links_lead_to_tables_of_all_conditions(page):
    section = page[page.index('<section id="conditions"') :]
    links = re.findall(r'href="#(T\d+)"', section[: section.index("</section>")])
    assert len(links) > 2
    for name in links:
        assert f'<table id="{name}"' in page[: page.index('<section id="conditions"')]


def test_a_page_of_one_condition_has_no_link_to_the_section(release, made, tmp_path):
    from dose_outcomes.report.page import render
    from dose_outcomes.report.release import Release

    only = made.study(conditions={"aches": "Aches"}, literature=[], claims=[])
    only["endpoints"][0]["definitions"] = {"aches": "ACHE-30"}
    page = render(Release.read(made.write(tmp_path / "one", only), made.PROVENANCE))
    assert "#conditions" not in page
    for target in re.findall(r'href="#([^"]+)"', page):
        assert f'id="{target}"' in page, target
