"""Counts behind the checks of a responder rate: patterns of missing responses, and scores before treatment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.catalogue import Instrument
from dose_outcomes.derive.context import Derived
from dose_outcomes.derive.intercurrent import STOP_REASONS
from dose_outcomes.derive.visits import definition_codes
from dose_outcomes.study import Study
from dose_outcomes.study.endpoints import Endpoint
from dose_outcomes.study.robustness import endpoints_with_noise, examined_endpoints

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

PER_POINT = 1_000_000
"""Baselines are counted in millionths of a point: whole numbers, also where they are means of several scores."""
STEPS_OF_A_RANGE = 10_000
"""Where an instrument has no step, its range is cut into so many."""


def response_patterns(derived: Derived) -> list[pd.DataFrame]:
    """Count assessable patients by what tells, before a target visit, whether they will respond and be seen.

    Returns
    -------
    list of DataFrame
        endpoint, condition, definition, dose, day; high_baseline (1: above the mean baseline of the definition),
        stopped (before the window of the visit: 0 no, 1 for another reason, 2 for lack of efficacy), earlier (last
        response before the window: 1 yes, 0 no, -1 none seen); n, observed, observed_responders.
    """
    import ibis

    found = []
    for endpoint in examined_endpoints(derived.study):
        patients = _with_predictors(derived, endpoint)
        table = patients.drop("definition").join(derived.visits[endpoint.id], "patient_id")
        table = table.mutate(
            stopped=ibis.ifelse(table.stop_day < table.first_day, table.stop, 0).fill_null(0),
            earlier=table.earlier.cast("int64").fill_null(-1),
        )
        keys = ("definition", "condition", "dose", "high_baseline", "stopped", "earlier")
        counted = table.group_by(*keys, day=table.visit_day).agg(
            n=table.count(), observed=table.observed.count(), observed_responders=table.observed.sum().fill_null(0)
        )
        found.append(counted.execute().assign(endpoint=endpoint.id))
    return found


def baseline_scores(derived: Derived) -> list[pd.DataFrame]:
    """Count assessable patients by baseline score.

    Returns
    -------
    list of DataFrame
        endpoint, condition, definition, dose, score (millionths of a point), n.
    """
    found = []
    for endpoint in endpoints_with_noise(derived.study):
        patients = derived.patients[endpoint.id]
        patients = patients.filter(patients.not_assessable.isnull(), patients.base.notnull())
        counted = patients.group_by("definition", "condition", "dose", score=_millionths(patients.base)).agg(
            n=patients.count()
        )
        found.append(counted.execute().assign(endpoint=endpoint.id))
    return found


def repeated_scores(derived: Derived) -> list[pd.DataFrame]:
    """Sum the baseline and the score before it over assessable patients who have both.

    Only where the baseline is the last score of its window: a mean holds the score before it.

    Returns
    -------
    list of DataFrame
        endpoint, condition, definition; n, baseline_sum, earlier_sum, baseline_squares, products, earlier_squares, in
        units of `score_unit`.
    """
    import ibis

    study, found = derived.study, []
    for endpoint in endpoints_with_noise(study):
        if endpoint.baseline.choose != "last":
            continue
        patients = derived.patients[endpoint.id]
        patients = patients.filter(patients.not_assessable.isnull(), patients.base.notnull())
        scores = derived.cohort.assessments
        scores = scores.filter(scores.day.between(endpoint.baseline.first_day, endpoint.baseline.last_day))
        table = patients.select("patient_id", "condition", "definition", "instrument").join(
            scores, ["patient_id", "instrument"]
        )
        units = ibis.cases(
            *((table.definition == code, score_unit(_instrument(study, code))) for code in definition_codes(endpoint)),
            else_=ibis.null("float64"),
        )
        # a patient has one score of an instrument a day, so that the order is that of the days alone
        place = ibis.row_number().over(group_by=["patient_id", "definition"], order_by=ibis.desc("day"))
        table = table.mutate(units=(table.score / units).round().cast("int64"), place=place)
        pair = table.group_by("patient_id", "condition", "definition").agg(
            b=table.units.max(where=table.place == 0), e=table.units.max(where=table.place == 1)
        )
        pair = pair.filter(pair.e.notnull())
        counted = pair.group_by("condition", "definition").agg(
            n=pair.count(),
            baseline_sum=pair.b.sum(),
            earlier_sum=pair.e.sum(),
            baseline_squares=(pair.b * pair.b).sum(),
            products=(pair.b * pair.e).sum(),
            earlier_squares=(pair.e * pair.e).sum(),
        )
        found.append(counted.execute().assign(endpoint=endpoint.id))
    return found


def score_unit(instrument: Instrument) -> float:
    """Return the unit, in points, in which scores of an instrument are summed: its step, or a part of its range.

    Examples
    --------
    >>> from dose_outcomes.catalogue import built_in
    >>> score_unit(built_in().instruments["PASI"])
    0.1
    """
    return instrument.step or (instrument.maximum - instrument.minimum) / STEPS_OF_A_RANGE


def _with_predictors(derived: Derived, endpoint: Endpoint) -> ir.Table:
    """Return the assessable patients with high_baseline, stop (kind of reason) and stop_day."""
    import ibis

    patients = derived.patients[endpoint.id]
    patients = patients.filter(patients.not_assessable.isnull())
    same = ibis.window(group_by="definition")
    units = _millionths(patients.base)
    # compared with the mean without dividing: whole numbers do not depend on the order of the rows
    high = units * units.count().over(same) > units.sum().over(same)
    patients = patients.mutate(high_baseline=high.fill_null(ibis.literal(False)).cast("int64"))
    ends = derived.cohort.patients.select("patient_id", "end_reason").join(
        derived.population.select("patient_id", "last_dose_day"), "patient_id"
    )
    other = STOP_REASONS["stopped_for_side_effect"] + STOP_REASONS["stopped_for_other_reason"]
    ends = ends.select(
        "patient_id",
        stop_day="last_dose_day",
        stop=ibis.cases(
            (ends.end_reason.isin(STOP_REASONS["stopped_for_lack_of_efficacy"]), 2),
            (ends.end_reason.isin(other), 1),
            else_=0,
        ),
    )
    return patients.join(ends, "patient_id")


def _millionths(score: ir.FloatingValue) -> ir.IntegerValue:
    return (score * PER_POINT).round().cast("int64")


def _instrument(study: Study, code: str) -> Instrument:
    instrument = study.instrument(study.definition(code).instrument)
    assert instrument is not None, "checked when the study was loaded"
    return instrument
