"""The first sentence of a section: which share, how soon, what side effects."""

from dataclasses import replace

import pytest

from dose_outcomes.report.answer import Name, Printed
from dose_outcomes.report.leads import doses_lead, response_lead, side_effects_lead, time_lead
from dose_outcomes.report.numbers import show
from dose_outcomes.report.response import responses
from dose_outcomes.report.side_effects import side_effects
from dose_outcomes.report.time_details import TimeDetails
from dose_outcomes.report.times import times


def text(parts) -> str:
    words = {Printed: lambda part: show(part.row, part.column, part.unit), Name: lambda part: part.text, str: str}
    return "".join(words[type(part)](part) for part in parts)


@pytest.fixture
def response(register, wording):
    return responses(register, wording)[0]


def test_which_share_by_dose_with_the_difference_that_was_released(response, register, wording):
    assert text(response_lead(response, register, wording)).startswith(
        "Responders: 35.0% (95% CI 25.0 to 47.0) of all patients; 25.0% at 1 mg, 42.1% at 4 mg. 4 mg less 1 mg within "
        "conditions: "
    )


def test_without_a_difference_the_intervals_are_set_side_by_side(response, register, wording):
    without = replace(response, identifier="other", rows=[replace(row, names=("other",)) for row in response.rows])
    assert text(response_lead(without, register, wording)).endswith("The intervals at 1 mg and 4 mg overlap.")


def test_a_hidden_share_is_said_to_be_hidden(response, register, wording):
    row = response.rows[0]
    cells = row.cells["non_responder"]
    hidden = {**cells, "all": replace(cells["all"], estimate=None, suppressed="count below 5")}
    changed = replace(response, rows=[replace(row, cells={"non_responder": hidden}), *response.rows[1:]])
    assert text(response_lead(changed, register, wording)).startswith("Responders: not shown of all patients; 25.0% at")


def test_how_soon(register, wording):
    details = [TimeDetails(one, register, wording) for one in wording.study["time_to_response"]]
    found = text(time_lead(times(register, wording), details, wording))
    assert "Days until half of the patients have had a documented response: " in found
    assert "at 1 mg" in found or "(95% CI" in found
    assert text(time_lead([], [], wording)) == ""


def test_what_side_effects(register, wording):
    found = text(side_effects_lead(side_effects(register, wording, "all"), register, wording))
    assert found.startswith("At least one side effect: 50.0% (95% CI 45.0 to 58.0) of patients; most frequent: ")
    assert "A serious one: " in found
    assert side_effects_lead(side_effects(register, wording, "nowhere"), register, wording)[1].text == "not analysed"


def test_each_stands_first_in_its_section(page):
    for section in ("response", "time", "harms"):
        start = page.index(f'<section id="{section}"')
        lead = page.index('class="lead"', start) if 'class="lead"' in page[start:] else page.index("class=lead", start)
        assert lead < page.index("<figure", start)


class Rows:
    """Rows of comparisons with other numbers than those released."""

    def __init__(self, register, **changes):
        self._register, self._changes = register, changes

    def one(self, analysis, *key, **further):
        row = self._register.one(analysis, *key, **further)
        return replace(row, **self._changes.get(analysis, {})) if row else row


def test_the_first_screen_compares_the_last_dose_with_the_reference(response, register, wording):
    effects = side_effects(register, wording, "all")
    rows = Rows(
        register,
        responder_contrast={"estimate": 0.06, "low": -0.02, "high": 0.14, "note": ""},
        side_effect_contrast={
            "estimate": 0.18, "low": 0.13, "high": 0.24,
            "note": "diagnostics failed: follow-up short at 4 mg (bound 0.8), "
            "follow-up short at 1 mg (bound 0.8)",
        },
    )  # fmt: skip
    assert text(doses_lead(response, effects, rows, wording)) == (
        "4 mg compared with 1 mg, percentage points: responders +6.0 (95% CI −2.0 to +14.0), an interval that holds no "
        "difference; patients with a side effect +18.0 (95% CI +13.0 to +24.0), more at 4 mg (caution: follow-up short "
        "at 4 mg and 1 mg)."
    )


def test_fewer_and_hidden_differences_are_said(response, register, wording):
    effects = side_effects(register, wording, "all")
    hidden = {"estimate": None, "low": None, "high": None, "suppressed": "count below 5"}
    rows = Rows(
        register,
        responder_contrast={"estimate": -0.06, "low": -0.1, "high": -0.01, "note": ""},
        side_effect_contrast=hidden,
    )
    found = text(doses_lead(response, effects, rows, wording))
    assert found.endswith(
        "responders −6.0 (95% CI −10.0 to −1.0), fewer at 4 mg; patients with a side effect not shown."
    )
    assert doses_lead(response, None, register, wording) == []


def test_it_stands_on_the_first_screen_before_the_cards(page):
    start = page.index('<section id="answer"')
    assert start < page.index("compared with", start) < page.index("card-heading", start)
