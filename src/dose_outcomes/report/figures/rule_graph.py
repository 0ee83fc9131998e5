"""The rules of the workflow as boxes from left to right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.report.figures.composition import Specification, composed
from dose_outcomes.report.figures.theme import (
    LINE,
    MUTED_TEXT,
    SMALL_TEXT_SIZE,
    SURFACE,
    TEXT,
    TEXT_SIZE,
    WIDTH,
    inline,
)

if TYPE_CHECKING:
    from dose_outcomes.report.rules import Rule
    from dose_outcomes.report.wording import Wording

HEIGHT = 84
BOX = 0.78
"""Share of its place that a box takes."""


def rule_graph(rules: tuple[Rule, ...], wording: Wording) -> Specification:
    """Return the figure: a box for each rule, an arrow from the rule whose outputs it reads."""
    import altair as alt

    places = {rule.name: number for number, rule in enumerate(rules)}
    step = WIDTH / len(rules)
    boxes = [
        {
            "left": step * (place + (1 - BOX) / 2),
            "right": step * (place + (1 + BOX) / 2),
            "middle": step * (place + 0.5),
            "name": rule.name,
            "level": "patients" if rule.name in ("cohort", "counts", "estimates") else "released",
            "description": f"rule {rule.name}\n{rule.name}: {rule.does}",
        }
        for rule, place in zip(rules, range(len(rules)), strict=True)
    ]
    arrows = [
        {"from": step * (places[rule.after] + (1 + BOX) / 2), "to": step * (places[rule.name] + (1 - BOX) / 2) - 4}
        for rule in rules
        if rule.after
    ]
    side = {"from": step * 3, "top": 0, "end": HEIGHT}
    labels = [
        {"x": step * 1.5, "text": "stays at the site"},
        {"x": step * 4.5, "text": "may leave it"},
    ]
    x = alt.Scale(domain=[0, WIDTH], nice=False)
    layers = [
        alt.Chart(inline([side]))
        .mark_rule(color=LINE, strokeDash=[4, 4])
        .encode(x=alt.X("from:Q", scale=x, axis=None), y=alt.YValue(0), y2=alt.Y2Value(HEIGHT)),
        alt.Chart(inline(arrows))
        .mark_rule(color=LINE, strokeWidth=1.5)
        .encode(x=alt.X("from:Q", scale=x, axis=None), x2=alt.X2("to:Q"), y=alt.YValue(HEIGHT / 2)),
        alt.Chart(inline(arrows))
        .mark_point(shape="triangle-right", filled=True, size=70, color=LINE, opacity=1)
        .encode(x=alt.X("to:Q", scale=x, axis=None), y=alt.YValue(HEIGHT / 2)),
        alt.Chart(inline(boxes))
        .mark_rect(fill=SURFACE, stroke=LINE, cornerRadius=4)
        .encode(
            x=alt.X("left:Q", scale=x, axis=None),
            x2=alt.X2("right:Q"),
            y=alt.YValue(HEIGHT / 2 - 18),
            y2=alt.Y2Value(HEIGHT / 2 + 18),
            description=alt.Description("description:N"),
        ),
        alt.Chart(inline(boxes))
        .mark_text(fontSize=TEXT_SIZE, color=TEXT)
        .encode(x=alt.X("middle:Q", scale=x, axis=None), y=alt.YValue(HEIGHT / 2), text=alt.Text("name:N")),
        alt.Chart(inline(labels))
        .mark_text(fontSize=SMALL_TEXT_SIZE, color=MUTED_TEXT)
        .encode(x=alt.X("x:Q", scale=x, axis=None), y=alt.YValue(8), text=alt.Text("text:N")),
    ]
    return composed(layer=layers, width=WIDTH, height=HEIGHT)
