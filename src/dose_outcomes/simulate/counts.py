"""What the analyses count, taken from the latent model: no score, no table and none of the pipeline's code."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from dose_outcomes.simulate.arrays import BoolArray, IntArray
from dose_outcomes.simulate.course import Course
from dose_outcomes.simulate.parameters import DAYS_PER_WEEK, Parameters
from dose_outcomes.simulate.stopping import COMPLETED, LOST, ONGOING

_FAR = np.iinfo(np.int64).max // 4


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts by cell, a cell being a condition and a dose aimed at.

    Attributes
    ----------
    evaluable, with_score, responders : ndarray, shape (cells,)
        Patients with an assessable baseline; of them with a score in the window of the target week; of those
        with a response at it.
    detected, censored : ndarray, shape (cells, days)
        Evaluable patients by the day of the first response, or of the last visit without one.
    eligible, person_days : ndarray, shape (cells,)
        Patients, and their days at risk of side effects.
    stopped, lost, stayed : ndarray, shape (cells, days)
        Eligible patients by the first day without the drug, when they stopped it; by the last day with it, when they
        were lost or observation ended on the drug. Later days count as the last one, on the drug.
    affected, events : ndarray, shape (cells, endpoints)
        Eligible patients with a side effect, and side effects; by endpoint as `side_effect_endpoints` names them.
    """

    evaluable: IntArray
    with_score: IntArray
    responders: IntArray
    detected: IntArray
    censored: IntArray
    eligible: IntArray
    person_days: IntArray
    stopped: IntArray
    lost: IntArray
    stayed: IntArray
    affected: IntArray
    events: IntArray

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))


def side_effect_endpoints(parameters: Parameters) -> dict[str, list[int]]:
    """Return the names of endpoints, each with the positions of its terms."""
    terms = parameters.side_effects.terms
    systems: dict[str, list[int]] = {}
    for position, term in enumerate(terms.values()):
        systems.setdefault(f"body_system: {term.body_system}", []).append(position)
    single = {f"term: {name}": [position] for position, name in enumerate(terms)}
    return {"any": list(range(len(terms))), **systems, **single}


def count(parameters: Parameters, course: Course) -> Counts:
    """Count what the plain analyses count.

    Parameters
    ----------
    parameters : Parameters
        With horizon and windows.
    course : Course
        Patients of all cells.
    """
    cell = course.population.condition * len(parameters.targets) + course.population.target
    cells = len(parameters.conditions) * len(parameters.targets)
    evaluable, eligible = course.population.evaluable, course.population.eligible
    with_score, response = _at_target(parameters, course)
    detected, censored = _detection(parameters, course)
    days = parameters.truth.horizon_days + 1

    def by_cell(kept: BoolArray) -> IntArray:
        return np.bincount(cell[kept], minlength=cells)

    def by_day(day: IntArray, kept: BoolArray) -> IntArray:
        return np.bincount((cell * days + day)[kept], minlength=cells * days).reshape(cells, days)

    found = detected < _FAR
    last, ended, lost = _ends(parameters, course)
    affected, events, person_days = _side_effects(parameters, course, cell, cells)
    return Counts(
        evaluable=by_cell(evaluable),
        with_score=by_cell(evaluable & with_score),
        responders=by_cell(evaluable & response),
        detected=by_day(detected, evaluable & found),
        censored=by_day(censored, evaluable & ~found),
        eligible=by_cell(eligible),
        person_days=person_days,
        stopped=by_day(last + 1, eligible & ended & ~lost),
        lost=by_day(last, eligible & ended & lost),
        stayed=by_day(last, eligible & ~ended),
        affected=affected,
        events=events,
    )


def _at_target(parameters: Parameters, course: Course) -> tuple[BoolArray, BoolArray]:
    """Whether there is a score in the window, and whether the one nearest to the target day is a response."""
    definitions = [condition.response for condition in parameters.conditions.values()]
    target = np.array([round(one.week * DAYS_PER_WEEK) for one in definitions])[course.population.condition]
    half = np.array([round(one.window_weeks * DAYS_PER_WEEK) for one in definitions])[course.population.condition]
    day, visits = course.visits.day, course.visits.day.shape[1]
    distance = np.abs(day - target[:, np.newaxis])
    usable = course.seen & (day >= 1) & (distance <= half[:, np.newaxis])
    # Of two visits equally near the later counts; visits are in the order of their days.
    rank = np.where(usable, distance * visits + np.arange(visits)[::-1], _FAR)
    nearest = rank.argmin(axis=1)[:, np.newaxis]
    response = np.take_along_axis(course.visits.responding & usable, nearest, axis=1)[:, 0]
    return usable.any(axis=1), response


def _detection(parameters: Parameters, course: Course) -> tuple[IntArray, IntArray]:
    """Day of the first visit with a response, and of the last visit at all; both up to the horizon."""
    day = course.visits.day
    used = course.seen & (day >= 1) & (day <= parameters.truth.horizon_days)
    detected = np.where(used & course.visits.responding, day, _FAR).min(axis=1)
    return detected, np.where(used, day, 0).max(axis=1)


def _ends(parameters: Parameters, course: Course) -> tuple[IntArray, BoolArray, BoolArray]:
    """Last day with the drug up to the horizon, whether treatment or observation ended on it, whether by being lost."""
    treatment, horizon = course.treatment, parameters.truth.horizon_days
    ended = ~np.isin(treatment.end_reason, (COMPLETED, ONGOING)) & (treatment.last_dose < horizon)
    return np.minimum(treatment.last_dose, horizon), ended, treatment.end_reason == LOST


def _side_effects(
    parameters: Parameters, course: Course, cell: IntArray, cells: int
) -> tuple[IntArray, IntArray, IntArray]:
    """Patients with side effects, side effects, and days at risk."""
    treatment, eligible = course.treatment, course.population.eligible
    last = np.minimum(treatment.observed_until, treatment.last_dose + parameters.truth.days_after_last_dose)
    person_days = np.bincount(cell[eligible], weights=(last + 1)[eligible], minlength=cells).astype(np.int64)
    events = treatment.events
    events = events.where((events.onset <= last[events.patient]) & eligible[events.patient])
    affected, number = [], []
    for terms in side_effect_endpoints(parameters).values():
        patient = events.patient[np.isin(events.term, terms)]
        number.append(np.bincount(cell[patient], minlength=cells))
        affected.append(np.bincount(cell[np.unique(patient)], minlength=cells))
    return np.stack(affected, axis=1), np.stack(number, axis=1), person_days
