"""What leaves the site: no small count, nothing in its row that gives it back, no half-written file."""

import pandas as pd
import pytest

from dose_outcomes.disclosure import release_attrition, release_curves, release_estimates, share_released, write_release
from dose_outcomes.results import CURVE_COLUMNS, Result, to_frame

KEY = {"analysis": "a", "endpoint": "e", "condition": "c"}


def proportion(dose: str, events: int, n: int) -> Result:
    share = events / n
    return Result(
        **KEY, dose=dose, statistic="proportion", estimate=share, low=0.0, high=1.0, n=n, events=events, note="note"
    )


@pytest.mark.parametrize(
    ("events", "n", "hidden", "n_shown"),
    [
        (5, 10, False, True),
        (4, 10, True, True),
        (1, 10, True, True),
        (6, 10, True, True),  # the complement, 4, would be known
        (0, 10, False, True),
        (10, 10, False, True),
        (0, 4, True, False),
        (4, 4, True, False),
    ],
)
def test_a_small_count_or_complement_hides_its_row(events, n, hidden, n_shown):
    row = release_estimates(to_frame([proportion("d", events, n)]), 5).iloc[0]
    assert (row["suppressed"] == "count below 5") is hidden
    assert pd.notna(row["n"]) is n_shown
    for column in ("estimate", "low", "high", "events"):
        assert pd.isna(row[column]) is hidden
    assert (row["note"] == "") is hidden


def test_a_rate_hides_its_time_at_risk_too():
    rate = Result(
        **KEY, dose="d", statistic="rate_per_100_person_years", estimate=20.0, n=50, events=4, person_years=20.0
    )
    row = release_estimates(to_frame([rate]), 5).iloc[0]
    assert row[["estimate", "events", "person_years"]].isna().all()
    assert row["n"] == 50


def test_one_small_number_of_a_risk_table_hides_the_three_of_its_day():
    def at(day: int, at_risk: int, events: int, censored: int) -> list[Result]:
        n = at_risk + events + censored
        numbers = {"number_at_risk": at_risk, "cumulative_events": events, "cumulative_censored": censored}
        return [
            Result(**KEY, dose="d", day=day, statistic=name, estimate=float(number), n=n, events=events)
            for name, number in numbers.items()
        ]

    table = release_estimates(to_frame([*at(28, 90, 8, 2), *at(56, 70, 20, 10)]), 5)
    assert table.groupby("day")["suppressed"].unique().map(list).to_dict() == {28: ["count below 5"], 56: [""]}


def test_nothing_is_hidden_at_a_minimum_of_0():
    table = to_frame([proportion("d", 1, 3)])
    pd.testing.assert_frame_equal(release_estimates(table, 0), table)
    assert share_released(release_estimates(table, 0)) == 1
    assert share_released(release_estimates(table, 5)) == 0


def curve(steps: list[tuple[int, int, int, int]]) -> pd.DataFrame:
    rows = [
        dict.fromkeys(CURVE_COLUMNS, "x")
        | {"curve_id": "c", "day": day, "at_risk": at_risk, "events": events, "censored": censored, "estimate": 0.5}
        for day, at_risk, events, censored in steps
    ]
    return pd.DataFrame(rows, columns=list(CURVE_COLUMNS))


def test_steps_of_a_curve_wait_until_they_are_large_enough():
    steps = [
        (7, 40, 2, 0),
        (14, 38, 2, 0),
        (21, 36, 3, 1),
        (28, 32, 0, 5),
        (35, 27, 6, 0),
        (42, 21, 3, 0),
        (49, 18, 0, 0),
    ]
    released = release_curves(curve(steps), 5)
    assert released[["day", "at_risk", "events", "censored"]].to_numpy().tolist() == [[28, 40, 7, 6], [35, 27, 6, 0]]
    assert release_curves(curve(steps), 0).equals(curve(steps))


def test_a_curve_does_not_leave_a_small_group_behind():
    assert release_curves(curve([(7, 20, 10, 0), (14, 10, 6, 0)]), 5)["day"].tolist() == [7]


def flow(*excluded: int) -> pd.DataFrame:
    rows, before = [], 100
    for step, number in enumerate(excluded, start=1):
        rows.append(("patients", "patients", step, f"r{step}", before, number, before - number))
        before -= number
    return pd.DataFrame(rows, columns=["flow", "unit", "step", "reason", "before", "excluded", "after"])


@pytest.mark.parametrize(
    ("excluded", "expected"),
    [
        ((10, 0, 7), [("r1", 10), ("r2", 0), ("r3", 7)]),
        ((2, 3, 7), [("r1; r2", 5), ("r3", 7)]),
        ((2, 0, 7), [("r1; r2; r3", 9)]),
        ((10, 2), [("r1; r2", 12)]),
        ((10, 0, 2), [("r1; r2; r3", 12)]),
        ((0, 2), [("r1; r2", None)]),
    ],
)
def test_small_exclusions_are_merged_and_the_flow_still_closes(excluded, expected):
    released = release_attrition(flow(*excluded), 5)
    found = [(row.reason, None if pd.isna(row.excluded) else row.excluded) for row in released.itertuples()]
    assert found == expected
    shown = released[released["suppressed"] == ""]
    assert (shown["before"] - shown["excluded"] == shown["after"]).all()
    if None not in dict(expected).values():
        assert released["after"].iloc[-1] == 100 - sum(excluded)


def test_all_files_are_written_or_none(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError):
        write_release({tmp_path / "a.csv": "text", tmp_path / "folder.part" / ".." / "folder": "text"})
    write_release({tmp_path / "new/b.csv": "line\n"})
    assert (tmp_path / "new/b.csv").read_bytes() == b"line\n"
