"""Cells of a study: every condition and dose, and the totals over either and both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from dose_outcomes.results import ALL
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import pandas as pd

#: Whose numbers: all patients of the study, or those who can be assessed for an endpoint.
ANALYSED = "analysed"
ASSESSABLE = "assessable"

NO_PATIENTS = "no patients"


def cells(study: Study, conditions: Iterable[str] | None = None) -> Iterator[tuple[str, str]]:
    """Return condition and dose of every cell, totals first.

    Parameters
    ----------
    conditions : iterable of str, optional
        Conditions to take; all of the study when empty.
    """
    for condition in (ALL, *(study.conditions if conditions is None else conditions)):
        for dose in (ALL, *study.dose_labels):
            yield condition, dose


def margins(study: Study, conditions: Iterable[str] | None = None) -> Iterator[tuple[str, str]]:
    """Return condition and dose of the totals: all, each dose over all conditions, each condition over all doses."""
    for condition, dose in cells(study, conditions):
        if ALL in (condition, dose):
            yield condition, dose


def with_totals(counts: pd.DataFrame, keys: Sequence[str], values: Sequence[str]) -> pd.DataFrame:
    """Add the totals over conditions, over doses and over both.

    Every patient has one primary condition and one dose group, so that counts of patients add up.

    Parameters
    ----------
    counts : DataFrame
        Columns condition, dose, `keys` and `values`.
    keys : sequence of str
        Further columns that tell rows apart.
    values : sequence of str
        Columns to sum.

    Returns
    -------
    DataFrame
        Indexed by condition, dose and `keys`, with columns `values`.
    """
    import pandas as pd

    parts = [
        counts.assign(**replaced)
        for replaced in ({}, {"dose": ALL}, {"condition": ALL}, {"condition": ALL, "dose": ALL})
    ]
    return pd.concat(parts).groupby(["condition", "dose", *keys], dropna=False)[list(values)].sum()
