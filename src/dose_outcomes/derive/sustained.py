"""Responses that last: runs of equal responses over the assessed visits, and who has a sustained one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.study.contrasts import SustainedResponse

if TYPE_CHECKING:
    import ibis.expr.types as ir


def response_runs(seen: ir.Table) -> ir.Table:
    """Return the runs of assessed visits with the same response, without the other one in between.

    Parameters
    ----------
    seen : Table
        patient_id, day, responding, assessed. What a strategy for intercurrent events says without a score is not
        part of a run.

    Returns
    -------
    Table
        patient_id, responding, first_day, last_day, visits: a row per run.
    """
    import ibis

    visits = seen.filter(seen.assessed)
    so_far = ibis.window(group_by="patient_id", order_by="day", preceding=None, following=0)
    last_response = visits.responding.ifelse(visits.day, ibis.null("int64")).max().over(so_far)
    last_no_response = visits.responding.ifelse(ibis.null("int64"), visits.day).max().over(so_far)
    after = visits.responding.ifelse(last_no_response, last_response)
    # every visit of a run has the same last visit with the other response before it
    marked = visits.mutate(after=after.fill_null(0))
    return (
        marked.group_by("patient_id", "responding", "after")
        .agg(first_day=marked.day.min(), last_day=marked.day.max(), visits=marked.count())
        .drop("after")
    )


def sustained_response_counts(patients: ir.Table, seen: ir.Table, sustained: SustainedResponse) -> ir.Table:
    """Count the patients with a response at two assessed visits far enough apart, and no other visit in between.

    Observed are those who could have shown one, with two assessed visits as far apart, and those of whom a strategy
    for intercurrent events says that they have failed.

    Returns
    -------
    Table
        definition, condition, dose, n (patients), observed, observed_responders.
    """
    import ibis

    due = patients.filter(patients.not_assessable.isnull())
    within = seen.filter(seen.day <= sustained.horizon_days)
    runs = response_runs(within)
    lasting = runs.filter(runs.responding, runs.last_day - runs.first_day >= sustained.minimum_days_apart)
    span = within.day.max(where=within.assessed) - within.day.min(where=within.assessed)
    followed = within.group_by("patient_id").agg(
        followed=(span >= sustained.minimum_days_apart).fill_null(ibis.literal(False))
        | (~within.assessed & ~within.responding).any()
    )
    table = due.left_join(followed, "patient_id").drop("patient_id_right")
    table = table.mutate(sustained=table.patient_id.isin(lasting.patient_id))
    return table.group_by("definition", "condition", "dose").agg(
        n=table.count(),
        observed=table.followed.fill_null(ibis.literal(False)).cast("int64").sum(),
        observed_responders=table.sustained.cast("int64").sum(),
    )
