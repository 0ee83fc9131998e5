"""Separation: whether a logistic likelihood has a maximum, decided exactly by a linear programme."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dose_outcomes.stats.regression.pattern_counts import check_design, check_pattern_counts


def separated_patterns(design: ArrayLike, events: ArrayLike, n: ArrayLike) -> NDArray[np.bool_]:
    """Patterns whose fitted probability runs to 0 or 1 in the supremum of the logistic likelihood.

    The likelihood has no maximum when a direction b exists with x'b >= 0 in every pattern that has
    events only, x'b <= 0 in every pattern that has none, x'b = 0 in every pattern that has both, and
    x'b != 0 somewhere (Albert and Anderson). All patterns that can be separated are found at once by

        maximise sum s_i  subject to  0 <= s_i <= 1,  s_i <= x_i'b (events only),  s_i <= -x_i'b (none),

    because directions may be added and stretched: s_i is 1 where a pattern is separated and 0 elsewhere.

    Parameters
    ----------
    design : array_like, shape (patterns, columns)
        Design matrix, intercept included.
    events, n : array_like, shape (patterns,)
        Patients with the event, and patients, of each pattern. Patterns with `n` = 0 are never separated.

    Returns
    -------
    ndarray of bool, shape (patterns,)
        All False when the maximum exists.

    Raises
    ------
    ArgumentError
        If counts or design have wrong shapes or values.

    References
    ----------
    Albert A, Anderson JA (1984). On the existence of maximum likelihood estimates in logistic regression
    models. Biometrika 71:1-10. Konis K (2007). Linear programming algorithms for detecting separated data
    in binary logistic regression models. Thesis, Oxford.

    Examples
    --------
    No event without the drug, some with it: the patterns without it are separated.

    >>> separated_patterns([[1, 0], [1, 1]], [0, 3], [8, 9])
    array([ True, False])
    """
    with_event, patients = check_pattern_counts(events, n)
    matrix = check_design("design", design, patients)
    separated = np.zeros(len(patients), dtype=np.bool_)
    pure = (patients > 0) & ((with_event == 0) | (with_event == patients))
    mixed = (patients > 0) & ~pure
    if not pure.any():
        return separated
    from scipy.optimize import linprog

    side = np.where(with_event[pure] > 0, 1.0, -1.0)
    count, columns = int(pure.sum()), matrix.shape[1]
    # unknowns: b (free), then s; columns are brought to one scale so that the solver's tolerance means the same in each
    scaled = matrix / np.maximum(np.abs(matrix).max(axis=0), np.finfo(float).tiny)
    equalities = np.hstack([scaled[mixed], np.zeros((int(mixed.sum()), count))]) if mixed.any() else None
    programme = linprog(
        np.concatenate([np.zeros(columns), -np.ones(count)]),
        A_ub=np.hstack([-side[:, None] * scaled[pure], np.eye(count)]),
        b_ub=np.zeros(count),
        A_eq=equalities,
        b_eq=None if equalities is None else np.zeros(len(equalities)),
        bounds=[(None, None)] * columns + [(0.0, 1.0)] * count,
        method="highs",
    )
    separated[pure] = np.asarray(programme.x)[columns:] > 0.5
    return separated
