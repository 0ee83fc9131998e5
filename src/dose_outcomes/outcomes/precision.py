"""When a comparison rests on too few patients or events: how its note begins, and whether it has a p value."""

from __future__ import annotations

from collections.abc import Sequence

from dose_outcomes.study import Study

IMPRECISE = "imprecise: "


def imprecision(groups: Sequence[tuple[int, int]], study: Study) -> str:
    """Return why a comparison is imprecise, empty when it is not or when there is nothing to compare.

    Parameters
    ----------
    groups : sequence of (int, int)
        Events and patients of each group.
    """
    bounds = study.diagnostics
    smallest = min(n for _, n in groups)
    events = sum(events for events, _ in groups)
    others = sum(n for _, n in groups) - events
    if not smallest:
        return ""
    reasons = []
    if smallest < bounds.minimum_patients:
        reasons.append(f"fewer than {bounds.minimum_patients} patients in a group")
    if events < bounds.minimum_events:
        reasons.append(f"fewer than {bounds.minimum_events} patients with the event in all")
    if others < bounds.minimum_events:
        reasons.append(f"fewer than {bounds.minimum_events} patients without the event in all")
    return IMPRECISE + ", ".join(reasons) if reasons else ""


def has_p_value(groups: Sequence[tuple[int, int]], study: Study) -> bool:
    """Tell whether each group has patients enough for a p value."""
    return min(n for _, n in groups) >= study.diagnostics.minimum_patients


def no_p_value(study: Study) -> str:
    """Return why a row has no p value."""
    return f"no p value with fewer than {study.diagnostics.minimum_patients} patients in a group"


def joined(*notes: str) -> str:
    """Return one note of several.

    >>> joined("imprecise: few patients", "", "no p value")
    'imprecise: few patients; no p value'
    """
    return "; ".join(note for note in notes if note)
