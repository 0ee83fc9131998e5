"""How doses are compared, from scores to differences: responders of the high dose against the low one."""

import pytest

STUDY = {
    "conditions": {"crohns_disease": "Crohn", "fibromyalgia": "Fibromyalgia"},
    "endpoints": [
        {
            "id": "response",
            "label": "Response",
            "definitions": {"crohns_disease": "CD-CDAI-70", "fibromyalgia": "FM-PAIN-30"},
        },
        {"id": "stricter", "label": "Stricter response", "definitions": {"crohns_disease": "CD-CDAI-100"}},
    ],
}


def cohort(*groups: tuple[str, float, list[tuple[float, float | None]]]) -> dict[str, str]:
    """Return tables of patients: condition, target dose, and score before and at week 12 of each."""
    instruments = {"crohns_disease": "CDAI", "fibromyalgia": "PAIN_NRS"}
    patients, indications, doses = ["patient_id"], ["patient_id condition primary"], []
    scores = ["patient_id day instrument score"]
    doses = ["patient_id start_day end_day dose_mg target_dose_mg"]
    for condition, dose, changes in groups:
        for before, after in changes:
            name = f"p{len(patients)}"
            patients.append(name)
            indications.append(f"{name} {condition} true")
            doses.append(f"{name} 0 200 {dose} {dose}")
            scores.append(f"{name} 0 {instruments[condition]} {before}")
            if after is not None:
                scores.append(f"{name} 84 {instruments[condition]} {after}")
    tables = {"patients": patients, "indications": indications, "doses": doses, "assessments": scores}
    return {name: "\n".join(lines) for name, lines in tables.items()}


YES, NO, UNSEEN, REMISSION = (300, 230), (300, 231), (300, None), (300, 149)
"""Crohn's disease activity index: 70 points less is a response, 100 less by the stricter rule, below 150 remission."""
BETTER, SAME = (10, 7), (10, 8)
"""Pain: 30 % less is a response."""
TABLES = cohort(
    ("crohns_disease", 1.5, [YES, NO, NO, UNSEEN]),
    ("crohns_disease", 4.5, [REMISSION, YES, YES, NO]),
    ("fibromyalgia", 1.5, [SAME] * 6),
    ("fibromyalgia", 4.5, [BETTER, SAME]),
)
CONTRAST = {"analysis": "responder_contrast", "condition": any, "dose": "high"}


def test_differences_within_each_condition(spec, drawn):
    outcome = spec(STUDY, **TABLES)
    found = outcome.rows(
        "endpoint missing_data comparator estimate events n", **CONTRAST, statistic="risk_difference", subgroup=""
    )
    # Crohn's disease: 3/4 - 1/4, and 3/4 - 1/3 without the one unseen; pain: 1/2 - 0/6
    # all: 4/6 - 1/10, and 4/6 - 1/9; events and patients are those of both doses
    assert [row for row in found if row[0] != "CD-CDAI-100"] == drawn("""
            endpoint    missing_data   comparator  estimate  events  n
            CD-CDAI-70  non_responder  low         0.5       4       8
            CD-CDAI-70  observed       low         0.4167    4       7
            FM-PAIN-30  non_responder  low         0.5       1       8
            FM-PAIN-30  observed       low         0.5       1       8
            response    non_responder  low         0.5667    5       16
            response    observed       low         0.5556    5       15
            """)


def test_the_mix_of_conditions_is_taken_out_by_comparing_within_them(spec):
    # crude 0.567, though the difference is 0.5 in both conditions: more of the low doses were given for pain
    outcome = spec(STUDY, **TABLES)
    within = {**CONTRAST, "subgroup": "stratified by condition", "missing_data": "non_responder"}
    assert outcome.rows("endpoint estimate", **within, statistic="risk_difference") == [["response", "0.5"]]
    # 1 responder more for every 2 treated
    assert outcome.rows("estimate", **within, statistic="number_needed_to_treat") == [["2"]]


def test_a_second_definition_stands_beside_the_first(spec, drawn):
    outcome = spec(STUDY, **TABLES)
    found = outcome.rows(
        "endpoint dose events n",
        analysis="responder_rate",
        statistic="proportion",
        condition="crohns_disease",
        dose=any,
        missing_data="non_responder",
    )
    assert found == drawn("""
            endpoint     dose  events  n
            CD-CDAI-100  all   1       8
            CD-CDAI-100  high  1       4
            CD-CDAI-100  low   0       4
            CD-CDAI-70   all   4       8
            CD-CDAI-70   high  3       4
            CD-CDAI-70   low   1       4
            """)


