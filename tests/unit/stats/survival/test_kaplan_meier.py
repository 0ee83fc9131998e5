import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.survival.kaplan_meier import kaplan_meier, survival_at

FORMULAS = ["plain", "log", "log-log", "logit", "arcsine"]
INTERVALS = [*FORMULAS, "beta-product", "beta-product mid-p"]
tables = st.lists(
    st.tuples(st.integers(0, 8), st.integers(0, 3), st.integers(0, 3)).filter(lambda row: row[1] + row[2] > 0),
    min_size=1,
    max_size=10,
)


def curve_of(table, **options):
    return kaplan_meier(*np.array(table, dtype=float).T, **options)


def test_hand_computed_curve_with_ties_and_day_0():
    # 5 patients: event on day 0; event and censoring on day 2 (event first); event on day 5; one followed to day 7.
    curve = kaplan_meier([0, 2, 5, 7], [1, 1, 1, 0], [0, 1, 0, 1])
    assert curve.at_risk.tolist() == [5, 4, 2, 1]
    np.testing.assert_allclose(curve.estimate, [0.8, 0.6, 0.3, 0.3], rtol=1e-14)
    greenwood = 1 / (5 * 4) + 1 / (4 * 3) + 1 / (2 * 1)
    np.testing.assert_allclose(curve.standard_error[-1], 0.3 * np.sqrt(greenwood), rtol=1e-14)


@pytest.mark.parametrize(
    ("counts", "estimate", "note"),
    [
        (([3, 5], [0, 0], [1, 2]), [1, 1], "no event"),
        (([2, 4], [2, 1], [0, 0]), [1 / 3, 0], "standard error undefined where the curve is 0"),
        (([4], [1], [0]), [0], "standard error undefined where the curve is 0"),
        (([4], [0], [1]), [1], "no event"),
        (([4], [5], [0]), [0], "standard error undefined where the curve is 0"),
        (([0], [1], [1]), [0.5], ""),
        (([], [], []), [], "no patient at risk"),
    ],
)
@pytest.mark.parametrize("interval", INTERVALS)
def test_edges(counts, estimate, note, interval):
    curve = kaplan_meier(*counts, interval=interval)
    np.testing.assert_allclose(curve.estimate, estimate, rtol=1e-14)
    assert curve.note == note
    assert ((curve.low >= 0) & (curve.high <= 1) & (curve.low <= curve.high)).all()
    assert np.isnan(curve.standard_error).tolist() == [x == 0 for x in estimate]


def test_early_emptied_risk_set_is_reported_and_can_be_conditioned_away():
    # One early patient has the event alone on day 2; three enter on day 3.
    counts = {
        "day": [1, 2, 3, 5, 6],
        "events": [0, 1, 0, 1, 0],
        "censored": [0, 0, 0, 0, 2],
        "entered": [1, 0, 3, 0, 0],
    }
    curve = kaplan_meier(**counts)
    assert curve.estimate.tolist() == [0, 0, 0]
    assert curve.note == "everybody at risk had the event on day 2: the curve stays 0 although patients enter later"
    later = kaplan_meier(**counts, start=3)
    np.testing.assert_allclose(later.estimate, [2 / 3, 2 / 3])
    assert later.day.tolist() == [5, 6]


@pytest.mark.parametrize("interval", FORMULAS)
def test_formulas_against_the_definition(interval):
    curve = kaplan_meier([3, 6, 9], [10, 20, 5], [5, 0, 60], interval=interval, level=0.9, beta_product_below=0)
    s, sigma, z = curve.estimate, curve.standard_error / curve.estimate, 1.6448536269514722
    scale = {
        "plain": (lambda x: x, lambda x: x, s * sigma),
        "log": (np.log, np.exp, sigma),
        "log-log": (lambda x: np.log(-np.log(x)), lambda x: np.exp(-np.exp(x)), -sigma / np.log(s)),
        "logit": (lambda x: np.log(x / (1 - x)), lambda x: 1 / (1 + np.exp(-x)), sigma / (1 - s)),
        "arcsine": (lambda x: np.arcsin(np.sqrt(x)), lambda x: np.sin(x) ** 2, sigma / 2 * np.sqrt(s / (1 - s))),
    }[interval]
    ends = sorted((scale[1](scale[0](s) - z * scale[2]).tolist(), scale[1](scale[0](s) + z * scale[2]).tolist()))
    np.testing.assert_allclose([curve.low, curve.high], ends, rtol=1e-12)


def test_convention_without_replacement_leaves_undefined_limits():
    counts = ([1, 2, 3], [0, 1, 1], [1, 0, 0])
    plain = kaplan_meier(*counts, interval="plain", beta_product_below=None)
    assert (plain.low[0], plain.high[0]) == (1, 1)
    for interval in ("log-log", "logit", "arcsine"):
        curve = kaplan_meier(*counts, interval=interval, beta_product_below=None)
        assert np.isnan([curve.low[0], curve.high[0], curve.low[-1], curve.high[-1]]).all()
        assert "undefined" in curve.method


