"""Maximum of the partial likelihood, and what in it has no maximum."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dose_outcomes.stats.result import FloatArray
from dose_outcomes.stats.survival.partial_likelihood import RiskMoments

MOST_STEPS = 100
LONGEST_STEP = 5.0  # of the linear predictor, over the range of a covariate
SETTLED = 1e-11  # step of the linear predictor below which the maximum is reached
FLAT = 1e-11  # relative gain of the likelihood that counts as none
DIVERGING = 1e-2  # step of the linear predictor that at a flat likelihood betrays a missing maximum
VANISHED = 1e-7  # share of its information at 0 that a coefficient with a maximum keeps at the least
ALIASED = 1e-9  # share of a covariate's information left after the covariates before it


@dataclass(frozen=True, slots=True)
class Maximum:
    """Where the Newton steps ended.

    Attributes
    ----------
    coefficient : ndarray, shape (p,)
    moments : RiskMoments
        Sums over the risk sets there.
    diverging : ndarray of bool, shape (p,)
        Coefficients for which the likelihood has no maximum.
    converged : bool
        Whether everything else has settled.
    steps : int
    """

    coefficient: FloatArray
    moments: RiskMoments
    diverging: NDArray[np.bool_]
    converged: bool
    steps: int


def independent_columns(information: FloatArray, span: FloatArray, deaths: float) -> NDArray[np.bool_]:
    """Covariates that the events tell something about beyond the covariates before them."""
    p = len(information)
    used = np.zeros(p, dtype=bool)
    for j in range(p):
        own = information[j, j]
        if own <= 1e-14 * max(deaths, 1.0) * span[j] ** 2:
            continue
        left = own
        if used.any():
            cross = information[used, j]
            left = own - cross @ np.linalg.solve(information[np.ix_(used, used)], cross)
        used[j] = left > ALIASED * own
    return used


def estimable_columns(
    start: RiskMoments, maximum: Maximum, used: NDArray[np.bool_], span: FloatArray
) -> NDArray[np.bool_]:
    """Coefficients that have a maximum: those that settled and have kept their information on the way there."""
    if not maximum.converged:
        return np.zeros_like(used)
    before, after = start.information(), maximum.moments.information()
    kept = used & ~maximum.diverging & (np.diag(after) > VANISHED * np.diag(before))
    rest = np.flatnonzero(kept)
    kept[rest] = independent_columns(after[np.ix_(rest, rest)], span[rest], 0.0)
    return kept


def maximise(
    moments_at: Callable[[FloatArray], RiskMoments], start: RiskMoments, used: NDArray[np.bool_], span: FloatArray
) -> Maximum:
    """Take Newton steps from 0, halved where the likelihood would fall.

    Where the likelihood has no maximum, it settles while Newton steps keep moving the linear predictor by about 1
    (it behaves as the exponential of a coefficient going to infinity); those coefficients are named.

    Parameters
    ----------
    moments_at : callable
        Sums over the risk sets at given coefficients.
    start : RiskMoments
        The same at 0.
    used : ndarray of bool, shape (p,)
        Coefficients that are estimated; the others stay 0.
    span : ndarray, shape (p,)
        Range of each covariate.

    Returns
    -------
    Maximum
    """
    coefficient, moments = np.zeros(len(used)), start
    none_diverges = np.zeros(len(used), dtype=bool)
    last_reach = np.inf
    for number in range(MOST_STEPS):
        step = np.zeros(len(used))
        information = moments.information()[np.ix_(used, used)]
        # Least squares, because the information vanishes along a coefficient that runs away.
        step[used] = np.linalg.lstsq(information, moments.score_by_row().sum(axis=0)[used], rcond=1e-15)[0]
        by_coefficient = np.abs(step) * span
        reach = float(by_coefficient.max(initial=0.0))
        if reach < SETTLED:
            return Maximum(coefficient, moments, none_diverges, True, number)
        fraction = min(1.0, LONGEST_STEP / reach)
        while True:
            following = moments_at(coefficient + fraction * step)
            gain = following.log_likelihood - moments.log_likelihood
            if gain >= -1e-13 * abs(moments.log_likelihood) or fraction < 1e-6:
                break
            fraction /= 2.0
        flat = abs(gain) < FLAT * (abs(moments.log_likelihood) + 1.0)
        if flat and reach > DIVERGING and reach > 0.5 * last_reach:
            return Maximum(coefficient, moments, by_coefficient > DIVERGING, True, number)
        coefficient, moments, last_reach = coefficient + fraction * step, following, reach
        if flat and reach < 1e-8:
            return Maximum(coefficient, moments, none_diverges, True, number + 1)
    return Maximum(coefficient, moments, none_diverges, False, MOST_STEPS)
