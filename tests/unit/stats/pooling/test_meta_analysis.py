"""Random-effects meta-analysis: small k, intervals, shrinkage."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.pooling.meta_analysis import meta_analysis

Y, V = [-0.4, 0.3, 0.9], [0.05, 0.02, 0.1]


def test_two_studies_by_hand():
    # variances .04 and .09, .8 apart: tau^2 = .64 / 2 - .065, weights 1 / .295 and 1 / .345
    result = meta_analysis([0.1, 0.9], [0.04, 0.09])
    w = np.array([1 / 0.295, 1 / 0.345])
    mean = float(w @ [0.1, 0.9] / w.sum())
    assert result.tau_squared.estimate == pytest.approx(0.255, rel=1e-12)
    assert result.mean.estimate == pytest.approx(mean, rel=1e-12)
    # with t on 1 df the quantile is tan(0.475 pi)
    factor = float(w @ (np.array([0.1, 0.9]) - mean) ** 2)
    half = np.tan(0.475 * np.pi) * np.sqrt(factor / w.sum())
    assert (result.mean.low, result.mean.high) == pytest.approx((mean - half, mean + half), rel=1e-12)
    assert "two studies" in result.note
    assert "two studies" in result.mean.note
    assert result.shrunken[0].estimate == pytest.approx((0.255 * 0.1 + 0.04 * mean) / 0.295, rel=1e-12)


@pytest.mark.parametrize("estimator", ["REML", "DL", "EE"])
def test_one_study_is_not_pooled(estimator):
    result = meta_analysis([0.7], [0.04], estimator=estimator)
    for one in (result.mean, result.prediction, result.tau_squared, result.equal_effects):
        assert (one.estimate, one.low, one.high) == (None, None, None)
        assert "one study: nothing to pool" in one.note
    assert result.shrunken[0].estimate == 0.7
    assert result.shrunken[0].low == pytest.approx(0.7 - 1.959963984540054 * 0.2, rel=1e-12)
    assert (result.heterogeneity.statistic, result.i_squared, result.test.p_value) == (None, None, None)


def test_no_study():
    result = meta_analysis([], [])
    assert result.k == 0
    assert result.mean.note == "no study"
    assert result.shrunken == ()


def test_hartung_knapp_narrower_than_equal_effects_is_said_and_can_be_floored():
    agreeing = ([0.5, 0.52, 0.49, 0.51], [0.1, 0.2, 0.15, 0.12])
    plain, floored = (meta_analysis(*agreeing, interval=one) for one in ("hartung_knapp", "hartung_knapp_floored"))
    assert "narrower than that of equal effects" in plain.note
    assert plain.mean.high - plain.mean.low < plain.equal_effects.high - plain.equal_effects.low
    assert floored.note == ""
    assert floored.mean.high - floored.mean.low > floored.equal_effects.high - floored.equal_effects.low
    assert floored.mean.standard_error == pytest.approx(plain.equal_effects.standard_error, rel=1e-12)


def test_identical_estimates_have_no_test_of_their_own_spread():
    result = meta_analysis([0.5, 0.5, 0.5], [0.1, 0.2, 0.1])
    assert result.test.p_value is None
    assert "all estimates are equal" in result.test.note
    assert meta_analysis([0.5, 0.5, 0.5], [0.1, 0.2, 0.1], interval="normal").test.p_value > 0


def test_equal_effects_has_no_prediction_and_normal_interval():
    result = meta_analysis(Y, V, estimator="EE", interval="normal")
    w = 1 / np.array(V)
    assert result.mean.estimate == pytest.approx(w @ Y / w.sum(), rel=1e-14)
    assert result.mean.low == pytest.approx(result.equal_effects.low, rel=1e-12)
    assert result.prediction.estimate is None
    assert "equal effects" in result.prediction.note
    assert result.tau_squared.estimate == 0.0
    assert result.tau_squared.standard_error is None
    assert result.i_squared == pytest.approx(1 - 2 / result.heterogeneity.statistic, rel=1e-12)
    assert result.shrunken[0].estimate == result.mean.estimate


def test_prediction_is_wider_than_the_mean_and_uses_the_same_quantile():
    for interval in ("normal", "hartung_knapp"):
        result = meta_analysis(Y, V, interval=interval)
        half = result.mean.high - result.mean.estimate
        quantile = half / result.mean.standard_error
        width = np.sqrt(result.mean.standard_error**2 + result.tau_squared.estimate)
        assert result.prediction.high == pytest.approx(result.mean.estimate + quantile * width, rel=1e-12)


@settings(deadline=None, max_examples=40, derandomize=True)
@given(st.lists(st.tuples(st.floats(-3, 3), st.floats(0.01, 2)), min_size=2, max_size=8), st.permutations(range(8)))
def test_shrunken_lie_between_own_and_mean_in_any_order(studies, order):
    y, v = np.array(studies).T
    result = meta_analysis(y, v)
    for own, one in zip(y, result.shrunken, strict=True):
        low, high = sorted([own, result.mean.estimate])
        assert low - 1e-12 <= one.estimate <= high + 1e-12
    picked = [i for i in order if i < len(y)]
    again = meta_analysis(y[picked], v[picked])
    assert again.mean.estimate == pytest.approx(result.mean.estimate, rel=1e-8, abs=1e-9)
    assert 0.0 <= result.i_squared <= 1.0


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (([1, 2], [1]), {}, "variances must be as long as estimates"),
        (([1, 2], [1, 0]), {}, r"variances must be .* above 0; received 0"),
        (([1, np.nan], [1, 1]), {}, r"estimates must be .* finite"),
        ((Y, V), {"estimator": "HE"}, "estimator must be one of REML, ML, DL, PM, EE; received 'HE'"),
        ((Y, V), {"interval": "z"}, "interval must be one of hartung_knapp, hartung_knapp_floored, normal"),
        ((Y, V), {"level": 1.5}, "level must be"),
        ((Y, V), {"tolerance": 0.0}, r"tolerance must be .* above 0"),
    ],
)
def test_illegal_arguments(arguments, options, message):
    with pytest.raises(ArgumentError, match=message):
        meta_analysis(*arguments, **options)
