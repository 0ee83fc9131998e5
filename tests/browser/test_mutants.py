"""Six ways to spoil a report, each of which a check must notice."""

from __future__ import annotations

import re

import pytest

from dose_outcomes.report.build_checks import build_checks
from dose_outcomes.report.register import Register
from dose_outcomes.report.release import Release


@pytest.fixture(scope="module")
def register(report):
    release = Release.read(report.parent, {})
    return Register(release.estimates, release.curves, release.attrition)


@pytest.fixture
def noticed(look, register, tmp_path):
    """Return a function that names the checks which a page fails."""

    def notice(text: str) -> set[str]:
        file = tmp_path / "mutant.html"
        file.write_text(text, encoding="utf-8")
        sight = look(file=file)
        sight.page.wait_for_timeout(50)
        found = {"policy"} if sight.faults else set()
        if not all(check.passed for check in build_checks(text, register)):
            found.add("numbers")
        checks = {
            "ids": "() => new Set([...document.querySelectorAll('[id]')].map((one) => one.id)).size "
            "=== document.querySelectorAll('[id]').length",
            "figures": "() => [...document.querySelectorAll('figure svg')].every((one) => "
            "one.querySelector(':scope > title')?.textContent.length > 10 "
            "&& one.querySelector(':scope > desc')?.textContent.length >= 60)",
            "handlers": "() => ![...document.querySelectorAll('*')].some((one) => "
            "[...one.attributes].some(({ name }) => name.startsWith('on')))",
        }
        return found | {name for name, check in checks.items() if not sight.page.evaluate(check)}

    return notice


def test_the_page_itself_passes(noticed, report):
    assert noticed(report.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize(
    ("pattern", "spoiled", "check"),
    [
        ("</main>", '<img src="https://example.org/x.png" alt=""></main>', "policy"),
        ('<section id="answer"', '<section onclick="alert(1)" id="answer"', "handlers"),
        (r"<title id=[^>]*>[^<]*</title><desc [^>]*>[^<]*</desc>", "", "figures"),
        (r"<data value=0\.35\b", "<data value=0.36", "numbers"),
        ('<section id="harms"', '<section id="answer"', "ids"),
    ],
    ids=["remote image", "inline handler", "figure without text", "edited number", "duplicate id"],
)
def test_a_spoiled_page_is_noticed(noticed, report, pattern, spoiled, check):
    text, count = re.subn(pattern, spoiled, report.read_text(encoding="utf-8"), count=1)
    assert count == 1
    assert check in noticed(text)
