"""Generalised least squares of a dose-response model: linear parameters are solved for, the others searched."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dose_outcomes.stats.dose_response.models import DoseModel
from dose_outcomes.stats.result import FloatArray

GRID = {1: 200, 2: 40}
"""Points per nonlinear parameter from which the search starts, by number of them."""


@dataclass(frozen=True, slots=True)
class Solution:
    """A least-squares fit.

    Attributes
    ----------
    linear, nonlinear : ndarray
        Parameters.
    objective : float
        Weighted sum of squares.
    on_bound : ndarray of bool
        Nonlinear parameters that ended on a bound.
    """

    linear: FloatArray
    nonlinear: FloatArray
    objective: float
    on_bound: FloatArray


class ProfiledModel:
    """Minimise (m - f)'S^-1(m - f) with the linear parameters profiled out.

    For given nonlinear parameters the linear ones are a least-squares solution, so the search has one or
    two dimensions. It compares the inside with every edge: an optimum on a bound is found as one.
    """

    def __init__(self, model: DoseModel, doses: FloatArray, response: FloatArray, covariance: FloatArray) -> None:
        self.model = model
        self.doses = doses
        self.whiten = np.linalg.inv(np.linalg.cholesky(covariance))
        self.response = self.whiten @ response
        self.bounds = np.array(model.bounds_for(float(doses.max()))).reshape(-1, 2)

    def solve(self, nonlinear: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Best linear parameters and the whitened curve less response at these nonlinear ones."""
        basis = self.whiten @ self.model.basis(self.doses, nonlinear)
        linear = np.asarray(np.linalg.lstsq(basis, self.response, rcond=None)[0], dtype=np.float64)
        difference: FloatArray = basis @ linear - self.response
        return linear, difference

    def objective(self, nonlinear: FloatArray) -> float:
        """Least weighted sum of squares at these nonlinear parameters."""
        _, difference = self.solve(nonlinear)
        return float(difference @ difference)

    def _objectives(self, nonlinear: FloatArray) -> FloatArray:
        """Sums of squares at many nonlinear parameters at once (a row each), for models with two linear ones.

        What is left of the response after the constant and the centred curve are taken out.
        """
        doses = np.tile(self.doses, len(nonlinear))
        curve = self.model.basis(doses, np.repeat(nonlinear, len(self.doses), axis=0).T)[:, -1]
        curves = curve.reshape(len(nonlinear), -1) @ self.whiten.T
        level = self.whiten.sum(axis=1)
        level = level / np.sqrt(level @ level)
        rest = self.response - (self.response @ level) * level
        curves -= np.outer(curves @ level, level)
        steepness = np.maximum((curves**2).sum(axis=1), 1e-300)
        result: FloatArray = rest @ rest - (curves @ rest) ** 2 / steepness
        return result

    def minimise(self, fixed: dict[int, float] | None = None) -> Solution:
        """Global minimum, over the nonlinear parameters that are not `fixed` (by position)."""
        nonlinear, objective = self._minimise(dict(fixed or {}))
        linear, _ = self.solve(nonlinear)
        on_bound = (nonlinear == self.bounds[:, 0]) | (nonlinear == self.bounds[:, 1])
        return Solution(linear, nonlinear, objective, on_bound)

    def exceeds(self, cutoff: float, fixed: dict[int, float]) -> bool:
        """Whether the minimum over the parameters that are not `fixed` is above a cutoff.

        Most often a point of the grid is clearly below it: then nothing needs to be searched.
        """
        free = self._free(fixed)
        rounding = 1e-9 * float(self.response @ self.response)
        if free and self._objectives(self._complete(self._grid(free), free, fixed)).min() < cutoff - rounding:
            return False
        return self.minimise(fixed).objective > cutoff

    def jacobian(self, solution: Solution) -> FloatArray:
        """Derivative of the curve at the studied doses in all parameters, whitened."""
        basis = self.model.basis(self.doses, solution.nonlinear)
        gradient = self.model.gradient(self.doses, solution.nonlinear) * solution.linear[-1]
        result: FloatArray = self.whiten @ np.hstack([basis, gradient])
        return result

    def _minimise(self, fixed: dict[int, float]) -> tuple[FloatArray, float]:
        free = self._free(fixed)
        if not free:
            nonlinear = np.array([fixed[i] for i in range(len(self.bounds))])
            return nonlinear, self.objective(nonlinear)
        edges = [self._minimise(fixed | {i: float(bound)}) for i in free for bound in self.bounds[i]]
        best = min(edges, key=lambda result: result[1])
        inside = self._search_inside(free, fixed)
        # inside must win by more than rounding, or a curve that runs to its bound would hide just before it
        clearly = 1e-9 * max(best[1], 1e-12 * float(self.response @ self.response))
        return inside if inside[1] < best[1] - clearly else best

    def _free(self, fixed: dict[int, float]) -> list[int]:
        return [i for i in range(len(self.bounds)) if i not in fixed]

    def _grid(self, free: list[int]) -> FloatArray:
        """Points of the free parameters between their bounds, a row each."""
        axes = [np.geomspace(a, b, GRID[len(free)] + 2)[1:-1] for a, b in self.bounds[free]]
        return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(free))

    def _complete(self, values: FloatArray, free: list[int], fixed: dict[int, float]) -> FloatArray:
        """Put the fixed parameters beside the free ones, which are the last axis."""
        nonlinear = np.empty((*values.shape[:-1], len(self.bounds)))
        nonlinear[..., free] = values
        for position, value in fixed.items():
            nonlinear[..., position] = value
        return nonlinear

    def _search_inside(self, free: list[int], fixed: dict[int, float]) -> tuple[FloatArray, float]:
        from scipy.optimize import least_squares

        low, high = self.bounds[free].T
        points = self._grid(free)
        start = points[int(np.argmin(self._objectives(self._complete(points, free, fixed))))]

        def residual(logarithms: FloatArray) -> FloatArray:
            return self.solve(self._complete(np.exp(logarithms), free, fixed))[1]

        found = least_squares(
            residual,
            np.log(start),
            jac="3-point",
            bounds=(np.log(low), np.log(high)),
            xtol=1e-15,
            ftol=1e-15,
            gtol=1e-15,
        )
        nonlinear = self._complete(np.exp(found.x), free, fixed)
        return nonlinear, self.objective(nonlinear)