def test_few_at_risk_get_the_beta_product_interval():
    counts = ([1, 2, 3], [20, 20, 5], [0, 0, 25])
    mixed, exact = kaplan_meier(*counts), kaplan_meier(*counts, interval="beta-product")
    formula = kaplan_meier(*counts, beta_product_below=0)
    assert mixed.at_risk.tolist() == [70, 50, 30]
    np.testing.assert_array_equal(mixed.low, formula.low)
    replaced = kaplan_meier(*counts, beta_product_below=31)
    np.testing.assert_allclose(replaced.low, [*formula.low[:2], exact.low[2]], rtol=1e-12)
    assert "beta-product where fewer than 31 are at risk" in replaced.method


@given(tables)
@settings(deadline=None, max_examples=60, derandomize=True)
def test_beta_product_without_censoring_is_clopper_pearson(table):
    days, events, more = np.array(table, dtype=float).T
    curve = kaplan_meier(days, events + more, np.zeros_like(days), interval="beta-product")
    n, had = curve.at_risk[0], np.cumsum(curve.events)
    left = n - had
    with np.errstate(invalid="ignore"):
        low = np.where(left == 0, 0, beta.ppf(0.025, left, had + 1))
        high = beta.ppf(0.975, left + 1, had)
    np.testing.assert_allclose(curve.low, low, rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(curve.high, high, rtol=1e-9)


@given(tables, st.sampled_from(INTERVALS))
@settings(deadline=None, max_examples=60, derandomize=True)
def test_properties_of_every_interval(table, interval):
    curve = curve_of(table, interval=interval)
    assert (np.diff(curve.estimate) <= 0).all()
    assert ((curve.low <= curve.estimate + 1e-12) & (curve.estimate <= curve.high + 1e-12)).all()
    doubled = curve_of([(day, 4 * d, 4 * c) for day, d, c in table], interval=interval)
    np.testing.assert_allclose(doubled.estimate, curve.estimate, rtol=1e-13)
    known = ~np.isnan(curve.standard_error)
    np.testing.assert_allclose(doubled.standard_error[known], curve.standard_error[known] / 2, rtol=1e-12)


@given(tables)
@settings(deadline=None, max_examples=40, derandomize=True)
def test_everybody_entering_at_the_start_changes_nothing_and_early_censoring_neither(table):
    plain = curve_of(table)
    days, events, censored = np.array(table, dtype=float).T
    n = (events + censored).sum()
    late = kaplan_meier([-1, *days], [0, *events], [0, *censored], entered=[n, *np.zeros(len(days))])
    np.testing.assert_allclose(late.estimate, plain.estimate, rtol=1e-14)
    if not (events[days == 0] > 0).any():
        more = kaplan_meier([0, *days], [0, *events], [3, *censored])
        np.testing.assert_allclose(more.estimate[-len(plain.day) :], plain.estimate, rtol=1e-14)


def test_reading_off_the_curve():
    curve = kaplan_meier([3, 5], [2, 1], [1, 1], interval="log-log", beta_product_below=None)
    assert survival_at(curve, 3).estimate == pytest.approx(0.6)
    assert survival_at(curve, 4.9).estimate == pytest.approx(0.6)
    before = survival_at(curve, 0)
    assert (before.estimate, before.high, before.note) == (1, 1, "no event yet")
    assert before.low == pytest.approx(0.025 ** (1 / 5))
    after = survival_at(curve, 5.5)
    assert (after.estimate, after.low, after.high) == (None, None, None)
    gone = kaplan_meier([3, 5], [2, 1], [0, 0])
    assert survival_at(gone, 100).estimate == 0
    undefined = survival_at(kaplan_meier([3], [1], [0], beta_product_below=None), 3)
    assert (undefined.estimate, undefined.low, undefined.note) == (0, None, "limits undefined here")
    assert survival_at(kaplan_meier([], [], []), 1).note == "no patient at risk"
    mid_p = survival_at(kaplan_meier([3], [1], [0], interval="beta-product mid-p"), 1)
    assert mid_p.low == pytest.approx(0.05)


def test_complete_follow_up_gives_the_limits_of_a_proportion_on_the_last_day():
    # 20 patients seen through day 84, 4 with the event: Clopper-Pearson of 16 of 20 on day 84, not [0, high].
    curve = kaplan_meier([30, 84], [4, 0], [0, 16])
    result = survival_at(curve, 84)
    assert curve.low[-1] == 0
    assert (result.low, result.high) == (pytest.approx(beta.ppf(0.025, 16, 5)), pytest.approx(beta.ppf(0.975, 17, 4)))
    on_event_day = survival_at(curve, 30)
    assert on_event_day.low == pytest.approx(result.low)
    formula = kaplan_meier([30, 84], [4, 0], [0, 16], beta_product_below=0)
    assert survival_at(formula, 84).low == formula.low[-1] > 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"interval": "wald"}, "interval must be one of plain, log, .*; received 'wald'"),
        ({"level": 1}, "level must be .* below 1; received 1"),
        ({"level": 0}, "level must be .* above 0"),
        ({"beta_product_below": -1}, "beta_product_below must be .* at least 0"),
        ({"start": np.nan}, "start must be"),
    ],
)
def test_illegal_options(options, message):
    with pytest.raises(ArgumentError, match=message):
        kaplan_meier([1], [1], [0], **options)
