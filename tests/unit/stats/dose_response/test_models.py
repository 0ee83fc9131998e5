"""Shapes of dose-response curves."""

import numpy as np
import pytest

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.dose_response.models import GUESSES, MODELS, Candidate

DOSES = np.array([0.0, 0.5, 1.5, 3.0, 4.5])


@pytest.mark.parametrize(
    ("candidate", "curve"),
    [
        (Candidate("linear"), DOSES),
        (Candidate("quadratic", {"delta": -0.1}), DOSES - 0.1 * DOSES**2),
        (Candidate("emax", {"ed50": 1.5}), DOSES / (1.5 + DOSES)),
        (Candidate("sigEmax", {"ed50": 1.5, "h": 3}), DOSES**3 / (1.5**3 + DOSES**3)),
        (Candidate("exponential", {"delta": 2}), np.exp(DOSES / 2) - 1),
    ],
)
def test_shapes(candidate, curve):
    assert candidate.shape(DOSES) == pytest.approx(curve, rel=1e-14, abs=1e-15)
    assert candidate.label == candidate.model


def test_half_the_effect_at_ed50():
    for model, guesses in (("emax", {"ed50": 2.0}), ("sigEmax", {"ed50": 2.0, "h": 7.0})):
        assert Candidate(model, guesses).shape([2.0])[0] == pytest.approx(0.5, rel=1e-14)


@pytest.mark.parametrize("model", [name for name, family in MODELS.items() if family.nonlinear])
def test_gradient_is_the_derivative(model):
    family = MODELS[model]
    parameters = np.array([1.3, 2.5])[: len(family.nonlinear)]
    gradient = family.gradient(DOSES, parameters)
    for j, unit in enumerate(np.eye(len(parameters))):
        step = 1e-6 * unit
        numerical = (family.basis(DOSES, parameters + step) - family.basis(DOSES, parameters - step))[:, -1] / 2e-6
        assert gradient[:, j] == pytest.approx(numerical, abs=1e-8)


def test_bounds_scale_with_the_largest_dose_where_they_are_doses():
    assert MODELS["sigEmax"].bounds_for(4.0) == ((0.004, 6.0), (0.5, 10.0))
    assert MODELS["linear"].bounds_for(4.0) == ()
    assert set(GUESSES) == set(MODELS)


@pytest.mark.parametrize(
    ("model", "guesses", "message"),
    [
        ("logistic", {}, "model must be one of linear, quadratic, emax, sigEmax, exponential; received 'logistic'"),
        ("emax", {}, "guesses of emax must be ed50; received none"),
        ("linear", {"delta": 1}, "guesses of linear must be none; received delta"),
        ("sigEmax", {"ed50": 1}, "guesses of sigEmax must be ed50, h; received ed50"),
        ("emax", {"ed50": 0}, r"ed50 must be .* above 0"),
        ("quadratic", {"delta": np.nan}, r"delta must be .* finite"),
    ],
)
def test_illegal_candidates(model, guesses, message):
    with pytest.raises(ArgumentError, match=message):
        Candidate(model, guesses)
