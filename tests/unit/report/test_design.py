"""The windows of the study, from its file to the bars of the drawing."""

import re

import pytest

from dose_outcomes.report.design import Window, windows
from dose_outcomes.report.drawings import drawing
from dose_outcomes.report.figures.design_diagram import axis_days, days_in_words
from dose_outcomes.report.wording import Wording


def test_windows_are_those_of_the_study_file(wording):
    assert windows(wording) == [
        Window("Left out: opioid", -10, 0, "before"),
        Window("Score before treatment", -28, 0, "before"),
        Window("Visit: all conditions", 70, 98, "visit", "response at week 12"),
        Window("Time to: response at week 12", 0, 84, "follow-up"),
        Window("Time on the drug", 0, 56, "follow-up"),
        Window("Side effects", 0, None, "follow-up", "to 30 days after the last dose"),
    ]


def test_visits_that_are_written_out_take_the_place_of_the_definitions(made):
    endpoints = made.study()["endpoints"]
    visits = [{"day": 28, "first_day": 15, "last_day": 42}, {"day": 84, "first_day": 43, "last_day": None}]
    found = windows(Wording(made.study(endpoints=[{**endpoints[0], "visits": visits}])))
    assert [(one.first, one.last) for one in found if one.kind == "visit"] == [(15, 42), (43, None)]
    # of the same conditions: told apart by their weeks
    names = [one.label for one in found if one.kind == "visit"]
    assert names == ["Visit of week 4: all conditions", "Visit of week 12: all conditions"]


def test_a_window_of_two_endpoints_stands_there_once(made):
    first = made.study()["endpoints"][0]
    second = {**first, "id": "other", "label": "Other response", "definitions": {"aches": "ACHE-30"}}
    found = windows(Wording(made.study(endpoints=[first, second])))
    assert [(one.label, one.detail) for one in found if one.kind == "visit"] == [
        ("Visit: all conditions", "response at week 12; other response")
    ]
    alone = windows(Wording(made.study(endpoints=[second])))
    assert [one.label for one in alone if one.kind == "visit"] == ["Visit: Aches"]


def test_many_windows_of_visits_become_one_row(made):
    visits = [{"day": day, "first_day": day - 1, "last_day": day + 1} for day in range(7, 70, 7)]
    endpoints = made.study()["endpoints"]
    found = windows(Wording(made.study(endpoints=[{**endpoints[0], "visits": visits}])))
    assert [(one.first, one.last, one.detail) for one in found if one.kind == "visit"] == [(6, 64, "9 windows")]


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([(0, None)], (0, 7)),
        ([(-10, 0), (0, 84)], (-14, 84)),
        ([(-28, 0), (0, 182), (1, 183)], (-28, 189)),
    ],
)
def test_the_axis_holds_every_window_in_whole_weeks(spans, expected):
    assert axis_days([Window("w", first, last, "visit") for first, last in spans]) == expected


def test_days_are_said_in_words():
    assert days_in_words(Window("w", -28, 0, "before")) == "days −28 to 0"
    assert days_in_words(Window("w", 56, 56, "visit")) == "day 56"
    assert days_in_words(Window("w", 0, None, "visit")) == "from day 0"


def test_bars_lie_at_their_days(wording):
    content = windows(wording)
    svg = str(drawing("design", "F9", content, wording))
    start, end = axis_days(content)
    paths = re.findall(r'<path d="([^"]+)"[^>]*data-r="(w\d+)"', svg)
    assert len(paths) == len(content)
    drawn = {}
    for path, name in paths:
        x = [float(number) for number in re.findall(r"[MLC]([-\d.]+),", path)]
        drawn[name] = (min(x), max(x))
    unit = None
    for number, window in enumerate(content):
        last = end if window.last is None else window.last
        first_x, last_x = drawn[f"w{number}"]
        scale = (last_x - first_x) / (last - window.first)
        unit = unit or scale
        assert scale == pytest.approx(unit, rel=0.02)
        assert first_x == pytest.approx((window.first - start) * unit, abs=0.6)
