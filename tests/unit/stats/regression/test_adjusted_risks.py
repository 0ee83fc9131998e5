"""Weighting, standardisation and the doubly robust estimate against stacked estimating equations of patients."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import root

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.regression.doubly_robust import doubly_robust
from dose_outcomes.stats.regression.standardisation import standardisation
from dose_outcomes.stats.regression.weighting import inverse_probability_weighting

COVARIATES = np.array([[1, a, b] for a in (0, 1) for b in (0, 1, 2)], dtype=float)
X = np.repeat(COVARIATES, 2, axis=0)  # a row per arm
ARM = np.tile([1.0, 0.0], 6)
N = np.array([9, 21, 14, 10, 8, 7, 12, 25, 11, 13, 17, 6])
EVENTS = np.array([4, 5, 9, 3, 6, 2, 5, 12, 3, 7, 11, 2])
OBSERVED = np.column_stack([X, ARM])
TREATED = np.column_stack([X, np.ones(12)])
UNTREATED = np.column_stack([X, np.zeros(12)])


def expit(linear):
    return 1 / (1 + np.exp(-linear))


def sandwich(equations, start):
    """Root of the summed equations of patients, and its covariance with a numerical derivative."""
    solution = root(lambda theta: equations(theta).sum(axis=0), start, tol=1e-14)
    theta = solution.x
    step = 1e-6
    bread = np.column_stack(
        [
            (equations(theta + step * unit).sum(axis=0) - equations(theta - step * unit).sum(axis=0)) / (2 * step)
            for unit in np.eye(len(theta))
        ]
    )
    rows = equations(theta)
    inverse = np.linalg.inv(bread)
    return theta, inverse @ (rows.T @ rows) @ inverse.T


def patients():
    x, arm = np.repeat(X, N, axis=0), np.repeat(ARM, N)
    y = np.concatenate([[1.0] * e + [0.0] * (n - e) for e, n in zip(EVENTS, N, strict=True)])
    return x, arm, y


def weights_of(estimand, arm, e):
    if estimand == "all":
        return arm / e + (1 - arm) / (1 - e)
    if estimand == "treated":
        return arm + (1 - arm) * e / (1 - e)
    return arm * (1 - e) + (1 - arm) * e


@pytest.mark.parametrize("estimand", ["all", "treated", "overlap"])
def test_weighting_is_the_stacked_m_estimator(estimand):
    x, arm, y = patients()

    def equations(theta):
        e = expit(x @ theta[:3])
        w = weights_of(estimand, arm, e)
        return np.column_stack([x * (arm - e)[:, None], w * arm * (y - theta[3]), w * (1 - arm) * (y - theta[4])])

    theta, covariance = sandwich(equations, np.array([0, 0, 0, 0.5, 0.5]))
    result = inverse_probability_weighting(X, ARM, EVENTS, N, estimand=estimand)
    assert result.risks.treated.estimate == pytest.approx(theta[3], rel=1e-9)
    assert result.risks.untreated.estimate == pytest.approx(theta[4], rel=1e-9)
    assert result.risks.treated.standard_error == pytest.approx(np.sqrt(covariance[3, 3]), rel=1e-6)
    assert result.risks.untreated.standard_error == pytest.approx(np.sqrt(covariance[4, 4]), rel=1e-6)
    variance = covariance[3, 3] + covariance[4, 4] - 2 * covariance[3, 4]
    assert result.risks.difference.standard_error == pytest.approx(np.sqrt(variance), rel=1e-6)
    log_ratio = covariance[3, 3] / theta[3] ** 2 + covariance[4, 4] / theta[4] ** 2
    log_ratio -= 2 * covariance[3, 4] / (theta[3] * theta[4])
    assert np.log(result.risks.ratio.high / result.risks.ratio.estimate) == pytest.approx(
        1.959963984540054 * np.sqrt(log_ratio), rel=1e-6
    )


def test_weights_known_is_the_robust_variance_of_a_weighted_mean():
    x, arm, y = patients()
    result = inverse_probability_weighting(X, ARM, EVENTS, N, variance="weights_known")
    e = expit(x @ result.weights.coefficients)
    w = weights_of("all", arm, e)
    means = [(w * y)[arm == a].sum() / w[arm == a].sum() for a in (1, 0)]
    variances = [
        ((w * (y - m))[arm == a] ** 2).sum() / w[arm == a].sum() ** 2 for a, m in zip((1, 0), means, strict=True)
    ]
    assert result.risks.difference.estimate == pytest.approx(means[0] - means[1], rel=1e-10)
    assert result.risks.difference.standard_error == pytest.approx(np.sqrt(sum(variances)), rel=1e-10)


def test_standardisation_is_the_stacked_m_estimator():
    x, arm, y = patients()
    observed, ones, zeros = np.column_stack([x, arm]), np.ones((len(y), 1)), np.zeros((len(y), 1))

    def equations(theta):
        q1, q0 = expit(np.hstack([x, ones]) @ theta[:4]), expit(np.hstack([x, zeros]) @ theta[:4])
        residual = y - expit(observed @ theta[:4])
        return np.column_stack([observed * residual[:, None], q1 - theta[4], q0 - theta[5]])

    theta, covariance = sandwich(equations, np.array([0, 0, 0, 0, 0.5, 0.5]))
    result = standardisation(OBSERVED, TREATED, UNTREATED, ARM, EVENTS, N)
    assert [result.treated.estimate, result.untreated.estimate] == pytest.approx(theta[4:], rel=1e-9)
    variance = covariance[4, 4] + covariance[5, 5] - 2 * covariance[4, 5]
    assert result.difference.standard_error == pytest.approx(np.sqrt(variance), rel=1e-6)
    assert result.treated.standard_error == pytest.approx(np.sqrt(covariance[4, 4]), rel=1e-6)


def test_doubly_robust_is_the_stacked_m_estimator():
    x, arm, y = patients()
    observed, ones, zeros = np.column_stack([x, arm]), np.ones((len(y), 1)), np.zeros((len(y), 1))

    def equations(theta):
        e = expit(x[:, :2] @ theta[:2])  # a propensity model that leaves a covariate out
        q1, q0 = expit(np.hstack([x, ones]) @ theta[2:6]), expit(np.hstack([x, zeros]) @ theta[2:6])
        residual = y - expit(observed @ theta[2:6])
        return np.column_stack(
            [
                x[:, :2] * (arm - e)[:, None],
                observed * residual[:, None],
                q1 + arm * (y - q1) / e - theta[6],
                q0 + (1 - arm) * (y - q0) / (1 - e) - theta[7],
            ]
        )

    theta, covariance = sandwich(equations, np.array([0, 0, 0, 0, 0, 0, 0.5, 0.5]))
    models = (X[:, :2], OBSERVED, TREATED, UNTREATED, ARM, EVENTS, N)
    result = doubly_robust(*models).risks
    assert [result.treated.estimate, result.untreated.estimate] == pytest.approx(theta[6:], rel=1e-9)
    variance = covariance[6, 6] + covariance[7, 7] - 2 * covariance[6, 7]
    assert result.difference.standard_error == pytest.approx(np.sqrt(variance), rel=1e-6)
    simple = doubly_robust(*models, variance="efficient_influence").risks
    assert simple.difference.estimate == result.difference.estimate
    influence = equations(theta)[:, 6] - equations(theta)[:, 7]
    assert simple.difference.standard_error == pytest.approx(np.sqrt((influence**2).sum()) / len(y), rel=1e-8)


def saturated(x, arm):
    patterns = np.unique(x, axis=0)
    cells = (x[:, None, :] == patterns).all(axis=2).astype(float)
    return cells, np.hstack([cells, cells * arm[:, None]])


def test_saturated_the_three_agree_with_direct_standardisation():
    cells, observed = saturated(X, ARM)
    _, treated = saturated(X, np.ones(12))
    _, untreated = saturated(X, np.zeros(12))
    share = (N[0::2] + N[1::2]) / N.sum()
    risks = [float(share @ (EVENTS[i::2] / N[i::2])) for i in (0, 1)]
    variances = [float(share**2 @ (EVENTS[i::2] * (N[i::2] - EVENTS[i::2]) / N[i::2] ** 3)) for i in (0, 1)]
    spread = float(share @ (EVENTS[0::2] / N[0::2] - EVENTS[1::2] / N[1::2] - risks[0] + risks[1]) ** 2) / N.sum()
    error = np.sqrt(sum(variances) + spread)
    models = (observed, treated, untreated, ARM, EVENTS, N)
    for result in (
        inverse_probability_weighting(cells, ARM, EVENTS, N).risks,
        standardisation(*models),
        doubly_robust(cells, *models).risks,
    ):
        assert result.treated.estimate == pytest.approx(risks[0], rel=1e-10)
        assert result.untreated.estimate == pytest.approx(risks[1], rel=1e-10)
        assert result.difference.standard_error == pytest.approx(error, rel=1e-9)


def test_limits_of_risks_stay_inside_and_odds_ratio_is_of_the_risks():
    result = inverse_probability_weighting(X, ARM, EVENTS, N, level=0.999999).risks
    for risk in (result.treated, result.untreated):
        assert 0.0 < risk.low < risk.estimate < risk.high < 1.0
    odds = [risk.estimate / (1 - risk.estimate) for risk in (result.treated, result.untreated)]
    assert result.odds_ratio.estimate == pytest.approx(odds[0] / odds[1], rel=1e-12)
    assert result.ratio.estimate == pytest.approx(result.treated.estimate / result.untreated.estimate, rel=1e-12)


def every_method(events, n, arm=ARM, x=X, **options):
    designs = (OBSERVED, TREATED, UNTREATED)
    return (
        inverse_probability_weighting(x, arm, events, n, **options).risks,
        standardisation(*designs, arm, events, n, **options),
        doubly_robust(x, *designs, arm, events, n, **options).risks,
    )


def test_pattern_with_one_arm_is_refused_unless_the_model_may_fill_the_gap():
    n, events = N.copy(), EVENTS.copy()
    n[3] = events[3] = 0
    for refused in every_method(events, n):
        for one in (refused.treated, refused.untreated, refused.difference, refused.ratio, refused.odds_ratio):
            assert (one.estimate, one.low, one.high) == (None, None, None)
            assert "positivity fails: 1 covariate patterns (14 patients) hold one arm only" in one.note
    for filled in every_method(events, n, one_arm="model"):
        assert filled.difference.low < filled.difference.estimate < filled.difference.high
        assert "fills a gap" in filled.note


def test_no_event_in_an_arm_gives_no_interval():
    events = np.where(ARM == 1, EVENTS, 0)
    weighted, standardised, robust = every_method(events, N)
    assert weighted.untreated.estimate == 0.0
    assert weighted.difference.estimate == weighted.treated.estimate
    for one in (weighted.untreated, weighted.difference, weighted.ratio, weighted.odds_ratio):
        assert one.low is None
        assert one.high is None
        assert one.note
    assert weighted.ratio.estimate is None
    assert weighted.treated.low < weighted.treated.estimate < weighted.treated.high
    for modelled in (standardised, robust):
        assert modelled.difference.estimate is None
        assert "separation" in modelled.note


@pytest.mark.parametrize("arm", [np.ones(12), np.zeros(12)])
def test_one_arm_only(arm):
    for result in every_method(EVENTS, N, arm):
        assert result.difference.estimate is None
        assert "one arm has no patient" in result.note


def test_treatment_determined_by_covariates():
    x = np.column_stack([np.ones(12), ARM])
    result = inverse_probability_weighting(x, ARM, EVENTS, N, one_arm="model")
    assert result.risks.difference.estimate is None
    assert "treatment is determined by the covariates" in result.risks.note


@settings(deadline=None, max_examples=15, derandomize=True)
@given(st.integers(2, 30))
def test_counts_times_k(k):
    for once, often in zip(every_method(EVENTS, N), every_method(k * EVENTS, k * N), strict=True):
        assert often.difference.estimate == pytest.approx(once.difference.estimate, rel=1e-9)
        assert often.difference.standard_error == pytest.approx(once.difference.standard_error / np.sqrt(k), rel=1e-8)


@settings(deadline=None, max_examples=15, derandomize=True)
@given(st.permutations(range(12)))
def test_swapping_arms_turns_the_difference_round_and_order_does_not_matter(order):
    order = list(order)
    result = inverse_probability_weighting(X, ARM, EVENTS, N).risks
    swapped = inverse_probability_weighting(X[order], 1 - ARM[order], EVENTS[order], N[order]).risks
    assert swapped.difference.estimate == pytest.approx(-result.difference.estimate, rel=1e-9)
    assert swapped.difference.low == pytest.approx(-result.difference.high, rel=1e-8)
    assert swapped.ratio.estimate == pytest.approx(1 / result.ratio.estimate, rel=1e-9)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"variance": "bootstrap"}, "variance must be one of stacked, weights_known; received 'bootstrap'"),
        ({"estimand": "ate"}, "estimand must be one of all, treated, overlap; received 'ate'"),
        ({"one_arm": "drop"}, "one_arm must be one of refuse, model; received 'drop'"),
        ({"truncation": 0.4}, "truncation must be .* above 0.5"),
        ({"level": 2}, "level must be"),
    ],
)
def test_illegal_options_of_weighting(options, message):
    with pytest.raises(ArgumentError, match=message):
        inverse_probability_weighting(X, ARM, EVENTS, N, **options)


def test_illegal_arguments_of_the_models():
    with pytest.raises(ArgumentError, match="design_if_treated must have the columns of design"):
        standardisation(OBSERVED, X, UNTREATED, ARM, EVENTS, N)
    with pytest.raises(ArgumentError, match="one_arm must be one of"):
        standardisation(OBSERVED, TREATED, UNTREATED, ARM, EVENTS, N, one_arm="x")
    with pytest.raises(ArgumentError, match="variance must be one of stacked, efficient_influence"):
        doubly_robust(X, OBSERVED, TREATED, UNTREATED, ARM, EVENTS, N, variance="weights_known")
