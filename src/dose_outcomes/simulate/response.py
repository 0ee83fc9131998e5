"""Visits, and whether a patient is responding at each: a chain that depends on condition and dose alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dose_outcomes.simulate.arrays import BoolArray, FloatArray, IntArray, Stage, stream
from dose_outcomes.simulate.parameters import DAYS_PER_WEEK, Parameters
from dose_outcomes.simulate.population import Population

_HALVINGS = 60


@dataclass(frozen=True, slots=True)
class Visits:
    """Planned visits of all patients; those after the end of observation never come about.

    Attributes
    ----------
    day : ndarray, shape (n, v)
        Days since first dose.
    responding : ndarray, shape (n, v)
        The latent state.
    attended : ndarray, shape (n, v)
        Whether the patient comes, if still under observation.
    """

    day: IntArray
    responding: BoolArray
    attended: BoolArray


def draw_visits(parameters: Parameters, population: Population, batch: int) -> Visits:
    """Draw states and days of all planned visits.

    Parameters
    ----------
    parameters : Parameters
        What to draw from.
    population : Population
        Patients.
    batch : int
        Number of the random streams.
    """
    plan = parameters.visits
    shape = (population.size, plan.number)
    onset = onset_probabilities(parameters)[population.condition, population.target]
    loss = parameters.loss_of_response.value
    chance = stream(parameters.seed, Stage.STATE, batch).random(shape)
    responding = np.zeros(shape, dtype=np.bool_)
    before = np.zeros(population.size, dtype=np.bool_)
    for visit in range(plan.number):
        before = np.where(before, chance[:, visit] >= loss, chance[:, visit] < onset)
        responding[:, visit] = before

    random = stream(parameters.seed, Stage.VISITS, batch)
    jitter = np.rint(random.normal(0.0, plan.jitter_sd_days, shape))
    jitter = np.clip(jitter, -plan.jitter_limit_days, plan.jitter_limit_days).astype(np.int64)
    planned = plan.interval_days * np.arange(1, plan.number + 1)
    missed = np.where(responding, plan.missed_responding, plan.missed_not_responding)
    return Visits(planned + jitter, responding, random.random(shape) >= missed)


def onset_probabilities(parameters: Parameters) -> FloatArray:
    """Return the chance to begin to respond between two visits, by condition and target.

    It is the one under which the share responding at the visit of the condition's target week is the share that
    the parameters give. With chance a to begin and b to lose, that share after v visits is
    a / (a + b) * (1 - (1 - a - b)^v), which rises with a and is solved by halving.

    Returns
    -------
    ndarray, shape (conditions, targets)
    """
    effect = np.array([target.effect for target in parameters.targets])
    conditions = parameters.conditions.values()
    wanted = np.array([one.placebo_like.value + one.drug_effect.value * effect for one in conditions])
    weeks = np.array([one.response.week for one in conditions])
    visits = np.rint(weeks * DAYS_PER_WEEK / parameters.visits.interval_days)[:, np.newaxis]
    loss = parameters.loss_of_response.value
    low, high = np.zeros_like(wanted), np.full_like(wanted, 1.0 - loss)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        share = middle / (middle + loss) * (1.0 - (1.0 - middle - loss) ** visits)
        low, high = np.where(share < wanted, middle, low), np.where(share < wanted, high, middle)
    onset: FloatArray = (low + high) / 2.0
    return onset
