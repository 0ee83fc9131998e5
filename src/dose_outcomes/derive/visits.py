"""Target visits, and which response counts for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.derive.packing import packed, unpacked
from dose_outcomes.study import Study
from dose_outcomes.study.endpoints import Endpoint

if TYPE_CHECKING:
    import ibis.expr.types as ir


def definition_codes(endpoint: Endpoint) -> list[str]:
    """Return the response definitions of an endpoint, each once."""
    return sorted(set(endpoint.definitions.values()))


def visit_plan(study: Study, endpoint: Endpoint) -> ir.Table:
    """Return the target visits of each definition: definition, visit_day, target, first_day, last_day."""
    import ibis

    return ibis.memtable(
        [
            {
                "definition": code,
                "visit_day": visit.day,
                "target": visit.target,
                "first_day": visit.first_day,
                "last_day": visit.last_day,
            }
            for code in definition_codes(endpoint)
            for visit in study.visits(endpoint, code)
        ],
        schema=ibis.schema(
            dict.fromkeys(("definition",), "string")
            | dict.fromkeys(("visit_day", "target", "first_day", "last_day"), "int64")
        ),
    )


def due_visits(patients: ir.Table, study: Study, endpoint: Endpoint) -> ir.Table:
    """Return the target visits of every assessable patient.

    Parameters
    ----------
    patients : Table
        As `derive.response.assessable` returns it.

    Returns
    -------
    Table
        patient_id, and the columns of `visit_plan`.
    """
    able = patients.filter(patients.not_assessable.isnull()).select("patient_id", "definition")
    return able.join(visit_plan(study, endpoint), "definition")


def visit_responses(due: ir.Table, seen: ir.Table) -> ir.Table:
    """Choose the response of every assessable patient at each target visit.

    The response nearest to the target day inside the visit's window counts, the later of two equally near.
    Carried forward: without one, that of the last earlier target visit that has one; without that, the last
    before the window. (Trials carry the score of the visit, not a later unscheduled one: so do their data sets.)

    Parameters
    ----------
    due : Table
        As `due_visits` returns it.
    seen : Table
        As `derive.response.responses` returns it, under the strategies of the endpoint.

    Returns
    -------
    Table
        patient_id, definition, visit_day, first_day (of its window); observed (the response at the visit), earlier
        (that which would be carried forward) and carried (the first of the two that there is), null where there is
        none.
    """
    import ibis

    at_visit = due.left_join(seen, ["patient_id", "definition"])
    in_window = (at_visit.day >= at_visit.first_day) & (
        at_visit.last_day.isnull() | (at_visit.day <= at_visit.last_day)
    )
    before = at_visit.day < at_visit.first_day
    # nearest first; of two equally near the later one (even numbers before odd ones)
    nearness = 2 * (at_visit.day - at_visit.target).abs() + (at_visit.day < at_visit.target).cast("int64")
    chosen = at_visit.group_by("patient_id", "definition", "visit_day", "first_day").agg(
        observed=unpacked(packed(nearness, at_visit.responding).min(where=in_window)),
        last_before=unpacked(packed(at_visit.day, at_visit.responding).max(where=before)),
    )
    earlier = ibis.window(
        group_by=["patient_id", "definition"], order_by="visit_day", preceding=(None, 1), following=None
    )
    last_visit = packed(chosen.visit_day, chosen.observed).max().over(earlier)
    chosen = chosen.mutate(earlier=ibis.coalesce(unpacked(last_visit), chosen.last_before))
    return chosen.mutate(carried=ibis.coalesce(chosen.observed, chosen.earlier)).drop("last_before")
