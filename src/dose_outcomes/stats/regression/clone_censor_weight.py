"""Clone-censor-weight: risk under "reach the target dose within the grace period" against "do not"."""

from __future__ import annotations

from dataclasses import dataclass, replace

from numpy.typing import ArrayLike

from dose_outcomes.stats.arguments import check_array, check_choice, check_level, check_number
from dose_outcomes.stats.regression.bootstrap import bootstrap
from dose_outcomes.stats.regression.clones import check_table, clone
from dose_outcomes.stats.regression.strategy_curve import StrategyCurve, strategy_curve
from dose_outcomes.stats.result import Estimate, FloatArray

POSITIVITY_CHOICES = ("stop", "ignore")
NOT_FOLLOWED = "nobody is followed to this day under one of the strategies"


@dataclass(frozen=True, slots=True)
class CloneCensorWeight:
    """The two strategies: target dose reached by the end of the grace period, and not reached by then."""

    reached: StrategyCurve
    not_reached: StrategyCurve
    grace: float
    note: str = ""

    def risk_difference_at(self, day: float) -> float | None:
        """Risk if reached minus risk if not reached; None where a curve has ended."""
        reached, not_reached = self.reached.survival_at(day), self.not_reached.survival_at(day)
        return None if reached is None or not_reached is None else not_reached - reached


def clone_censor_weight(
    day: ArrayLike,
    event: ArrayLike,
    reach_day: ArrayLike,
    stratum: ArrayLike,
    n: ArrayLike,
    *,
    grace: float,
    positivity: str = "stop",
    level: float = 0.95,
) -> CloneCensorWeight:
    """Compare two dosing strategies that cannot be told apart at the start.

    Every patient enters both strategies as a clone. "Reached" censors a clone on day `grace` when the
    target dose was not reached by then; "not reached" censors it on the day the dose is reached, if that
    is within the grace period. Events of a day come before censorings of that day. A clone followed on
    day t weighs 1 / G(t-), G the Kaplan-Meier estimate of staying uncensored by the strategy in its
    baseline stratum (a saturated model). The curve is the weighted Kaplan-Meier estimate; its standard
    error is the robust one of patients, weights taken as known.

    Parameters
    ----------
    day : array_like, shape (patterns,), days since time zero
        End of follow-up.
    event : array_like, shape (patterns,)
        1 event on that day, 0 censored.
    reach_day : array_like, shape (patterns,), days since time zero
        First day at the target dose; infinite when never seen.
    stratum : array_like, shape (patterns,)
        Baseline stratum, whole numbers; everything that drives dose and outcome belongs in it.
    n : array_like, shape (patterns,)
        Patients with these values.
    grace : float, days
        Last day on which reaching the target still follows "reached".
    positivity : {"stop", "ignore"}
        When the last clone at risk of a stratum leaves the strategy: end the curve there, or go on with the rest.
    level : float
        Confidence level of the pointwise log-log limits.

    Returns
    -------
    CloneCensorWeight

    Raises
    ------
    ArgumentError
        If arrays or options cannot be taken.

    References
    ----------
    Hernan MA (2018). How to estimate the effect of treatment duration on survival outcomes using
    observational data. BMJ 360:k182. Maringe C et al. (2020). Reflection on modern methods: trial emulation
    in the presence of immortal-time bias. International Journal of Epidemiology 49:1719-1729.

    Examples
    --------
    Of 4 patients 2 reach the dose on day 5 and 2 do not by day 10, so after day 10 those who reached it
    weigh 2; one of them has the event on day 20.

    >>> from math import inf
    >>> result = clone_censor_weight([20, 30, 30], [1, 0, 0], [5, 5, inf], [0, 0, 0], [1, 1, 2], grace=10)
    >>> result.reached.maximum_weight, result.reached.survival_at(25), result.not_reached.survival_at(25)
    (2.0, 0.5, 1.0)
    """
    table = check_table(day, event, reach_day, stratum, n)
    check_number("grace", grace, at_least=0)
    check_choice("positivity", positivity, POSITIVITY_CHOICES)
    check_level(level)
    reached, not_reached = (strategy_curve(clone(table, grace, reach), positivity, level) for reach in (True, False))
    notes = [
        f"{name}: {curve.note}" for name, curve in (("reached", reached), ("not reached", not_reached)) if curve.note
    ]
    return CloneCensorWeight(reached, not_reached, grace, "; ".join(notes))


def clone_censor_weight_bootstrap(
    day: ArrayLike,
    event: ArrayLike,
    reach_day: ArrayLike,
    stratum: ArrayLike,
    n: ArrayLike,
    *,
    grace: float,
    days: ArrayLike,
    replicates: int,
    seed: int,
    positivity: str = "stop",
    interval: str = "percentile",
    level: float = 0.95,
) -> tuple[tuple[Estimate, ...], tuple[Estimate, ...], tuple[Estimate, ...]]:
    """Risks under both strategies and their difference with bootstrap intervals over patients.

    Weights are estimated anew in each replicate, and both clones of a patient are drawn together.

    Parameters
    ----------
    day, event, reach_day, stratum, n, grace, positivity
        As for `clone_censor_weight`.
    days : array_like, days since time zero
        Days on which risks are wanted.
    replicates, seed, interval, level
        As for `bootstrap`; patients are drawn within baseline strata.

    Returns
    -------
    tuple of three tuples of Estimate, one per day
        Risk if reached, risk if not reached, difference (reached minus not reached).

    Raises
    ------
    ArgumentError
        If arrays or options cannot be taken.

    Examples
    --------
    >>> from math import inf
    >>> reached, not_reached, difference = clone_censor_weight_bootstrap(
    ...     [20, 30, 25, 30], [1, 0, 1, 0], [5, 5, inf, inf], [0, 0, 0, 0], [20, 20, 10, 30],
    ...     grace=10, days=[28], replicates=50, seed=1)
    >>> reached[0].estimate, not_reached[0].estimate, difference[0].estimate
    (0.5, 0.25, 0.25)
    """
    table = check_table(day, event, reach_day, stratum, n)
    wanted = check_array("days", days, at_least=0)

    def risks(counts: FloatArray) -> list[float | None]:
        result = clone_censor_weight(
            table.day, table.event, table.reach_day, table.stratum, counts, grace=grace, positivity=positivity
        )
        survival = [[curve.survival_at(one) for one in wanted] for curve in (result.reached, result.not_reached)]
        differences = [result.risk_difference_at(one) for one in wanted]
        return [None if one is None else 1.0 - one for row in survival for one in row] + differences

    results = bootstrap(
        risks, table.n, replicates=replicates, seed=seed, stratum=table.stratum, interval=interval, level=level
    ).estimates
    named = tuple(
        replace(
            one,
            note=NOT_FOLLOWED if one.estimate is None else one.note,
            method=f"clone-censor-weight; {one.method}",
        )
        for one in results
    )
    k = len(wanted)
    return named[:k], named[k : 2 * k], named[2 * k :]
