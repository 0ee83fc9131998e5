"""Number needed to treat."""

from math import inf

import pytest

from dose_outcomes.stats.proportions.difference import risk_difference_newcombe
from dose_outcomes.stats.proportions.number_needed import number_needed_to_treat
from dose_outcomes.stats.result import Estimate


def difference(estimate, low, high):
    return Estimate(estimate, low, high, 0.95, "risk difference")


@pytest.mark.parametrize(
    ("rd", "words"),
    [
        (difference(0.2, 0.05, 0.4), "NNTB 5.0 (NNTB 2.5 to NNTB 20.0)"),
        (difference(-0.2, -0.4, -0.05), "NNTH 5.0 (NNTH 2.5 to NNTH 20.0)"),
        (difference(0.1, -0.05, 0.25), "NNTB 10.0 (NNTB 4.0 to inf to NNTH 20.0)"),
        (difference(-0.1, -0.25, 0.05), "NNTH 10.0 (NNTB 20.0 to inf to NNTH 4.0)"),
        (difference(0.0, -0.5, 0.25), "inf (NNTB 4.0 to inf to NNTH 2.0)"),
    ],
)
def test_in_words(rd, words):
    assert number_needed_to_treat(rd).in_words() == words


def test_altman_example():
    # Altman 1998: absolute risk reduction 0.05 (-0.0116 to 0.1116)... NNTB 20 (NNTH 86.2 to inf to NNTB 9.0).
    result = number_needed_to_treat(difference(0.05, -0.0116, 0.1116))
    assert result.through_infinity
    assert result.in_words() == "NNTB 20.0 (NNTB 9.0 to inf to NNTH 86.2)"


def test_an_unwanted_event_turns_the_sign():
    wanted = number_needed_to_treat(difference(0.2, 0.05, 0.4))
    unwanted = number_needed_to_treat(difference(0.2, 0.05, 0.4), event_is_benefit=False)
    assert unwanted.estimate == -wanted.estimate
    assert (unwanted.from_low, unwanted.from_high) == (-wanted.from_high, -wanted.from_low)


def test_a_limit_of_zero_is_infinite():
    result = number_needed_to_treat(difference(0.2, 0.0, 0.4))
    assert result.from_low == inf
    assert result.through_infinity


@pytest.mark.parametrize("rd", [risk_difference_newcombe(0, 0, 1, 2), difference(0.2, None, None)])
def test_nothing_without_an_interval(rd):
    result = number_needed_to_treat(rd)
    assert result.estimate is None
    assert result.note
    assert result.in_words() == ""
