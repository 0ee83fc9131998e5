"""Every item of every checklist is answered at a place that exists, or says why it does not apply."""

import re

import pytest

from dose_outcomes.report.checklists import PLACES, Item, checklists
from dose_outcomes.report.page import SECTIONS

STROBE = [
    "1a 1b 2 3 4 5 6a 6b 7 8 9 10 11 12a 12b 12c 12d 12e 13a 13b 13c 14a 14b 14c 15 16a 16b 16c 17 18 19 20 21 22"
]
RECORD = ["1.1 1.2 1.3 6.1 6.2 6.3 7.1 12.1 12.2 12.3 13.1 19.1 22.1"]
RECORD_PE = ["4.a 4.b 6.1.a 7.1.a 7.1.b 7.1.c 7.1.d 7.1.e 7.1.f 7.1.g 8.a 12.1.a 12.1.b 19.1.a 20.a"]


@pytest.fixture(scope="module")
def every():
    return checklists()


def test_no_item_is_left_out(every):
    found = [" ".join(item.item for item in checklist.items) for checklist in every]
    assert found == STROBE + RECORD + RECORD_PE


def test_every_place_exists_on_the_page(every, page):
    for checklist in every:
        for item in checklist.items:
            for place in item.at:
                assert place in {**dict(SECTIONS), **PLACES}, (checklist.title, item.item)
                assert page.count(f'id="{place}"') == 1, place


def test_every_link_of_the_page_leads_somewhere(page):
    links = set(re.findall(r'href="#([^"]+)"', page))
    assert len(links) > 15
    for target in links:
        assert page.count(f'id="{target}"') == 1, target


def test_items_are_printed_with_their_answer(every, page):
    for checklist in every:
        assert page.count(f">{checklist.title}</bdi>: <span") == 1
        for item in checklist.items:
            assert (item.how or item.not_applicable).replace("'", "&#39;") in page


@pytest.mark.parametrize(
    "answer",
    [{}, {"at": ("answer",)}, {"how": "there"}, {"at": ("answer",), "how": "there", "not_applicable": "never"}],
)
def test_an_item_has_one_answer(answer):
    with pytest.raises(ValueError, match="item 3: needs either at and how, or not_applicable"):
        Item("3", "asks", **answer)
