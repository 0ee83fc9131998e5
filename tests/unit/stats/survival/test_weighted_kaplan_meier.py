import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.survival.kaplan_meier import kaplan_meier
from dose_outcomes.stats.survival.weighted_kaplan_meier import weighted_kaplan_meier

patients = st.lists(
    st.tuples(st.integers(0, 7), st.booleans(), st.sampled_from([0.5, 1.0, 2.5])), min_size=1, max_size=25
)


def sums(rows, weight=None):
    day, event, w = np.array(rows, dtype=float).T
    w = w if weight is None else weight
    return {
        "day": day, "events": w * event, "censored": w * (1 - event),
        "events_squared": w**2 * event, "censored_squared": w**2 * (1 - event),
    }  # fmt: skip


@given(patients)
@settings(deadline=None, max_examples=40, derandomize=True)
def test_curve_is_that_of_the_weights_whatever_their_scale(rows):
    table = sums(rows)
    curve = weighted_kaplan_meier(**table)
    reference = kaplan_meier(table["day"], table["events"], table["censored"])
    np.testing.assert_allclose(curve.estimate, reference.estimate, rtol=1e-12, atol=1e-14)
    scaled = weighted_kaplan_meier(**sums(rows, 10 * np.array(rows, dtype=float)[:, 2]))
    np.testing.assert_allclose(scaled.standard_error, curve.standard_error, rtol=1e-7, atol=1e-9)


def test_standard_error_is_the_sum_of_squared_derivatives():
    random = np.random.default_rng(2)
    rows = list(zip(random.integers(1, 8, 30), random.integers(0, 2, 30), random.random(30) + 0.5, strict=True))
    curve = weighted_kaplan_meier(**sums(rows))
    w = np.array(rows)[:, 2]
    influence = []
    for i in range(30):
        moved = []
        for sign in (1, -1):
            weight = w.copy()
            weight[i] *= 1 + sign * 1e-5
            moved.append(weighted_kaplan_meier(**sums(rows, weight)).estimate)
        influence.append((moved[0] - moved[1]) / 2e-5)
    np.testing.assert_allclose(curve.standard_error, np.sqrt((np.array(influence) ** 2).sum(axis=0)), rtol=1e-6)


def test_patients_together_are_patients_apart():
    apart = weighted_kaplan_meier(**sums([(3, 1, 0.5), (3, 1, 2.0), (5, 0, 1.0), (6, 1, 1.0)]))
    together = weighted_kaplan_meier(
        [3, 5, 6], [2.5, 0, 1], [0, 1, 0], events_squared=[4.25, 0, 1], censored_squared=[0, 1, 0]
    )
    np.testing.assert_allclose(together.standard_error, apart.standard_error, rtol=1e-12)
    assert together.low[0] < together.estimate[0] < together.high[0]


def test_edges():
    empty = weighted_kaplan_meier([], [], [], events_squared=[], censored_squared=[])
    assert empty.note == "no patient at risk"
    none = weighted_kaplan_meier([2], [0], [3], events_squared=[0], censored_squared=[5])
    assert (none.note, none.standard_error[0], np.isnan(none.low[0])) == ("no event", 0, True)
    everybody = weighted_kaplan_meier([2], [3], [0], events_squared=[5], censored_squared=[0])
    assert everybody.estimate[0] == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"events_squared": [9.1]}, "events_squared must be sums of squares .*received 9.1 for a sum of 3"),
        ({"events_squared": [0]}, "events_squared must be sums of squares"),
        ({"censored_squared": [1]}, "censored_squared must be sums of squares .*received 1 for a sum of 0"),
        ({"events": [-1]}, "events must be .* at least 0"),
        ({"interval": "beta-product"}, "interval must be one of plain"),
        ({"level": 0}, "level must be"),
    ],
)
def test_illegal_arguments(change, message):
    good = {"day": [2], "events": [3], "censored": [0], "events_squared": [5], "censored_squared": [0]}
    with pytest.raises(ArgumentError, match=message):
        weighted_kaplan_meier(**(good | change))
