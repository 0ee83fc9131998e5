"""The report of the bundled study in a browser: soon there, free of faults, and pictures of it to look at.

Pictures go to reports/screenshots/, which is not kept: whoever changes a figure looks at them.
"""

from __future__ import annotations

import re
import time

import pandas as pd
import pytest

from dose_outcomes.report.figures.time_curves import PLOT_HEIGHT

SECONDS_TO_OPEN = 1.0
OPEN_FIGURES = "document.querySelectorAll('details:has(figure)').forEach((one) => { one.open = true; })"
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


@pytest.mark.parametrize(
    "state",
    [
        pytest.param({"width": 1280}, id="light"),
        pytest.param({"scheme": "dark"}, id="dark"),
        pytest.param({"dialog": True}, id="dialog"),
        pytest.param({"details": True}, id="details"),
        pytest.param({"width": 320}, id="narrow"),
    ],
)
def test_axe_finds_nothing(look, axe_violations, bundled, state):
    dialog = state.get("dialog", False)
    sight = look(file=bundled, **{name: value for name, value in state.items() if name != "dialog"})
    if dialog:
        sight.page.click("#trace")
        sight.page.locator("main data").first.click()
        assert sight.page.locator("dialog[open]").count() == 1
    assert axe_violations(sight.page) == []
    assert sight.faults == []


def test_every_point_of_its_curves_lies_where_the_released_one_does(look, bundled):
    """Kaplan-Meier curves over all conditions: heights read back from the paths are rows of curves.csv."""
    curves = pd.read_csv(bundled.parent / "curves.csv").set_index("curve_id")
    page = look(file=bundled).page
    marks = page.evaluate(
        """() => [...document.querySelectorAll("figure svg path[data-r]")].map((one) =>
          [one.dataset.r, one.getAttribute("d")])"""
    )
    drawn = [(name, corners(path)) for name, path in marks if name in curves.index and "Z" not in path]
    assert len({name for name, _ in drawn}) >= 8
    for name, places in drawn:
        rows = curves.loc[[name]]
        falls = rows["analysis"].iloc[0] in ("time_to_response", "persistence")
        if not falls or len(places) < 6:
            continue
        heights = {round(1 - y / PLOT_HEIGHT, 3) for _, y in places}
        released = [1.0, *rows["estimate"]]
        for height in heights:
            assert min(abs(height - one) for one in released) <= 0.5 / PLOT_HEIGHT, name


def corners(path: str) -> list[tuple[float, float]]:
    """Return the corners of a path of M, L, H and V."""
    found: list[tuple[float, float]] = []
    for command, numbers in re.findall(r"([MLHV])([^MLHVZ]*)", path):
        values = [float(value) for value in re.findall(r"-?[\d.]+", numbers)]
        x, y = found[-1] if found else (0.0, 0.0)
        found.append((values[0], y) if command == "H" else (x, values[0]) if command == "V" else (values[0], values[1]))
    return found


def test_the_first_answers_stand_in_the_first_lines_of_their_sections(look, bundled):
    page = look(file=bundled).page
    for section in ("response", "time", "harms"):
        lead = page.locator(f"#{section} p.lead").first
        assert lead.locator("data").count() >= 2
        assert lead.bounding_box()["y"] - page.locator(f"#{section}").bounding_box()["y"] < 160


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
    page = look(file=bundled).page
    page.evaluate(OPEN_FIGURES)
    assert text_faults(page) == []


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
    page.evaluate(OPEN_FIGURES)
    figures = page.locator("figure").all()
    assert len(figures) > 18
    for figure in figures if name != "dark" else figures[:4]:
        path = folder / f"{figure.get_attribute('id')}_{name}.png"
        figure.screenshot(path=path)
        assert path.stat().st_size > 2_000
