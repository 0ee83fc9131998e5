"""Mean cumulative count."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.rates.recurrent import mean_cumulative_count, mean_cumulative_count_robust, risk_table

PATIENTS = st.lists(st.tuples(st.integers(1, 20), st.lists(st.integers(1, 20), max_size=4)), min_size=1, max_size=12)


def as_rows(patients):
    """Counting-process rows of patients (last day, days of events), events after the last day ignored."""
    rows = []
    for subject, (end, events) in enumerate(patients):
        start = 0
        for day in sorted(day for day in events if day <= end):
            rows.append((subject, start, day, 1))
            start = day
        if start < end:
            rows.append((subject, start, end, 0))
    return tuple(np.array(rows, dtype=float).T)


def by_definition(patients):
    """Mean count and robust variance, one patient and one day at a time."""
    days = sorted({day for end, events in patients for day in events if day <= end})
    at_risk = [sum(end >= day for end, _ in patients) for day in days]
    total = [sum(events.count(day) for end, events in patients if end >= day) for day in days]
    mean = np.cumsum([d / n for d, n in zip(total, at_risk, strict=True)])
    variance = np.zeros(len(days))
    for end, events in patients:
        steps = [
            (events.count(day) - d / n) / n if end >= day else 0.0
            for day, d, n in zip(days, total, at_risk, strict=True)
        ]
        variance += np.cumsum(steps) ** 2
    return np.array(days), mean, variance


@settings(deadline=None, max_examples=80, derandomize=True)
@given(PATIENTS)
def test_robust_variance_by_definition(patients):
    days, mean, variance = by_definition(patients)
    curve = mean_cumulative_count_robust(*as_rows(patients))
    assert curve.day.tolist() == days.tolist()
    assert curve.estimate == pytest.approx(mean, rel=1e-12)
    assert curve.standard_error**2 == pytest.approx(variance, rel=1e-9, abs=1e-15)
    poisson = mean_cumulative_count(*risk_table(*as_rows(patients)[1:]))
    assert poisson.estimate == pytest.approx(mean, rel=1e-12)
    assert poisson.at_risk == pytest.approx(curve.at_risk)
    assert poisson.events == pytest.approx(curve.events)


@settings(deadline=None, max_examples=40, derandomize=True)
@given(PATIENTS, st.integers(2, 4))
def test_copies_of_the_cohort_shrink_the_error(patients, copies):
    one, many = (mean_cumulative_count_robust(*as_rows(patients * k)) for k in (1, copies))
    assert many.estimate == pytest.approx(one.estimate, rel=1e-12)
    assert many.standard_error * np.sqrt(copies) == pytest.approx(one.standard_error, rel=1e-9, abs=1e-12)


def test_one_event_each_without_censoring_is_the_proportion():
    # 3 of 8 have one event: M = 3/8 with the binomial variance.
    patients = [(10, [4])] * 3 + [(10, [])] * 5
    curve = mean_cumulative_count_robust(*as_rows(patients))
    assert curve.estimate[-1] == pytest.approx(0.375)
    assert curve.standard_error[-1] ** 2 == pytest.approx(0.375 * 0.625 / 8, rel=1e-12)


def test_values_on_chosen_days():
    patients = [(10, [2, 6, 6]), (8, [6]), (4, [])]
    whole = mean_cumulative_count_robust(*as_rows(patients))
    chosen = mean_cumulative_count_robust(*as_rows(patients), at=[1, 2, 5, 6, 30])
    assert chosen.estimate.tolist() == [0.0, *whole.estimate[[0, 0, 1, 1]].tolist()]
    assert chosen.standard_error[1:] == pytest.approx(whole.standard_error[[0, 0, 1, 1]], rel=1e-12)
    assert chosen.at_risk.tolist() == [3, 3, 2, 2, 0]
    assert chosen.events.tolist() == [0, 1, 0, 3, 0]
    assert chosen.low[0] == 0.0
    assert np.isnan(chosen.high[0])
    assert "no event by some of the days" in chosen.note
    assert whole.note == ""


def test_limits_are_multiplicative():
    curve = mean_cumulative_count([7], [10], [2], level=0.9)
    factor = np.exp(stats.norm.ppf(0.95) * np.sqrt(0.02) / 0.2)
    assert (curve.low[0], curve.high[0]) == pytest.approx((0.2 / factor, 0.2 * factor), rel=1e-12)


def test_gaps_and_late_entry():
    # Patient 0 is away in (3, 6]; patient 1 comes late.
    curve = mean_cumulative_count_robust([0, 0, 1], [0, 6, 2], [3, 9, 9], [1, 0, 2])
    assert curve.day.tolist() == [3, 9]
    assert curve.at_risk.tolist() == [2, 2]
    assert curve.estimate.tolist() == [0.5, 1.5]


def test_nobody_has_an_event():
    curve = mean_cumulative_count_robust([0, 1], [0, 0], [5, 6], [0, 0], at=[3])
    assert (curve.estimate[0], curve.standard_error[0], curve.low[0]) == (0.0, 0.0, 0.0)
    assert len(mean_cumulative_count_robust([0, 1], [0, 0], [5, 6], [0, 0]).day) == 0


@pytest.mark.parametrize(
    ("rows", "options", "message"),
    [
        (([0, 0], [0, 3], [5, 8], [1, 1]), {}, "rows of a subject must not overlap"),
        (([0], [5], [3], [1]), {}, "stop - start must be .*at least 0"),
        (([0], [3], [3], [1]), {}, "at_risk on days with events must be .*above 0"),
        (([0], [0], [3], [-1]), {}, "events must be .*at least 0"),
        (([0.5], [0], [3], [1]), {}, "subject must be .*whole"),
        (([0], [0], [3, 4], [1]), {}, "stop must be as long as subject"),
        (([0], [0], [3], [1]), {"at": [3, 2]}, "at must increase"),
        (([0], [0], [3], [1]), {"level": 0}, "level must be"),
    ],
)
def test_illegal_rows(rows, options, message):
    with pytest.raises(ArgumentError, match=message):
        mean_cumulative_count_robust(*rows, **options)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (([2, 1], [5, 5], [1, 1]), "day must increase"),
        (([1, 2], [5, 0], [1, 1]), "at_risk on days with events must be"),
        (([1, 2], [5], [1, 1]), "at_risk must be as long as day"),
    ],
)
def test_illegal_tables(table, message):
    with pytest.raises(ArgumentError, match=message):
        mean_cumulative_count(*table)
