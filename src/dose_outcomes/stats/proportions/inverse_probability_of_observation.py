"""A proportion of all patients from those observed, weighted by the inverse of the share observed in their stratum."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.arguments import check_array, check_number
from dose_outcomes.stats.proportions.counts import NO_PATIENT, normal_quantile
from dose_outcomes.stats.result import Estimate, IntArray

NOBODY_OBSERVED = "positivity fails: a stratum of patients holds nobody whose outcome was observed"


def merged_strata(factors: ArrayLike, observed: ArrayLike, *, minimum: int) -> IntArray:
    """Join patterns until every stratum holds enough observed patients.

    Patterns that hold enough stand alone. The others are joined where they agree in all factors but the last. A
    group that still holds too few joins the largest stratum that agrees with it so far; where there is none, it
    waits until the last factor but one is left out too, and so on.

    Parameters
    ----------
    factors : array_like of whole numbers, shape (patterns, factors)
        Levels of each pattern; factors that matter most come first.
    observed : array_like, shape (patterns,)
        Patients whose outcome is known.
    minimum : int
        Fewest observed patients of a stratum.

    Returns
    -------
    ndarray of int, shape (patterns,)
        Number of the stratum of each pattern.

    Raises
    ------
    ArgumentError
        If arrays do not match, or the minimum is below 1.

    Examples
    --------
    The second and third pattern agree in the first factor and have 4 + 7 observed. The last has too few, and joins
    the fourth.

    >>> merged_strata([[0, 0], [0, 1], [0, 2], [1, 0], [1, 1]], [20, 4, 7, 30, 2], minimum=10)
    array([0, 2, 2, 1, 1])
    """
    levels = check_array("factors", factors, dimensions=2, whole=True)
    known = check_array("observed", observed, at_least=0, whole=True, same_length_as=("factors", levels))
    minimum = int(check_number("minimum", minimum, at_least=1, whole=True))
    stratum = np.full(len(levels), -1, dtype=np.int64)
    formed = 0
    for kept in range(levels.shape[1], -1, -1):
        _, group = np.unique(levels[:, :kept], axis=0, return_inverse=True)
        group = group.reshape(-1)
        for one in np.unique(group[stratum < 0]):
            waiting, settled = (group == one) & (stratum < 0), (group == one) & (stratum >= 0)
            if known[waiting].sum() >= minimum:
                stratum[waiting], formed = formed, formed + 1
            elif settled.any():
                # np.argmax takes the first of several largest, so that the order of patterns decides
                stratum[waiting] = np.argmax(np.bincount(stratum[settled], known[settled]))
    stratum[stratum < 0] = formed
    return stratum


def weighted_by_observation(events: ArrayLike, observed: ArrayLike, n: ArrayLike, *, level: float = 0.95) -> Estimate:
    """Proportion with the event if all had been observed, were they like the observed of their stratum.

    Each observed patient stands for n/o patients of the stratum (Hajek; the weights add up to all patients):
    p = sum n x/o / N. With q = x/o in each stratum the variance from the estimating equations of the weights and
    of the proportion together is [sum n^2 q(1 - q)/o + sum n (q - p)^2] / N^2. The interval is Wilson's at the
    effective sample size p(1 - p)/variance, so that it stays within 0 and 1.

    Parameters
    ----------
    events, observed, n : array_like, shape (strata,)
        Patients with the event, patients observed, and patients.
    level : float
        Confidence level.

    Returns
    -------
    Estimate
        Not estimable without patients, or where a stratum holds patients but nobody observed. With nobody or
        everybody having the event, the patients observed are the effective sample size.

    Raises
    ------
    ArgumentError
        If counts are not whole numbers with events <= observed <= n, or the level is outside (0, 1).

    References
    ----------
    Robins JM, Rotnitzky A, Zhao LP (1995). Analysis of semiparametric regression models for repeated outcomes in
    the presence of missing data. JASA 90:106-121. Korn EL, Graubard BI (1998). Confidence intervals for
    proportions with small expected number of positive counts estimated from survey data. Survey Methodology
    24:193-201 (effective sample size).

    Examples
    --------
    10 of 20 and 3 of 10 observed, among 20 and 30: (20 x 0.5 + 30 x 0.3) / 50.

    >>> result = weighted_by_observation([10, 3], [20, 10], [20, 30])
    >>> round(result.estimate, 6), round(result.low, 4), round(result.high, 4)
    (0.38, 0.2159, 0.577)
    """
    method = (
        "observed patients weighted by the inverse share observed in their stratum (Hajek), variance by stacked "
        "estimating equations, Wilson interval at the effective sample size"
    )
    z = normal_quantile(level)
    patients = check_array("n", n, at_least=0, whole=True)
    known = check_array("observed", observed, at_least=0, whole=True, same_length_as=("n", patients))
    with_event = check_array("events", events, at_least=0, whole=True, same_length_as=("n", patients))
    if (with_event > known).any() or (known > patients).any():
        raise ArgumentError("counts must have events <= observed <= n in each stratum; received others")
    total = float(patients.sum())
    if total == 0.0:
        return Estimate(None, 0.0, 1.0, level, method, NO_PATIENT)
    if (known[patients > 0] == 0).any():
        return Estimate(None, None, None, level, method, NOBODY_OBSERVED)
    held = patients > 0
    size, seen = patients[held], known[held]
    risk = with_event[held] / seen
    estimate = float(size @ risk) / total
    variance = float((size**2 / seen) @ (risk * (1.0 - risk)) + size @ (risk - estimate) ** 2) / total**2
    if with_event.sum() == 0 or with_event.sum() == known.sum():
        estimate, effective = float(with_event.sum() > 0), float(seen.sum())
    else:
        effective = estimate * (1.0 - estimate) / variance
    low, high = _wilson(estimate, effective, z)
    return Estimate(estimate, low, high, level, method, standard_error=sqrt(variance))


def _wilson(share: float, size: float, z: float) -> tuple[float, float]:
    """Score limits of a share of a sample whose size need not be a whole number."""
    square = z * z / size
    centre = share + square / 2.0
    half = z * sqrt(share * (1.0 - share) / size + square / (4.0 * size))
    low = 0.0 if share == 0.0 else (centre - half) / (1.0 + square)
    return low, 1.0 if share == 1.0 else (centre + half) / (1.0 + square)
