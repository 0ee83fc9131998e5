"""The windows of the study on one axis of days, the first dose at zero."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dose_outcomes.report.figures.composition import Specification, composed
from dose_outcomes.report.figures.matrix import MatrixRow, label_width, row_axis
from dose_outcomes.report.figures.theme import GRID, MUTED_TEXT, SMALL_TEXT_SIZE, TEXT, WIDTH, inline
from dose_outcomes.report.numbers import MINUS
from dose_outcomes.report.wording import DAYS_PER_WEEK

if TYPE_CHECKING:
    from dose_outcomes.report.design import Window
    from dose_outcomes.report.wording import Wording

ROW_HEIGHT = 30
#: Beside a bar: its days, eleven units high.
DAYS_WIDTH = 96
COLOURS = {"before": "var(--comparator)", "visit": "var(--dose-3)", "follow-up": "var(--drug)"}


def axis_days(windows: list[Window]) -> tuple[int, int]:
    """Return the first and last day of the axis: whole weeks that hold all windows."""
    first = min(0, *(window.first for window in windows))
    last = max(1, *(window.last if window.last is not None else window.first for window in windows))
    return DAYS_PER_WEEK * (first // DAYS_PER_WEEK), DAYS_PER_WEEK * -(-last // DAYS_PER_WEEK)


def days_in_words(window: Window) -> str:
    """Return the days of a window as they are printed beside it."""
    first, last = (str(day).replace("-", MINUS) for day in (window.first, window.last))
    if window.last is None:
        return f"from day {first}"
    return f"day {first}" if first == last else f"days {first} to {last}"


def design_diagram(windows: list[Window], wording: Wording) -> Specification:
    """Return the figure: a bar for each window, a line at the first dose."""
    import altair as alt

    start, end = axis_days(windows)
    rows = [MatrixRow(f"w{number}", window.label) for number, window in enumerate(windows)]
    left = label_width([row.label for row in rows])
    width = WIDTH - left - DAYS_WIDTH
    values = [
        {
            "row": row.identifier,
            "first": window.first,
            "last": end if window.last is None else max(window.last, window.first + 1),
            "kind": window.kind,
            "open": window.last is None,
            "days": days_in_words(window),
            "description": f"{row.identifier}\n{window.label}: {days_in_words(window)}"
            + (f", {window.detail}" if window.detail else ""),
        }
        for row, window in zip(rows, windows, strict=True)
    ]
    step = 4 * DAYS_PER_WEEK * (1 + (end - start) // 400)
    ticks = list(range(-step * (-start // step), end + 1, step))
    x: dict[str, Any] = {"scale": alt.Scale(domain=[start, end], nice=False)}
    axis = alt.Axis(
        values=ticks, orient="top", grid=True, ticks=False, domain=False, title="day", labelFontSize=SMALL_TEXT_SIZE
    )
    y = alt.Y("row:N", scale=alt.Scale(domain=[row.identifier for row in rows], padding=0), axis=row_axis(rows, left))
    colour = alt.Color("kind:N", scale=alt.Scale(domain=[*COLOURS], range=[*COLOURS.values()]), legend=None)
    base = alt.Chart()
    layers = [
        alt.Chart(inline([{"day": 0}])).mark_rule(color=TEXT, strokeWidth=1.5).encode(x=alt.X("day:Q", axis=axis, **x)),
        base.mark_bar(height=alt.RelativeBandSize(0.45), cornerRadius=2).encode(
            x=alt.X("first:Q", axis=axis, **x),
            x2=alt.X2("last:Q"),
            y=y,
            color=colour,
            description=alt.Description("description:N"),
        ),
        base.transform_filter("datum.open")
        .mark_point(shape="triangle-right", filled=True, size=90, opacity=1)
        .encode(x=alt.XValue(width + 5), y=y, color=colour),
        base.mark_text(align="left", fontSize=SMALL_TEXT_SIZE, color=MUTED_TEXT).encode(
            x=alt.XValue(width + 14), y=y, text=alt.Text("days:N")
        ),
    ]
    return composed(
        layer=layers, data=inline(values), width=width, height=ROW_HEIGHT * len(rows), view={"stroke": GRID}
    )
