"""One draw of the latent model: all that scores, tables and expected values are made from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dose_outcomes.simulate.arrays import BoolArray, IntArray
from dose_outcomes.simulate.parameters import Parameters
from dose_outcomes.simulate.population import Population, draw_population
from dose_outcomes.simulate.response import Visits, draw_visits
from dose_outcomes.simulate.treatment import Treatment, draw_treatment


@dataclass(frozen=True, slots=True)
class Course:
    """Patients, their visits and their treatment."""

    population: Population
    visits: Visits
    treatment: Treatment

    @property
    def seen(self) -> BoolArray:
        """Visits that come about: attended, and not after the end of observation; shape (n, v)."""
        return self.visits.attended & (self.visits.day <= self.treatment.observed_until[:, np.newaxis])


def draw_course(parameters: Parameters, condition: IntArray, target: IntArray, batch: int = 0) -> Course:
    """Draw what happens to patients.

    Parameters
    ----------
    parameters : Parameters
        What to draw from.
    condition, target : ndarray, shape (n,)
        Positions in the parameters' conditions and targets.
    batch : int
        Number of the random streams; 0 is the cohort.
    """
    population = draw_population(parameters, condition, target, batch)
    visits = draw_visits(parameters, population, batch)
    return Course(population, visits, draw_treatment(parameters, population, visits, batch))
