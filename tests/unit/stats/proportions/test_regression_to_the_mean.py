"""Responders from measurement noise alone, against simulated pairs of scores that nobody treated."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.proportions.regression_to_the_mean import (
    FollowUp,
    follow_up_by_correlation,
    retest_regression,
    share_meeting_rule,
)
from dose_outcomes.stats.proportions.usual_score import UsualScore, usual_score

PATIENTS = 400_000
LEGAL = np.arange(0.0, 11.0)
BOUND = 4.0


def untreated_pairs(correlation: float) -> tuple[np.ndarray, np.ndarray]:
    """Return baseline and second score of patients selected at the bound, recorded in whole points from 0 to 10."""
    generator = np.random.default_rng(5)
    first, noise = generator.standard_normal((2, PATIENTS))
    second = correlation * first + np.sqrt(1 - correlation**2) * noise
    baseline, follow_up = (np.clip(np.round(5.0 + 1.7 * one), 0, 10) for one in (first, second))
    selected = baseline >= BOUND
    return baseline[selected], follow_up[selected]


RULES = {
    "percent": lambda base, value: 100 * (base - value) >= 30 * base,
    "points": lambda base, value: base - value >= 2,
    "either or both": lambda base, value: (base - value >= 3) | ((base - value >= 1) & (value <= 3)),
}


@pytest.mark.parametrize("correlation", [0.5, 0.7, 0.9])
@pytest.mark.parametrize("rule", RULES)
def test_the_share_expected_is_the_share_simulated(rule, correlation):
    """The whole way: baselines as a study sees them -> usual score -> second score -> rule."""
    baseline, follow_up = untreated_pairs(correlation)
    scores, counts = np.unique(baseline, return_counts=True)
    usual = usual_score(scores, counts, at_least=BOUND, step=1.0, highest=10.0)
    expected = follow_up_by_correlation(scores, usual, correlation, step=1.0)
    holds = RULES[rule](scores[:, None], LEGAL[None, :])
    share = float(counts @ share_meeting_rule(holds, LEGAL, expected)) / len(baseline)
    simulated = float(RULES[rule](baseline, follow_up).mean())
    # what is left is that the baselines within half a step are not spread evenly
    assert share == pytest.approx(simulated, abs=0.006)
    if correlation == 0.5 and rule != "either or both":
        # noise without regression to the mean is not enough: the test would notice
        still = FollowUp(scores, expected.standard_deviation)
        assert simulated - float(counts @ share_meeting_rule(holds, LEGAL, still)) / len(baseline) > 0.04


@pytest.mark.parametrize("correlation", [0.5, 0.9])
def test_selection_by_the_baseline_leaves_the_line_of_the_other_score_on_it(correlation):
    baseline, other = (one.astype(int) for one in untreated_pairs(correlation))
    line = retest_regression(
        len(baseline), baseline.sum(), other.sum(), (baseline**2).sum(), (baseline * other).sum(), (other**2).sum()
    )
    # the rounding of scores that vary by 1.7 to whole points weakens the slope by 1/(1 + 1/12/1.7^2), 3 %
    assert line.slope.estimate == pytest.approx(correlation, abs=0.04)
    assert line.residual_standard_deviation == pytest.approx(1.7 * np.sqrt(1 - correlation**2), abs=0.1)
    # the correlation itself is not left: selection cuts the spread of the baselines
    assert np.corrcoef(baseline, other)[0, 1] < correlation - 0.05


PAIRS = st.lists(st.tuples(st.integers(-20, 20), st.integers(-20, 20)), min_size=4, max_size=30)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(PAIRS, st.sampled_from([1.0, 0.1, 12.5]))
def test_the_line_is_that_of_scipy(pairs, unit):
    b, o = (np.array(one, dtype=int) for one in zip(*pairs, strict=True))
    line = retest_regression(len(b), b.sum(), o.sum(), (b**2).sum(), (b * o).sum(), (o**2).sum(), unit=unit)
    if len(set(b)) == 1:
        assert line.slope.estimate is None
        assert "do not differ" in line.slope.note
        return
    if len(set(o)) == 1:  # scipy has no standard error then
        assert (line.slope.estimate, line.residual_standard_deviation) == (0.0, 0.0)
        return
    other = stats.linregress(b * unit, o * unit)
    assert line.slope.estimate == pytest.approx(other.slope, abs=1e-10)
    assert line.intercept == pytest.approx(other.intercept, abs=1e-8)
    assert line.slope.standard_error == pytest.approx(other.stderr, abs=1e-7)
    follow_up = line.follow_up([3.0])
    assert follow_up.expected[0] == pytest.approx(other.intercept + 3 * other.slope, abs=1e-8)


def test_two_patients_make_no_line():
    line = retest_regression(2, 3, 4, 5, 7, 10)
    assert (line.intercept, line.slope.estimate) == (None, None)
    with pytest.raises(ArgumentError, match="needs a line; received none: fewer than three"):
        line.follow_up([1.0])


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.floats(-5, 15), st.floats(0.1, 5), st.lists(st.booleans(), min_size=11, max_size=11))
def test_a_rule_and_its_contrary_share_all_patients(expected, spread, met):
    follow_up = FollowUp(np.array([expected]), spread)
    share, other = (share_meeting_rule([rule], LEGAL, follow_up)[0] for rule in (met, [not one for one in met]))
    assert share + other == pytest.approx(1.0, abs=1e-12)
    assert -1e-12 <= share <= 1 + 1e-12


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: follow_up_by_correlation([5.0], UsualScore(4.0, 1.0), 1.0), "correlation must be .*below 1"),
        (lambda: follow_up_by_correlation([5.0], UsualScore(4.0, 1.0), -0.1), "correlation must be .*at least 0"),
        (lambda: follow_up_by_correlation([5.0], UsualScore(None, None, "why"), 0.5), "received none: why"),
        (lambda: share_meeting_rule([[True]], [1, 2], FollowUp(np.array([1.0]), 1.0)), r"shape \(1, 2\)"),
        (lambda: share_meeting_rule([[True, True]], [2, 1], FollowUp(np.array([1.0]), 1.0)), "scores must rise"),
        (lambda: share_meeting_rule([[True, True]], [1, 2], FollowUp(np.array([1.0]), 0.0)), "above 0"),
        (lambda: retest_regression(3, 6, 6, 14, 30, 14), "sums must be those of pairs"),
        (lambda: retest_regression(3, 6, 6, 14.5, 13, 14), "sums must be a finite whole number"),
    ],
)
def test_illegal_arguments(call, message):
    with pytest.raises(ArgumentError, match=message):
        call()
