"""Multiple contrast test: is there a dose response of any of the candidate shapes?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import ArrayLike

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.arguments import check_array, check_choice, check_number
from dose_outcomes.stats.dose_response.maximum_distribution import MaximumDistribution, critical_value, maximum_tail
from dose_outcomes.stats.dose_response.models import Candidate
from dose_outcomes.stats.dose_response.responses import check_covariance, check_doses
from dose_outcomes.stats.result import FloatArray, HypothesisTest

ALTERNATIVES = {
    "increase": "one-sided, increasing with dose",
    "decrease": "one-sided, decreasing with dose",
    "two_sided": "two-sided",
}


@dataclass(frozen=True, slots=True)
class ContrastTest:
    """A multiple contrast test.

    Attributes
    ----------
    candidates : tuple of Candidate
    tests : tuple of HypothesisTest
        One per candidate, p values adjusted for all of them.
    contrasts : ndarray, shape (doses, candidates)
        Optimal contrast coefficients, of length 1.
    correlation : ndarray, shape (candidates, candidates)
        Of the contrast statistics.
    degrees_of_freedom : float
        Of the statistics; infinite for normal ones.
    two_sided : bool
        Whether the statistics count by their size alone.
    alpha : float
    method, note : str
    """

    candidates: tuple[Candidate, ...]
    tests: tuple[HypothesisTest, ...]
    contrasts: FloatArray
    correlation: FloatArray
    degrees_of_freedom: float
    two_sided: bool
    alpha: float
    method: str
    note: str = ""

    @property
    def critical_value(self) -> float:
        """Value that the largest statistic exceeds with probability `alpha`; searched for when asked."""
        return critical_value(
            self.alpha, self.correlation, degrees_of_freedom=self.degrees_of_freedom, two_sided=self.two_sided
        )

    def unadjusted_p_value(self, test: HypothesisTest) -> float | None:
        """Return the p value of one of the tests as if it were the only one."""
        if test.statistic is None:
            return None
        value = abs(test.statistic) if self.two_sided else test.statistic
        return maximum_tail(value, [[1.0]], degrees_of_freedom=self.degrees_of_freedom, two_sided=self.two_sided)

    @property
    def significant(self) -> tuple[Candidate, ...]:
        """Candidates whose adjusted p value is at most `alpha`, the strongest first."""
        ranked = sorted(
            (test.p_value, -abs(test.statistic), position)
            for position, test in enumerate(self.tests)
            if test.p_value is not None and test.statistic is not None and test.p_value <= self.alpha
        )
        return tuple(self.candidates[position] for *_, position in ranked)


def optimal_contrasts(shapes: ArrayLike, covariance: ArrayLike) -> FloatArray:
    """Contrasts with the most power against each shape: c ~ S^-1 (m - 1'S^-1 m / 1'S^-1 1), of length 1.

    Parameters
    ----------
    shapes : array_like, shape (doses, candidates)
        Expected responses, up to level and height.
    covariance : array_like, shape (doses, doses)
        Of the estimated responses, S, up to a factor; diag(1 / n) for means.

    Returns
    -------
    ndarray, shape (doses, candidates)

    Raises
    ------
    ArgumentError
        If a shape is flat, or shapes and covariance do not fit.

    References
    ----------
    Bretz F, Pinheiro JC, Branson M (2005). Combining multiple comparisons and modeling techniques in
    dose-response studies. Biometrics 61:738-748.

    Examples
    --------
    Equal groups and a straight line over 0, 1, 2: the contrast is (-1, 0, 1) / sqrt 2.

    >>> optimal_contrasts([[0], [1], [2]], [[1, 0, 0], [0, 1, 0], [0, 0, 1]]).round(6).ravel().tolist()
    [-0.707107, 0.0, 0.707107]
    """
    expected = check_array("shapes", shapes, dimensions=2)
    matrix = check_covariance(covariance, len(expected))
    weighted = np.linalg.solve(matrix, expected)
    ones = np.linalg.solve(matrix, np.ones(len(expected)))
    contrasts = weighted - np.outer(ones, weighted.sum(axis=0) / ones.sum())
    length = np.sqrt((contrasts**2).sum(axis=0))
    if (length <= 1e-12 * np.abs(weighted).max(axis=0, initial=1e-300)).any():
        raise ArgumentError("shapes must differ between doses; received a flat one")
    result: FloatArray = contrasts / length
    return result


def contrast_test(
    doses: ArrayLike,
    response: ArrayLike,
    covariance: ArrayLike,
    candidates: Sequence[Candidate],
    *,
    degrees_of_freedom: float = inf,
    alternative: str = "increase",
    alpha: float = 0.025,
) -> ContrastTest:
    """Test each candidate shape with its optimal contrast; p values hold for the family.

    T_j = c_j'm / sqrt(c_j'S c_j); adjusted p_j = P(max T > t_j) under a flat response, from the multivariate
    t (means with a common variance) or normal distribution (generalised form, such as log odds).

    Parameters
    ----------
    doses : array_like, shape (doses,), mg
        Distinct.
    response : array_like, shape (doses,)
        Estimated response at each dose, such as means or log odds.
    covariance : array_like, shape (doses, doses)
        Of the estimates; s^2 diag(1 / n) for means with pooled variance s^2.
    candidates : sequence of Candidate
    degrees_of_freedom : float
        Of s^2; infinite for the generalised form.
    alternative : {"increase", "decrease", "two_sided"}
        Side of the test.
    alpha : float
        Error probability of the family.

    Returns
    -------
    ContrastTest

    Raises
    ------
    ArgumentError
        If arrays do not fit, doses repeat, or a candidate is flat over these doses.

    References
    ----------
    Pinheiro J, Bornkamp B, Glimm E, Bretz F (2014). Model-based dose finding under model uncertainty using
    general parametric models. Statistics in Medicine 33:1646-1661.

    Examples
    --------
    One candidate, a straight line: T = (3 - 1) / sqrt(2) and the p value is that of a normal statistic.

    >>> result = contrast_test([0, 1, 2], [1, 2, 3], [[1, 0, 0], [0, 1, 0], [0, 0, 1]], [Candidate("linear")])
    >>> round(result.tests[0].statistic, 6), round(result.tests[0].p_value, 6)
    (1.414214, 0.07865)
    """
    dose = check_doses(doses)
    estimate = check_array("response", response, same_length_as=("doses", dose))
    matrix = check_covariance(covariance, len(dose))
    check_choice("alternative", alternative, ALTERNATIVES)
    check_number("alpha", alpha, above=0, below=1)
    if not candidates:
        raise ArgumentError("candidates must hold at least one; received none")
    contrasts = optimal_contrasts(np.column_stack([one.shape(dose) for one in candidates]), matrix)
    if alternative == "decrease":
        contrasts = -contrasts
    spread = contrasts.T @ matrix @ contrasts
    error = np.sqrt(np.diag(spread))
    correlation = spread / np.outer(error, error)
    np.fill_diagonal(correlation, 1.0)
    statistics = contrasts.T @ estimate / error
    two_sided = alternative == "two_sided"
    family = "multivariate normal" if degrees_of_freedom == inf else f"multivariate t, {degrees_of_freedom:g} df"
    method = f"multiple contrast test, {ALTERNATIVES[alternative]}, {family}"
    largest = MaximumDistribution(correlation, degrees_of_freedom=degrees_of_freedom, two_sided=two_sided)
    tests = tuple(
        HypothesisTest(
            float(value),
            None if degrees_of_freedom == inf else degrees_of_freedom,
            largest.tail(abs(float(value)) if two_sided else float(value)),
            f"{one.label}; {method}; p value adjusted for {len(candidates)} candidates",
        )
        for one, value in zip(candidates, statistics, strict=True)
    )
    return ContrastTest(tuple(candidates), tests, contrasts, correlation, degrees_of_freedom, two_sided, alpha, method)