def test_remission_where_the_definition_has_one(spec, drawn):
    outcome = spec(STUDY, **TABLES)
    # pain has no accepted remission: it is not in the total either
    found = outcome.rows("condition endpoint dose events n", analysis="remission_rate", missing_data="non_responder")
    assert found == drawn("""
            condition  endpoint     dose  events  n
            all        CD-CDAI-100  all   1       8
            all        CD-CDAI-70   all   1       8
            """)
    rows = outcome.rows("dose events n", analysis="remission_rate", condition=any, dose=any, missing_data="observed")
    assert ["high", "1", "4"] in rows
    assert ["low", "0", "3"] in rows


def test_p_values_are_adjusted_in_the_families_of_the_study(spec, drawn):
    family = {
        "id": "doses",
        "label": "Doses",
        "analysis": "responder_contrast",
        "statistic": "risk_difference",
        "conditions": "each",
        "endpoint": "response",
        "method": "holm",
    }
    few = {"diagnostics": {"minimum_patients": 2, "minimum_events": 0}, "multiplicity": [family]}
    outcome = spec({**STUDY, **few}, **TABLES)
    found = outcome.rows(
        "endpoint p_value p_adjusted",
        **CONTRAST,
        statistic="risk_difference",
        subgroup="",
        missing_data="non_responder",
    )
    # 3 of 4 against 1 of 4: chi-square 2, times 7/8, p 0.1859; doubled by Holm, as the smaller of two.
    # 1 of 2 against 0 of 6: expected count 2 x 1/8 below 1, so Fisher: the 1 is in the smaller group by 2/8.
    # The total is not of the family: chi-square of 4/6 against 1/10 is 5.605, times 15/16, p 0.0219.
    assert [row for row in found if row[0] != "CD-CDAI-100"] == drawn("""
            endpoint    p_value  p_adjusted
            CD-CDAI-70  0.1859   0.3718
            FM-PAIN-30  0.25     0.3718
            response    0.02189  -
            """)
    assert outcome.rows("estimate", analysis="multiplicity") == [["2"]]


@pytest.mark.parametrize(
    ("method", "has_them"),
    [("bonferroni", True), ("holm", True), ("hochberg", True), ("hommel", True), ("benjamini_hochberg", False)],
)
def test_two_tests_of_a_family_have_intervals_that_hold_together(spec, method, has_them):
    family = {
        "id": "doses",
        "label": "Doses",
        "analysis": "responder_contrast",
        "statistic": "risk_difference",
        "conditions": "each",
        "endpoint": "response",
        "method": method,
    }
    few = {"diagnostics": {"minimum_patients": 2, "minimum_events": 0}, "level": 0.9, "multiplicity": [family]}
    outcome = spec({**STUDY, **few}, **TABLES)
    key = {**CONTRAST, "missing_data": "non_responder", "subgroup": ""}
    wide = outcome.rows(
        "endpoint estimate low high level events n p_value p_adjusted", **key, statistic="simultaneous_risk_difference"
    )
    assert bool(wide) is has_them
    if not has_them:
        return
    # alpha 0.1 over two tests is 0.05 each: the intervals of a study whose level is 0.95. The total and the stricter
    # rule are no tests of the family
    alone = spec({**STUDY, **few, "level": 0.95, "multiplicity": []}, **TABLES)
    plain = alone.rows("endpoint estimate low high level events n", **key, statistic="risk_difference")
    assert [row[:-2] for row in wide] == [row for row in plain if row[0] in ("CD-CDAI-70", "FM-PAIN-30")]
    assert [row[0] for row in wide] == ["CD-CDAI-70", "FM-PAIN-30"]
    # the p value stays in the row of the test alone
    assert all(row[-2:] == ["-", "-"] for row in wide)
    ((words,),) = outcome.rows(
        "method", **key | {"condition": "fibromyalgia"}, statistic="simultaneous_risk_difference"
    )
    assert words.replace("_", " ").endswith("simultaneous for 2 tests of 'Doses' (Bonferroni)")


def test_of_a_single_test_there_is_no_other_interval(spec):
    family = {
        "id": "doses",
        "label": "Doses",
        "analysis": "responder_contrast",
        "statistic": "risk_difference",
        "endpoint": "response",
        "method": "holm",
    }
    few = {"diagnostics": {"minimum_patients": 2, "minimum_events": 0}, "multiplicity": [family]}
    outcome = spec({**STUDY, **few}, **TABLES)
    assert outcome.rows("estimate", analysis="multiplicity") == [["1"]]
    assert not outcome.rows("estimate", **CONTRAST, statistic="simultaneous_risk_difference")


def test_few_patients_are_marked_and_have_no_p_value(spec):
    outcome = spec(STUDY, **TABLES)
    key = {**CONTRAST, "endpoint": "FM-PAIN-30", "missing_data": "non_responder"}
    ((p_value, note),) = outcome.rows("p_value note", **key, statistic="risk_difference")
    assert p_value == "-"
    assert note.replace("_", " ") == (
        "diagnostics failed: fewer than 10 patients in a group, fewer than 5 patients with the event in all, "
        "wide interval: 1.00 (bound 0.5); "
        "no p value with fewer than 10 patients in a group"
    )
