import numpy as np
import pytest

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.survival.cox import cox_regression
from dose_outcomes.stats.survival.fine_gray import fine_gray
from dose_outcomes.stats.survival.gray import gray_test


def cohort(seed=3, n=70, ties=True):
    random = np.random.default_rng(seed)
    x = np.column_stack([random.integers(0, 2, n), random.normal(size=n).round(1)])
    day = np.ceil(random.exponential(8, n)) if ties else random.exponential(8, n)
    status = random.choice(3, n, p=[0.3, 0.4, 0.3])
    return day, np.column_stack([status == 1, status == 2]).astype(float), (status == 0).astype(float), x


def test_without_censoring_competing_patients_stay_at_risk_for_good():
    day, events, censored, x = cohort()
    events[:, 1] += censored
    fit = fine_gray(day, events, np.zeros(70), x)
    forever = np.where(events[:, 0] == 1, day, day.max() + 1)
    cox = cox_regression(forever, events[:, 0], events[:, 1], x, ties="breslow", robust=True)
    np.testing.assert_allclose(fit.coefficient, cox.coefficient, rtol=1e-9)
    np.testing.assert_allclose(fit.naive_covariance, cox.covariance, rtol=1e-9)
    np.testing.assert_allclose(fit.covariance, cox.robust_covariance, rtol=1e-9)
    assert fit.log_likelihood == pytest.approx(cox.log_likelihood, rel=1e-12)


def test_without_competing_events_it_is_cox_regression():
    day, events, censored, x = cohort()
    for ties in ("breslow", "efron"):
        fit = fine_gray(day, events[:, :1], censored + events[:, 1], x, ties=ties)
        cox = cox_regression(day, events[:, 0], censored + events[:, 1], x, ties=ties, robust=True)
        np.testing.assert_allclose(fit.coefficient, cox.coefficient, rtol=1e-9)
        np.testing.assert_allclose(fit.covariance, cox.robust_covariance, rtol=1e-9)


def test_weights_written_out():
    """The weighted likelihood patient by patient; its slope at the estimate is 0."""
    day, events, censored, x = cohort()
    fit = fine_gray(day, events, censored, x)
    days = np.unique(day)

    def still_observed(t):  # G(t-), events before censorings of the same day
        factors = [
            1 - censored[day == s].sum() / max((day > s).sum() + censored[day == s].sum(), 1) for s in days[days < t]
        ]
        return np.prod(factors)

    slope = np.zeros(2)
    for i in np.flatnonzero(events[:, 0]):
        t = day[i]
        weight = np.where(day >= t, 1.0, 0.0)
        for j in np.flatnonzero((day < t) & (events[:, 1] == 1)):
            weight[j] = still_observed(t) / still_observed(day[j])
        risk = weight * np.exp(x @ fit.coefficient)
        slope += x[i] - risk @ x / risk.sum()
    np.testing.assert_allclose(slope, 0, atol=1e-8)


def test_counts_are_rows():
    day, events, censored, x = cohort()
    x = x.round()
    apart = fine_gray(day, events, censored, x)
    patterns, pattern = np.unique(x, axis=0, return_inverse=True)
    cells, index = np.unique(np.column_stack([day, pattern]), axis=0, return_inverse=True)
    table = np.column_stack([np.bincount(index, column) for column in (*events.T, censored)])
    together = fine_gray(cells[:, 0], table[:, :2], table[:, 2], patterns, pattern=cells[:, 1])
    np.testing.assert_allclose(together.coefficient, apart.coefficient, rtol=1e-9)
    np.testing.assert_allclose(together.covariance, apart.covariance, rtol=1e-8)
    assert together.events == events[:, 0].sum()


@pytest.mark.parametrize("censoring", ["after events", "with events"])
def test_covariance_is_the_sum_of_squared_influences_of_the_patients(censoring):
    """Everybody a million times, one of them a thousand times more or less: the coefficient moves by the influence."""
    day, events, censored, x = cohort()
    influence = []
    for i in range(len(day)):
        moved = []
        for sign in (1, -1):
            n = np.full(len(day), 1e6)
            n[i] += sign * 1e3
            moved.append(fine_gray(day, events * n[:, None], censored * n, x, censoring=censoring).coefficient)
        influence.append((moved[0] - moved[1]) / 2e3 * 1e6)
    fit = fine_gray(day, events, censored, x, censoring=censoring)
    # Fine and Gray count censorings over those at risk, the derivative over those left: a difference of order 1/n.
    np.testing.assert_allclose(fit.covariance, np.transpose(influence) @ np.array(influence), rtol=0.01, atol=1e-4)


def test_agrees_with_grays_test_in_large_samples():
    random = np.random.default_rng(5)
    group, day, end = random.integers(0, 2, 4000), random.exponential(8, 4000), random.uniform(2, 20, 4000)
    status = np.where(end < day, 0, np.where(random.random(4000) < 0.4 + 0.2 * group, 1, 2))
    events, day = np.column_stack([status == 1, status == 2]).astype(float), np.minimum(day, end)
    fit = fine_gray(day, events, (status == 0).astype(float), group[:, None])
    z2 = fit.coefficient[0] ** 2 / fit.covariance[0, 0]
    assert z2 > 50
    assert z2 == pytest.approx(gray_test(day, events, (status == 0).astype(float), group).statistic, rel=0.1)


def test_order_of_censoring_within_a_day_matters_with_ties_only():
    tied, untied = cohort(), cohort(ties=False)
    one, other = (fine_gray(*tied, censoring=order).coefficient for order in ("after events", "with events"))
    assert not np.allclose(one, other, rtol=1e-6)
    one, other = (fine_gray(*untied, censoring=order) for order in ("after events", "with events"))
    np.testing.assert_allclose(one.coefficient, other.coefficient, rtol=1e-12)


def test_other_cause_and_level():
    data = cohort()
    one, other = fine_gray(*data, level=0.9), fine_gray(*data, cause=1)
    assert one.coefficient[0] != pytest.approx(other.coefficient[0])
    first = one.coefficients[0]
    assert first.high - first.estimate == pytest.approx(1.6448536269514722 * first.standard_error)


def test_what_is_not_estimable_is_said():
    none = fine_gray([1, 2], [[0, 1], [0, 0]], [0, 1], [[0.0], [1.0]])
    assert none.coefficients[0].note == "not estimable: no event of the cause"
    one_side = fine_gray([1, 2, 3, 4], [[1, 0], [1, 0], [0, 1], [0, 0]], [0, 0, 0, 1], [[0.0], [0.0], [1.0], [1.0]])
    assert one_side.coefficients[0].estimate is None
    assert fine_gray([], np.zeros((0, 2)), [], np.zeros((0, 1))).coefficients[0].estimate is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cause": 2}, r"cause must be a column of events \(0 to 1\); received 2"),
        ({"ties": "exact"}, "ties must be one of efron, breslow"),
        ({"censoring": "before events"}, "censoring must be one of after events, with events"),
        ({"level": 0}, "level must be"),
        ({"pattern": [0] * 69 + [70]}, "pattern must be"),
    ],
)
def test_illegal_options(options, message):
    with pytest.raises(ArgumentError, match=message):
        fine_gray(*cohort(), **options)
