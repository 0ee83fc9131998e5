"""Heights of released curves: functions of the counts that the curves show."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some

from dose_outcomes.disclosure import release_curves, release_tables
from dose_outcomes.disclosure.heights import heights_of
from dose_outcomes.disclosure.rounding import round_numbers
from dose_outcomes.results import CURVE_COLUMNS, CURVE_KEY, Result, to_frame
from dose_outcomes.stats.survival.competing import aalen_johansen
from dose_outcomes.stats.survival.kaplan_meier import kaplan_meier, survival_at

KEY = dict(zip(CURVE_KEY, ("persistence", "stopped the drug", "all", "all", "target", "analysed"), strict=True))


def points(*days: tuple[int, int, int, int], **key: str) -> pd.DataFrame:
    """Return a curve: day, events, censored, others; nobody is left after the last day."""
    rows, left = [], sum(sum(day[1:]) for day in days)
    for day, events, censored, others in days:
        counts = {"day": day, "at_risk": left, "events": events, "censored": censored}
        heights = {"estimate": 0.123456, "low": 0.1, "high": 0.2, "level": 0.95, "method": "m", "note": ""}
        rows.append(dict.fromkeys(CURVE_COLUMNS, "") | {"curve_id": "c"} | KEY | key | counts | heights)
        left -= events + censored + others
    return pd.DataFrame(rows, columns=list(CURVE_COLUMNS))


def released(*days: tuple[int, int, int, int], **key: str) -> pd.DataFrame:
    return release_curves(points(*days, **key), 5).table.set_index("day")


def test_in_a_step_of_several_days_half_of_those_censored_count_as_at_risk():
    """Of 60, 6 stop and 8 are censored by day 14: 1 - 6 / 56; of the 46 left 6 stop on day 28: times 40 / 46."""
    table = released((7, 2, 5, 0), (14, 4, 3, 0), (28, 6, 40, 0))
    assert table["estimate"].to_dict() == pytest.approx({14: 50 / 56, 28: 50 / 56 * 40 / 46}, abs=1e-12)
    assert table["method"].unique().tolist() == ["m; from the counts of its steps"]


def test_a_step_of_one_day_keeps_its_height_until_a_step_holds_several():
    table = released((7, 6, 0, 0), (14, 3, 2, 0), (21, 4, 5, 0), (28, 0, 40, 0))
    assert table["estimate"].to_dict() == pytest.approx(
        {7: 0.123456, 21: 54 / 60 * (1 - 7 / 50.5), 28: 54 / 60 * (1 - 7 / 50.5)}, abs=1e-12
    )
    assert table["method"].tolist() == ["m", *["m; from the counts of its steps"] * 2]


def test_where_every_day_is_shown_the_limits_are_those_of_the_usual_curve():
    days = ((7, 6, 5, 0), (14, 5, 0, 0), (21, 7, 60, 0))
    heights = release_curves(points(*days), 5).heights[tuple(KEY.values())]
    usual = kaplan_meier([day[0] for day in days], [day[1] for day in days], [day[2] for day in days])
    for number, day in enumerate((7, 14, 21)):
        found = survival_at(usual, day)
        own = heights.values[number]
        assert (own.estimate, own.low, own.high) == pytest.approx((found.estimate, found.low, found.high), abs=1e-12)
        at = (usual.estimate[number], usual.low[number], usual.high[number])
        assert heights.after[number] == pytest.approx(at, abs=1e-12)


def test_of_competing_events_both_leave_those_at_risk():
    """By day 14 8 respond, 6 stop, 10 are censored of 64: 8 / 59; the 40 left times the share of those who did not."""
    table = released(
        (7, 2, 5, 1), (14, 6, 5, 5), (28, 10, 10, 20), analysis="response_with_stopping", endpoint="response"
    )
    assert table["estimate"].to_dict() == pytest.approx({14: 8 / 59, 28: 8 / 59 + (1 - 14 / 59) * 10 / 40}, abs=1e-12)
    usual = aalen_johansen([13.5, 14, 28], [[0, 0], [8, 6], [10, 20]], [5, 5, 10]).curves[0]
    assert table["low"].tolist() == pytest.approx(usual.low[1:].tolist(), abs=1e-12)


@given(some.lists(some.integers(0, 3), min_size=8, max_size=8), some.permutations(range(4)))
def test_heights_do_not_tell_on_which_of_the_days_of_a_step_anything_happened(counts, order):
    """Events and censorings of four days in another order: the same counts by day 40, and so the same bytes."""
    events, censored = counts[:4], counts[4:]
    end = (40, 6, 7, 0), (90, 10, 50, 0)
    days = [(10 + number, events[number], censored[number], 0) for number in range(4)]
    others = [
        (10 + number, events[one], censored[three], 0)
        for number, (one, three) in enumerate(zip(order, order[::-1], strict=True))
    ]
    one, other = (release_curves(points(*own, *end), 5, {"c": [40, 90]}).table for own in (days, others))
    pd.testing.assert_frame_equal(one, other)


def test_a_day_on_which_nothing_happens_is_no_step():
    table = released((7, 6, 0, 0), (14, 0, 0, 0), (21, 6, 0, 0), (28, 5, 40, 0))
    assert table.index.tolist() == [7, 21, 28]
    assert table["method"].unique().tolist() == ["m"]


def row(day: int, events: int, estimate: float | None = 0.654321) -> Result:
    note = "" if estimate else "day 100 is after the last observed day"
    return Result(
        **KEY, statistic="survival", day=day, n=60, events=events, estimate=estimate, low=0.6, high=0.7, note=note
    )


def test_rows_state_the_heights_of_the_curve_and_none_within_a_step():
    rows = [row(14, 6), row(20, 6), row(28, 12), row(3, 0), row(100, 12, None)]
    curve = points((7, 2, 5, 0), (14, 4, 3, 0), (28, 6, 40, 0))
    shown = release_tables(to_frame(rows), curve, 5)
    table = shown.estimates.set_index("day")
    heights = dict(zip(shown.curves["day"], shown.curves["estimate"], strict=True))
    assert table.loc[14, "estimate"] == table.loc[20, "estimate"] == heights[14]
    assert table.loc[28, "estimate"] == heights[28]
    assert table.loc[3, "estimate"] == 1
    assert table.loc[14, "method"].endswith("from the counts of its steps")
    assert table["suppressed"].unique().tolist() == [""]

    within = release_tables(
        to_frame([row(14, 6), row(20, 11), row(28, 16)]), points((14, 6, 0, 0), (17, 5, 2, 0), (28, 5, 42, 0)), 5
    )
    table = within.estimates.set_index("day")
    assert table.loc[20, "suppressed"] == "made of a hidden count"
    assert pd.isna(table.loc[20, "estimate"])
    assert (table.loc[20, "n"], table.loc[20, "events"]) == (60, 11)
    assert table.loc[[14, 28], "suppressed"].tolist() == ["", ""]


def test_other_curves_have_no_heights_of_their_own():
    assert heights_of([]) is None
    late = release_curves(points((7, 6, 0, 0), (14, 7, 8, -9), (28, 9, 40, 0)), 5)
    assert late.heights == {}
    # of 60 patients two are 0.03: a height of all days, 0.123456, is rounded to steps of 0.05
    assert late.table["estimate"].tolist() == [0.1] * 3
    table = released((7, 6, 0, 0), (28, 7, 40, 0), analysis="time_to_response_by_current_dose")
    assert table["estimate"].tolist() == [0.1, 0.1]


def test_what_is_made_of_days_that_are_not_shown_keeps_few_digits():
    key = {**KEY, "analysis": "side_effect_incidence", "endpoint": "any"}
    rows = [
        Result(
            **key, statistic="cumulative_incidence", day=84, estimate=0.34567, low=0.2345, high=0.4567, n=40, events=14
        ),
        Result(**key, statistic="rmst_days", day=84, estimate=45.678, n=99, events=30),
        Result(**key, statistic="gray_test", day=84, estimate=3.4567, p_value=0.04567, n=99, events=30),
        Result(**key, statistic="proportion", day=85, estimate=0.30303, n=99, events=30),
        Result(**key, statistic="cumulative_incidence", day=168, estimate=0.34567, n=99, events=30),
    ]
    table = to_frame(rows)
    places = {
        (name, day): place for place, (name, day) in enumerate(zip(table["statistic"], table["day"], strict=True))
    }
    round_numbers(table, [places["proportion", 85]], [places["cumulative_incidence", 168]])
    table = table.set_index(["statistic", "day"])
    assert table["estimate"].to_dict() == {
        ("cumulative_incidence", 84): 0.35,
        ("rmst_days", 84): 46,
        ("gray_test", 84): 3,
        ("proportion", 85): 0.303,
        ("cumulative_incidence", 168): 0.34567,
    }
    # two patients of 40 are 0.05
    assert table.loc[("cumulative_incidence", 84), ["low", "high"]].tolist() == [0.25, 0.45]
    assert table.loc[("gray_test", 84), "p_value"] == 0.05
    assert table["note"].to_dict() == {
        ("cumulative_incidence", 84): "rounded to steps of 0.05",
        ("rmst_days", 84): "",
        ("gray_test", 84): "rounded to one digit",
        ("proportion", 85): "",
        ("cumulative_incidence", 168): "",
    }
    names = ("risk_difference", "heterogeneity_test", "proportion")
    key |= {"analysis": "responder_rate_by_subgroup"}
    within = to_frame([Result(**key, statistic=name, estimate=0.34567, p_value=0.1234, n=99) for name in names])
    round_numbers(within, [], [])
    within = within.set_index("statistic")
    assert within["estimate"].to_dict() == dict(zip(names, (0.346, 0.3, 0.34567), strict=True))
    assert within["p_value"].to_dict() == dict(zip(names, (0.1234, 0.1, 0.1234), strict=True))
