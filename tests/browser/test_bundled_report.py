"""The report of the bundled study in a browser: soon there, free of faults, and pictures of it to look at.

Pictures go to reports/screenshots/, which is not kept: whoever changes a figure looks at them.
"""

from __future__ import annotations

import time

import pytest

SECONDS_TO_OPEN = 1.0
#: A shared machine may be busy.
MARGIN = 4.0


@pytest.fixture(scope="module")
def bundled(bundled_run):
    return bundled_run / "reports/ldn/report.html"


def test_it_opens_soon_and_nothing_goes_wrong(look, bundled):
    start = time.perf_counter()
    sight = look(file=bundled)
    assert time.perf_counter() - start <= MARGIN * SECONDS_TO_OPEN
    assert sight.faults == []


@pytest.mark.parametrize("width", [320, 1280])
def test_it_never_scrolls_sideways(look, bundled, width):
    assert look(file=bundled, width=width, details=True).page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_paper_every_table_fits_the_width_of_the_page(look, bundled):
    page = look(file=bundled, width=688, details=True).page  # A4 less twice 14 mm
    page.emulate_media(media="print")
    too_wide = page.evaluate(
        """() => [...document.querySelectorAll("table, svg.figure")]
          .filter((one) => one.getBoundingClientRect().right > 690)
          .map((one) => one.id || one.closest("figure").id)"""
    )
    assert too_wide == []


def test_no_text_of_its_drawings_is_cut_or_overlaps(look, bundled, text_faults):
    assert text_faults(look(file=bundled).page) == []


def test_every_claim_and_publication_has_its_row(look, bundled):
    """A claim of the bundled study that names no row would stand there as if nobody had asked."""
    section = look(file=bundled, details=True).page.locator("#literature")
    assert section.locator("td.verdict").count() >= 25
    assert section.locator("td.verdict", has_text="the study does not ask for it").count() == 0


@pytest.mark.parametrize(("name", "state"), [("light", {}), ("narrow", {"width": 360}), ("dark", {"scheme": "dark"})])
def test_pictures_of_the_first_screen_and_every_figure(look, bundled, root, name, state):
    folder = root / "reports/screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    page = look(file=bundled, **state).page
    page.screenshot(path=folder / f"first_screen_{name}.png")
    page.evaluate("document.querySelector('.bar').remove()")  # it would lie over what is scrolled to
    figures = page.locator("figure").all()
    assert len(figures) > 18
    for figure in figures if name != "dark" else figures[:4]:
        path = folder / f"{figure.get_attribute('id')}_{name}.png"
        figure.screenshot(path=path)
        assert path.stat().st_size > 2_000
