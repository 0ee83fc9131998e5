"""Counts by covariate pattern: checked at the door, and which columns of a design matrix are independent."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.arguments import check_array
from dose_outcomes.stats.result import FloatArray, IntArray

COLLINEARITY_TOLERANCE = 1e-9


def check_pattern_counts(events: ArrayLike, n: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return events and patients by pattern as arrays of whole numbers with 0 <= events <= n.

    >>> check_pattern_counts([1, 0], [4, 2])
    (array([1., 0.]), array([4., 2.]))
    """
    patients = check_array("n", n, at_least=0, whole=True)
    with_event = check_array("events", events, at_least=0, whole=True, same_length_as=("n", patients))
    if (with_event > patients).any():
        first = int(np.argmax(with_event > patients))
        raise ArgumentError(
            f"events must be at most n in each pattern; "
            f"received {with_event[first]:g} events among {patients[first]:g} patients"
        )
    return with_event, patients


def check_design(name: str, design: ArrayLike, n: FloatArray) -> FloatArray:
    """Return a design matrix with one row per pattern, intercept included as a column of its own."""
    matrix = check_array(name, design, dimensions=2, same_length_as=("n", n))
    if matrix.shape[1] == 0:
        raise ArgumentError(f"{name} must have at least one column; received none")
    return matrix


def check_arm(treatment: ArrayLike, n: FloatArray) -> FloatArray:
    """Return the arm of each pattern, 1 treated and 0 untreated."""
    return check_array("treatment", treatment, at_least=0, at_most=1, whole=True, same_length_as=("n", n))


def independent_columns(design: FloatArray) -> IntArray:
    """Positions of the columns that are no linear combination of earlier ones.

    Columns are taken in order (modified Gram-Schmidt, twice for accuracy), so that of a set of
    collinear columns the first are kept.

    Parameters
    ----------
    design : ndarray, shape (patterns, columns)
        Design matrix.

    Returns
    -------
    ndarray of int
        Positions of the kept columns, increasing.

    Examples
    --------
    The third column is the sum of the first two.

    >>> import numpy as np
    >>> independent_columns(np.array([[1.0, 0.0, 1.0], [1.0, 1.0, 2.0], [0.0, 2.0, 2.0]]))
    array([0, 1])
    """
    basis: list[FloatArray] = []
    kept: list[int] = []
    for position, column in enumerate(design.T):
        length = float(np.linalg.norm(column))
        if length == 0.0:
            continue
        rest = column / length
        for _ in range(2):
            for direction in basis:
                rest = rest - direction * (direction @ rest)
        if (remaining := float(np.linalg.norm(rest))) > COLLINEARITY_TOLERANCE:
            basis.append(rest / remaining)
            kept.append(position)
    return np.array(kept, dtype=np.int64)
