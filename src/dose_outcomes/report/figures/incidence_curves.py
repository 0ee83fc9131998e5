"""Cumulative incidences side by side: a response, and stopping before it, rising from zero."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dose_outcomes.report.figures.theme import GRID, LINE, SMALL_TEXT_SIZE, TEXT, TEXT_SIZE, WIDTH
from dose_outcomes.report.figures.time_curves import CHARACTER, DASHES, LABEL_CHARACTERS, LABEL_SPACING, apart
from dose_outcomes.report.numbers import show
from dose_outcomes.report.times import while_enough_at_risk
from dose_outcomes.report.wording import DAYS_PER_WEEK, Dose, shorten

if TYPE_CHECKING:
    import altair as alt

    from dose_outcomes.report.register import CurvePoint, Register
    from dose_outcomes.report.time_details import TimeDetails
    from dose_outcomes.report.wording import Wording

HEIGHT = 240
AXIS = 44
SPACING = 10


@dataclass(frozen=True, slots=True)
class Cause:
    """A panel: what came first, and the curve of each dose."""

    label: str
    curves: list[tuple[Dose, list[CurvePoint]]]


def causes(detail: TimeDetails, register: Register, wording: Wording) -> list[Cause]:
    """Return the curves of a response and of stopping; empty when they were not released."""
    from dose_outcomes.report.time_details import COMPETING, STOPPING

    found = []
    for prefix, label in (("", "A response"), (STOPPING, "Stopping before a response")):
        curves = []
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
        if curves:
            found.append(Cause(detail.words(label), curves))
    return found


def curve_end(content: list[Cause]) -> float:
    """Return the end of the axis of shares: round, above all bands."""
    tops = [point.high or point.estimate or 0.0 for cause in content for _, points in cause.curves for point in points]
    return next((end for end in (0.1, 0.2, 0.4, 0.6, 0.8) if max(tops, default=1.0) <= end), 1.0)


def last_day(content: list[Cause]) -> int:
    """Return the last day on which any curve has a point."""
    return max((points[-1].day for cause in content for _, points in cause.curves), default=1)


def curve_panel_width(content: list[Cause]) -> float:
    """Return the width of a panel."""
    characters = max(min(len(dose.label), LABEL_CHARACTERS) for cause in content for dose, _ in cause.curves)
    return (WIDTH - 2 * AXIS - SPACING) / 2 - (24 + CHARACTER * (characters + 7))


def incidence_curves(content: list[Cause], wording: Wording) -> alt.TopLevelMixin:
    """Return the figure: a panel for each cause, on one scale."""
    import altair as alt

    return alt.hconcat(*(_panel(cause, content) for cause in content), spacing=SPACING)


def _panel(cause: Cause, content: list[Cause]) -> alt.LayerChart | alt.FacetChart:
    import altair as alt

    end, last, width = curve_end(content), last_day(content), curve_panel_width(content)
    names = [dose.identifier for dose, _ in cause.curves]
    colour = alt.Color(
        "dose:N", legend=None,
        scale=alt.Scale(domain=names, range=[f"var({dose.colour})" for dose, _ in cause.curves]),
    )  # fmt: skip
    dash = alt.StrokeDash(
        "dose:N", legend=None,
        scale=alt.Scale(domain=names, range=[list(DASHES[number % len(DASHES)]) for number in range(len(names))]),
    )  # fmt: skip
    weeks = [week * DAYS_PER_WEEK for week in range(0, last // DAYS_PER_WEEK + 1, 8)]
    x = alt.X(
        "day:Q", scale=alt.Scale(domain=[0, last], nice=False),
        axis=alt.Axis(
            values=weeks, labelExpr=f"datum.value / {DAYS_PER_WEEK}", title="weeks since first dose", grid=False
        ),
    )  # fmt: skip
    scale = alt.Scale(domain=[0, end], nice=False)
    axis = alt.Axis(
        values=[0, end / 2, end], format=".0%", title=None, domain=False, ticks=False, gridColor=GRID,
        labelFontSize=SMALL_TEXT_SIZE, minExtent=AXIS, maxExtent=AXIS, labelPadding=6,
    )  # fmt: skip
    base = alt.Chart(alt.InlineData(values=[value for dose, points in cause.curves for value in _steps(dose, points)]))
    layers = [
        base.mark_area(interpolate="step-after", opacity=0.12).encode(
            x=x, y=alt.Y("low:Q", scale=scale, axis=axis), y2="high:Q", color=colour
        ),
        base.mark_line(interpolate="step-after", strokeWidth=2).encode(
            x=x,
            y=alt.Y("estimate:Q", scale=scale, axis=axis),
            color=colour,
            strokeDash=dash,
            description="description:N",
        ),
        *_labels(cause, end, last, width),
    ]
    title = alt.Title(cause.label, anchor="start", frame="group", fontSize=TEXT_SIZE, color=TEXT)
    return alt.layer(*layers, width=width, height=HEIGHT, title=title)


def _steps(dose: Dose, points: list[CurvePoint]) -> list[dict[str, Any]]:
    return [
        {
            "dose": dose.identifier,
            "day": point.day,
            "estimate": point.estimate,
            "low": point.estimate if point.low is None else point.low,
            "high": point.estimate if point.high is None else point.high,
            "description": f"{point.identifier}\n{dose.label}",
        }
        for point in points
    ]


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
            "label": f"{shorten(dose.label, LABEL_CHARACTERS)}  {show(points[-1])}",
        }
        for (dose, points), height, moved in zip(
            cause.curves, heights, apart(heights, LABEL_SPACING, HEIGHT), strict=True
        )
    ]
    base = alt.Chart(alt.InlineData(values=values))

    def units(channel: type[Any], column: str) -> Any:
        return channel(f"{column}:Q", scale=None, axis=None)

    return [
        base.mark_rule(color=LINE, strokeWidth=1).encode(
            x=units(alt.X, "x"), y=units(alt.Y, "y"), x2="x_end:Q", y2="y_label:Q"
        ),
        base.mark_text(align="left", fontWeight="bold", fontSize=TEXT_SIZE, color=TEXT).encode(
            x=units(alt.X, "x_label"), y=units(alt.Y, "y_label"), text="label:N"
        ),
    ]
