"""Unconditional exact tests of two proportions: Barnard and Boschloo.

All (n1 + 1)(n2 + 1) tables are enumerated. The p value is the largest probability, over the unknown common
proportion, of the tables that speak against the null hypothesis at least as much as the one observed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.arguments import check_choice
from dose_outcomes.stats.proportions.association import ALTERNATIVES
from dose_outcomes.stats.proportions.counts import TwoGroups, check_two_groups
from dose_outcomes.stats.proportions.discrete import (
    hypergeometric_probabilities,
    hypergeometric_support,
)
from dose_outcomes.stats.result import FloatArray, HypothesisTest

MOST_PATIENTS = 1_000
"""Above this the chi-square test is as good, and enumeration takes seconds and gigabytes."""
GRID_POINTS = 1_000
"""Values of the common proportion looked at first; peaks are then refined."""
BOSCHLOO_TIE = 1e-9
"""Relative width within which Fisher p values of two tables count as equal."""

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class UnconditionalTest(HypothesisTest):
    """A test that is maximised over the unknown common proportion.

    Attributes
    ----------
    worst_proportion : float or None
        Common proportion at which the p value is attained.
    """

    worst_proportion: float | None = None


def barnard(events: int, n: int, reference_events: int, reference_n: int) -> UnconditionalTest:
    """Barnard's unconditional exact test, tables ordered by the pooled z statistic; two-sided.

    Parameters
    ----------
    events, n : int
        Patients with the event and patients of the group.
    reference_events, reference_n : int
        The same of the group it is compared with.

    Returns
    -------
    UnconditionalTest
        The statistic is the pooled z of the observed table.

    Raises
    ------
    ArgumentError
        If the counts are not whole numbers with 0 <= events <= n, a group is empty, or the groups are too
        large to enumerate.

    Notes
    -----
    z^2 of every table is a fraction of whole numbers. Fractions are compared by cross multiplication, so ties are
    exact; comparing rounded z values drops tied tables at random.

    References
    ----------
    Barnard GA (1947). Significance tests for 2 x 2 tables. Biometrika 34:123-138.

    Examples
    --------
    1 of 1 against 0 of 1: this table or its mirror image, 2 p (1 - p), largest at p = 1/2.

    >>> result = barnard(1, 1, 0, 1)
    >>> result.p_value, result.worst_proportion
    (0.5, 0.5)
    """
    table = _enumerable(events, n, reference_events, reference_n)
    i, j = _all_tables(table)
    cross = i * table.reference_n - j * table.n
    total = i + j
    variance = total * (table.total - total)  # z^2 is cross^2 / variance times a constant
    observed = table.events * table.reference_n - table.reference_events * table.n
    spread = table.total_events * (table.total - table.total_events)
    if spread == 0:
        extreme = np.ones(cross.shape, dtype=bool)  # z = 0: every table is as extreme
    else:
        extreme = cross * cross * spread >= observed * observed * variance
        if observed != 0:
            extreme &= variance > 0
    z = 0.0 if spread == 0 else observed * np.sqrt(table.total / (spread * table.n * table.reference_n))
    p_value, worst = _largest_probability(extreme, table)
    return UnconditionalTest(float(z), None, p_value, "Barnard's exact test, pooled z, two-sided", "", worst)


def boschloo(
    events: int, n: int, reference_events: int, reference_n: int, *, alternative: str = "two-sided"
) -> UnconditionalTest:
    """Boschloo's unconditional exact test, tables ordered by the p value of Fisher's one-sided test.

    It is never less powerful than Fisher's test. The two-sided p value is twice the smaller one-sided one.

    Parameters
    ----------
    events, n : int
        Patients with the event and patients of the group.
    reference_events, reference_n : int
        The same of the group it is compared with.
    alternative : {"two-sided", "greater", "less"}
        Of the group's proportion against the reference.

    Returns
    -------
    UnconditionalTest
        The statistic is Fisher's one-sided p value of the observed table; p is at most 1.

    Raises
    ------
    ArgumentError
        If the counts are not whole numbers with 0 <= events <= n, a group is empty, the groups are too
        large to enumerate, or the alternative is unknown.

    References
    ----------
    Boschloo RD (1970). Raised conditional level of significance for the 2 x 2-table when testing the equality
    of two probabilities. Statistica Neerlandica 24:1-9.

    Examples
    --------
    1 of 1 against 0 of 1 has probability p (1 - p), largest at p = 1/2.

    >>> boschloo(1, 1, 0, 1, alternative="greater").p_value, boschloo(1, 1, 0, 1).p_value
    (0.25, 0.5)
    """
    alternative = check_choice("alternative", alternative, ALTERNATIVES)
    table = _enumerable(events, n, reference_events, reference_n)
    sides = ("greater", "less") if alternative == "two-sided" else (alternative,)
    results = [(*_boschloo_one_sided(table, side), side) for side in sides]
    p_value, worst, fisher, _ = min(results)
    if alternative == "two-sided":
        p_value = min(1.0, 2.0 * p_value)
    return UnconditionalTest(fisher, None, p_value, f"Boschloo's exact test, {alternative}", "", worst)


def _boschloo_one_sided(table: TwoGroups, side: str) -> tuple[float, float, float]:
    fisher = np.ones((table.n + 1, table.reference_n + 1))
    for total in range(table.total + 1):
        probabilities = hypergeometric_probabilities(table.n, table.reference_n, total)
        i = hypergeometric_support(table.n, table.reference_n, total).astype(np.int64)
        upwards = np.cumsum(probabilities) if side == "less" else np.cumsum(probabilities[::-1])[::-1]
        fisher[i, total - i] = upwards
    observed = float(fisher[table.events, table.reference_events])
    p_value, worst = _largest_probability(fisher <= observed * (1.0 + BOSCHLOO_TIE), table)
    return p_value, worst, observed


def _enumerable(events: int, n: int, reference_events: int, reference_n: int) -> TwoGroups:
    table = check_two_groups(events, n, reference_events, reference_n)
    if table.empty:
        raise ArgumentError(f"both groups must have patients; received {table.n} and {table.reference_n}")
    if table.total > MOST_PATIENTS:
        raise ArgumentError(
            f"an unconditional exact test must have at most {MOST_PATIENTS} patients; received {table.total}: "
            "use chi_square or fisher_exact"
        )
    return table


def _all_tables(table: TwoGroups) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    i = np.arange(table.n + 1, dtype=np.int64)[:, np.newaxis]
    return i, np.arange(table.reference_n + 1, dtype=np.int64)[np.newaxis, :]


def _largest_probability(extreme: BoolArray, table: TwoGroups) -> tuple[float, float]:
    """Largest probability of the `extreme` tables over the common proportion, and where it is attained."""
    if extreme.all():
        return 1.0, 0.5
    points = max(GRID_POINTS, 4 * table.total)
    grid = np.arange(1, points) / points
    probability = _probability(extreme, table, grid)
    width = 1.0 / points
    peaks = np.argsort(probability)[::-1][:5]
    best, where = float(probability[peaks[0]]), float(grid[peaks[0]])
    for peak in peaks:
        centre, half = float(grid[peak]), width
        while half > 1e-10:
            near = np.linspace(max(centre - half, 0.0), min(centre + half, 1.0), 21)
            values = _probability(extreme, table, near)
            centre, half = float(near[values.argmax()]), half / 8.0
            if values.max() > best * (1.0 + 1e-13):
                best, where = float(values.max()), centre
    return min(1.0, best), where


def _probability(extreme: BoolArray, table: TwoGroups, proportion: FloatArray) -> FloatArray:
    group = _binomial(table.n, proportion)
    reference = _binomial(table.reference_n, proportion)
    return np.asarray(np.sum(group * (extreme.astype(np.float64) @ reference), axis=0))


def _binomial(n: int, proportion: FloatArray) -> FloatArray:
    """Probabilities of 0..n events (rows) at each proportion (columns)."""
    k = np.arange(n + 1, dtype=np.float64)[:, np.newaxis]
    steps = np.log((n - k[:-1]) / (k[:-1] + 1.0))
    log_choose = np.concatenate((np.zeros((1, 1)), np.cumsum(steps, axis=0)))
    with np.errstate(divide="ignore", invalid="ignore"):
        log_p = np.where(k > 0, k * np.log(proportion), 0.0)
        log_q = np.where(k < n, (n - k) * np.log1p(-proportion), 0.0)
    return np.asarray(np.exp(log_choose + log_p + log_q))
