"""Identifiers, rules and empty cells in words."""

from dataclasses import replace

import pytest

from dose_outcomes.report.hidden import absence
from dose_outcomes.report.methods import at_risk_text, criteria, definitions, diagnostic_bounds, rule_in_words
from dose_outcomes.report.wording import Wording, plain, ramp, shorten


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("improve >= 70", "improvement since before treatment at least 70"),
        ("value == 0", "score exactly 0"),
        (
            "improve > 1.2 or (improve > 0.6 and value <= 5.1)",
            "improvement since before treatment more than 1.2 or (improvement since before treatment more than 0.6 "
            "and score at most 5.1)",
        ),
        ("c_other < 4", "Scale of ten less than 4"),
    ],
)
def test_rules_in_words(rule, words, wording):
    assert rule_in_words(rule, {"c_other": "SCALE"}, wording) == words


@pytest.mark.parametrize(
    ("component", "words"),
    [
        ("SCALE", "Scale of ten at least 2"),
        ({"instrument": "SCALE"}, "Scale of ten at least 2"),
        ({"instrument": "SCALE", "measure": "worsening"}, "worsening of Scale of ten at least 2"),
        (
            {"instrument": "SCALE", "measure": "percent_improvement"},
            "improvement of Scale of ten, in percent, at least 2",
        ),
    ],
)
def test_components_in_words(component, words, wording):
    assert rule_in_words("c_other >= 2", {"c_other": component}, wording) == words


def test_sentences_that_come_with_a_definition_are_used(made):
    content = made.study()
    content["definitions"]["ACHE-30"] = {**content["definitions"]["ACHE-30"], "in_words": "Better by a third."}
    wording = Wording(content)
    assert definitions(content["endpoints"][0], wording)[0].words == "Better by a third."


def test_definitions_come_with_score_rule_baseline_and_window(wording):
    first = definitions(wording.study["endpoints"][0], wording)[0]
    assert (first.conditions, first.code, first.instrument) == (["Aches"], "ACHE-30", "Scale of ten")
    assert (first.baseline, first.when) == ("at least 4", "week 12 ± 2")


def test_built_in_definitions_are_known(made):
    definition = Wording(made.study(definitions={})).definition("CD-CDAI-70")
    assert definition is not None
    assert definition["response"] == "improve >= 70"


def test_criteria_are_said_in_their_order(wording):
    assert criteria(wording) == [
        "Younger than 18 years (kept: age at least 18)",
        "Opioid (a drug of class opioid on any of days −10 to 0)",
    ]


def test_time_at_risk(made):
    assert at_risk_text(made.study()) == "from the first dose until 30 days after the last dose"
    endless = made.study(side_effects={"days_after_last_dose": None, "count": "records"})
    assert at_risk_text(endless) == "from the first dose until the end of observation"


def test_every_reason_for_an_empty_cell_has_a_word_of_its_own(register):
    row = register.find("responder_rate", "proportion", "aches", "1 mg", "ACHE-30", "non_responder", 84)
    empty = replace(row, estimate=None, low=None, high=None)
    found = {
        "shown": absence(row, 5),
        "hidden": absence(replace(empty, suppressed="count below 5"), 5),
        "secondary": absence(replace(empty, suppressed="would give back another"), 5),
        "none": absence(replace(empty, n=0, note="no patients"), 5),
        "failed": absence(replace(empty, note="did not converge"), 5),
        "late": absence(replace(empty, statistic="median_days", note="not reached: 0.4 had it"), 5),
        "missing": absence(None, 5),
    }
    assert found.pop("shown") is None
    texts = {name: gap.text for name, gap in found.items() if gap}
    assert texts == {
        "hidden": "<5",
        "secondary": "not shown",
        "none": "no patients",
        "failed": "not estimable",
        "late": "not reached",
        "missing": "not analysed",
    }


@pytest.mark.parametrize(("doses", "last"), [(1, 1), (2, 6), (4, 6), (6, 6)])
def test_few_doses_take_spread_out_colours(doses, last):
    colours = ramp([{"from_mg": dose + 1} for dose in range(doses)])
    assert colours[0] == "--dose-1"
    assert colours[-1] == f"--dose-{last}"
    assert len(set(colours)) == doses


def test_a_group_without_drug_is_grey_and_the_reference(made):
    groups = [{"label": "Placebo", "from_mg": 0, "below_mg": 1}, {"label": "5 mg", "from_mg": 5, "below_mg": 6}]
    wording = Wording(made.study(dose_groups=groups))
    assert wording.reference_dose is not None
    assert wording.reference_dose.colour == "--muted"


def test_labels_keep_to_what_a_page_can_hold():
    assert plain("a\x00b\x1bc\ud800") == "a�b�c�"
    assert len(shorten("x" * 10_000, 40)) == 40


def test_bounds_that_are_shares_read_in_percent():
    found = diagnostic_bounds({"diagnostics": {"minimum_patients": 10, "minimum_share_followed": 0.8}})
    assert found == [
        "at least 10 patients in each group; with fewer there is no p value either",
        "at least 80% of each group followed to the visit or horizon, or dead before it",
    ]
