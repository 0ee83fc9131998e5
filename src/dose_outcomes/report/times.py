"""Times: the released Kaplan-Meier curves, medians and numbers at risk of one question."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from dose_outcomes.report.register import CurvePoint, Estimate, Register
from dose_outcomes.report.response import codes
from dose_outcomes.report.wording import DAYS_PER_WEEK, Dose, Wording, in_sentence, of_kind, plain
from dose_outcomes.results import ALL

FEWEST_SHARE_AT_RISK = 0.1
"""A curve is drawn while at least this share of its patients is at risk: beyond, a step is one or two patients."""

STOPPED = "stopped the drug"
#: Visits are seldom further apart: a longer step is one that waited for further events.
LONGEST_STEP_DAYS = 4 * DAYS_PER_WEEK


@dataclass(frozen=True, slots=True)
class RiskCell:
    """Numbers at one day of the risk table."""

    day: int
    at_risk: Estimate | None
    events: Estimate | None
    censored: Estimate | None
    point: CurvePoint | None
    """Height of the curve on that day; None where the curve has ended, or its course is unknown."""
    share: Estimate | None
    """Estimate of that day itself, where it was asked for: a released curve may lag behind it."""
    ended: bool
    """Whether too few are at risk on that day for a curve."""


@dataclass(frozen=True, slots=True)
class TimeCurve:
    """One dose: its curve as far as it is drawn, and its risk table."""

    dose: Dose
    points: list[CurvePoint]
    end: int
    """Last day drawn: the last point keeps its height until then."""
    risk: list[RiskCell]
    median: Estimate | None


@dataclass(frozen=True, slots=True)
class MedianRow:
    """Medians of one condition by dose."""

    label: str
    total: bool
    cells: dict[str, Estimate | None]


@dataclass(frozen=True, slots=True)
class Times:
    """One question about time."""

    analysis: str
    identifier: str
    label: str
    """What the curve is the share of, as part of a sentence."""
    event: str
    """What the patients wait for, as part of a sentence."""
    days: list[int]
    curves: list[TimeCurve]
    medians: list[MedianRow]
    methods: list[str]
    direction: str = ""
    """What it means that a curve is lower, as a sentence."""

    @property
    def starters(self) -> Estimate | None:
        """The row whose n is the number of patients."""
        return next((row.cells.get(ALL) for row in self.medians if row.total and row.cells.get(ALL)), None)


def times(register: Register, wording: Wording) -> list[Times]:
    """Return the time questions of the study, in its order."""
    study = wording.study
    endpoints = {endpoint["id"]: endpoint for endpoint in study.get("endpoints", [])}
    found = []
    for question in study.get("time_to_response", []):
        endpoint = endpoints[question["endpoint"]]
        found.append(
            _times(
                "time_to_response",
                {condition: codes(endpoint, condition) for condition in [ALL, *wording.conditions]},
                (
                    of_kind("without a documented response yet", endpoint),
                    of_kind("a documented response", endpoint),
                    "Higher is better: fewer have had the event."
                    if endpoint.get("kind") == "harm"
                    else "Lower is better: more have responded.",
                ),
                question,
                register,
                wording,
            )
        )
    for question in study.get("time_to_event", []):
        label = in_sentence(plain(question["label"]))
        found.append(
            _times(
                "time_to_event",
                {condition: [question["event"]] for condition in [ALL, *wording.conditions]},
                (f"without the event yet ({label})", label, "Lower: more have had the event."),
                question,
                register,
                wording,
            )
        )
    return found


def persistence(register: Register, wording: Wording) -> Times | None:
    """Return how long patients stay on the drug; None when it was not asked for."""
    settings = (wording.study.get("course") or {}).get("persistence")
    if not settings:
        return None
    question = {"event": STOPPED, "risk_table_days": sorted({0, *settings["days"]})}
    names = {condition: [STOPPED] for condition in [ALL, *wording.conditions]}
    found = _times(
        "persistence",
        names,
        ("still on the drug", "stopping", "Higher: more still take the drug."),
        question,
        register,
        wording,
    )
    return found if any(curve.points for curve in found.curves) else None


def _times(
    analysis: str,
    names: dict[str, list[str]],
    words: tuple[str, str, str],
    question: dict[str, Any],
    register: Register,
    wording: Wording,
) -> Times:
    days = sorted(question["risk_table_days"])

    def find(statistic: str, condition: str, dose: str, day: int | None = None) -> Estimate | None:
        rows = (register.find(analysis, statistic, condition, dose, name, day=day) for name in names[condition])
        return next((row for row in rows if row), None)

    def median(condition: str, dose: str) -> Estimate | None:
        horizons = register.days(analysis, names[condition], condition, "median_days")
        return find("median_days", condition, dose, horizons[-1]) if horizons else None

    total = wording.total
    curves = []
    for dose in wording.doses:
        released = next(
            (points for name in names[total] if (points := register.curve(analysis, name, total, dose.identifier))), []
        )
        points, end, last = drawn(released, days[-1], wording.minimum)
        risk = [
            RiskCell(
                day,
                find("number_at_risk", total, dose.identifier, day),
                find("cumulative_events", total, dose.identifier, day),
                find("cumulative_censored", total, dose.identifier, day),
                height(points, end, day, wording.minimum),
                find("survival", total, dose.identifier, day),
                day > last,
            )
            for day in days
        ]
        curves.append(TimeCurve(dose, points, end, risk, median(total, dose.identifier)))
    conditions = [ALL, *wording.conditions] if total == ALL else list(wording.conditions)
    medians = [
        MedianRow(
            wording.condition(condition),
            condition == total,
            {dose.identifier: median(condition, dose.identifier) for dose in wording.columns},
        )
        for condition in conditions
        if names[condition]
    ]
    return Times(
        analysis=analysis,
        identifier=plain(question.get("endpoint") or question["event"]),
        label=words[0],
        event=words[1],
        days=days,
        curves=curves,
        medians=medians,
        methods=methods_of(curve.points[-1].method for curve in curves if curve.points),
        direction=words[2],
    )


def methods_of(methods: Iterable[str]) -> list[str]:
    """Return methods without repetition; of two where one says more of the same, the longer one.

    Examples
    --------
    >>> methods_of(["Kaplan-Meier", "", "Kaplan-Meier; from the counts of its steps", "Kaplan-Meier"])
    ['Kaplan-Meier; from the counts of its steps']
    """
    found = dict.fromkeys(filter(None, methods))
    return [one for one in found if not any(other.startswith(f"{one}; ") for other in found)]


def drawn(released: list[CurvePoint], horizon: int, minimum: int) -> tuple[list[CurvePoint], int, int]:
    """Return the points of a curve that are drawn, the last day drawn, and the last with enough patients at risk.

    The last point keeps its height until the end of the axis only where the next released point says that little can
    have happened: after a longer step the height of the last point is not that of the end.

    Parameters
    ----------
    released : list of CurvePoint
        All points that may be shown, also those beyond the axis.
    horizon : int
        Last day of the axis.
    minimum : int
        Smallest count that is shown.
    """
    kept = while_enough_at_risk(released, minimum)
    if not kept:
        return [], 0, 0
    end = min(horizon, kept[-1].day)
    points = [point for point in kept if point.day <= end]
    next_known = next((point.day for point in released if point.day > end), end)
    unknown = points[-1].day < end and is_gap(points[-1].day, next_known, minimum)
    return points, points[-1].day if unknown else end, kept[-1].day


def while_enough_at_risk(points: list[CurvePoint], minimum: int) -> list[CurvePoint]:
    """Return the beginning of a curve, up to where fewer than 10 % of its patients (or the minimum) are at risk."""
    if not points or not points[0].at_risk:
        return []
    fewest = max(FEWEST_SHARE_AT_RISK * points[0].at_risk, minimum)
    kept = [] if points[0].day == 0 else [_start(points[0])]
    for point in points:
        if point.at_risk is None or point.at_risk < fewest:
            break
        kept.append(point)
    return kept


def _start(first: CurvePoint) -> CurvePoint:
    """Return the start of a curve whose first released row is a later day: nobody has had the event on day 0."""
    return replace(first, day=0, estimate=1.0, low=1.0, high=1.0, line=0)


def height(points: list[CurvePoint], end: int, day: int, minimum: int) -> CurvePoint | None:
    """Return the point that holds on a day; None after the end of the curve, and where its course is unknown."""
    if day > end:
        return None
    before = next((point for point in reversed(points) if point.day <= day), None)
    after = next((point for point in points if point.day > day), None)
    unknown = before and after and before.day < day and is_gap(before.day, after.day, minimum)
    return None if unknown else before


def is_gap(before: int, after: int, minimum: int) -> bool:
    """Tell whether the course between two shown days is unknown: too long a step where small counts are hidden."""
    return minimum > 1 and after - before > LONGEST_STEP_DAYS
