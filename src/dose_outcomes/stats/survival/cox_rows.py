"""Input of the Cox model: counts of patients alike in everything, checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.arguments import check_array
from dose_outcomes.stats.result import FloatArray, IntArray
from dose_outcomes.stats.survival.grouped_risk_sets import label_codes


@dataclass(frozen=True, slots=True)
class CoxRows:
    """The checked input: each row stands for patients alike in everything (stratum, entry, day, pattern, weight)."""

    day: FloatArray
    events: FloatArray
    censored: FloatArray
    pattern: IntArray
    weights: FloatArray
    entry: FloatArray | None
    stratum: IntArray


def check_cox_rows(
    day: ArrayLike,
    events: ArrayLike,
    censored: ArrayLike,
    covariates: ArrayLike,
    pattern: ArrayLike | None,
    weights: ArrayLike | None,
    entry: ArrayLike | None,
    stratum: ArrayLike | None,
) -> tuple[CoxRows, FloatArray, tuple[Any, ...]]:
    """Return the rows, the covariates of each pattern and the labels of the strata."""
    days = check_array("day", day)
    size = len(days)
    x = check_array("covariates", covariates, dimensions=2)
    d = check_array("events", events, at_least=0.0, whole=True, same_length_as=("day", days))
    c = check_array("censored", censored, at_least=0.0, whole=True, same_length_as=("day", days))
    if pattern is None:
        codes: NDArray[np.int64] = np.arange(size)
        if len(x) != size:
            raise ArgumentError(
                f"covariates must have one row per entry of day ({size}) when pattern is not given; received {len(x)}"
            )
    else:
        checked = check_array(
            "pattern", pattern, at_least=0, below=max(len(x), 1), whole=True, same_length_as=("day", days)
        )
        codes = checked.astype(np.int64)
    w = (
        np.ones(size)
        if weights is None
        else check_array("weights", weights, at_least=0.0, same_length_as=("day", days))
    )
    start = None if entry is None else check_array("entry", entry, same_length_as=("day", days))
    if start is not None and (start >= days).any():
        at = int(np.argmax(start >= days))
        raise ArgumentError(f"entry must be before day; received entry {start[at]:g} with day {days[at]:g}")
    strata, stratum_code = label_codes("stratum", np.zeros(size, int) if stratum is None else stratum, size)
    # Rows without weight would count among the tied events.
    d, c = np.where(w > 0, d, 0.0), np.where(w > 0, c, 0.0)
    return CoxRows(days, d, c, codes, w, start, stratum_code), x, strata
