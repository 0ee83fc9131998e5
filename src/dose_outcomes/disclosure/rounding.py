"""Fewer digits where a number is made of counts that are not shown, and more digits would tell of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

#: Digits of a number whose number of patients is hidden.
ROUNDED_DIGITS = 3
#: Of what happens by day, all days together tell the number, those that are not shown too: decimals that are kept.
DECIMALS_BY_DAY = {
    "survival": 2,
    "cumulative_incidence": 2,
    "one_minus_survival": 2,
    "mean_cumulative_count": 2,
    "rmst_days": 0,
    "rmst_difference": 0,
}
#: Tests that are made of all days, and the digits of each and of its p value.
TESTS_BY_DAY = (
    "logrank_test",
    "logrank_trend_test",
    "gray_test",
    "interval_censored_test",
    "proportional_hazards_test",
)
DIGITS_OF_TESTS = 2
#: What compares within condition and dose, which no row shows: analysis, tests; a difference keeps three decimals.
WITHIN_CELLS = "responder_rate_by_subgroup"
TESTS_WITHIN_CELLS = ("crude_heterogeneity_test", "heterogeneity_test")
DECIMALS_WITHIN_CELLS = 3


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
    for column in ("estimate", "low", "high"):
        _keep_digits(table, table.index[list(of_hidden)], column, ROUNDED_DIGITS)
        for statistic, decimals in DECIMALS_BY_DAY.items():
            own = (table["statistic"] == statistic) & others
            table.loc[own, column] = table.loc[own, column].round(decimals)
        table.loc[differences, column] = table.loc[differences, column].round(DECIMALS_WITHIN_CELLS)
    by_day = table["statistic"].isin(TESTS_BY_DAY)
    tests = table.index[by_day | (within & table["statistic"].isin(TESTS_WITHIN_CELLS))]
    for column in ("estimate", "p_value", "p_adjusted"):
        _keep_digits(table, tests, column, DIGITS_OF_TESTS)


def _keep_digits(table: pd.DataFrame, rows: pd.Index[int], column: str, digits: int) -> None:
    table.loc[rows, column] = [float(f"{number:.{digits}g}") for number in table.loc[rows, column]]
