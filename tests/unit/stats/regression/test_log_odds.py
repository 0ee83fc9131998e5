"""Log odds and their variances."""

import numpy as np
import pytest

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.regression.firth import firth_logistic_regression
from dose_outcomes.stats.regression.log_odds import log_odds, log_odds_of_proportions, proportion_of_log_odds
from dose_outcomes.stats.result import Estimate


@pytest.mark.parametrize(
    ("events", "n", "reason"),
    [
        ([0, 3], [5, 6], "1 groups have all or none"),
        ([5, 6], [5, 6], "2 groups have all"),
        ([0], [0], "1 groups without patients"),
    ],
)
def test_infinite_log_odds_are_refused_with_the_reason(events, n, reason):
    result = log_odds(events, n)
    assert len(result.estimates) == len(result.variances) == 0
    assert reason in result.note


def test_values():
    result = log_odds([1, 30], [4, 40])
    assert result.estimates == pytest.approx([np.log(1 / 3), np.log(3)], rel=1e-14)
    assert result.variances == pytest.approx([4 / 3, 1 / 30 + 1 / 10], rel=1e-14)
    assert result.note == ""


def test_penalised_is_firths_estimate_and_says_so():
    result = log_odds([0, 3], [5, 6], empty="penalise")
    for i, (events, n) in enumerate([(0, 5), (3, 6)]):
        fit = firth_logistic_regression([[1]], [events], [n], interval="wald")
        assert result.estimates[i] == pytest.approx(fit.coefficients[0].estimate, abs=1e-9)
        assert result.variances[i] == pytest.approx(fit.covariance[0, 0], rel=1e-9)
    assert "Firth" in result.method


def test_illegal_option():
    with pytest.raises(ArgumentError, match="empty must be one of refuse, penalise; received 'half'"):
        log_odds([1], [2], empty="half")


def test_log_odds_of_plain_proportions_are_those_of_the_counts():
    counts = log_odds([1, 30], [4, 40])
    share = np.array([0.25, 0.75])
    result = log_odds_of_proportions(share, share * (1 - share) / [4, 40])
    assert result.estimates == pytest.approx(counts.estimates, rel=1e-14)
    assert result.variances == pytest.approx(counts.variances, rel=1e-14)


@pytest.mark.parametrize(("share", "variance"), [(0.0, 0.1), (1.0, 0.1), (0.5, 0.0)])
def test_a_certain_proportion_has_no_log_odds(share, variance):
    result = log_odds_of_proportions([0.5, share], [0.1, variance])
    assert len(result.estimates) == 0
    assert result.note == "1 groups have a proportion of 0 or 1: infinite log odds"


def test_a_proportion_above_one_is_refused():
    with pytest.raises(ArgumentError, match="proportions must be"):
        log_odds_of_proportions([1.2], [0.1])


def test_back_to_proportions():
    odds = log_odds([30], [40]).estimates[0]
    result = proportion_of_log_odds(Estimate(float(odds), None, None, 0.95, "m", "why"))
    assert result.estimate == pytest.approx(0.75, rel=1e-14)
    assert (result.low, result.high, result.note) == (None, None, "why")
