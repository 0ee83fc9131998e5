import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.survival.competing import aalen_johansen, incidence_at
from dose_outcomes.stats.survival.kaplan_meier import kaplan_meier

VARIANCES = ["greenwood", "infinitesimal jackknife", "aalen"]
patients = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 2)), min_size=1, max_size=20)


def counts_of(rows, weight=None):
    day, status = np.array(rows).T
    w = np.ones(len(day)) if weight is None else weight
    return day, np.column_stack([w * (status == 1), w * (status == 2)]), w * (status == 0)


def test_causes_tied_on_a_day_by_hand():
    # 6 patients; day 2: one of each cause and one censored; day 5: one of each cause; one followed to day 7.
    result = aalen_johansen([2, 5, 7], [[1, 1], [1, 1], [0, 0]], [1, 0, 1])
    for curve in result.curves:
        np.testing.assert_allclose(curve.estimate, [1 / 6, 7 / 18, 7 / 18], rtol=1e-14)
        assert curve.standard_error[0] ** 2 == pytest.approx(1 / 6 * 5 / 6 / 6, rel=1e-12)
    np.testing.assert_allclose(result.event_free.estimate, [4 / 6, 4 / 18, 4 / 18], rtol=1e-14)


@given(patients)
@settings(deadline=None, max_examples=60, derandomize=True)
def test_incidences_and_event_free_share_add_up_to_one(rows):
    result = aalen_johansen(*counts_of(rows))
    total = sum(curve.estimate for curve in result.curves) + result.event_free.estimate
    np.testing.assert_allclose(total, 1, rtol=1e-12)
    for curve in result.curves:
        assert (np.diff(curve.estimate) >= 0).all()
        assert ((curve.low <= curve.estimate + 1e-12) & (curve.estimate <= curve.high + 1e-12)).all()
        assert ((curve.low >= 0) & (curve.high <= 1)).all()


@given(patients, st.sampled_from(["greenwood", "infinitesimal jackknife"]))
@settings(deadline=None, max_examples=40, derandomize=True)
def test_without_censoring_the_variance_is_that_of_a_proportion(rows, variance):
    day, events, _ = counts_of([(day, status or 1) for day, status in rows])
    for curve in aalen_johansen(day, events, np.zeros(len(day)), variance=variance).curves:
        f = curve.estimate
        np.testing.assert_allclose(curve.standard_error**2, f * (1 - f) / len(day), rtol=1e-8, atol=1e-15)


@given(patients)
@settings(deadline=None, max_examples=40, derandomize=True)
def test_one_cause_is_kaplan_meier(rows):
    day, events, censored = counts_of([(day, min(status, 1)) for day, status in rows])
    curve = aalen_johansen(day, events[:, :1], censored).curves[0]
    reference = kaplan_meier(day, events[:, 0], censored)
    np.testing.assert_allclose(curve.estimate, 1 - reference.estimate, rtol=1e-12, atol=1e-14)
    known = reference.estimate > 0
    np.testing.assert_allclose(curve.standard_error[known], reference.standard_error[known], rtol=1e-8, atol=1e-12)


def test_jackknife_is_the_sum_of_squared_derivatives_by_case_weight():
    random = np.random.default_rng(4)
    rows = list(zip(random.integers(1, 8, 40), random.integers(0, 3, 40), strict=True))
    robust = aalen_johansen(*counts_of(rows), variance="infinitesimal jackknife").curves[0]
    step, influence = 1e-5, []
    for i in range(len(rows)):
        shifted = []
        for sign in (1, -1):
            weight = np.ones(len(rows))
            weight[i] += sign * step
            shifted.append(aalen_johansen(*counts_of(rows, weight)).curves[0].estimate)
        influence.append((shifted[0] - shifted[1]) / (2 * step))
    np.testing.assert_allclose(robust.standard_error, np.sqrt((np.array(influence) ** 2).sum(axis=0)), rtol=1e-7)


