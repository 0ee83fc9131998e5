"""Stacked bars: what patients took at each visit, how severe their worst side effect was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dose_outcomes.report.figures.composition import Specification, composed
from dose_outcomes.report.figures.theme import GRID, LINE, MUTED_TEXT, SMALL_TEXT_SIZE, TEXT, TEXT_SIZE, WIDTH, inline
from dose_outcomes.report.numbers import show
from dose_outcomes.report.wording import DAYS_PER_WEEK, shorten

if TYPE_CHECKING:
    import altair as alt

    from dose_outcomes.report.course import Course
    from dose_outcomes.report.harm_details import HarmDetails
    from dose_outcomes.report.register import Estimate
    from dose_outcomes.report.wording import Wording

HEIGHT = 190
AXIS = 44
SPACING = 16
STATE_COLOURS = {
    "stopped": "--muted",
    "lost to follow-up": "--comparator",
    "interrupted": "--drug",
    "died": "--badge",
    "observation ended": "--grid",
}
#: Below it a part is thinner than a line.
SMALLEST_PART = 0.002
#: Of the whole: room for the words "not shown" on their side.
ROOM_FOR_WORDS = 0.32
SEVERITY_COLOURS = ("--dose-1", "--dose-3", "--dose-6", "--muted")


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: its name, and segments from the bottom."""

    label: str
    segments: list[tuple[str, Estimate | None]]
    from_top: frozenset[str] = frozenset()
    """Segments that hang from the top, so that what is not shown lies in the middle."""

    @property
    def hides(self) -> bool:
        """Whether a segment is hidden."""
        return any(row is not None and row.status == "suppressed" for _, row in self.segments)


@dataclass(frozen=True, slots=True)
class Stack:
    """A panel of bars."""

    label: str
    bars: list[Bar]


def bar_ends(bar: Bar) -> list[tuple[str, Estimate, float, float]]:
    """Return the known segments of a bar with their lower and upper ends."""
    known = [(name, row, row.estimate) for name, row in bar.segments if row is not None and row.estimate is not None]
    # without anything hidden all of them stand on each other, whatever rounding leaves at the top
    hanging = [one for one in known if bar.hides and one[0] in bar.from_top]
    ends, top = [], 0.0
    for name, row, share in known:
        if (name, row, share) in hanging:
            continue
        ends.append((name, row, top, top + share))
        top += share
    top = 1 - sum(share for *_, share in hanging)
    for name, row, share in hanging:
        ends.append((name, row, top, top + share))
        top += share
    return ends


def hidden_part(bar: Bar) -> tuple[float, float] | None:
    """Return the lower and upper end of what a bar of the whole does not show; None where it shows everything."""
    if not bar.hides:
        return None
    ends = bar_ends(bar)
    low = max((high for name, _, _, high in ends if name not in bar.from_top), default=0.0)
    high = min((low for name, _, low, _ in ends if name in bar.from_top), default=1.0)
    return (low, high) if high - low > SMALLEST_PART else None


def stacks(panels: list[Stack], colours: dict[str, str], x_title: str, end: float, columns: int) -> Specification:
    """Return the figure: panels of bars, one scale from zero to an end, one legend."""
    import altair as alt

    width = (WIDTH - AXIS * columns - SPACING * (columns - 1)) / columns
    legend = alt.Legend(
        orient="top", title=None, labelColor=TEXT, labelFontSize=TEXT_SIZE, labelLimit=0, columns=4,
        symbolType="square", symbolSize=120,
    )  # fmt: skip
    colour = alt.Color(
        "segment:N", legend=legend,
        scale=alt.Scale(domain=list(colours), range=[f"var({variable})" for variable in colours.values()]),
    )  # fmt: skip
    charts = [_panel(panel, colour, width, x_title, end, len(panels) > 1) for panel in panels]
    return composed(
        concat=charts, columns=columns, spacing=SPACING, bounds="full", resolve={"scale": {"color": "shared"}}
    )


