"""Who takes part: condition, dose aimed at, age, sex, and whether the patient can be analysed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from dose_outcomes.simulate.arrays import BoolArray, IntArray, Stage, choose, cut_normal, stream
from dose_outcomes.simulate.parameters import Parameters


class BaselineKind(IntEnum):
    """What can be said about a patient's baseline score."""

    EVALUABLE = 0
    BELOW_BOUND = 1
    OUTSIDE_WINDOW = 2
    ABSENT = 3


class OpioidUse(IntEnum):
    """Opioids before the first dose."""

    NONE = 0
    OVERLAPPING = 1
    EARLIER = 2


@dataclass(frozen=True, slots=True)
class Population:
    """Patients before their first dose.

    Attributes
    ----------
    condition, target : ndarray, shape (n,)
        Positions in the parameters' conditions and targets.
    age : ndarray, shape (n,)
        Years.
    woman : ndarray, shape (n,)
    site : ndarray, shape (n,)
    baseline_kind, opioid_use : ndarray, shape (n,)
        Members of `BaselineKind` and `OpioidUse`.
    """

    condition: IntArray
    target: IntArray
    age: IntArray
    woman: BoolArray
    site: IntArray
    baseline_kind: IntArray
    opioid_use: IntArray

    @property
    def size(self) -> int:
        """Number of patients."""
        return len(self.condition)

    @property
    def eligible(self) -> BoolArray:
        """Whether the study's eligibility keeps the patient, shape (n,)."""
        return np.not_equal(self.opioid_use, OpioidUse.OVERLAPPING)

    @property
    def evaluable(self) -> BoolArray:
        """Whether the patient is eligible and has a baseline at least as bad as the bound, shape (n,)."""
        return self.eligible & np.equal(self.baseline_kind, BaselineKind.EVALUABLE)


def draw_design(parameters: Parameters, n: int) -> tuple[IntArray, IntArray]:
    """Draw condition and dose aimed at, independent of each other.

    Parameters
    ----------
    parameters : Parameters
        With the weights of conditions and the shares of doses.
    n : int
        Number of patients.

    Returns
    -------
    tuple of two ndarray, shape (n,)
        Positions in the parameters' conditions and targets.
    """
    random = stream(parameters.seed, Stage.DESIGN)
    condition = choose(random, condition_shares(parameters), n)
    target = choose(random, {target.label: target.share for target in parameters.targets}, n)
    return condition, target


def condition_shares(parameters: Parameters) -> dict[str, float]:
    """Return the share of each condition."""
    weights = {name: condition.weight.value for name, condition in parameters.conditions.items()}
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


def draw_population(parameters: Parameters, condition: IntArray, target: IntArray, batch: int) -> Population:
    """Draw what is known of patients before treatment.

    Parameters
    ----------
    parameters : Parameters
        What to draw from.
    condition, target : ndarray, shape (n,)
        Positions in the parameters' conditions and targets.
    batch : int
        Number of the random streams.
    """
    n = len(condition)
    conditions = list(parameters.conditions.values())
    random = stream(parameters.seed, Stage.POPULATION, batch)
    ages = [one.age or parameters.age for one in conditions]
    mean, sd, lowest, highest = np.array([[age.mean, age.sd, age.lowest - 0.5, age.highest + 0.49] for age in ages]).T[
        :, condition
    ]
    age = np.rint(cut_normal(random.random(n), mean, sd, lowest, highest)).astype(np.int64)
    women = np.array([(one.women or parameters.women).value for one in conditions])
    woman = random.random(n) < women[condition]
    site = random.integers(parameters.sites.value, size=n)

    random = stream(parameters.seed, Stage.ELIGIBILITY, batch)
    faults = parameters.baseline_faults
    sound = 1.0 - faults.below_bound - faults.outside_window - faults.absent
    baseline_kind = choose(
        random,
        {"evaluable": sound, "below": faults.below_bound, "outside": faults.outside_window, "absent": faults.absent},
        n,
    )
    opioids = parameters.opioids
    opioid_use = choose(
        random,
        {
            "none": 1.0 - opioids.overlapping - opioids.earlier,
            "overlapping": opioids.overlapping,
            "earlier": opioids.earlier,
        },
        n,
    )
    return Population(condition, target, age, woman, site, baseline_kind, opioid_use)
