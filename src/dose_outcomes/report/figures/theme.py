"""The look all figures share. Colours are CSS variables, so that dark mode and print reach into the figures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import altair as alt

WIDTH = 760
"""Units of the drawing, not pixels: the page scales figures to its width."""
FONT = "system-ui, 'DejaVu Sans', sans-serif"
MEASURED_FONT = "sans-serif"
"""Font that charts are laid out with: the renderer brings it along, so that no other font of a machine matters."""
TEXT_SIZE = 12
SMALL_TEXT_SIZE = 11

TEXT = "var(--text)"
MUTED_TEXT = "var(--muted-text)"
GRID = "var(--grid)"
LINE = "var(--line)"
SURFACE = "var(--surface)"

CONFIG: dict[str, Any] = {
    "font": MEASURED_FONT,
    "background": "transparent",
    "padding": 4,
    "view": {"stroke": None},
    "axis": {
        "labelColor": MUTED_TEXT,
        "labelFontSize": TEXT_SIZE,
        "titleColor": TEXT,
        "titleFontSize": TEXT_SIZE,
        "titleFontWeight": "normal",
        "gridColor": GRID,
        "domainColor": LINE,
        "tickColor": LINE,
        "labelLimit": 0,
        "titleLimit": 0,
    },
    "legend": {"columnPadding": 24},
    "header": {"labelColor": TEXT, "labelFontSize": TEXT_SIZE, "labelFontWeight": "bold", "labelLimit": 0},
    "text": {"color": TEXT, "fontSize": TEXT_SIZE},
}


def lookup(labels: dict[str, Any]) -> str:
    """Return an expression that gives the label of an identifier.

    Labels are data of others: they enter as JSON strings, never as code.
    """
    import json

    return f"({json.dumps(labels)})[datum.value]"


def inline(values: Iterable[dict[str, Any]]) -> alt.InlineData:
    """Return the values of a chart, as data that stand in its specification."""
    import altair as alt

    return alt.InlineData(values=list(values))
