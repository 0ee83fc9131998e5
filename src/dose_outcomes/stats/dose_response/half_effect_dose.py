"""The dose of half the maximal effect, reported only where the studied doses hold it and its interval."""

from __future__ import annotations

import numpy as np

from dose_outcomes.stats.dose_response.least_squares import ProfiledModel, Solution
from dose_outcomes.stats.result import Estimate

NOT_IDENTIFIED = "ED50 not identified"


def half_effect_dose(problem: ProfiledModel, solution: Solution, cutoff: float, level: float) -> Estimate | None:
    """Profile interval of ED50; the estimate is withheld unless it and its limits lie among the studied doses."""
    names = problem.model.nonlinear
    if "ed50" not in names:
        return None
    position = names.index("ed50")
    method = "dose of half the maximal effect, profile-likelihood interval"
    value = float(solution.nonlinear[position])
    dose = f"{value:.3g} mg"
    if solution.on_bound[position]:
        return Estimate(None, None, None, level, method, f"{NOT_IDENTIFIED}: on the bound of the search ({dose})")
    lowest, highest = float(problem.doses.min()), float(problem.doses.max())
    start = max(lowest, float(problem.bounds[position, 0]))
    low = _profile_limit(problem, position, value, start, cutoff)
    high = _profile_limit(problem, position, value, highest, cutoff)
    if not lowest < value < highest:
        return Estimate(None, low, high, level, method, f"{NOT_IDENTIFIED}: {dose} is outside the studied doses")
    if low is None or high is None:
        note = f"{NOT_IDENTIFIED}: the fit gives {dose}, but its interval leaves the studied doses"
        return Estimate(None, low, high, level, method, note)
    return Estimate(value, low, high, level, method)


def _profile_limit(problem: ProfiledModel, position: int, value: float, end: float, cutoff: float) -> float | None:
    """Where the profile crosses the cutoff between `value` and `end`; None if it does not."""
    from scipy.optimize import brentq

    def excess(candidate: float) -> float:
        return problem.minimise({position: candidate}).objective - cutoff

    path = np.geomspace(value, end, 25)
    inside = value
    for outside in path[1:]:
        if problem.exceeds(cutoff, {position: float(outside)}):
            return float(brentq(excess, inside, float(outside), xtol=1e-10 * value))
        inside = float(outside)
    return None
