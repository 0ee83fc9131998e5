"""Definitions in words: from the rule itself, for any legal rule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dose_outcomes.catalogue import Instrument, ResponseDefinition, built_in
from dose_outcomes.catalogue.documentation import page
from dose_outcomes.catalogue.expression import NAMES
from dose_outcomes.catalogue.wording import in_words

INSTRUMENTS = {
    "ITCH": Instrument(
        label="Itch scale", phrase="itch", units="points", minimum=5, maximum=25, direction="lower_better", floor=5
    ),
    "SLEEP": Instrument(label="hours of sleep", units="hours", minimum=0, maximum=24, direction="higher_better"),
    "TSH": Instrument(label="TSH", units="mU/L", minimum=0, maximum=500, direction="target_range"),
    "RELAPSE": Instrument(label="relapse", units="0/1", minimum=0, maximum=1, step=1, direction="lower_better"),
}
COMPONENTS = {
    "c_sleep": "SLEEP",
    "c_sleep_gain": {"instrument": "SLEEP", "measure": "improvement"},
    "c_sleep_loss": {"instrument": "SLEEP", "measure": "worsening"},
    "c_sleep_pct": {"instrument": "SLEEP", "measure": "percent_improvement"},
    "c_tsh": "TSH",
    "c_relapse": "RELAPSE",
}


def words(response: str, instrument: str = "ITCH", **more: object) -> str:
    content = {"instrument": instrument, "label": "x", "response": response, "components": COMPONENTS, **more}
    return in_words(ResponseDefinition.model_validate(content), INSTRUMENTS)


def told(response: str, instrument: str = "ITCH") -> str:
    """Return the rule alone."""
    return words(response, instrument).split(", 12 weeks")[0].split(": ", 1)[1]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("value <= 6", "itch at most 6"),
        ("value == 5", "itch exactly 5"),
        ("base > 20", "baseline score above 20"),
        ("improve >= 1", "itch at least 1 point lower than at baseline"),
        ("improve > 1.5", "itch more than 1.5 points lower than at baseline"),
        ("improve < 3", "itch not lower than at baseline by 3 points or more"),
        ("improve <= 3", "itch not lower than at baseline by more than 3 points"),
        ("improve >= -2", "itch not higher than at baseline by more than 2 points"),
        ("improve < -2", "itch more than 2 points higher than at baseline"),
        ("improve > 0", "itch lower than at baseline"),
        ("improve >= 0", "itch not higher than at baseline"),
        ("improve == 0", "itch the same as at baseline"),
        ("worsen >= 4", "itch at least 4 points higher than at baseline"),
        ("worsen < 4", "itch not higher than at baseline by 4 points or more"),
        ("pct_improve >= 50", "itch at least 50 % (of what lies above 5) lower than at baseline"),
        ("c_sleep >= 7", "hours of sleep at least 7 hours"),
        ("c_sleep_gain >= 1", "hours of sleep at least 1 hour higher than at baseline"),
        ("c_sleep_loss < 2", "hours of sleep not lower than at baseline by 2 hours or more"),
        ("c_sleep_pct >= 20", "hours of sleep at least 20 % higher than at baseline"),
        ("c_relapse == 0", "relapse recorded as no"),
        ("c_tsh >= 0.4 and c_tsh <= 4.0", "TSH from 0.4 to 4 mU/L"),
        ("c_tsh >= 0.4 or c_tsh <= 0.1", "TSH at least 0.4 mU/L or at most 0.1 mU/L"),
        (
            "improve > 4 or (improve > 2 and value <= 10)",
            "itch more than 4 points lower than at baseline or "
            "(more than 2 points lower than at baseline and at most 10)",
        ),
        (
            "value <= 10 and c_relapse == 0 and value >= 6",
            "itch at most 10, relapse recorded as no and itch at least 6",
        ),
    ],
)
def test_a_rule_in_words(rule, expected):
    assert told(rule) == expected


def test_the_direction_is_that_of_the_instrument():
    assert told("improve >= 2", "SLEEP") == "hours of sleep at least 2 hours higher than at baseline"
    assert told("worsen >= 2", "SLEEP") == "hours of sleep at least 2 hours lower than at baseline"


def test_the_whole_sentence():
    assert words("pct_improve >= 30 and c_relapse == 0", baseline_bound=10, remission="value < 7") == (
        "Responder: itch at least 30 % (of what lies above 5) lower than at baseline and relapse recorded as no, "
        "12 weeks (10 to 14) after the first dose, in patients with a baseline score of at least 10; a missing score "
        "leaves it unknown, unless the others decide. Remission: itch below 7."
    )


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"response": "value <= 6"}, "first dose; a missing score leaves it unknown. Remission is not defined."),
        ({"response": "improve >= 2"}, "in patients with a baseline score; a missing"),
        ({"response": "c_sleep_gain >= 2"}, "in patients with the baseline scores for it; a missing"),
        ({"response": "improve >= 2", "baseline_bound": 9, "instrument": "SLEEP"}, "a baseline score of at most 9;"),
        ({"response": "value <= 6", "week": 1, "window_weeks": 0}, " 1 week after the first dose;"),
        ({"response": "value <= 6", "week": 2, "window_weeks": 2}, " 2 weeks (up to 4) after the first dose;"),
        (
            {"response": "value <= 6", "remission": "value <= 5", "remission_label": "No itch"},
            "No itch: itch at most 5.",
        ),
        ({"response": "worsen >= 5"}, "Harm: itch at least 5 points higher"),
        ({"response": "value > 20", "type": "safety_event"}, "Harm: itch above 20"),
    ],
)
def test_a_part_of_the_sentence(content, expected):
    assert expected in words(**content)


def test_a_harm_says_nothing_about_remission():
    assert words("worsen >= 5").endswith("a missing score leaves it unknown.")


NAMED = st.sampled_from([*NAMES, *COMPONENTS])
NUMBERS = st.integers(-400, 400).map(lambda one: one / 8)
COMPARED = st.builds("{} {} {}".format, NAMED, st.sampled_from([">=", "<=", ">", "<", "=="]), NUMBERS)
RULES = st.recursive(
    COMPARED,
    lambda inner: st.builds(
        lambda joined_by, terms: "(" + f" {joined_by} ".join(terms) + ")",
        st.sampled_from(["and", "or"]),
        st.lists(inner, min_size=2, max_size=3),
    ),
    max_leaves=6,
)


@given(rule=RULES)
def test_any_legal_rule_can_be_told(rule):
    sentence = words(rule)
    assert sentence.startswith(("Responder: ", "Harm: "))
    assert "c_" not in sentence
    assert "pct_improve" not in sentence


@pytest.mark.parametrize("code", sorted(built_in().definitions))
def test_every_number_of_a_definition_is_told(code):
    definition = built_in().definitions[code]
    sentence = in_words(definition, built_in().instruments)
    for text in (definition.response, definition.remission or ""):
        for number in (word.strip("()") for word in text.split()):
            if number.replace(".", "").isdigit() and not (number in "01" and "recorded as" in sentence):
                assert f"{float(number):g}" in sentence
    assert sentence == sentence.strip()
    assert "  " not in sentence


def test_the_page_is_that_of_the_catalogue(root):
    """Written again by: python -m dose_outcomes.catalogue.documentation."""
    assert (root / "docs/definitions.md").read_text(encoding="utf-8") == page()


def test_the_page_says_what_to_check():
    entries = {entry.split(":")[0]: entry for entry in page().split("\n### ")[1:]}
    assert set(entries) == set(built_in().definitions)
    for code, definition in built_in().definitions.items():
        assert ("**Check before publication.**" in entries[code]) == definition.check_before_publication
