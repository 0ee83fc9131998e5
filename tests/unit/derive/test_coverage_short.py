"""The benchmark of coverage with few cohorts: what is far off shows here already.

A line fails when the Monte Carlo interval of its share (Clopper-Pearson, 99.99 %) lies outside its bounds altogether,
or when the mean estimate is off by more than four of its standard errors.
"""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.coverage import competing, course, means, missing, response, strata
from benchmarks.coverage.checks import interval, printed, rejections

LEVEL = 0.9999
PARTS = {
    "response": (response.effect_checks, 80),
    "dose does nothing": (response.null_checks, 60),
    "side effects and times": (course.checks, 60),
    "stopping competes": (competing.checks, 40),
    "missing at random": (missing.checks, 40),
    "over conditions": (strata.checks, 200),
    "mean times, small groups": (means.checks, 400),
}


@pytest.mark.parametrize("part", PARTS)
def test_intervals_hold_the_truth_and_tests_keep_their_level(part):
    run, cohorts = PARTS[part]
    checks = run(cohorts)
    assert {check.replicates for check in checks} == {cohorts}
    assert not [check.name for check in checks if check.missed(LEVEL)], printed(checks, LEVEL)


def wald(events: np.ndarray, n: int) -> list[tuple[float, float, float]]:
    share = events / n
    half = 1.96 * np.sqrt(share * (1 - share) / n)
    return list(zip(share, share - half, share + half, strict=True))


def test_an_interval_that_is_too_narrow_is_found():
    events = np.random.default_rng(1).binomial(20, 0.06, 200)
    check = interval("Wald", "20", 0.06, wald(events, 20))
    assert check.share < 0.8
    assert check.missed(LEVEL)
    assert check.missed()
    assert "MISSED" in printed([check])


def test_a_bias_is_found_even_where_the_interval_is_wide():
    generator = np.random.default_rng(2)
    rows = [(value, value - 2, value + 3) for value in generator.normal(0.5, 1, 200)]
    check = interval("shifted", "", 0.0, rows)
    assert 0.88 < check.share < 0.97
    assert check.biased
    assert check.missed(LEVEL)


def test_a_missing_interval_does_not_hold_the_truth_and_an_open_one_does():
    rows = [(None, None, None), (1.0, 0.0, None), (1.0, 0.0, 0.4), (1.0, 0.0, 2.0)]
    check = interval("any", "", 0.5, rows)
    assert (check.hits, check.replicates) == (2, 4)
    assert check.note == "no finite estimate in 25.0%"


def test_a_test_that_rejects_too_often_is_found():
    uniform = np.random.default_rng(3).random(300)
    assert not rejections("level kept", "", uniform).missed(LEVEL)
    assert rejections("level lost", "", uniform**2).missed(LEVEL)
    assert rejections("no p value", "", [None, 0.01]).hits == 1
