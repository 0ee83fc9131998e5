"""The language of response rules: a whitelist."""

import pytest

from dose_outcomes.catalogue.expression import Combination, Comparison, names_in, needs_baseline, parse_rule
from dose_outcomes.errors import StudyError


def test_and_binds_before_or():
    rule = parse_rule("improve > 1.2 or improve > 0.6 and value <= 5.1")
    assert rule == Combination(
        "or",
        (
            Comparison("improve", ">", 1.2),
            Combination("and", (Comparison("improve", ">", 0.6), Comparison("value", "<=", 5.1))),
        ),
    )
    assert names_in(rule) == {"improve", "value"}


@pytest.mark.parametrize(("text", "needs"), [("value <= 3", False), ("pct_improve >= 30", True), ("base > 2", True)])
def test_whether_a_rule_looks_at_the_baseline(text, needs):
    assert needs_baseline(parse_rule(text)) is needs


def test_a_negative_number():
    assert parse_rule("improve >= -2.5") == Comparison("improve", ">=", -2.5)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "value",
        "value + 1 > 2",
        "value > base",
        "1 < value",
        "0 < value < 2",
        "not value > 1",
        "value != 1",
        "value > '1'",
        "value > True",
        "value > 1 if base > 1 else 0",
        "(lambda: 1)() > 0",
        "value.real > 1",
        "",
        "value >",
        "value > 1; value > 2",
        "value \x00> 1",
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(StudyError, match="rule"):
        parse_rule(text)


def test_an_unknown_name_gets_the_nearest():
    with pytest.raises(StudyError, match=r"unknown name 'improv'; did you mean improve\?"):
        parse_rule("improv >= 3")
