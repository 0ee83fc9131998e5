"""Clone-censor-weight against a patient-by-patient computation, its limits and its edges."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.regression.clone_censor_weight import clone_censor_weight, clone_censor_weight_bootstrap

NEVER = math.inf
PATIENTS = {
    # day, event, day at target dose, stratum, patients
    "day": [5, 9, 12, 12, 30, 41, 41, 8, 10, 25, 33, 60, 60, 12],
    "event": [1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1, 0, 1],
    "reach_day": [NEVER, 4, 7, NEVER, 7, 14, 3, NEVER, 9, 3, NEVER, 20, 5, 12],
    "stratum": [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1],
    "n": [2, 1, 3, 4, 5, 6, 4, 3, 2, 4, 6, 5, 7, 1],
}


def by_patient(table, grace, reach):
    """Survival and its robust standard error on each event day, patient by patient as the definition reads."""
    clones = []
    for day, event, reached, stratum, n in zip(*table.values(), strict=True):
        leaves = grace if reach and reached > grace else (reached if not reach and reached <= grace else NEVER)
        artificial = day > leaves
        clones += [(min(day, leaves), event and not artificial, artificial, stratum)] * n

    def weight(stratum, before):
        following = 1.0
        for u in sorted({c[0] for c in clones if c[2] and c[3] == stratum and c[0] < before}):
            risk = sum(c[3] == stratum and (c[0] > u or (c[0] == u and not c[1])) for c in clones)
            following *= 1 - sum(c[3] == stratum and c[0] == u and c[2] for c in clones) / risk
        return 1 / following

    survival, influence, result = 1.0, np.zeros(len(clones)), {}
    for t in sorted({c[0] for c in clones if c[1]}):
        w = np.array([weight(c[3], t) if c[0] >= t else 0.0 for c in clones])
        events = np.array([c[0] == t and c[1] for c in clones])
        total = w.sum()
        hazard = (w * events).sum() / total
        survival *= 1 - hazard
        influence += w * (events - hazard) / (total * (1 - hazard)) if hazard < 1 else 0.0
        result[t] = (survival, survival * np.sqrt((influence**2).sum()))
    return result


@pytest.mark.parametrize("grace", [0, 7, 10, 20])
def test_same_as_patient_by_patient(grace):
    result = clone_censor_weight(*PATIENTS.values(), grace=grace, positivity="ignore")
    for curve, reach in ((result.reached, True), (result.not_reached, False)):
        for day, (survival, error) in by_patient(PATIENTS, grace, reach).items():
            position = curve.weighted.day.tolist().index(day)
            assert curve.weighted.estimate[position] == pytest.approx(survival, rel=1e-12, abs=1e-15)
            assert curve.weighted.standard_error[position] == pytest.approx(error, rel=1e-10, abs=1e-15)
        assert curve.clones == sum(PATIENTS["n"])


def test_with_nobody_leaving_it_is_kaplan_meier_with_greenwood():
    day, event, n = np.array([2, 4, 4, 7, 9]), np.array([1, 1, 0, 1, 0]), np.array([3, 2, 4, 5, 6])
    curve = clone_censor_weight(day, event, np.zeros(5), np.zeros(5), n, grace=5).reached
    at_risk = np.array([20, 17, 11])
    events = np.array([3, 2, 5])
    at = np.searchsorted(curve.weighted.day, [2, 4, 7])
    survival = np.cumprod(1 - events / at_risk)
    greenwood = survival * np.sqrt(np.cumsum(events / (at_risk * (at_risk - events))))
    assert curve.weighted.estimate[at] == pytest.approx(survival, rel=1e-14)
    assert curve.weighted.standard_error[at] == pytest.approx(greenwood, rel=1e-12)
    assert curve.weighted.at_risk[at] == pytest.approx(at_risk)
    assert curve.maximum_weight == 1.0
    assert curve.artificially_censored == 0
    z = 1.959963984540054
    theta = z * greenwood / (survival * np.log(survival))
    assert curve.weighted.low[at] == pytest.approx(survival ** np.exp(-theta), rel=1e-10)
    assert curve.weighted.high[at] == pytest.approx(survival ** np.exp(theta), rel=1e-10)


def test_limits_are_undefined_at_one_and_zero_with_a_note():
    curve = clone_censor_weight([1, 3, 5], [0, 1, 1], [0, 0, 0], [0, 0, 0], [1, 1, 2], grace=5).reached.weighted
    assert curve.estimate.tolist() == pytest.approx([1.0, 2 / 3, 0.0])
    assert np.isnan(curve.low).tolist() == [True, False, True]
    assert curve.standard_error[[0, 2]].tolist() == [0.0, 0.0]
    assert "undefined where the curve is at 1 or 0" in curve.note


def test_events_come_before_leaving_on_the_same_day():
    # the patient with the event on day 10 keeps it, though the grace period ends that day
    result = clone_censor_weight([10, 30, 30], [1, 0, 1], [NEVER, NEVER, 2], [0, 0, 0], [1, 1, 1], grace=10)
    assert result.reached.events == 2
    assert result.reached.survival_at(10) == pytest.approx(2 / 3)
    assert result.reached.maximum_weight == 2.0
    # censored on the very day the dose is reached: not an artificial censoring
    same_day = clone_censor_weight([5, 9], [0, 0], [5, NEVER], [0, 0], [1, 1], grace=7)
    assert same_day.not_reached.artificially_censored == 0


def test_curve_ends_where_a_stratum_has_no_follower_left():
    table = ([20, 30, 12, 40], [1, 0, 0, 1], [NEVER, NEVER, 4, 4], [0, 0, 1, 1], [3, 2, 2, 3])
    stopped = clone_censor_weight(*table, grace=10)
    assert stopped.reached.last_day == 10
    assert stopped.reached.survival_at(11) is None
    assert stopped.risk_difference_at(11) is None
    assert stopped.risk_difference_at(4) == 0.0
    assert "reached: after day 10 a baseline stratum has nobody left" in stopped.note
    assert stopped.not_reached.last_day == 4
    ignored = clone_censor_weight(*table, grace=10, positivity="ignore")
    assert ignored.reached.survival_at(40) == 0.0
    assert ignored.not_reached.survival_at(25) == pytest.approx(0.4)


def test_nothing_is_reported_after_the_last_day():
    result = clone_censor_weight([5, 9], [1, 0], [0, 0], [0, 0], [1, 1], grace=3)
    assert result.reached.survival_at(9) == 0.5
    assert result.reached.survival_at(9.5) is None
    assert result.reached.survival_at(0) == 1.0


def test_without_confounding_weights_undo_the_artificial_censoring():
    """Reaching the dose has no effect, but sick patients reach it later: only the weighted curves agree."""
    generator = np.random.default_rng(11)
    stratum = generator.integers(0, 2, 40_000)
    event_day = np.ceil(generator.exponential(np.where(stratum == 1, 40, 160)))
    reach_day = np.ceil(generator.exponential(np.where(stratum == 1, 40, 12)))
    day = np.minimum(event_day, 100)
    reach_day[reach_day >= day] = np.inf
    result = clone_censor_weight(day, event_day <= 100, reach_day, stratum, np.ones(40_000), grace=20)
    truth = np.mean(event_day > 90)
    for curve in (result.reached, result.not_reached):
        assert curve.survival_at(90) == pytest.approx(truth, abs=0.02)
        assert abs(curve.survival_at(90, weighted=False) - truth) > 0.04


@settings(deadline=None, max_examples=20, derandomize=True)
@given(st.permutations(range(14)), st.integers(1, 9))
def test_order_does_not_matter_and_counts_times_k(order, k):
    shuffled = {name: [column[i] for i in order] for name, column in PATIENTS.items()}
    shuffled["n"] = [k * n for n in shuffled["n"]]
    once = clone_censor_weight(*PATIENTS.values(), grace=10, positivity="ignore").reached.weighted
    often = clone_censor_weight(*shuffled.values(), grace=10, positivity="ignore").reached.weighted
    assert often.estimate == pytest.approx(once.estimate, rel=1e-10)
    assert often.standard_error * np.sqrt(k) == pytest.approx(once.standard_error, rel=1e-9)


def test_bootstrap_carries_the_estimates_and_reacts_to_the_seed():
    table = list(PATIENTS.values())
    table[-1] = [20 * n for n in table[-1]]
    curves = clone_censor_weight(*table, grace=10)
    options = {"grace": 10, "days": [12, 30, 99], "replicates": 60}
    reached, not_reached, difference = clone_censor_weight_bootstrap(*table, seed=4, **options)
    assert reached[0].estimate == pytest.approx(1 - curves.reached.survival_at(12), rel=1e-12)
    assert not_reached[1].estimate == pytest.approx(1 - curves.not_reached.survival_at(30), rel=1e-12)
    assert difference[1].estimate == pytest.approx(curves.risk_difference_at(30), rel=1e-12)
    assert reached[1].low < reached[1].estimate < reached[1].high
    for result in (reached, not_reached, difference):
        assert result[2].estimate is None
        assert "nobody is followed to this day" in result[2].note
    again = clone_censor_weight_bootstrap(*table, seed=4, **options)
    assert again[0][1] == reached[1]
    other = clone_censor_weight_bootstrap(*table, seed=5, **options)
    assert other[0][1].low != reached[1].low


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"day": [-1]}, r"day must be .* at least 0"),
        ({"event": [2]}, r"event must be .* at most 1"),
        ({"reach_day": [math.nan]}, r"reach_day must be .* finite"),
        ({"reach_day": [-math.inf]}, r"reach_day must be"),
        ({"stratum": [0.5]}, r"stratum must be .* whole"),
        ({"n": [0]}, "n must hold at least one patient"),
        ({"grace": -1}, r"grace must be .* at least 0"),
        ({"positivity": "drop"}, "positivity must be one of stop, ignore; received 'drop'"),
        ({"level": 0}, "level must be"),
        ({"day": [1, 2]}, "day must be as long as n"),
    ],
)
def test_illegal_arguments(changed, message):
    arguments = {"day": [9], "event": [1], "reach_day": [3], "stratum": [0], "n": [4], "grace": 5, **changed}
    with pytest.raises(ArgumentError, match=message):
        clone_censor_weight(**arguments)
