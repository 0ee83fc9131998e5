"""A browser, offline, and the page of the hand-made release."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from dose_outcomes.report.page import render
from dose_outcomes.report.release import Release

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
REPORTED_VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => window.violations.push(event.violatedDirective));
"""


#: Texts of drawings that are cut by their frame or run into each other.
TEXT_FAULTS = """() => [...document.querySelectorAll("figure svg")].flatMap((drawing) => {
  const frame = drawing.getBoundingClientRect();
  const texts = [...drawing.querySelectorAll("text")].filter((one) => one.textContent.trim());
  const boxes = texts.map((one) => [one.textContent, one.getBoundingClientRect()]);
  const cut = boxes.filter(([, box]) => box.left < frame.left - 1 || box.right > frame.right + 1
    || box.top < frame.top - 1 || box.bottom > frame.bottom + 1).map(([text]) => `cut: ${text}`);
  const touching = boxes.flatMap(([text, one], place) => boxes.slice(place + 1)
    .filter(([, other]) => one.left < other.right + 2 && other.left < one.right + 2
      && one.top < other.bottom - 3 && other.top < one.bottom - 3)
    .map(([word]) => `touching: ${text} / ${word}`));
  return [...cut, ...touching];
        })"""


@dataclass
class Sight:
    """A page in a browser, and what went wrong while it was open."""

    page: Any
    requests: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """Requests to anywhere, console messages, script errors, policy violations."""
        # without scripts nothing can be asked of the page, nor can it go wrong by itself
        return [*self.requests, *self.messages, *self.page.evaluate("window.violations ?? []")]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        message = "needs chromium: apt-get install chromium fonts-dejavu-core"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield found
        found.close()


@pytest.fixture(scope="session")
def made() -> Any:
    """Return the module that makes the release of the unit tests."""
    source = Path(__file__).parents[1] / "unit/report/made_release.py"
    specification = importlib.util.spec_from_file_location("made_release", source)
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def written(made: Any, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return a function that writes the page of the unit tests' release, its study changed as asked."""

    def write(**changes: Any) -> Path:
        folder = made.write(tmp_path_factory.mktemp("browser"), made.study(**changes))
        page = folder / "report.html"
        page.write_text(render(Release.read(folder, made.PROVENANCE)), encoding="utf-8")
        return page

    return write


@pytest.fixture(scope="session")
def report(written: Callable[..., Path]) -> Path:
    """Return the page of the release that the unit tests of the report use."""
    return written()


@pytest.fixture(scope="session")
def crowded(written: Callable[..., Path]) -> Path:
    """Return a page with many doses and long labels."""
    groups = [
        {"label": label, "from_mg": dose, "below_mg": dose + 1}
        for dose, label in enumerate(["1 mg", "4 mg", "6 mg twice a day", "8 mg", "10 mg or more a day"], start=1)
    ]
    return written(
        dose_groups=groups,
        conditions={
            "aches": "Aches of long standing that no examination has found a cause for",
            "itch": "Unbreakable" * 12,
            "fatigue": "Fatigue",
        },
    )


@pytest.fixture
def look(browser: Any, report: Path) -> Iterator[Callable[..., Sight]]:
    """Return a function that opens the page; width, scheme, scripts and the file can be chosen."""
    contexts = []

    def open_page(
        width: int = 1280, scheme: str = "light", scripts: bool = True, file: Path = report, details: bool = False
    ) -> Sight:
        context = browser.new_context(
            offline=True,
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=scripts,
            accept_downloads=True,
        )
        contexts.append(context)
        page = context.new_page()
        sight = Sight(page)
        page.add_init_script(REPORTED_VIOLATIONS)
        page.on("request", lambda request: note_request(sight, request.url))
        page.on("console", lambda message: sight.messages.append(message.text))
        page.on("pageerror", lambda error: sight.messages.append(str(error)))
        page.goto(file.as_uri())
        if details:
            page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        return sight

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def text_faults() -> Callable[[Any], list[str]]:
    """Return a function that names the texts of a page's drawings that are cut or run into each other."""
    return lambda page: page.evaluate(TEXT_FAULTS)


def note_request(sight: Sight, address: str) -> None:
    """Remember a request that goes anywhere but to the page itself or what it made."""
    if not address.startswith(("file:", "data:", "blob:")):
        sight.requests.append(address)


@pytest.fixture
def axe_violations() -> Callable[[Any], list[tuple[str, str]]]:
    """Return a function that names the rules of axe, all of them, that a page breaks, each with an element."""
    axe = pytest.importorskip("axe_playwright_python", reason="needs axe-playwright-python, which brings axe-core")
    script = files(axe).joinpath("axe.min.js").read_text(encoding="utf-8")

    def violations(page: Any) -> list[tuple[str, str]]:
        page.evaluate(script)
        found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
        return [(rule["id"], rule["nodes"][0]["html"][:200]) for rule in found["violations"]]

    return violations
