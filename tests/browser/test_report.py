"""The report in a real browser: nothing loaded, nothing broken, readable by all, at every width."""

from __future__ import annotations

import csv
import io
import re

import pytest
import yaml

from dose_outcomes.report.page import render
from dose_outcomes.report.release import Release

STATES = [
    pytest.param({}, id="wide"),
    pytest.param({"width": 320}, id="narrow"),
    pytest.param({"scheme": "dark"}, id="dark"),
    pytest.param({"details": True}, id="details"),
    pytest.param({"details": True, "scheme": "dark", "width": 320}, id="dark-narrow-details"),
]


def saved(sight, button: str) -> str:
    """Press a button that saves a file, and return what it holds."""
    with sight.page.expect_download() as waiting:
        sight.page.get_by_role("button", name=button, exact=True).click()
    return waiting.value.path().read_text(encoding="utf-8")


@pytest.mark.parametrize("state", STATES)
def test_nothing_is_loaded_and_nothing_goes_wrong(look, state):
    assert look(**state).faults == []


@pytest.mark.parametrize(
    "mutant",
    [
        '<img src="https://example.org/x.png" alt="">',
        "<script>window.ran = 1</script>",
        '<p style="color: red">red</p>',
    ],
)
def test_the_policy_stops_what_is_not_the_pages_own(look, report, tmp_path, mutant):
    file = tmp_path / "mutant.html"
    file.write_text(report.read_text(encoding="utf-8").replace("</main>", f"{mutant}</main>"), encoding="utf-8")
    sight = look(file=file)
    sight.page.wait_for_timeout(50)
    assert sight.faults
    assert sight.page.evaluate("window.ran") is None


@pytest.mark.parametrize("state", [*STATES, pytest.param({"dialog": True}, id="dialog")])
def test_axe_finds_nothing(look, axe_violations, state):
    state = dict(state)
    dialog = state.pop("dialog", False)
    sight = look(**state)
    if dialog:
        sight.page.click("#trace")
        sight.page.locator("main data").first.click()
    assert axe_violations(sight.page) == []


@pytest.mark.parametrize(("width", "rows"), [(1140, 1), (1200, 1), (1280, 1), (768, 2), (320, 2)])
def test_the_bar_is_as_high_as_it_need_be(look, width, rows):
    """Name, button and links stand in one row; on narrow screens the links have rows of their own."""
    tops = look(width=width).page.evaluate(
        """() => ['.study', '#trace', '.bar nav'].map((one) => {
          const box = document.querySelector(one).getBoundingClientRect();
          return (one === '.bar nav' ? box.top : (box.top + box.bottom) / 2);
        })"""
    )
    name, button, links = tops
    assert abs(name - button) < 3
    assert (links < name) is (rows == 1)


@pytest.mark.parametrize("width", [320, 480, 768, 1280])
@pytest.mark.parametrize("kind", ["report", "crowded"])
def test_the_page_never_scrolls_sideways(look, request, width, kind):
    sight = look(width=width, details=True, file=request.getfixturevalue(kind))
    assert sight.page.evaluate("document.documentElement.scrollWidth") <= width


def test_what_goes_on_at_the_right_says_so_until_it_is_scrolled_there(look):
    page = look(width=320, details=True).page
    page.wait_for_function("document.querySelector('.scroll.cut') !== null")
    wrong = """() => [...document.querySelectorAll('.scroll')].filter((one) => one.classList.contains('cut')
      !== (one.scrollWidth - one.clientWidth - one.scrollLeft > 1)).length"""
    assert page.evaluate(wrong) == 0
    drawing = page.locator(".drawing.scroll, .scroll:has(svg)").first
    assert drawing.evaluate("one => getComputedStyle(one).boxShadow") != "none"
    drawing.evaluate("one => { one.scrollLeft = one.scrollWidth; }")
    page.wait_for_function(
        "() => !document.querySelector('.drawing.scroll, .scroll:has(svg)').classList.contains('cut')"
    )


