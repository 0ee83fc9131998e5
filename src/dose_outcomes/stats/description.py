"""Describes a distribution that is given as counts of values: mean, spread, quantiles."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from dose_outcomes.stats.arguments import check_array, check_number
from dose_outcomes.stats.result import FloatArray


@dataclass(frozen=True, slots=True)
class Distribution:
    """Distinct values, increasing, with the number of patients of each.

    Attributes
    ----------
    values : ndarray, shape (k,)
        In the unit of the quantity.
    n : ndarray, shape (k,)
        Patients with the value, at least one each.
    """

    values: FloatArray
    n: FloatArray

    @property
    def total(self) -> int:
        """Number of patients."""
        return int(self.n.sum())

    @property
    def mean(self) -> float | None:
        """Arithmetic mean; None of nobody."""
        return float(self.n @ self.values) / self.total if self.total else None

    @property
    def variance(self) -> float | None:
        """Sum of squared deviations over n - 1; None below two patients."""
        if self.mean is None or self.total < 2:
            return None
        return float(self.n @ (self.values - self.mean) ** 2) / (self.total - 1)

    @property
    def standard_deviation(self) -> float | None:
        """Root of the variance; None below two patients."""
        return None if self.variance is None else sqrt(self.variance)

    def quantile(self, probability: float) -> float | None:
        """Return the value below which a share of the patients lies.

        The inverse of the empirical distribution function, averaged where it jumps: definition 2 of Hyndman and
        Fan, definition 5 of SAS. The median of an even number is the middle of the two in the middle.

        Parameters
        ----------
        probability : float
            Between 0 and 1.

        Returns
        -------
        float or None
            None of nobody.

        References
        ----------
        Hyndman RJ, Fan Y (1996). Sample quantiles in statistical packages. Am Stat 50:361-365.

        Examples
        --------
        Values 1, 1, 2, 5: the quartile lies at the first jump, between the first and the second patient.

        >>> described = distribution([1, 2, 5], [2, 1, 1])
        >>> described.quantile(0.25), described.quantile(0.5), described.quantile(0.75)
        (1.0, 1.5, 3.5)
        """
        probability = check_number("probability", probability, at_least=0.0, at_most=1.0)
        if not self.total:
            return None
        position = probability * self.total
        whole = round(position)
        reached = np.cumsum(self.n)
        if abs(position - whole) > 1e-9 * self.total:
            return float(self.values[np.searchsorted(reached, np.floor(position), side="right")])
        pair = (min(max(whole - 1, 0), self.total - 1), min(whole, self.total - 1))
        lower, upper = (float(self.values[np.searchsorted(reached, place, side="right")]) for place in pair)
        return (lower + upper) / 2.0


def distribution(values: ArrayLike, n: ArrayLike) -> Distribution:
    """Gather counts of values.

    Parameters
    ----------
    values : array_like, shape (k,)
        In any order; a value may repeat.
    n : array_like, shape (k,)
        Patients with the value.

    Returns
    -------
    Distribution

    Raises
    ------
    ArgumentError
        If a value is missing, a count is no whole number, or lengths differ.

    Examples
    --------
    >>> described = distribution([5, 1, 5], [1, 2, 1])
    >>> described.mean, described.variance
    (3.0, 5.333333333333333)
    """
    counts = check_array("n", n, at_least=0, whole=True)
    numbers = check_array("values", values, same_length_as=("n", counts))
    # adding nothing turns -0 into 0, so that one number has one name
    distinct, place = np.unique(numbers[counts > 0] + 0.0, return_inverse=True)
    return Distribution(distinct, np.bincount(place, counts[counts > 0], len(distinct)).astype(np.float64))
