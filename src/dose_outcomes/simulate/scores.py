"""Scores, drawn so that the response rule holds at a visit exactly when the patient is responding."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from dose_outcomes.catalogue import built_in
from dose_outcomes.catalogue.expression import parse_rule
from dose_outcomes.errors import StudyError
from dose_outcomes.simulate.arrays import BoolArray, FloatArray, IntArray, Stage, stream
from dose_outcomes.simulate.baseline import Baselines, draw_baselines
from dose_outcomes.simulate.condition_parameters import Companion, Condition, Scores
from dose_outcomes.simulate.course import Course
from dose_outcomes.simulate.parameters import Parameters
from dose_outcomes.simulate.rules import PER_POINT, Grid, grid_of, response_cut, thousandths

_FINE = 10  # from so many steps between cut and best score on, responders stay off the cut itself


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores of one instrument, one a row.

    Attributes
    ----------
    patient : ndarray, shape (s,)
        Position of the patient.
    day : ndarray, shape (s,)
        Days since first dose.
    instrument : str
        Code.
    score : ndarray, shape (s,)
        In thousandths.
    """

    patient: IntArray
    day: IntArray
    instrument: str
    score: IntArray


def draw_scores(parameters: Parameters, course: Course) -> list[Scored]:
    """Draw all scores of the cohort.

    Parameters
    ----------
    parameters : Parameters
        What to draw from.
    course : Course
        With states, visits and end of observation.

    Returns
    -------
    list of Scored
        Main instruments and their companions, by condition.
    """
    baseline, scores, companions = (
        stream(parameters.seed, stage) for stage in (Stage.BASELINE, Stage.SCORES, Stage.COMPANIONS)
    )
    scored: list[Scored] = []
    for position, condition in enumerate(parameters.conditions.values()):
        patients = np.flatnonzero(course.population.condition == position)
        code = condition.response.instrument
        grid = _grid(code)
        before = draw_baselines(baseline, parameters, condition, grid, course.population.baseline_kind[patients])
        outside, low = _component_faults(companions, condition, course.visits.responding[patients])
        value = _visit_scores(scores, parameters.scores, condition, grid, before.last, low)
        scored += _rows(course, patients, before, code, value, before.last)
        if np.any(before.has_earlier):
            kept = before.has_earlier
            scored.append(Scored(patients[kept], before.earlier_day[kept], code, before.earlier[kept]))
        for one in condition.companions:
            at_visit = _companion(companions, one, value, outside)
            absent = companions.random(len(patients)) < one.outside_not_responding
            scored += _rows(
                course, patients, before, one.instrument, at_visit, _companion(companions, one, before.last, absent)
            )
    return scored


def _grid(code: str) -> Grid:
    instrument = built_in().instruments[code]
    if instrument.direction != "lower_better":
        raise StudyError(f"{code}: only scales on which lower is better can be simulated")
    return grid_of(code, instrument)


def _rows(
    course: Course, patients: IntArray, before: Baselines, code: str, at_visit: IntArray, at_baseline: IntArray
) -> list[Scored]:
    """Return the recorded ones of the scores at visits and of the last score before treatment."""
    seen = course.seen[patients]
    row, _ = np.nonzero(seen)
    kept = before.has_last
    return [
        Scored(patients[row], course.visits.day[patients][seen], code, at_visit[seen]),
        Scored(patients[kept], before.last_day[kept], code, at_baseline[kept]),
    ]


def _component_faults(
    random: np.random.Generator, condition: Condition, responding: BoolArray
) -> tuple[BoolArray, BoolArray]:
    """Tell at which visits a component of the rule fails, and at which the score alone would be a response.

    Where a component fails the score may be as low as that of a responder: the rule does not hold all the same.
    """
    outside = np.zeros_like(responding)
    low = responding
    for one in condition.companions:
        if one.component is not None:
            chance = random.random((2, *responding.shape))
            outside = ~responding & (chance[0] < one.outside_not_responding)
            low = responding | (outside & (chance[1] < one.only_fault))
    return outside, low


def _visit_scores(
    random: np.random.Generator, settings: Scores, condition: Condition, grid: Grid, base: IntArray, low: BoolArray
) -> IntArray:
    """Draw scores at visits: at or below the cut of a response where `low`, else above it."""
    met = {
        str(one.component): np.full_like(base, thousandths(one.inside[0]))
        for one in condition.companions
        if one.inside is not None
    }
    cut = response_cut(parse_rule(condition.response.response), base, grid, met)[:, np.newaxis]
    persistence = settings.persistence if condition.persistence is None else condition.persistence.value
    lasting, passing = random.standard_normal((len(base), 1)), random.standard_normal(low.shape)
    spread: FloatArray = np.sqrt(persistence) * lasting + np.sqrt(1.0 - persistence) * passing

    reach = (base[:, np.newaxis] - cut) // grid.step
    share_left = settings.not_responding_median * np.exp(settings.not_responding_log_sd * spread)
    above = np.maximum(np.rint(reach * share_left), 1).astype(np.int64)
    room = np.maximum(cut - grid.lowest, 0) // grid.step
    share_gone = expit(logit(settings.responding_median) + settings.responding_logit_sd * spread)
    below = np.maximum(np.rint(room * share_gone), np.where(room >= _FINE, 1, 0)).astype(np.int64)
    drawn: IntArray = np.clip(cut + np.where(low, -below, above) * grid.step, grid.lowest, grid.highest)
    return drawn


def _companion(random: np.random.Generator, companion: Companion, score: IntArray, outside: BoolArray) -> IntArray:
    """Draw a score of the same day, in thousandths."""
    chance = random.random(score.shape)
    drawn: IntArray
    if companion.inside is not None and companion.outside is not None:
        (low, high), (low_out, high_out) = companion.inside, companion.outside
        points = np.where(outside, low_out + chance * (high_out - low_out), low + chance * (high - low))
        drawn = np.rint(points * PER_POINT).astype(np.int64)
        return drawn
    parts = companion.largest_of or 1
    grid = grid_of(companion.instrument, built_in().instruments[companion.instrument])
    least, most = -(-score // (parts * PER_POINT)), np.minimum(score // PER_POINT, grid.highest // PER_POINT)
    drawn = (least + np.floor(chance * (most - least + 1)).astype(np.int64)) * PER_POINT
    return drawn
