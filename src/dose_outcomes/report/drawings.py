"""Every figure of the report: how it is drawn, what it is called, how it is described in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dose_outcomes.report import alternatives

if TYPE_CHECKING:
    from markupsafe import Markup

    from dose_outcomes.report.wording import Wording


def drawing(kind: str, figure: str, content: Any, wording: Wording) -> Markup:
    """Draw a figure: chart, text alternative, SVG."""
    from altair.utils.schemapi import debug_mode

    from dose_outcomes.report.figures import dots, incidence_curves, panels, stacks
    from dose_outcomes.report.figures.design_diagram import design_diagram
    from dose_outcomes.report.figures.published_shares import published_shares
    from dose_outcomes.report.figures.responder_matrix import responder_matrix
    from dose_outcomes.report.figures.rule_graph import rule_graph
    from dose_outcomes.report.figures.share_rows import share_rows
    from dose_outcomes.report.figures.side_effects import side_effect_dots
    from dose_outcomes.report.figures.time_curves import time_curves
    from dose_outcomes.report.svg import to_svg

    words = alternatives
    charts: dict[str, Any] = {
        "responder_matrix": (responder_matrix, words.responder_matrix, "Shares by condition and dose"),
        "time_curves": (time_curves, words.time_curves, "Kaplan-Meier curves by dose"),
        "side_effects": (side_effect_dots, words.side_effects, "Side effects by dose"),
        "design": (design_diagram, words.design, "Windows of the study around the first dose"),
        "differences": (dots.baseline_differences, words.differences, "Differences between doses at the start"),
        "dose_response": (panels.dose_response, words.dose_response, "Shares by dose in mg"),
        "ladder": (share_rows, words.share_rows, "Responders by way of counting missing scores"),
        "incidence": (incidence_curves.incidence_curves, words.incidence, "What comes first, by dose"),
        "change": (panels.change_over_visits, words.panels, "Mean change over visits"),
        "distribution": (panels.change_distribution, words.distribution, "Share improved by at least so much"),
        "dose_over_time": (stacks.dose_over_time, words.dose_over_time, "Doses taken over time"),
        "published": (published_shares, words.published_shares, "Published responders and those of this study"),
        "reasons": (share_rows, words.share_rows, "Reasons for stopping by dose"),
        "rules": (rule_graph, words.rules, "Rules of the workflow"),
        "severity": (stacks.severity, words.severity, "Worst severity by dose"),
        "ratios": (dots.side_effect_ratios, words.ratios, "Rate ratios of side effects"),
        "prevalence": (panels.prevalence, words.prevalence, "Patients with an ongoing side effect over time"),
    }
    draw, describe, name = charts[kind]
    with debug_mode(False):  # to validate every part of a chart takes longer than to draw it; tests do it
        chart = draw(content, wording)
    return to_svg(chart, figure, name, describe(content, wording))
