"""MCP-Mod: from test to model to dose."""

import numpy as np
import pytest

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.dose_response.contrast_test import contrast_test
from dose_outcomes.stats.dose_response.fit import fit_dose_response
from dose_outcomes.stats.dose_response.mcp_mod import dose_for_effect, mcp_mod, mcp_mod_means
from dose_outcomes.stats.dose_response.models import Candidate
from dose_outcomes.stats.regression.log_odds import log_odds

DOSES = np.array([0.5, 1.5, 3.0, 4.5])
SHAPES = (
    Candidate("linear"),
    Candidate("emax", {"ed50": 0.5}, "steep"),
    Candidate("emax", {"ed50": 1.5}, "slow"),
    Candidate("quadratic", {"delta": -0.15}),
)


def test_models_of_significant_candidates_are_fitted_once_each():
    logits = log_odds([6, 16, 20, 22], [40, 42, 41, 39])
    covariance = np.diag(logits.variances)
    result = mcp_mod(DOSES, logits.estimates, covariance, SHAPES)
    assert [fit.model for fit in result.fits] == ["emax", "quadratic", "linear"]
    assert result.test.significant == contrast_test(DOSES, logits.estimates, covariance, SHAPES).significant
    assert result.selected.aic == min(fit.aic for fit in result.fits)
    strongest = mcp_mod(DOSES, logits.estimates, covariance, SHAPES, selection="largest_statistic")
    assert strongest.selected.model == result.test.significant[0].model


def test_no_signal_selects_nothing():
    logits = log_odds([12, 12, 12, 12], [40, 42, 41, 39])
    result = mcp_mod(DOSES, logits.estimates, np.diag(logits.variances), SHAPES)
    assert result.fits == ()
    assert result.selected is None
    assert "no candidate shape is significant" in result.note
    decreasing = mcp_mod(DOSES, -np.arange(4.0), 0.01 * np.eye(4), SHAPES)
    assert decreasing.selected is None
    assert mcp_mod(DOSES, -np.arange(4.0), 0.01 * np.eye(4), SHAPES, alternative="decrease").selected is not None


def test_too_few_doses_for_the_significant_model():
    result = mcp_mod([1.0, 4.0], [0.0, 5.0], 0.01 * np.eye(2), [Candidate("emax", {"ed50": 1.0})])
    assert result.test.significant
    assert result.selected is None
    assert "so few doses" in result.note


def test_means_use_the_pooled_variance_and_its_degrees_of_freedom():
    mean, n, variance = [0.1, 0.5, 0.9, 1.0], [10, 12, 9, 11], [0.4, 0.5, 0.3, 0.6]
    result = mcp_mod_means(DOSES, mean, n, variance, SHAPES)
    pooled = np.array([9, 11, 8, 10]) @ variance / 38
    direct = contrast_test(DOSES, mean, np.diag(pooled / np.array(n)), SHAPES, degrees_of_freedom=38)
    assert [one.p_value for one in result.test.tests] == [one.p_value for one in direct.tests]
    assert all(fit.degrees_of_freedom == 42 - len(fit.names) for fit in result.fits)


def test_dose_for_an_effect():
    doses = np.array([0.0, 1.0, 2.0, 4.0])
    rising = fit_dose_response(doses, 1 + 4 * doses / (1 + doses), 0.01 * np.eye(4), "emax")
    assert dose_for_effect(rising, 2.0, reference_dose=0.0).estimate == pytest.approx(1.0, rel=1e-6)
    # from 1 mg (gain 2) another gain of 1 needs 4 d / (1 + d) = 3
    assert dose_for_effect(rising, 1.0, reference_dose=1.0).estimate == pytest.approx(3.0, rel=1e-6)
    beyond = dose_for_effect(rising, 3.5, reference_dose=0.0)
    assert beyond.estimate is None
    assert "does not reach this effect" in beyond.note
    falling = fit_dose_response(doses, 5 - doses, 0.01 * np.eye(4), "linear")
    assert dose_for_effect(falling, -1.5, reference_dose=0.0).estimate == pytest.approx(1.5, rel=1e-9)
    assert dose_for_effect(falling, 1.5, reference_dose=0.0).estimate is None
    umbrella = fit_dose_response(doses, 3 * doses - doses**2, 0.01 * np.eye(4), "quadratic")
    assert dose_for_effect(umbrella, 2.0, reference_dose=0.0).estimate == pytest.approx(1.0, rel=1e-9)


def test_dose_for_an_effect_of_nothing_fitted():
    fit = fit_dose_response([1.0, 2.0], [1.0, 2.0], np.eye(2), "emax")
    result = dose_for_effect(fit, 1.0, reference_dose=1.0)
    assert result.estimate is None
    assert "cannot be fitted" in result.note


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"selection": "bic"}, "selection must be one of aic, largest_statistic; received 'bic'"),
        ({"alternative": "up"}, "alternative must be one of"),
        ({"alpha": 2}, "alpha must be"),
        ({"level": 0}, "level must be"),
    ],
)
def test_illegal_options(options, message):
    with pytest.raises(ArgumentError, match=message):
        mcp_mod(DOSES, [0.0, 1.0, 2.0, 3.0], 0.01 * np.eye(4), SHAPES, **options)
    with pytest.raises(ArgumentError, match=message):
        mcp_mod_means(DOSES, [0.0, 1.0, 2.0, 3.0], [9] * 4, [0.1] * 4, SHAPES, **options)


def test_illegal_effects():
    fit = fit_dose_response(DOSES, DOSES, np.eye(4), "linear")
    with pytest.raises(ArgumentError, match=r"absolute effect must be .* above 0"):
        dose_for_effect(fit, 0.0, reference_dose=1.0)
    with pytest.raises(ArgumentError, match=r"reference_dose must be .* at least 0"):
        dose_for_effect(fit, 1.0, reference_dose=-1.0)
