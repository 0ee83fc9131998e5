"""Adjusted p values of a family of tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dose_outcomes.stats.arguments import check_array, check_choice
from dose_outcomes.stats.result import FloatArray

METHODS = {
    "bonferroni": "Bonferroni",
    "holm": "Holm",
    "hochberg": "Hochberg",
    "hommel": "Hommel",
    "benjamini_hochberg": "Benjamini-Hochberg false discovery rate",
    "benjamini_yekutieli": "Benjamini-Yekutieli false discovery rate",
}


@dataclass(frozen=True, slots=True)
class AdjustedPValues:
    """Adjusted p values, in the order they came.

    Attributes
    ----------
    p_values : tuple of float or None
        None where none came.
    excluded : tuple of int
        Positions without a p value: not part of the family.
    family_size : int
        Tests adjusted for.
    method, note : str
    """

    p_values: tuple[float | None, ...]
    excluded: tuple[int, ...]
    family_size: int
    method: str
    note: str = ""


def adjust_p_values(p_values: Sequence[float | None], *, method: str) -> AdjustedPValues:
    """Adjust p values so that each can be compared with the level of the whole family.

    With p(1) <= ... <= p(m): Bonferroni m p; Holm max over j <= i of (m - j + 1) p(j); Hochberg min over
    j >= i of (m - j + 1) p(j); Hommel the closed test with Simes' test; Benjamini-Hochberg min over j >= i
    of m p(j) / j; Benjamini-Yekutieli the same times 1 + 1/2 + ... + 1/m. All are cut at 1.

    Holm and Bonferroni hold under any dependence; Hochberg and Hommel under positive dependence; the last
    two bound the share of false discoveries (under positive, and under any dependence).

    Parameters
    ----------
    p_values : sequence of float or None
        None where a test could not be done: it keeps its place and is not counted.
    method : {"bonferroni", "holm", "hochberg", "hommel", "benjamini_hochberg", "benjamini_yekutieli"}
        Which adjustment.

    Returns
    -------
    AdjustedPValues

    Raises
    ------
    ArgumentError
        If a p value is outside [0, 1] or the method is unknown.

    References
    ----------
    Wright SP (1992). Adjusted p-values for simultaneous inference. Biometrics 48:1005-1013.
    Benjamini Y, Yekutieli D (2001). The control of the false discovery rate in multiple testing under
    dependency. Annals of Statistics 29:1165-1188.

    Examples
    --------
    >>> adjust_p_values([0.01, None, 0.04, 0.03], method="holm").p_values
    (0.03, None, 0.06, 0.06)
    """
    check_choice("method", method, METHODS)
    listed = list(p_values)
    positions = [i for i, value in enumerate(listed) if value is not None]
    family = check_array("p_values", [value for value in listed if value is not None], at_least=0, at_most=1)
    order = np.argsort(family, kind="stable")
    adjusted = np.empty(len(family))
    if len(family):
        adjusted[order] = np.minimum(_adjust_increasing(family[order], method), 1.0)
    placed: list[float | None] = [None] * len(listed)
    for i, value in zip(positions, adjusted, strict=True):
        placed[i] = float(value)
    excluded = tuple(i for i, value in enumerate(listed) if value is None)
    note = f"{len(excluded)} of {len(listed)} tests have no p value and are not in the family" if excluded else ""
    return AdjustedPValues(tuple(placed), excluded, len(family), METHODS[method], note)


def _adjust_increasing(p: FloatArray, method: str) -> FloatArray:
    m = len(p)
    rank = np.arange(1, m + 1)
    if method == "bonferroni":
        return m * p
    if method == "holm":
        return np.maximum.accumulate((m - rank + 1) * p)
    if method == "hochberg":
        return _running_minimum_from_the_right((m - rank + 1) * p)
    if method == "hommel":
        return _hommel(p)
    factor = float((1.0 / rank).sum()) if method == "benjamini_yekutieli" else 1.0
    return _running_minimum_from_the_right(factor * m * p / rank)


def _running_minimum_from_the_right(values: FloatArray) -> FloatArray:
    return np.minimum.accumulate(values[::-1])[::-1]


def _hommel(p: FloatArray) -> FloatArray:
    """Closed test: the largest Simes p value of the sets a hypothesis is in (Wright 1992, appendix).

    Of the sets of one size that hold p(i), the one with the largest p values beside it is the worst.
    """
    m = len(p)
    adjusted = p.copy()
    for size in range(m, 1, -1):
        first = m - size  # of the `size` largest
        beside = float((size * p[first + 1 :] / np.arange(2, size + 1)).min())
        simes = np.minimum(size * p[: first + 1], beside)
        adjusted[: first + 1] = np.maximum(adjusted[: first + 1], simes)
        adjusted[first + 1 :] = np.maximum(adjusted[first + 1 :], simes[-1])
    return adjusted
