"""Of what kind the side effects of a patient are: worst severity, serious, related, what was done with the dose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.derive.side_effects.classified import ANY, by_endpoint, counted

if TYPE_CHECKING:
    import ibis.expr.types as ir

NOT_RECORDED = "not recorded"
SEVERE = 3
SEVERITIES = ("1", "2", "3 or more")
ACTIONS = ("none", "dose_reduced", "time_changed", "interrupted", "stopped", "unknown")


def character_counts(classified: ir.Table) -> ir.Table:
    """Count patients by the character of their side effects.

    Returns
    -------
    Table
        measure (severity, serious, related, action), level, endpoint, dose, patients. Of severity each patient has
        one level, the worst. `NOT_RECORDED` are patients who have none of the other levels and a side effect whose
        severity, seriousness, relatedness or action nobody wrote down.
    """
    import ibis

    events = counted(classified)
    overall = events.mutate(endpoint=ibis.literal(ANY))
    worst = overall.group_by("endpoint", "dose", "patient_id").agg(worst=overall.severity.max())
    grade = ibis.cases(
        (worst.worst >= SEVERE, SEVERITIES[-1]), (worst.worst.isnull(), NOT_RECORDED), else_=worst.worst.cast("string")
    )
    parts = [_patients(worst.mutate(level=grade), "severity")]
    parts.append(_patients(_flagged(by_endpoint(events), "serious"), "serious"))
    parts.append(_patients(_flagged(overall, "related"), "related"))
    actions = overall.mutate(level=overall.action.fill_null(NOT_RECORDED))
    parts.append(_patients(actions, "action"))
    return ibis.union(*parts)


def _flagged(events: ir.Table, column: str) -> ir.Table:
    """Return patients with the flag on any event, and those without for whom it is missing on some event."""
    import ibis

    flag = events[column]
    patients = events.group_by("endpoint", "dose", "patient_id").agg(
        flagged=flag.fill_null(ibis.literal(False)).cast("int64").max(), missing=flag.isnull().cast("int64").max()
    )
    level = ibis.cases(
        (patients.flagged == 1, ibis.literal(column)),
        (patients.missing == 1, ibis.literal(NOT_RECORDED)),
        else_=ibis.null("string"),
    )
    table = patients.mutate(level=level)
    return table.filter(table.level.notnull())


def _patients(table: ir.Table, measure: str) -> ir.Table:
    import ibis

    return table.group_by("endpoint", "dose", "level", measure=ibis.literal(measure)).agg(
        patients=table.patient_id.nunique()
    )


__all__ = ["ACTIONS", "ANY", "NOT_RECORDED", "SEVERITIES", "character_counts"]
