"""Weights, their truncation and their diagnostics."""

import numpy as np
import pytest

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.regression.propensity import effective_sample_size, one_arm_patterns, propensity_weights

DESIGN = np.array([[1, 0], [1, 0], [1, 1], [1, 1]], dtype=float)
ARM = np.array([1, 0, 1, 0])
N = np.array([5, 15, 2, 38])


def test_saturated_weights_are_pattern_over_cell():
    result = propensity_weights(DESIGN, ARM, N)
    assert result.score == pytest.approx([0.25, 0.25, 0.05, 0.05], rel=1e-10)
    assert result.weight == pytest.approx([4, 20 / 15, 20, 40 / 38], rel=1e-10)
    assert N @ (result.weight * ARM) == pytest.approx(60)
    assert result.mean_stabilised_weight == pytest.approx(1.0, rel=1e-12)
    assert result.maximum_stabilised_weight == pytest.approx(20 * 7 / 60, rel=1e-10)
    assert result.effective_sample_size_treated == pytest.approx((5 * 4 + 2 * 20) ** 2 / (5 * 16 + 2 * 400), rel=1e-10)


@pytest.mark.parametrize(
    ("estimand", "weights"),
    [("treated", [1, 1 / 3, 1, 1 / 19]), ("overlap", [0.75, 0.25, 0.95, 0.05])],
)
def test_other_estimands(estimand, weights):
    result = propensity_weights(DESIGN, ARM, N, estimand=estimand)
    assert result.weight == pytest.approx(weights, rel=1e-9)
    assert result.maximum_stabilised_weight is None
    balanced = [np.average(DESIGN[:, 1], weights=N * result.weight * (a == ARM)) for a in (1, 0)]
    assert balanced[0] == pytest.approx(balanced[1], rel=1e-9)


@pytest.mark.parametrize("estimand", ["all", "treated", "overlap"])
def test_derivative_of_the_weight(estimand):
    result = propensity_weights(DESIGN, ARM, N, estimand=estimand)
    linear = np.log(result.score / (1 - result.score))

    def weight(shift):
        e = 1 / (1 + np.exp(-(linear + shift)))
        by_arm = {"all": (1 / e, 1 / (1 - e)), "treated": (np.ones(4), e / (1 - e)), "overlap": (1 - e, e)}
        return np.where(ARM == 1, *by_arm[estimand])

    assert result.derivative == pytest.approx((weight(1e-6) - weight(-1e-6)) / 2e-6, rel=1e-7, abs=1e-9)


def test_truncation_lowers_the_largest_weights_and_counts_them():
    result = propensity_weights(DESIGN, ARM, N, truncation=0.88)
    # 53 of 60 patients have a weight of 4/3 or less
    assert result.truncation_limit == pytest.approx(20 / 15, rel=1e-10)
    assert result.weight.max() == result.truncation_limit
    assert result.truncated_patients == 7
    assert result.derivative[[0, 2]].tolist() == [0.0, 0.0]
    untouched = propensity_weights(DESIGN, ARM, N, truncation=1.0)
    assert untouched.truncated_patients == 0
    assert untouched.weight.tolist() == propensity_weights(DESIGN, ARM, N).weight.tolist()


def test_effective_sample_size():
    assert effective_sample_size([2.0, 2.0], [3, 4]) == pytest.approx(7.0)
    assert effective_sample_size([1.0, 0.0], [3, 4]) == pytest.approx(3.0)
    assert effective_sample_size([0.0], [3]) is None
    with pytest.raises(ArgumentError, match=r"weights must be .* at least 0"):
        effective_sample_size([-1.0], [3])


def test_one_arm_patterns_are_counted_over_rows_of_a_pattern():
    design = [[1, 0], [1, 0], [1, 0], [1, 1], [1, 2]]
    assert one_arm_patterns(design, [1, 1, 0, 1, 0], [3, 2, 4, 6, 0]) == (1, 6)


def test_refusals_have_a_reason_and_no_weights():
    result = propensity_weights(DESIGN, [1, 1, 1, 0], N)
    assert not result.usable
    assert (result.one_arm_patterns, result.one_arm_patients) == (1, 20)
    assert "positivity" in result.note
    assert result.effective_sample_size_treated is None
    assert "one arm has no patient" in propensity_weights(DESIGN, [0, 0, 0, 0], N).note
    assert "one arm has no patient" in propensity_weights(DESIGN, ARM, [0, 0, 0, 0]).note
