"""Shapes of results. One per family, frozen, with the method in words and a note.

A number that cannot be had is None, and `note` says why; it is never NaN.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its interval.

    Attributes
    ----------
    estimate, low, high : float or None
        Point estimate and limits; None where not estimable. A limit may be infinite.
    level : float
        Confidence level of the interval, between 0 and 1.
    method : str
        Estimator and interval in words, fit for a report.
    note : str
        Why something is None, or a warning; empty when there is nothing to say.
    standard_error : float or None
        On the scale of `estimate`, where the method has one.
    """

    estimate: float | None
    low: float | None
    high: float | None
    level: float
    method: str
    note: str = ""
    standard_error: float | None = None


@dataclass(frozen=True, slots=True)
class HypothesisTest:
    """A test: statistic, degrees of freedom, two-sided p value unless `method` says otherwise."""

    statistic: float | None
    degrees_of_freedom: float | None
    p_value: float | None
    method: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class StepCurve:
    """A step function of time with its counts, one entry per day on which something happens.

    Attributes
    ----------
    day : ndarray, shape (k,)
        Days, increasing.
    at_risk, events, censored : ndarray, shape (k,)
        Number (or weight) at risk just before the day, with the event on it, and censored on it
        after the events of the same day.
    estimate, low, high : ndarray, shape (k,)
        Value of the curve from this day on, with its limits. NaN marks an undefined limit here
        (arrays cannot hold None) and `note` says why; no other result holds NaN.
    standard_error : ndarray, shape (k,)
        On the scale of `estimate`.
    """

    day: FloatArray
    at_risk: FloatArray
    events: FloatArray
    censored: FloatArray
    estimate: FloatArray
    low: FloatArray
    high: FloatArray
    standard_error: FloatArray
    level: float
    method: str
    note: str = ""
