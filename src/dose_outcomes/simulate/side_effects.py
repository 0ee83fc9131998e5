"""Side effects of one week: how often, which, how severe, and what is done with the dose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dose_outcomes.simulate.arrays import BoolArray, FloatArray, IntArray, choose_row
from dose_outcomes.simulate.parameters import DAYS_PER_WEEK, SEVERITIES, Parameters

#: Doses are kept as multiples of this, in mg.
DOSE_STEP_MG = 0.5
ACTIONS = ("none", "time_changed", "dose_reduced", "interrupted", "stopped", "unknown")
NONE, TIME_CHANGED, DOSE_REDUCED, INTERRUPTED, STOPPED = range(5)
_DAYS = 1000.0


@dataclass(frozen=True, slots=True)
class Events:
    """Side effects, one a row.

    Attributes
    ----------
    patient : ndarray, shape (e,)
        Position of the patient.
    term : ndarray, shape (e,)
        Position in the parameters' terms.
    onset : ndarray, shape (e,)
        Days since first dose.
    severity : ndarray, shape (e,)
        From 1 to 4.
    action : ndarray, shape (e,)
        Position in `ACTIONS`.
    """

    patient: IntArray
    term: IntArray
    onset: IntArray
    severity: IntArray
    action: IntArray

    def where(self, kept: BoolArray) -> Events:
        """Return some of the events."""
        return Events(self.patient[kept], self.term[kept], self.onset[kept], self.severity[kept], self.action[kept])

    def __len__(self) -> int:
        return len(self.patient)


def join(parts: list[Events]) -> Events:
    """Return the events of several weeks as one, by patient, term and onset."""
    names = ("patient", "term", "onset", "severity", "action")
    whole = Events(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
    order = np.lexsort((whole.onset, whole.term, whole.patient))
    return Events(*(getattr(whole, name)[order] for name in names))


@dataclass(frozen=True, slots=True)
class Rates:
    """Events per day by exposure, and what follows from them.

    Attributes
    ----------
    by_exposure : ndarray, shape (exposures, terms)
        Rates per day.
    total : ndarray, shape (exposures,)
        Their sums.
    action : ndarray, shape (severities * 2, actions)
        Probability of each action by severity; then again with a change of the time of day possible.
    severity : ndarray, shape (1, severities)
        Probability of each severity.
    sleep : ndarray, shape (terms,)
        Terms against which the time of day is changed.
    """

    by_exposure: FloatArray
    total: FloatArray
    action: FloatArray
    severity: FloatArray
    sleep: BoolArray
    times: int
    weeks: int

    def exposure(self, level: IntArray, time_of_day: IntArray, weeks_since_rise: IntArray) -> IntArray:
        """Return the row of `by_exposure` of dose levels, times of day and weeks since the last rise."""
        capped = np.minimum(weeks_since_rise, self.weeks - 1)
        return (level * self.times + time_of_day) * self.weeks + capped


def side_effect_rates(parameters: Parameters) -> Rates:
    """Return the rates of all terms for each dose level, time of day and week since the last rise of the dose.

    Parameters
    ----------
    parameters : Parameters
        With the terms; a level is a multiple of `DOSE_STEP_MG`, 0 without the drug.
    """
    settings = parameters.side_effects
    terms = list(settings.terms.values())
    levels = np.arange(round(max(target.dose_mg for target in parameters.targets) / DOSE_STEP_MG) + 1)
    base = np.array([term.per_1000_days / _DAYS for term in terms])
    per_mg = np.array([term.per_mg for term in terms])
    timing = np.array([[term.timing.get(time, 1.0) for term in terms] for time in parameters.time_of_day.values])
    early = np.array(settings.early.weeks)
    rates = (
        base * per_mg ** (DOSE_STEP_MG * levels[:, np.newaxis, np.newaxis, np.newaxis]) * timing[:, np.newaxis, :]
    ) * early[:, np.newaxis]
    rates[0] = base  # neither the hour nor the last rise matters to those without the drug
    by_exposure = rates.reshape(-1, len(terms))

    action = np.zeros((2, len(SEVERITIES), len(ACTIONS)))
    for row, probabilities in enumerate(settings.actions.by_severity):
        for name, probability in probabilities.items():
            action[1, row, ACTIONS.index(name)] = probability
    action[0] = action[1]
    action[0, :, TIME_CHANGED] = 0.0
    action[:, :, NONE] = 1.0 - action[:, :, NONE + 1 :].sum(axis=2)
    severity = np.array([[settings.severity.values[grade] for grade in SEVERITIES]])
    return Rates(
        by_exposure,
        by_exposure.sum(axis=1),
        action.reshape(-1, len(ACTIONS)),
        severity,
        np.array([term.sleep for term in terms]),
        len(timing),
        len(early),
    )


def draw_week(
    random: np.random.Generator,
    rates: Rates,
    week: int,
    exposure: IntArray,
    observed_until: IntArray,
    on_drug: BoolArray,
    late_in_day: BoolArray,
) -> Events:
    """Draw the side effects that begin in one week.

    Parameters
    ----------
    random : Generator
        Where to draw from.
    rates : Rates
        From `side_effect_rates`.
    week : int
        Weeks since first dose.
    exposure : ndarray, shape (n,)
        Rows of the rates.
    observed_until : ndarray, shape (n,)
        Last day of observation as far as known; nothing begins after it.
    on_drug, late_in_day : ndarray, shape (n,)
        Whether the drug is taken this week, and whether in the evening or at bedtime.
    """
    expected = np.where(observed_until >= week * DAYS_PER_WEEK, rates.total[exposure] * DAYS_PER_WEEK, 0.0)
    patient = np.repeat(np.arange(len(exposure)), random.poisson(expected))
    term = choose_row(random, rates.by_exposure, exposure[patient])
    onset = week * DAYS_PER_WEEK + random.integers(DAYS_PER_WEEK, size=len(patient))
    severity = 1 + choose_row(random, rates.severity, np.zeros(len(patient), dtype=np.int64))
    movable = rates.sleep[term] & late_in_day[patient]
    action = choose_row(random, rates.action, severity - 1 + len(SEVERITIES) * movable)
    action = np.where(on_drug[patient], action, NONE)
    events = Events(patient, term, onset, severity, action)
    # One record a day of a term: the same complaint twice on a day is one event.
    _, first = np.unique((patient * len(rates.sleep) + term) * DAYS_PER_WEEK + onset % DAYS_PER_WEEK, return_index=True)
    kept = np.zeros(len(patient), dtype=np.bool_)
    kept[first] = True
    return events.where(kept & (onset <= observed_until[patient]))
