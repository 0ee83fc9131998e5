"""Multiple imputation of a binary endpoint from counts by pattern."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, ndtri, stdtrit

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.arguments import check_array, check_level, check_number
from dose_outcomes.stats.pooling.rubin import RubinPooled, rubin_rules
from dose_outcomes.stats.regression.likelihood import inverse, maximise
from dose_outcomes.stats.regression.pattern_counts import check_design, check_pattern_counts, independent_columns
from dose_outcomes.stats.result import Estimate, FloatArray


@dataclass(frozen=True, slots=True)
class ImputedEndpoint:
    """Imputed responders.

    Attributes
    ----------
    imputed : ndarray, shape (imputations, patterns)
        Responders among the patients whose endpoint is missing. No rows when nothing could be imputed.
    seed : int
        What the draws came from.
    method, note : str
        The model in words; that it was penalised, or why there is none.
    """

    imputed: FloatArray
    seed: int
    method: str
    note: str = ""


def impute_endpoint(
    design: ArrayLike,
    events: ArrayLike,
    n: ArrayLike,
    n_missing: ArrayLike,
    *,
    imputations: int,
    seed: int,
    delta: ArrayLike = 0.0,
) -> ImputedEndpoint:
    """Draw responders among the missing under "missing at random given the pattern", or shifted by `delta`.

    For each imputation b* ~ Normal(b, I^-1) from the logistic regression on the observed, then
    Binomial(n missing, expit(x'b* + delta)) in each pattern. Patients of one pattern share their
    probability, so this is the law of drawing them one by one. Where the observed data separate, the
    penalised (Firth) fit takes the place of the maximum-likelihood one, and the note says so.

    Parameters
    ----------
    design : array_like, shape (patterns, columns)
        Imputation model with intercept: everything that drives response or dropout, the analysis's groups included.
    events, n : array_like, shape (patterns,)
        Responders, and patients, with the endpoint observed.
    n_missing : array_like, shape (patterns,)
        Patients with the endpoint missing.
    imputations : int
        At least two; a hundred cost nothing.
    seed : int
        Of a NumPy generator.
    delta : float or array_like, shape (patterns,), log-odds
        Added for the missing, as in a tipping-point analysis.

    Returns
    -------
    ImputedEndpoint

    Raises
    ------
    ArgumentError
        If counts, design or options cannot be taken.

    References
    ----------
    Rubin DB (1987). Multiple imputation for nonresponse in surveys, ch. 5.3. White IR, Daniel R, Royston P
    (2010). Avoiding bias due to perfect prediction in multiple imputation of incomplete categorical
    variables. Computational Statistics and Data Analysis 54:2267-2275.

    Examples
    --------
    >>> result = impute_endpoint([[1, 0], [1, 1]], [20, 30], [50, 50], [0, 10], imputations=200, seed=3)
    >>> result.imputed.shape, bool(abs(result.imputed[:, 1].mean() - 6.0) < 0.5)
    ((200, 2), True)
    """
    with_event, patients = check_pattern_counts(events, n)
    matrix = check_design("design", design, patients)
    missing = check_array("n_missing", n_missing, at_least=0, whole=True, same_length_as=("n", patients))
    check_number("imputations", imputations, at_least=2, whole=True)
    check_number("seed", seed, at_least=0, whole=True)
    shift = np.broadcast_to(np.asarray(delta, dtype=np.float64), patients.shape) if np.ndim(delta) == 0 else delta
    shift = check_array("delta", shift, same_length_as=("n", patients))
    method = f"multiple imputation by logistic regression on patterns, {imputations} imputations, seed {seed}"
    method += ", missing at random" if not shift.any() else ", log-odds of the missing shifted by delta"
    columns = independent_columns(matrix[patients > 0])
    if len(independent_columns(matrix[patients + missing > 0])) > len(columns) or not patients.any():
        return ImputedEndpoint(
            np.zeros((0, len(patients))), seed, method, "patients with a missing endpoint differ from all observed ones"
        )
    kept, note = matrix[:, columns], ""
    fit = maximise(kept, with_event, patients)
    if not fit.converged:
        fit = maximise(kept, with_event, patients, firth=True)
        note = "the observed data separate: penalised (Firth) imputation model"
    generator = np.random.default_rng(seed)
    root = np.linalg.cholesky(inverse(fit.information))
    drawn = fit.coefficients + generator.standard_normal((imputations, len(columns))) @ root.T
    probability = expit(drawn @ kept.T + shift)
    imputed = generator.binomial(missing.astype(np.int64), probability).astype(np.float64)
    return ImputedEndpoint(imputed, seed, method, note)


def imputed_proportion(
    events: ArrayLike, n: ArrayLike, imputed: ArrayLike, n_missing: ArrayLike, *, level: float = 0.95
) -> RubinPooled:
    """Proportion of responders in a group after imputation, with Wilson's interval for imputed data.

    Each imputation gives p = (observed + imputed responders) / N. Rubin's rules pool them with variance
    p (1 - p) / N. The interval solves (p - pi)^2 <= t^2 (1 + r) pi (1 - pi) / N for pi, r the relative
    increase of the variance: Wilson's interval when nothing is missing.

    Parameters
    ----------
    events, n : array_like, shape (patterns of the group,)
        Responders, and patients, observed.
    imputed : array_like, shape (imputations, patterns of the group)
        From `impute_endpoint`, the group's columns.
    n_missing : array_like, shape (patterns of the group,)
        Patients with the endpoint missing.
    level : float
        Confidence level.

    Returns
    -------
    RubinPooled

    Raises
    ------
    ArgumentError
        If counts or shapes cannot be taken, or the group is empty.

    References
    ----------
    Lott A, Reiter JP (2020). Wilson confidence intervals for binomial proportions with multiple imputation
    for missing data. American Statistician 74:109-115.

    Examples
    --------
    Nothing missing, 3 of 10: Wilson's interval.

    >>> result = imputed_proportion([3], [10], [[0], [0]], [0])
    >>> [round(value, 4) for value in (result.estimate.estimate, result.estimate.low, result.estimate.high)]
    [0.3, 0.1078, 0.6032]
    """
    check_level(level)
    shares, size = _imputed_shares(events, n, imputed, n_missing)
    pooled = rubin_rules(shares, shares * (1.0 - shares) / size, level=level)
    mean, increase, freedom = float(shares.mean()), pooled.relative_increase, pooled.degrees_of_freedom
    method = f"proportion after imputation, Rubin's rules over {len(shares)} imputations, Wilson interval"
    if increase == inf:  # every imputed data set is all or none, but not always the same
        estimate = Estimate(mean, 0.0, 1.0, level, method, "imputations disagree and have no variance within")
    else:
        probability = (1.0 + level) / 2.0
        quantile = float(ndtri(probability) if freedom == inf else stdtrit(freedom, probability))
        spread = quantile**2 * (1.0 + increase) / size
        centre, half = 2.0 * mean + spread, sqrt(max(spread * (spread + 4.0 * mean * (1.0 - mean)), 0.0))
        low = 0.0 if mean == 0.0 else (centre - half) / (2.0 * (1.0 + spread))
        high = 1.0 if mean == 1.0 else (centre + half) / (2.0 * (1.0 + spread))
        estimate = Estimate(mean, low, high, level, method, standard_error=sqrt(pooled.total))
    return RubinPooled(
        estimate, pooled.within, pooled.between, pooled.total, freedom, increase, pooled.fraction_missing, len(shares)
    )


def imputed_difference(
    first: tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike],
    second: tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike],
    *,
    level: float = 0.95,
) -> RubinPooled:
    """Difference of the proportions of two groups after one imputation of both, first minus second.

    Parameters
    ----------
    first, second : tuple of events, n, imputed, n_missing
        Of each group, as for `imputed_proportion`; the imputations must be the same ones.
    level : float
        Confidence level.

    Returns
    -------
    RubinPooled
        Differences are pooled within imputations, so what the groups share in the imputation model counts.

    Raises
    ------
    ArgumentError
        If counts or shapes cannot be taken.

    Examples
    --------
    >>> result = imputed_difference(([6], [10], [[0], [0]], [0]), ([2], [8], [[1], [1]], [2]))
    >>> round(result.estimate.estimate, 6)
    0.3
    """
    check_level(level)
    shares, size = _imputed_shares(*first)
    other_shares, other_size = _imputed_shares(*second)
    if len(shares) != len(other_shares):
        raise ArgumentError(f"second must hold the imputations of first ({len(shares)}); received {len(other_shares)}")
    variances = shares * (1.0 - shares) / size + other_shares * (1.0 - other_shares) / other_size
    return rubin_rules(shares - other_shares, variances, level=level)


def _imputed_shares(
    events: ArrayLike, n: ArrayLike, imputed: ArrayLike, n_missing: ArrayLike
) -> tuple[FloatArray, float]:
    with_event, patients = check_pattern_counts(events, n)
    missing = check_array("n_missing", n_missing, at_least=0, whole=True, same_length_as=("n", patients))
    responders = check_array("imputed", imputed, dimensions=2, at_least=0, whole=True)
    if responders.shape[1] != len(patients):
        raise ArgumentError(
            f"imputed must have one column per pattern ({len(patients)}); received {responders.shape[1]}"
        )
    if (responders > missing).any():
        raise ArgumentError("imputed must be at most n_missing in each pattern; received more")
    size = float(patients.sum() + missing.sum())
    if size == 0:
        raise ArgumentError("n and n_missing must hold at least one patient; received none")
    return (with_event.sum() + responders.sum(axis=1)) / size, size
