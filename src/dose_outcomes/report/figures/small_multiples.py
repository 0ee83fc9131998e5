"""Small panels of one kind: dots with intervals, a line with a band, on axes that each panel may have of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil, floor, log10
from typing import TYPE_CHECKING

from dose_outcomes.report.figures.composition import Specification, composed
from dose_outcomes.report.figures.theme import (
    GRID,
    LINE,
    MUTED_TEXT,
    SMALL_TEXT_SIZE,
    TEXT,
    TEXT_SIZE,
    WIDTH,
    inline,
)  # fmt: skip
from dose_outcomes.report.numbers import show
from dose_outcomes.report.wording import two_lines

if TYPE_CHECKING:
    import altair as alt

    from dose_outcomes.report.register import Estimate

COLUMNS = 4
AXIS = 46
"""Width kept for the labels of an axis."""
SPACING = 14
HEIGHT = 104
TITLE_CHARACTERS = 19
COLOUR = "var(--drug)"
PLAIN_NUMBER = "format(datum.value, '~r')"
"""Written out: the format of an axis would round, or turn 20 into 2e+1."""
PERCENT = "format(100 * datum.value, '~r') + '%'"
Point = tuple[float, "Estimate"]


@dataclass(frozen=True, slots=True)
class Facet:
    """One panel."""

    label: str
    detail: str
    """A second line under the label."""
    dots: list[Point]
    curve: list[Point]
    whiskers: bool = False
    """Whether dots have an interval of their own; else the band is that of the curve."""
    dashed: bool = False
    verticals: list[float] = field(default_factory=list)
    """Places that are marked on the horizontal axis."""
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Axes:
    """What all panels share."""

    x_title: str
    x: tuple[float, float] | None
    """None: each panel its own."""
    x_ticks: list[float] | None
    y: tuple[float, float] | None
    """None: each panel its own, with zero on it."""
    percent: bool
    unit: str = ""
    """Of places on the horizontal axis, for tooltips."""


def panel_width(panels: int) -> float:
    """Return the width of each of so many panels, in units of the drawing."""
    columns = min(COLUMNS, panels)
    return (WIDTH - columns * AXIS - (columns - 1) * SPACING) / columns


def shown(points: list[Point]) -> list[Point]:
    """Return the points with a number."""
    return [(place, row) for place, row in points if row.estimate is not None]


def x_domain(facet: Facet, axes: Axes) -> tuple[float, float]:
    """Return the ends of a panel's horizontal axis."""
    if axes.x:
        return axes.x
    places = [place for place, _ in shown([*facet.dots, *facet.curve])]
    return (min(places), max(places)) if places else (0.0, 1.0)


def y_domain(facet: Facet, axes: Axes) -> tuple[float, float]:
    """Return the ends of a panel's vertical axis: round, with zero on it."""
    if axes.y:
        return axes.y
    ends = [0.0]
    for _, row in shown([*facet.dots, *facet.curve]):
        ends += [number for number in (row.estimate, row.low, row.high) if number is not None]
    step = nice_step(max(ends) - min(ends))
    return floor(min(ends) / step) * step, ceil(max(ends) / step) * step


def nice_step(span: float) -> float:
    """Return a round step of which a span has two to five.

    Examples
    --------
    >>> nice_step(9.3), nice_step(0.9), nice_step(160)
    (2.0, 0.2, 50.0)
    """
    if span <= 0:
        return 1.0
    power = 10.0 ** floor(log10(span))
    return next(factor * power for factor in (0.2, 0.5, 1.0, 2.0) if span / (factor * power) <= 5)


def small_multiples(facets: list[Facet], axes: Axes) -> Specification:
    """Return the figure: panels in reading order."""
    charts = [_panel(facet, axes, panel_width(len(facets))) for facet in facets]
    return composed(concat=charts, columns=COLUMNS, spacing={"row": 26, "column": SPACING}, bounds="full")


