"""Scores before treatment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dose_outcomes.simulate.arrays import BoolArray, IntArray, cut_normal
from dose_outcomes.simulate.condition_parameters import Condition
from dose_outcomes.simulate.parameters import Parameters
from dose_outcomes.simulate.population import BaselineKind
from dose_outcomes.simulate.rules import PER_POINT, Grid, thousandths

_LAST_DAYS = (-7, 0)
_EARLIER_DAYS = (-28, -8)
_DAYS_OUTSIDE = (-70, -29)
_BELOW_BOUND = 0.15  # baselines below the bound lie within this share of it
_REPEAT_SD = 0.55  # scatter of an earlier score about the last, in standard deviations, for scores that do not persist


@dataclass(frozen=True, slots=True)
class Baselines:
    """Scores of one condition before treatment, in thousandths.

    Attributes
    ----------
    last, earlier : ndarray, shape (n,)
        The last score, and one before it. For patients without any, what the last would have been.
    last_day, earlier_day : ndarray, shape (n,)
        Days since first dose, not above 0.
    has_last, has_earlier : ndarray, shape (n,)
        Whether the scores were recorded.
    """

    last: IntArray
    earlier: IntArray
    last_day: IntArray
    earlier_day: IntArray
    has_last: BoolArray
    has_earlier: BoolArray


def draw_baselines(
    random: np.random.Generator, parameters: Parameters, condition: Condition, grid: Grid, kind: IntArray
) -> Baselines:
    """Draw the scores before treatment of the patients with one condition.

    Parameters
    ----------
    random : Generator
        Where to draw from.
    parameters : Parameters
        With the share of patients who have two scores.
    condition : Condition
        With mean and standard deviation.
    grid : Grid
        Legal scores.
    kind : ndarray, shape (n,)
        Members of `BaselineKind`.
    """
    n, step, normal = len(kind), grid.step, condition.baseline
    bound = condition.response.baseline_bound
    lowest = grid.lowest if bound is None else -(-thousandths(bound) // step) * step
    persistence = parameters.scores.persistence if condition.persistence is None else condition.persistence.value
    mean, sd = normal.mean * PER_POINT, normal.sd * PER_POINT
    repeat_sd = _REPEAT_SD * np.sqrt(1.0 - persistence) * sd
    ones = np.ones(n)
    drawn = cut_normal(random.random(n), mean * ones, sd * ones, lowest * ones, grid.highest * ones)
    sound = grid.nearest(drawn, lowest)
    short = step + np.floor(random.random(n) * _BELOW_BOUND * lowest / step).astype(np.int64) * step
    last = np.where(kind == BaselineKind.BELOW_BOUND, np.maximum(lowest - short, grid.lowest), sound)
    in_week = random.integers(*_LAST_DAYS, size=n, endpoint=True)
    outside = random.integers(*_DAYS_OUTSIDE, size=n, endpoint=True)
    in_window = (kind == BaselineKind.EVALUABLE) | (kind == BaselineKind.BELOW_BOUND)
    return Baselines(
        last=last,
        earlier=grid.nearest(last + repeat_sd * random.standard_normal(n), grid.lowest),
        last_day=np.where(kind == BaselineKind.OUTSIDE_WINDOW, outside, in_week),
        earlier_day=random.integers(*_EARLIER_DAYS, size=n, endpoint=True),
        has_last=kind != BaselineKind.ABSENT,
        has_earlier=in_window & (random.random(n) < parameters.second_baseline.value),
    )
