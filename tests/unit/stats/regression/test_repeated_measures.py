"""Mixed model for repeated measures: by regression where visits are complete, by brute force where they are not."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.regression.repeated_measures import repeated_measures

VISITS, GROUPS = 3, 2


def draw(seed, patients=40, missing=0.0):
    random = np.random.default_rng(seed)
    group = np.arange(patients) % GROUPS
    baseline = random.normal(50, 8, patients)
    covariance = 4 * (0.6 + 0.4 * np.eye(VISITS)) * np.outer([1, 1.2, 1.5], [1, 1.2, 1.5])
    noise = random.multivariate_normal(np.zeros(VISITS), covariance, patients)
    score = -2 - group[:, None] - 0.3 * (baseline - 50)[:, None] + noise
    seen = random.random((patients, VISITS)) >= missing
    seen[:, 0] |= ~seen.any(axis=1)
    return group, baseline, score, seen


def sums(group, baseline, score, seen):
    rows = np.column_stack([np.ones(len(group)), baseline, np.where(seen, score, 0.0)])
    found = {}
    for one, place, pattern in zip(rows, group, seen, strict=True):
        key = (place, tuple(pattern.astype(int)))
        found[key] = found.get(key, 0) + np.outer(one, one)
    keys = sorted(found)
    return [place for place, _ in keys], [pattern for _, pattern in keys], [found[key] for key in keys]


@pytest.mark.parametrize("seed", range(3))
def test_with_all_visits_it_is_a_regression_at_each_visit(seed):
    """With complete data each visit stands alone: analysis of covariance, with its t distribution."""
    group, baseline, score, seen = draw(seed)
    fit = repeated_measures(*sums(group, baseline, score, seen), groups=GROUPS)
    design = np.column_stack([group == 0, group == 1, baseline - baseline.mean()]).astype(float)
    for visit in range(VISITS):
        expected = sm.OLS(score[:, visit], design).fit().t_test([-1, 1, 0])
        found = fit.contrast([-1, 1], visit, level=0.9)
        low, high = expected.conf_int(alpha=0.1)[0]
        assert found.estimate == pytest.approx(float(expected.effect[0]), rel=1e-9)
        assert found.standard_error == pytest.approx(float(expected.sd[0, 0]), rel=1e-7)
        # the limits hold Satterthwaite's degrees of freedom: exactly those of the regression here
        assert (found.low, found.high) == pytest.approx((low, high), rel=1e-5)
    residuals = score - design @ np.linalg.lstsq(design, score, rcond=None)[0]
    assert fit.covariance == pytest.approx(residuals.T @ residuals / (len(group) - 3), rel=1e-7)


def brute_force(group, baseline, score, seen):
    """Maximise the restricted likelihood patient by patient, by another search and another form of the covariance."""
    centred = baseline - baseline.mean()
    blocks = [
        np.hstack([np.kron(np.eye(GROUPS)[place], np.eye(VISITS)), value * np.eye(VISITS)])
        for place, value in zip(group, centred, strict=True)
    ]

    def pieces(root):
        covariance = root @ root.T
        information, right, deviance = 0.0, 0.0, 0.0
        for block, y, pattern in zip(blocks, score, seen, strict=True):
            weight = np.linalg.inv(covariance[np.ix_(pattern, pattern)])
            own = block[pattern]
            information = information + own.T @ weight @ own
            right = right + own.T @ weight @ y[pattern]
            deviance += y[pattern] @ weight @ y[pattern] - np.linalg.slogdet(weight)[1]
        coefficients = np.linalg.solve(information, right)
        return deviance + np.linalg.slogdet(information)[1] - coefficients @ right, coefficients, information

    def matrix(parameters):
        root = np.zeros((VISITS, VISITS))
        root[np.tril_indices(VISITS)] = parameters
        return root

    start = (2.0 * np.eye(VISITS))[np.tril_indices(VISITS)]
    found = minimize(lambda p: pieces(matrix(p))[0], start, method="BFGS", options={"gtol": 1e-4})
    _, coefficients, information = pieces(matrix(found.x))
    return coefficients, np.linalg.inv(information), matrix(found.x) @ matrix(found.x).T


def test_with_missing_visits_it_maximises_the_restricted_likelihood():
    data = draw(5, patients=30, missing=0.3)
    fit = repeated_measures(*sums(*data), groups=GROUPS)
    coefficients, uncertainty, covariance = brute_force(*data)
    assert fit.means.ravel() == pytest.approx(coefficients[: GROUPS * VISITS], rel=1e-4)
    assert fit.covariance == pytest.approx(covariance, rel=1e-3)
    contrast = np.zeros(len(coefficients))
    contrast[[2, 5]] = -1, 1
    error = np.sqrt(contrast @ uncertainty @ contrast)
    assert fit.contrast([-1, 1], 2).standard_error == pytest.approx(error, rel=1e-3)


@settings(deadline=None, max_examples=15, derandomize=True)
@given(shift=st.floats(-100, 100), scale=st.floats(0.1, 50), seed=st.integers(0, 5))
def test_units_of_the_scores_do_not_matter(shift, scale, seed):
    """The same scores in other units, and a baseline from another zero, give the same answer in those units."""
    group, baseline, score, seen = draw(seed, missing=0.2)
    first = repeated_measures(*sums(group, baseline, score, seen), groups=GROUPS).contrast([-1, 1], 2)
    turned = sums(group, scale * baseline + shift, scale * score, seen)
    second = repeated_measures(*turned, groups=GROUPS).contrast([-1, 1], 2)
    expected = (scale * first.estimate, scale * first.low, scale * first.high)
    assert (second.estimate, second.low, second.high) == pytest.approx(expected, rel=1e-4, abs=1e-6 * scale)


def test_a_group_without_scores_at_a_visit_has_no_mean_there_and_leaves_the_rest():
    group, baseline, score, seen = draw(1)
    seen[group == 1, 2] = False
    fit = repeated_measures(*sums(group, baseline, score, seen), groups=GROUPS)
    assert fit.contrast([1, 0], 2).estimate is not None
    assert fit.contrast([0, 1], 1).estimate is not None
    found = fit.contrast([-1, 1], 2)
    assert found.estimate is None
    assert "without any score" in found.note


def test_visits_never_seen_together_do_not_determine_the_covariance():
    group, baseline, score, seen = draw(2, patients=60)
    seen[:] = np.arange(60)[:, None] % VISITS == np.arange(VISITS)
    found = repeated_measures(*sums(group, baseline, score, seen), groups=GROUPS).contrast([-1, 1], 0)
    assert found.estimate is None
    assert "did not converge" in found.note


@pytest.mark.parametrize("patients", [0, 4])
def test_too_few_patients(patients):
    group, baseline, score, seen = (values[:patients] for values in draw(3))
    empty = ([], np.zeros((0, VISITS)), np.zeros((0, VISITS + 2, VISITS + 2)))
    arguments = sums(group, baseline, score, seen) if patients else empty
    found = repeated_measures(*arguments, groups=GROUPS).contrast([1, 0], 0)
    assert (found.estimate, found.low, found.high) == (None, None, None)
    assert "patients" in found.note


@pytest.mark.parametrize(
    ("group", "observed", "products", "message"),
    [
        ([2], [[1]], np.ones((1, 3, 3)), "group must be"),
        ([0], [[2]], np.ones((1, 3, 3)), "observed must be"),
        ([0], [[1]], np.ones((1, 4, 4)), "products must have shape"),
    ],
)
def test_illegal_arguments(group, observed, products, message):
    with pytest.raises(ArgumentError, match=message):
        repeated_measures(group, observed, products, groups=2)


def test_illegal_contrast():
    fit = repeated_measures(*sums(*draw(0)), groups=GROUPS)
    with pytest.raises(ArgumentError, match="weights must be as long as means"):
        fit.contrast([1.0], 0)
    with pytest.raises(ArgumentError, match="level must be"):
        fit.contrast([1.0, 0.0], 0, level=1.0)


def test_scores_that_lie_on_their_line_have_no_covariance_and_stop_nothing():
    """The change is one point lower for each point of the baseline, in both groups, without any noise."""
    high = [[10.0, 85.0, -25.0], [85.0, 725.0, -215.0], [-25.0, -215.0, 65.0]]
    low = [[6.0, 39.0, -3.0], [39.0, 255.0, -21.0], [-3.0, -21.0, 3.0]]
    fit = repeated_measures([1, 0], [[1], [1]], [high, low], groups=2)
    found = fit.contrast([1, -1], 0)
    assert found.estimate is None
    assert "did not converge" in found.note
