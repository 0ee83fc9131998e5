"""When and why treatment and observation end, other than for a side effect."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dose_outcomes.simulate.arrays import FloatArray, IntArray, choose_row
from dose_outcomes.simulate.parameters import DAYS_PER_WEEK, Parameters
from dose_outcomes.simulate.population import Population
from dose_outcomes.simulate.response import Visits

#: Reasons drawn by the week; stopping for a side effect follows from the event.
REASONS = (
    "lack_of_efficacy",
    "lost_to_follow_up",
    "cost",
    "planned_surgery",
    "opioid_needed",
    "pregnancy",
    "death",
    "other",
)
END_REASONS = (*REASONS, "side_effect", "completed", "ongoing")
SIDE_EFFECT, COMPLETED, ONGOING, LOST = (
    END_REASONS.index(name) for name in ("side_effect", "completed", "ongoing", "lost_to_follow_up")
)
NEVER = int(np.iinfo(np.int64).max // 2)
_NOT_SEEN_AGAIN = tuple(END_REASONS.index(name) for name in ("lost_to_follow_up", "death"))
_TOO_EARLY, _NOT_RESPONDING, _RESPONDING = range(3)


@dataclass(frozen=True, slots=True)
class Limits:
    """Ends of observation that do not depend on treatment.

    Attributes
    ----------
    last_day : ndarray, shape (n,)
        Last planned visit, or the day on which the data were cut.
    reason : ndarray, shape (n,)
        `COMPLETED` or `ONGOING`.
    stay : ndarray, shape (n,)
        Days under observation after stopping.
    """

    last_day: IntArray
    reason: IntArray
    stay: IntArray

    def observed_until(self, stop_day: IntArray, reason: IntArray) -> IntArray:
        """Return the last day of observation of patients who stop on a day for a reason."""
        seen = np.where(np.isin(reason, _NOT_SEEN_AGAIN), 0, self.stay)
        return np.minimum(stop_day + seen, self.last_day)


def draw_limits(random: np.random.Generator, parameters: Parameters, visits: Visits) -> Limits:
    """Draw the ends of observation that do not depend on treatment.

    Parameters
    ----------
    random : Generator
        Where to draw from.
    parameters : Parameters
        What to draw from.
    visits : Visits
        The last one ends observation.
    """
    n, cut, after = len(visits.day), parameters.data_cut, parameters.after_stopping
    is_cut = random.random(n) < cut.share
    cut_day = random.integers(cut.first_day, cut.last_day, size=n, endpoint=True)
    last_visit = visits.day[:, -1]
    ongoing = is_cut & (cut_day < last_visit)
    days = random.integers(after.first_days, after.last_days, size=n, endpoint=True)
    return Limits(
        last_day=np.where(ongoing, cut_day, last_visit),
        reason=np.where(ongoing, ONGOING, COMPLETED),
        stay=np.where(random.random(n) < after.share, days, 0),
    )


def stopping_rates(parameters: Parameters) -> FloatArray:
    """Return rates per week by reason.

    Returns
    -------
    ndarray, shape (6, reasons)
        For each state (too early to tell, not responding, responding) without and with the possibility of a pregnancy.
    """
    settings = parameters.stopping
    rates = np.tile([0.0, *(getattr(settings, name) for name in REASONS[1:])], (3, 2, 1))
    lack, pregnancy = REASONS.index("lack_of_efficacy"), REASONS.index("pregnancy")
    rates[_NOT_RESPONDING, :, lack] = settings.lack_of_efficacy_not_responding
    rates[_RESPONDING, :, lack] = settings.lack_of_efficacy_responding
    rates[:, 0, pregnancy] = 0.0
    return rates.reshape(-1, len(REASONS))


def draw_stops(
    random: np.random.Generator,
    parameters: Parameters,
    rates: FloatArray,
    population: Population,
    visits: Visits,
    week: int,
) -> tuple[IntArray, IntArray]:
    """Draw who stops in one week.

    Parameters
    ----------
    random : Generator
        Where to draw from.
    parameters : Parameters
        From which week on patients stop for want of benefit.
    rates : ndarray, shape (6, reasons)
        From `stopping_rates`.
    population : Population
        Patients.
    visits : Visits
        With the states on which stopping for want of benefit depends.
    week : int
        Weeks since first dose.

    Returns
    -------
    tuple of two ndarray, shape (n,)
        Day of stopping, `NEVER` for those who do not, and position of the reason in `REASONS`.
    """
    settings, n = parameters.stopping, population.size
    state = np.full(n, _TOO_EARLY)
    planned = week * DAYS_PER_WEEK // parameters.visits.interval_days - 1
    if week >= settings.lack_of_efficacy_from_week and planned >= 0:
        state = np.where(visits.responding[:, planned], _RESPONDING, _NOT_RESPONDING)
    youngest, oldest = settings.age_of_pregnancy
    fertile = population.woman & (population.age >= youngest) & (population.age <= oldest)
    row = 2 * state + fertile
    stops = np.flatnonzero(random.random(n) < -np.expm1(-rates.sum(axis=1))[row])
    day, reason = np.full(n, NEVER), np.zeros(n, dtype=np.int64)
    day[stops] = week * DAYS_PER_WEEK + random.integers(DAYS_PER_WEEK, size=len(stops))
    reason[stops] = choose_row(random, rates, row[stops])
    return day, reason
