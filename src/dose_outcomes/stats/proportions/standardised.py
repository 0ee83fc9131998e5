"""Proportions of several groups as they would be with the same mix of strata."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.arguments import check_array
from dose_outcomes.stats.result import FloatArray


@dataclass(frozen=True, slots=True)
class StandardisedProportions:
    """Directly standardised proportions of groups.

    Attributes
    ----------
    proportions, variances : ndarray, shape (groups,)
        Empty when no stratum has patients in every group.
    left_out : int
        Strata without patients in some group: their proportion there is unknown.
    method, note : str
    """

    proportions: FloatArray
    variances: FloatArray
    left_out: int
    method: str
    note: str = ""


def directly_standardised(events: ArrayLike, n: ArrayLike) -> StandardisedProportions:
    """Proportions weighted to the mix of strata of all groups together.

    P_g = sum(w x_g/n_g), w = N/sum(N) the share of the stratum among the patients of all groups, over the strata with
    patients in every group; variance sum(w^2 p_g (1 - p_g)/n_g).

    Parameters
    ----------
    events, n : array_like, shape (strata, groups)
        Patients with the event and patients.

    Returns
    -------
    StandardisedProportions

    Raises
    ------
    ArgumentError
        If the counts are not whole numbers with 0 <= events <= n, or shapes differ.

    References
    ----------
    Fleiss JL, Levin B, Paik MC (2003). Statistical Methods for Rates and Proportions, 3rd ed., section 19.

    Examples
    --------
    Strata with 1/2 and 1/4 of a group, 20 and 60 patients in all: 1/4 x 1/2 + 3/4 x 1/4.

    >>> directly_standardised([[5, 2], [10, 5]], [[10, 10], [40, 20]]).proportions.tolist()
    [0.3125, 0.2375]
    """
    patients = check_array("n", n, dimensions=2, at_least=0, whole=True)
    reached = check_array("events", events, dimensions=2, at_least=0, whole=True)
    if reached.shape != patients.shape:
        raise ArgumentError(f"events must have the shape of n {patients.shape}; received {reached.shape}")
    check_array("n - events", patients - reached, dimensions=2, at_least=0)
    method = "proportions standardised to the strata of all groups together"
    kept = (patients > 0).all(axis=1)
    left_out = int((~kept).sum())
    if not kept.any():
        nothing = np.zeros(0)
        return StandardisedProportions(nothing, nothing, left_out, method, "no stratum has patients in every group")
    size = patients[kept].sum(axis=1)
    weight = (size / size.sum())[:, None]
    share = reached[kept] / patients[kept]
    variance = (weight**2 * share * (1.0 - share) / patients[kept]).sum(axis=0)
    note = f"strata without patients in some group, left out: {left_out}" if left_out else ""
    return StandardisedProportions((weight * share).sum(axis=0), variance, left_out, method, note)
