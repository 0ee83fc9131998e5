"""A stranger with the released files and the rules narrows no hidden count to fewer than three values."""

import random
from dataclasses import replace

import pandas as pd
import pytest
from benchmarks import disclosure_attack as attacking

from dose_outcomes.disclosure import share_released
from dose_outcomes.results import ALL, Result, to_frame


@pytest.fixture(scope="module")
def attacked():
    """Ten random cohorts, attacked: what was found in each."""
    found = []
    for seed in range(10):
        generator = random.Random(seed)
        study = attacking.random_study(generator)
        estimates = attacking.estimates_of(attacking.random_counts(study, generator), study)
        found.append(attacking.attack(attacking.released_text(estimates, study), estimates))
    return found


def test_no_hidden_count_is_narrowed_to_fewer_than_three_values(attacked):
    assert sum(one.hidden for one in attacked) > 500
    assert [wrong for one in attacked for wrong in one.wrong] == []


def test_not_everything_is_hidden(attacked):
    """Small cohorts of many cells: more than a quarter of the rows can still be shown."""
    assert sum(one.share_released for one in attacked) / len(attacked) > 0.25


def cell(condition: str, dose: str, events: int, n: int = 60) -> Result:
    return Result(
        analysis="remission_rate",
        endpoint="e",
        condition=condition,
        dose=dose,
        population="assessable",
        missing_data="non_responder",
        statistic="proportion",
        estimate=events / n,
        n=n,
        events=events,
    )


def test_the_attack_succeeds_where_only_small_counts_are_hidden():
    """3 + 20 + 25 = 48, and 48 is shown: the attack must find the 3, or it would prove nothing."""
    rows = [cell("c", dose, events) for dose, events in (("a", 3), ("b", 20), ("d", 25))]
    table = to_frame([*rows, cell("c", ALL, 48, 180)])
    naive = table.copy()
    small = naive["events"] == 3
    naive.loc[small, ["estimate", "events"]] = None
    naive.loc[small, "suppressed"] = "count below 5"
    found = attacking.attack(naive.to_csv(index=False), table)
    assert (found.hidden, found.narrowest) == (1, 1)


def test_one_small_count_of_a_table_hides_a_rectangle():
    """In a table of 3 conditions by 3 doses with all totals, a hidden cell needs three others: one in its row, one in
    its column, and the one where these cross.
    """
    counts = {("x", "a"): 3, ("x", "b"): 20, ("x", "d"): 25, ("y", "a"): 30, ("y", "b"): 10, ("y", "d"): 12}
    counts |= {("z", "a"): 14, ("z", "b"): 16, ("z", "d"): 18}
    rows = [cell(*place, events) for place, events in counts.items()]
    for one in "xyz":
        rows.append(cell(one, ALL, sum(number for (name, _), number in counts.items() if name == one), 180))
    for one in "abd":
        rows.append(cell(ALL, one, sum(number for (_, name), number in counts.items() if name == one), 180))
    rows.append(cell(ALL, ALL, sum(counts.values()), 540))
    table = to_frame(rows)
    released = attacking.release_tables(table, None, 5).estimates
    hidden = {(row.condition, row.dose) for row in released[released["suppressed"] != ""].itertuples()}
    assert ("x", "a") in hidden
    assert len(hidden) == 4
    assert len({condition for condition, _ in hidden}) == len({dose for _, dose in hidden}) == 2
    assert not any(ALL in place for place in hidden)
    assert share_released(released) == 12 / 16
    found = attacking.attack(released.to_csv(index=False), table)
    assert found.narrowest >= 3


def test_with_the_same_counts_hidden_no_byte_tells_which_they_were():
    """3 and 20 in a row, 30 and 10 in the next: 2 and 21, 31 and 9 have the same totals, and the same release."""

    def text(shift: int) -> str:
        counts = {("x", "a"): 3 - shift, ("x", "b"): 20 + shift, ("y", "a"): 30 + shift, ("y", "b"): 10 - shift}
        rows = [cell(*place, events) for place, events in counts.items()]
        rows += [cell("x", ALL, 23, 120), cell("y", ALL, 40, 120), cell(ALL, "a", 33, 120), cell(ALL, "b", 30, 120)]
        rows += [cell(ALL, ALL, 63, 240)]
        test = replace(cell("x", ALL, 23, 120), statistic="trend_test", analysis="responder_rate", estimate=1.5 + shift)
        rates = [replace(row, analysis="responder_rate") for row in rows]
        return attacking.released_text(to_frame([*rates, test]), attacking.random_study(random.Random(0)))

    assert text(0) == text(1) == text(2) == text(-1)


def test_what_is_hidden_does_not_depend_on_the_order_of_the_rows():
    generator = random.Random(3)
    study = attacking.random_study(generator)
    table = attacking.estimates_of(attacking.random_counts(study, generator), study)
    released = attacking.release_tables(table, None, 5).estimates
    turned = attacking.release_tables(table[::-1].reset_index(drop=True), None, 5).estimates
    pd.testing.assert_frame_equal(turned[::-1].reset_index(drop=True), released)


def test_rows_that_nobody_declared_are_withheld():
    row = replace(cell("c", "a", 20), statistic="new_statistic")
    released = attacking.release_tables(to_frame([row]), None, 5).estimates.iloc[0]
    assert released["suppressed"] == "not declared"
    assert pd.isna(released["estimate"])
    assert pd.isna(released["n"])
    assert pd.isna(released["events"])
