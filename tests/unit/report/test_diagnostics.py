"""Comparisons that fail a diagnostic are greyed with the reason; the first screen says how the whole stands."""

import re
from dataclasses import replace

import pytest

from dose_outcomes.report.diagnostics import strip
from dose_outcomes.report.grids import failed
from dose_outcomes.report.harm_diagnostics import HarmDiagnostics
from dose_outcomes.report.lights import MARKS
from dose_outcomes.report.page import render
from dose_outcomes.report.register import Register
from dose_outcomes.report.release import Release
from dose_outcomes.report.response import responses
from dose_outcomes.results import format_number


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ("", ""),
        ("no p value with fewer than 10 patients in a group", ""),
        ("diagnostics failed: fewer than 10 patients in a group; no p value", "fewer than 10 patients in a group"),
        (
            "diagnostics failed: groups differ in sex (bound 0.25), follow-up short at "
            "0.5 mg (bound 0.8), follow-up short at 3 mg (bound 0.8); more",
            "groups differ in sex, follow-up short at 0.5 mg and 3 mg",
        ),
        ("diagnostics failed: wide interval: upper over lower limit 12.1 (bound 10)", "wide interval"),
    ],
)
def test_reasons_without_their_numbers(note, words, register):
    row = register.select("responder_contrast")[0]
    assert failed(replace(row, note=note)) == words


def test_a_failed_comparison_is_greyed_with_word_and_shape_and_a_passing_one_is_not(page, register):
    for condition, expected in (("fatigue", True), ("aches", False)):
        row = register.one("responder_contrast", "risk_difference", condition, "4 mg", subgroup="")
        cells = [cell for cell in re.findall(r"<td\b.*?</td>", page, re.S) if row.identifier in cell]
        assert cells
        for cell in cells:
            marked = re.match(r'<td class="?failed', cell) is not None
            assert marked is expected
            assert ("△ caution:" in cell) is expected
            assert ("fewer than 10 patients in a group, groups differ in sex" in cell) is expected
            assert format_number(row.estimate) in cell  # the estimate stays


def lights(register, wording, changes=None):
    changes = changes or {}

    def changed(row):
        found = changes.get((row.analysis, row.statistic))
        return replace(row, **found) if found else row

    other = object.__new__(Register)
    other.__dict__.update(register.__dict__)
    for name in ("_by_analysis", "_by_cell"):
        other.__dict__[name] = {key: [changed(row) for row in rows] for key, rows in register.__dict__[name].items()}
    return {light.name: light for light in strip(responses(other, wording), other, wording)}


def test_five_lights_each_with_word_shape_and_link(register, wording, page):
    found = lights(register, wording)
    assert list(found) == ["Cohort", "Balance", "Missing", "Precision", "Negative controls"]
    # one dose of the made release was followed to 0.74 only; balance 0.17 is above the common 0.1
    assert [light.status for light in found.values()] == ["warn", "warn", "pass", "pass", "none"]
    for light in found.values():
        assert f"{light.mark} {light.word}" in page
        assert light.text
        assert re.search(rf'id="?{light.link}\b', page)
    assert len(set(MARKS.values())) == 4


@pytest.mark.parametrize(
    ("name", "statistic", "values", "status"),
    [
        ("Cohort", "share_followed_to_horizon", {"estimate": 0.8}, "pass"),
        ("Cohort", "share_followed_to_horizon", {"estimate": 0.95, "n": 9}, "fail"),
        ("Cohort", "share_followed_to_horizon", {"estimate": None, "suppressed": "count below 5"}, "warn"),
        ("Balance", "maximum_standardised_difference", {"estimate": 0.1}, "pass"),
        ("Balance", "maximum_standardised_difference", {"estimate": 0.2501}, "fail"),
        ("Missing", "proportion_missing", {"estimate": 0.21}, "fail"),
        ("Missing", "proportion_missing", {"estimate": 0.2}, "pass"),
    ],
)
def test_a_light_follows_the_bound(name, statistic, values, status, register, wording):
    assert lights(register, wording, {("contrast_diagnostics", statistic): values})[name].status == status


def test_power_fails_when_no_comparison_is_precise(register, wording):
    note = {"note": "diagnostics failed: wide interval: 0.61 (bound 0.5)"}
    found = lights(register, wording, {("responder_contrast", "risk_difference"): note})
    assert found["Precision"].status == "fail"
    # what differs at the start is the matter of another light
    note = {"note": "diagnostics failed: groups differ in sex (bound 0.25)"}
    assert lights(register, wording, {("responder_contrast", "risk_difference"): note})["Precision"].status == "pass"


def test_a_hidden_difference_is_judged_by_the_width_of_its_interval(register, wording):
    hidden = {"estimate": None, "low": None, "high": None, "suppressed": "made of a hidden count"}
    assert lights(register, wording, {("responder_contrast", "risk_difference"): hidden})["Precision"].status == "pass"
    wide = {
        ("responder_contrast", "risk_difference"): hidden,
        ("contrast_diagnostics", "interval_width"): {"estimate": 0.6},
    }
    found = lights(register, wording, wide)["Precision"]
    assert (found.status, found.word) == ("fail", "fail")
    assert found.text[0] == "All differences between doses too uncertain: "


