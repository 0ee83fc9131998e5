"""Rows of dots on one axis: standardised differences, rate ratios beside the rates behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dose_outcomes.report.figures.composition import Specification, composed
from dose_outcomes.report.figures.matrix import label_width
from dose_outcomes.report.figures.small_multiples import interval_words
from dose_outcomes.report.figures.theme import (
    GRID,
    LINE,
    MUTED_TEXT,
    SMALL_TEXT_SIZE,
    TEXT,
    TEXT_SIZE,
    WIDTH,
    inline,
    lookup,
)
from dose_outcomes.report.hidden import absence
from dose_outcomes.report.numbers import show
from dose_outcomes.report.wording import shorten

if TYPE_CHECKING:
    import altair as alt

    from dose_outcomes.report.baseline import Baseline
    from dose_outcomes.report.harm_details import HarmDetails
    from dose_outcomes.report.wording import Wording

STEP = 24
"""Height of a row."""
NOTEWORTHY = 0.1
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
SMALLEST_RATIO, LARGEST_RATIO = 0.25, 8.0
RATES_WIDTH, RATIOS_WIDTH, NUMBERS_WIDTH = 170, 230, 140
LABELS = 34


def _rows(labels: list[str], left: int, labelled: bool = True) -> alt.Y:
    """Return the vertical channel of rows r0, r1, ... with their labels."""
    import altair as alt

    names = {f"r{number}": shorten(label, LABELS) for number, label in enumerate(labels)}
    axis: dict[str, Any] = {
        "grid": True,
        "gridColor": GRID,
        "ticks": False,
        "domain": False,
        "title": None,
        "bandPosition": 0.5,
    }
    if labelled:
        axis |= {
            "labelExpr": lookup(names),
            "labelColor": TEXT,
            "labelPadding": 10,
            "minExtent": left,
            "maxExtent": left,
        }
    else:
        axis |= {"labels": False, "minExtent": 0, "maxExtent": 0}
    return alt.Y("row:N", scale=alt.Scale(type="band", domain=list(names), padding=0), axis=alt.Axis(**axis))


def _vertical(places: list[float], x: alt.X, dash: list[int]) -> alt.Chart:
    import altair as alt

    values = inline([{"x": place} for place in places])
    chart: alt.Chart = alt.Chart(values).mark_rule(stroke=LINE, strokeDash=dash).encode(x=x)
    return chart


def difference_limit(content: Baseline) -> float:
    """Return the end of the axis of differences, the same on both sides."""
    values = [abs(row.estimate) for one in content.differences for row in one.cells.values() if row and row.estimate]
    return max(0.2, round(max(values, default=0.0) + 0.05, 1))


def differences_width(content: Baseline) -> int:
    """Return the width of the panel of differences."""
    return WIDTH - label_width([shorten(one.label, LABELS) for one in content.differences]) - 60


def baseline_differences(content: Baseline, wording: Wording) -> Specification:
    """Return the figure: standardised difference from the reference dose, a row for each characteristic."""
    import altair as alt

    labels = [one.label for one in content.differences]
    end = difference_limit(content)
    x = alt.X(
        "x:Q", scale=alt.Scale(domain=[-end, end], nice=False),
        axis=alt.Axis(
            title=f"standardised difference from {shorten(content.reference, 16)}",
            tickCount=5, grid=False, labelExpr="format(datum.value, datum.value === 0 ? '.1f' : '+.1f')",
        ),
    )  # fmt: skip
    names = [dose.label for dose in content.doses]
    values = [
        {
            "row": f"r{number}",
            "x": row.estimate,
            "dose": dose.label,
            "description": f"{row.identifier}\n{one.label}, {dose.label}: {show(row)}",
        }
        for number, one in enumerate(content.differences)
        for dose in content.doses
        if (row := one.cells.get(dose.identifier)) and row.estimate is not None
    ]
    y = _rows(labels, label_width([shorten(label, LABELS) for label in labels]))
    colours = [f"var({dose.colour})" for dose in content.doses]
    legend = alt.Legend(orient="top", title=None, labelColor=TEXT, labelFontSize=TEXT_SIZE, symbolSize=80, labelLimit=0)
    dots = (
        alt.Chart(inline(values))
        .mark_point(filled=True, size=64, opacity=1)
        .encode(
            x=x, y=y, description=alt.Description("description:N"),
            color=alt.Color("dose:N", scale=alt.Scale(domain=names, range=colours), legend=legend),
            shape=alt.Shape("dose:N", scale=alt.Scale(domain=names, range=list(SHAPES[: len(names)])), legend=legend),
        )
    )  # fmt: skip
    lines = [_vertical([0], x, [1, 0]), _vertical([-NOTEWORTHY, NOTEWORTHY], x, [4, 3])]
    return composed(layer=[*lines, dots], width=differences_width(content), height=STEP * len(labels))


def rate_end(content: HarmDetails) -> float:
    """Return the end of the axis of rates."""
    compared = content.compared_dose
    rates = [one.rates.get(name) for one in content.ratios for name in (compared.identifier, content.reference)]
    highest = max((row.estimate for row in rates if row and row.estimate is not None), default=1.0)
    return highest * 1.05 or 1.0


def side_effect_ratios(content: HarmDetails, wording: Wording) -> Specification:
    """Return the figure: rates on the left, ratios on a log axis on the right, numbers at the edge."""
    import altair as alt

    labels = [one.label for one in content.ratios]
    left = label_width([shorten(label, LABELS) for label in labels])
    dose = content.compared_dose
    sides = ((dose.identifier, dose.label, f"var({dose.colour})", "circle"),
             (content.reference, content.reference, "var(--comparator)", "square"))  # fmt: skip
    rates = [
        {
            "row": f"r{number}", "x": row.estimate, "dose": name,
            "description": f"{row.identifier}\n{one.label}, {name}: {interval_words(row)} per 100 person-years",
        }
        for number, one in enumerate(content.ratios)
        for identifier, name, _, _ in sides
        if (row := one.rates.get(identifier)) and row.estimate is not None
    ]  # fmt: skip
    legend = alt.Legend(orient="top", title=None, labelColor=TEXT, labelFontSize=TEXT_SIZE, symbolSize=80, labelLimit=0)
    domain = [name for _, name, _, _ in sides]
    x = alt.X(
        "x:Q", scale=alt.Scale(domain=[0, rate_end(content)], nice=False),
        axis=alt.Axis(title="events per 100 person-years", tickCount=4, grid=False),
    )  # fmt: skip
    first = (
        alt.Chart(inline(rates))
        .mark_point(filled=True, size=64, opacity=1)
        .encode(
            x=x, y=_rows(labels, left), description=alt.Description("description:N"),
            color=alt.Color("dose:N", scale=alt.Scale(domain=domain, range=[side[2] for side in sides]), legend=legend),
            shape=alt.Shape("dose:N", scale=alt.Scale(domain=domain, range=[side[3] for side in sides]), legend=legend),
        )
        .properties(width=RATES_WIDTH, height=STEP * len(labels))
    )  # fmt: skip
    return composed(hconcat=[first, _ratios(content, labels, wording)], spacing=26, bounds="flush")


def _ratios(content: HarmDetails, labels: list[str], wording: Wording) -> Specification:
    import altair as alt

    dose = content.compared_dose
    values, texts = [], []
    for number, one in enumerate(content.ratios):
        row = one.ratios.get(dose.identifier)
        gap = absence(row, wording.minimum)
        if gap or row is None or row.estimate is None:
            texts.append({"row": f"r{number}", "text": gap.text if gap else ""})
            continue
        low, high = row.low or 0.0, row.high if row.high is not None else float("inf")
        values.append(
            {
                "row": f"r{number}",
                "x": row.estimate if SMALLEST_RATIO <= row.estimate <= LARGEST_RATIO else None,
                "low": min(max(low, SMALLEST_RATIO), LARGEST_RATIO),
                "high": max(min(high, LARGEST_RATIO), SMALLEST_RATIO),
                "below": low < SMALLEST_RATIO,
                "above": high > LARGEST_RATIO,
                "description": f"{row.identifier}\n{one.label}: ratio {interval_words(row)}",
            }
        )
        texts.append({"row": f"r{number}", "text": interval_words(row)})
    scale = alt.Scale(type="log", domain=[SMALLEST_RATIO, LARGEST_RATIO], nice=False)
    axis = alt.Axis(
        values=[0.25, 0.5, 1, 2, 4, 8], format="~g", grid=False,
        title=f"rate ratio (fewer ← → more on {shorten(dose.label, 10)})",
    )  # fmt: skip
    x = alt.X("x:Q", scale=scale, axis=axis)
    y = _rows(labels, 0, labelled=False)
    base, words = alt.Chart(inline(values)), alt.Chart(inline(texts))
    colour = f"var({dose.colour})"
    layers = [
        _vertical([1], x, [1, 0]),
        base.mark_rule(stroke=colour, strokeWidth=2)
        .encode(x=alt.X("low:Q", scale=scale, axis=axis), x2=alt.X2("high:Q"), y=y),
        base.transform_filter("datum.below")
        .mark_point(shape="triangle-left", filled=True, size=60, fill=colour, opacity=1)
        .encode(x=alt.XValue(0), y=y),
        base.transform_filter("datum.above")
        .mark_point(shape="triangle-right", filled=True, size=60, fill=colour, opacity=1)
        .encode(x=alt.XValue(RATIOS_WIDTH), y=y),
        base.transform_filter("datum.x !== null").mark_point(filled=True, size=64, opacity=1, fill=colour)
        .encode(x=x, y=y, description=alt.Description("description:N")),
        words.mark_text(align="left", fontSize=SMALL_TEXT_SIZE, color=MUTED_TEXT)
        .encode(x=alt.XValue(RATIOS_WIDTH + 14), y=y, text=alt.Text("text:N")),
    ]  # fmt: skip
    return composed(layer=layers, width=RATIOS_WIDTH, height=STEP * len(labels))
