"""The title says what was found with its uncertainty, in one of three wordings, and claims no cause."""

import re
from dataclasses import replace

import pytest

from dose_outcomes.report.answer import Name, Printed, cards, reading, title
from dose_outcomes.report.numbers import show
from dose_outcomes.report.response import responses
from dose_outcomes.report.side_effects import side_effects
from dose_outcomes.report.wording import Wording

CAUSAL = re.compile(
    r"\b(cause[sd]?|because of|due to|leads? to|led to|reduces?|improves?|works?|effective|thanks to|makes?)\b", re.I
)


def text(parts) -> str:
    words = {Printed: lambda part: show(part.row, part.column, part.unit), Name: lambda part: part.text, str: str}
    return "".join(words[type(part)](part) for part in parts)


@pytest.fixture
def found(register, wording):
    return responses(register, wording)[0], side_effects(register, wording, "all")


@pytest.fixture
def with_placebo(made):
    groups = [{"label": "1 mg", "from_mg": 0, "below_mg": 1}, {"label": "4 mg", "from_mg": 4, "below_mg": 5}]
    return Wording(made.study(dose_groups=groups))


def changed(response, dose, **values):
    """Return the response with another total row for a dose."""
    row = response.rows[0]
    cells = {**row.cells["non_responder"], dose: replace(row.cells["non_responder"][dose], **values)}
    return replace(response, rows=[replace(row, cells={**row.cells, "non_responder": cells}), *response.rows[1:]])


def test_one_group_benefit_and_harm_together(found, wording):
    assert text(title(*found, wording)) == (
        "Response at week 12 in 35.0% of patients (95% CI 25.0 to 47.0); any side effect in 50.0% (45.0 to 58.0)"
    )


def test_beside_placebo_intervals_that_overlap(found, with_placebo):
    assert text(title(*found, with_placebo)) == (
        "Response at week 12 in 42.1% on 4 mg (95% CI 32.1 to 54.1) and in 25.0% on 1 mg (15.0 to 37.0), with "
        "overlapping intervals; any side effect in 50.0% on 4 mg (45.0 to 58.0) and in 50% on 1 mg (45 to 58), with "
        "overlapping intervals"
    )


def test_beside_placebo_intervals_that_lie_apart(found, with_placebo):
    response = changed(found[0], "1 mg", estimate=0.1, low=0.05, high=0.2)
    sentence = text(title(response, found[1], with_placebo)).split(";")[0]
    assert sentence == "Response at week 12 in 42.1% on 4 mg (95% CI 32.1 to 54.1) and in 10.0% on 1 mg (5.0 to 20.0)"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"estimate": None, "suppressed": "count below 5"}, "not shown, because a count is too small"),
        ({"estimate": None, "n": 0, "note": "no patients"}, "no patients"),
        ({"estimate": None, "note": "did not converge"}, "not estimable"),
    ],
)
def test_no_number_says_why(found, wording, values, expected):
    response = changed(found[0], "all", **values)
    assert text(title(response, found[1], wording)).startswith(f"Response at week 12: {expected}; any side effect in ")


def test_without_response_or_side_effects(wording):
    assert text(title(None, None, wording)) == "Response: not analysed; any side effect: not analysed"


def test_reading_of_two_intervals(found):
    row = found[0].headline("all")
    assert reading(row, row) == "overlapping"
    assert reading(row, replace(row, low=0.5, high=0.6)) == "apart"
    assert reading(row, None) == reading(row, replace(row, low=None)) == "not_estimable"


def test_no_causal_words(found, wording, with_placebo):
    for words in (wording, with_placebo):
        assert not CAUSAL.search(text(title(*found, words)))


def test_cards_are_patients_benefit_harm(register, found, wording):
    shown = cards(register, *found, wording)
    assert [show(card.row) for card in shown] == ["240", "35.0%", "50.0%"]
    assert text(shown[0].detail) == "3 conditions, 1 mg to 4 mg"
    assert [text(card.detail) for card in shown[1:]] == [
        "84 of 240 patients who could be assessed",
        "100 of 200 patients",
    ]
    assert [text(card.interval) for card in shown[1:]] == ["95% CI 25.0 to 47.0", "95% CI 45.0 to 58.0"]