def test_where_all_doses_are_hidden_the_light_says_so_and_is_no_pass(register, wording):
    hidden = {"estimate": None, "suppressed": "protects a hidden count"}
    for name, statistic in (
        ("Cohort", "share_followed_to_horizon"),
        ("Balance", "maximum_standardised_difference"),
        ("Missing", "proportion_missing"),
        ("Precision", "interval_width"),
    ):
        found = lights(register, wording, {("contrast_diagnostics", statistic): hidden})[name]
        assert (found.status, found.mark, found.word) == ("warn", "△", "caution")
        assert "hidden" in str(found.text)


def test_without_endpoints_nothing_is_claimed(register, wording):
    assert {light.status for light in strip([], register, wording)} == {"none"}


def test_a_harm_is_not_worded_as_a_response(made, tmp_path):
    (endpoint,) = made.study()["endpoints"]
    harm = {**endpoint, "kind": "harm", "label": "Worsening at week 12", "missing_data": ["observed"]}
    folder = made.write(tmp_path / "harm", made.study(endpoints=[harm]))
    page = render(Release.read(folder, made.PROVENANCE))
    section = re.search(r'<section id="response".*?</section>', page, re.S)
    assert section
    words = re.sub(r"<[^>]+>|responder_rate", " ", re.sub(r"<svg.*?</svg>", "", section[0], flags=re.S))
    assert "patients with the event" in words
    assert not re.search(r"\bresponders?\b|\bresponded\b|with a response", words)
    assert re.search(r"visually-hidden[^>]*>Benefit", page) is None
    times = re.search(r'<section id="time".*?</section>', page, re.S)
    assert times
    words = re.sub(r"<[^>]+>|time_to_response|response_with_stopping", " ", times[0])
    assert "without a documented event yet" in words
    assert not re.findall(r"\S*\s*\S*respon[ds]\S*\s*\S*", words, re.I)


def harm_lights(register, wording, rows):
    other = object.__new__(Register)
    other.__dict__.update(register.__dict__)
    kept = [
        row for row in register.all_estimates if row.analysis not in ("contrast_diagnostics", "side_effect_contrast")
    ]
    for name, keys in (("_by_analysis", ("analysis",)), ("_by_cell", ("analysis", "statistic", "condition", "dose"))):
        found: dict[object, list[object]] = {}
        for row in [*kept, *rows]:
            key = tuple(getattr(row, one) for one in keys)
            found.setdefault(key if len(key) > 1 else key[0], []).append(row)
        other.__dict__[name] = found
    return {light.name: light for light in HarmDiagnostics(other, wording).strip}


def harm_rows(register, wording, **changes):
    """Return diagnostics of any side effect, and a difference of the second dose from the first."""
    pattern = next(row for row in register.all_estimates if row.analysis == "responder_contrast")
    first, second = wording.doses
    shared = {
        "endpoint": "any",
        "condition": wording.total,
        "comparator": "",
        "subgroup": "",
        "suppressed": "",
        "note": "",
    }
    rows = {
        "followed": {"analysis": "contrast_diagnostics", "statistic": "share_followed_to_horizon", "estimate": 0.9},
        "balance": {"analysis": "contrast_diagnostics", "statistic": "maximum_standardised_difference",
                    "estimate": 0.05, "note": "sex", "dose": second.identifier, "comparator": first.identifier},
        "difference": {"analysis": "side_effect_contrast", "statistic": "risk_difference", "estimate": 0.1,
                       "dose": second.identifier, "comparator": first.identifier},
    }  # fmt: skip
    return [
        replace(
            pattern, identifier=f"made-{name}", **{**shared, "dose": first.identifier, **row, **changes.get(name, {})}
        )
        for name, row in rows.items()
    ]


@pytest.mark.parametrize(
    ("changes", "statuses"),
    [
        ({}, ["pass", "pass", "pass"]),
        ({"followed": {"estimate": 0.79}}, ["warn", "pass", "pass"]),
        ({"followed": {"estimate": None, "suppressed": "count below 5"}}, ["warn", "pass", "pass"]),
        ({"balance": {"estimate": 0.11}}, ["pass", "warn", "pass"]),
        ({"balance": {"estimate": 0.26}}, ["pass", "fail", "pass"]),
        ({"difference": {"note": "diagnostics failed: wide interval: 0.6 (bound 0.5)"}}, ["pass", "pass", "fail"]),
        ({"difference": {"estimate": None, "suppressed": "count below 5"}}, ["pass", "pass", "warn"]),
    ],
)
def test_lights_of_side_effects_follow_the_bounds(changes, statuses, register, wording):
    found = harm_lights(register, wording, harm_rows(register, wording, **changes))
    assert list(found) == ["Cohort", "Balance", "Precision"]
    assert [light.status for light in found.values()] == statuses


def test_without_comparisons_of_side_effects_nothing_is_checked(register, wording):
    found = harm_lights(register, wording, [])
    assert [light.status for light in found.values()] == ["none", "none", "none"]