@pytest.mark.parametrize("interval", ["log-log", "log", "plain"])
def test_intervals(interval):
    curve = aalen_johansen([1, 2, 3], [[10, 5], [5, 5], [0, 0]], [0, 5, 70], interval=interval, level=0.9).curves[0]
    f, se, z = curve.estimate[1], curve.standard_error[1], 1.6448536269514722
    expected = {
        "log-log": (np.exp(-np.exp(np.log(-np.log(f)) + s * z * se / (f * np.log(f)))) for s in (1, -1)),
        "log": (f * np.exp(s * z * se / f) for s in (-1, 1)),
        "plain": (f + s * z * se for s in (-1, 1)),
    }[interval]
    low, high = sorted(expected)
    np.testing.assert_allclose([curve.low[1], curve.high[1]], [low, high], rtol=1e-12)


def test_bounds_where_no_formula_holds():
    # 10 patients, only the second cause: of the first 0 of 10 on day 2, 0 of 2 + 8 on day 3.
    result = aalen_johansen([2, 3], [[0, 2], [0, 0]], [0, 8])
    first, upper = result.curves[0], 1 - 0.025 ** (1 / 10)
    np.testing.assert_allclose(first.high, [upper, upper])
    assert first.low.tolist() == [0, 0]
    assert first.note == "no event of this cause"
    everybody = aalen_johansen([1], [[4, 0]], [0]).curves[0]
    assert (everybody.low[0], everybody.high[0]) == (pytest.approx(0.025 ** (1 / 4)), 1)
    undefined = aalen_johansen([2, 3], [[0, 2], [0, 0]], [0, 8], exact_at_bounds=False).curves[0]
    assert np.isnan(undefined.low).all()
    assert incidence_at(undefined, 2).note == "limits undefined here"


@pytest.mark.parametrize("variance", VARIANCES)
def test_edges(variance):
    empty = aalen_johansen([], np.zeros((0, 2)), [], variance=variance)
    assert [curve.note for curve in empty.curves] == ["no patient at risk"] * 2
    single = aalen_johansen([3], [[0, 1]], [0], variance=variance)
    assert [curve.estimate.tolist() for curve in single.curves] == [[0], [1]]
    assert single.curves[1].standard_error[0] == pytest.approx({"aalen": 1}.get(variance, 0), abs=1e-12)
    day_0 = aalen_johansen([0, 4], [[1, 0], [0, 1]], [0, 0], variance=variance)
    assert day_0.curves[0].estimate.tolist() == [0.5, 0.5]


def test_reading_off():
    result = aalen_johansen([2, 5, 7], [[1, 1], [1, 1], [0, 0]], [1, 0, 1])
    curve = result.curves[0]
    before = incidence_at(curve, 1)
    assert (before.estimate, before.low, before.high) == (0, 0, pytest.approx(1 - 0.025 ** (1 / 6)))
    assert incidence_at(curve, 5).estimate == pytest.approx(7 / 18)
    assert incidence_at(curve, 8).estimate is None
    assert incidence_at(aalen_johansen([2], [[1, 1]], [0]).curves[0], 50).estimate == 0.5  # nobody is left
    assert incidence_at(aalen_johansen([], np.zeros((0, 1)), []).curves[0], 1).note == "no patient at risk"


def test_delayed_entry():
    late = aalen_johansen(
        [0, 2, 3, 5, 9], [[0, 0], [1, 0], [0, 0], [0, 1], [0, 0]], [0, 0, 0, 0, 2], entered=[2, 0, 2, 0, 0]
    )
    assert late.event_free.at_risk.tolist() == [2, 3, 2]
    np.testing.assert_allclose(late.curves[1].estimate, [0, 0.5 / 3, 0.5 / 3])
    with pytest.raises(ArgumentError, match="variance must be greenwood or aalen with delayed entry"):
        aalen_johansen([0, 2], [[0], [1]], [0, 0], entered=[1, 0], variance="infinitesimal jackknife")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"variance": "dinse"}, "variance must be one of greenwood, infinitesimal jackknife, aalen; received 'dinse'"),
        ({"interval": "logit"}, "interval must be one of log-log, log, plain; received 'logit'"),
        ({"level": 95}, "level must be"),
    ],
)
def test_illegal_options(options, message):
    with pytest.raises(ArgumentError, match=message):
        aalen_johansen([1], [[1]], [0], **options)


def test_events_need_one_column_per_cause():
    with pytest.raises(ArgumentError, match="events must be 2-dimensional"):
        aalen_johansen([1], [1], [0])
