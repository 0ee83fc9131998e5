"""Mixed model for repeated measures: mean change by dose at the target visit, as if every patient had come.

Scores that are missing are taken to be like those of patients with the same dose, baseline and earlier scores
(missing at random). Patients who stop for want of benefit and are not seen again break this; the responder rate with
missing scores as no response is the counterweight.

The model is that of statsmodels' `MixedLM` where both can express it, and a test holds the two together. It is not
fitted by it: that wants the rows of all patients, which do not leave the engine, and has no covariance of the visits
that is free. Sums of products by dose and pattern of visits are all that the restricted likelihood needs, whatever the
number of patients (`stats.regression.restricted_likelihood`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from dose_outcomes.derive.course.score_change import DAYS_PER_WEEK, THOUSANDTHS
from dose_outcomes.outcomes.cells import NO_PATIENTS
from dose_outcomes.outcomes.course.describing import reference_dose
from dose_outcomes.outcomes.course.score_change import change_key, scored_conditions
from dose_outcomes.results import ALL, Result
from dose_outcomes.stats.regression.repeated_measures import RepeatedMeasures, repeated_measures
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import pandas as pd

    from dose_outcomes.stats.result import FloatArray

ANALYSIS = "mixed_model"
MISSING = "missing_at_random"


def mixed_model(sums: pd.DataFrame, study: Study) -> Iterator[Result]:
    """Return adjusted mean changes by dose and over all doses, and their differences from the reference dose.

    All at the mean baseline, at the visit nearest to the target week of the definition. Over all doses: weighted by
    the patients of each dose.

    Parameters
    ----------
    sums : DataFrame
        As `derive.course.score_change.repeated_measures_sums` gives it.
    """
    settings = study.course.score_change
    if settings is None or not settings.mixed_model:
        return
    days = [week * DAYS_PER_WEEK for week in settings.visit_weeks]
    endpoint = study.endpoints[0]
    for condition, instrument in scored_conditions(study):
        target = study.visits(endpoint, endpoint.definitions[condition])[-1].target
        visit = min(range(len(days)), key=lambda place: (abs(days[place] - target), -days[place]))
        own = sums[sums["condition"] == condition]
        fit, n = _fit(own, study.dose_labels, len(days))
        place = (instrument, condition, visit, days[visit])
        yield from _rows(fit, n, place, study)
        yield _per_parameter(own, n, len(days), place)


def _rows(fit: RepeatedMeasures, n: FloatArray, place: tuple[str, str, int, int], study: Study) -> Iterator[Result]:
    instrument, condition, visit, day = place
    doses = study.dose_labels
    total = float(n.sum())
    unit = np.eye(len(doses))
    asked = [(ALL, "", n / total if total else np.ones(len(doses)) / len(doses))]
    asked += [(dose, "", unit[group]) for group, dose in enumerate(doses)]
    reference = doses.index(reference_dose(study))
    asked += [
        (dose, doses[reference], unit[group] - unit[reference])
        for group, dose in enumerate(doses)
        if group != reference
    ]
    for dose, comparator, weights in asked:
        found = fit.contrast(weights, visit, level=study.level)
        own = int(total if dose == ALL else n[doses.index(dose)])
        yield replace(
            Result(
                **change_key(ANALYSIS, instrument, condition, dose, day),
                comparator=comparator,
                statistic="adjusted_mean_difference" if comparator else "adjusted_mean_change",
                estimate=found.estimate,
                low=found.low,
                high=found.high,
                level=found.level,
                n=own,
                method=f"{found.method}; patients with a baseline and at least one later visit",
                note=found.note if own else NO_PATIENTS,
            ),
            missing_data=MISSING,
        )


def _per_parameter(sums: pd.DataFrame, n: FloatArray, visits: int, place: tuple[str, str, int, int]) -> Result:
    """Return the scores there are for each mean and each slope on the baseline that the model fits."""
    instrument, condition, _, day = place
    # the product of the constant with itself, by dose and pattern of missing visits, is the number of patients
    patients = sums[(sums["first"] == 0) & (sums["second"] == 0)]
    seen = [
        float(total) * pattern.count("1") for total, pattern in zip(patients["total"], patients["pattern"], strict=True)
    ]
    parameters = visits * (int((n > 0).sum()) + 1)
    total = int(n.sum())
    return Result(
        **{**change_key(ANALYSIS, instrument, condition, ALL, day), "missing_data": MISSING},
        statistic="observations_per_parameter",
        estimate=sum(seen) / parameters if total else None,
        n=total,
        method="scores after the start for each mean (visit by dose) and each slope on the baseline (by visit)",
        note="" if total else NO_PATIENTS,
    )


def _fit(sums: pd.DataFrame, doses: list[str], visits: int) -> tuple[RepeatedMeasures, FloatArray]:
    """Return the fitted model and the number of patients by dose."""
    size = visits + 2
    patterns = sorted(set(zip(sums["dose"], sums["pattern"], strict=True)))
    place = {pattern: position for position, pattern in enumerate(patterns)}
    products = np.zeros((len(patterns), size, size))
    rows = [place[pattern] for pattern in zip(sums["dose"], sums["pattern"], strict=True)]
    first, second = sums["first"].to_numpy(dtype="int64"), sums["second"].to_numpy(dtype="int64")
    unit = np.where(np.arange(size) == 0, 1.0, THOUSANDTHS)
    value = sums["total"].to_numpy(dtype="float64") / (unit[first] * unit[second])
    products[rows, first, second] = value
    products[rows, second, first] = value
    group = [doses.index(dose) for dose, _ in patterns]
    seen = np.asarray([[float(digit) for digit in pattern] for _, pattern in patterns]).reshape(len(patterns), visits)
    n = np.bincount(group, products[:, 0, 0], len(doses)) if patterns else np.zeros(len(doses))
    return repeated_measures(group, seen, products, groups=len(doses)), np.asarray(n)
