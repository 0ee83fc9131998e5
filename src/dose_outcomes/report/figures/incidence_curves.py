"""Cumulative incidences below each other: a response, and stopping before it, rising from zero."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from dose_outcomes.report.figures.composition import Specification, composed
from dose_outcomes.report.figures.curve_parts import axis_days, curve_layers, end_label
from dose_outcomes.report.figures.theme import (
    GRID,
    LINE,
    MUTED_TEXT,
    SMALL_TEXT_SIZE,
    TEXT,
    TEXT_SIZE,
    WIDTH,
    inline,
)
from dose_outcomes.report.figures.time_curves import (
    CHARACTER,
    EARLY_CHARACTERS,
    LABEL_CHARACTERS,
    LABEL_SPACING,
    SWATCH,
    apart,
    by_dose,
)
from dose_outcomes.report.numbers import show
from dose_outcomes.report.times import while_enough_at_risk
from dose_outcomes.report.wording import DAYS_PER_WEEK, Dose, shorten

if TYPE_CHECKING:
    import altair as alt

    from dose_outcomes.report.register import CurvePoint, Estimate, Register
    from dose_outcomes.report.time_details import TimeDetails
    from dose_outcomes.report.wording import Wording

HEIGHT = 190
SPACING = 18
RISK_TOP = HEIGHT + 84
RISK_ROW = 38
HEADING = "At risk after the days shown"
RISK_DAYS = 3 * DAYS_PER_WEEK


@dataclass(frozen=True, slots=True)
class Cause:
    """A panel: what came first, and the curve of each dose."""

    label: str
    curves: list[tuple[Dose, list[CurvePoint]]]
    counts: dict[str, list[tuple[int, Estimate]]] = field(default_factory=dict)
    """Dose: day asked for, and the row that counts the patients who have had it by then."""


def causes(detail: TimeDetails, register: Register, wording: Wording) -> list[Cause]:
    """Return the curves of a response and of stopping; empty when they were not released."""
    from dose_outcomes.report.time_details import COMPETING, STOPPING

    found = []
    for prefix, label in (("", "A response"), (STOPPING, "Stopping before a response")):
        curves = []
        counts: dict[str, list[tuple[int, Estimate]]] = {}
        for dose in wording.doses:
            points = next(
                (
                    points
                    for name in detail.names
                    if (points := register.curve(COMPETING, f"{prefix}{name}", wording.total, dose.identifier))
                ),
                [],
            )
            kept = while_enough_at_risk(points, wording.minimum)
            # nobody has had the event before the first row
            kept = [replace(point, estimate=0.0, low=0.0, high=0.0) if not point.line else point for point in kept]
            if kept:
                curves.append((dose, kept))
                rows = [(day, detail.incidence_row(prefix, dose.identifier, day)) for day in detail.incidence_days]
                counts[dose.identifier] = [(day, row) for day, row in rows if row is not None]
        if curves:
            found.append(Cause(detail.words(label), curves, counts))
    return found


def shown_points(content: list[Cause]) -> list[tuple[Dose, list[tuple[int, list[CurvePoint | None]]]]]:
    """Return by dose the days on which any curve has a point, and the point of each cause or None."""
    found: dict[str, tuple[Dose, dict[int, list[CurvePoint | None]]]] = {}
    for place, cause in enumerate(content):
        for dose, points in cause.curves:
            _, days = found.setdefault(dose.identifier, (dose, {}))
            for point in points:
                if point.line:
                    days.setdefault(point.day, [None] * len(content))[place] = point
    return [(dose, sorted(days.items())) for dose, days in found.values()]


def undrawn(content: list[Cause], wording: Wording) -> list[str]:
    """Return the labels of the doses without a curve in any panel."""
    drawn = {dose.identifier for cause in content for dose, _ in cause.curves}
    return [dose.label for dose in wording.doses if dose.identifier not in drawn]


def curve_end(content: list[Cause]) -> float:
    """Return the end of the axis of shares: round, above all bands."""
    tops = [point.high or point.estimate or 0.0 for cause in content for _, points in cause.curves for point in points]
    return next((end for end in (0.1, 0.2, 0.4, 0.6, 0.8) if max(tops, default=1.0) <= end), 1.0)


def last_day(content: list[Cause]) -> int:
    """Return the last day on which any curve has a point."""
    return max((points[-1].day for cause in content for _, points in cause.curves), default=1)


def curve_panel_width(content: list[Cause]) -> float:
    """Return the width of a panel; longer dose labels leave less."""
    characters = max(min(len(dose.label), LABEL_CHARACTERS) for cause in content for dose, _ in cause.curves)
    left = SWATCH + 8 + CHARACTER * characters + 26
    return WIDTH - left - (24 + CHARACTER * (characters + 7 + EARLY_CHARACTERS))


def incidence_curves(content: list[Cause], wording: Wording) -> Specification:
    """Return the figure: a panel for each cause, one below the other on one scale, the numbers at risk last."""
    panels = [_panel(cause, content, wording, at_risk=cause is content[-1]) for cause in content]
    return composed(vconcat=panels, spacing=SPACING)


def _panel(cause: Cause, content: list[Cause], wording: Wording, at_risk: bool) -> Specification:
    import altair as alt

    end, last, width = curve_end(content), last_day(content), curve_panel_width(content)
    colour, dash = by_dose(wording.doses)
    x = alt.X(
        "day:Q", scale=alt.Scale(domain=[0, last], nice=False),
        axis=alt.Axis(
            values=axis_days(last), labelExpr=f"datum.value / {DAYS_PER_WEEK}", title="Weeks since first dose",
            grid=False, labelFlush=False,
        ),
    )  # fmt: skip
    scale = alt.Scale(domain=[0, end], nice=False)
    extent = _left(content)
    axis = alt.Axis(
        values=[0, end / 2, end], format=".0%", title=None, domain=False, ticks=False, gridColor=GRID,
        minExtent=extent, maxExtent=extent, labelPadding=8,
    )  # fmt: skip
    layers = [
        *curve_layers(
            [(dose, points, points[-1].day) for dose, points in cause.curves],
            wording.minimum, x, lambda column: alt.Y(f"{column}:Q", scale=scale, axis=axis), colour, dash,
        ),
        *_labels(cause, end, last, width),
        *(_at_risk(content, extent, width / last, colour, dash) if at_risk else []),
    ]  # fmt: skip
    title = alt.Title(cause.label, anchor="start", frame="group", fontSize=TEXT_SIZE, color=TEXT)
    return composed(layer=layers, width=width, height=HEIGHT, title=title)


def _left(content: list[Cause]) -> float:
    characters = max(min(len(dose.label), LABEL_CHARACTERS) for cause in content for dose, _ in cause.curves)
    return SWATCH + 8 + CHARACTER * characters + 26


def _labels(cause: Cause, end: float, last: int, width: float) -> list[alt.Chart]:
    import altair as alt

    heights = [HEIGHT * (1 - (points[-1].estimate or 0.0) / end) for _, points in cause.curves]
    values = [
        {
            "x": width * points[-1].day / last + 2,
            "y": height,
            "x_label": width + 20,
            "x_end": width + 16,
            "y_label": moved,
            "label": end_label(shorten(dose.label, LABEL_CHARACTERS), show(points[-1]), points[-1].day, last),
        }
        for (dose, points), height, moved in zip(
            cause.curves, heights, apart(heights, LABEL_SPACING, HEIGHT), strict=True
        )
    ]
    base = alt.Chart(inline(values))
    return [
        base.mark_rule(color=LINE, strokeWidth=1).encode(
            x=_units(alt.X, "x"), y=_units(alt.Y, "y"), x2=alt.X2("x_end:Q"), y2=alt.Y2("y_label:Q")
        ),
        base.mark_text(align="left", fontWeight="bold", fontSize=TEXT_SIZE, color=TEXT).encode(
            x=_units(alt.X, "x_label"), y=_units(alt.Y, "y_label"), text=alt.Text("label:N")
        ),
    ]


def _units(channel: type[Any], column: str) -> Any:
    return channel(f"{column}:Q", scale=None, axis=None)


def counted(content: list[Cause], dose: str) -> list[tuple[int, str]]:
    """Return the days asked for, and the patients so far of each panel from the top, as text.

    A count that is not shown is said to be hidden.
    """
    days = sorted({day for cause in content for day, _ in cause.counts.get(dose, []) if day <= last_day(content)})
    found = []
    for day in days:
        rows = [dict(cause.counts.get(dose, [])).get(day) for cause in content]
        found.append(
            (day, " | ".join("hidden" if not row or row.events is None else show(row, "events") for row in rows))
        )
    return found


def _at_risk(content: list[Cause], left: float, day: float, colour: alt.Color, dash: alt.StrokeDash) -> list[alt.Chart]:
    """Return the patients neither responded, stopped nor censored after shown days, below those days.

    Below them, by the days asked for: how many have had what each panel shows.
    """
    import altair as alt

    cause = content[-1]
    names, numbers, counts = [], [], []
    for index, (dose, points) in enumerate(cause.curves):
        top = RISK_TOP + RISK_ROW * index
        names.append(
            {"x": SWATCH + 8 - left, "y": top, "text": shorten(dose.label, LABEL_CHARACTERS), "dose": dose.identifier}
        )
        numbers += [
            {"x": day * place, "y": top, "text": show(point, "at_risk")} for place, point in risk_numbers(points)
        ]
        counts += [{"x": day * place, "y": top + 14, "text": text} for place, text in counted(content, dose.identifier)]
    heading = [{"x": -left, "y": RISK_TOP - 24, "text": HEADING}]
    note = [
        {"x": CHARACTER * len(HEADING) + 4 - left, "y": RISK_TOP - 24, "text": "(patients so far: upper | lower panel)"}
    ]

    def texts(values: list[dict[str, Any]], **style: Any) -> alt.Chart:
        chart: alt.Chart = (
            alt.Chart(inline(values))
            .mark_text(**{"fontSize": TEXT_SIZE, "color": TEXT, **style})
            .encode(x=_units(alt.X, "x"), y=_units(alt.Y, "y"), text=alt.Text("text:N"))
        )
        return chart

    return [
        texts(heading, align="left", fontWeight="bold"),
        texts(names, align="left", fontWeight="bold"),
        alt.Chart(inline(names))
        .mark_rule(strokeWidth=2.2)
        .encode(
            x=_units(alt.X, "x"), x2=alt.X2Value(SWATCH - left), y=_units(alt.Y, "y"), strokeDash=dash, color=colour
        )
        .transform_calculate(x=str(-left)),
        texts(numbers),
        texts(note, align="left", fontSize=SMALL_TEXT_SIZE, color=MUTED_TEXT),
        texts(counts, fontSize=SMALL_TEXT_SIZE, color=MUTED_TEXT),
    ]


def risk_numbers(points: list[CurvePoint]) -> list[tuple[int, CurvePoint]]:
    """Return days that lie far enough apart to print, and the point that holds the number at risk after each.

    The number at risk of a released point is the one after the point before it.
    """
    found: list[tuple[int, CurvePoint]] = []
    for before, point in pairwise(points):
        if not found or before.day - found[-1][0] >= RISK_DAYS:
            found.append((before.day, point))
    return found
