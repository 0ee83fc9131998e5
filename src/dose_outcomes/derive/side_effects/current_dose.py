"""Events and time at the dose taken on the day: titration makes the dose change, and the events go with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.derive.side_effects.classified import by_endpoint, placed

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: What the time at risk is split by: column of `derive.dose_taken.exposure`.
SPLITS = {"dose": "dose_taken", "time_of_day": "time_of_day"}


def exposure_counts(stretches: ir.Table) -> ir.Table:
    """Sum the days at risk by what was taken on them.

    Returns
    -------
    Table
        split (``dose``, ``time_of_day``), level (dose group or time of day), condition, n (patients with such days),
        days.
    """
    import ibis

    parts = []
    for split, column in SPLITS.items():
        own = stretches.filter(stretches[column].notnull())
        parts.append(
            own.group_by(split=ibis.literal(split), level=own[column], condition=own.condition).agg(
                n=own.patient_id.nunique(), days=(own.last_day - own.first_day + 1).sum()
            )
        )
    return ibis.union(*parts)


def current_event_counts(classified: ir.Table, stretches: ir.Table) -> ir.Table:
    """Count events by what was taken on the day they began.

    Returns
    -------
    Table
        split, level, endpoint, condition, events.
    """
    import ibis

    events = placed(classified).select("patient_id", "term", "body_system", "onset_day")
    events = events.join(
        stretches,
        [
            events.patient_id == stretches.patient_id,
            events.onset_day >= stretches.first_day,
            events.onset_day <= stretches.last_day,
        ],
    )
    parts = []
    for split, column in SPLITS.items():
        named = by_endpoint(events.filter(events[column].notnull()), body_systems=split == "dose")
        parts.append(
            named.group_by(
                split=ibis.literal(split), level=named[column], endpoint=named.endpoint, condition=named.condition
            ).agg(events=named.count())
        )
    return ibis.union(*parts)
