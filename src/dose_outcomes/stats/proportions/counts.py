"""What the functions on proportions share: checked counts and the normal quantile of a level."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from scipy.special import ndtri

from dose_outcomes.stats.arguments import check_level, check_number

NO_PATIENT = "no patient: the proportion is undefined and the interval is all of [0, 1]"
EMPTY_GROUP = "a group without patients: the comparison is undefined and the interval is everything possible"


@dataclass(frozen=True, slots=True)
class TwoGroups:
    """A fourfold table: events among the patients of a group and of the group it is compared with."""

    events: int
    n: int
    reference_events: int
    reference_n: int

    @property
    def empty(self) -> bool:
        """Whether a group has no patients."""
        return self.n == 0 or self.reference_n == 0

    @property
    def risk(self) -> float:
        """Proportion with the event."""
        return self.events / self.n

    @property
    def reference_risk(self) -> float:
        """Proportion with the event in the reference group."""
        return self.reference_events / self.reference_n

    @property
    def total(self) -> int:
        """Patients of both groups."""
        return self.n + self.reference_n

    @property
    def total_events(self) -> int:
        """Events of both groups."""
        return self.events + self.reference_events

    @property
    def no_variation(self) -> bool:
        """Whether nobody has the event, or everybody."""
        return self.total_events in (0, self.total)


def check_counts(
    events: int, n: int, *, events_name: str = "events", n_name: str = "n", n_at_least: int = 0
) -> tuple[int, int]:
    """Return `events` and `n` as whole numbers with 0 <= events <= n.

    Plain integers that are right pass without numpy: a report makes some 20,000 of these calls.
    """
    if type(events) is int and type(n) is int and 0 <= events <= n >= n_at_least:
        return events, n
    n = int(check_number(n_name, n, at_least=n_at_least, whole=True))
    return int(check_number(events_name, events, at_least=0, at_most=n, whole=True)), n


def check_two_groups(events: int, n: int, reference_events: int, reference_n: int) -> TwoGroups:
    """Return the fourfold table, both groups checked."""
    return TwoGroups(
        *check_counts(events, n),
        *check_counts(reference_events, reference_n, events_name="reference_events", n_name="reference_n"),
    )


def normal_quantile(level: float) -> float:
    """Two-sided standard normal quantile of a confidence level, z with P(|Z| <= z) = level.

    >>> round(normal_quantile(0.95), 6)
    1.959964
    """
    return _quantile_of_level(check_fast_level(level))


def check_fast_level(level: float) -> float:
    """Return a confidence level strictly between 0 and 1; plain floats pass without numpy."""
    if type(level) is float and 0.0 < level < 1.0:
        return level
    return check_level(level)


@lru_cache(maxsize=64)
def _quantile_of_level(level: float) -> float:
    return -float(ndtri((1.0 - level) / 2.0))
