"""Rows by doses: a panel for every dose, a dot with its interval for every row, one common axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from dose_outcomes.report.figures.composition import Specification, composed
from dose_outcomes.report.figures.theme import LINE, MUTED_TEXT, SMALL_TEXT_SIZE, SURFACE, TEXT, WIDTH, inline, lookup
from dose_outcomes.report.wording import Dose, shorten, two_lines

if TYPE_CHECKING:
    import altair as alt

Kind = Literal["shown", "zero", "hidden", "absent"]

ROW_HEIGHT = 30
LABEL_CHARACTERS = 30
"""Of a line of a row label."""
CHARACTER = 6.8
"""Units of a character, with room to spare for wider fonts."""
LABEL_PADDING = 10
HEADER_CHARACTER = 8.2
"""Units of a bold character."""
NARROWEST_LABELS = 120
NARROW_PANEL = 84
"""Below this width an axis has room for two labels, and words go into two lines."""
LINE_HEIGHT = 13
GAP = 22
LITTLE_MORE = 1.5
"""An axis is lengthened by at most so much to hold the longest intervals."""


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A row: identifier, label, whether it is a total."""

    identifier: str
    label: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """What a panel shows in a row."""

    row: str
    dose: str
    kind: Kind
    identifier: str
    tip: str
    text: str = ""
    """Printed where there is no dot."""
    estimate: float | None = None
    low: float | None = None
    high: float | None = None


def label_width(labels: list[str]) -> int:
    """Return the width that row labels take, in units of the drawing, whatever the font."""
    longest = max((len(line) for label in labels for line in two_lines(label, LABEL_CHARACTERS)), default=0)
    return max(NARROWEST_LABELS, round(LABEL_PADDING + CHARACTER * longest))


def panel_width(number_of_panels: int, labels: int) -> int:
    """Return the width of a panel beside labels of a width, in units of the drawing."""
    return (WIDTH - labels - GAP * number_of_panels) // number_of_panels


def interval_matrix(
    rows: list[MatrixRow], doses: list[Dose], cells: list[Cell], ticks: list[float], left: int, header: bool = True
) -> Specification:
    """Return the chart.

    Parameters
    ----------
    rows, doses : list
        From top to bottom, from left to right.
    cells : list of Cell
        One for every row and dose.
    ticks : list of float
        Of the share axis; the last is the end of the axis.
    left : int
        Width of the row labels.
    header : bool
        Whether the doses are named above the panels.
    """
    import altair as alt

    width = panel_width(len(doses), left)
    narrow = width < NARROW_PANEL
    values = [_values(cell, ticks[-1], narrow) for cell in cells]
    header_characters = int((width + GAP) / HEADER_CHARACTER)
    names = {dose.identifier: shorten(dose.label, header_characters) for dose in doses}
    channels = _Channels(
        y=alt.Y(
            "row:N",
            scale=alt.Scale(domain=[row.identifier for row in rows], padding=0),
            axis=row_axis(rows, left),
        ),
        scale=alt.Scale(domain=[0, ticks[-1]], nice=False, zero=True),
        axis=_share_axis(ticks, narrow),
        colour=alt.Color(
            "dose:N",
            scale=alt.Scale(
                domain=[dose.identifier for dose in doses], range=[f"var({dose.colour})" for dose in doses]
            ),
            legend=None,
        ),
    )
    panel = composed(
        layer=[*_empty_cells(channels, width), *_estimates(channels, width)], width=width, height=ROW_HEIGHT * len(rows)
    )
    column = alt.Column(
        "dose:N",
        sort=[dose.identifier for dose in doses],
        title=None,
        header=alt.Header(labels=header, labelExpr=lookup(names), labelPadding=8),
    )
    return composed(
        data=inline(values),
        facet=alt.FacetMapping(column=column),
        spec=panel,
        spacing=GAP,
        bounds="flush",  # panels stand by their axes, so that figures above each other line up
    )


@dataclass(frozen=True, slots=True)
class _Channels:
    """What all layers share."""

    y: alt.Y
    scale: alt.Scale
    axis: alt.Axis
    colour: alt.Color

    def x(self, column: str) -> alt.X:
        import altair as alt

        return alt.X(f"{column}:Q", scale=self.scale, axis=self.axis)


def _empty_cells(channels: _Channels, width: int) -> list[alt.Chart]:
    """Return the layers of cells without a dot: a dashed box for a hidden one, words alone for the others."""
    import altair as alt

    base, band = alt.Chart(), alt.RelativeBandSize(0.7)
    text: dict[str, Any] = {"fontSize": SMALL_TEXT_SIZE, "color": MUTED_TEXT, "lineHeight": LINE_HEIGHT}
    return [
        base.transform_filter("datum.kind === 'hidden'")
        .mark_rect(fill=SURFACE, stroke=LINE, strokeDash=[3, 3], cornerRadius=3, height=band)
        .encode(x=alt.XValue(1), x2=alt.X2Value(width - 1), y=channels.y, description=alt.Description("description:N")),
        base.transform_filter("datum.kind === 'absent'")  # keeps the grid from running through the words
        .mark_rect(fill="var(--page)", height=band)
        .encode(x=alt.XValue(4), x2=alt.X2Value(width - 4), y=channels.y),
        *(
            base.transform_filter(f"datum.lines === {lines}")
            .mark_text(**text, dy=-LINE_HEIGHT / 2 * (lines - 1))
            .encode(x=alt.XValue(width / 2), y=channels.y, text=alt.Text("text:N"))
            for lines in (1, 2)
        ),
    ]


