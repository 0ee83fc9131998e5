"""Weights that a comparison within strata gives to each patient, and the effective sample size under them."""

from __future__ import annotations

from numpy.typing import ArrayLike

from dose_outcomes.stats.arguments import check_array
from dose_outcomes.stats.result import FloatArray


def mantel_haenszel_weights(n: ArrayLike, reference_n: ArrayLike) -> tuple[FloatArray, FloatArray]:
    r"""Weight of one patient of either group, by stratum, in a Mantel-Haenszel risk difference.

    The difference of a stratum has weight :math:`n_1 n_0 / (n_1 + n_0)`, shared by the patients of each group: one of
    the group has :math:`n_0 / (n_1 + n_0)`, one of the reference group :math:`n_1 / (n_1 + n_0)`. Where one group has
    no patients, those of the other have no weight: they are compared with nobody.

    Parameters
    ----------
    n, reference_n : array_like, shape (k,)
        Patients of the group and of the reference group, by stratum.

    Returns
    -------
    tuple of ndarray, shape (k,)
        Weights of a patient of the group, and of the reference group.

    Raises
    ------
    ArgumentError
        If the counts are not whole numbers of at least 0, or lengths differ.

    References
    ----------
    Greenland S, Robins JM (1985). Estimation of a common effect parameter from sparse follow-up data.
    Biometrics 41:55-68.

    Examples
    --------
    10 against 30 patients, and 20 against nobody.

    >>> mantel_haenszel_weights([10, 20], [30, 0])
    (array([0.75, 0.  ]), array([0.25, 1.  ]))
    """
    group = check_array("n", n, at_least=0, whole=True)
    reference = check_array("reference_n", reference_n, at_least=0, whole=True, same_length_as=("n", group))
    total = group + reference
    # a stratum without anybody has no patient to weigh
    total = total + (total == 0)
    return reference / total, group / total
