import numpy as np
import pytest

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.survival.cox import cox_regression
from dose_outcomes.stats.survival.proportional_hazards import TRANSFORMS, proportional_hazards_test


def cohort(n=80, seed=2):
    random = np.random.default_rng(seed)
    day = random.integers(1, 15, n)
    event = (random.random(n) < 0.7).astype(float)
    return day, event, 1 - event, np.column_stack([random.integers(0, 2, n), random.normal(size=n).round(1)])


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_it_is_the_score_test_of_the_drifting_model(ties):
    """The same by another route: each patient split at every event day, with covariates x and x times the day."""
    day, event, censored, x = cohort()
    fit = cox_regression(day, event, censored, x, ties=ties)
    test = proportional_hazards_test(fit, transform="identity")
    grid = np.unique(day[event == 1])
    rows = [
        (t - 0.5, t, float(event[i] * (day[i] == t)), *x[i], *(t * x[i]))
        for i in range(len(day))
        for t in grid[grid <= day[i]]
    ]
    table = np.array(rows)
    from dose_outcomes.stats.survival.partial_likelihood import partial_likelihood, risk_moments

    model = partial_likelihood(table[:, 1], table[:, 2], 1 - table[:, 2], table[:, 3:], entry=table[:, 0], ties=ties)
    moments = risk_moments(model, np.append(fit.coefficient, [0, 0]))
    score, information = moments.score_by_row().sum(axis=0), moments.information()
    np.testing.assert_allclose(score[:2], 0, atol=1e-8)
    assert score @ np.linalg.solve(information, score) == pytest.approx(test.overall.statistic, rel=1e-7)
    for j, one in enumerate(test.by_covariate):
        keep = [0, 1, 2 + j]
        part = score[keep] @ np.linalg.solve(information[np.ix_(keep, keep)], score[keep])
        assert part == pytest.approx(one.statistic, rel=1e-7)


@pytest.mark.parametrize("transform", TRANSFORMS)
def test_scale_of_time(transform):
    day, event, censored, x = cohort()
    test = proportional_hazards_test(cox_regression(day, event, censored, x), transform=transform)
    stretched = proportional_hazards_test(cox_regression(7 * day, event, censored, x), transform=transform)
    assert stretched.overall.statistic == pytest.approx(test.overall.statistic, rel=1e-7)
    assert test.overall.degrees_of_freedom == 2
    assert f"{transform} transform" in test.overall.method


def test_level_under_proportional_hazards_and_power_under_crossing():
    random = np.random.default_rng(12)
    rejected = 0
    for _ in range(100):
        group = random.integers(0, 2, 150)
        day = np.ceil(random.exponential(30 * np.exp(-0.5 * group))).astype(int)
        fit = cox_regression(day, np.ones(150), np.zeros(150), group[:, None])
        rejected += proportional_hazards_test(fit).overall.p_value < 0.05
    assert 0 <= rejected <= 12
    day = np.where(group == 1, random.integers(20, 30, 150), random.integers(1, 50, 150))
    fit = cox_regression(day, np.ones(150), np.zeros(150), group[:, None])
    assert proportional_hazards_test(fit).by_covariate[0].p_value < 1e-4


def test_delayed_entry_and_strata():
    day, event, censored, x = cohort()
    fit = cox_regression(day, event, censored, x, entry=np.zeros(80), stratum=np.arange(80) % 2)
    assert proportional_hazards_test(fit).overall.statistic >= 0


def test_what_cannot_be_tested_is_said():
    one_day = cox_regression([3, 3, 3], [1, 1, 0], [0, 0, 1], [[0], [1], [1]])
    assert proportional_hazards_test(one_day).overall.note == "too few event days to see a drift"
    none = proportional_hazards_test(cox_regression([3, 4], [0, 0], [1, 1], [[0], [1]]))
    assert (none.overall.statistic, none.by_covariate[0].note) == (None, "no coefficient estimable")
    day, event, censored, x = cohort()
    constant = cox_regression(day, event, censored, np.column_stack([x, np.ones(80)]))
    assert proportional_hazards_test(constant).by_covariate[2].note == "coefficient not estimable"
    day_0 = cox_regression([0, 2, 3, 4], [1, 1, 1, 1], [0, 0, 0, 0], [[0], [1], [0], [1]])
    assert proportional_hazards_test(day_0, transform="log").overall.note == "the transform is not defined on day 0"
    assert proportional_hazards_test(day_0).overall.statistic is not None


def test_illegal_transform():
    fit = cox_regression([1, 2], [1, 1], [0, 0], [[0], [1]])
    with pytest.raises(ArgumentError, match="transform must be one of km, identity, log, rank; received 'sqrt'"):
        proportional_hazards_test(fit, transform="sqrt")
