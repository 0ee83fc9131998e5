"""Response rules on whole numbers: where on a scale a response begins, exactly.

Scores are counted in thousandths, so that no comparison depends on how a decimal is kept in the machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from dose_outcomes.catalogue import Instrument
from dose_outcomes.catalogue.expression import Comparison, Operator, Rule
from dose_outcomes.errors import StudyError
from dose_outcomes.simulate.arrays import BoolArray, FloatArray, IntArray

#: Units of a score.
PER_POINT = 1000
_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Grid:
    """The legal scores of an instrument, in thousandths.

    Attributes
    ----------
    step : int
        Smallest increment; all scores are multiples of it.
    floor : int
        Best score; percentages are taken of the distance from it.
    lowest, highest : int
        Scores that occur: the plausible ones, on the grid.
    """

    step: int
    floor: int
    lowest: int
    highest: int

    def nearest(self, score: FloatArray, lowest: int) -> IntArray:
        """Return the legal scores nearest to given ones, from a lowest one on the grid up; shape as given."""
        rounded = np.rint(score / self.step).astype(np.int64) * self.step
        return np.clip(rounded, lowest, self.highest)


def grid_of(code: str, instrument: Instrument) -> Grid:
    """Return the legal scores of an instrument.

    Parameters
    ----------
    code : str
        Of the instrument, for the message.
    instrument : Instrument
        From the catalogue.

    Raises
    ------
    StudyError
        When the instrument has no step.
    """
    if instrument.step is None:
        raise StudyError(f"instrument {code} has no step; scores cannot be simulated")
    step = thousandths(instrument.step)
    lowest, highest = instrument.minimum, instrument.maximum
    lowest = lowest if instrument.plausible_minimum is None else instrument.plausible_minimum
    highest = highest if instrument.plausible_maximum is None else instrument.plausible_maximum
    return Grid(
        step,
        thousandths(instrument.floor),
        -(-thousandths(lowest) // step) * step,
        thousandths(highest) // step * step,
    )


def thousandths(value: float) -> int:
    """Return a decimal number in thousandths.

    Examples
    --------
    >>> thousandths(12.5), thousandths(0.96)
    (12500, 960)

    Raises
    ------
    StudyError
        When the number has more than three decimals.
    """
    exact = Decimal(str(value)) * PER_POINT
    if exact != int(exact):
        raise StudyError(f"{value} has more than three decimals")
    return int(exact)


def is_met(rule: Rule, value: IntArray, base: IntArray, floor: int, components: Mapping[str, IntArray]) -> BoolArray:
    """Tell for each visit whether a rule holds, on a scale on which lower is better.

    Parameters
    ----------
    rule : Rule
        From `parse_rule`.
    value, base : ndarray, shape (n,)
        Score at the visit and at baseline, in thousandths.
    floor : int
        Best score of the scale, in thousandths.
    components : mapping of str to ndarray, shape (n,)
        Scores of the same day by their names in the rule, in thousandths.

    Examples
    --------
    >>> from dose_outcomes.catalogue.expression import parse_rule
    >>> value, base = np.array([4100, 4101]), np.array([5300, 5300])
    >>> is_met(parse_rule("improve >= 1.2"), value, base, 0, {}).tolist()
    [True, False]
    """
    if not isinstance(rule, Comparison):
        met: BoolArray = np.stack([is_met(term, value, base, floor, components) for term in rule.terms])
        joined = np.logical_and if rule.joined_by == "and" else np.logical_or
        whole: BoolArray = joined.reduce(met, axis=0)
        return whole
    number = thousandths(rule.number)
    if rule.name == "pct_improve":
        # 100 * improve / reach compared with a number, multiplied by a reach above zero: no division, no rounding.
        reach = base - floor
        return (reach > 0) & _compare(_PERCENT * PER_POINT * (base - value), rule.operator, number * reach)
    simple = {"value": value, "base": base, "improve": base - value, "worsen": value - base}
    compared = simple[rule.name] if rule.name in simple else components[rule.name]
    return _compare(compared, rule.operator, np.full_like(compared, number))


def response_cut(rule: Rule, base: IntArray, grid: Grid, components: Mapping[str, IntArray]) -> IntArray:
    """Return the worst score that still is a response, in thousandths, by halving the scale.

    Parameters
    ----------
    rule : Rule
        Holds for low scores and not for an unchanged one.
    base : ndarray, shape (n,)
        Baseline score in thousandths, on the grid.
    grid : Grid
        Legal scores.
    components : mapping of str to ndarray, shape (n,)
        Scores under which the components' part of the rule holds.

    Returns
    -------
    ndarray, shape (n,)
        One step below the lowest score where no score is a response.
    """
    lowest = grid.lowest // grid.step
    low, high = np.full_like(base, lowest - 1), base // grid.step
    while np.any(high - low > 1):
        middle = (low + high) // 2
        met = is_met(rule, middle * grid.step, base, grid.floor, components) & (middle >= lowest)
        moved = high - low > 1
        low, high = np.where(moved & met, middle, low), np.where(moved & ~met, middle, high)
    return low * grid.step


def _compare(left: IntArray, operator: Operator, right: IntArray) -> BoolArray:
    compared: dict[Operator, BoolArray] = {
        ">=": left >= right,
        "<=": left <= right,
        ">": left > right,
        "<": left < right,
        "==": left == right,
    }
    return compared[operator]
