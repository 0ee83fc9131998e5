"""Logistic regression with Firth's penalty: finite estimates under separation and less bias in small samples."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from dose_outcomes.stats.arguments import check_array, check_choice, check_level
from dose_outcomes.stats.regression.likelihood import inverse, maximise
from dose_outcomes.stats.regression.logistic import COLLINEAR, LogisticFit
from dose_outcomes.stats.regression.pattern_counts import check_design, check_pattern_counts, independent_columns
from dose_outcomes.stats.regression.profile_likelihood import profile_interval
from dose_outcomes.stats.result import Estimate, FloatArray

INTERVALS = {
    "profile_penalised_likelihood": "profile penalised-likelihood interval",
    "wald": "Wald interval",
}


def firth_logistic_regression(
    design: ArrayLike,
    events: ArrayLike,
    n: ArrayLike,
    *,
    offset: ArrayLike | None = None,
    level: float = 0.95,
    interval: str = "profile_penalised_likelihood",
) -> LogisticFit:
    """Logistic regression that maximises l(b) + log det I(b) / 2.

    The score becomes sum [e - n p + h (1/2 - p)] x with h the leverage of a pattern (n p (1-p) x' I^-1 x):
    half an event and half a non-event shared out by leverage. The maximum is finite for every data set,
    so this is the named fallback where `logistic_regression` reports separation. In a saturated model it
    is the log odds with 1/2 added to both counts.

    Parameters
    ----------
    design : array_like, shape (patterns, columns)
        Design matrix with the intercept as a column. Collinear columns are left out, later ones first.
    events, n : array_like, shape (patterns,)
        Patients with the event, and patients, of each pattern.
    offset : array_like, shape (patterns,), optional
        Fixed part of the log-odds.
    level : float
        Confidence level.
    interval : {"profile_penalised_likelihood", "wald"}
        The profile's interval holds the level far better when a likelihood is lopsided, as under separation.

    Returns
    -------
    LogisticFit
        `covariance` is I^-1 at the penalised maximum.

    Raises
    ------
    ArgumentError
        If counts, design or options cannot be taken.

    References
    ----------
    Firth D (1993). Bias reduction of maximum likelihood estimates. Biometrika 80:27-38.
    Heinze G, Schemper M (2002). A solution to the problem of separation in logistic regression.
    Statistics in Medicine 21:2409-2419.

    Examples
    --------
    0 of 8 against 3 of 9, separated: odds 0.5/8.5 and 3.5/6.5.

    >>> fit = firth_logistic_regression([[1, 0], [1, 1]], [0, 3], [8, 9])
    >>> odds_ratio = float(np.exp(fit.coefficients[1].estimate))
    >>> round(odds_ratio, 6), round((3.5 / 6.5) / (0.5 / 8.5), 6)
    (9.153846, 9.153846)
    """
    with_event, patients = check_pattern_counts(events, n)
    matrix = check_design("design", design, patients)
    fixed = np.zeros(len(patients)) if offset is None else check_array("offset", offset, same_length_as=("n", patients))
    check_choice("interval", interval, INTERVALS)
    check_level(level)
    method = f"logistic regression, Firth's penalised likelihood; {INTERVALS[interval]}"
    columns = independent_columns(matrix[patients > 0])
    kept = matrix[:, columns]
    fit = maximise(kept, with_event, patients, offset=fixed, firth=True)
    problem = "" if fit.converged else "the penalised likelihood's steps did not come to rest"
    problem = problem if patients.any() else "no patient"
    covariance: FloatArray = np.zeros((0, 0)) if problem else inverse(fit.information)
    quantile = -float(ndtri((1.0 - level) / 2.0))
    coefficients = []
    for column in range(matrix.shape[1]):
        if problem or column not in columns:
            coefficients.append(Estimate(None, None, None, level, method, problem or COLLINEAR))
            continue
        place = int(np.flatnonzero(columns == column)[0])
        value, error = float(fit.coefficients[place]), float(np.sqrt(covariance[place, place]))
        low, high = value - quantile * error, value + quantile * error
        if interval == "profile_penalised_likelihood":
            low, high = profile_interval(kept, with_event, patients, fit, place, level=level, offset=fixed, firth=True)
        coefficients.append(Estimate(value, low, high, level, method, standard_error=error))
    left_out = np.setdiff1d(np.arange(matrix.shape[1]), columns)
    collinear = f"collinear columns left out: {', '.join(map(str, left_out))}" if len(left_out) else ""
    return LogisticFit(
        tuple(coefficients),
        columns if not problem else np.zeros(0, dtype=np.int64),
        covariance,
        fit.fitted,
        None if problem else fit.log_likelihood,
        np.zeros(len(patients), dtype=np.bool_),
        int(patients.sum()),
        int(with_event.sum()),
        method,
        problem or collinear,
    )