def _estimates(channels: _Channels, width: int) -> list[alt.Chart]:
    """Return the layers of dots, intervals and arrowheads."""
    import altair as alt

    base, colour, y = alt.Chart(), channels.colour, channels.y
    shape = alt.ShapeValue("circle", condition={"test": "datum.dose === 'all'", "value": "diamond"})
    dot: dict[str, Any] = {
        "x": channels.x("estimate"),
        "y": y,
        "color": colour,
        "shape": shape,
        "description": "description:N",
    }
    return [
        base.transform_filter("datum.low !== null")
        .mark_rule(strokeWidth=2)
        .encode(x=channels.x("low"), x2=alt.X2("high:Q"), y=y, color=colour),
        base.transform_filter("datum.kind === 'zero'")
        .mark_tick(thickness=2, size=10)
        .encode(x=channels.x("high"), y=y, color=colour),
        base.transform_filter("datum.beyond !== ''")
        .mark_point(shape="triangle-right", filled=True, size=60, opacity=1)
        .encode(x=alt.XValue(width), y=y, color=colour),
        base.transform_filter("datum.beyond !== ''")
        .mark_text(fontSize=SMALL_TEXT_SIZE, align="right", dy=-9, color=MUTED_TEXT)
        .encode(x=alt.XValue(width), y=y, text=alt.Text("beyond:N")),
        base.transform_filter("datum.kind === 'zero'")
        .mark_point(size=70, strokeWidth=2, fill="var(--page)", opacity=1)
        .encode(**dot),
        base.transform_filter("datum.kind === 'shown'").mark_point(filled=True, size=80, opacity=1).encode(**dot),
    ]


def _share_axis(ticks: list[float], narrow: bool) -> alt.Axis:
    """Return the axis of shares: one percent sign, at the end, for neighbouring labels must not run together."""
    import altair as alt

    number = "format(100 * datum.value, '~g')"
    middle = f"(datum.value === 0 ? {number} : '')" if narrow else number
    return alt.Axis(
        values=ticks,
        orient="top",
        labelExpr=f"datum.value === {ticks[-1]} ? {number} + '%' : {middle}",
        grid=True,
        ticks=False,
        domain=False,
        labelFlush=True,
        labelPadding=6,
        labelFontSize=SMALL_TEXT_SIZE,
        title=None,
    )


def row_axis(rows: list[MatrixRow], left: int) -> alt.Axis:
    """Return the axis of row labels, in one line or two."""
    import altair as alt

    lines = {row.identifier: two_lines(row.label, LABEL_CHARACTERS) for row in rows}
    broken = [identifier for identifier, parts in lines.items() if len(parts) > 1]
    strong = [row.identifier for row in rows if row.strong]
    return alt.Axis(
        labelExpr=lookup(lines),
        labelColor=TEXT,
        labelFontWeight=alt.condition(_one_of(strong), alt.value("bold"), alt.value("normal")),
        labelLineHeight=LINE_HEIGHT,
        # a label is placed by its first line: two lines begin half a line higher
        labelOffset=alt.condition(_one_of(broken), alt.value(-LINE_HEIGHT / 2), alt.value(0)),
        labelPadding=LABEL_PADDING,
        ticks=False,
        domain=False,
        title=None,
        # the width of the drawing must not depend on the font that happens to be there
        minExtent=left,
        maxExtent=left,
    )


def _one_of(identifiers: list[str]) -> str:
    return f"indexof({identifiers}, datum.value) >= 0"


def _values(cell: Cell, end: float, narrow: bool) -> dict[str, Any]:
    beyond = cell.high is not None and cell.high > end
    broken = narrow and " " in cell.text
    return {
        "row": cell.row,
        "dose": cell.dose,
        "kind": cell.kind,
        "text": cell.text.split(" ", 1) if broken else cell.text,
        "lines": 2 if broken else 1 if cell.text else 0,
        "description": f"{cell.identifier}\n{cell.tip}",
        "estimate": cell.estimate,
        "low": cell.low,
        "high": None if cell.high is None else min(cell.high, end),
        "beyond": f"{100 * cell.high:.0f}%" if beyond and cell.high is not None else "",
    }


def axis_ticks(needed: float, wanted: float) -> list[float]:
    """Return ticks of a share axis.

    Parameters
    ----------
    needed : float
        The axis does not end before it.
    wanted : float
        The axis reaches it too where that costs little room; else what goes further ends in an arrowhead.

    Examples
    --------
    >>> axis_ticks(0.37, 0.45), axis_ticks(0.09, 0.7)
    ([0.0, 0.25, 0.5], [0.0, 0.05, 0.1])
    """
    end = _round_end(wanted) if _round_end(wanted) <= LITTLE_MORE * _round_end(needed) else _round_end(needed)
    return [0.0, end / 2, end]


def _round_end(value: float) -> float:
    return next((end for end in (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8) if value <= end), 1.0)
