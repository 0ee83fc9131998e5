"""Checks that a report makes of itself: each finds the fault that it is there for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dose_outcomes.report.build_checks import build_checks
from dose_outcomes.report.register import Register


@pytest.fixture
def checked(release, page):
    """Return a function that checks the page and its rows, either changed as asked."""

    def check(text=page, change=None):
        register = Register(release.estimates, release.curves, release.attrition)
        if change:
            change(register)
        return {check.says: check for check in build_checks(text, register)}

    return check


def test_all_hold_for_the_page_as_it_is(checked):
    found = checked()
    assert all(check.total for check in found.values())
    assert [check.says for check in found.values() if not check.passed] == []


def broken(found):
    return {check.says: check.total - check.held for check in found.values() if not check.passed}


def test_an_edited_number_is_found(checked, page):
    assert broken(checked(page.replace("<data value=0.35", "<data value=0.36", 1))) == {
        "Every printed number is that of its row": 1
    }


def test_a_number_of_no_row_is_found(checked, page):
    text = page.replace("</main>", '<p><data value="1" data-r="nowhere">1</data></p></main>')
    assert broken(checked(text)) == {"Every printed number is that of its row": 1}


def changed(analysis, statistic, **changes):
    """Return a change of the first released row of an analysis."""

    def change(register):
        rows = register.all_estimates
        place = next(
            number
            for number, row in enumerate(rows)
            if row.analysis == analysis and row.statistic == statistic and row.estimate is not None
        )
        rows[place] = replace(rows[place], **changes)

    return change


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (changed("score_change", "mean_change", low=99.0), "Every interval contains its estimate"),
        (changed("side_effect_incidence", "proportion", events=1), "Shares are patients with the event by patients"),
        (
            changed("time_to_response", "number_at_risk", n=7),
            "At risk, events and censored add up to the patients",
        ),
        (changed("baseline", "mean", suppressed="count below 5"), "Hidden rows hold no estimate, interval or test"),
        (changed("baseline", "mean", estimate=None, low=None, high=None, note=""), "Rows without a number say why"),
    ],
)
def test_a_broken_row_is_found_and_named(checked, change, says):
    found = checked(change=change)
    assert not found[says].passed
    assert len(found[says].broken) == found[says].total - found[says].held == 1


def test_an_attrition_that_does_not_close_is_found(checked):
    def change(register):
        steps = register._flows["patients"]
        steps[0] = replace(steps[0], after=steps[0].after + 1)

    assert broken(checked(change=change))["Before, less excluded, is after"] == 1


def test_a_curve_beside_its_band_is_found(checked):
    def change(register):
        register.all_points[0] = replace(register.all_points[0], low=0.99, high=1.0, estimate=0.5)

    assert "Every interval contains the height of its curve" in broken(checked(change=change))


def test_two_rows_of_one_identifier_are_found(checked):
    def change(register):
        register.all_estimates.append(register.all_estimates[0])

    assert broken(checked(change=change))["Every row has an identifier of its own"] == 1


def test_a_failed_check_is_printed_as_failed(release, made, tmp_path):
    from dose_outcomes.report.page import render
    from dose_outcomes.report.release import Release

    folder = made.write(tmp_path / "broken", made.study())
    attrition = folder / "attrition.csv"
    attrition.write_text(attrition.read_text().replace("300,40,260", "300,40,261"))
    page = render(Release.read(folder, made.PROVENANCE))
    panel = page[page.index('<section id="verify"') :]
    assert panel.count("✕ fail") == 1
    assert panel.count("✓ pass") == 8
