"""Rubin's rules: one result from the analyses of several imputed data sets."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, sqrt

from numpy.typing import ArrayLike
from scipy.special import ndtri, stdtrit

from dose_outcomes.stats.arguments import check_array, check_level, check_number
from dose_outcomes.stats.result import Estimate


@dataclass(frozen=True, slots=True)
class RubinPooled:
    """Result pooled over imputations.

    Attributes
    ----------
    estimate : Estimate
        Mean over imputations, with a t interval.
    within, between, total : float
        Mean of the variances, variance of the estimates, and within + (1 + 1/m) between.
    degrees_of_freedom : float
        Infinite when nothing is missing in a large sample.
    relative_increase : float
        Of the variance because of missing values, (1 + 1/m) between / within.
    fraction_missing : float
        Fraction of information missing, (r + 2/(df + 3)) / (1 + r).
    imputations : int
    """

    estimate: Estimate
    within: float
    between: float
    total: float
    degrees_of_freedom: float
    relative_increase: float
    fraction_missing: float
    imputations: int


def rubin_rules(
    estimates: ArrayLike,
    variances: ArrayLike,
    *,
    n: float = inf,
    parameters: int = 1,
    smallest_share_between: float = 0.0,
    level: float = 0.95,
) -> RubinPooled:
    """Pool estimates of m imputed data sets, with the degrees of freedom of Barnard and Rubin.

    With lambda = (1 + 1/m) B / T and c = n - parameters: df = 1 / (1/a + 1/b), a = (m - 1) / lambda^2,
    b = c (c + 1) / (c + 3) (1 - lambda). In a large sample df is a; without variance between imputations
    it is b.

    Parameters
    ----------
    estimates : array_like, shape (m,)
        From each imputed data set; at least two.
    variances : array_like, shape (m,)
        Their squared standard errors.
    n : float
        Patients in the complete data; infinite for large samples.
    parameters : int
        Estimated from them.
    smallest_share_between : float
        Floor of lambda in the degrees of freedom. 0 is the formula; some software uses 1e-4 to avoid a
        division by 0.
    level : float
        Confidence level.

    Returns
    -------
    RubinPooled

    Raises
    ------
    ArgumentError
        If arrays are too short or hold illegal values, or `n` does not exceed `parameters`.

    References
    ----------
    Rubin DB (1987). Multiple imputation for nonresponse in surveys. Barnard J, Rubin DB (1999).
    Small-sample degrees of freedom with multiple imputation. Biometrika 86:948-955.

    Examples
    --------
    Estimates 1, 2, 3 with variance 2 each: 2 + 4/3 x 1.

    >>> result = rubin_rules([1, 2, 3], [2, 2, 2])
    >>> result.estimate.estimate, round(result.total, 6), round(result.degrees_of_freedom, 6)
    (2.0, 3.333333, 12.5)
    """
    q = check_array("estimates", estimates)
    u = check_array("variances", variances, at_least=0, same_length_as=("estimates", q))
    m = int(check_number("number of estimates", len(q), at_least=2))
    check_number("parameters", parameters, at_least=0, whole=True)
    if n != inf:
        check_number("n", n, above=parameters)
    check_number("smallest_share_between", smallest_share_between, at_least=0, below=1)
    check_level(level)
    within, between = float(u.mean()), float(q.var(ddof=1))
    added = (1.0 + 1.0 / m) * between
    total = within + added
    share = max(added / total if total > 0.0 else 0.0, smallest_share_between)
    freedom = (m - 1) / share**2 if share > 0.0 else inf
    if n != inf:
        complete = n - parameters
        observed = complete * (complete + 1.0) / (complete + 3.0) * (1.0 - share)
        # 1 / (1/a + 1/b) without dividing by an infinite or a zero number of degrees
        freedom = observed / (1.0 + observed / freedom) if observed > 0.0 else 0.0
    method = f"Rubin's rules over {m} imputations, Barnard-Rubin t interval"
    mean = float(q.mean())
    increase = added / within if within > 0.0 else (inf if added > 0.0 else 0.0)
    missing = 1.0 if increase == inf else (increase + 2.0 / (freedom + 3.0)) / (1.0 + increase)
    if freedom == 0.0:
        pooled = Estimate(mean, None, None, level, method, "no information within imputations: no interval")
    else:
        probability = (1.0 + level) / 2.0
        quantile = float(ndtri(probability) if freedom == inf else stdtrit(freedom, probability))
        half = quantile * sqrt(total)
        pooled = Estimate(mean, mean - half, mean + half, level, method, standard_error=sqrt(total))
    return RubinPooled(pooled, within, between, total, freedom, increase, missing, m)
