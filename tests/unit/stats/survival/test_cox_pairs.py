"""Robust errors from counts of pairs of periods, against the same with a label for each patient."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.survival.cox import cox_regression
from dose_outcomes.stats.survival.cox_variance import RowPairs

NO_PAIRS = RowPairs([], [], [], [])


def trajectories(seed, patients):
    """Return (patient, entry, day, event, dose) of periods with gaps, many of them shared by several patients."""
    random = np.random.default_rng(seed)
    rows = []
    for patient in range(patients):
        day = 0
        for left in range(int(random.integers(0, 4)), -1, -1):
            entry = day + int(random.integers(0, 2))
            day = entry + int(random.integers(1, 4))
            rows.append((patient, entry, day, int(not left and random.random() < 0.7), int(random.integers(0, 3))))
    return rows


@given(seed=st.integers(0, 10**6), patients=st.integers(10, 60), ties=st.sampled_from(["efron", "breslow"]))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_pairs_of_counts_are_clusters_of_rows(seed, patients, ties):
    rows = trajectories(seed, patients)
    patient, entry, day, event, dose = map(np.array, zip(*rows, strict=True))
    doses = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    labelled = cox_regression(day, event, 1 - event, doses, pattern=dose, entry=entry, cluster=patient, ties=ties)
    # the counts: rows alike are one, and every two rows of a patient are a pair
    keys = sorted({row[1:3] + row[4:] for row in rows})
    place = {key: number for number, key in enumerate(keys)}
    counts = np.zeros((len(keys), 2))
    pairs = {}
    for number, row in enumerate(rows):
        own = place[row[1:3] + row[4:]]
        counts[own, 1 - row[3]] += 1
        for earlier in rows[:number]:
            if earlier[0] == row[0]:
                ended = pairs.setdefault((place[earlier[1:3] + earlier[4:]], own), [0, 0])
                ended[1 - row[3]] += 1
    entries, days, patterns = map(np.array, zip(*keys, strict=True))
    both = np.array(list(pairs)).reshape(-1, 2)
    ended = np.array(list(pairs.values())).reshape(-1, 2)
    fit = cox_regression(
        days, counts[:, 0], counts[:, 1], doses, pattern=patterns, entry=entries, ties=ties,
        pairs=RowPairs(both[:, 0], both[:, 1], ended[:, 0], ended[:, 1]),
    )  # fmt: skip
    if not fit.estimable.all():
        assert not labelled.estimable.all()
        return
    np.testing.assert_allclose(fit.coefficient, labelled.coefficient, atol=1e-8)
    np.testing.assert_allclose(fit.robust_covariance, labelled.robust_covariance, rtol=1e-7, atol=1e-12)
    assert fit.method.endswith("robust standard errors")


def test_without_pairs_every_row_is_a_patient():
    data = ([1, 2, 3, 4, 4], [1, 1, 0, 1, 0], [0, 0, 1, 0, 1], [[1.0], [0.0], [1.0], [0.0], [1.0]])
    alone, paired = cox_regression(*data, robust=True), cox_regression(*data, pairs=NO_PAIRS)
    np.testing.assert_array_equal(alone.robust_covariance, paired.robust_covariance)


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        (RowPairs([5], [0], [1], [0]), "earlier must be .* below 2"),
        (RowPairs([0], [-1], [1], [0]), "later must be .* at least 0"),
        (RowPairs([0], [1], [0.5], [0]), "events must be .* whole number"),
        (RowPairs([0], [1], [1], [-1]), "censored must be .* at least 0"),
        (RowPairs([0], [1, 1], [1], [0]), "later must be as long as earlier"),
        (RowPairs([0], [1], [1, 1], [0]), "events must be as long as earlier"),
    ],
)
def test_pairs_that_cannot_be(pairs, expected):
    with pytest.raises(ArgumentError, match=expected):
        cox_regression([1, 2], [1, 1], [0, 0], [[1.0], [0.0]], pairs=pairs)


def test_clusters_and_pairs_say_the_same():
    with pytest.raises(ArgumentError, match="give one of them"):
        cox_regression([1, 2], [1, 1], [0, 0], [[1.0], [0.0]], pairs=NO_PAIRS, cluster=[0, 1])
