"""Optimal contrasts and the multiple contrast test."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.dose_response.contrast_test import contrast_test, optimal_contrasts
from dose_outcomes.stats.dose_response.models import Candidate
from dose_outcomes.stats.dose_response.responses import pooled_means

DOSES = [0.5, 1.5, 3.0, 4.5]
RESPONSE = [-1.7, -1.0, -0.3, -0.1]
COVARIANCE = np.diag([0.20, 0.12, 0.10, 0.11])
SHAPES = (Candidate("linear"), Candidate("emax", {"ed50": 1.0}), Candidate("sigEmax", {"ed50": 2.0, "h": 4.0}))


@settings(deadline=None, max_examples=40, derandomize=True)
@given(st.integers(0, 10_000))
def test_no_other_contrast_has_more_power(seed):
    generator = np.random.default_rng(seed)
    root = generator.standard_normal((4, 4))
    covariance = root @ root.T + 0.1 * np.eye(4)
    shape = generator.standard_normal(4)
    best = optimal_contrasts(shape[:, None], covariance)[:, 0]
    assert best.sum() == pytest.approx(0.0, abs=1e-9)
    assert best @ best == pytest.approx(1.0, rel=1e-12)

    def power(contrast):
        return contrast @ shape / np.sqrt(contrast @ covariance @ contrast)

    others = generator.standard_normal((200, 4))
    others -= others.mean(axis=1, keepdims=True)
    assert power(best) >= max(power(other) for other in others) - 1e-9


def test_contrast_does_not_depend_on_level_and_height():
    shape = np.array([0.0, 1.0, 3.0, 2.0])[:, None]
    plain = optimal_contrasts(shape, COVARIANCE)
    assert optimal_contrasts(7 + 3 * shape, 5 * COVARIANCE) == pytest.approx(plain, rel=1e-10)
    assert optimal_contrasts(-shape, COVARIANCE) == pytest.approx(-plain, rel=1e-10)


def test_statistic_and_p_value_of_one_candidate():
    result = contrast_test(DOSES, RESPONSE, COVARIANCE, SHAPES[:1])
    w = 1 / np.diag(COVARIANCE)
    centred = np.array(DOSES) - w @ DOSES / w.sum()
    slope, error = (w * centred) @ RESPONSE / (w @ centred**2), 1 / math.sqrt(w @ centred**2)
    assert result.tests[0].statistic == pytest.approx(slope / error, rel=1e-12)
    assert result.tests[0].p_value == pytest.approx(stats.norm.sf(slope / error), rel=1e-9)
    assert result.critical_value == pytest.approx(stats.norm.isf(0.025), rel=1e-8)
    assert result.significant == SHAPES[:1]
    student = contrast_test(DOSES, RESPONSE, COVARIANCE, SHAPES[:1], degrees_of_freedom=7)
    assert student.tests[0].p_value == pytest.approx(stats.t.sf(slope / error, 7), rel=1e-9)
    assert student.tests[0].degrees_of_freedom == 7


def test_p_values_are_adjusted_and_order_the_candidates():
    result = contrast_test(DOSES, RESPONSE, COVARIANCE, SHAPES)
    for test in result.tests:
        single = stats.norm.sf(test.statistic)
        assert single < test.p_value < 3 * single
    statistics = [test.statistic for test in result.tests]
    assert result.significant[0] == SHAPES[int(np.argmax(statistics))]
    assert len(result.significant) == 3
    assert result.critical_value > stats.norm.isf(0.025)


@pytest.mark.parametrize(("alternative", "sign"), [("increase", 1), ("decrease", -1)])
def test_side_of_the_test(alternative, sign):
    right = contrast_test(DOSES, sign * np.array(RESPONSE), COVARIANCE, SHAPES, alternative=alternative)
    wrong = contrast_test(DOSES, -sign * np.array(RESPONSE), COVARIANCE, SHAPES, alternative=alternative)
    both = contrast_test(DOSES, sign * np.array(RESPONSE), COVARIANCE, SHAPES, alternative="two_sided")
    assert right.tests[0].statistic == pytest.approx(abs(both.tests[0].statistic), rel=1e-12)
    assert right.tests[0].p_value < 0.01
    assert wrong.tests[0].p_value > 0.99
    assert wrong.significant == ()
    assert both.tests[0].p_value == pytest.approx(2 * right.tests[0].p_value, rel=0.01)
    assert both.critical_value > right.critical_value


def test_equal_responses_have_statistic_zero():
    result = contrast_test(DOSES, [0.3] * 4, COVARIANCE, SHAPES)
    assert [test.statistic for test in result.tests] == pytest.approx([0, 0, 0], abs=1e-12)
    assert all(test.p_value > 0.5 for test in result.tests)


def test_pooled_means():
    covariance, freedom = pooled_means([10, 1, 5], [4.0, 0.0, 2.0])
    assert freedom == 13
    assert covariance == pytest.approx(np.diag((9 * 4 + 4 * 2) / 13 / np.array([10, 1, 5])), rel=1e-14)
    with pytest.raises(ArgumentError, match="sum of n minus doses must be"):
        pooled_means([1, 1], [0.0, 0.0])


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"doses": [1, 1, 3, 4]}, "doses must be distinct"),
        ({"doses": [-1, 1, 3, 4]}, r"doses must be .* at least 0"),
        ({"response": [1, 2, 3]}, "response must be as long as doses"),
        ({"covariance": np.eye(3)}, "positive definite 4 x 4 matrix; received shape"),
        ({"covariance": np.ones((4, 4))}, "positive definite"),
        ({"candidates": ()}, "candidates must hold at least one"),
        ({"alternative": "greater"}, "alternative must be one of increase, decrease, two_sided"),
        ({"alpha": 0}, r"alpha must be .* above 0"),
        ({"degrees_of_freedom": -1}, r"degrees_of_freedom must be .* above 0"),
    ],
)
def test_illegal_arguments(changed, message):
    arguments = {"doses": DOSES, "response": RESPONSE, "covariance": COVARIANCE, "candidates": SHAPES, **changed}
    with pytest.raises(ArgumentError, match=message):
        contrast_test(**arguments)


def test_flat_shape():
    with pytest.raises(ArgumentError, match="shapes must differ between doses"):
        optimal_contrasts([[1.0], [1.0]], np.eye(2))
    with pytest.raises(ArgumentError, match="shapes must differ between doses"):
        contrast_test([2.0], [1.0], [[1.0]], [Candidate("linear")])
