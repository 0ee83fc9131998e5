"""Parameters of doses, visits, stopping and side effects."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from dose_outcomes.simulate.evidence import (
    Choice,
    Evidence,
    NotNegative,
    Positive,
    Share,
    ShareByValue,
    ShareValue,
    check_sum_to_one,
)
from dose_outcomes.study.base import Label, Part


class Target(Evidence):
    """A dose aimed at, in mg a day."""

    label: Label
    dose_mg: Annotated[float, Field(gt=0, multiple_of=0.5)]
    share: Share
    effect: Share


class Titration(Evidence):
    """How the dose rises: from 0.5 or 1.5 mg, in steps (mg) every so many weeks."""

    start_at_1_5_mg: Share
    step_mg: dict[str, Share]
    weeks_per_step: dict[str, Share]

    @field_validator("step_mg", "weeks_per_step")
    @classmethod
    def _sum_to_one(cls, values: dict[str, float]) -> dict[str, float]:
        check_sum_to_one(values)
        return values


class Visits(Evidence):
    """Planned visits, how far from the plan they lie (days), and how many are missed."""

    number: Annotated[int, Field(ge=1)]
    interval_days: Annotated[int, Field(ge=21)]
    jitter_sd_days: NotNegative
    jitter_limit_days: Annotated[int, Field(ge=0, le=10)]
    missed_responding: Share
    missed_not_responding: Share


class Stopping(Evidence):
    """Rates of stopping per week on treatment."""

    lack_of_efficacy_from_week: int
    lack_of_efficacy_not_responding: NotNegative
    lack_of_efficacy_responding: NotNegative
    lost_to_follow_up: NotNegative
    cost: NotNegative
    planned_surgery: NotNegative
    opioid_needed: NotNegative
    pregnancy: NotNegative
    age_of_pregnancy: tuple[int, int]
    death: NotNegative
    other: NotNegative


class DataCut(Evidence):
    """Share of patients still under treatment when the data were cut, and the days on which that may be."""

    share: Share
    first_day: int
    last_day: int


class AfterStopping(Evidence):
    """Share of patients seen after they stopped, and for how many days."""

    share: Share
    first_days: int
    last_days: int


class Early(Evidence):
    """Ratio of the rates of side effects in the first, second, ... week after a rise of the dose."""

    weeks: Annotated[list[Positive], Field(min_length=1)]


class Term(Evidence):
    """A side effect: its rate without the drug, and what changes it."""

    body_system: Label
    per_1000_days: Positive
    per_mg: Positive
    timing: dict[str, Positive] = {}
    sleep: bool = False
    """Moving the dose to the morning is tried against it."""


class Duration(Evidence):
    """Days until a side effect is over: log-normal."""

    median_days: Positive
    log_sd: Positive


class Actions(Evidence):
    """What is done with the dose, by severity: probability of each action, else nothing."""

    one: dict[str, Share] = Field(alias="1")
    two: dict[str, Share] = Field(alias="2")
    three: dict[str, Share] = Field(alias="3")
    four: dict[str, Share] = Field(alias="4")

    @property
    def by_severity(self) -> tuple[dict[str, float], ...]:
        """Probabilities of the actions, from severity 1 to 4."""
        return (self.one, self.two, self.three, self.four)


class SideEffects(Part):
    """Side effects: when, which, how severe, how long, with what consequence."""

    early: Early
    terms: dict[Label, Term]
    severity: Choice
    serious: ShareByValue
    related: ShareValue
    duration: Duration
    actions: Actions
    before_treatment: ShareValue
