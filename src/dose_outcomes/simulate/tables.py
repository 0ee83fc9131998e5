"""From arrays to the cohort tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dose_outcomes.simulate.arrays import BoolArray, IntArray, Stage, choose, stream
from dose_outcomes.simulate.course import Course
from dose_outcomes.simulate.medications import STILL_TAKEN, Taken
from dose_outcomes.simulate.parameters import DAYS_PER_WEEK, SEVERITIES, Parameters
from dose_outcomes.simulate.rules import PER_POINT
from dose_outcomes.simulate.scores import Scored
from dose_outcomes.simulate.side_effects import ACTIONS, DOSE_STEP_MG
from dose_outcomes.simulate.stopping import END_REASONS

_ID_DIGITS = 4
_THIRD_CONDITION = 0.15  # of those with a second condition
_BEFORE_DAYS = (-28, -1)


def patient_ids(n: int) -> pd.Series:
    """Return names of patients that sort as their numbers do.

    Examples
    --------
    >>> patient_ids(2).tolist()
    ['P0001', 'P0002']
    """
    digits = max(_ID_DIGITS, len(str(n)))
    return pd.Series([f"P{number:0{digits}d}" for number in range(1, n + 1)], dtype="str")


def patients_table(course: Course, ids: pd.Series) -> pd.DataFrame:
    """Return the table `patients`."""
    population, treatment = course.population, course.treatment
    return pd.DataFrame(
        {
            "patient_id": ids,
            "age": population.age,
            "sex": _words(population.woman.astype(np.int64), ("male", "female")),
            "site": _words(population.site, [f"S{number}" for number in range(1, int(population.site.max()) + 2)]),
            "observed_until": treatment.observed_until,
            "end_reason": _words(treatment.end_reason, END_REASONS),
        }
    )


def indications_table(parameters: Parameters, course: Course, ids: pd.Series) -> pd.DataFrame:
    """Return the table `indications`: the condition treated, and for some one or two others.

    Conditions with an age of their own neither come second nor have a second beside them.
    """
    random = stream(parameters.seed, Stage.INDICATIONS)
    names = list(parameters.conditions)
    common = np.array([position for position, one in enumerate(parameters.conditions.values()) if one.age is None])
    own, n = course.population.condition, course.population.size
    second = (random.random(n) < parameters.second_condition.value) & np.isin(own, common)
    third = second & (random.random(n) < _THIRD_CONDITION)
    other = (np.searchsorted(common, own) + random.integers(1, len(common), size=n)) % len(common)
    another = (other + 1) % len(common)
    other, another = common[other], common[another]
    third &= another != own
    everyone = np.arange(n)
    patient = np.concatenate([everyone, everyone[second], everyone[third]])
    condition = np.concatenate([own, other[second], another[third]])
    frame = pd.DataFrame(
        {
            "patient_id": _ids(ids, patient),
            "condition": _words(condition, names),
            "primary": np.arange(len(patient)) < n,
        }
    )
    return frame.sort_values(["patient_id", "condition"], ignore_index=True)


def doses_table(parameters: Parameters, course: Course, ids: pd.Series) -> pd.DataFrame:
    """Return the table `doses`: one row for each stretch of weeks with the same dose at the same time of day."""
    treatment, population = course.treatment, course.population
    n, weeks = treatment.level.shape
    week = np.arange(weeks)
    taken = (treatment.level > 0) & (week * DAYS_PER_WEEK <= treatment.last_dose[:, np.newaxis])
    code = np.where(taken, 1 + treatment.level * len(parameters.time_of_day.values) + treatment.time_of_day, 0)
    before = np.concatenate([np.zeros((n, 1), dtype=np.int64), code[:, :-1]], axis=1)
    after = np.concatenate([code[:, 1:], np.zeros((n, 1), dtype=np.int64)], axis=1)
    patient, first = np.nonzero(taken & (code != before))
    _, last = np.nonzero(taken & (code != after))
    random = stream(parameters.seed, Stage.PRODUCT)
    formulation = choose(random, parameters.formulation.values, n)
    filler = choose(random, parameters.filler.values, n)
    target = np.array([one.dose_mg for one in parameters.targets])[population.target]
    return pd.DataFrame(
        {
            "patient_id": _ids(ids, patient),
            "start_day": first * DAYS_PER_WEEK,
            "end_day": np.minimum((last + 1) * DAYS_PER_WEEK - 1, treatment.last_dose[patient]),
            "dose_mg": treatment.level[patient, first] * DOSE_STEP_MG,
            "target_dose_mg": target[patient],
            "time_of_day": _words(treatment.time_of_day[patient, first], list(parameters.time_of_day.values)),
            "formulation": _words(formulation[patient], list(parameters.formulation.values)),
            "filler": _words(filler[patient], list(parameters.filler.values)),
        }
    )


def assessments_table(scored: Sequence[Scored], ids: pd.Series) -> pd.DataFrame:
    """Return the table `assessments`, scores in points."""
    codes = sorted({one.instrument for one in scored})
    patient = np.concatenate([one.patient for one in scored])
    day = np.concatenate([one.day for one in scored])
    code = np.concatenate([np.full(len(one.day), codes.index(one.instrument)) for one in scored])
    score = np.concatenate([one.score for one in scored])
    order = np.lexsort((code, day, patient))
    return pd.DataFrame(
        {
            "patient_id": _ids(ids, patient[order]),
            "day": day[order],
            "instrument": _words(code[order], codes),
            "score": score[order] / PER_POINT,
        }
    )


def side_effects_table(parameters: Parameters, course: Course, ids: pd.Series) -> pd.DataFrame:
    """Return the table `side_effects`: those under observation, and complaints from before the first dose."""
    settings, events = parameters.side_effects, course.treatment.events
    random = stream(parameters.seed, Stage.SIDE_EFFECT_DETAILS)
    terms = list(settings.terms)
    rates = {name: term.per_1000_days for name, term in settings.terms.items()}
    earlier = np.flatnonzero(random.random(course.population.size) < settings.before_treatment.value)
    patient = np.concatenate([events.patient, earlier])
    term = np.concatenate([events.term, choose(random, rates, len(earlier))])
    onset = np.concatenate([events.onset, random.integers(*_BEFORE_DAYS, size=len(earlier), endpoint=True)])
    severity = np.concatenate([events.severity, 1 + choose(random, settings.severity.values, len(earlier))])
    action = np.concatenate([events.action, np.zeros(len(earlier), dtype=np.int64)])
    under_treatment = np.arange(len(patient)) < len(events)
    order = np.lexsort((onset, np.argsort(np.argsort(terms))[term], patient))
    patient, term, onset = patient[order], term[order], onset[order]
    severity, action, under_treatment = severity[order], action[order], under_treatment[order]
    days = settings.duration.median_days * np.exp(settings.duration.log_sd * random.standard_normal(len(patient)))
    resolved = onset + np.ceil(days).astype(np.int64) - 1
    serious = np.array([settings.serious.values[grade] for grade in SEVERITIES])
    return pd.DataFrame(
        {
            "patient_id": _ids(ids, patient),
            "term": _words(term, terms),
            "onset_day": onset,
            "body_system": _words(term, [one.body_system for one in settings.terms.values()]),
            "resolved_day": _days(resolved, resolved > course.treatment.observed_until[patient]),
            "severity": severity,
            "serious": under_treatment & (random.random(len(patient)) < serious[severity - 1]),
            "related": under_treatment & (random.random(len(patient)) < settings.related.value),
            "action": _words(action, ACTIONS),
        }
    )


def medications_table(taken: Sequence[Taken], ids: pd.Series) -> pd.DataFrame:
    """Return the table `medications`."""
    patient = np.concatenate([one.patient for one in taken])
    start = np.concatenate([one.start_day for one in taken])
    end = np.concatenate([one.end_day for one in taken])
    record = np.concatenate([np.full(len(one.patient), position) for position, one in enumerate(taken)])
    frame = pd.DataFrame(
        {
            "patient_id": _ids(ids, patient),
            "drug": _words(record, [one.drug for one in taken]),
            "start_day": start,
            "drug_class": _words(record, [one.drug_class for one in taken]),
            "end_day": _days(end, end == STILL_TAKEN),
            "ddd_per_day": np.concatenate([one.ddd_per_day for one in taken]),
        }
    )
    return frame.sort_values(["patient_id", "drug", "start_day"], ignore_index=True)


def _ids(ids: pd.Series, patient: IntArray) -> pd.Series:
    return ids.take(patient).reset_index(drop=True)


def _words(code: IntArray, words: Sequence[str]) -> pd.Series:
    return pd.Series(list(words), dtype="str").take(code).reset_index(drop=True)


def _days(day: IntArray, missing: BoolArray) -> pd.Series:
    return pd.Series(pd.arrays.IntegerArray(np.where(missing, 0, day), missing))
