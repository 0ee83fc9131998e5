"""The course of side effects: onset, duration, what a lower dose does to them, and whether a higher one repeats them.

All times are of single events, so that a patient with several counts several times.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.derive.side_effects.classified import by_endpoint, placed
from dose_outcomes.derive.side_effects.dose_changes import DOWN, RESTART, UP

if TYPE_CHECKING:
    import ibis.expr.types as ir

ONSET, DURATION, DECHALLENGE, RECHALLENGE = "onset", "duration", "dechallenge", "rechallenge"


def course_counts(classified: ir.Table, changes: ir.Table) -> ir.Table:
    """Count times of the course of side effects, by days.

    Parameters
    ----------
    classified : Table
        As `derive.side_effects.classify_side_effects` returns it.
    changes : Table
        As `derive.side_effects.dose_changes.treatment_changes` returns it.

    Returns
    -------
    Table
        question, endpoint, dose, day, events, censored.

        ``onset``: day on which the first event of a patient began. ``duration``: days that an event lasted, its first
        and last included; censored at the end of observation. ``dechallenge``: the same from the first day of a lower
        dose (or none) on, of events that began before it and were ongoing on it. ``rechallenge``: of such events that
        had ended when the dose went up or was taken again later, days from that one on until the same term began
        again; censored at the end of the time at risk.
    """
    import ibis

    events = placed(classified).filter(lambda t: t.onset_day <= t.observed_until)
    named = by_endpoint(events)
    first = named.group_by("endpoint", "dose", "patient_id").agg(day=named.onset_day.min())
    lowered = _lowered(events, changes)
    return ibis.union(
        _tally(first.mutate(seen=ibis.literal(True)), ONSET),
        _tally(named.mutate(**_ended(named, named.onset_day)), DURATION),
        _tally(by_endpoint(lowered.mutate(**_ended(lowered, lowered.lowered_day))), DECHALLENGE),
        _tally(by_endpoint(_repeated(lowered, events, changes)), RECHALLENGE),
    )


def _ended(events: ir.Table, since: ir.IntegerColumn) -> dict[str, ir.Value]:
    seen = events.resolved_day.notnull()
    return {"seen": seen, "day": events.resolved_day.fill_null(events.observed_until) - since + 1}


def _lowered(events: ir.Table, changes: ir.Table) -> ir.Table:
    """Return the events that were ongoing on the first day of a lower dose or none after they began."""
    down = changes.filter(changes.change == DOWN).select("patient_id", lowered_day="day")
    later = events.join(down, "patient_id")
    until = later.resolved_day.fill_null(later.observed_until)
    later = later.filter((later.lowered_day > later.onset_day) & (later.lowered_day <= until))
    keys = ["patient_id", "dose", "term", "onset_day", "resolved_day", "observed_until", "risk_until"]
    return later.group_by(keys).agg(lowered_day=later.lowered_day.min())


def _repeated(lowered: ir.Table, events: ir.Table, changes: ir.Table) -> ir.Table:
    """Return, per patient, term and day on which the dose went up again, whether and when the term came back."""
    up = changes.filter(changes.change.isin([UP, RESTART])).select("patient_id", again_day="day")
    risen = lowered.filter(lowered.resolved_day.notnull()).join(up, "patient_id")
    risen = risen.filter(
        (risen.again_day > risen.resolved_day)
        & (risen.again_day > risen.lowered_day)
        & (risen.again_day <= risen.risk_until)
    )
    risen = risen.group_by("patient_id", "dose", "term", "onset_day", "risk_until").agg(again_day=risen.again_day.min())
    # two events of one term before the same rise are one rechallenge
    risen = risen.select("patient_id", "dose", "term", "risk_until", "again_day").distinct()
    other = events.select("patient_id", "term", next_onset="onset_day")
    back = risen.left_join(
        other,
        [
            risen.patient_id == other.patient_id,
            risen.term == other.term,
            other.next_onset >= risen.again_day,
        ],
    )
    back = back.group_by("patient_id", "dose", "term", "risk_until", "again_day").agg(back_day=back.next_onset.min())
    return back.mutate(seen=back.back_day.notnull(), day=back.back_day.fill_null(back.risk_until) - back.again_day + 1)


def _tally(times: ir.Table, question: str) -> ir.Table:
    import ibis

    seen = times.seen.cast("int64")
    return times.group_by("endpoint", "dose", "day", question=ibis.literal(question)).agg(
        events=seen.sum(), censored=(1 - seen).sum()
    )
