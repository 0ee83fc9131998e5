"""Intercurrent events: when they happen to whom, and what a study's strategies make of the responses.

The first event of each kind counts. Strategies act on the responses themselves, so that every analysis of an
endpoint, whatever it counts, estimates the same estimand.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, get_args

from dose_outcomes.derive.packing import packed, unpacked
from dose_outcomes.derive.stopping import first_day_off
from dose_outcomes.engine import Cohort
from dose_outcomes.errors import AnalysisError
from dose_outcomes.study import Study
from dose_outcomes.study.endpoints import Endpoint
from dose_outcomes.study.estimand import EVENTS, STRATEGIES, IntercurrentEvent, Strategy

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: Kinds of event: reasons of the table patients that mean it; with death all that are not among `stopping.NO_STOP`.
#: Losing sight of a patient is missing data, no event.
STOP_REASONS = {
    "stopped_for_side_effect": ["side_effect"],
    "stopped_for_lack_of_efficacy": ["lack_of_efficacy"],
    "stopped_for_other_reason": ["planned_surgery", "opioid_needed", "cost", "pregnancy", "other"],
}
KINDS: tuple[IntercurrentEvent, ...] = get_args(IntercurrentEvent)
COLUMNS = {"composite": "failed_from", "hypothetical": "missing_from", "while_on_treatment": "kept_from"}


def intercurrent_events(cohort: Cohort, population: ir.Table, study: Study) -> ir.Table:
    """Return the first day of each kind of intercurrent event of each patient.

    Stopping happens on the day after the last dose.

    Returns
    -------
    Table
        patient_id, event, day.
    """
    import ibis

    patients = cohort.patients.join(population.select("patient_id", "last_dose_day"), "patient_id")
    parts = [
        patients.filter(patients.end_reason.isin(reasons)).select(
            "patient_id", event=ibis.literal(kind), day=first_day_off(patients.last_dose_day)
        )
        for kind, reasons in STOP_REASONS.items()
    ]
    died = patients.filter(patients.end_reason == "death")
    parts.append(died.select("patient_id", event=ibis.literal("death"), day=died.observed_until))
    for kind, classes in (
        ("rescue_medication", study.intercurrent_medications.rescue),
        ("prohibited_medication", study.intercurrent_medications.prohibited),
    ):
        begun = cohort.medications.filter(
            cohort.medications.drug_class.isin(classes) if classes else ibis.literal(False),
            cohort.medications.start_day > 0,
        )
        parts.append(begun.group_by("patient_id").agg(event=ibis.literal(kind), day=begun.start_day.min()))
    parts.append(_reductions(cohort))
    return ibis.union(*(part.select("patient_id", "event", "day") for part in parts))


def effects_of_events(
    events: ir.Table,
    due: ir.Table,
    strategies: dict[IntercurrentEvent, Strategy],
    horizon: int,
    endpoint: Endpoint,
) -> ir.Table:
    """Return from which day on each strategy acts on a patient.

    Parameters
    ----------
    events : Table
        As `intercurrent_events` returns it.
    due : Table
        The target visits of the patients assessable for the endpoint, as `derive.visits.due_visits` returns them.
    strategies : dict
        Kind of event: strategy.
    horizon : int
        Last target day; later events change nothing.

    Returns
    -------
    Table
        patient_id, failed_from (composite), missing_from (hypothetical), kept_from (while on treatment); null
        where no such event happened.

    Raises
    ------
    AnalysisError
        When a kind of event happened for which no strategy is declared.
    """
    import ibis

    happened = events.filter(events.day <= horizon).semi_join(due, "patient_id")
    _refuse_undeclared(happened, strategies, endpoint)
    columns = {}
    for strategy, column in COLUMNS.items():
        kinds = [kind for kind, chosen in strategies.items() if chosen == strategy]
        acts = happened.event.isin(kinds) if kinds else ibis.literal(False)
        columns[column] = happened.day.min(where=acts)
    return happened.group_by("patient_id").agg(**columns)


def apply_strategies(responses: ir.Table, effects: ir.Table, due: ir.Table) -> ir.Table:
    """Return the responses as the strategies have them.

    Composite: no response from the day of the event on, and known to be none at every later target visit, seen or
    not. Hypothetical: nothing is known from the event on. While on treatment: at later target visits the last
    response before the event.

    Parameters
    ----------
    responses : Table
        patient_id, definition, day, responding, of the scores alone.
    effects : Table
        As `effects_of_events` returns it.
    due : Table
        As `derive.visits.due_visits` returns it.

    Returns
    -------
    Table
        patient_id, definition, day, responding, assessed (false for what a strategy says without a score).
    """
    import ibis

    table = responses.left_join(effects, "patient_id").drop("patient_id_right")
    gone = reduce(
        lambda left, right: left | right,
        ((table.day >= table[column]).fill_null(False) for column in ("missing_from", "kept_from")),
    )
    failed = (table.day >= table.failed_from).fill_null(False)
    columns = ("patient_id", "definition", "day", "responding", "assessed")
    seen = table.filter(~gone).mutate(responding=table.responding & ~failed, assessed=ibis.literal(True))
    failing = due.join(effects, "patient_id")
    failures = failing.filter(failing.target >= failing.failed_from).select(
        "patient_id", "definition", day="target", responding=ibis.literal(False), assessed=ibis.literal(False)
    )
    last = table.filter(table.day < table.kept_from)
    last = last.group_by("patient_id", "definition").agg(
        responding=unpacked(packed(last.day, last.responding).max()), kept_from=last.kept_from.min()
    )
    kept = due.join(last, ["patient_id", "definition"])
    kept = kept.filter(kept.target >= kept.kept_from).select(
        "patient_id", "definition", "responding", day="target", assessed=ibis.literal(False)
    )
    # one row a day, without a grouping of all rows: a failure says the same as a score on the day of a target visit
    # after it (which is no response either), and goes before a response that would be carried there
    failures = failures.anti_join(seen, ["patient_id", "day"])
    kept = kept.anti_join(failures, ["patient_id", "day"])
    return ibis.union(*(part.select(*columns) for part in (seen, failures, kept)))


def _reductions(cohort: Cohort) -> ir.Table:
    import ibis

    doses = cohort.doses
    before = doses.dose_mg.lag().over(group_by="patient_id", order_by="start_day")
    reduced = doses.mutate(before=before)
    reduced = reduced.filter(reduced.dose_mg < reduced.before)
    return reduced.group_by("patient_id").agg(event=ibis.literal("dose_reduced"), day=reduced.start_day.min())


def _refuse_undeclared(happened: ir.Table, strategies: dict[IntercurrentEvent, Strategy], endpoint: Endpoint) -> None:
    undeclared = [kind for kind in KINDS if kind not in strategies]
    if not undeclared:
        return
    found = happened.filter(happened.event.isin(undeclared))
    counts = found.group_by("event").agg(patients=found.patient_id.nunique()).execute()
    numbers = {str(event): int(patients) for event, patients in counts.itertuples(index=False)}
    if not numbers:
        return
    lines = [f"- {kind}: {numbers[kind]} patients {EVENTS[kind]}" for kind in undeclared if kind in numbers]
    choices = "; ".join(f"{name} ({meaning})" for name, meaning in STRATEGIES.items())
    raise AnalysisError(
        f"endpoint {endpoint.id}: events happened before the last visit, and the study does not say what they mean:\n"
        + "\n".join(lines)
        + f"\nName a strategy for each under endpoints: {endpoint.id}: intercurrent_events. Strategies: {choices}"
    )
