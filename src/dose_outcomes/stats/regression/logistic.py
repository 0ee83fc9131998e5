"""Logistic regression from counts by covariate pattern."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from dose_outcomes.stats.arguments import check_array, check_choice, check_level
from dose_outcomes.stats.regression.likelihood import Maximum, inverse, maximise, score_covariance
from dose_outcomes.stats.regression.pattern_counts import check_design, check_pattern_counts, independent_columns
from dose_outcomes.stats.regression.profile_likelihood import profile_interval
from dose_outcomes.stats.regression.separation import separated_patterns
from dose_outcomes.stats.result import Estimate, FloatArray, IntArray

INTERVALS = {
    "profile_likelihood": "profile-likelihood interval",
    "wald": "Wald interval, model-based variance",
    "wald_hc0": "Wald interval, HC0 sandwich variance over patients",
}
SEPARATED = (
    "separation: the likelihood grows without end as this coefficient does; not estimable by maximum likelihood, "
    "use the penalised fit"
)
COLLINEAR = "collinear: this column is a linear combination of earlier ones, or constant 0"
SEPARATION_SHOWS_BEYOND = 10.0
"""No linear predictor beyond this in a converged fit: the maximum exists and needs no linear programme as proof."""


@dataclass(frozen=True, slots=True)
class LogisticFit:
    """A logistic regression.

    Attributes
    ----------
    coefficients : tuple of Estimate
        Log odds ratio of each column of the design, with interval and standard error.
    estimable : ndarray of int
        Columns whose coefficient is finite and unique.
    covariance : ndarray
        Of the coefficients of `estimable`, in that order, of the kind the interval names.
    fitted : ndarray, shape (patterns,)
        Probabilities; exactly 0 or 1 in separated patterns. Empty when nothing could be fitted.
    log_likelihood : float or None
        Of patients, without binomial coefficients; with the penalty in a penalised fit. Its supremum under separation.
    separated : ndarray of bool, shape (patterns,)
        Patterns whose probability runs to 0 or 1.
    n, events : int
        Patients and patients with the event.
    method, note : str
    """

    coefficients: tuple[Estimate, ...]
    estimable: IntArray
    covariance: FloatArray
    fitted: FloatArray
    log_likelihood: float | None
    separated: NDArray[np.bool_]
    n: int
    events: int
    method: str
    note: str = ""

    @property
    def events_per_parameter(self) -> float:
        """The smaller of events and non-events over the number of columns; below 10 the fit is fragile."""
        return min(self.events, self.n - self.events) / max(len(self.coefficients), 1)


def logistic_regression(
    design: ArrayLike,
    events: ArrayLike,
    n: ArrayLike,
    *,
    offset: ArrayLike | None = None,
    level: float = 0.95,
    interval: str = "profile_likelihood",
) -> LogisticFit:
    """Maximum-likelihood logistic regression on counts: logit p_i = offset_i + x_i'b, x_i ~ Binomial(n_i, p_i).

    The variance is I^-1 = (sum n p (1-p) x x')^-1, or HC0, I^-1 [sum (e (1-p)^2 + (n-e) p^2) x x'] I^-1
    for e events among n patients: both equal what the same patients give as 0/1 rows. Under separation
    coefficients that run to infinity are None, the others are those of the limit, and the note says so.

    Parameters
    ----------
    design : array_like, shape (patterns, columns)
        Design matrix with the intercept as a column. Collinear columns are left out, later ones first.
    events, n : array_like, shape (patterns,)
        Patients with the event, and patients, of each pattern. Rows of one pattern may be split or joined.
    offset : array_like, shape (patterns,), optional
        Fixed part of the log-odds.
    level : float
        Confidence level.
    interval : {"profile_likelihood", "wald", "wald_hc0"}
        Interval of the coefficients; `wald_hc0` also makes standard errors and covariance the sandwich's.

    Returns
    -------
    LogisticFit

    Raises
    ------
    ArgumentError
        If counts, design or options cannot be taken.

    References
    ----------
    McCullagh P, Nelder JA (1989). Generalized linear models, 2nd ed., ch. 4. White H (1980). A
    heteroskedasticity-consistent covariance matrix estimator. Econometrica 48:817-838.

    Examples
    --------
    3 of 12 against 8 of 16: the odds are 1/3 and 1, the log odds ratio is log 3.

    >>> fit = logistic_regression([[1, 0], [1, 1]], [3, 8], [12, 16])
    >>> [round(b.estimate, 6) for b in fit.coefficients], round(float(np.log(3)), 6)
    ([-1.098612, 1.098612], 1.098612)
    >>> round(fit.coefficients[1].standard_error ** 2, 6), round(1 / 3 + 1 / 9 + 1 / 8 + 1 / 8, 6)
    (0.694444, 0.694444)
    """
    with_event, patients = check_pattern_counts(events, n)
    matrix = check_design("design", design, patients)
    fixed = np.zeros(len(patients)) if offset is None else check_array("offset", offset, same_length_as=("n", patients))
    check_choice("interval", interval, INTERVALS)
    check_level(level)
    method = f"logistic regression, maximum likelihood; {INTERVALS[interval]}"
    identified = _identify(matrix, with_event, patients, fixed)
    coefficients, covariance = _coefficients(identified, matrix, with_event, fixed, level, interval, method)
    fitted = identified.maximum.fitted
    return LogisticFit(
        coefficients,
        identified.estimable,
        covariance,
        np.where(identified.separated, (with_event > 0).astype(float), fitted),
        identified.maximum.log_likelihood if not identified.problem else None,
        identified.separated,
        int(patients.sum()),
        int(with_event.sum()),
        method,
        _describe(identified, matrix.shape[1]),
    )


@dataclass(frozen=True, slots=True)
class _Identified:
    """What the data say about each coefficient, and the fit that the finite ones come from."""

    maximum: Maximum
    columns: IntArray  # of the fit
    estimable: IntArray  # those of `columns` that are finite and unique
    collinear: IntArray
    separated: NDArray[np.bool_]
    used: FloatArray  # patients of the fit: none in separated patterns
    problem: str = ""


def _identify(matrix: FloatArray, events: FloatArray, n: FloatArray, offset: FloatArray) -> _Identified:
    columns = independent_columns(matrix[n > 0])
    collinear = np.setdiff1d(np.arange(matrix.shape[1]), columns)
    separated = np.zeros(len(n), dtype=np.bool_)
    maximum = maximise(matrix[:, columns], events, n, offset=offset)
    largest = float(np.abs((matrix[:, columns] @ maximum.coefficients)[n > 0]).max(initial=0.0))
    if not maximum.converged or largest > SEPARATION_SHOWS_BEYOND:
        separated = separated_patterns(matrix, events, n)
    if not separated.any():
        problem = "" if maximum.converged else "Newton steps did not come to rest"
        problem = problem if n.any() else "no patient"
        estimable = np.zeros(0, dtype=np.int64) if problem else columns
        return _Identified(maximum, columns, estimable, collinear, separated, n, problem)
    # In the limit separated patterns are fitted without error, so the others alone carry what is finite.
    used = np.where(separated, 0.0, n)
    within = independent_columns(matrix[used > 0])
    dropped = np.setdiff1d(columns, within)
    # a dropped column is a combination of kept ones: those in it take up part of its infinite coefficient
    shares = np.linalg.lstsq(matrix[used > 0][:, within], matrix[used > 0][:, dropped], rcond=None)[0]
    estimable = within[(np.abs(shares) < 1e-8).all(axis=1)]
    maximum = maximise(matrix[:, within], np.where(used > 0, events, 0.0), used, offset=offset)
    return _Identified(maximum, within, estimable, collinear, separated, used)


def _coefficients(
    identified: _Identified,
    matrix: FloatArray,
    events: FloatArray,
    offset: FloatArray,
    level: float,
    interval: str,
    method: str,
) -> tuple[tuple[Estimate, ...], FloatArray]:
    fit, used = identified.maximum, identified.used
    design, events = matrix[:, identified.columns], np.where(used > 0, events, 0.0)
    covariance: FloatArray = np.zeros((0, 0))
    if len(identified.estimable):
        covariance = inverse(fit.information)
    if interval == "wald_hc0" and len(covariance):
        covariance = covariance @ score_covariance(design, events, used, fit.fitted) @ covariance
    quantile = -float(ndtri((1.0 - level) / 2.0))
    results: list[Estimate] = []
    for column in range(matrix.shape[1]):
        if column not in identified.estimable:
            reason = identified.problem or (COLLINEAR if column in identified.collinear else SEPARATED)
            results.append(Estimate(None, None, None, level, method, reason))
            continue
        place = int(np.flatnonzero(identified.columns == column)[0])
        value = float(fit.coefficients[place])
        error = float(np.sqrt(covariance[place, place]))
        if interval == "profile_likelihood":
            low, high = profile_interval(design, events, used, fit, place, level=level, offset=offset)
        else:
            low, high = value - quantile * error, value + quantile * error
        results.append(Estimate(value, low, high, level, method, standard_error=error))
    places = np.flatnonzero(np.isin(identified.columns, identified.estimable))
    return tuple(results), covariance[np.ix_(places, places)]


def _describe(identified: _Identified, columns: int) -> str:
    if identified.problem:
        return identified.problem
    notes = []
    if len(identified.collinear):
        notes.append(f"collinear columns left out: {', '.join(map(str, identified.collinear))}")
    if identified.separated.any():
        lost = np.setdiff1d(np.arange(columns), np.union1d(identified.estimable, identified.collinear))
        notes.append(
            f"separation in {int(identified.separated.sum())} patterns: "
            f"coefficients of columns {', '.join(map(str, lost))} are infinite or not unique"
        )
    return "; ".join(notes)
