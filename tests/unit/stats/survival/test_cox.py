import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.survival.cox import cox_regression, hazard_ratio
from dose_outcomes.stats.survival.cox_variance import score_residuals
from dose_outcomes.stats.survival.logrank import logrank
from dose_outcomes.stats.survival.partial_likelihood import partial_likelihood, risk_moments
from dose_outcomes.stats.survival.tied_events import tied_event_nodes


def cohort(seed, n=60, entry=False, strata=1):
    random = np.random.default_rng(seed)
    start = random.integers(0, 5, n) if entry else np.full(n, -1)
    day = start + random.integers(1, 9, n)
    event = (random.random(n) < 0.7).astype(float)
    x = np.column_stack([random.integers(0, 2, n), random.normal(size=n).round(1)])
    return {
        "day": day, "events": event, "censored": 1 - event, "covariates": x, "entry": start,
        "stratum": random.integers(0, strata, n), "weights": random.integers(1, 4, n) / 2,
    }  # fmt: skip


def brute_force_log_likelihood(data, beta, ties, weights=None):
    """The definition, patient by patient."""
    x, day, event = data["covariates"], np.asarray(data["day"]), np.asarray(data["events"])
    w = np.ones(len(day)) if weights is None else weights
    risk, total = w * np.exp(x @ beta), 0.0
    for stratum in set(data["stratum"]):
        member = data["stratum"] == stratum
        for t in sorted(set(day[member & (event == 1)])):
            at_risk = member & (data["entry"] < t) & (t <= day)
            dead = member & (day == t) & (event == 1)
            total += (w * (x @ beta))[dead].sum()
            d = int(dead.sum())
            for number in range(d):
                share = number / d if ties == "efron" else 0.0
                total -= w[dead].sum() / d * np.log(risk[at_risk].sum() - share * risk[dead].sum())
    return total


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize(("entry", "strata", "weighted"), [(False, 1, False), (True, 2, False), (True, 2, True)])
def test_maximum_of_the_likelihood_written_out(ties, entry, strata, weighted):
    data = cohort(11, entry=entry, strata=strata)
    weights = data.pop("weights")
    extra = {"weights": weights} if weighted else {}
    fit = cox_regression(**data, **extra, ties=ties)
    w = weights if weighted else None
    for beta, value in ((np.zeros(2), fit.log_likelihood_null), (fit.coefficient, fit.log_likelihood)):
        assert brute_force_log_likelihood(data, beta, ties, w) == pytest.approx(value, rel=1e-11)
    best = minimize(lambda b: -brute_force_log_likelihood(data, b, ties, w), np.zeros(2), method="BFGS", tol=1e-7)
    np.testing.assert_allclose(fit.coefficient, best.x, atol=2e-5)
    h = 1e-4
    steps = h * np.eye(2)
    hessian = [
        [
            sum(
                sign_a * sign_b * brute_force_log_likelihood(data, fit.coefficient + sign_a * a + sign_b * b, ties, w)
                for sign_a in (1, -1)
                for sign_b in (1, -1)
            )
            / (4 * h * h)
            for b in steps
        ]
        for a in steps
    ]
    np.testing.assert_allclose(np.linalg.inv(fit.covariance), -np.array(hessian), rtol=1e-4, atol=1e-4)


