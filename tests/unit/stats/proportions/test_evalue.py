"""E-value."""

from math import inf, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.proportions.evalue import e_value
from dose_outcomes.stats.result import Estimate


def ratio(estimate, low, high):
    return Estimate(estimate, low, high, 0.95, "ratio")


def test_published_example():
    # VanderWeele and Ding 2017, page 270: RR 3.9 (1.8 to 8.7) gives 7.26 and 3.0.
    result = e_value(ratio(3.9, 1.8, 8.7))
    assert result.estimate == pytest.approx(7.26, abs=0.005)
    assert result.limit == pytest.approx(3.0, rel=1e-12)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.floats(0.01, 100))
def test_bounding_factor_of_the_e_value_is_the_ratio(estimate):
    """With both confounder ratios E the bias is at most E^2 / (2 E - 1), which must be the ratio itself."""
    e = e_value(ratio(estimate, None, None)).estimate
    assert e * e / (2 * e - 1) == pytest.approx(max(estimate, 1 / estimate), rel=1e-6)
    assert e == pytest.approx(e_value(ratio(1 / estimate, None, None)).estimate, rel=1e-6)


@pytest.mark.parametrize(
    ("estimate", "low", "high", "limit"),
    [
        (1.2, 0.9, 1.6, 1.0),
        (1.0, 1.0, 1.0, 1.0),
        (0.5, 0.3, 0.8, 1.25 + sqrt(1.25 * 0.25)),
        (0.5, 0.3, 1.0, 1.0),
        (2.0, 1.25, inf, 1.25 + sqrt(1.25 * 0.25)),
        (2.0, None, None, None),
    ],
)
def test_limit_nearest_to_one(estimate, low, high, limit):
    result = e_value(ratio(estimate, low, high))
    assert result.limit == (None if limit is None else pytest.approx(limit, rel=1e-12))


def test_zero_infinite_and_no_estimate():
    assert e_value(ratio(0.0, 0.0, 0.5)).estimate == inf
    assert e_value(ratio(inf, 2.0, inf)).estimate == inf
    assert e_value(ratio(None, 0.0, inf)).estimate is None
    assert e_value(ratio(None, 0.0, inf)).note


def test_common_outcomes_are_brought_to_a_risk_ratio_first():
    odds = e_value(ratio(4.0, 2.25, 9.0), measure="odds ratio", common_outcome=True)
    assert odds.estimate == pytest.approx(2 + sqrt(2), rel=1e-12)
    assert odds.limit == pytest.approx(1.5 + sqrt(0.75), rel=1e-12)
    hazard = e_value(ratio(4.0, 1.0, 9.0), measure="hazard ratio", common_outcome=True)
    approximate = (1 - 0.25) / (1 - 0.5**0.5)
    assert hazard.estimate == pytest.approx(approximate + sqrt(approximate * (approximate - 1)), rel=1e-12)
    rare = e_value(ratio(4.0, 2.25, 9.0), measure="odds ratio")
    assert rare.estimate == e_value(ratio(4.0, 2.25, 9.0)).estimate


def test_illegal_measure():
    with pytest.raises(ArgumentError, match="measure must be one of risk ratio, odds ratio, hazard ratio; received"):
        e_value(ratio(2.0, 1.5, 3.0), measure="difference")
