"""Beta-binomial shrinkage: rates of several groups drawn towards their common mean."""

from __future__ import annotations

from dataclasses import dataclass

from numpy.typing import ArrayLike
from scipy.special import betaincinv, chdtrc, gammaln

from dose_outcomes.stats.arguments import check_level
from dose_outcomes.stats.pooling.beta_binomial_likelihood import BetaBinomialLikelihood
from dose_outcomes.stats.proportions.single import wilson
from dose_outcomes.stats.regression.pattern_counts import check_pattern_counts
from dose_outcomes.stats.result import Estimate, FloatArray, HypothesisTest

METHOD = "beta-binomial, maximum likelihood; posterior mean and equal-tailed interval given the fitted beta"
POOLED = "no heterogeneity: the likelihood is largest where all groups share one rate"


@dataclass(frozen=True, slots=True)
class BetaBinomialShrinkage:
    """Rates shrunken towards the mean of a fitted beta distribution.

    Attributes
    ----------
    alpha, beta : float or None
        Of the beta distribution of rates; None when all groups share one rate, or nothing can be fitted.
    mean : float or None
        alpha / (alpha + beta), or the pooled rate.
    intraclass_correlation : float or None
        1 / (alpha + beta + 1); 0 when all groups share one rate.
    groups : tuple of Estimate
        Posterior mean (x + alpha) / (n + alpha + beta) of each group, with a posterior interval. The
        interval takes alpha and beta as known.
    prior_share : tuple of float or None
        Weight of the common mean in each group's estimate, (alpha + beta) / (n + alpha + beta).
    heterogeneity : HypothesisTest
        Likelihood ratio against one common rate; its p value is half that of chi-square with 1 df,
        because the hypothesis lies on the boundary.
    log_likelihood : float or None
        With binomial coefficients.
    method, note : str
    """

    alpha: float | None
    beta: float | None
    mean: float | None
    intraclass_correlation: float | None
    groups: tuple[Estimate, ...]
    prior_share: tuple[float | None, ...]
    heterogeneity: HypothesisTest
    log_likelihood: float | None
    method: str
    note: str = ""


def beta_binomial_shrinkage(events: ArrayLike, n: ArrayLike, *, level: float = 0.95) -> BetaBinomialShrinkage:
    """Empirical-Bayes rates: x_i ~ Binomial(n_i, p_i), p_i ~ Beta(alpha, beta), alpha and beta by maximum likelihood.

    The likelihood is maximised over the mean m and g = 1 / (alpha + beta) with
    log L = sum_i [sum_{j < x_i} log(m + j g) + sum_{j < n_i - x_i} log(1 - m + j g) - sum_{j < n_i} log(1 + j g)],
    which is smooth down to g = 0, where all groups share one rate. There the pooled rate with its Wilson
    interval is returned for every group, and the note says so.

    Parameters
    ----------
    events, n : array_like, shape (groups,)
        Patients with the event, and patients, of each group; `n` may be 0.
    level : float
        Of the posterior intervals.

    Returns
    -------
    BetaBinomialShrinkage

    Raises
    ------
    ArgumentError
        If counts are not whole numbers with 0 <= events <= n.

    References
    ----------
    Griffiths DA (1973). Maximum likelihood estimation for the beta-binomial distribution and an application
    to the household distribution of the total number of cases of a disease. Biometrics 29:637-648. Self SG, Liang KY
    (1987). Asymptotic properties of maximum likelihood estimators and likelihood ratio tests under nonstandard
    conditions. JASA 82:605-610 (the test: half of chi-square, because the variance cannot be negative).

    Examples
    --------
    Groups that differ by less than chance are pooled: 9 of 30.

    >>> result = beta_binomial_shrinkage([3, 3, 3], [10, 10, 10])
    >>> result.alpha, result.mean, [group.estimate for group in result.groups]
    (None, 0.3, [0.3, 0.3, 0.3])

    Groups that differ are drawn towards each other.

    >>> result = beta_binomial_shrinkage([1, 9], [10, 10])
    >>> 0.1 < result.groups[0].estimate < 0.5 < result.groups[1].estimate < 0.9
    True
    """
    with_event, patients = check_pattern_counts(events, n)
    check_level(level)
    informative = patients > 0
    total, reached = float(patients.sum()), float(with_event.sum())
    if informative.sum() < 2:
        return _not_estimable(len(patients), level, "fewer than two groups with patients: nothing to pool")
    if reached in (0.0, total):
        everyone = "every patient" if reached else "no patient"
        return _not_estimable(
            len(patients), level, f"{everyone} has the event: the fitted beta has no width and gives no interval"
        )
    likelihood = BetaBinomialLikelihood(with_event[informative], patients[informative])
    constant = float((gammaln(patients + 1) - gammaln(with_event + 1) - gammaln(patients - with_event + 1)).sum())
    common = likelihood.value(reached / total, 0.0)
    fit = likelihood.maximise()
    if fit is None:
        return _not_estimable(
            len(patients), level, "each group has all or none of its patients with the event: no beta fits best"
        )
    mean, spread = fit
    if spread == 0.0:
        return _common_rate(int(reached), patients, level, common + constant)
    alpha, beta = mean / spread, (1.0 - mean) / spread
    value = likelihood.value(mean, spread)
    ratio = max(2.0 * (value - common), 0.0)
    first, second = with_event + alpha, patients - with_event + beta
    low, high = (betaincinv(first, second, tail) for tail in ((1.0 - level) / 2.0, (1.0 + level) / 2.0))
    groups = tuple(
        Estimate(float(first[i] / (first[i] + second[i])), float(low[i]), float(high[i]), level, METHOD)
        for i in range(len(patients))
    )
    return BetaBinomialShrinkage(
        alpha,
        beta,
        mean,
        spread / (1.0 + spread),
        groups,
        tuple(float(share) for share in 1.0 / (1.0 + patients * spread)),
        HypothesisTest(ratio, 1.0, float(chdtrc(1, ratio)) / 2.0, "likelihood ratio, half of chi-square with 1 df"),
        value + constant,
        METHOD,
    )


def _common_rate(events: int, n: FloatArray, level: float, log_likelihood: float) -> BetaBinomialShrinkage:
    pooled = wilson(events, int(n.sum()), level=level)
    group = Estimate(pooled.estimate, pooled.low, pooled.high, level, f"pooled rate; {pooled.method}", POOLED)
    return BetaBinomialShrinkage(
        None,
        None,
        pooled.estimate,
        0.0,
        (group,) * len(n),
        (1.0,) * len(n),
        HypothesisTest(0.0, 1.0, 1.0, "likelihood ratio, half of chi-square with 1 df", POOLED),
        log_likelihood,
        METHOD,
        POOLED,
    )


def _not_estimable(groups: int, level: float, reason: str) -> BetaBinomialShrinkage:
    nothing = Estimate(None, None, None, level, METHOD, reason)
    test = HypothesisTest(None, None, None, "likelihood ratio", reason)
    return BetaBinomialShrinkage(
        None, None, None, None, (nothing,) * groups, (None,) * groups, test, None, METHOD, reason
    )
