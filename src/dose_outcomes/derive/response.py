"""Scores to responses: baseline, response at each assessed day, choice of visit, counts of responders."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from dose_outcomes.catalogue import Instrument, ResponseDefinition
from dose_outcomes.derive.population import analysed
from dose_outcomes.derive.rule import (
    DECIMALS,
    baseline_column,
    baseline_known,
    response,
    score_column,
    severe_enough,
)
from dose_outcomes.derive.visits import definition_codes
from dose_outcomes.engine import Cohort
from dose_outcomes.study import Study
from dose_outcomes.study.endpoints import Endpoint

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
        patient_id, condition, dose, definition (code), instrument, base (score, null when missing or not needed),
        not_assessable (the first reason, null when the patient can be assessed), and `baseline_column` of each
        instrument whose change is a component.
    """
    import ibis

    patients = analysed(population)
    codes = ibis.cases(
        *((patients.condition == condition, code) for condition, code in endpoint.definitions.items()),
        else_=ibis.null("string"),
    )
    patients = patients.mutate(definition=codes)
    baseline = _baselines(cohort, endpoint)
    instrument = _by_definition(
        patients.definition, study, endpoint, lambda d, _: ibis.literal(d.instrument), ibis.null("string")
    )
    patients = patients.mutate(instrument=instrument)
    table = patients.left_join(baseline, ["patient_id", "instrument"])
    changing = _component_instruments(study, endpoint, changes_only=True)
    if changing:
        wide = _wide(baseline, "base", ["patient_id"], {code: baseline_column(code) for code in changing})
        table = table.drop("patient_id_right", "instrument_right").left_join(wide, "patient_id")
    unknown = ibis.null("boolean")
    known = _by_definition(table.definition, study, endpoint, lambda d, _: baseline_known(table, d), unknown)
    enough = _by_definition(
        table.definition,
        study,
        endpoint,
        lambda d, i: severe_enough(table.base, d, i) if d.needs_baseline else ibis.literal(True),
        unknown,
    )
    return table.mutate(
        not_assessable=ibis.cases(
            (table.definition.isnull(), NO_DEFINITION),
            (~known, NO_BASELINE),
            (~enough, BASELINE_TOO_GOOD),
            else_=ibis.null("string"),
        )
    ).select(
        "patient_id",
        "condition",
        "dose",
        "definition",
        "instrument",
        "base",
        "not_assessable",
        *map(baseline_column, changing),
    )


def responses(
    cohort: Cohort,
    patients: ir.Table,
    study: Study,
    endpoint: Endpoint,
    outcome: Literal["response", "remission"] = "response",
) -> ir.Table:
    """Return whether the rule of response or remission holds at each assessed day after the first dose.

    Parameters
    ----------
    patients : Table
        As `assessable` returns it.
    outcome : {"response", "remission"}
        Where a definition has no remission, its patients have no rows.

    Returns
    -------
    Table
        patient_id, definition, day, responding; days whose scores do not decide are left out.
    """
    import ibis

    scores = cohort.assessments.filter(cohort.assessments.day > 0)
    able = patients.filter(patients.not_assessable.isnull())
    table = able.join(scores, ["patient_id", "instrument"]).rename(value="score")
    needed = _component_instruments(study, endpoint)
    if needed:
        wide = _wide(scores, "score", ["patient_id", "day"], {code: score_column(code) for code in needed})
        table = table.left_join(wide, ["patient_id", "day"]).drop("patient_id_right", "day_right")
        # where components alone decide, a day on which any of them was scored is an assessed day
        composed = [code for code in definition_codes(endpoint) if not study.definition(code).has_main_score]
        if composed:
            days = able.filter(able.definition.isin(composed)).join(wide, "patient_id")
            days = days.mutate(value=ibis.null("float64")).select(table.columns)
            table = table.filter(table.definition.notin(composed)).union(days)

    def holds(definition: ResponseDefinition, instruments: dict[str, Instrument]) -> ir.BooleanValue:
        rule = definition.response if outcome == "response" else definition.remission
        return response(table, definition, instruments, rule) if rule else ibis.null("boolean")

    table = table.mutate(responding=_by_definition(table.definition, study, endpoint, holds, ibis.null("boolean")))
    return table.filter(table.responding.notnull()).select("patient_id", "definition", "day", "responding")


