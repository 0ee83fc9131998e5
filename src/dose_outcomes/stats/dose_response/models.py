"""Shapes of dose-response curves.

Every curve is linear in its first parameters, so a model is a basis: a matrix with one column per linear
parameter, which may depend on further, nonlinear ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from dose_outcomes.errors import ArgumentError
from dose_outcomes.stats.arguments import check_array, check_choice, check_number
from dose_outcomes.stats.result import FloatArray

Basis = Callable[[FloatArray, FloatArray], FloatArray]


@dataclass(frozen=True, slots=True)
class DoseModel:
    """A family of dose-response curves.

    Attributes
    ----------
    linear, nonlinear : tuple of str
        Names of the parameters; the first linear one is the response at dose 0.
    basis : callable
        Doses and nonlinear parameters to a matrix with one column per linear parameter.
    gradient : callable
        Doses and nonlinear parameters to the derivative of the last column in each of them.
    bounds : tuple of pairs
        Of each nonlinear parameter; those of a dose are in units of the largest dose.
    doses_as_bounds : tuple of bool
        Which nonlinear parameters are doses.
    """

    linear: tuple[str, ...]
    nonlinear: tuple[str, ...]
    basis: Basis
    gradient: Basis
    bounds: tuple[tuple[float, float], ...] = ()
    doses_as_bounds: tuple[bool, ...] = ()

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of all parameters, linear ones first."""
        return self.linear + self.nonlinear

    def bounds_for(self, largest_dose: float) -> tuple[tuple[float, float], ...]:
        """Bounds of the nonlinear parameters when `largest_dose` (mg) is the largest studied."""
        return tuple(
            (low * largest_dose, high * largest_dose) if is_dose else (low, high)
            for (low, high), is_dose in zip(self.bounds, self.doses_as_bounds, strict=True)
        )


def _columns(*columns: FloatArray) -> FloatArray:
    return np.column_stack(columns)


def _no_gradient(doses: FloatArray, parameters: FloatArray) -> FloatArray:
    return np.zeros((len(doses), 0))


def _power_share(doses: FloatArray, ed50: FloatArray, hill: FloatArray) -> FloatArray:
    """d^h / (ed50^h + d^h), 0 at dose 0."""
    with np.errstate(divide="ignore"):
        result: FloatArray = 1.0 / (1.0 + np.exp(hill * (np.log(ed50) - np.log(doses))))
    return result


def _sigmoid_gradient(doses: FloatArray, parameters: FloatArray) -> FloatArray:
    ed50, hill = parameters
    share = _power_share(doses, ed50, hill)
    slope = share * (1.0 - share)
    ratio = np.log(np.where(doses > 0, doses, ed50) / ed50)  # at dose 0 the slope is 0 anyway
    return _columns(-slope * hill / ed50, slope * ratio)


MODELS: dict[str, DoseModel] = {
    "linear": DoseModel(("e0", "delta"), (), lambda d, _: _columns(np.ones_like(d), d), _no_gradient),
    "quadratic": DoseModel(("e0", "b1", "b2"), (), lambda d, _: _columns(np.ones_like(d), d, d**2), _no_gradient),
    "emax": DoseModel(
        ("e0", "eMax"),
        ("ed50",),
        lambda d, p: _columns(np.ones_like(d), d / (p[0] + d)),
        lambda d, p: _columns(-d / (p[0] + d) ** 2),
        ((0.001, 1.5),),
        (True,),
    ),
    "sigEmax": DoseModel(
        ("e0", "eMax"),
        ("ed50", "h"),
        lambda d, p: _columns(np.ones_like(d), _power_share(d, p[0], p[1])),
        _sigmoid_gradient,
        ((0.001, 1.5), (0.5, 10.0)),
        (True, False),
    ),
    "exponential": DoseModel(
        ("e0", "e1"),
        ("delta",),
        lambda d, p: _columns(np.ones_like(d), np.expm1(d / p[0])),
        lambda d, p: _columns(-d / p[0] ** 2 * np.exp(d / p[0])),
        ((0.1, 2.0),),
        (True,),
    ),
}

GUESSES = {
    "linear": (),
    "quadratic": ("delta",),
    "emax": ("ed50",),
    "sigEmax": ("ed50", "h"),
    "exponential": ("delta",),
}
"""Parameters that fix a candidate's shape; for the quadratic model delta = b2 / |b1|."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A curve thought possible before the data are seen: a model and the parameters of its shape.

    Attributes
    ----------
    model : {"linear", "quadratic", "emax", "sigEmax", "exponential"}
    guesses : dict of str to float
        ed50 in mg ("emax", "sigEmax"), h ("sigEmax"), delta in mg ("exponential") or 1/mg ("quadratic").
    name : str
        Label; the model's name by default.
    """

    model: str
    guesses: dict[str, float] = field(default_factory=dict)
    name: str = ""

    def __post_init__(self) -> None:
        check_choice("model", self.model, MODELS)
        needed = GUESSES[self.model]
        if set(self.guesses) != set(needed):
            raise ArgumentError(
                f"guesses of {self.model} must be {', '.join(needed) or 'none'}; "
                f"received {', '.join(self.guesses) or 'none'}"
            )
        for name, value in self.guesses.items():
            check_number(name, value, above=None if self.model == "quadratic" else 0.0)

    @property
    def label(self) -> str:
        """Name to show."""
        return self.name or self.model

    def shape(self, doses: ArrayLike) -> FloatArray:
        """Curve at these doses (mg), up to its level and height.

        >>> Candidate("emax", {"ed50": 1.5}).shape([0.5, 1.5, 4.5]).tolist()
        [0.25, 0.5, 0.75]
        """
        dose = check_array("doses", doses, at_least=0)
        if self.model == "quadratic":
            return dose + self.guesses["delta"] * dose**2
        parameters = np.array([self.guesses[name] for name in GUESSES[self.model]])
        curve: FloatArray = MODELS[self.model].basis(dose, parameters)[:, -1]
        return curve