def _panel(panel: Stack, colour: alt.Color, width: float, x_title: str, end: float, titled: bool) -> Specification:
    import altair as alt

    values: list[dict[str, Any]] = [
        {
            "bar": bar.label, "segment": name, "low": low, "high": high,
            "description": f"{row.identifier}\n{panel.label + ', ' if titled else ''}{bar.label}, {name}: {show(row)}",
        }
        for bar in panel.bars
        for name, row, low, high in bar_ends(bar)
    ]  # fmt: skip
    labels = [bar.label for bar in panel.bars]
    x = alt.X(
        "bar:N", scale=alt.Scale(domain=labels, paddingInner=0.18, paddingOuter=0.05),
        axis=alt.Axis(title=x_title or None, labelAngle=0, ticks=False, titleFontSize=SMALL_TEXT_SIZE,
                      titleColor=MUTED_TEXT, labelFontSize=SMALL_TEXT_SIZE if titled else TEXT_SIZE),
    )  # fmt: skip
    scale = alt.Scale(domain=[0, end], nice=False)
    axis = alt.Axis(
        values=[0, end / 2, end], format=".0%", title=None, domain=False, ticks=False, gridColor=GRID,
        labelFontSize=SMALL_TEXT_SIZE, minExtent=AXIS, maxExtent=AXIS, labelPadding=6,
    )  # fmt: skip
    y = alt.Y("low:Q", scale=scale, axis=axis)
    bars = (
        alt.Chart(inline(values))
        .mark_bar(stroke=LINE, strokeWidth=0.5)
        .encode(x=x, y=y, y2=alt.Y2("high:Q"), color=colour, description=alt.Description("description:N"))
    )
    layers = [bars, *_hidden(panel, x, scale, axis, end)]
    title = (
        alt.Title(shorten(panel.label, 24), anchor="start", frame="group", fontSize=TEXT_SIZE, color=TEXT)
        if titled
        else alt.Undefined
    )
    return composed(layer=layers, width=width, height=HEIGHT, title=title)


def _hidden(panel: Stack, x: alt.X, scale: alt.Scale, axis: alt.Axis, end: float) -> list[alt.Chart]:
    """Return a dashed box for what the bars of a whole do not show, and words where the whole is not drawn."""
    import altair as alt

    parts = [(bar.label, part) for bar in panel.bars if end == 1 and (part := hidden_part(bar))]
    boxes: list[dict[str, Any]] = [
        {"bar": label, "low": low, "high": high, "middle": (low + high) / 2} for label, (low, high) in parts
    ]
    above = [
        {"bar": bar.label, "low": max((high for *_, high in bar_ends(bar)), default=0.0)}
        for bar in panel.bars
        if end != 1 and bar.hides
    ]
    layers: list[alt.Chart] = []
    words: dict[str, Any] = {"text": "not shown", "color": MUTED_TEXT, "fontSize": SMALL_TEXT_SIZE}
    if boxes:
        y = alt.Y("low:Q", scale=scale, axis=axis)
        layers.append(
            alt.Chart(inline(boxes))
            .mark_bar(fill="var(--page)", stroke=LINE, strokeDash=[2, 2], strokeWidth=0.9)
            .encode(x=x, y=y, y2=alt.Y2("high:Q"))
        )
    wide = [box for box in boxes if box["high"] - box["low"] > ROOM_FOR_WORDS]
    if wide:
        layers.append(
            alt.Chart(inline(wide))
            .mark_text(angle=270, **words)
            .encode(x=x, y=alt.Y("middle:Q", scale=scale, axis=axis))
        )
    if above:
        layers.append(
            alt.Chart(inline(above))
            .mark_text(baseline="bottom", dy=-4, **{**words, "text": "a part is not shown"})
            .encode(x=x, y=alt.Y("low:Q", scale=scale, axis=axis))
        )
    return layers


def dose_stacks(content: Course, wording: Wording) -> list[Stack]:
    """Return what the figure of doses over time shows."""
    taken = {dose.identifier for dose in wording.doses}
    return [
        Stack(
            f"Aimed at {dose.label}",
            [
                Bar(
                    f"{day / DAYS_PER_WEEK:g}",
                    [(content.state_names[name], row) for name, row in cells.items()],
                    frozenset(label for name, label in content.state_names.items() if name not in taken),
                )
                for day, cells in content.states.get(dose.identifier, [])
            ],
        )
        for dose in wording.doses
    ]


def dose_over_time(content: Course, wording: Wording) -> Specification:
    """Return the figure: what patients took at each week, a panel for each dose aimed at."""
    ramp = {dose.label: dose.colour for dose in wording.doses}
    colours = {
        label: ramp.get(label) or STATE_COLOURS.get(name, "--line") for name, label in content.state_names.items()
    }
    return stacks(dose_stacks(content, wording), colours, "week", 1.0, columns=2)


def severity_stacks(content: HarmDetails) -> list[Stack]:
    """Return what the figure of severity shows."""
    return [Stack("Worst severity", [Bar(dose.label, list(parts)) for dose, parts in content.grades])]


def severity_end(content: HarmDetails) -> float:
    """Return the end of the axis of severity."""
    highest = max(
        (ends[-1][3] for stack in severity_stacks(content) for bar in stack.bars if (ends := bar_ends(bar))),
        default=1.0,
    )
    return next((end for end in (0.2, 0.4, 0.6, 0.8) if highest <= end), 1.0)


def severity(content: HarmDetails, wording: Wording) -> Specification:
    """Return the figure: worst severity of a patient's side effects, by dose."""
    names = [name for name, _ in content.grades[0][1]]
    colours = dict(zip(names, SEVERITY_COLOURS, strict=False))
    return stacks(severity_stacks(content), colours, "", severity_end(content), columns=1)
