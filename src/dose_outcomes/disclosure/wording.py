"""The words that stand for a hidden number, and the names that several parts of disclosure control share."""

from __future__ import annotations

SECONDARY = "protects a hidden count"
"""A count that is large enough, but from which a small one would follow by subtraction."""
UNDIVIDED = "part of a count too small to divide"
"""A part, small or not or none, of a count that is shown undivided (see `splits`)."""
DERIVED = "made of a hidden count"
"""A number that is a function of a hidden count."""
#: Statistics of a table of numbers at risk.
RISK_TABLE = ("number_at_risk", "cumulative_events", "cumulative_censored")


def reason(minimum_count: int) -> str:
    """Return the text that marks a hidden number.

    Examples
    --------
    >>> reason(5)
    'count below 5'
    """
    return f"count below {minimum_count}"


def is_small(count: int, minimum_count: int) -> bool:
    """Tell whether a count is one of those that are hidden: at least 1, below the minimum.

    Examples
    --------
    >>> [is_small(count, 5) for count in (0, 1, 4, 5)]
    [False, True, True, False]
    """
    return 0 < count < minimum_count
