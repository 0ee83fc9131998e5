"""Scores to responses: baseline, response at each assessed day, choice of visit, counts of responders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.derive.population import analysed
from dose_outcomes.derive.rule import response, severe_enough
from dose_outcomes.engine import Cohort
from dose_outcomes.study import Study
from dose_outcomes.study.model import Endpoint

if TYPE_CHECKING:
    import ibis.expr.types as ir

NO_DEFINITION = "Condition without a response definition"
NO_BASELINE = "No baseline score"
BASELINE_TOO_GOOD = "Baseline better than the definition requires"


def assessable(cohort: Cohort, population: ir.Table, study: Study, endpoint: Endpoint) -> ir.Table:
    """Return the analysed patients with their response definition and baseline.

    Returns
    -------
    Table
        patient_id, condition, dose, definition (code), base (score, null when missing or not needed),
        not_assessable (the first reason, null when the patient can be assessed).
    """
    import ibis

    patients = analysed(population)
    codes = ibis.cases(
        *((patients.condition == condition, code) for condition, code in endpoint.definitions.items()),
        else_=ibis.null("string"),
    )
    patients = patients.mutate(definition=codes)
    window = cohort.assessments.filter(
        cohort.assessments.day.between(endpoint.baseline.first_day, endpoint.baseline.last_day)
    )
    baseline = window.group_by("patient_id", "instrument").agg(
        base=window.score.mean() if endpoint.baseline.choose == "mean" else window.score.argmax(window.day)
    )
    instrument = _by_definition(patients.definition, study, endpoint, lambda d: ibis.literal(d.instrument))
    patients = patients.mutate(instrument=instrument)
    table = patients.left_join(baseline, ["patient_id", "instrument"])
    enough = ibis.cases(
        *(
            (table.definition == code, severe_enough(table.base, *_definition(study, code)))
            for code in _codes(endpoint)
        ),
        else_=ibis.null("boolean"),
    )
    needed = table.definition.isin([code for code in _codes(endpoint) if study.definition(code).needs_baseline])
    return table.mutate(
        not_assessable=ibis.cases(
            (table.definition.isnull(), NO_DEFINITION),
            (needed & table.base.isnull(), NO_BASELINE),
            (needed & ~enough, BASELINE_TOO_GOOD),
            else_=ibis.null("string"),
        )
    ).select("patient_id", "condition", "dose", "definition", "instrument", "base", "not_assessable")


def responses(cohort: Cohort, patients: ir.Table, study: Study, endpoint: Endpoint) -> ir.Table:
    """Return whether the response rule holds at each assessed day after the first dose.

    Parameters
    ----------
    patients : Table
        As `assessable` returns it.

    Returns
    -------
    Table
        patient_id, definition, day, responding; days whose scores do not decide are left out.
    """
    import ibis

    scores = cohort.assessments.filter(cohort.assessments.day > 0)
    table = patients.filter(patients.not_assessable.isnull()).join(scores, ["patient_id", "instrument"])
    table = table.rename(value="score")
    components = {
        name: instrument for code in _codes(endpoint) for name, instrument in study.definition(code).components.items()
    }
    for name, instrument in sorted(components.items()):
        component = scores.filter(scores.instrument == instrument).select("patient_id", "day", **{name: "score"})
        table = table.left_join(component, ["patient_id", "day"]).drop("patient_id_right", "day_right")
    responding = ibis.cases(
        *((table.definition == code, response(table, *_definition(study, code))) for code in _codes(endpoint)),
        else_=ibis.null("boolean"),
    )
    table = table.mutate(responding=responding)
    return table.filter(table.responding.notnull()).select("patient_id", "definition", "day", "responding")


def responder_counts(patients: ir.Table, seen: ir.Table, study: Study, endpoint: Endpoint) -> ir.Table:
    """Count responders at each target visit.

    The response nearest to the target day inside the visit's window counts, the later of two equally near.
    Carried forward: without one, that of the last earlier target visit that has one; without that, the last
    before the window. (Trials carry the score of the visit, not a later unscheduled one: so do their data sets.)

    Returns
    -------
    Table
        endpoint, definition, condition, dose, day, n (patients), observed, observed_responders, carried,
        carried_responders.
    """
    import ibis

    plan = ibis.memtable(
        [
            {
                "definition": code,
                "visit_day": visit.day,
                "target": visit.target,
                "first_day": visit.first_day,
                "last_day": visit.last_day,
            }
            for code in _codes(endpoint)
            for visit in study.visits(endpoint, code)
        ],
        schema=ibis.schema(
            dict.fromkeys(("definition",), "string")
            | dict.fromkeys(("visit_day", "target", "first_day", "last_day"), "int64")
        ),
    )
    due = patients.filter(patients.not_assessable.isnull()).join(plan, "definition")
    at_visit = due.left_join(seen, ["patient_id", "definition"])
    in_window = (at_visit.day >= at_visit.first_day) & (
        at_visit.last_day.isnull() | (at_visit.day <= at_visit.last_day)
    )
    before = at_visit.day < at_visit.first_day
    # nearest first; of two equally near the later one (even numbers before odd ones)
    nearness = 2 * (at_visit.day - at_visit.target).abs() + (at_visit.day < at_visit.target).cast("int64")
    chosen = at_visit.group_by("patient_id", "condition", "dose", "definition", "visit_day").agg(
        observed=_unpacked(_packed(nearness, at_visit.responding).min(where=in_window)),
        last_before=_unpacked(_packed(at_visit.day, at_visit.responding).max(where=before)),
    )
    earlier = ibis.window(
        group_by=["patient_id", "definition"], order_by="visit_day", preceding=(None, 1), following=None
    )
    last_visit = _packed(chosen.visit_day, chosen.observed).max().over(earlier)
    chosen = chosen.mutate(carried=ibis.coalesce(chosen.observed, _unpacked(last_visit), chosen.last_before))
    return chosen.group_by("definition", "condition", "dose", day=chosen.visit_day).agg(
        endpoint=ibis.literal(endpoint.id),
        n=chosen.count(),
        observed=chosen.observed.count(),
        observed_responders=chosen.observed.sum().fill_null(0),
        carried=chosen.carried.count(),
        carried_responders=chosen.carried.sum().fill_null(0),
    )


def time_to_response_counts(patients: ir.Table, seen: ir.Table, horizon: int) -> ir.Table:
    """Count first documented responses and censorings by day.

    A patient without a response is censored at the last assessed visit, on day 0 when there is none.

    Returns
    -------
    Table
        definition, condition, dose, day, events, censored.
    """
    due = patients.filter(patients.not_assessable.isnull())
    within = seen.filter(seen.day <= horizon)
    times = within.group_by("patient_id").agg(
        first_response=within.day.min(where=within.responding), last_seen=within.day.max()
    )
    table = due.left_join(times, "patient_id").drop("patient_id_right")
    event = table.first_response.notnull()
    table = table.mutate(event=event.cast("int64"), day=table.first_response.coalesce(table.last_seen, 0))
    return table.group_by("definition", "condition", "dose", "day").agg(
        events=table.event.sum(), censored=(1 - table.event).sum()
    )


def _packed(rank: ir.IntegerValue, responding: ir.BooleanValue) -> ir.IntegerValue:
    """Return a whole number that sorts by rank and carries the response, so that a plain min or max chooses it."""
    return 2 * rank + responding.cast("int64")


def _unpacked(packed: ir.IntegerValue) -> ir.BooleanValue:
    return packed % 2 == 1


def _codes(endpoint: Endpoint) -> list[str]:
    return sorted(set(endpoint.definitions.values()))


def _definition(study: Study, code: str) -> tuple:  # type: ignore[type-arg]
    definition = study.definition(code)
    instrument = study.instrument(definition.instrument)
    assert instrument is not None, "checked when the study was loaded"
    return definition, instrument


def _by_definition(column, study: Study, endpoint: Endpoint, value):  # type: ignore[no-untyped-def]
    import ibis

    branches = [(column == code, value(study.definition(code))) for code in _codes(endpoint)]
    return ibis.cases(*branches, else_=ibis.null("string"))
