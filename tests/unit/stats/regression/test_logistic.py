"""Logistic regression on counts against rows, hand results, and its edges."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.regression.logistic import logistic_regression

DESIGN = np.array([[1, g == 1, g == 2, x] for x in (0, 1) for g in (0, 1, 2)], dtype=float)
EVENTS = np.array([2, 3, 3, 1, 5, 6])
N = np.array([8, 9, 7, 6, 11, 12])


def rows(design, events, n):
    repeated = np.repeat(np.asarray(design, dtype=float), n, axis=0)
    outcome = np.concatenate([[1.0] * e + [0.0] * (k - e) for e, k in zip(events, n, strict=True)])
    return repeated, outcome


@pytest.mark.parametrize(("interval", "kind"), [("wald", "nonrobust"), ("wald_hc0", "HC0")])
def test_same_as_statsmodels_on_patients(interval, kind):
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM

    design, outcome = rows(DESIGN, EVENTS, N)
    expected = GLM(outcome, design, family=Binomial()).fit(tol=1e-14, cov_type=kind)
    fit = logistic_regression(DESIGN, EVENTS, N, interval=interval)
    assert [one.estimate for one in fit.coefficients] == pytest.approx(expected.params, rel=1e-9)
    assert [one.standard_error for one in fit.coefficients] == pytest.approx(expected.bse, rel=1e-8)
    assert fit.covariance == pytest.approx(expected.cov_params(), rel=1e-7)
    assert np.array([[one.low, one.high] for one in fit.coefficients]) == pytest.approx(expected.conf_int(), rel=1e-7)
    assert fit.log_likelihood == pytest.approx(expected.llf, rel=1e-12)
    assert (fit.n, fit.events) == (53, 20)
    assert fit.events_per_parameter == 5.0


def test_offset_is_a_fixed_part_of_the_log_odds():
    shift = np.array([0.3, -0.2, 0.1, 0.0, 0.5, -1.0])
    fit = logistic_regression(DESIGN, EVENTS, N, offset=shift, interval="wald")
    linear = DESIGN @ [one.estimate for one in fit.coefficients] + shift
    assert fit.fitted == pytest.approx(1 / (1 + np.exp(-linear)), rel=1e-12)
    assert (EVENTS - N * fit.fitted) @ DESIGN == pytest.approx(np.zeros(4), abs=1e-10)
    moved = logistic_regression(DESIGN, EVENTS, N, offset=np.ones(6), interval="wald")
    plain = logistic_regression(DESIGN, EVENTS, N, interval="wald")
    assert moved.coefficients[0].estimate == pytest.approx(plain.coefficients[0].estimate - 1.0, rel=1e-10)
    assert moved.coefficients[3].low == pytest.approx(plain.coefficients[3].low, rel=1e-9)


def test_profile_limits_lose_half_the_chi_square_quantile():
    fit = logistic_regression(DESIGN, EVENTS, N, level=0.9)
    for column in range(4):
        others = np.delete(DESIGN, column, axis=1)
        for limit in (fit.coefficients[column].low, fit.coefficients[column].high):
            inner = logistic_regression(others, EVENTS, N, offset=DESIGN[:, column] * limit, interval="wald")
            assert 2 * (fit.log_likelihood - inner.log_likelihood) == pytest.approx(2.705543454095404, rel=1e-8)


def test_saturated_model_of_one_group_has_the_log_odds():
    fit = logistic_regression([[1]], [3], [12], interval="wald")
    assert fit.coefficients[0].estimate == pytest.approx(np.log(3 / 9), rel=1e-12)
    assert fit.coefficients[0].standard_error == pytest.approx(np.sqrt(1 / 3 + 1 / 9), rel=1e-12)


def test_separation_leaves_what_the_other_patterns_say():
    design = np.array([[1, g, x] for x in (0, 1) for g in (0, 1)], dtype=float)
    fit = logistic_regression(design, [0, 3, 0, 5], [8, 9, 6, 11])
    assert [one.estimate for one in fit.coefficients[:2]] == [None, None]
    assert all("separation" in one.note for one in fit.coefficients[:2])
    within = logistic_regression([[1, 0], [1, 1]], [3, 5], [9, 11])  # among g = 1 nothing is separated
    for name in ("estimate", "low", "high", "standard_error"):
        assert getattr(fit.coefficients[2], name) == pytest.approx(getattr(within.coefficients[1], name), rel=1e-8)
    assert fit.estimable.tolist() == [2]
    assert fit.covariance.shape == (1, 1)
    assert fit.separated.tolist() == [True, False, True, False]
    assert fit.fitted[[0, 2]].tolist() == [0.0, 0.0]
    assert fit.log_likelihood == pytest.approx(within.log_likelihood, rel=1e-12)
    assert "separation in 2 patterns: coefficients of columns 0, 1" in fit.note


@pytest.mark.parametrize(
    ("design", "events", "n", "note"),
    [
        ([[1, 0], [1, 1]], [0, 9], [8, 9], "separation"),
        ([[1]], [0], [5], "separation"),
        ([[1]], [5], [5], "separation"),
        ([[1]], [1], [1], "separation"),
        ([[1]], [0], [0], "no patient"),
    ],
)
def test_nothing_estimable_is_none_with_a_reason(design, events, n, note):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit = logistic_regression(design, events, n)
    for one in fit.coefficients:
        assert (one.estimate, one.low, one.high, one.standard_error) == (None, None, None, None)
        assert note in one.note
    assert note in fit.note
    assert len(fit.estimable) == 0


def test_collinear_columns_are_left_out_by_name():
    design = np.column_stack([DESIGN, DESIGN[:, 1] + DESIGN[:, 2], np.zeros(6)])
    fit = logistic_regression(design, EVENTS, N, interval="wald")
    plain = logistic_regression(DESIGN, EVENTS, N, interval="wald")
    assert fit.coefficients[:4] == plain.coefficients
    assert [one.estimate for one in fit.coefficients[4:]] == [None, None]
    assert "collinear" in fit.coefficients[4].note
    assert fit.note == "collinear columns left out: 4, 5"


def test_patterns_without_patients_change_nothing():
    design = np.vstack([DESIGN, [1, 5, 5, 5]])
    fit = logistic_regression(design, [*EVENTS, 0], [*N, 0])
    assert fit.coefficients == logistic_regression(DESIGN, EVENTS, N).coefficients


def test_a_million_patients_and_a_rare_event():
    fit = logistic_regression([[1, 0], [1, 1]], [20, 60], [500_000, 500_000], interval="wald")
    assert fit.coefficients[1].estimate == pytest.approx(np.log(60 / 499_940 / (20 / 499_980)), rel=1e-10)


@settings(deadline=None, max_examples=30, derandomize=True)
@given(st.lists(st.tuples(st.integers(1, 8), st.integers(1, 8)), min_size=4, max_size=4), st.integers(2, 50))
def test_counts_times_k_keep_estimates_and_divide_errors_by_its_root(counts, k):
    design = np.array([[1, a, b] for a in (0, 1) for b in (0, 1)], dtype=float)
    events, n = np.array([e for e, _ in counts]), np.array([e + o for e, o in counts])
    for interval in ("wald", "wald_hc0"):
        once = logistic_regression(design, events, n, interval=interval)
        often = logistic_regression(design, k * events, k * n, interval=interval)
        for one, other in zip(once.coefficients, often.coefficients, strict=True):
            assert other.estimate == pytest.approx(one.estimate, rel=1e-9, abs=1e-10)
            assert other.standard_error == pytest.approx(one.standard_error / np.sqrt(k), rel=1e-8)


@settings(deadline=None, max_examples=30, derandomize=True)
@given(st.permutations(range(6)))
def test_order_and_splitting_of_rows_do_not_matter(order):
    split_design = np.vstack([DESIGN[order], DESIGN])
    half_events, half_n = EVENTS // 2, N // 2
    fit = logistic_regression(
        split_design,
        np.concatenate([(EVENTS - half_events)[order], half_events]),
        np.concatenate([(N - half_n)[order], half_n]),
        interval="wald_hc0",
    )
    whole = logistic_regression(DESIGN, EVENTS, N, interval="wald_hc0")
    for one, other in zip(fit.coefficients, whole.coefficients, strict=True):
        assert one.estimate == pytest.approx(other.estimate, rel=1e-9)
        assert one.standard_error == pytest.approx(other.standard_error, rel=1e-9)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"interval": "score"}, "interval must be one of profile_likelihood, wald, wald_hc0; received 'score'"),
        ({"level": 1.0}, "level must be"),
        ({"level": 95}, "level must be"),
        ({"offset": [0.0]}, "offset must be as long as n"),
    ],
)
def test_illegal_options(options, message):
    with pytest.raises(ArgumentError, match=message):
        logistic_regression(DESIGN, EVENTS, N, **options)
