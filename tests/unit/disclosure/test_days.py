"""The days of a count that are shown: none or at least five events between them."""

from __future__ import annotations

import pytest

from dose_outcomes.disclosure import release_tables
from dose_outcomes.disclosure.courses import Course, choose
from dose_outcomes.disclosure.days import add_days
from dose_outcomes.disclosure.quantities import Cell, Quantities
from dose_outcomes.results import CURVE_COLUMNS, Result, to_frame


def course(counts: dict[int, int], tables: set[int], size: int | None) -> Course:
    return Course(counts=counts, tables=tables, size=size, days=sorted(counts))


@pytest.mark.parametrize(
    ("counts", "tables", "size", "shown"),
    [
        ({28: 5, 56: 10}, {28, 56}, 40, [28, 56]),
        ({28: 5, 56: 7, 84: 12}, {28, 56, 84}, 40, [28, 84]),  # two of them on day 56
        ({28: 2, 56: 7}, {28, 56}, 40, [56]),
        ({28: 5, 56: 38}, {28, 56}, 40, [28]),  # two are left
        ({28: 5, 56: 38}, {28, 56}, None, [28, 56]),  # events: nobody knows how many there could be
        ({28: 5, 56: 40}, {28, 56}, 40, [28, 56]),  # nobody is left
        ({28: 0, 56: 0}, {28, 56}, 40, [28, 56]),
        ({27: 9, 28: 10, 56: 20}, {28}, 40, [28, 56]),  # the day of a table comes first
    ],
)
def test_days_between_which_few_events_lie_are_not_shown(counts, tables, size, shown):
    found = course(counts, tables, size)
    choose([found], found.days, 5)
    assert found.shown == shown


def test_days_are_chosen_that_both_of_two_may_show():
    """On day 28 the second has only two events, on day 56 both have enough; day 84 is in a table of the first."""
    first, second = course({28: 5, 56: 10, 84: 15}, {84}, 60), course({28: 2, 56: 8, 84: 9}, set(), 60)
    choose([first, second], [28, 56, 84], 5)
    assert first.shown == [56, 84]
    assert second.shown == [56]


def test_only_days_that_are_allowed_are_chosen():
    found = course({3: 10, 27: 20, 60: 30}, set(), 100)
    choose([found], found.last_until({28, 56}), 5)
    assert found.shown == [27]


def test_patients_who_enter_late_make_a_count_fall():
    assert course({1: 3, 5: 7}, set(), 10).grows()
    assert not course({1: 3, 5: 2}, set(), 10).grows()


def point(day: int, at_risk: int, events: int, censored: int, estimate: float) -> dict[str, object]:
    values = dict.fromkeys(CURVE_COLUMNS, "")
    values |= {"curve_id": "c", "analysis": "persistence", "endpoint": "stopped the drug", "condition": "all"}
    values |= {"dose": "all", "dose_attribution": "target", "population": "analysed"}
    return values | {
        "day": day, "at_risk": at_risk, "events": events, "censored": censored,
        "estimate": estimate, "low": estimate - 0.0123, "high": estimate + 0.0123, "level": 0.95,
    }  # fmt: skip


def row(statistic: str, day: int, events: int, estimate: float) -> Result:
    return Result(
        analysis="persistence", endpoint="stopped the drug", condition="all", dose="all", population="analysed",
        dose_attribution="target", statistic=statistic, day=day, n=60, events=events, estimate=estimate,
    )  # fmt: skip


def competing(analysis: str, endpoint: str, events: tuple[int, int]) -> list[dict[str, object]]:
    """Of 30 patients on day 28 ten respond and five stop; on day 56 five respond and the other ten are censored."""
    ends = [(28, 30, events[0], 0), (56, 15, events[1], 10)]
    return [
        point(day, at_risk, number, censored, 0.5)
        | {"analysis": analysis, "endpoint": endpoint, "population": "assessable"}
        for day, at_risk, number, censored in ends
    ]


def test_at_the_end_nobody_is_left_of_competing_events_too():
    """The curve of first responses is of the same group: it has the same name but for what it counts."""
    quantities = Quantities()
    group = Cell("assessable", "GEN-PEG-30", "assessable, target", "", "all", "all", None)
    quantities.add(group, 30, shown=True)
    curves = {
        "a": competing("response_with_stopping", "GEN-PEG-30", (10, 5)),
        "b": competing("response_with_stopping", "stopping before GEN-PEG-30", (5, 0)),
        "c": competing("time_to_response", "GEN-PEG-30", (15, 5)),
    }
    add_days(quantities, 5, curves)
    ends = [{quantities.names[place].what for place in terms} for terms in quantities.sums]
    assert {
        "first responses on the drug",
        "stops before response",
        "censored: first responses on the drug",
        "assessable",
    } in ends
    assert {"first responses", "censored: first responses", "assessable"} in ends


def test_what_happens_on_the_only_day_on_which_a_curve_may_fall_is_known_to_be_some():
    quantities = Quantities()
    quantities.add(Cell("analysed", "", "analysed, target", "", "all", "all", None), 60, shown=True)
    points = [point(28, 60, 20, 0, 0.7), point(40, 40, 0, 10, 0.7), point(56, 30, 30, 0, 0)]
    add_days(quantities, 5, {"c": points})
    assert {(quantities.names[place].what, quantities.names[place].day) for place in quantities.some} == {
        ("since day 40 stopped", 56),
        ("since day 28 censored: stopped", 40),
    }


def released():
    import pandas as pd

    rows = [
        row("survival", 84, 20, 0.66666), row("number_at_risk", 28, 2, 52), row("cumulative_censored", 28, 2, 6),
        row("cumulative_events", 28, 2, 2),
    ]  # fmt: skip
    points = [
        point(20, 60, 2, 0, 0.96667),
        point(25, 58, 0, 6, 0.96667),
        point(70, 52, 18, 14, 0.632),
        point(200, 20, 20, 0, 0),
    ]
    curves = pd.DataFrame(points, columns=list(CURVE_COLUMNS)).astype({"day": "Int64", "at_risk": "Int64"})
    return release_tables(to_frame(rows), curves, 5)


def test_heights_are_made_of_the_counts_that_curves_show():
    """By day 70 20 of 60 have stopped and 20 are censored, half of whom count: 1 - 20 / 50."""
    table = released().estimates
    assert table.loc[table["statistic"] == "survival", "estimate"].tolist() == pytest.approx([0.6], abs=1e-12)
    assert released().curves["estimate"].tolist() == pytest.approx([0.6, 0], abs=1e-12)


def test_those_censored_are_shown_though_the_few_events_of_the_row_are_not():
    table = released().estimates.set_index("statistic")
    assert table.loc["cumulative_events", "suppressed"] == "count below 5"
    assert table.loc["cumulative_censored", "suppressed"] == ""
    assert table.loc["cumulative_censored", "estimate"] == 6
    assert table["events"].isna()["cumulative_censored"]