def test_text_of_drawings_is_not_too_small_on_a_narrow_screen(look):
    heights = look(width=320).page.evaluate(
        """() => [...document.querySelectorAll('figure svg')].map((one) => {
          const scale = one.getBoundingClientRect().width / one.viewBox.baseVal.width;
          const sizes = [...one.querySelectorAll('text')].map((text) => parseFloat(getComputedStyle(text).fontSize));
          return scale * Math.min(...sizes);
        })"""
    )
    assert min(heights) >= 10


def test_heads_that_sort_are_aligned_with_their_column(look):
    aligned = look(details=True).page.evaluate(
        """() => [...document.querySelectorAll('thead th > button')].map((one) =>
          [getComputedStyle(one).textAlign, getComputedStyle(one.parentElement).textAlign])"""
    )
    assert aligned
    assert all(button == head for button, head in aligned)


def test_without_scripts_all_figures_and_tables_are_there(look):
    with_scripts, without = look(), look(scripts=False)
    for selector in ("figure", "figure svg", "table", "main data", "details"):
        assert without.page.locator(selector).count() == with_scripts.page.locator(selector).count() > 0
    assert without.page.locator("main button, main input").count() == 0
    assert not without.page.locator("#trace").is_visible()


def test_every_figure_has_a_name_a_description_and_a_table(look):
    page = look().page
    names = [one.get_attribute("id") for one in page.locator("figure:has(svg)").all()]
    assert len(names) == 18
    for name in names:
        figure = page.locator(f"#{name}")
        assert len(figure.locator("svg > title").text_content()) > 10
        description = figure.locator("svg > desc").text_content()
        assert len(description) >= 60
        assert re.search(r"\d", description)
        assert page.locator(f"#{name} + details table").count() >= 1
        assert "Source:" in figure.locator("figcaption").text_content()


@pytest.mark.parametrize("kind", ["report", "crowded"])
def test_no_text_of_a_drawing_is_cut_or_overlaps(look, text_faults, request, kind):
    page = look(file=request.getfixturevalue(kind), details=True).page
    assert text_faults(page) == []


def test_sorting_puts_rows_without_a_number_last_both_ways(look):
    page = look(details=True).page
    table = page.locator("#F4 + details table").first
    button = table.get_by_role("button", name="1 mg")
    button.click()
    assert table.locator("th[aria-sort=ascending]").count() == 1
    up = table.locator("tbody tr").all_inner_texts()
    button.click()
    down = table.locator("tbody tr").all_inner_texts()
    assert up[-2:] == down[-2:]
    assert up[:-2] == down[:-2][::-1]
    assert "descending" in page.locator("#status").text_content()


def test_filtering_hides_rows_and_says_so(look, report, tmp_path):
    text = report.read_text(encoding="utf-8")
    body = text[text.index("<tbody>", text.index("Patients by condition and dose")) :]
    body = body[: body.index("</tbody>")].removeprefix("<tbody>")
    file = tmp_path / "long.html"
    file.write_text(text.replace(body, body * 3), encoding="utf-8")  # the filter comes with more than eight rows
    page = look(file=file).page
    page.get_by_role("searchbox").fill("ITCH")
    said = "Showing 3 of 9 conditions; numbers are unchanged."
    assert page.locator("#status").text_content() == said
    assert page.locator(".tools .note", has_text=said).is_visible()
    page.emulate_media(media="print")  # what is filtered stays said on paper
    assert page.locator(".filtered", has_text=said).is_visible()
    page.emulate_media(media="screen")
    assert page.locator("#included tbody th", has_text="Itch, chronic").locator("visible=true").count() == 3
    assert page.locator("#included tbody th", has_text="Aches").locator("visible=true").count() == 0


