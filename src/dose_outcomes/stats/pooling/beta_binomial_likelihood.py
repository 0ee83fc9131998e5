"""The beta-binomial likelihood in its mean and spread, down to the boundary where the spread is 0."""

from __future__ import annotations

import numpy as np

from dose_outcomes.stats.result import FloatArray

SPREAD_GRID = np.geomspace(1e-7, 1e3, 41)
"""Values of 1 / (alpha + beta) among which the neighbourhood of the maximum is sought."""
LARGEST_SPREAD = 1e6
"""Beyond it the beta distribution sits on 0 and 1."""


class BetaBinomialLikelihood:
    """Log-likelihood of counts by group, without binomial coefficients.

    The sums over j < x_i of log(m + j g) are grouped by j: the number of groups with x_i > j times
    log(m + j g). So one evaluation costs as much as the largest group has patients, and no difference of
    large log-gamma values is ever taken.
    """

    def __init__(self, events: FloatArray, n: FloatArray) -> None:
        self.steps = np.arange(float(n.max()))
        self.above_events = _groups_above(events, len(self.steps))
        self.above_others = _groups_above(n - events, len(self.steps))
        self.above_n = _groups_above(n, len(self.steps))
        self.pooled = float(events.sum() / n.sum())

    def value(self, mean: float, spread: float) -> float:
        """Log-likelihood at mean m and spread g = 1 / (alpha + beta)."""
        shift = self.steps * spread
        return float(
            self.above_events @ np.log(mean + shift)
            + self.above_others @ np.log(1.0 - mean + shift)
            - self.above_n @ np.log1p(shift)
        )

    def slope_in_spread_at_zero(self) -> float:
        """Derivative in the spread at one common rate; not above 0 means a (local) maximum there."""
        return float(
            self.steps @ (self.above_events / self.pooled + self.above_others / (1.0 - self.pooled) - self.above_n)
        )

    def maximise(self) -> tuple[float, float] | None:
        """Mean and spread of the global maximum; spread 0 for one common rate, None when it is infinite.

        For each spread the log-likelihood is concave in the mean, so its maximum is one Newton search;
        the profile over the spread is bracketed on a grid.
        """
        from scipy.optimize import minimize_scalar

        means: list[float] = []
        values: list[float] = []
        mean = self.pooled
        for spread in SPREAD_GRID:
            mean = self._best_mean(float(spread), mean)
            means.append(mean)
            values.append(self.value(mean, float(spread)))
        best = int(np.argmax(values))
        common = self.value(self.pooled, 0.0)
        if max(values) <= common and self.slope_in_spread_at_zero() <= 0.0:
            return self.pooled, 0.0
        low = SPREAD_GRID[max(best - 1, 0)] if best else SPREAD_GRID[0] * 1e-3
        high = SPREAD_GRID[best + 1] if best + 1 < len(SPREAD_GRID) else LARGEST_SPREAD
        start = means[best]
        search = minimize_scalar(
            lambda logarithm: -self.value(self._best_mean(float(np.exp(logarithm)), start), float(np.exp(logarithm))),
            bounds=(float(np.log(low)), float(np.log(high))),
            method="bounded",
            options={"xatol": 1e-6},
        )
        spread = float(np.exp(search.x))
        if spread > LARGEST_SPREAD / 10.0:
            return None
        return self._polish(self._best_mean(spread, start), spread)

    def _best_mean(self, spread: float, start: float) -> float:
        shift = self.steps * spread
        low, high, mean = 0.0, 1.0, start
        for _ in range(100):
            first, second = mean + shift, 1.0 - mean + shift
            slope = float(self.above_events @ (1.0 / first) - self.above_others @ (1.0 / second))
            curvature = float(self.above_events @ first**-2 + self.above_others @ second**-2)
            low, high = (mean, high) if slope > 0.0 else (low, mean)
            step = slope / curvature
            following = mean + step
            if not low < following < high:
                following = (low + high) / 2.0  # Newton left the bracket: halve it
            if abs(following - mean) <= 1e-14:
                return following
            mean = following
        return mean

    def _polish(self, mean: float, spread: float) -> tuple[float, float]:
        """Newton steps in both, from where the search stopped (flat to about the root of machine precision)."""
        for _ in range(20):
            first, second, third = (
                mean + self.steps * spread,
                1.0 - mean + self.steps * spread,
                1.0 + self.steps * spread,
            )
            a, b = self.above_events / first, self.above_others / second
            c = self.above_n / third
            j = self.steps
            gradient = np.array([a.sum() - b.sum(), j @ (a + b - c)])
            hessian = np.array(
                [
                    [-(a / first).sum() - (b / second).sum(), -j @ (a / first - b / second)],
                    [-j @ (a / first - b / second), -(j**2) @ (a / first + b / second - c / third)],
                ]
            )
            if not hessian[0, 0] < 0.0 < np.linalg.det(hessian):
                break
            step = -np.linalg.solve(hessian, gradient)
            if not (0.0 < mean + step[0] < 1.0 and 0.0 < spread + step[1] < 2.0 * spread):
                break
            mean, spread = mean + float(step[0]), spread + float(step[1])
            if abs(step[0]) <= 1e-14 and abs(step[1]) <= 1e-13 * spread:
                break
        return mean, spread


def _groups_above(count: FloatArray, length: int) -> FloatArray:
    """How many groups have a count above each of 0, 1, 2, ..."""
    at = np.bincount(count.astype(np.int64), minlength=length + 1).astype(np.float64)
    result: FloatArray = len(count) - np.cumsum(at)[:length]
    return result
