"""Colours can be told from their background, in both schemes, and doses keep their order in grey."""

from __future__ import annotations

import re
from importlib.resources import files
from itertools import pairwise

import pytest

STYLE = files("dose_outcomes.report").joinpath("templates/style.css").read_text(encoding="utf-8")
DOSES = [f"--dose-{step}" for step in range(1, 7)]


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def palettes() -> dict[str, dict[str, str]]:
    blocks = re.findall(r":root \{(.*?)\}", STYLE, re.S)
    light, dark, paper = (dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6});", block)) for block in blocks)
    return {"light": light, "dark": {**light, **dark}, "print": {**light, **paper}}


@pytest.fixture(params=["light", "dark", "print"])
def palette(request) -> dict[str, str]:
    return palettes()[request.param]


def test_black_on_white_is_21_to_1():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_marks_stand_out_from_the_page(palette):
    for name in (*DOSES, "--reference", "--muted", "--drug", "--comparator"):
        assert contrast(palette[name], palette["--page"]) >= 3, name


def test_text_can_be_read(palette):
    for name in ("--text", "--muted-text", "--link", "--badge", "--badge-real"):
        for background in ("--page", "--surface"):
            assert contrast(palette[name], palette[background]) >= 4.5, (name, background)


@pytest.mark.parametrize(("scheme", "rising"), [("light", False), ("dark", True), ("print", False)])
def test_doses_keep_their_order_without_colour(scheme, rising):
    lightness = [luminance(palettes()[scheme][dose]) for dose in DOSES]
    assert all((one < other) == rising for one, other in pairwise(lightness))


def test_paper_is_light():
    assert all(palettes()["print"][name] == palettes()["light"][name] for name in (*DOSES, "--page", "--text"))
