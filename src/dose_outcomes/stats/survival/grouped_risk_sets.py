"""Risk sets of several groups side by side, within strata, from counts by day."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.arguments import check_array
from dose_outcomes.stats.result import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class GroupedRiskSets:
    """Counts by stratum, day (rows) and group (columns); rows sorted by stratum, then day.

    Attributes
    ----------
    groups : tuple
        Labels of the columns, sorted.
    strata : tuple
        Labels of the strata, sorted.
    stratum : ndarray of int, shape (t,)
        Number of the stratum of each row.
    day : ndarray, shape (t,)
        Day of each row, increasing within a stratum.
    at_risk : ndarray, shape (t, g)
        At risk just before the day.
    events : ndarray, shape (c, t, g)
        Events on the day, by cause.
    censored : ndarray, shape (t, g)
        Observation ended on the day, after its events.
    first_row : ndarray of int, shape (s,)
        Row at which each stratum begins.
    """

    groups: tuple[Any, ...]
    strata: tuple[Any, ...]
    stratum: IntArray
    day: FloatArray
    at_risk: FloatArray
    events: FloatArray
    censored: FloatArray
    first_row: IntArray

    def slices(self) -> list[slice]:
        """Rows of each stratum."""
        ends = np.append(self.first_row, len(self.day))
        return [slice(a, b) for a, b in pairwise(ends)]


def label_codes(name: str, labels: ArrayLike, length: int) -> tuple[tuple[Any, ...], IntArray]:
    """Return the sorted distinct labels and each entry's number among them.

    Raises
    ------
    ArgumentError
        When `labels` is not one-dimensional of the given length, or a label is missing.
    """
    array = np.asarray(labels)
    if array.shape != (length,):
        raise ArgumentError(f"{name} must be a 1-dimensional array of {length} entries; received shape {array.shape}")
    missing = np.isnan(array) if array.dtype.kind == "f" else np.array([x is None or x != x for x in array.tolist()])
    if missing.any():
        raise ArgumentError(f"{name} must have a label for every entry; received {int(missing.sum())} without one")
    distinct, codes = np.unique(array, return_inverse=True)
    return tuple(distinct.tolist()), codes.astype(np.int64)


def grouped_risk_sets(
    day: ArrayLike,
    events: ArrayLike,
    censored: ArrayLike,
    group: ArrayLike,
    *,
    stratum: ArrayLike | None = None,
    entered: ArrayLike | None = None,
) -> GroupedRiskSets:
    """Count those at risk by stratum, day and group; who enters on a day is at risk from the day after on.

    Parameters
    ----------
    day : array_like, shape (m,)
        Days since time zero, in any order; combinations of day, group and stratum may repeat.
    events : array_like, shape (m,) or (m, c)
        Numbers with the event on the day; one column per cause where there are several.
    censored : array_like, shape (m,)
        Numbers whose observation ends on the day.
    group, stratum : array_like, shape (m,)
        Labels; without `stratum` all belong to one.
    entered : array_like, shape (m,), optional
        Numbers entering on the day; they add up to those leaving within each stratum and group.

    Returns
    -------
    GroupedRiskSets

    Raises
    ------
    ArgumentError
        For arrays of unequal length, negative counts, missing labels, or more leaving than at risk.

    Examples
    --------
    >>> sets = grouped_risk_sets([1, 2, 2], [1, 1, 0], [0, 0, 1], ["a", "a", "b"])
    >>> sets.groups, sets.at_risk
    (('a', 'b'), array([[2., 1.],
           [1., 1.]]))
    """
    days = check_array("day", day, at_least=0.0 if entered is None else None)
    by_cause = np.asarray(events, dtype=np.float64)
    by_cause = check_array(
        "events", by_cause, dimensions=max(by_cause.ndim, 1), at_least=0.0, same_length_as=("day", days)
    )
    if by_cause.ndim not in (1, 2):
        raise ArgumentError(f"events must have 1 or 2 dimensions; received an array of shape {by_cause.shape}")
    by_cause = by_cause[:, None] if by_cause.ndim == 1 else by_cause
    censored_counts = check_array("censored", censored, at_least=0.0, same_length_as=("day", days))
    groups, group_code = label_codes("group", group, len(days))
    strata, stratum_code = label_codes("stratum", np.zeros(len(days), int) if stratum is None else stratum, len(days))

    day_grid, day_code = np.unique(days, return_inverse=True)
    rows, row_code = np.unique(stratum_code * max(len(day_grid), 1) + day_code, return_inverse=True)
    row_stratum = rows // max(len(day_grid), 1)
    first_row = np.searchsorted(row_stratum, np.arange(len(strata)))
    cell, shape = row_code * len(groups) + group_code, (len(rows), len(groups))
    event_cells = np.stack([_table(cell, column, shape) for column in by_cause.T])
    censored_cells = _table(cell, censored_counts, shape)
    left = event_cells.sum(axis=0) + censored_cells
    at_risk = sum_from_here_on(left, first_row)
    if entered is not None:
        came = _table(cell, check_array("entered", entered, at_least=0.0, same_length_as=("day", days)), shape)
        # Who enters on this day or later is not yet at risk.
        at_risk = at_risk - sum_from_here_on(came, first_row)
        balance = sum_from_here_on(left - came, first_row)[first_row]
        slack = 1e-9 * max(float(left.sum()), 1.0)
        if (np.abs(balance) > slack).any():
            raise ArgumentError(
                "entered must add up to the number of events and censored together in each stratum and group; "
                f"received a difference of {np.abs(balance).max():g}"
            )
        if (at_risk < left - slack).any():
            first = day_grid[rows % len(day_grid)][(at_risk < left - slack).any(axis=1)][0]
            raise ArgumentError(
                "entered must precede the day of leaving (at risk on (entry, day]); "
                f"received more leaving on day {first:g} than are at risk"
            )
        at_risk = np.where(np.abs(at_risk - left) <= slack, left, at_risk)
    return GroupedRiskSets(
        groups,
        strata,
        row_stratum.astype(np.int64),
        day_grid[rows % max(len(day_grid), 1)],
        at_risk,
        event_cells,
        censored_cells,
        first_row.astype(np.int64),
    )


def sum_from_here_on(values: FloatArray, first_row: NDArray[np.integer[Any]]) -> FloatArray:
    """Sum `values` (rows along the first axis) from each row to the last row of its stratum."""
    total = np.empty_like(values)
    # Stratum by stratum: the difference of sums over all strata would lose small strata beside large ones.
    for begin, end in pairwise(np.append(first_row, len(values))):
        total[begin:end] = np.cumsum(values[begin:end][::-1], axis=0)[::-1]
    return total


def _table(cell: IntArray, counts: FloatArray, shape: tuple[int, int]) -> FloatArray:
    return np.bincount(cell, counts, shape[0] * shape[1]).reshape(shape).astype(np.float64)
