"""Tests of equal proportions: chi-square and its N - 1 form, Fisher and its mid-p version; several groups."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from dose_outcomes.stats.arguments import check_array, check_choice
from dose_outcomes.stats.proportions.counts import check_two_groups
from dose_outcomes.stats.proportions.discrete import (
    hypergeometric_probabilities,
    hypergeometric_support,
    sum_of_less_likely_and_half_of_ties,
    sum_of_no_likelier,
)
from dose_outcomes.stats.result import HypothesisTest

ALTERNATIVES = ("two-sided", "greater", "less")


def fisher_exact(
    events: int, n: int, reference_events: int, reference_n: int, *, alternative: str = "two-sided"
) -> HypothesisTest:
    """Fisher's exact test of equal proportions, given the margins.

    The two-sided p value is the probability of all tables at most as likely as the one observed.

    Parameters
    ----------
    events, n : int
        Patients with the event and patients of the group.
    reference_events, reference_n : int
        The same of the group it is compared with.
    alternative : {"two-sided", "greater", "less"}
        Of the group's proportion against the reference.

    Returns
    -------
    HypothesisTest
        The statistic is `events`; p = 1 when the margins allow one table only.

    Raises
    ------
    ArgumentError
        If the counts are not whole numbers with 0 <= events <= n, or the alternative is unknown.

    References
    ----------
    Fisher RA (1935). The logic of inductive inference. JRSS 98:39-82.

    Examples
    --------
    3 of 3 against 0 of 3: one table of 20 at either end.

    >>> round(fisher_exact(3, 3, 0, 3).p_value, 6), round(fisher_exact(3, 3, 0, 3, alternative="greater").p_value, 6)
    (0.1, 0.05)
    """
    alternative = check_choice("alternative", alternative, ALTERNATIVES)
    table = check_two_groups(events, n, reference_events, reference_n)
    support = hypergeometric_support(table.n, table.reference_n, table.total_events)
    probabilities = hypergeometric_probabilities(table.n, table.reference_n, table.total_events)
    observed = int(table.events - support[0])
    if alternative == "greater":
        p_value = float(probabilities[observed:].sum())
    elif alternative == "less":
        p_value = float(probabilities[: observed + 1].sum())
    else:
        p_value = sum_of_no_likelier(probabilities, observed)
    return HypothesisTest(float(table.events), None, min(1.0, p_value), f"Fisher's exact test, {alternative}")


def fisher_mid_p(events: int, n: int, reference_events: int, reference_n: int) -> HypothesisTest:
    """Fisher's test with the mid-p value: tables as likely as the observed one count half.

    Parameters
    ----------
    events, n : int
        Patients with the event and patients of the group.
    reference_events, reference_n : int
        The same of the group it is compared with.

    Returns
    -------
    HypothesisTest
        Two-sided; the statistic is `events`. Less conservative than Fisher's test, not guaranteed to keep its level.
        1/2 when the margins allow one table only.

    Raises
    ------
    ArgumentError
        If the counts are not whole numbers with 0 <= events <= n.

    References
    ----------
    Lancaster HO (1961). Significance tests in discrete distributions. JASA 56:223-234.

    Examples
    --------
    Both ends of 20 tables are as likely as the observed one: half of 2/20.

    >>> round(fisher_mid_p(3, 3, 0, 3).p_value, 6)
    0.05
    """
    table = check_two_groups(events, n, reference_events, reference_n)
    support = hypergeometric_support(table.n, table.reference_n, table.total_events)
    probabilities = hypergeometric_probabilities(table.n, table.reference_n, table.total_events)
    p_value = sum_of_less_likely_and_half_of_ties(probabilities, int(table.events - support[0]))
    return HypothesisTest(float(table.events), None, p_value, "Fisher's exact test, mid-p, two-sided")


def chi_square(
    events: int, n: int, reference_events: int, reference_n: int, *, continuity_correction: bool = False
) -> HypothesisTest:
    """Pearson's chi-square test of equal proportions.

    X^2 = N (|ad - bc| - c)^2 / (row and column totals multiplied), with c = 0, or Yates's min(N/2, |ad - bc|).

    Parameters
    ----------
    events, n : int
        Patients with the event and patients of the group.
    reference_events, reference_n : int
        The same of the group it is compared with.
    continuity_correction : bool
        Apply Yates's correction.

    Returns
    -------
    HypothesisTest
        Undefined when a group is empty, or nobody or everybody has the event.

    Raises
    ------
    ArgumentError
        If the counts are not whole numbers with 0 <= events <= n.

    References
    ----------
    Yates F (1934). Contingency tables involving small numbers and the chi-square test. Suppl. JRSS 1:217-235.

    Examples
    --------
    10 of 20 against 5 of 20: 40 x 100^2 / (20 x 20 x 15 x 25) = 2.6667.

    >>> round(chi_square(10, 20, 5, 20).statistic, 4)
    2.6667
    """
    method = "chi-square test" + (" with Yates's continuity correction" if continuity_correction else "")
    table = check_two_groups(events, n, reference_events, reference_n)
    if table.empty or table.no_variation:
        return HypothesisTest(None, None, None, method, "an empty group, or no variation in the event: undefined")
    cross = abs(float(table.events) * table.reference_n - float(table.reference_events) * table.n)
    corrected = cross - min(table.total / 2.0, cross) if continuity_correction else cross
    spread = float(table.n) * table.reference_n * table.total_events * (table.total - table.total_events)
    statistic = table.total * corrected**2 / spread
    return HypothesisTest(statistic, 1.0, float(np.asarray(chdtrc(1.0, statistic))), method)


def smallest_expected_count(events: int, n: int, reference_events: int, reference_n: int) -> float | None:
    """Smallest of the four counts expected under equal proportions, min(n1, n2) min(m, N - m)/N; None without patients.

    Parameters
    ----------
    events, n : int
        Patients with the event and patients of the group.
    reference_events, reference_n : int
        The same of the group it is compared with; m is the events of both, N the patients of both.

    Returns
    -------
    float or None

    Raises
    ------
    ArgumentError
        If the counts are not whole numbers with 0 <= events <= n.

    Examples
    --------
    5 events among 20 and 30 patients: 20 x 5 / 50.

    >>> smallest_expected_count(1, 20, 4, 30)
    2.0
    """
    table = check_two_groups(events, n, reference_events, reference_n)
    if table.total == 0:
        return None
    rarer = min(table.total_events, table.total - table.total_events)
    return min(table.n, table.reference_n) * rarer / table.total


def n_minus_one_test(events: int, n: int, reference_events: int, reference_n: int) -> HypothesisTest:
    """Test of equal proportions: (N - 1)/N times Pearson's chi-square; Fisher's test below an expected count of 1.

    The statistic is the square of the Miettinen-Nurminen score at no difference, so that the test and the
    Miettinen-Nurminen interval agree on whether there is one.

    Parameters
    ----------
    events, n : int
        Patients with the event and patients of the group.
    reference_events, reference_n : int
        The same of the group it is compared with.

    Returns
    -------
    HypothesisTest
        Undefined when a group is empty.

    Raises
    ------
    ArgumentError
        If the counts are not whole numbers with 0 <= events <= n.

    References
    ----------
    Campbell I (2007). Chi-squared and Fisher-Irwin tests of two-by-two tables with small sample recommendations.
    Statistics in Medicine 26:3661-3675.

    Examples
    --------
    10 of 20 against 5 of 20: 39/40 of 2.6667.

    >>> round(n_minus_one_test(10, 20, 5, 20).statistic, 6)
    2.6
    """
    method = "N - 1 chi-square test"
    table = check_two_groups(events, n, reference_events, reference_n)
    if table.empty:
        return HypothesisTest(None, None, None, method, "a group without patients: undefined")
    expected = smallest_expected_count(events, n, reference_events, reference_n)
    if expected is not None and expected < 1.0:
        return fisher_exact(events, n, reference_events, reference_n)
    pearson = chi_square(events, n, reference_events, reference_n)
    assert pearson.statistic is not None, "expected counts of 1 or more leave variation"
    statistic = pearson.statistic * (table.total - 1) / table.total
    return HypothesisTest(statistic, 1.0, float(np.asarray(chdtrc(1.0, statistic))), method)


def homogeneity_chi_square(events: ArrayLike, n: ArrayLike) -> HypothesisTest:
    """Pearson's chi-square test that several groups share one proportion.

    X^2 = sum((x - n p)^2/(n p (1 - p))), p = sum(x)/sum(n), with one degree of freedom less than groups.

    Parameters
    ----------
    events, n : array_like, shape (k,)
        Patients with the event and patients, by group; a group without patients is left out.

    Returns
    -------
    HypothesisTest
        The note names the smallest expected count when it is below 5. Undefined with fewer than two groups, or when
        nobody or everybody has the event.

    Raises
    ------
    ArgumentError
        If the counts are not whole numbers with 0 <= events <= n, or lengths differ.

    References
    ----------
    Pearson K (1900). Philosophical Magazine 50:157-175.

    Examples
    --------
    Two groups: the chi-square of the fourfold table.

    >>> round(homogeneity_chi_square([10, 5], [20, 20]).statistic, 4)
    2.6667
    """
    method = "chi-square test of homogeneity"
    patients = check_array("n", n, at_least=0, whole=True)
    reached = check_array("events", events, at_least=0, whole=True, same_length_as=("n", patients))
    check_array("n - events", patients - reached, at_least=0)
    reached, patients = reached[patients > 0], patients[patients > 0]
    total, total_events = float(patients.sum()), float(reached.sum())
    if len(patients) < 2:
        return HypothesisTest(None, None, None, method, "fewer than two groups with patients: undefined")
    if total_events in (0.0, total):
        return HypothesisTest(None, None, None, method, "nobody or everybody has the event: undefined")
    share = total_events / total
    statistic = float(((reached - patients * share) ** 2 / patients).sum()) / (share * (1.0 - share))
    freedom = float(len(patients) - 1)
    smallest = float(patients.min()) * min(share, 1.0 - share)
    note = f"smallest expected count {smallest:.2g}: the chi-square is rough" if smallest < 5.0 else ""
    return HypothesisTest(statistic, freedom, float(np.asarray(chdtrc(freedom, statistic))), method, note)
