"""Fewer digits where a number is made of counts that are not shown, and more digits would tell of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from dose_outcomes.disclosure.rows import Row

if TYPE_CHECKING:
    import pandas as pd

#: Digits of a number whose number of patients is hidden.
ROUNDED_DIGITS = 3
#: Of what happens by day, all days together tell the number, those that are not shown too. Shares are rounded to steps
#: that are at least the share of two patients, days to whole ones.
SHARES_BY_DAY = ("survival", "cumulative_incidence", "one_minus_survival", "mean_cumulative_count")
_PATIENTS_OF_STEP = 2
STEPS = (0.01, 0.02, 0.05, 0.1)
DAYS_BY_DAY = ("rmst_days", "rmst_difference")
#: Tests that are made of all days.
TESTS_BY_DAY = (
    "logrank_test",
    "logrank_trend_test",
    "gray_test",
    "interval_censored_test",
    "proportional_hazards_test",
)
#: What compares within condition and dose, which no row shows: analysis, tests; a difference keeps three decimals.
WITHIN_CELLS = "responder_rate_by_subgroup"
TESTS_WITHIN_CELLS = ("crude_heterogeneity_test", "heterogeneity_test")
DECIMALS_WITHIN_CELLS = 3
ROUNDED_TEST, ROUNDED_TESTS = "rounded to one digit", "rounded to two digits"
ROUNDED_SHARE = "rounded to steps of {step}"
"""What notes say of them."""
#: Digits of tests that are made of counts not shown, and the patients from which on one more is shown.
DIGITS_OF_TESTS, MANY_TESTED = 1, 1000
#: Fewest patients of such a test that is shown, by day and within cells: of fewer, one patient moves its first digit.
LEAST_BY_DAY, LEAST_WITHIN_CELLS = 100, 500


def is_told_by_hidden(analysis: str, statistic: str) -> bool:
    """Tell whether a row is a test that is made of counts of which no row tells."""
    return statistic in TESTS_BY_DAY or (analysis == WITHIN_CELLS and statistic in TESTS_WITHIN_CELLS)


def too_few_tested(rows: Iterable[Row]) -> Iterator[int]:
    """Yield the places of such tests of few patients, which each count that is not shown would move."""
    for row in rows:
        record = row.record
        least = LEAST_WITHIN_CELLS if record["analysis"] == WITHIN_CELLS else LEAST_BY_DAY
        of_few = record["n"] is not None and record["n"] < least
        if of_few and is_told_by_hidden(record["analysis"], record["statistic"]):
            yield row.place


def step_of(patients: float) -> float:
    """Return to which multiple a share that is made of all days is rounded.

    Examples
    --------
    >>> [step_of(n) for n in (3000, 100, 60, 25, 12, 0)]
    [0.01, 0.02, 0.05, 0.1, 0.1, 0.1]
    """
    return next((step for step in STEPS if step * patients >= _PATIENTS_OF_STEP), STEPS[-1])


def to_step(number: float, step: float) -> float:
    """Return the multiple of a step that is nearest to a share.

    Examples
    --------
    >>> to_step(0.337, 0.05)
    0.35
    """
    return round(round(number / step) * step, 2) if number == number else number  # only NaN differs from itself


def round_numbers(table: pd.DataFrame, of_hidden: Sequence[int], of_curves: Collection[int]) -> None:
    """Round what would give back a hidden number of patients, or tell of days that are not shown.

    Parameters
    ----------
    table : DataFrame
        Columns `results.COLUMNS`; changed.
    of_hidden : sequence of int
        Places of rows whose number of patients is hidden.
    of_curves : collection of int
        Places of rows that are made of what curves show: they keep their digits.
    """
    within = table["analysis"] == WITHIN_CELLS
    differences = within & (table["statistic"] == "risk_difference")
    others = ~table.index.isin(table.index[sorted(of_curves)])
    shares = table.index[table["statistic"].isin(SHARES_BY_DAY) & others]
    # of a hidden number of patients, as of few
    steps = [step_of(patients) for patients in table.loc[shares, "n"].astype("Float64").fillna(0).tolist()]
    days = table.index[table["statistic"].isin(DAYS_BY_DAY) & others]
    for column in ("estimate", "low", "high"):
        _keep_digits(table, table.index[list(of_hidden)], column, ROUNDED_DIGITS)
        table.loc[shares, column] = [
            to_step(number, step) for number, step in zip(table.loc[shares, column].astype(float), steps, strict=True)
        ]
        table.loc[days, column] = table.loc[days, column].round(0)
        table.loc[differences, column] = table.loc[differences, column].round(DECIMALS_WITHIN_CELLS)
    tests = table.index[[is_told_by_hidden(*one) for one in zip(table["analysis"], table["statistic"], strict=True)]]
    of_many = table.loc[tests, "n"].astype("Float64").fillna(0) >= MANY_TESTED
    for column in ("estimate", "p_value", "p_adjusted"):
        _keep_digits(table, tests[~of_many], column, DIGITS_OF_TESTS)
        _keep_digits(table, tests[of_many], column, DIGITS_OF_TESTS + 1)
    _say(table, tests, [ROUNDED_TESTS if many else ROUNDED_TEST for many in of_many])
    _say(table, shares, [ROUNDED_SHARE.format(step=step) if step > STEPS[0] else "" for step in steps])


def _say(table: pd.DataFrame, rows: pd.Index[int], words: Sequence[str]) -> None:
    """Say in the notes of shown numbers that they are rounded."""
    known = table.loc[rows, "estimate"].notna()
    table.loc[rows, "note"] = [
        "; ".join(filter(None, (note, said))) if shown else note
        for note, said, shown in zip(table.loc[rows, "note"], words, known, strict=True)
    ]


def _keep_digits(table: pd.DataFrame, rows: pd.Index[int], column: str, digits: int) -> None:
    table.loc[rows, column] = [float(f"{number:.{digits}g}") for number in table.loc[rows, column]]
