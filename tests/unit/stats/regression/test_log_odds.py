"""Log odds and their variances."""

import numpy as np
import pytest

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.regression.firth import firth_logistic_regression
from dose_outcomes.stats.regression.log_odds import log_odds


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
