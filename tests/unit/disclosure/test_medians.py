"""Medians of all days: shown where they leave hidden counts by day enough values."""

from __future__ import annotations

import pytest
from tests.unit.disclosure.test_heights import KEY, points

from dose_outcomes.disclosure import release_tables
from dose_outcomes.disclosure.rounding import LEAST_BY_DAY, LEAST_WITHIN_CELLS, MANY_TESTED
from dose_outcomes.results import Result, to_frame
from dose_outcomes.stats.survival.kaplan_meier import kaplan_meier
from dose_outcomes.stats.survival.quantile import quantile


def released(*days: tuple[int, int, int], tables: tuple[int, ...]) -> dict[str, str]:
    """Return why a median and the counts before some days are not shown: days with events and censorings."""
    patients = sum(events + censored for _, events, censored in days)
    median = quantile(kaplan_meier(*(list(column) for column in zip(*days, strict=True))), 0.5)
    events = sum(events for _, events, _ in days)
    shared = {**KEY, "n": patients}
    rows = [Result(**shared, statistic="median_days", events=events, estimate=median.estimate, note=median.note)]
    for table in tables:
        before = sum(number for day, number, _ in days if day < table)
        rows.append(Result(**shared, statistic="cumulative_events", day=table, events=before, estimate=float(before)))
    curve = points(*((*day, 0) for day in days))
    shown = release_tables(to_frame(rows), curve, 5).estimates
    shown.index = ["median" if name == "median_days" else str(day) for name, day in shown[["statistic", "day"]].values]
    assert shown.loc["median", "events"] == events
    return shown["suppressed"].to_dict()


def test_a_median_beside_a_hidden_count_near_the_half_is_not_shown():
    """Of 60 patients 28 stopped by day 5, 29 by day 10, 33 by day 20: the 29 would be known to be below 30."""
    found = released((5, 28, 0), (10, 1, 0), (20, 4, 0), (40, 10, 0), (90, 0, 17), tables=(6, 11, 21))
    assert found == {"6": "", "11": found["11"], "21": "", "median": "made of a hidden count"}
    assert found["11"] != ""


def test_a_median_far_from_hidden_counts_is_shown():
    """Of 60 patients 19 stopped by day 10: with two or three more or fewer half would have by day 40, too."""
    found = released((5, 17, 0), (10, 2, 0), (20, 3, 0), (40, 20, 0), (90, 0, 18), tables=(6, 11, 21))
    assert found == {"6": "", "11": found["11"], "21": "", "median": ""}
    assert found["11"] != ""


def test_a_median_is_shown_where_all_counts_are():
    found = released((5, 27, 0), (10, 6, 0), (20, 9, 0), (90, 0, 18), tables=(6, 11, 21))
    assert set(found.values()) == {""}


@pytest.mark.parametrize(
    ("analysis", "statistic", "least"),
    [
        ("response_with_stopping", "gray_test", LEAST_BY_DAY),
        ("time_to_response", "logrank_test", LEAST_BY_DAY),
        ("responder_rate_by_subgroup", "heterogeneity_test", LEAST_WITHIN_CELLS),
    ],
)
def test_tests_that_are_made_of_counts_not_shown_are_those_of_many_patients(analysis, statistic, least):
    key = {**KEY, "analysis": analysis, "endpoint": "PAIN-30", "population": "assessable", "statistic": statistic}
    one, two = (3, 0.03, "rounded to one digit"), (3.4, 0.035, "rounded to two digits")
    for patients, reason, said in (
        (least - 1, "made of a hidden count", ()),
        (least, "", one),
        (MANY_TESTED - 1, "", one),
        (MANY_TESTED, "", two),
    ):
        row = Result(**key, day=84, n=patients, events=30, estimate=3.44, p_value=0.0346)
        (shown,) = release_tables(to_frame([row]), None, 5).estimates.to_dict("records")
        assert (shown["suppressed"], shown["n"], shown["events"]) == (reason, patients, 30)
        assert reason or (shown["estimate"], shown["p_value"], shown["note"]) == said
