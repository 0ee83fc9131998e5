"""Restricted means of few patients, where plain limits hold the truth too seldom.

Times to an event are exponential, on whole days or seen at the next visit; observation ends on a day drawn at random.
The counts are drawn as the derivation would give them: it adds nothing to their distribution.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.coverage.checks import Check, Limits, interval
from dose_outcomes.stats.result import Estimate, StepCurve
from dose_outcomes.stats.survival.kaplan_meier import kaplan_meier
from dose_outcomes.stats.survival.restricted_mean import restricted_mean, restricted_mean_difference

HORIZON = 84
ENDS = np.arange(60, 201)


@dataclass(frozen=True)
class World:
    """Events a day in the group, and in the one it is compared with; days between visits."""

    name: str
    rate: float
    other: float
    gap: int = 1

    def truth(self, rate: float) -> float:
        """Days free of the event until the horizon."""
        return float(np.exp(-rate * (np.arange(HORIZON) // self.gap * self.gap)).sum())

    def draw(self, generator: np.random.Generator, rate: float, patients: int) -> StepCurve:
        """Return the curve of one group; one patient at least is seen beyond the horizon, or all have the event."""
        while True:
            onset = np.ceil(generator.exponential(1 / rate, patients) / self.gap) * self.gap
            end = generator.choice(ENDS, patients)
            seen = onset <= end
            curve = kaplan_meier(np.minimum(onset, end), seen.astype(float), (~seen).astype(float))
            if curve.day[-1] >= HORIZON or curve.estimate[-1] == 0:
                return curve


WORLDS = (
    World("half have it", 0.007, 0.007),
    World("few have it", 0.004, 0.002),
    World("most have it, seen every four weeks", 0.02, 0.01, gap=28),
)


def checks(cohorts: int, patients: int = 15) -> list[Check]:
    """Return bias and coverage of restricted means and their differences; the latter may err on the safe side."""
    generator = np.random.default_rng(20240608)
    lines = []
    for world in WORLDS:
        means, differences = [], []
        for _ in range(cohorts):
            curve, other = (world.draw(generator, rate, patients) for rate in (world.rate, world.other))
            means.append(_limits(restricted_mean(curve, HORIZON)))
            differences.append(_limits(restricted_mean_difference(curve, other, HORIZON)))
        truth, apart = world.truth(world.rate), world.truth(world.rate) - world.truth(world.other)
        size = f"{patients} a group"
        lines += [
            interval(f"mean days without the event, {world.name}", size, truth, means),
            interval(f"difference of mean days, {world.name}", size, apart, differences, "exact interval"),
        ]
    return lines


def _limits(found: Estimate) -> Limits:
    return found.estimate, found.low, found.high
