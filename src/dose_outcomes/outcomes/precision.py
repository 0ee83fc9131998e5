"""When a comparison cannot bear what is read from it: how its note begins, and whether it has a p value."""

from __future__ import annotations

from collections.abc import Sequence

from dose_outcomes.study import Study

FAILED = "diagnostics failed: "
"""How the note of an estimate begins that fails a bound of the study; then the reasons, with commas between them."""


def imprecision(groups: Sequence[tuple[int, int]], study: Study) -> str:
    """Return a note that a comparison has too few patients or events, empty when not or when nothing is compared.

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
    return with_reasons("", reasons)


def with_reasons(note: str, reasons: Sequence[str]) -> str:
    """Return a note that says which diagnostics failed, beside those it names already.

    Examples
    --------
    >>> with_reasons("no p value", ["wide interval"])
    'diagnostics failed: wide interval; no p value'
    >>> with_reasons("diagnostics failed: few patients; no p value", ["wide interval"])
    'diagnostics failed: few patients, wide interval; no p value'
    """
    if not reasons:
        return note
    named, rest = "", note
    if note.startswith(FAILED):
        named, _, rest = note.removeprefix(FAILED).partition("; ")
    return joined(FAILED + ", ".join(part for part in (named, *reasons) if part), rest)


def has_p_value(groups: Sequence[tuple[int, int]], study: Study) -> bool:
    """Tell whether each group has patients enough for a p value."""
    return min(n for _, n in groups) >= study.diagnostics.minimum_patients


def no_p_value(study: Study) -> str:
    """Return why a row has no p value."""
    return f"no p value with fewer than {study.diagnostics.minimum_patients} patients in a group"


def joined(*notes: str) -> str:
    """Return one note of several.

    >>> joined("few patients", "", "no p value")
    'few patients; no p value'
    """
    return "; ".join(note for note in notes if note)
