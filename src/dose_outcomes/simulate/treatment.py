"""The course of treatment, week by week for all patients at once: dose, side effects, reasons to stop."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dose_outcomes.simulate.arrays import BoolArray, IntArray, Stage, choose, stream
from dose_outcomes.simulate.parameters import DAYS_PER_WEEK, Parameters
from dose_outcomes.simulate.population import Population
from dose_outcomes.simulate.response import Visits
from dose_outcomes.simulate.side_effects import (
    DOSE_REDUCED,
    DOSE_STEP_MG,
    INTERRUPTED,
    NONE,
    STOPPED,
    TIME_CHANGED,
    Events,
    draw_week,
    join,
    side_effect_rates,
)
from dose_outcomes.simulate.stopping import NEVER, SIDE_EFFECT, draw_limits, draw_stops, stopping_rates

_LOW_START, _HIGH_START = (round(dose / DOSE_STEP_MG) for dose in (0.5, 1.5))


@dataclass(frozen=True, slots=True)
class Treatment:
    """What happens from the first dose on.

    Attributes
    ----------
    level : ndarray, shape (n, weeks)
        Dose of the week as a multiple of `DOSE_STEP_MG`; 0 when not taken.
    time_of_day : ndarray, shape (n, weeks)
        Position in the parameters' times of day.
    last_dose, observed_until : ndarray, shape (n,)
        Days since first dose.
    end_reason : ndarray, shape (n,)
        Position in `stopping.END_REASONS`.
    events : Events
        Side effects that begin under observation.
    """

    level: IntArray
    time_of_day: IntArray
    last_dose: IntArray
    observed_until: IntArray
    end_reason: IntArray
    events: Events


@dataclass(frozen=True, slots=True)
class Plan:
    """How the dose is to rise: start and step as multiples of `DOSE_STEP_MG`, weeks between steps."""

    target: IntArray
    start: IntArray
    step: IntArray
    weeks: IntArray
    time_of_day: IntArray

    def level(self, week: int) -> IntArray:
        """Return the dose of a week after the first dose, shape (n,)."""
        return np.minimum(self.target, self.start + self.step * (week // self.weeks))


def draw_plan(random: np.random.Generator, parameters: Parameters, population: Population) -> Plan:
    """Draw how the doses are to rise.

    Parameters
    ----------
    random : Generator
        Where to draw from.
    parameters : Parameters
        With the titration.
    population : Population
        Patients with the dose aimed at.
    """
    n, titration = population.size, parameters.titration
    doses = np.array([target.dose_mg for target in parameters.targets])
    target = np.rint(doses / DOSE_STEP_MG).astype(np.int64)[population.target]
    high = (random.random(n) < titration.start_at_1_5_mg) & (target >= _HIGH_START)
    steps = np.rint(np.array([float(step) for step in titration.step_mg]) / DOSE_STEP_MG).astype(np.int64)
    weeks = np.array([int(count) for count in titration.weeks_per_step])
    return Plan(
        target,
        np.where(high, _HIGH_START, _LOW_START),
        steps[choose(random, titration.step_mg, n)],
        weeks[choose(random, titration.weeks_per_step, n)],
        choose(random, parameters.time_of_day.values, n),
    )


def draw_treatment(parameters: Parameters, population: Population, visits: Visits, batch: int) -> Treatment:
    """Draw dose, side effects and end of observation.

    Parameters
    ----------
    parameters : Parameters
        What to draw from.
    population : Population
        Patients.
    visits : Visits
        With the states on which stopping for want of benefit depends.
    batch : int
        Number of the random streams.
    """
    n = population.size
    plan = draw_plan(stream(parameters.seed, Stage.DOSING, batch), parameters, population)
    rates = side_effect_rates(parameters)
    times = list(parameters.time_of_day.values)
    late, morning = [times.index("evening"), times.index("bedtime")], times.index("morning")
    random = stream(parameters.seed, Stage.STOPPING, batch)
    random_events = stream(parameters.seed, Stage.SIDE_EFFECTS, batch)

    limits, stop_rates = draw_limits(random, parameters, visits), stopping_rates(parameters)
    observed_until, end_reason = limits.last_day, limits.reason
    stop_day = np.full(n, NEVER)
    ceiling, time_of_day = plan.target, plan.time_of_day
    paused = np.zeros(n, dtype=np.bool_)
    weeks_since_rise = np.zeros(n, dtype=np.int64)
    previous = np.zeros(n, dtype=np.int64)
    weeks = int(limits.last_day.max()) // DAYS_PER_WEEK + 1
    level_by_week = np.zeros((n, weeks), dtype=np.int64)
    time_by_week = np.zeros((n, weeks), dtype=np.int64)
    parts: list[Events] = []
    for week in range(weeks):
        treated = stop_day == NEVER
        prescribed = np.minimum(plan.level(week), ceiling)
        weeks_since_rise = np.where(prescribed > previous, 0, weeks_since_rise + 1)
        previous = prescribed
        level = np.where(treated & ~paused, prescribed, 0)
        level_by_week[:, week], time_by_week[:, week] = level, time_of_day
        exposure = rates.exposure(level, time_of_day, weeks_since_rise)
        events = draw_week(random_events, rates, week, exposure, observed_until, level > 0, np.isin(time_of_day, late))
        lowest = level[events.patient] <= _LOW_START
        events = _with_action(events, (events.action == DOSE_REDUCED) & lowest, NONE)

        day, reason = draw_stops(random, parameters, stop_rates, population, visits, week)
        by_effect = np.full(n, NEVER)
        stopping = events.where(events.action == STOPPED)
        np.minimum.at(by_effect, stopping.patient, stopping.onset)
        reason = np.where(by_effect <= day, SIDE_EFFECT, reason)
        day = np.minimum(day, by_effect)
        stops = treated & (day <= limits.last_day)
        stop_day = np.where(stops, day, stop_day)
        end_reason = np.where(stops, reason, end_reason)
        observed_until = np.where(stops, limits.observed_until(day, reason), observed_until)

        acted = (events.action != NONE) & (events.onset > stop_day[events.patient])
        events = _with_action(events, acted, NONE)
        parts.append(events)
        reduced = _patients(events, DOSE_REDUCED, n)
        ceiling = np.where(reduced, np.maximum(level - plan.step, _LOW_START), ceiling)
        time_of_day = np.where(_patients(events, TIME_CHANGED, n), morning, time_of_day)
        paused = _patients(events, INTERRUPTED, n)

    events = join(parts)
    events = events.where(events.onset <= observed_until[events.patient])
    last_dose = _last_dose(level_by_week, np.minimum(stop_day, observed_until))
    return Treatment(level_by_week, time_by_week, last_dose, observed_until, end_reason, events)


def _with_action(events: Events, changed: BoolArray, action: int) -> Events:
    new = np.where(changed, action, events.action)
    return Events(events.patient, events.term, events.onset, events.severity, new)


def _patients(events: Events, action: int, n: int) -> BoolArray:
    found = np.zeros(n, dtype=np.bool_)
    found[events.patient[events.action == action]] = True
    return found


def _last_dose(level: IntArray, end: IntArray) -> IntArray:
    """Last day on which a dose was taken, given the last day on which it could be."""
    week = np.arange(level.shape[1])
    taken = (level > 0) & (week * DAYS_PER_WEEK <= end[:, np.newaxis])
    last_week = np.where(taken, week, 0).max(axis=1)
    last: IntArray = np.minimum(end, (last_week + 1) * DAYS_PER_WEEK - 1)
    return last
