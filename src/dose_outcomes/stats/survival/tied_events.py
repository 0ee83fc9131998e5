"""Efron's and Breslow's handling of events tied on a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from dose_outcomes.stats.result import FloatArray, IntArray

TIES: Final = ("efron", "breslow")
DIRECT = 40  # more events on a day are summed by a Gauss rule
NODES = 20
LARGEST_SHARE = 0.5  # of the risk sum that the tied events may make up for the rule to be exact to 1e-16


@dataclass(frozen=True, slots=True)
class TiedEventNodes:
    """Terms of the sums over tied events, as flat arrays.

    Attributes
    ----------
    row : ndarray of int
        Event day of the term.
    fraction : ndarray
        Share of the tied events that is taken out of the risk set.
    weight : ndarray
        Number of events the term stands for; over a day they add up to its events.
    """

    row: IntArray
    fraction: FloatArray
    weight: FloatArray


def tied_event_nodes(deaths: FloatArray, share: FloatArray, ties: str) -> TiedEventNodes:
    r"""Terms of :math:`\sum_{l=0}^{d-1} g(l/d)` for every event day.

    Breslow takes :math:`d\, g(0)`. Efron's sum is written out up to 40 events. Beyond, g is smooth on the grid and
    a 20-point Gauss rule for the discrete uniform distribution on 0, ..., d - 1 (exact for polynomials of degree 39)
    gives it to rounding, so that the cost does not grow with the number of patients.

    Parameters
    ----------
    deaths : ndarray, shape (t,)
        Number of events of each event day.
    share : ndarray, shape (t,)
        Share of the risk sum that belongs to the events of the day.
    ties : str
        "efron" or "breslow".

    Returns
    -------
    TiedEventNodes

    Examples
    --------
    >>> nodes = tied_event_nodes(np.array([1.0, 2.0]), np.array([0.1, 0.2]), "efron")
    >>> nodes.row, nodes.fraction, nodes.weight
    (array([0, 1, 1]), array([0. , 0. , 0.5]), array([1., 1., 1.]))
    """
    row = np.arange(len(deaths))
    if ties == "breslow":
        return TiedEventNodes(row, np.zeros(len(deaths)), deaths)
    by_rule = (deaths > DIRECT) & (share <= LARGEST_SHARE)
    direct_deaths = deaths[~by_rule].astype(np.int64)
    begin = np.cumsum(direct_deaths) - direct_deaths
    number = np.arange(direct_deaths.sum()) - np.repeat(begin, direct_deaths)
    direct = (
        np.repeat(row[~by_rule], direct_deaths),
        number / np.repeat(direct_deaths, direct_deaths),
        np.ones(len(number)),
    )
    if not by_rule.any():
        return TiedEventNodes(*direct)
    sizes, which = np.unique(deaths[by_rule], return_inverse=True)
    points, weights = _gauss_rules(sizes)
    return TiedEventNodes(
        np.concatenate([direct[0], np.repeat(row[by_rule], NODES)]),
        np.concatenate([direct[1], points[which].ravel()]),
        np.concatenate([direct[2], weights[which].ravel()]),
    )


def _gauss_rules(sizes: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Points (as shares of d) and weights of the rule for the points 0, ..., d - 1, for each d.

    The orthogonal polynomials are those of Gram; points and weights are the eigenvalues, and the squared first
    components of the eigenvectors, of the matrix of their recursion (Golub and Welsch).
    """
    k = np.arange(1, NODES)
    off_diagonal = np.sqrt(k**2 * (sizes[:, None] ** 2 - k**2) / (4.0 * (4.0 * k**2 - 1.0)))
    matrix = np.zeros((len(sizes), NODES, NODES))
    matrix[:, k, k - 1] = matrix[:, k - 1, k] = off_diagonal
    values, vectors = np.linalg.eigh(matrix)
    points = (values + (sizes[:, None] - 1.0) / 2.0) / sizes[:, None]
    return points, vectors[:, 0, :] ** 2 * sizes[:, None]