def responder_counts(patients: ir.Table, visits: ir.Table, endpoint: Endpoint, by: tuple[str, ...] = ()) -> ir.Table:
    """Count responders at each target visit.

    Parameters
    ----------
    patients : Table
        patient_id, condition, dose (whichever of them the patients are counted by) and `by`.
    visits : Table
        The responses, as `derive.visits.visit_responses` chooses them.
    by : tuple of str
        Further columns of `patients` that tell the counts apart.

    Returns
    -------
    Table
        endpoint, definition, condition, dose, `by`, day, n (patients), observed, observed_responders, carried,
        carried_responders.
    """
    import ibis

    chosen = patients.select("patient_id", "condition", "dose", *by).join(visits, "patient_id")
    return chosen.group_by("definition", "condition", "dose", *by, day=chosen.visit_day).agg(
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
    # only what was seen has a day: what a strategy says about a target visit has none
    within = seen.filter(seen.assessed & (seen.day <= horizon))
    times = within.group_by("patient_id").agg(
        first_response=within.day.min(where=within.responding), last_seen=within.day.max()
    )
    table = due.left_join(times, "patient_id").drop("patient_id_right")
    event = table.first_response.notnull()
    table = table.mutate(event=event.cast("int64"), day=table.first_response.coalesce(table.last_seen, 0))
    return table.group_by("definition", "condition", "dose", "day").agg(
        events=table.event.sum(), censored=(1 - table.event).sum()
    )


def with_remission(study: Study, endpoint: Endpoint) -> list[str]:
    """Return the codes of an endpoint's definitions that say what remission is."""
    return [code for code in definition_codes(endpoint) if study.definition(code).remission]


def _baselines(cohort: Cohort, endpoint: Endpoint) -> ir.Table:
    """Return the baseline of every patient and instrument: patient_id, instrument, base."""
    scores = cohort.assessments
    window = scores.filter(scores.day.between(endpoint.baseline.first_day, endpoint.baseline.last_day))
    chosen = (
        window.score.mean().round(DECIMALS) if endpoint.baseline.choose == "mean" else window.score.argmax(window.day)
    )
    return window.group_by("patient_id", "instrument").agg(base=chosen)


def _wide(table: ir.Table, score: str, keys: list[str], columns: dict[str, str]) -> ir.Table:
    """Return a row a key with a column for each instrument; a key has at most one score of an instrument."""
    kept = table.filter(table.instrument.isin(sorted(columns)))
    return kept.group_by(keys).agg(
        **{column: kept[score].max(where=kept.instrument == code) for code, column in columns.items()}
    )


def _component_instruments(study: Study, endpoint: Endpoint, changes_only: bool = False) -> list[str]:
    return sorted(
        {
            part.instrument
            for code in definition_codes(endpoint)
            for part in study.definition(code).parts.values()
            if part.measure != "score" or not changes_only
        }
    )


def _by_definition(
    column: ir.StringValue,
    study: Study,
    endpoint: Endpoint,
    value: Callable[[ResponseDefinition, dict[str, Instrument]], ir.Value],
    otherwise: ir.Value,
) -> ir.Value:
    """Return what holds for the definition of each row."""
    import ibis

    branches = []
    for code in definition_codes(endpoint):
        definition = study.definition(code)
        instruments = {one: study.instrument(one) for one in definition.instruments}
        known = {one: instrument for one, instrument in instruments.items() if instrument is not None}
        assert known.keys() == instruments.keys(), "checked when the study was loaded"
        branches.append((column == code, value(definition, known)))
    return ibis.cases(*branches, else_=otherwise)
