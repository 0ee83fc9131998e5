"""Mean cumulative count from counts: the same as from patients, and additive over sites."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.rates.recurrent import mean_cumulative_count_robust
from dose_outcomes.stats.rates.recurrent_counts import mean_cumulative_count_of_counts

PATIENT = st.tuples(st.integers(0, 20), st.lists(st.integers(0, 20), max_size=4)).map(
    lambda patient: (patient[0], [day for day in patient[1] if day <= patient[0]])
)
PATIENTS = st.lists(PATIENT, min_size=1, max_size=12)
DAYS = [0, 3, 7, 20]


def columns(counter, width):
    """A counter of keys as arrays of the key's parts and the number."""
    rows = [(*(key if isinstance(key, tuple) else (key,)), number) for key, number in sorted(counter.items())]
    return tuple(np.array([row[place] for row in rows], dtype=float) for place in range(width))


def counted(patients):
    leaving = Counter(end for end, _ in patients)
    events = Counter((day, end) for end, days in patients for day in days)
    pairs = Counter((day, other) for _, days in patients for day in days for other in days)
    return columns(leaving, 2), columns(events, 3), columns(pairs, 3)


def as_rows(patients):
    """Counting-process rows (start, stop]; day 0 is at risk, so that time starts the day before it."""
    rows = []
    for subject, (end, days) in enumerate(patients):
        start = -1
        for day, number in sorted(Counter(days).items()):
            rows.append((subject, start, day, number))
            start = day
        if start < end:
            rows.append((subject, start, end, 0))
    return tuple(np.array(rows, dtype=float).T)


@settings(max_examples=200, deadline=None)
@given(PATIENTS)
def test_counts_give_what_patients_give(patients):
    found = mean_cumulative_count_of_counts(*counted(patients), at=DAYS)
    wanted = mean_cumulative_count_robust(*as_rows(patients), at=DAYS)
    for name in ("estimate", "at_risk", "events"):
        np.testing.assert_allclose(getattr(found, name), getattr(wanted, name), rtol=1e-12, atol=1e-12)
    # a sum of squares multiplied out: what is left of nothing is rounding
    np.testing.assert_allclose(found.standard_error**2, wanted.standard_error**2, rtol=1e-10, atol=1e-13)


@settings(max_examples=50, deadline=None)
@given(PATIENTS, PATIENTS)
def test_counts_of_two_sites_add_up_to_those_of_both(one, other):
    sites = zip(counted(one), counted(other), strict=True)
    both = [np.concatenate(pair) for a, b in sites for pair in zip(a, b, strict=True)]
    joined = (both[:2], both[2:5], both[5:])
    found = mean_cumulative_count_of_counts(*joined, at=DAYS)
    wanted = mean_cumulative_count_of_counts(*counted(one + other), at=DAYS)
    np.testing.assert_allclose(found.estimate, wanted.estimate, rtol=1e-12)
    np.testing.assert_allclose(found.standard_error, wanted.standard_error, rtol=1e-9, atol=1e-9)


def test_no_event_has_no_upper_limit():
    curve = mean_cumulative_count_of_counts(([10], [3]), ([], [], []), ([], [], []), at=[5, 10])
    assert curve.estimate.tolist() == [0, 0]
    assert curve.low.tolist() == [0, 0]
    assert np.isnan(curve.high).all()
    assert curve.at_risk.tolist() == [3, 3]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((([10], [2]), ([4], [3], [1]), ([4], [4], [1])), "last day - day of events"),
        ((([3], [2]), ([4], [10], [1]), ([4], [4], [1])), "patients on days with events"),
        ((([10], [2]), ([4], [10], [2]), ([4], [4], [1])), "each event with itself"),
        ((([10], [2]), ([4], [10], [2]), ([5], [5], [2])), "days with events"),
        ((([10], [-2]), ([4], [10], [2]), ([4], [4], [2])), "leaving: 1"),
        ((([10],), ([4], [10], [2]), ([4], [4], [2])), "must be 2 arrays"),
    ],
)
def test_impossible_counts_are_refused(arguments, message):
    with pytest.raises(ArgumentError, match=message):
        mean_cumulative_count_of_counts(*arguments, at=[10])


def test_days_must_increase():
    with pytest.raises(ArgumentError, match="at must increase"):
        mean_cumulative_count_of_counts(([10], [2]), ([4], [10], [1]), ([4], [4], [1]), at=[10, 5])
