"""What notes say: no number that is made of what is not shown."""

from __future__ import annotations

import pytest
from tests.unit.disclosure.test_heights import KEY, points

from dose_outcomes.disclosure import release_tables
from dose_outcomes.results import Result, to_frame

PATIENTS = {"population": "assessable", "dose_attribution": "target", "condition": "pain"}
FOLLOWED = {"analysis": "contrast_diagnostics", "endpoint": "PAIN-30", "statistic": "share_followed_to_horizon"}
BALANCE = {**FOLLOWED, "statistic": "maximum_standardised_difference", "dose": "high", "comparator": "low"}
#: Of settings of the study, and of the row's own estimate.
TOLD = (
    "NNTB 4.3 (NNTB 2.1 to inf to NNTH 20)",
    "from: the interval holds 0; to: the interval lies above 0",
    "over 5 of 7 conditions: of the others a count is not shown",
    "shape within the doses studied (0.5 to 4.5 mg), no placebo",
    "diagnostics failed: wide interval: 0.62 (bound 0.5)",
    "within day 84 to 86; fewer than 20 patients: limits may be too narrow",
    "no heterogeneity",
)
SHORT = "follow-up short at low (bound 0.8)"
DIFFER = "groups differ in sex (bound 0.25)"


def compared(note: str, followed: int, smallest: int | None = None) -> str:
    """Return what the note of a comparison of 60 patients says when so many of the 30 at the low dose are followed."""
    rows = [
        Result(
            **PATIENTS, **FOLLOWED, dose=dose, day=84, n=30, events=events, estimate=events / 30, method="m", note=""
        )
        for dose, events in (("low", followed), ("high", 20))
    ]
    rows.append(Result(**PATIENTS, **BALANCE, day=84, n=60, events=smallest, estimate=0.3, note="sex"))
    key = {**PATIENTS, "analysis": "mixed_model", "endpoint": "PAIN", "dose": "high", "comparator": "low", "day": 84}
    rows.append(Result(**key, statistic="adjusted_mean_difference", n=60, estimate=1.5, note=note))
    table = release_tables(to_frame(rows), None, 5).estimates.set_index("analysis")
    assert table.loc["mixed_model", "suppressed"] == ""
    return str(table.loc["mixed_model", "note"])


def test_a_reason_stands_where_its_diagnostic_is_shown():
    note = f"diagnostics failed: {DIFFER}, {SHORT}; one visit"
    assert compared(note, followed=20) == note
    assert compared("", followed=25) == ""


@pytest.mark.parametrize("failed", [f"diagnostics failed: {DIFFER}, {SHORT}", f"diagnostics failed: {DIFFER}"])
def test_whether_a_hidden_share_fails_its_bound_is_not_said(failed):
    """Two of 30 were not followed: neither their share nor on which side of the bound it lies is told."""
    assert compared(f"{failed}; one visit", followed=28) == (
        f"diagnostics failed: {DIFFER}; follow-up at low is not shown; one visit"
    )


@pytest.mark.parametrize("failed", [f"diagnostics failed: {DIFFER}", ""])
def test_whether_groups_differ_by_a_hidden_number_is_not_said(failed):
    assert compared(failed, followed=20, smallest=3) == "how the groups differ at the start is not shown"


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("not reached: 0.123 had the event by day 147; one visit", "not reached; one visit"),
        ("day 168 is after the last observed day (147)", "day 168 is after the last observed day"),
        ("horizon 168 is after the last observed day (147)", "horizon 168 is after the last observed day"),
        ("day 168 is after the last visit that tells (147)", "day 168 is after the last visit that tells"),
        ("between day 83 and 85: from 0.61 to 0.552", "between day 83 and 85"),
        ("strata with one group only, left out: 3", "strata with one group only, left out"),
        ("patients without change, left out: 7; one visit", "patients without change, left out; one visit"),
        ("7 covariate patterns (12 patients) hold one arm only", "a number is not shown"),
        ("everybody at risk had the event on day 12: the curve stays 0", "a number is not shown"),
        *((note, note) for note in TOLD),
    ],
)  # fmt: skip
def test_of_a_number_in_words_it_is_known_what_it_is_made_of(note, said):
    key = {**PATIENTS, "analysis": "mixed_model", "endpoint": "PAIN", "dose": "high"}
    row = Result(**key, statistic="adjusted_mean_change", n=60, estimate=1.5, note=note)
    table = release_tables(to_frame([row]), None, 5).estimates
    assert table["note"].tolist() == [said]


def test_notes_from_publications_are_no_secret():
    note = "Younger 2014, 12 of 31"
    row = Result(
        analysis="literature", endpoint="PAIN-30", statistic="proportion", condition="pain", dose="",
        dose_attribution="", population="published",
        n=31, events=12, estimate=12 / 31, note=note,
    )  # fmt: skip
    assert release_tables(to_frame([row]), None, 5).estimates["note"].tolist() == [note]


def test_how_many_had_the_event_where_no_median_is_reached_is_read_off_the_curve_shown():
    """By day 28 12 of 60 stopped on the days shown; on day 33 another one did, which is not shown."""
    curve = points((7, 2, 5, 0), (14, 4, 3, 0), (28, 6, 0, 0), (33, 1, 39, 0))
    note = "not reached: 0.256 had the event by day 33; lower limit not reached"
    median = Result(**KEY, statistic="median_days", day=90, n=60, events=13, note=note)
    shown = release_tables(to_frame([median]), curve, 5)
    share = 1 - shown.curves["estimate"].iloc[-1]
    last = shown.curves["day"].iloc[-1]
    assert shown.estimates["note"].tolist() == [
        f"not reached: {share:.3g} had the event by day {last}; lower limit not reached"
    ]
    assert "0.256" not in shown.estimates["note"].iloc[0]


@pytest.mark.parametrize("minimum_count", [0, 1])
def test_where_nothing_is_hidden_notes_stay(minimum_count):
    note = "not reached: 0.123 had the event by day 147"
    row = Result(**KEY, statistic="median_days", day=90, n=60, events=13, note=note)
    assert release_tables(to_frame([row]), None, minimum_count).estimates["note"].tolist() == [note]