@given(st.integers(0, 10_000), st.sampled_from(["efron", "breslow"]))
@settings(deadline=None, max_examples=20, derandomize=True)
def test_counts_rows_and_order_are_the_same(seed, ties):
    data = cohort(seed, entry=True, strata=2)
    del data["weights"]
    data["covariates"] = data["covariates"].round()
    apart = cox_regression(**data, ties=ties, robust=True)
    x, pattern = np.unique(data["covariates"], axis=0, return_inverse=True)
    keys = np.column_stack([data["entry"], data["day"], data["stratum"], pattern])
    cells, index = np.unique(keys, axis=0, return_inverse=True)
    together = cox_regression(
        cells[:, 1],
        np.bincount(index, data["events"]),
        np.bincount(index, data["censored"]),
        x,
        entry=cells[:, 0],
        stratum=cells[:, 2],
        pattern=cells[:, 3],
        ties=ties,
        robust=True,
    )
    np.testing.assert_allclose(together.coefficient, apart.coefficient, rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(together.covariance, apart.covariance, rtol=1e-7)
    np.testing.assert_allclose(together.robust_covariance, apart.robust_covariance, rtol=1e-7)
    assert together.n == apart.n == 60


def test_score_test_without_ties_is_the_logrank_test():
    random = np.random.default_rng(3)
    day, group = random.permutation(80) + 1, random.integers(0, 3, 80)
    event = (random.random(80) < 0.6).astype(float)
    fit = cox_regression(day, event, 1 - event, np.eye(3)[group][:, 1:])
    test = logrank(day, event, 1 - event, group)
    assert fit.score_test.statistic == pytest.approx(test.statistic, rel=1e-10)
    assert fit.score_test.p_value == pytest.approx(test.p_value, rel=1e-9)


def test_many_ties_by_the_gauss_rule():
    counts = ([1, 2, 3] * 2, [300, 900, 50, 500, 700, 90], [0, 10, 2000, 5, 0, 1500], [[0]] * 3 + [[1]] * 3)
    fit = cox_regression(*counts)
    day, events, censored = (np.array(column) for column in counts[:3])
    n = (events + censored).astype(int)
    rows = {
        "day": np.repeat(day, n),
        "events": np.concatenate([np.arange(k) < d for k, d in zip(n, events, strict=True)]).astype(float),
        "covariates": np.repeat(np.array(counts[3], dtype=float), n, axis=0),
        "entry": np.full(n.sum(), -1),
        "stratum": np.zeros(n.sum()),
    }
    assert fit.log_likelihood == pytest.approx(brute_force_log_likelihood(rows, fit.coefficient, "efron"), rel=1e-13)
    assert abs(fit.coefficient[0]) > 0.01


@pytest.mark.parametrize("d", [41, 137, 5000, 1e6])
def test_gauss_rule_equals_the_sum(d):
    nodes = tied_event_nodes(np.array([d]), np.array([0.5]), "efron")
    assert len(nodes.row) == 20
    grid = np.arange(d) / d
    for g in (lambda f: 1 / (1 - 0.5 * f) ** 2, lambda f: np.log(1 - 0.5 * f), lambda f: f**7):
        assert nodes.weight @ g(nodes.fraction) == pytest.approx(g(grid).sum(), rel=1e-12)


def test_gauss_rule_is_left_where_it_would_be_inexact():
    assert len(tied_event_nodes(np.array([100.0]), np.array([0.9]), "efron").row) == 100


def test_residuals_sum_to_the_score_and_are_derivatives_by_case_weight():
    data = cohort(5, n=25, entry=True, strata=2)
    del data["weights"]
    fit = cox_regression(**data, ties="breslow", robust=True)
    residuals = score_residuals(fit.model, risk_moments(fit.model, fit.coefficient))
    own = np.where(data["events"][:, None] == 1, residuals.event, residuals.censored)
    np.testing.assert_allclose(own.sum(axis=0), 0, atol=1e-9)
    influence = own @ fit.covariance
    h = 1e-5
    for i in range(0, 25, 4):
        moved = []
        for sign in (1, -1):
            weights = np.ones(25)
            weights[i] += sign * h
            moved.append(cox_regression(**data, weights=weights, ties="breslow").coefficient)
        np.testing.assert_allclose(influence[i], (moved[0] - moved[1]) / (2 * h), rtol=1e-5, atol=1e-8)
    np.testing.assert_allclose(fit.robust_covariance, influence.T @ influence, rtol=1e-10)
    assert fit.coefficients[0].standard_error == pytest.approx(np.sqrt(fit.robust_covariance[0, 0]))


def test_efron_residuals_sum_to_zero():
    data = cohort(8, n=40)
    fit = cox_regression(**data)
    residuals = score_residuals(fit.model, risk_moments(fit.model, fit.coefficient))
    own = np.where(data["events"][:, None] == 1, residuals.event, residuals.censored) * data["weights"][:, None]
    np.testing.assert_allclose(own.sum(axis=0), 0, atol=1e-9)


def test_clusters_are_what_is_independent():
    data = cohort(9)
    del data["weights"]
    alone = cox_regression(**data, cluster=np.arange(60))
    np.testing.assert_allclose(alone.robust_covariance, cox_regression(**data, robust=True).robust_covariance)
    # Every patient split in two periods is still one patient.
    middle = (data["entry"] + data["day"]) / 2
    split = {
        "day": np.append(middle, data["day"]),
        "entry": np.append(data["entry"], middle),
        "events": np.append(np.zeros(60), data["events"]),
        "censored": np.append(np.ones(60), data["censored"]),
        "covariates": np.vstack([data["covariates"]] * 2),
    }
    periods = cox_regression(**split, cluster=np.tile(np.arange(60), 2))
    np.testing.assert_allclose(periods.coefficient, alone.coefficient, rtol=1e-8)
    np.testing.assert_allclose(periods.robust_covariance, alone.robust_covariance, rtol=1e-8)


@pytest.mark.parametrize(("sign", "direction"), [(1, "plus"), (-1, "minus")])
def test_likelihood_without_maximum_is_reported_and_the_rest_estimated(sign, direction):
    data = cohort(2, n=80)
    del data["weights"]
    never = np.random.default_rng(7).random(80) < 0.25
    data["events"] = np.where(never, 0.0, data["events"])
    data["censored"] = 1 - data["events"]
    x = data["covariates"]
    data["covariates"] = np.column_stack([x, -sign * never.astype(float)])
    fit = cox_regression(**data, robust=True)
    assert fit.converged
    assert fit.estimable.tolist() == [True, True, False]
    last = fit.coefficients[2]
    assert (last.estimate, last.low, last.standard_error) == (None, None, None)
    assert f"grows towards {direction} infinity" in last.note
    assert fit.note == "covariates not estimable: 2"
    # In the limit those without events leave the risk set.
    kept = ~never
    without = cox_regression(
        data["day"][kept], data["events"][kept], data["censored"][kept], x[kept], entry=data["entry"][kept],
        stratum=data["stratum"][kept],
    )  # fmt: skip
    np.testing.assert_allclose(fit.coefficient[:2], without.coefficient, rtol=1e-6)
    np.testing.assert_allclose(fit.covariance[:2, :2], without.covariance, rtol=1e-6)


def test_superfluous_covariates_are_left_out():
    data = cohort(4)
    x = data["covariates"]
    data["covariates"] = np.column_stack([np.ones(60), x[:, 0], 2 - 3 * x[:, 0], x[:, 1]])
    fit = cox_regression(**data)
    assert fit.estimable.tolist() == [False, True, False, True]
    assert "no variation of its own" in fit.coefficients[2].note
    assert fit.likelihood_ratio_test.degrees_of_freedom == 2
    data["covariates"] = x
    np.testing.assert_allclose(fit.coefficient[[1, 3]], cox_regression(**data).coefficient, rtol=1e-9)


def test_covariate_that_varies_between_strata_only():
    data = cohort(4, strata=2)
    data["covariates"] = np.column_stack([data["covariates"][:, 0], data["stratum"]])
    assert cox_regression(**data).estimable.tolist() == [True, False]


@pytest.mark.parametrize("counts", [([1, 2], [0, 0], [1, 1], [[0.0], [1.0]]), ([], [], [], np.zeros((0, 1)))])
def test_without_events(counts):
    fit = cox_regression(*counts, robust=True)
    assert fit.coefficients[0].note == "not estimable: no event"
    assert (fit.score_test.statistic, fit.wald_test.p_value, fit.note) == (None, None, "no event")
    assert (fit.log_likelihood, fit.events) == (0, 0)


def test_hazard_ratio():
    fit = cox_regression([1, 2, 3], [1, 1, 0], [0, 0, 1], [[1], [0], [1]], level=0.9)
    ratio = hazard_ratio(fit.coefficients[0])
    assert ratio.estimate == pytest.approx(np.sqrt(0.5))
    assert np.log(ratio.high / ratio.estimate) == pytest.approx(1.6448536269514722 * ratio.standard_error)
    missing = hazard_ratio(cox_regression([1], [0], [1], [[1.0]]).coefficients[0])
    assert (missing.estimate, missing.low) == (None, None)


@given(st.integers(0, 100_000))
@settings(deadline=None, max_examples=80, derandomize=True)
def test_a_handful_of_patients_gives_numbers_or_reasons(seed):
    random = np.random.default_rng(seed)
    n = int(random.integers(1, 12))
    day, event = random.integers(0, 6, n), random.integers(0, 2, n)
    x = random.integers(0, 2, (n, int(random.integers(1, 4)))).astype(float)
    extra = {}
    if random.random() < 0.5:
        extra["entry"] = day - random.integers(1, 4, n)
    if random.random() < 0.5:
        extra["stratum"] = random.integers(0, 2, n)
    fit = cox_regression(day, event, 1 - event, x, robust=True, **extra)
    assert fit.converged
    for one in fit.coefficients:
        if one.estimate is None:
            assert one.note.startswith("not estimable: ")
        else:
            assert np.isfinite([one.estimate, one.low, one.high]).all()
            assert abs(one.estimate) < 15
    for test in (fit.score_test, fit.likelihood_ratio_test, fit.wald_test):
        assert test.statistic is None or test.statistic > -1e-9


GOOD = {"day": [1, 2], "events": [1, 0], "censored": [0, 1], "covariates": [[0], [1]]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ties": "exact"}, "ties must be one of efron, breslow; received 'exact'"),
        ({"events": [0.5, 0]}, "events must be .* whole number"),
        ({"entry": [1, 0]}, "entry must be before day; received entry 1 with day 1"),
        ({"pattern": [0, 2]}, "pattern must be .* below 2"),
        ({"covariates": [[0]]}, r"covariates must have one row per entry of day \(2\).*received 1"),
        ({"covariates": [0, 1]}, "covariates must be 2-dimensional"),
        ({"covariates": [[np.nan], [1]]}, "covariates must be .* finite"),
        ({"weights": [-1, 1]}, "weights must be .* at least 0"),
        ({"stratum": ["a"]}, "stratum must be a 1-dimensional array of 2 entries"),
        ({"cluster": ["a"]}, "cluster must be a 1-dimensional array of 2 entries"),
        ({"level": 1.5}, "level must be"),
    ],
)
def test_illegal_arguments(change, message):
    with pytest.raises(ArgumentError, match=message):
        cox_regression(**(GOOD | change))


def test_rows_of_weight_0_do_not_count():
    more = {name: [*values, values[0]] for name, values in GOOD.items()}
    model = partial_likelihood(**more, weights=[1, 1, 0])
    assert model.deaths.tolist() == [1]
