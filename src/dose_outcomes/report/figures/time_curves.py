"""Kaplan-Meier curves by dose, with interval bands, end labels and the numbers at risk below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dose_outcomes.report.figures.composition import Specification, composed
from dose_outcomes.report.figures.curve_parts import axis_days, curve_layers, end_label
from dose_outcomes.report.figures.theme import GRID, LINE, MUTED_TEXT, SMALL_TEXT_SIZE, TEXT, TEXT_SIZE, WIDTH, inline
from dose_outcomes.report.hidden import absence
from dose_outcomes.report.numbers import show
from dose_outcomes.report.wording import DAYS_PER_WEEK, shorten

if TYPE_CHECKING:
    import altair as alt

    from dose_outcomes.report.register import Estimate
    from dose_outcomes.report.times import RiskCell, Times
    from dose_outcomes.report.wording import Dose, Wording

PLOT_HEIGHT = 270
CHARACTER = 7.6
"""Units of a bold character, with room to spare for wider fonts."""
LABEL_CHARACTERS = 16
EARLY_CHARACTERS = 10
"""Of what an end label says where a curve ends early."""
LABEL_SPACING = 17
RISK_TOP = PLOT_HEIGHT + 84
RISK_ROW = 38
SHORT = {"secondary": "hidden", "no_patients": "0", "not_analysed": "–", "not_estimable": "–"}
"""Words for empty cells that fit between two days of the table; the table below the figure says more."""
SWATCH = 24
DASHES = ([1, 0], [7, 3], [2, 2], [9, 3, 2, 3], [4, 4], [1, 4])


@dataclass(frozen=True, slots=True)
class _Layout:
    """Widths in units of the drawing; longer dose labels leave less for the plot."""

    left: float
    plot: float
    last: int
    """Day at the right end."""

    def place(self, day: int) -> float:
        return self.plot * day / self.last


def _layout(times: Times) -> _Layout:
    characters = max(min(len(curve.dose.label), LABEL_CHARACTERS) for curve in times.curves)
    left = SWATCH + 8 + CHARACTER * characters + 26
    early = any(times.days[-1] - curve.end > DAYS_PER_WEEK for curve in times.curves if curve.points)
    right = 24 + CHARACTER * (characters + 7 + (EARLY_CHARACTERS if early else 0))
    return _Layout(left, WIDTH - left - right, times.days[-1])


def time_curves(times: Times, wording: Wording) -> Specification:
    """Return the figure: share without the event by day, from 0 to 100 %."""
    import altair as alt

    layout = _layout(times)
    colour, dash = by_dose(wording.doses)
    weekly = all(day % DAYS_PER_WEEK == 0 for day in times.days)
    x = alt.X(
        "day:Q",
        scale=alt.Scale(domain=[0, layout.last], nice=False),
        axis=alt.Axis(
            values=axis_days(layout.last) if weekly else times.days,
            title=f"{'Weeks' if weekly else 'Days'} since first dose",
            titlePadding=8,
            labelExpr=f"datum.value / {DAYS_PER_WEEK}" if weekly else "datum.label",
            grid=False,
            labelFlush=False,
        ),
    )
    scale = alt.Scale(domain=[0, 1], nice=False)
    axis = alt.Axis(
        values=[0, 0.25, 0.5, 0.75, 1],
        format=".0%",
        title=None,
        domain=False,
        ticks=False,
        labelPadding=8,
        gridColor=GRID,
        minExtent=layout.left,
        maxExtent=layout.left,
    )
    drawn = [(curve.dose, curve.points, curve.end) for curve in times.curves if curve.points]
    layers: list[alt.Chart] = [
        *curve_layers(
            drawn, wording.minimum, x, lambda column: alt.Y(f"{column}:Q", scale=scale, axis=axis), colour, dash
        ),
        *_end_labels(times, layout),
        *_risk_table(times, wording, layout),
    ]
    return composed(layer=layers, width=layout.plot, height=PLOT_HEIGHT)


def by_dose(doses: list[Dose]) -> tuple[alt.Color, alt.StrokeDash]:
    """Return colour and dash of all doses of the study: never colour alone, and the same in every figure."""
    import altair as alt

    names = [dose.identifier for dose in doses]
    colours = [f"var({dose.colour})" for dose in doses]
    dashes = [list(DASHES[index % len(DASHES)]) for index in range(len(names))]
    return (
        alt.Color("dose:N", legend=None, scale=alt.Scale(domain=names, range=colours)),
        alt.StrokeDash("dose:N", legend=None, scale=alt.Scale(domain=names, range=dashes)),
    )


def _end_labels(times: Times, layout: _Layout) -> list[alt.Chart]:
    """Return labels at the right end, moved apart, each with a leader to the end of its curve."""
    import altair as alt

    drawn = [curve for curve in times.curves if curve.points]
    heights = [PLOT_HEIGHT * (1 - (curve.points[-1].estimate or 0.0)) for curve in drawn]
    values = [
        {
            "x": layout.place(curve.end) + 3,
            "y": height,
            "x_label": layout.plot + 22,
            "y_label": moved,
            "label": end_label(
                shorten(curve.dose.label, LABEL_CHARACTERS), show(curve.points[-1]), curve.end, layout.last
            ),
        }
        for curve, height, moved in zip(drawn, heights, apart(heights, LABEL_SPACING, PLOT_HEIGHT), strict=True)
    ]
    base = alt.Chart(inline(values))

    def units(channel: type[Any], field: str) -> Any:
        return channel(f"{field}:Q", scale=None, axis=None)

    return [
        base.mark_rule(color=LINE, strokeWidth=1)
        .encode(x=units(alt.X, "x"), y=units(alt.Y, "y"), x2=alt.X2("x_end:Q"), y2=alt.Y2("y_label:Q"))
        .transform_calculate(x_end="datum.x_label - 4"),
        base.mark_text(align="left", fontWeight="bold", fontSize=TEXT_SIZE, color=TEXT).encode(
            x=units(alt.X, "x_label"), y=units(alt.Y, "y_label"), text=alt.Text("label:N")
        ),
    ]


def apart(positions: list[float], spacing: float, end: float) -> list[float]:
    """Return positions moved as little as needed to lie at least a spacing apart, within 0 and the end.

    Examples
    --------
    >>> apart([100.0, 101.0], 17, 270)
    [92.0, 109.0]
    """
    order = sorted(range(len(positions)), key=lambda index: (positions[index], index))
    groups: list[tuple[list[int], float]] = []  # members from the top, place of the first
    for index in order:
        members, top = [index], positions[index]
        while groups and groups[-1][1] + spacing * len(groups[-1][0]) > top:
            members = [*groups.pop()[0], *members]
            middle = sum(positions[member] for member in members) / len(members)
            top = middle - spacing * (len(members) - 1) / 2
        top = max(0.0, min(top, end - spacing * (len(members) - 1)))
        groups.append((members, top))
    moved = list(positions)
    for members, top in groups:
        for number, member in enumerate(members):
            moved[member] = top + spacing * number
    return moved


def _risk_table(times: Times, wording: Wording, layout: _Layout) -> list[alt.Chart]:
    """Return the numbers at risk as text under the axis: at risk above, events and censored below."""
    import altair as alt

    numbers, names = [], []
    for index, curve in enumerate(times.curves):
        top = RISK_TOP + RISK_ROW * index
        names.append(
            {
                "x": SWATCH + 8 - layout.left,
                "y": top,
                "text": shorten(curve.dose.label, LABEL_CHARACTERS),
                "dose": curve.dose.identifier,
            }
        )
        for cell in curve.risk:
            place = layout.place(cell.day)
            hidden = all(_is_hidden(row, wording) for row in (cell.at_risk, cell.events, cell.censored))
            above, below = ("not shown", "") if hidden else (_count(cell.at_risk, wording), _events(cell, wording))
            numbers.append({"x": place, "y": top, "text": above, "small": hidden})
            numbers.append({"x": place, "y": top + 14, "text": below, "small": True})
    heading = [{"x": -layout.left, "y": RISK_TOP - 24, "text": "At risk"}]
    note = [{"x": 52 - layout.left, "y": RISK_TOP - 24, "text": "(events | censored so far)"}]
    x, y = alt.X("x:Q", scale=None, axis=None), alt.Y("y:Q", scale=None, axis=None)

    def texts(values: list[dict[str, Any]], **style: Any) -> alt.Chart:
        chart: alt.Chart = alt.Chart(inline(values)).mark_text(**style).encode(x=x, y=y, text=alt.Text("text:N"))
        return chart

    colour, dash = by_dose(wording.doses)
    return [
        texts(heading, align="left", fontWeight="bold", color=TEXT, fontSize=TEXT_SIZE),
        texts(note, align="left", color=MUTED_TEXT, fontSize=SMALL_TEXT_SIZE, dx=4),
        texts(names, align="left", fontWeight="bold", color=TEXT, fontSize=TEXT_SIZE),
        alt.Chart(inline(names))
        .mark_rule(strokeWidth=2.2)
        .encode(x=x, x2=alt.X2Value(SWATCH - layout.left), y=y, strokeDash=dash, color=colour)
        .transform_calculate(x=str(-layout.left)),
        texts([value for value in numbers if not value["small"]], fontSize=TEXT_SIZE, color=TEXT),
        texts([value for value in numbers if value["small"]], fontSize=SMALL_TEXT_SIZE, color=MUTED_TEXT),
    ]


def _events(cell: RiskCell, wording: Wording) -> str:
    return f"{_count(cell.events, wording)} | {_count(cell.censored, wording)}"


def _is_hidden(row: Estimate | None, wording: Wording) -> bool:
    gap = absence(row, wording.minimum)
    return gap is not None and gap.kind in ("suppressed", "secondary")


def _count(row: Estimate | None, wording: Wording) -> str:
    gap = absence(row, wording.minimum)
    if gap or row is None:
        return SHORT.get(gap.kind, gap.text) if gap else ""
    return show(row)
