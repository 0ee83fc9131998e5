"""Balance: by how much two dose groups differ in what was known at the start, and in what the most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dose_outcomes.derive.comparability import SCORE
from dose_outcomes.results import ALL
from dose_outcomes.stats.description import Distribution, distribution
from dose_outcomes.stats.regression.balance import (
    StandardisedDifference,
    balance,
    difference_of_categories,
    difference_of_means,
)
from dose_outcomes.stats.regression.strata_weights import mantel_haenszel_weights

if TYPE_CHECKING:
    import pandas as pd

CONDITION = "condition"
METHOD = "largest absolute standardised difference of {number}: {what}"
NOTHING_KNOWN = "nothing known at the start of both groups"


@dataclass(frozen=True, slots=True)
class LargestDifference:
    """The characteristic in which two groups differ the most.

    Attributes
    ----------
    characteristic : str
        Empty when nothing is known of the patients at the start.
    value : float or None
        Absolute standardised difference; None where it has no bound (`note` says why) or nothing is known.
    smallest_count : int or None
        Smallest count of patients other than none that the value gives back; None where it gives none back.
    number : int
        Characteristics compared.
    """

    characteristic: str
    value: float | None
    smallest_count: int | None
    number: int
    note: str = ""

    @property
    def unbounded(self) -> bool:
        """Whether the groups have nothing in common in the characteristic."""
        return bool(self.characteristic) and self.value is None

    def exceeds(self, bound: float) -> bool:
        """Tell whether the groups differ by more than a bound."""
        return self.unbounded or (self.value is not None and self.value > bound)


Cells = Mapping[tuple[str, str], list[tuple[Any, int]]]
"""Condition and dose: the values of a characteristic, each with its patients."""


class Characteristics:
    """What was known at the start of the patients of one population, by condition and dose.

    Parameters
    ----------
    numbers, categories : DataFrame
        condition, dose, characteristic, value, n, of one population (`derive.comparability`).
    conditions : sequence of str
        Those that the population is spread over.
    sizes : mapping of (str, str) to int
        Condition and dose: patients.
    """

    def __init__(
        self,
        numbers: pd.DataFrame,
        categories: pd.DataFrame,
        conditions: Sequence[str],
        sizes: Mapping[tuple[str, str], int],
    ) -> None:
        self._conditions, self._sizes = list(conditions), sizes
        self._numbers, self._categories = _by_characteristic(numbers), _by_characteristic(categories)

    def between(self, condition: str, dose: str, reference: str, adjusted: str = "") -> LargestDifference:
        """Return the largest difference in a condition, or over all of them without regard to conditions.

        A characteristic that the comparison is adjusted for is left out.
        """
        found = [one for one in self._crude(condition, dose, reference) if one[0] != adjusted]
        return _largest(found)

    def within_conditions(self, dose: str, reference: str) -> LargestDifference:
        """Return the largest difference left when doses are compared within conditions (Mantel-Haenszel weights)."""
        weights = mantel_haenszel_weights(*([self._size(one, group) for one in self._conditions]
                                            for group in (dose, reference)))  # fmt: skip
        weight = {
            (condition, group): float(of_group[place])
            for group, of_group in zip((dose, reference), weights, strict=True)
            for place, condition in enumerate(self._conditions)
        }
        found = []
        for name, cells in {**self._numbers, **self._categories}.items():
            patterns = _patterns(cells, self._conditions, (dose, reference), weight)
            difference = _weighted(patterns, numbers=name in self._numbers, standardise=name == SCORE)
            if difference is not None:
                found.append((name, difference, None))
        return _largest(found)

    def _size(self, condition: str, dose: str) -> int:
        wanted = self._conditions if condition == ALL else [condition]
        return sum(self._sizes.get((one, dose), 0) for one in wanted)

    def _crude(
        self, condition: str, dose: str, reference: str
    ) -> Iterator[tuple[str, StandardisedDifference, int | None]]:
        wanted = self._conditions if condition == ALL else [condition]
        for name, cells in self._numbers.items():
            if name == SCORE and len(wanted) > 1:
                continue  # conditions have scales of their own
            group, other = (_distribution(cells, wanted, label) for label in (dose, reference))
            if group.mean is None or group.variance is None or other.mean is None or other.variance is None:
                continue
            yield name, difference_of_means(group.mean, group.variance, other.mean, other.variance), None
        for name, cells in self._categories.items():
            values = sorted({value for pairs in cells.values() for value, _ in pairs})
            counts = [_counts(cells, wanted, label, values) for label in (dose, reference)]
            if not all(sum(one) for one in counts):
                continue
            present = [pair for pair in zip(*counts, strict=True) if sum(pair)]
            # of two categories the difference gives the counts back; of more it does not
            shown = [count for pair in present for count in pair if count] if len(present) == 2 else []
            yield name, difference_of_categories(*counts), min(shown, default=None)
        if len(wanted) > 1:
            counts = [[self._size(one, label) for one in wanted] for label in (dose, reference)]
            if all(sum(one) for one in counts):
                yield CONDITION, difference_of_categories(*counts), None


def _largest(found: Sequence[tuple[str, StandardisedDifference, int | None]]) -> LargestDifference:
    if not found:
        return LargestDifference("", None, None, 0, NOTHING_KNOWN)
    # the first of equals, so that the order of rows does not decide
    name, difference, smallest = max(
        found, key=lambda one: float("inf") if one[1].value is None else round(abs(one[1].value), 12)
    )
    value = None if difference.value is None else abs(difference.value)
    return LargestDifference(name, value, smallest, len(found), difference.note if value is None else "")


def _by_characteristic(counts: pd.DataFrame) -> dict[str, Cells]:
    found: dict[str, dict[tuple[str, str], list[tuple[Any, int]]]] = {}
    columns = (counts[name].tolist() for name in ("characteristic", "condition", "dose", "value", "n"))
    for name, condition, dose, value, n in zip(*columns, strict=True):
        found.setdefault(name, {}).setdefault((condition, dose), []).append((value, int(n)))
    return {name: found[name] for name in sorted(found)}


def _distribution(cells: Cells, conditions: Sequence[str], dose: str) -> Distribution:
    pairs = [pair for one in conditions for pair in cells.get((one, dose), [])]
    return distribution([value for value, _ in pairs], [n for _, n in pairs])


def _counts(cells: Cells, conditions: Sequence[str], dose: str, values: Sequence[Any]) -> list[int]:
    found: dict[Any, int] = {}
    for condition in conditions:
        for value, n in cells.get((condition, dose), []):
            found[value] = found.get(value, 0) + n
    return [found.get(value, 0) for value in values]


Pattern = tuple[str, float, Any, float, float]
"""Condition, arm (1: the dose), value, patients, weight of each."""


def _patterns(
    cells: Cells, conditions: Sequence[str], doses: tuple[str, str], weight: Mapping[tuple[str, str], float]
) -> list[Pattern]:
    return [
        (condition, arm, value, float(n), weight[condition, dose])
        for condition in conditions
        for arm, dose in ((1.0, doses[0]), (0.0, doses[1]))
        if weight[condition, dose] > 0
        for value, n in cells.get((condition, dose), [])
    ]


def _weighted(patterns: Sequence[Pattern], *, numbers: bool, standardise: bool) -> StandardisedDifference | None:
    """Return the difference that is left under the weights; of categories the largest of one; None without patients."""
    if {pattern[1] for pattern in patterns} != {0.0, 1.0}:
        return None
    names, arm, values, n, weight = (list(column) for column in zip(*patterns, strict=True))
    if numbers:
        columns = np.asarray(values, dtype=float)[:, None]
        if standardise:
            columns = _in_standard_deviations(columns, names, np.asarray(n))
    else:
        categories = sorted(set(values))
        columns = np.array([[float(value == category) for category in categories] for value in values])
    after = balance(columns, arm, n, weight).after
    # one without a bound is worse than any
    return max(after, key=lambda one: float("inf") if one.value is None else abs(one.value))


def _in_standard_deviations(columns: np.ndarray, names: Sequence[str], n: np.ndarray) -> np.ndarray:
    """Return the values less the mean of their condition, over its standard deviation: conditions have own scales."""
    result = np.zeros(columns.shape)
    for name in sorted(set(names)):
        own = np.asarray([one == name for one in names])
        mass = n[own] / n[own].sum()
        centred = columns[own] - mass @ columns[own]
        spread = float(np.sqrt(mass @ centred**2).item())
        result[own] = centred / spread if spread > 0 else 0.0
    return result
