import numpy as np
import pytest

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.survival.cox import cox_regression
from dose_outcomes.stats.survival.simon_makuch import simon_makuch


def episodes(seed=4, n=200, switch=True):
    """Rows (group, entered, day, event): start on 0.5 mg, perhaps change to 4.5 mg, one hazard throughout."""
    random = np.random.default_rng(seed)
    rows = []
    for _ in range(n):
        end, change = int(random.geometric(0.05)), int(random.integers(1, 40))
        event = random.random() < 0.8
        if switch and change < end:
            rows += [(0.5, -1, change, 0), (4.5, change, end, event)]
        else:
            rows += [(0.5, -1, end, event)]
    return np.array(rows, dtype=float)


def tables(rows):
    group, entry, day, event = rows.T
    nothing = np.zeros(len(rows))
    return (
        np.append(day, entry), np.append(event, nothing), np.append(1 - event, nothing),
        np.append(nothing, nothing + 1), np.append(group, group),
    )  # fmt: skip


def test_waiting_time_is_not_credited_to_the_later_group():
    rows = episodes(n=3000)
    result = simon_makuch(*tables(rows))
    assert result.groups == (0.5, 4.5)
    assert result.test.p_value > 0.01
    assert result.test.observed.sum() == rows[:, 3].sum()
    assert "Mantel-Byar" in result.test.method


def test_test_is_that_of_the_time_dependent_covariate():
    # Without ties the score test of a Cox model on the episodes is the log-rank test of the same risk sets.
    rows = episodes(n=60)
    rows[:, 2] += np.random.default_rng(1).random(len(rows)) / 10
    group, entry, day, event = rows.T
    test = simon_makuch(*tables(rows)).test
    fit = cox_regression(day, event, 1 - event, (group == 4.5)[:, None].astype(float), entry=entry)
    assert test.statistic == pytest.approx(fit.score_test.statistic, rel=1e-8)


def test_landmark():
    rows = episodes()
    late, whole = simon_makuch(*tables(rows), start=10), simon_makuch(*tables(rows))
    for curve, full in zip(late.curves, whole.curves, strict=True):
        assert curve.day[0] > 10
        before = full.estimate[full.day <= 10]
        np.testing.assert_allclose(curve.estimate * before[-1], full.estimate[full.day > 10], rtol=1e-10)
    assert late.test.observed.sum() == rows[(rows[:, 2] > 10), 3].sum()


def test_one_group():
    result = simon_makuch([-1, 3, 5], [0, 1, 0], [0, 0, 1], [2, 0, 0], ["low"] * 3)
    assert result.curves[0].estimate.tolist() == [0.5, 0.5]
    assert result.test.statistic is None


def test_illegal_arguments():
    with pytest.raises(ArgumentError, match="group must have at least one label; received none"):
        simon_makuch([], [], [], [], [])
    with pytest.raises(ArgumentError, match="entered must add up"):
        simon_makuch([0, 3], [0, 1], [0, 0], [2, 0], ["a", "a"])
    with pytest.raises(ArgumentError, match=r"left must be .* at least 0"):
        simon_makuch([3], [1], [-1], [0], ["a"])
