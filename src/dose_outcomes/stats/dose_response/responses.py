"""Estimated responses by dose, as contrast tests and model fits take them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.arguments import check_array, check_number
from dose_outcomes.stats.result import FloatArray


def check_doses(doses: ArrayLike) -> FloatArray:
    """Return distinct doses in mg."""
    dose = check_array("doses", doses, at_least=0)
    if len(dose) == 0 or len(np.unique(dose)) < len(dose):
        raise ArgumentError(f"doses must be distinct, and at least one; received {dose.tolist()}")
    return dose


def check_covariance(covariance: ArrayLike, size: int) -> FloatArray:
    """Return a positive definite covariance matrix of `size` estimates."""
    matrix = check_array("covariance", covariance, dimensions=2)
    definite = matrix.shape == (size, size) and np.allclose(matrix, matrix.T, rtol=1e-9, atol=0.0)
    if not definite or np.linalg.eigvalsh(matrix)[0] <= 0.0:
        raise ArgumentError(
            f"covariance must be a positive definite {size} x {size} matrix; received shape {matrix.shape}"
        )
    return matrix


def pooled_means(n: ArrayLike, variance: ArrayLike) -> tuple[FloatArray, float]:
    """Covariance of group means, s^2 diag(1 / n), and the degrees of freedom of s^2.

    Parameters
    ----------
    n : array_like, shape (doses,)
        Patients at each dose, at least 1.
    variance : array_like, shape (doses,)
        Variance within each dose, divisor n - 1 (0 where n is 1).

    Returns
    -------
    covariance : ndarray, shape (doses, doses)
    degrees_of_freedom : float
        sum n - number of doses.

    Raises
    ------
    ArgumentError
        If there is no degree of freedom.

    Examples
    --------
    >>> covariance, freedom = pooled_means([3, 3], [1.0, 3.0])
    >>> covariance.round(6).tolist(), freedom
    ([[0.666667, 0.0], [0.0, 0.666667]], 4.0)
    """
    patients = check_array("n", n, at_least=1, whole=True)
    within = check_array("variance", variance, at_least=0, same_length_as=("n", patients))
    freedom = float(check_number("sum of n minus doses", float(patients.sum()) - len(patients), above=0))
    pooled = float((patients - 1.0) @ within) / freedom
    return np.diag(pooled / patients), freedom
