"""What the small multiples show: change over visits, distribution of change, dose-response, prevalence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.report.figures.composition import Specification
from dose_outcomes.report.figures.small_multiples import Axes, Facet, shown, small_multiples
from dose_outcomes.report.numbers import show

if TYPE_CHECKING:
    from dose_outcomes.report.dose_response import DoseResponse
    from dose_outcomes.report.register import Estimate
    from dose_outcomes.report.scores import Panel
    from dose_outcomes.report.wording import Wording

SHARE = (0.0, 1.0)


def change_facets(panels: list[Panel]) -> tuple[list[Facet], Axes]:
    """Return mean change over visits."""
    facets = []
    for panel in panels:
        known = shown(panel.points)
        ns = [show(row, "n") for _, row in (known[0], known[-1]) if row.n is not None] if known else []
        detail = f"{panel.score}, n {' to '.join(ns)}" if ns else panel.score
        facets.append(Facet(panel.label, detail, panel.points, panel.points))
    weeks = sorted({place for panel in panels for place, _ in panel.points})
    end = max(weeks, default=1.0)
    return facets, Axes("week", (0.0, end), [0, *weeks[1::2]], None, percent=False, unit=" weeks")


def change_over_visits(panels: list[Panel], wording: Wording) -> Specification:
    """Return the figure: mean change of the score at each visit, a panel for each condition."""
    return small_multiples(*change_facets(panels))


def distribution_facets(panels: list[Panel]) -> tuple[list[Facet], Axes]:
    """Return the share that improved by at least so much."""
    facets = [
        Facet(panel.label, panel.score, panel.points, panel.points, verticals=panel.important) for panel in panels
    ]
    return facets, Axes("improved by at least", None, None, SHARE, percent=True)


def change_distribution(panels: list[Panel], wording: Wording) -> Specification:
    """Return the figure: share that improved by at least so much, a panel for each condition."""
    return small_multiples(*distribution_facets(panels))


def dose_response_facets(panels: list[DoseResponse]) -> tuple[list[Facet], Axes]:
    """Return shares of responders by dose in mg, with the fitted curve."""
    facets = [
        Facet(panel.label, panel.detail, panel.observed, panel.fitted, whiskers=True, dashed=not panel.supported)
        for panel in panels
    ]
    doses = sorted({place for panel in panels for place, _ in panel.observed})
    end = max(doses, default=1.0) * 1.08
    return facets, Axes("dose, mg", (0.0, end), doses, SHARE, percent=True, unit=" mg")


def dose_response(panels: list[DoseResponse], wording: Wording) -> Specification:
    """Return the figure: a panel for each condition, doses on a true scale."""
    return small_multiples(*dose_response_facets(panels))


def prevalence_facets(terms: list[tuple[str, list[tuple[int, Estimate]]]]) -> tuple[list[Facet], Axes]:
    """Return shares with an ongoing side effect by week."""
    points = [[(day / 7, row) for day, row in rows] for _, rows in terms]
    facets = [Facet(label, "", own, own) for (label, _), own in zip(terms, points, strict=True)]
    end = max((place for own in points for place, _ in own), default=1.0)
    weeks = sorted({place for own in points for place, _ in own})
    return facets, Axes("week", (0.0, end), [0, *weeks[2::2]], None, percent=True, unit=" weeks")


def prevalence(terms: list[tuple[str, list[tuple[int, Estimate]]]], wording: Wording) -> Specification:
    """Return the figure: share of patients with an ongoing side effect, a panel for each."""
    return small_multiples(*prevalence_facets(terms))
