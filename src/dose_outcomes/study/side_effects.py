"""Side effects in the study file: which count, for how long a patient is at risk, and what is asked about them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from dose_outcomes.study.base import Part

if TYPE_CHECKING:
    from dose_outcomes.study.model import Study

Days = Annotated[int, Field(ge=1)]
RisingDays = Annotated[list[Days], Field(min_length=1)]


class ChangeWindows(Part):
    """Days before and after a change of treatment that are compared within the same patients."""

    days: Days
    """Length of the time before and of the time after; both as short as the shorter one that a patient has."""
    excluded_days_before: Annotated[int, Field(ge=0)] = 0
    """Days right before the change that are left out: a side effect that led to the change falls in them."""


class SideEffects(Part):
    """Which side effects count, for how long a patient is at risk, and what is asked about them."""

    days_after_last_dose: Annotated[int, Field(ge=0)] | None = 30
    """At risk until so many days after the last dose; until the end of observation when null."""
    count: Literal["episodes", "records"] = "episodes"
    """Events of a rate: distinct patient, term and onset day, or every record of the table."""
    carry_over_days: Annotated[int, Field(ge=0)] = 7
    """For rates at the dose taken on the day: days after a dose that still count for it, unless the next dose begins
    first. Days without a dose beyond them are `off drug`."""
    horizon_days: RisingDays = [84, 168]
    """Days up to which the cumulative incidence of the first event and the mean count of events are given."""
    resolved_within_days: RisingDays = [7, 14, 28]
    """Lengths of a side effect up to which the share resolved is given."""
    prevalence_days: RisingDays = [7, 14, 28, 56, 84, 112, 168]
    """Days on which the share of patients with an ongoing side effect is given."""
    prevalence_terms: Annotated[int, Field(ge=0)] = 5
    """For so many of the most frequent terms, beside any side effect."""
    time_of_day_change: ChangeWindows = ChangeWindows(days=28, excluded_days_before=7)
    """Windows around the first change of the time of day of a patient."""
    dose_step_up: ChangeWindows = ChangeWindows(days=14)
    """Windows around the first step up of a patient's dose."""
    interruption_days: Days = 7
    """So many days without a dose are an interruption."""
    dechallenge_days: Days = 14
    """Resolved within so many days of a reduction, interruption or stop of the dose."""
    rechallenge_days: Days = 28
    """The same term again within so many days of the dose going up again."""


def check_side_effects(study: Study) -> Iterator[str]:
    """Days at which something is read off a curve rise."""
    settings = study.side_effects
    for key in ("horizon_days", "resolved_within_days", "prevalence_days"):
        if not all(first < second for first, second in pairwise(getattr(settings, key))):
            yield f"side_effects: {key} must rise"
