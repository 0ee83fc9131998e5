"""Doses rise in steps, side effects come early and fade, and who stops depends on both response and side effects."""

import numpy as np
import pandas as pd
import pytest

from dose_outcomes.simulate import Parameters
from dose_outcomes.simulate.course import Course, draw_course
from dose_outcomes.simulate.population import draw_design
from dose_outcomes.simulate.stopping import END_REASONS

PATIENTS = 40_000
Cohort = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def large(parameters: Parameters) -> Course:
    return draw_course(parameters, *draw_design(parameters, PATIENTS), batch=999)


def _end(large: Course, reason: str) -> np.ndarray:
    return large.treatment.end_reason == END_REASONS.index(reason)


def test_doses_are_a_step_function(cohort: Cohort) -> None:
    doses = cohort["doses"]
    by_patient = doses.groupby("patient_id")
    assert (by_patient["start_day"].first() == 0).all()
    assert doses["dose_mg"].between(0.5, 4.5).all()
    assert (doses["dose_mg"] <= doses["target_dose_mg"]).all()
    assert not doses[["patient_id", "target_dose_mg"]].drop_duplicates().duplicated("patient_id").any()
    assert set(by_patient["dose_mg"].first()) == {0.5, 1.5}
    gap = doses["start_day"] - by_patient["end_day"].shift() - 1
    assert (gap.dropna() >= 0).all()
    step = by_patient["dose_mg"].diff().dropna()
    steady_gap = gap[step.index] == 0
    rises = step[(step > 0) & steady_gap]
    assert rises.between(0.5, 1.5).all()
    assert (step < 0).sum() > 50
    stretch = doses["end_day"] - doses["start_day"] + 1
    before_rise = stretch.groupby(doses["patient_id"]).shift()[rises.index]
    assert (before_rise >= 7).all()
    assert before_rise.isin([7, 14]).mean() > 0.97


def test_nearly_all_who_stay_reach_the_dose_aimed_at(cohort: Cohort) -> None:
    last = cohort["doses"].groupby("patient_id").last()
    late = last[last["end_day"] > 100]
    assert 0.85 < (late["dose_mg"] == late["target_dose_mg"]).mean() < 1


def test_visits_keep_their_order_and_their_plan(course: Course) -> None:
    day = course.visits.day
    assert (np.diff(day, axis=1) > 0).all()
    assert (np.abs(day - 28 * np.arange(1, day.shape[1] + 1)) <= 10).all()
    assert day.min() >= 1


def test_a_quarter_to_two_fifths_stop_by_week_24_most_for_want_of_benefit(large: Course) -> None:
    followed = ~_end(large, "ongoing")
    stopped = followed & ~_end(large, "completed") & (large.treatment.last_dose < 168)
    assert 0.25 < stopped.sum() / followed.sum() < 0.40
    reasons = pd.Series(large.treatment.end_reason[stopped]).value_counts()
    assert END_REASONS[reasons.index[0]] == "lack_of_efficacy"
    assert reasons.iloc[0] > 0.4 * stopped.sum()


def test_stopping_depends_on_response(large: Course) -> None:
    third_visit = large.visits.responding[:, 2]
    treated = large.treatment.last_dose >= 84
    lack = _end(large, "lack_of_efficacy") & (large.treatment.last_dose < 112)
    assert lack[treated & ~third_visit].mean() > 5 * lack[treated & third_visit].mean()


def test_stopping_depends_on_side_effects(large: Course) -> None:
    events = large.treatment.events
    severe = np.zeros(PATIENTS, dtype=bool)
    severe[events.patient[events.severity >= 3]] = True
    stopped = _end(large, "side_effect")
    assert stopped[severe].mean() > 0.15
    assert stopped[~severe].mean() < 0.06
    assert 0.03 < stopped.mean() < 0.08


def test_who_stops_for_a_side_effect_has_one_that_day(cohort: Cohort) -> None:
    stopped = cohort["patients"].query("end_reason == 'side_effect'")["patient_id"]
    effects = cohort["side_effects"].query("action == 'stopped'")
    assert set(effects["patient_id"]) == set(stopped)
    last = cohort["doses"].groupby("patient_id")["end_day"].last()
    assert (effects["onset_day"].to_numpy() == last[effects["patient_id"]].to_numpy()).all()


def _rate(large: Course, kept: np.ndarray, term: int, first: int, last: int) -> float:
    """Events per 1000 patient days of some patients between two days of treatment."""
    events, end = large.treatment.events, np.minimum(large.treatment.last_dose, last)
    inside = kept[events.patient] & (events.term == term)
    inside &= (events.onset >= first) & (events.onset <= end[events.patient])
    return 1000 * inside.sum() / np.maximum(end - first + 1, 0)[kept].sum()


def test_vivid_dreams_depend_on_dose_time_of_day_and_time_since_the_start(large: Course) -> None:
    everyone = np.ones(PATIENTS, dtype=bool)
    low, high = large.population.target == 0, large.population.target == 3
    times = large.treatment.time_of_day[:, 0]
    assert 1.7 < _rate(large, high, 0, 60, 200) / _rate(large, low, 0, 60, 200) < 2.6
    assert _rate(large, times == 2, 0, 0, 200) < 0.65 * _rate(large, times == 0, 0, 0, 200)
    assert _rate(large, everyone, 0, 0, 6) > 1.2 * _rate(large, everyone, 0, 100, 200)


def test_side_effects_are_mild_and_mostly_over_in_two_weeks(cohort: Cohort) -> None:
    effects = cohort["side_effects"]
    known = effects.dropna(subset=["resolved_day"])
    assert (known["resolved_day"] - known["onset_day"] < 14).mean() > 0.8
    assert effects["severity"].between(1, 4).all()
    assert (effects["severity"] == 1).mean() > 0.55
    assert 0 < effects["serious"].mean() < 0.015
    assert not effects[["term", "body_system"]].drop_duplicates().duplicated("term").any()


def test_numbers_of_side_effects_are_close_to_poisson(large: Course) -> None:
    # An exact Poisson interval is honest when the scatter of a patient's count about rate x time at risk,
    # over the mean count, is close to 1.
    treatment, events = large.treatment, large.treatment.events
    last = np.minimum(treatment.observed_until, treatment.last_dose + 30)
    number = np.bincount(events.patient[events.onset <= last[events.patient]], minlength=PATIENTS)
    for target in range(4):
        kept = large.population.target == target
        left = number[kept] - number[kept].sum() / (last[kept] + 1).sum() * (last[kept] + 1)
        assert left.var() / number[kept].mean() == pytest.approx(1, abs=0.08)
