"""Share followed and median follow-up, by hand."""

import pandas as pd

from dose_outcomes.outcomes.diagnostics.follow_up import FollowUp

NONE = float("nan")


def made(*rows) -> FollowUp:
    columns = ["condition", "dose", "day", "died", "first_response", "n"]
    return FollowUp(pd.DataFrame([("a", "low", *row) for row in rows], columns=columns))


def test_death_ends_follow_up_that_would_have_gone_on():
    # reverse Kaplan-Meier: day 10 one of four ends (0.75), day 20 one dies (censored), day 30 one of two (0.375):
    # below one half from day 30 on; the plain median of 10, 20, 30, 40 would be 25
    follow_up = made((10, False, NONE, 1), (20, True, NONE, 1), (30, False, NONE, 1), (40, False, NONE, 1))
    assert follow_up.median_days(["a"], "low") == 30


def test_median_is_not_reached_when_all_but_a_few_die():
    assert made((10, False, NONE, 1), (20, True, NONE, 3)).median_days(["a"], "low") is None


def test_nobody_has_no_follow_up():
    follow_up = made((10, False, NONE, 1))
    assert follow_up.median_days(["b"], "low") is None
    assert follow_up.until({"b": 5}, "low").share is None


def test_the_day_itself_counts_and_a_response_before_it_where_asked():
    follow_up = made((84, False, NONE, 2), (83, False, NONE, 3), (60, False, 50.0, 4), (60, True, NONE, 1))
    assert follow_up.until({"a": 84}, "low").share == 0.3
    assert follow_up.until({"a": 84}, "low", or_responded=True).share == 0.7
    # a response after the day has not happened yet
    assert follow_up.until({"a": 84}, "low").n == 10
    assert made((60, False, 90.0, 1)).until({"a": 84}, "low", or_responded=True).share == 0.0
