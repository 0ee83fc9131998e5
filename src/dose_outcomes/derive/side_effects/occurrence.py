"""When events happen: the first of each patient against stopping the drug, all of them, and those ongoing on a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.derive.population import analysed
from dose_outcomes.derive.side_effects.classified import by_endpoint, placed
from dose_outcomes.derive.stopping import first_day_off, has_stopped
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import ibis.expr.types as ir

LEFT, EVENT, PAIR = "left", "event", "pair"


def first_event_counts(classified: ir.Table, population: ir.Table, patients: ir.Table) -> ir.Table:
    """Count by day what came first: the event, or stopping the drug; else the end of the time at risk.

    Stopping is the day after the last dose of a patient whose observation ended for a reason that names a stop
    (`derive.stopping`). An event on that very day comes before it.

    Parameters
    ----------
    classified, population : Table
        Side effects and patients of the study.
    patients : Table
        The cohort table, for the reason why observation ended.

    Returns
    -------
    Table
        endpoint, dose, day, events, stopped, censored.
    """
    import ibis

    own = analysed(population).join(patients.select("patient_id", "end_reason"), "patient_id")
    own = own.mutate(stops=has_stopped(own))
    own = own.mutate(exit_day=ibis.ifelse(own.stops, first_day_off(own.last_dose_day), own.risk_until))
    leaving = own.group_by("dose", day=own.exit_day).agg(
        stopped=own.stops.cast("int64").sum(), censored=(~own.stops).cast("int64").sum()
    )
    named = by_endpoint(placed(classified), body_systems=True)
    names = named.select("endpoint").distinct()
    first = named.group_by("endpoint", "patient_id").agg(onset=named.onset_day.min())
    affected = first.join(own.select("patient_id", "dose", "stops", "exit_day"), "patient_id")
    affected = affected.filter(affected.onset <= affected.exit_day)
    moves = ibis.union(
        leaving.cross_join(names).select("endpoint", "dose", "day", "stopped", "censored", events=_whole(0)),
        # those with the event leave by it, and no more on the day on which they were counted above
        affected.select(
            "endpoint", "dose", day=affected.onset, stopped=_whole(0), censored=_whole(0), events=_whole(1)
        ),
        affected.select(
            "endpoint",
            "dose",
            day=affected.exit_day,
            stopped=-affected.stops.cast("int64"),
            censored=-(~affected.stops).cast("int64"),
            events=_whole(0),
        ),
    )
    counts = moves.group_by("endpoint", "dose", "day").agg(
        events=moves.events.sum(), stopped=moves.stopped.sum(), censored=moves.censored.sum()
    )
    return counts.filter((counts.events + counts.stopped + counts.censored) > 0)


def recurrence_counts(classified: ir.Table, population: ir.Table) -> ir.Table:
    """Count what the mean cumulative count and its robust variance need.

    The variance is a sum over patients of squares; multiplied out, it needs only how many patients leave on each
    day, how many events on day u are of patients who leave on day x, and how many pairs of events of one patient
    fall on days u and v. These are whole numbers, so that the result does not depend on the order of rows.

    Returns
    -------
    Table
        endpoint (empty for `LEFT`), dose, kind, day, other_day, number. `LEFT`: patients whose last day at risk is
        `day`. `EVENT`: events on `day` of patients whose last day is `other_day`. `PAIR`: ordered pairs of events
        of one patient on `day` and `other_day`, each event also with itself.
    """
    import ibis

    own = analysed(population)
    leaving = own.group_by("dose", day=own.risk_until).agg(
        number=own.count(), endpoint=ibis.literal(""), kind=ibis.literal(LEFT), other_day=_whole(0)
    )
    named = by_endpoint(placed(classified))
    # a patient with several events on one day has one row with their number
    daily = named.group_by("endpoint", "dose", "patient_id", "risk_until", "onset_day").agg(number=named.count())
    events = daily.group_by("endpoint", "dose", day=daily.onset_day, other_day=daily.risk_until).agg(
        number=daily.number.sum(), kind=ibis.literal(EVENT)
    )
    other = daily.select("endpoint", "patient_id", other_day="onset_day", other_number="number")
    both = daily.join(other, ["endpoint", "patient_id"])
    pairs = both.group_by("endpoint", "dose", "other_day", day=both.onset_day).agg(
        number=(both.number * both.other_number).sum(), kind=ibis.literal(PAIR)
    )
    columns = ("endpoint", "dose", "kind", "day", "other_day", "number")
    return ibis.union(
        *(part.select(**{name: _as_column(part, name) for name in columns}) for part in (leaving, events, pairs))
    )


def prevalence_counts(classified: ir.Table, population: ir.Table, study: Study) -> ir.Table:
    """Count patients at risk on chosen days, and those with a side effect that has begun and not yet ended.

    A side effect without a last day is ongoing until the end of the time at risk.

    Returns
    -------
    Table
        endpoint (empty for those at risk), dose, day, patients.
    """
    import ibis

    days = ibis.memtable([{"day": day} for day in study.side_effects.prevalence_days], schema={"day": "int64"})
    own = analysed(population)
    due = own.join(days, own.risk_until >= days.day)
    at_risk = due.group_by("dose", "day").agg(patients=due.count(), endpoint=ibis.literal(""))
    events = placed(classified)
    until = ibis.least(events.resolved_day.fill_null(events.risk_until), events.risk_until)
    ongoing = by_endpoint(events.join(days, [days.day >= events.onset_day, days.day <= until]))
    affected = ongoing.group_by("endpoint", "dose", "day").agg(patients=ongoing.patient_id.nunique())
    columns = ("endpoint", "dose", "day", "patients")
    return ibis.union(at_risk.select(*columns), affected.select(*columns))


def _whole(number: int) -> ir.IntegerScalar:
    import ibis

    return ibis.literal(number, type="int64")


def _as_column(table: ir.Table, name: str) -> ir.Value:
    column = table[name]
    return column if name in ("endpoint", "dose", "kind") else column.cast("int64")