def _panel(facet: Facet, axes: Axes, width: float) -> Specification:
    import altair as alt

    low, high = y_domain(facet, axes)
    x = alt.X(
        "x:Q",
        scale=alt.Scale(domain=list(x_domain(facet, axes)), nice=False, zero=False),
        axis=alt.Axis(
            values=axes.x_ticks if axes.x_ticks else alt.Undefined,
            tickCount=3,
            title=axes.x_title,
            titleFontSize=SMALL_TEXT_SIZE,
            titleColor=MUTED_TEXT,
            labelFontSize=SMALL_TEXT_SIZE,
            labelOverlap=False if axes.x_ticks else "greedy",
            grid=False,
            labelExpr=PLAIN_NUMBER,
        ),
    )
    scale = alt.Scale(domain=[low, high], nice=False, zero=False)
    ticks = [low, (low + high) / 2, high] if axes.y else _round_ticks(low, high)
    axis = alt.Axis(
        values=ticks, labelExpr=PERCENT if axes.percent else PLAIN_NUMBER, title=None, domain=False,
        ticks=False, gridColor=GRID, labelFontSize=SMALL_TEXT_SIZE, minExtent=AXIS, maxExtent=AXIS, labelPadding=6,
    )  # fmt: skip

    def y(column: str) -> alt.Y:
        return alt.Y(f"{column}:Q", scale=scale, axis=axis)

    dash = [5, 4] if facet.dashed else [1, 0]
    band = alt.Chart(_values(facet.curve, facet, axes, (low, high)))
    dots = alt.Chart(_values(facet.dots, facet, axes, (low, high)))
    layers: list[alt.Chart] = [
        band.mark_area(opacity=0.16, fill=COLOUR).encode(x=x, y=y("low"), y2=alt.Y2("high:Q")),
        band.mark_line(stroke=COLOUR, strokeWidth=1.8, strokeDash=dash).encode(x=x, y=y("estimate")),
    ]
    if low < 0 < high:
        layers.append(alt.Chart(inline([{"zero": 0}])).mark_rule(stroke=LINE).encode(y=y("zero")))
    if facet.verticals:
        places = [{"x": place} for place in facet.verticals]
        layers.append(alt.Chart(inline(places)).mark_rule(stroke=TEXT, strokeDash=[3, 3]).encode(x=x))
    if facet.whiskers:
        layers.append(dots.mark_rule(stroke=TEXT, strokeWidth=1.5).encode(x=x, y=y("low"), y2=alt.Y2("high:Q")))
    colour = TEXT if facet.whiskers else COLOUR
    layers.append(
        dots.mark_point(filled=True, size=26, opacity=1, fill=colour).encode(
            x=x, y=y("estimate"), description=alt.Description("description:N")
        )
    )
    title = alt.Title(
        text=two_lines(facet.label, TITLE_CHARACTERS),
        subtitle=facet.detail or alt.Undefined,
        anchor="start", frame="group", fontSize=TEXT_SIZE, color=TEXT, fontWeight="bold",
        subtitleFontSize=SMALL_TEXT_SIZE, subtitleColor=MUTED_TEXT, subtitlePadding=2, offset=8, lineHeight=14,
    )  # fmt: skip
    return composed(layer=layers, width=width, height=HEIGHT, title=title)


def _round_ticks(low: float, high: float) -> list[float]:
    step = nice_step(high - low)
    return [round(low + number * step, 10) for number in range(round((high - low) / step) + 1)]


def _values(points: list[Point], facet: Facet, axes: Axes, ends: tuple[float, float]) -> alt.InlineData:
    return inline(
        [
            {
                "x": place,
                "estimate": row.estimate,
                "low": max(ends[0], row.low if row.low is not None else row.estimate),
                "high": min(ends[1], row.high if row.high is not None else row.estimate),
                "description": f"{row.identifier}\n{facet.label}, {place:g}{axes.unit}: {interval_words(row)}",
            }
            for place, row in points
            if row.estimate is not None
        ]
    )


def interval_words(row: Estimate) -> str:
    """Return a number with its interval as text."""
    words = show(row)
    if row.low is not None and row.high is not None:
        words += f" ({show(row, 'low', False)} to {show(row, 'high', False)})"
    return words
