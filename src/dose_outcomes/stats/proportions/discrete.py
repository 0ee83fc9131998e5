"""Exact discrete distributions: binomial and (noncentral) hypergeometric probabilities, and sums over ties."""

from __future__ import annotations

import numpy as np

from dose_outcomes.stats.result import FloatArray

RELATIVE_TIE = 1e-7
"""Probabilities this close count as equal. Equal ones differ by rounding, 1e-12 or less; `fisher.test` and
`binom.test` of R use the same width."""


def binomial_probabilities(n: int, p: float) -> FloatArray:
    """Probabilities of 0..n events among `n`.

    They are built from ratios of neighbours and then summed to 1, which keeps the relative precision
    of far tails that differences of log factorials lose for large `n`.

    >>> binomial_probabilities(2, 0.5).tolist()
    [0.25, 0.5, 0.25]
    """
    if p in (0.0, 1.0):
        return np.asarray(np.eye(1, n + 1, 0 if p == 0.0 else n)[0])
    k = np.arange(n, dtype=np.float64)
    return normalise(_cumulative(np.log((n - k) / (k + 1.0)) + np.log(p) - np.log1p(-p)))


def hypergeometric_support(n: int, reference_n: int, total: int) -> FloatArray:
    """Possible events of the first group when both groups have `total` events together."""
    return np.arange(max(0, total - reference_n), min(n, total) + 1, dtype=np.float64)


def hypergeometric_log_weights(n: int, reference_n: int, total: int) -> FloatArray:
    """Logarithm of hypergeometric probabilities over the support, up to a constant."""
    k = hypergeometric_support(n, reference_n, total)[:-1]
    return _cumulative(np.log((n - k) * (total - k)) - np.log((k + 1.0) * (reference_n - total + k + 1.0)))


def hypergeometric_probabilities(n: int, reference_n: int, total: int) -> FloatArray:
    """Hypergeometric probabilities over the support.

    >>> hypergeometric_probabilities(1, 1, 1).tolist()
    [0.5, 0.5]
    """
    return normalise(hypergeometric_log_weights(n, reference_n, total))


def normalise(log_weights: FloatArray) -> FloatArray:
    """Probabilities proportional to exp(log_weights)."""
    weights = np.exp(log_weights - log_weights.max())
    return np.asarray(weights / weights.sum())


def sum_of_no_likelier(probabilities: FloatArray, observed: int) -> float:
    """P of all outcomes at most as likely as the observed one, ties included: the two-sided exact p value.

    >>> sum_of_no_likelier(np.array([0.25, 0.5, 0.25]), 0)
    0.5
    """
    threshold = probabilities[observed] * (1.0 + RELATIVE_TIE)
    return min(1.0, float(probabilities[probabilities <= threshold].sum()))


def sum_of_less_likely_and_half_of_ties(probabilities: FloatArray, observed: int) -> float:
    """Mid-p: P of all less likely outcomes and half the P of those as likely as the observed one."""
    ratio = probabilities / probabilities[observed]
    less = float(probabilities[ratio < 1.0 - RELATIVE_TIE].sum())
    ties = float(probabilities[np.abs(ratio - 1.0) <= RELATIVE_TIE].sum())
    return min(1.0, less + ties / 2.0)


def _cumulative(steps: FloatArray) -> FloatArray:
    return np.concatenate(([0.0], np.cumsum(steps)))
