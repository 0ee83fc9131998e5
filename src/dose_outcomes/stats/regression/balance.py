"""Balance of covariates between two arms: standardised differences of means, proportions and categories."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.arguments import check_array, check_number
from dose_outcomes.stats.regression.pattern_counts import check_arm, check_design
from dose_outcomes.stats.result import FloatArray


@dataclass(frozen=True, slots=True)
class StandardisedDifference:
    """A standardised difference, treated minus untreated; None with a note where it has no meaning."""

    value: float | None
    method: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Balance:
    """Standardised differences of several covariates before and after weighting.

    Attributes
    ----------
    before, after : tuple of StandardisedDifference
        One per covariate; both are divided by the standard deviation before weighting.
    largest_before, largest_after : float or None
        Largest absolute values; above 0.1 is commonly called imbalance.
    """

    before: tuple[StandardisedDifference, ...]
    after: tuple[StandardisedDifference, ...]
    largest_before: float | None
    largest_after: float | None


def difference_of_means(
    mean_treated: float, variance_treated: float, mean_untreated: float, variance_untreated: float
) -> StandardisedDifference:
    """Difference of means over the root of the mean variance of the two arms.

    (m1 - m0) / sqrt((s1^2 + s0^2) / 2). It does not shrink with the number of patients, unlike a test.

    Parameters
    ----------
    mean_treated, mean_untreated : float
        In the unit of the covariate.
    variance_treated, variance_untreated : float
        In its square.

    Returns
    -------
    StandardisedDifference

    Raises
    ------
    ArgumentError
        If a number is not finite or a variance is negative.

    References
    ----------
    Austin PC (2009). Balance diagnostics for comparing the distribution of baseline covariates between
    treatment groups in propensity-score matched samples. Statistics in Medicine 28:3083-3107.

    Examples
    --------
    >>> difference_of_means(52.0, 100.0, 47.0, 100.0).value
    0.5
    """
    return _standardised(
        check_number("mean_treated", mean_treated) - check_number("mean_untreated", mean_untreated),
        check_number("variance_treated", variance_treated, at_least=0),
        check_number("variance_untreated", variance_untreated, at_least=0),
        "standardised difference of means",
    )


def difference_of_proportions(
    events_treated: float, n_treated: float, events_untreated: float, n_untreated: float
) -> StandardisedDifference:
    """Difference of proportions over the root of the mean of their p(1 - p).

    Parameters
    ----------
    events_treated, events_untreated : float
        Patients with the characteristic (or the sum of their weights).
    n_treated, n_untreated : float
        Patients (or the sum of weights).

    Returns
    -------
    StandardisedDifference

    Raises
    ------
    ArgumentError
        If counts are negative or exceed `n`.

    Examples
    --------
    0.8 against 0.5, variances 0.16 and 0.25.

    >>> round(difference_of_proportions(8, 10, 10, 20).value, 6), round(0.3 / 0.205 ** 0.5, 6)
    (0.662589, 0.662589)
    """
    method = "standardised difference of proportions"
    shares = []
    for arm, events, n in (("treated", events_treated, n_treated), ("untreated", events_untreated, n_untreated)):
        size = check_number(f"n_{arm}", n, at_least=0)
        with_it = check_number(f"events_{arm}", events, at_least=0, at_most=size)
        if size == 0:
            return StandardisedDifference(None, method, f"no {arm} patient")
        shares.append(with_it / size)
    p, q = shares
    return _standardised(p - q, p * (1.0 - p), q * (1.0 - q), method)


def difference_of_categories(treated: ArrayLike, untreated: ArrayLike) -> StandardisedDifference:
    """Standardised difference of a covariate with several categories: a Mahalanobis distance.

    sqrt((p1 - p0)' S^-1 (p1 - p0)) over all categories but one, S the mean of the two multinomial
    covariance matrices. It has no sign; with two categories it is the absolute difference of proportions.

    Parameters
    ----------
    treated, untreated : array_like, shape (categories,)
        Patients (or sums of weights) by category. Categories empty in both arms are left out.

    Returns
    -------
    StandardisedDifference

    Raises
    ------
    ArgumentError
        If counts are negative or the lengths differ.

    References
    ----------
    Yang D, Dalton JE (2012). A unified approach to measuring the effect size between two groups using SAS.
    SAS Global Forum 335.

    Examples
    --------
    >>> round(difference_of_categories([8, 2], [10, 10]).value, 6)
    0.662589
    """
    method = "standardised difference of categories (Mahalanobis)"
    first = check_array("treated", treated, at_least=0)
    second = check_array("untreated", untreated, at_least=0, same_length_as=("treated", first))
    if first.sum() == 0 or second.sum() == 0:
        return StandardisedDifference(None, method, f"no {'treated' if first.sum() == 0 else 'untreated'} patient")
    seen = (first + second) > 0
    p, q = first[seen] / first.sum(), second[seen] / second.sum()
    # whichever category is left out, the distance is the same
    difference = (p - q)[:-1]
    covariance = (np.diag(p) - np.outer(p, p) + np.diag(q) - np.outer(q, q))[:-1, :-1] / 2.0
    if not len(difference) or np.allclose(difference, 0.0, rtol=0.0, atol=1e-15):
        return StandardisedDifference(0.0, method)
    if not ((p > 0) & (q > 0)).any():
        return StandardisedDifference(None, method, "the arms share no category: the difference has no bound")
    solution, *_ = np.linalg.lstsq(covariance, difference, rcond=1e-12)
    return StandardisedDifference(sqrt(float(difference @ solution)), method)


def balance(covariates: ArrayLike, treatment: ArrayLike, n: ArrayLike, weights: ArrayLike) -> Balance:
    """Standardised differences of covariates before and after weighting, from counts by pattern.

    Parameters
    ----------
    covariates : array_like, shape (patterns, covariates)
        Values of each covariate (0 and 1 for a yes-no one; one column per category).
    treatment : array_like, shape (patterns,)
        1 treated, 0 untreated.
    n, weights : array_like, shape (patterns,)
        Patients, and the weight of each of them.

    Returns
    -------
    Balance

    Raises
    ------
    ArgumentError
        If shapes or values cannot be taken, or an arm has no weight.

    Examples
    --------
    Women: 2 of 10 treated, 15 of 20 untreated; weights bring both to 1/2.

    >>> result = balance([[1], [0], [1], [0]], [1, 1, 0, 0], [2, 8, 15, 5], [4, 1, 1, 3])
    >>> round(result.before[0].value, 6), round(-0.55 / ((0.16 + 0.1875) / 2) ** 0.5, 6), result.after[0].value
    (-1.319472, -1.319472, 0.0)
    """
    patients = check_array("n", n, at_least=0)
    values = check_design("covariates", covariates, patients)
    arm = check_arm(treatment, patients)
    weight = check_array("weights", weights, at_least=0, same_length_as=("n", patients))
    for name, share in (("treated", arm), ("untreated", 1.0 - arm)):
        if float(patients * weight @ share) == 0.0:
            raise ArgumentError(f"n and weights must leave some weight in each arm; received none {name}")

    def moments(mass: FloatArray) -> tuple[FloatArray, FloatArray]:
        mean = mass @ values / mass.sum()
        return mean, mass @ (values - mean) ** 2 / mass.sum()

    treated, variance_treated = moments(patients * arm)
    untreated, variance_untreated = moments(patients * (1.0 - arm))
    weighted_treated, _ = moments(patients * weight * arm)
    weighted_untreated, _ = moments(patients * weight * (1.0 - arm))
    results = []
    for shift, word in ((treated - untreated, "before"), (weighted_treated - weighted_untreated, "after")):
        method = f"standardised difference {word} weighting, standard deviation before weighting"
        results.append(
            tuple(
                _standardised(float(shift[j]), float(variance_treated[j]), float(variance_untreated[j]), method)
                for j in range(values.shape[1])
            )
        )
    largest = [max((abs(one.value) for one in row if one.value is not None), default=None) for row in results]
    return Balance(results[0], results[1], largest[0], largest[1])


def _standardised(
    difference: float, variance_treated: float, variance_untreated: float, method: str
) -> StandardisedDifference:
    spread = sqrt((variance_treated + variance_untreated) / 2.0)
    if spread > 0.0:
        return StandardisedDifference(difference / spread, method)
    if difference == 0.0:
        return StandardisedDifference(0.0, method, "the covariate is constant")
    return StandardisedDifference(None, method, "no spread within the arms: the difference has no bound")
