"""The same patients before and after a change of treatment: what differs between patients drops out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.derive.population import analysed
from dose_outcomes.derive.side_effects.classified import by_endpoint, placed
from dose_outcomes.derive.side_effects.dose_changes import TIME_OF_DAY, UP
from dose_outcomes.study import Study
from dose_outcomes.study.side_effects import ChangeWindows

if TYPE_CHECKING:
    import ibis.expr.types as ir

BEFORE, AFTER = "before", "after"
ALL_DAYS = "all days before"
STEP_UP, MOVED = "step up of the dose", "change of the time of day"


def comparisons(study: Study) -> dict[str, tuple[str, ChangeWindows]]:
    """Return name, kind of change and windows of the comparisons of a study.

    Where days right before the change are left out, the comparison with them is there too: it shows what leaving
    them out does.
    """
    settings = study.side_effects
    found = {}
    for name, kind, windows in (
        (STEP_UP, UP, settings.dose_step_up),
        (MOVED, TIME_OF_DAY, settings.time_of_day_change),
    ):
        found[name] = (kind, windows)
        if windows.excluded_days_before:
            found[f"{name}, {ALL_DAYS}"] = (kind, windows.model_copy(update={"excluded_days_before": 0}))
    return found


def window_counts(classified: ir.Table, changes: ir.Table, population: ir.Table, study: Study) -> ir.Table:
    """Count events before and after the first change of each patient.

    Both windows of a patient are as long as the shorter one that is under observation, without a second change of
    the kind: with equal times the events after, given those before and after, are binomial with one half under no
    difference, whatever the rates of the patients are.

    Returns
    -------
    Table
        comparison, window (before, after), endpoint (empty: patients and days), patients, days, events.
    """
    import ibis

    parts, spans = [], []
    for name, (kind, windows) in comparisons(study).items():
        own = _windows(changes.filter(changes.change == kind), population, windows)
        for window, begins in ((BEFORE, own.before_from), (AFTER, own.day)):
            named = {"comparison": ibis.literal(name), "window": ibis.literal(window)}
            parts.append(
                own.aggregate(patients=own.count(), days=own.length.sum().fill_null(0)).mutate(
                    **named, endpoint=ibis.literal(""), events=ibis.literal(0, type="int64")
                )
            )
            spans.append(own.select("patient_id", **named, begins=begins, ends=begins + own.length - 1))
    within = ibis.union(*spans)
    events = placed(classified).select("patient_id", "term", "onset_day")
    inside = by_endpoint(
        events.join(
            within,
            [
                events.patient_id == within.patient_id,
                events.onset_day >= within.begins,
                events.onset_day <= within.ends,
            ],
        )
    )
    parts.append(
        inside.group_by("comparison", "window", "endpoint").agg(
            events=inside.count(), patients=inside.patient_id.nunique(), days=ibis.literal(0, type="int64")
        )
    )
    columns = {"comparison": "string", "window": "string", "endpoint": "string"}
    columns |= dict.fromkeys(("patients", "days", "events"), "int64")
    return ibis.union(
        *(part.select(**{name: part[name].cast(kind) for name, kind in columns.items()}) for part in parts)
    )


def _windows(changes: ir.Table, population: ir.Table, windows: ChangeWindows) -> ir.Table:
    """Return patient_id, day of the first change, length of both windows, and the day the earlier one begins."""
    import ibis

    place = ibis.row_number().over(group_by="patient_id", order_by="day")
    following = changes.day.lead().over(ibis.window(group_by="patient_id", order_by="day"))
    first = changes.mutate(place=place, following=following).filter(lambda table: table.place == 0)
    own = first.join(analysed(population).select("patient_id", "risk_until"), "patient_id")
    available_after = ibis.least(own.risk_until, own.following.fill_null(own.risk_until + 1) - 1) - own.day + 1
    available_before = own.day - windows.excluded_days_before
    own = own.mutate(length=ibis.least(available_after, available_before, windows.days))
    own = own.filter(own.length > 0)
    return own.select("patient_id", "day", "length", before_from=own.day - windows.excluded_days_before - own.length)
