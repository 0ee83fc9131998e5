"""The tidy table: one row per key, fixed columns and number format, never an empty estimate without a note."""

import pytest

from dose_outcomes.results import COLUMNS, Result, format_number, shown_by_analysis, to_csv, to_frame

KEY = {"analysis": "responder_rate", "endpoint": "E", "condition": "all", "dose": "all", "statistic": "proportion"}


def test_rows_are_sorted_and_named_by_their_key_alone():
    rows = [Result(**KEY | {"dose": dose}, estimate=value) for dose, value in (("b", 0.1), ("a", 0.2))]
    frame = to_frame(rows)
    assert list(frame.columns) == list(COLUMNS)
    assert frame["dose"].tolist() == ["a", "b"]
    other = to_frame([Result(**KEY | {"dose": "a"}, estimate=0.9, n=5)])
    assert other["estimate_id"].iloc[0] == frame["estimate_id"].iloc[0]


def test_two_rows_of_one_key_are_a_defect():
    with pytest.raises(ValueError, match="two results of one key"):
        to_frame([Result(**KEY, estimate=0.1), Result(**KEY, estimate=0.2)])


def test_an_empty_estimate_needs_a_note():
    with pytest.raises(ValueError, match="no estimate and no note"):
        to_frame([Result(**KEY)])
    assert to_frame([Result(**KEY, note="no patients")])["estimate"].isna().all()


def test_csv_has_one_number_format_and_empty_cells():
    text = to_csv(to_frame([Result(**KEY, estimate=1 / 3, n=3, events=1, level=0.95)]))
    header, row, end = text.split("\n")
    assert end == ""
    cells = dict(zip(header.split(","), row.split(","), strict=True))
    assert (cells["estimate"], cells["n"], cells["level"], cells["low"]) == ("0.333333333333", "3", "0.95", "")


@pytest.mark.parametrize(
    ("value", "text"), [(0.1 + 0.2, "0.3"), (1e-7, "1e-07"), (12345678.9, "12345678.9"), (0.0, "0")]
)
def test_number_format(value, text):
    assert format_number(value) == text


def test_rows_left_by_disclosure_control_are_counted_by_analysis():
    frame = to_frame(
        [
            Result(**KEY | {"dose": "a"}, estimate=0.2),
            Result(**KEY | {"dose": "b"}, note="hidden", suppressed="count below 5"),
            Result(**KEY | {"analysis": "cohort"}, estimate=3.0),
        ]
    )
    found = shown_by_analysis(frame)
    assert (found["rows"], found["shown"], found["share_shown"]) == (3, 2, pytest.approx(2 / 3))
    assert found["analyses"] == [
        {"analysis": "cohort", "rows": 1, "shown": 1},
        {"analysis": "responder_rate", "rows": 2, "shown": 1},
    ]


def test_no_rows_hide_nothing():
    assert shown_by_analysis(to_frame([])) == {"rows": 0, "shown": 0, "share_shown": 1.0, "analyses": []}
