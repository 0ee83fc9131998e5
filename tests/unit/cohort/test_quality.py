"""Findings judged by thresholds, again and without new checks; what of them may leave the site."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.faults.cohort import study

from dose_outcomes.cohort.checks.check import Checker
from dose_outcomes.cohort.checks.rule import Rule
from dose_outcomes.cohort.checks.verdicts import Verdict
from dose_outcomes.cohort.faults import Fault, raise_faults
from dose_outcomes.cohort.listing import findings_text, summary_text
from dose_outcomes.cohort.quality import (
    data_quality,
    judged,
    refuse_unknown_thresholds,
    shown_quality,
    status,
)
from dose_outcomes.errors import CohortDataError, StudyError
from dose_outcomes.study.quality import Quality, Threshold

RULE = Rule(
    name="recorded",
    table="patients",
    column="age",
    sentence="is empty",
    severity="warning",
    category="completeness",
    aspect="",
    holds=lambda table: table.age.notnull(),
)
FAULT = Fault(
    "patients.age.recorded",
    "patients",
    "raw/patients.csv",
    "age",
    "is empty",
    "Fill it in",
    (3, 4),
    ("PATIENT-X", ""),
    severity="warning",
)


def verdict(checked: int, failing: int, **changes: object) -> Verdict:
    return replace(Verdict.of_rule(RULE, checked, failing), **changes)


@pytest.mark.parametrize(
    ("severity", "checked", "failing", "warn_above", "fail_above", "expected"),
    [
        ("warning", 0, 0, 0, None, "nothing to check"),
        ("error", 0, 0, 0, None, "nothing to check"),
        ("warning", 200, 0, 0, None, "passed"),
        ("warning", 200, 1, 0, None, "warned"),
        ("warning", 200, 200, 0, None, "warned"),
        ("warning", 200, 10, 0.05, None, "passed"),  # 10/200 = 0.05, and only more is a warning
        ("warning", 200, 11, 0.05, None, "warned"),
        ("warning", 200, 40, 0.05, 0.2, "warned"),  # 40/200 = 0.2
        ("warning", 200, 41, 0.05, 0.2, "failed"),
        ("warning", 200, 1, 0, 0, "failed"),
        ("error", 200, 1, 0, None, "failed"),
        ("error", 200, 0, 0, None, "passed"),
    ],
)
def test_the_share_that_fails_decides(severity, checked, failing, warn_above, fail_above, expected):
    threshold = Threshold(warn_above=warn_above, fail_above=fail_above)
    assert status(severity, checked, failing, threshold) == expected


@pytest.mark.parametrize(
    "values", [{"warn_above": -0.1}, {"warn_above": 1.1}, {"fail_above": 2}, {"warn_above": 0.3, "fail_above": 0.2}]
)
def test_thresholds_are_shares_in_order(values):
    with pytest.raises(ValidationError):
        Threshold(**values)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("on_error", "ignore"),
        ("days_between_visits", -1),
        ("days_to_target_dose", -1),
        ("gap_days", -1),
        ("rows_for_units", 0),
        ("earliest_day", 1),
        ("latest_day", -1),
        ("nothing", 1),
    ],
)
def test_other_values_are_refused(key, value):
    with pytest.raises(ValidationError):
        study(**{key: value})


def test_a_threshold_turns_a_warning_into_nothing_or_into_an_error():
    found = [verdict(100, 2)]
    assert judged([FAULT], found, study()) == [FAULT]
    tolerant = study(thresholds={"patients.age.recorded": {"warn_above": 0.02}})
    assert judged([FAULT], found, tolerant) == []
    strict = study(thresholds={"patients.age.recorded": {"fail_above": 0.01}})
    assert [fault.severity for fault in judged([FAULT], found, strict)] == ["error"]
    with pytest.raises(
        CohortDataError, match=r"column age: 2 rows \(3, 4\): is empty. Fill it in \[patients.age.recor"
    ):
        raise_faults(judged([FAULT], found, strict), "faults.csv")


def test_thresholds_are_applied_again_to_what_is_stored():
    stored = [verdict(100, 2).as_record()]
    for quality, expected in (
        ({}, "warned"),
        ({"thresholds": {"patients.age.recorded": {"warn_above": 0.05}}}, "passed"),
        ({"thresholds": {"patients.age.recorded": {"fail_above": 0.01}}}, "failed"),
    ):
        assert data_quality([], stored, study(**quality))["checks"][0]["status"] == expected


def test_thresholds_of_no_rule_or_of_an_error_are_refused():
    found = [verdict(1, 0), verdict(1, 0, id="doses.overlap", severity="error")]
    with pytest.raises(StudyError, match=r"no rule 'patients.age.record'; did you mean patients.age.recorded\?"):
        refuse_unknown_thresholds(found, study(thresholds={"patients.age.record": {}}))
    with pytest.raises(StudyError, match=r"'doses\.overlap' is an error"):
        refuse_unknown_thresholds(found, study(thresholds={"doses.overlap": {}}))
    refuse_unknown_thresholds(found, study(thresholds={"patients.age.recorded": {}}))


def test_the_summary_counts_rules_by_category_and_outcome():
    stored = [
        verdict(10, 0).as_record(),
        verdict(10, 1, id="a").as_record(),
        verdict(0, 0, id="b", category="plausibility").as_record(),
        verdict(10, 1, id="c", category="conformance", severity="error").as_record(),
    ]
    summary = data_quality([], stored, study())["summary"]
    assert summary == [
        {
            "category": "conformance",
            "context": "verification",
            "passed": 0,
            "warned": 0,
            "failed": 1,
            "nothing to check": 0,
        },
        {
            "category": "completeness",
            "context": "verification",
            "passed": 1,
            "warned": 1,
            "failed": 0,
            "nothing to check": 0,
        },
        {
            "category": "plausibility",
            "context": "verification",
            "passed": 0,
            "warned": 0,
            "failed": 0,
            "nothing to check": 1,
        },
    ]


def account(table: str, read: int, **set_aside: int) -> dict:
    return {
        "table": table,
        "file": f"{table}.csv",
        "rows_read": read,
        "set_aside": set_aside,
        "rows_used": read - sum(set_aside.values()),
    }


def test_small_numbers_are_hidden():
    stored = [verdict(checked, failing, id=str(n)).as_record() for n, (checked, failing) in enumerate(CASES)]
    shown = shown_quality(data_quality([], stored, study()), 5)["checks"]
    assert [(one["checked"], one["failing"]) for one in shown] == SHOWN


CASES = [(103, 0), (103, 4), (103, 5), (103, 103), (103, 99), (103, 98), (4, 0), (4, 4), (0, 0), (5, 5)]
SHOWN: list[tuple[object, object]] = [
    (100, 0),
    (100, "<5"),
    (100, 5),
    (100, 103),  # all of them: more than the rounded number
    (100, "all but fewer than 5"),
    (100, 98),
    ("<5", 0),
    ("<5", "<5"),
    (0, 0),
    (5, 5),
]


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=8),
    st.lists(st.integers(1, 20), max_size=5),
    st.integers(0, 12),
)
@settings(derandomize=True, deadline=None, max_examples=200)
def test_no_small_count_is_shown_and_no_shown_ones_give_one_back(cases, reasons, minimum):
    stored = [verdict(max(case), min(case), id=str(n)).as_record() for n, case in enumerate(cases)]
    accounts = [account("doses", 100, **{f"reason {n}": rows for n, rows in enumerate(reasons)})]
    original = data_quality(accounts, stored, study())
    shown = shown_quality(original, minimum)
    assert shown_quality(original, 0) == original
    small = range(1, max(minimum, 1))
    for one, stored_one in zip(shown["checks"], stored, strict=True):
        for column in ("checked", "failing"):
            assert not isinstance(one[column], int) or one[column] not in small
        if isinstance(one["failing"], int) and one["failing"]:
            assert stored_one["checked"] - stored_one["failing"] not in small
        # a missing value, of those asked of one rule and not of another, cannot be told
        assert not isinstance(one["checked"], int) or minimum <= 1 or one["checked"] % minimum == 0
    table = shown["tables"][0]
    numbers = [one["rows"] for one in table["reasons"]]
    assert not any(isinstance(number, int) and number in small for number in numbers)
    if isinstance(table["rows_set_aside"], int):
        assert table["rows_set_aside"] not in small
        assert sum(numbers) == table["rows_set_aside"] == table["rows_read"] - table["rows_used"]
    else:
        assert table["rows_used"] is None


@pytest.mark.parametrize(
    ("reasons", "severity", "failing"),
    [
        ({"dose is missing": 6, "day is missing": 3}, "error", "5 or more"),  # joined: 9; less 6 it would give 3
        ({"dose is missing": 6, "day is missing": 7}, "error", 6),
        ({"dose is missing": 6}, "error", 6),
        ({"dose is missing": 6, "day is missing": 3}, "warning", 6),  # its rows are used
    ],
)
def test_rows_of_a_rule_do_not_give_back_a_reason_that_is_joined(reasons, severity, failing):
    stored = [verdict(100, 6, table="doses", severity=severity).as_record()]
    shown = shown_quality(data_quality([account("doses", 100, **reasons)], stored, study()), 5)
    assert [one["failing"] for one in shown["checks"]] == [failing]


def test_the_listing_holds_no_value():
    text = findings_text([FAULT], "data/derived/faults.csv")
    assert "PATIENT-X" not in text
    assert text.splitlines() == [
        "Warnings; the rows are used as they stand: 1",
        "- raw/patients.csv: column age: 2 rows (3, 4): is empty. Fill it in [patients.age.recorded]",
        "The values are in data/derived/faults.csv (patient level: keep it where the data may be).",
    ]
    assert findings_text([], "") == "No problem found."
    summary = summary_text([verdict(0, 0), verdict(3, 1)], {"patients": 3}, study())
    assert summary.splitlines() == [
        "Tables: 1, rows read: 3",
        "Rules: 2: 0 passed, 1 warned, 0 failed, 1 nothing to check",
        "What could tell who a patient is: none found",
    ]
    assert "who a patient is: 2 found, which stop the run" in summary_text([], {}, study(), 2)


def test_many_rows_are_counted_and_the_first_listed():
    fault = replace(FAULT, number=7000, rows=tuple(range(2, 1002)), checked=9000)
    assert re.search(r"7000 rows \(2, 3, 4, 5, 6, ...\)", fault.listed)
    assert fault.listed.endswith("[patients.age.recorded, 9000 checked]")
    assert fault.count == 7000


def test_every_rule_has_an_identifier_of_its_own_a_sentence_and_a_remedy():
    from tests.faults.run import frame

    from dose_outcomes.cohort.conversion import convert
    from dose_outcomes.cohort.raw import RawTable, as_expression
    from dose_outcomes.cohort.tables import TABLES
    from dose_outcomes.engine import connect

    connection = connect()
    empty = {name: convert(RawTable(name, "", as_expression(frame(name, [])), 0)) for name in TABLES}
    stored = {name: connection.create_table(f"stored {name}", table) for name, table in empty.items()}
    verdicts, faults = Checker(connection, study(), stored, empty, {name: f"{name}.csv" for name in TABLES}).check()
    assert faults == []
    assert len({one.id for one in verdicts}) == len(verdicts) > 100
    assert all(one.sentence and one.remedy for one in verdicts)
    assert {one.category for one in verdicts} == {"conformance", "completeness", "plausibility"}
    # nothing was there: nothing has passed
    assert all(status(one.severity, one.checked, one.failing) == "nothing to check" for one in verdicts)
    assert Quality().on_error == "stop"
