"""Side effects: from records to counts of events, patients and time at risk."""

from dose_outcomes.derive.side_effects.classified import (
    ANY,
    NOT_ANALYSED,
    NOT_PLACED,
    SIDE_EFFECT_REASONS,
    classify_side_effects,
    event_time_counts,
    placed,
    side_effect_counts,
    time_at_risk,
)

__all__ = [
    "ANY",
    "NOT_ANALYSED",
    "NOT_PLACED",
    "SIDE_EFFECT_REASONS",
    "classify_side_effects",
    "event_time_counts",
    "placed",
    "side_effect_counts",
    "time_at_risk",
]
