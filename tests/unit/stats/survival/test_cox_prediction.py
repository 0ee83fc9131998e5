import numpy as np
import pytest

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.survival.cox import cox_regression
from dose_outcomes.stats.survival.cox_prediction import cox_survival
from dose_outcomes.stats.survival.kaplan_meier import survival_at
from dose_outcomes.stats.survival.nelson_aalen import nelson_aalen

RANDOM = np.random.default_rng(1)
DAY, EVENT = RANDOM.integers(1, 20, 120), (RANDOM.random(120) < 0.6).astype(float)
X = RANDOM.integers(0, 2, 120).astype(float)


def test_without_an_effect_it_is_the_nelson_aalen_curve():
    # The same counts in both groups: the coefficient is 0.
    twice = [np.tile(a, 2) for a in (DAY, EVENT, 1 - EVENT)]
    fit = cox_regression(*twice, np.repeat([[0.0], [1.0]], 120, axis=0), ties="breslow")
    curve, hazard = cox_survival(fit, [0.5]), nelson_aalen(*twice)
    np.testing.assert_allclose(curve.estimate, np.exp(-hazard.estimate), rtol=1e-9)
    # At the mean covariate the coefficients add nothing to the variance.
    np.testing.assert_allclose(curve.standard_error, curve.estimate * hazard.standard_error, rtol=1e-6)
    np.testing.assert_array_equal(curve.at_risk, hazard.at_risk)


def test_proportional_hazards_between_patterns():
    fit = cox_regression(DAY, EVENT, 1 - EVENT, X[:, None])
    one, zero = cox_survival(fit, [1]), cox_survival(fit, [0])
    np.testing.assert_allclose(np.log(one.estimate), np.exp(fit.coefficient[0]) * np.log(zero.estimate), rtol=1e-9)
    inner = ~np.isnan(one.low)
    assert ((one.low < one.estimate) & (one.estimate < one.high))[inner].all()
    assert one.day[-1] == DAY.max()
    assert survival_at(one, float(DAY.max())).estimate == one.estimate[-1]


def test_does_not_depend_on_the_origin_of_covariates():
    curve = cox_survival(cox_regression(DAY, EVENT, 1 - EVENT, X[:, None]), [1])
    shifted = cox_survival(cox_regression(DAY, EVENT, 1 - EVENT, X[:, None] + 100), [101])
    np.testing.assert_allclose(shifted.estimate, curve.estimate, rtol=1e-10)
    np.testing.assert_allclose(shifted.standard_error, curve.standard_error, rtol=1e-8)


def test_strata_have_their_own_curve():
    stratum = np.where(DAY % 2 == 0, "even", "odd")
    fit = cox_regression(DAY, EVENT, 1 - EVENT, X[:, None], stratum=stratum)
    even = cox_survival(fit, [0], stratum="even")
    assert (even.day % 2 == 0).all()
    with pytest.raises(ArgumentError, match="stratum must be one of even, odd; received None"):
        cox_survival(fit, [0])


def test_delayed_entry():
    fit = cox_regression(DAY + 1, EVENT, 1 - EVENT, X[:, None], entry=np.arange(120) % 2)
    curve = cox_survival(fit, [0])
    assert curve.at_risk[np.searchsorted(curve.day, 5)] == (DAY + 1 >= 5).sum()


def test_illegal_arguments():
    fit = cox_regression(DAY, EVENT, 1 - EVENT, X[:, None])
    with pytest.raises(ArgumentError, match="covariates must have 1 entries; received 2"):
        cox_survival(fit, [0, 1])
    with pytest.raises(ArgumentError, match="interval must be one of plain, log, log-log, logit, arcsine"):
        cox_survival(fit, [0], interval="beta-product")
