"""Co-medication: opioids that bear on eligibility, drugs of each condition, and those of everyday care."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dose_outcomes.simulate.arrays import BoolArray, FloatArray, IntArray, Stage, choose, stream
from dose_outcomes.simulate.course import Course
from dose_outcomes.simulate.parameters import DAYS_PER_WEEK, Parameters
from dose_outcomes.simulate.population import OpioidUse
from dose_outcomes.simulate.stopping import END_REASONS

#: Stands for an end day that is not recorded: still taken.
STILL_TAKEN = np.iinfo(np.int64).max
_OPIOID_FIRST_DAY = -400
_DAYS_BEFORE = 50  # an earlier opioid ended at most so many days before the days on which none is allowed
_DAYS_AFTER = 30
_WITH_END = 0.5  # of the overlapping ones; the others go on


@dataclass(frozen=True, slots=True)
class Taken:
    """Drugs taken, one a row.

    Attributes
    ----------
    patient : ndarray, shape (m,)
        Position of the patient.
    drug, drug_class : str
        The same for all rows.
    start_day, end_day : ndarray, shape (m,)
        Days since first dose; `STILL_TAKEN` when there is no end.
    ddd_per_day : ndarray, shape (m,)
        Defined daily doses a day.
    """

    patient: IntArray
    drug: str
    drug_class: str
    start_day: IntArray
    end_day: IntArray
    ddd_per_day: FloatArray


def draw_medications(parameters: Parameters, course: Course) -> list[Taken]:
    """Draw what is taken beside the study drug.

    Parameters
    ----------
    parameters : Parameters
        What to draw from.
    course : Course
        With eligibility, states and end of observation.
    """
    random = stream(parameters.seed, Stage.MEDICATIONS)
    settings = parameters.medication
    until = course.treatment.observed_until
    taken = _opioids(random, parameters, course)
    for position, condition in enumerate(parameters.conditions.values()):
        patients = np.flatnonzero(course.population.condition == position)
        planned = round(condition.response.week * DAYS_PER_WEEK / parameters.visits.interval_days) - 1
        responding = course.visits.responding[patients, planned]
        stopped = np.where(responding, settings.stopped_responding, settings.stopped_not_responding)
        for drug in condition.drugs:
            size = len(patients)
            before = random.random(size) < drug.share
            added = ~before & (random.random(size) < settings.added) & (until[patients] > 0)
            early = random.integers(settings.first_day, settings.last_day, size=size, endpoint=True)
            late = 1 + np.floor(random.random(size) * until[patients]).astype(np.int64)
            end = np.floor(random.random(size) * (until[patients] + 1)).astype(np.int64)
            ends = before & (random.random(size) < stopped)
            ddd = np.array(drug.ddd_per_day)[random.integers(len(drug.ddd_per_day), size=size)]
            start = np.where(before, early, late)
            kept = before | added
            end = np.where(ends, end, STILL_TAKEN)
            taken.append(Taken(patients[kept], drug.drug, drug.drug_class, start[kept], end[kept], ddd[kept]))
    return taken + _usual(parameters, course)


def _usual(parameters: Parameters, course: Course) -> list[Taken]:
    """Draw drugs of everyday care: begun before the study drug, prescribed again until the end of observation."""
    random = stream(parameters.seed, Stage.USUAL_MEDICATION)
    settings, until = parameters.usual_medication, course.treatment.observed_until
    days = settings.days_per_prescription
    taken = []
    for drug in settings.drugs:
        chance = random.random(until.size)
        first = -random.integers(1, days, size=until.size, endpoint=True)
        patients = np.flatnonzero(chance < drug.share)
        number = (until[patients] - first[patients]) // days + 1
        order = np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
        patient = np.repeat(patients, number)
        start = first[patient] + order * days
        end = np.where(start + days > until[patient], STILL_TAKEN, start + days - 1)
        taken.append(Taken(patient, drug.drug, drug.drug_class, start, end, np.ones(patient.size)))
    return taken


def _opioids(random: np.random.Generator, parameters: Parameters, course: Course) -> list[Taken]:
    settings, window = parameters.opioids, parameters.truth.eligibility
    n, until = course.population.size, course.treatment.observed_until
    use = course.population.opioid_use
    overlapping, earlier = use == OpioidUse.OVERLAPPING, use == OpioidUse.EARLIER
    needed = course.treatment.end_reason == END_REASONS.index("opioid_needed")
    needed &= ~overlapping & ~earlier & (until > course.treatment.last_dose)
    begun = random.integers(_OPIOID_FIRST_DAY, window.last_day, size=n, endpoint=True)
    end = random.integers(window.first_day, _DAYS_AFTER, size=n, endpoint=True)
    end = np.where(random.random(n) < _WITH_END, np.clip(end, begun, until), STILL_TAKEN)
    ended = random.integers(window.first_day - _DAYS_BEFORE, window.first_day - 1, size=n, endpoint=True)
    duration = random.integers(0, -_OPIOID_FIRST_DAY, size=n)
    start = np.where(overlapping, begun, np.where(earlier, ended - duration, course.treatment.last_dose + 1))
    end = np.where(overlapping, end, np.where(earlier, ended, STILL_TAKEN))
    which = choose(random, settings.drugs, n)
    ddd = np.array(settings.ddd_per_day)[random.integers(len(settings.ddd_per_day), size=n)]
    taken = []
    for position, drug in enumerate(settings.drugs):
        kept: BoolArray = (which == position) & (overlapping | earlier | needed)
        patients = np.flatnonzero(kept)
        taken.append(Taken(patients, drug, settings.drug_class, start[kept], end[kept], ddd[kept]))
    return taken