def test_a_table_is_saved_as_it_is_shown(look):
    sight = look(details=True)
    name = sight.page.locator("#F4 + details table").first.get_attribute("id")
    text = saved(sight, f"Save {name} as CSV")
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
    assert rows[0] == ["Condition", "1 mg", "4 mg", "All doses"]
    assert rows[1] == [
        "All conditions each condition by its own definition",
        "25.0% 15.0 to 37.0 25/100",
        "42.1% 32.1 to 54.1 59/140",
        "35.0% 25.0 to 47.0 84/240",
    ]
    assert sight.faults == []


def test_a_figure_is_saved_with_its_colours(look):
    text = saved(look(), "Save F4 as SVG")
    assert text.startswith("<svg")
    assert "var(--" not in text
    assert "#989656" in text


def test_a_number_leads_to_its_row_by_keyboard_and_focus_comes_back(look):
    sight = look()
    page = sight.page
    page.keyboard.press("t")
    assert page.locator("#trace").get_attribute("aria-pressed") == "true"
    number = page.locator("h1 data").first
    number.focus()
    page.keyboard.press("Enter")
    dialog = page.locator("dialog")
    assert dialog.is_visible()
    facts = dict(zip(dialog.locator("dt").all_text_contents(), dialog.locator("dd").all_text_contents(), strict=True))
    assert facts["Shown"] == "35.0%"
    assert facts["Unrounded"] == "0.35"
    assert facts["File"] == "estimates.csv"
    assert facts["Analysis"] == "responder_rate"
    assert (facts["Patients"], facts["Events"]) == ("240", "84")
    assert re.fullmatch(r"src/dose_outcomes/outcomes/responder_rate\.py, line \d+", facts["Code"])
    assert facts["Reference"].startswith("Wilson score interval: Wilson EB (1927).")
    assert re.fullmatch(r"src/dose_outcomes/stats/proportions/single\.py, line \d+", facts["Formula"])
    assert dialog.evaluate("one => one.scrollTop") == 0
    assert (facts["Rule"], facts["Computed again by"]) == ("estimates", "snakemake --forcerun estimates")
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Close").click()
    assert not dialog.is_visible()
    assert page.evaluate("document.activeElement.dataset.r") == facts["Row"]
    page.keyboard.press("t")
    assert number.get_attribute("tabindex") is None
    assert sight.faults == []


def test_a_mark_shows_its_numbers(look):
    page = look().page
    mark = page.locator("#F4 [data-tip*='All conditions, 4 mg']")
    mark.scroll_into_view_if_needed()
    page.wait_for_timeout(100)
    mark.hover()
    assert page.locator("#tip").is_visible()
    assert page.locator("#tip").text_content() == (
        "All conditions, 4 mg: 42.1% (95% CI 32.1 to 54.1), 59 of 140 patients"
    )


def test_no_figure_is_split_between_pages(look):
    """Every figure asks to stay whole, and is no higher than an A4 page: 297 less twice 16 mm, at 96 a 25.4 mm."""
    page = look(width=688).page  # 210 less twice 14 mm
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    figures = page.evaluate(
        """() => [...document.querySelectorAll("figure")].map((one) =>
          [one.id, getComputedStyle(one).breakInside, one.getBoundingClientRect().height])"""
    )
    assert len(figures) > 15
    for name, rule, height in figures:
        assert rule == "avoid", name
        assert height <= 265 / 25.4 * 96, name


def test_hostile_labels_keep_the_layout(look, report, written):
    label = "</script><img src=x onerror=alert(1)> {{ 7 * 7 }} \u202ereversed\u202c \"' " + "x" * 10_000
    entry = {"label": label, "citation": label, "design": label, "outcome": label, "arm": label, "note": label}
    study = yaml.safe_load((report.parent / "study.yaml").read_text(encoding="utf-8"))
    study["literature"] = [{**one, **entry} for one in study["literature"]]
    study["claims"] = [{**one, "text": label, "source": label} for one in study["claims"]]
    file = written(
        title=label,
        conditions={**study["conditions"], "itch": label},
        literature=study["literature"],
        claims=study["claims"],
        deviations=[{"what": label, "why": label}],
    )
    for width in (320, 1280):
        sight = look(file=file, width=width, details=True)
        sight.page.wait_for_timeout(50)
        assert sight.faults == []
        assert sight.page.locator("img").count() == 0
        assert sight.page.evaluate("document.documentElement.scrollWidth") <= width


FREE_TEXT = {"label", "title", "text", "source", "citation", "design", "outcome", "arm", "note", "name", "short_name",
             "what", "why", "sentence", "remedy", "effect", "file", "table", "notes"}  # fmt: skip
SPOIL = "</td></script><img src=x onerror=alert(1)>{{ 7 * 7 }}\u202ereversed\u202c&amp;\"'`" + "y" * 120


def spoiled(value, key=""):
    """Return what was read with hostile text before every text that somebody wrote."""
    if isinstance(value, dict):
        return {name: spoiled(part, name) for name, part in value.items()}
    if isinstance(value, list):
        return [spoiled(part, key) for part in value]
    return SPOIL + value if isinstance(value, str) and key in FREE_TEXT else value


def test_hostile_text_in_every_field_of_study_and_data_is_shown_as_text(look, report, made, tmp_path):
    release = Release.read(report.parent, made.PROVENANCE)
    study = spoiled({name: part for name, part in release.study.items() if name != "data"}) | {
        "data": release.study["data"]
    }
    study["conditions"] = {name: SPOIL + label for name, label in study["conditions"].items()}
    doses = {group["label"].removeprefix(SPOIL): group["label"] for group in study["dose_groups"]}
    estimates = release.estimates.assign(
        **{name: release.estimates[name].replace(doses) for name in ("dose", "comparator")},
        **{name: release.estimates[name].where(release.estimates[name] == "", SPOIL + release.estimates[name])
           for name in ("note", "method")},
        endpoint=release.estimates["endpoint"].str.replace("term: ", f"term: {SPOIL}", regex=False),
    )  # fmt: skip
    curves = release.curves.assign(dose=release.curves["dose"].replace(doses), method=SPOIL)
    attrition = release.attrition.assign(reason=SPOIL + release.attrition["reason"])
    file = tmp_path / "hostile.html"
    page = render(Release(estimates, curves, attrition, study, spoiled(release.data_quality), made.PROVENANCE))
    file.write_text(page, encoding="utf-8")
    for width in (320, 1280):
        sight = look(file=file, width=width, details=True)
        sight.page.wait_for_timeout(50)
        assert sight.faults == []
        assert sight.page.locator("img").count() == 0
        assert sight.page.evaluate("document.documentElement.scrollWidth") <= width
    shown = sight.page.locator("body").text_content()
    assert shown.count(SPOIL) > 100
    assert "49reversed" not in shown


def test_it_prints_with_everything_open(look, tmp_path):
    page = look().page
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    assert page.locator(".badge").is_visible()
    assert page.pdf(path=tmp_path / "report.pdf", format="A4").startswith(b"%PDF")


def test_on_paper_titles_stay_with_their_tables_and_cautions_are_no_larger_than_numbers(look):
    page = look().page
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    style = "one => [getComputedStyle(one).breakInside, getComputedStyle(one).breakAfter]"
    breaks = {name: page.locator(name).first.evaluate(style) for name in ("caption", "summary", "tr.group")}
    assert breaks["caption"] == ["avoid", "avoid"]
    assert breaks["summary"][1] == breaks["tr.group"][1] == "avoid"
    size = "one => parseFloat(getComputedStyle(one).fontSize)"
    assert page.locator(".why").first.evaluate(size) <= page.locator("td > b").first.evaluate(size)
    lights = page.locator(".strip li").evaluate_all("lights => lights.map(one => one.getBoundingClientRect().top)")
    assert [lights.count(top) for top in dict.fromkeys(lights)] == [5, 3]  # of the response, of side effects
