"""What the study asks about the patients themselves: who they were, what they took, how their scores went."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from dose_outcomes.errors import nearest
from dose_outcomes.study.base import Identifier, Label, Part

if TYPE_CHECKING:
    from dose_outcomes.study.model import Study

Week = Annotated[int, Field(ge=0)]
Day = Annotated[int, Field(ge=1)]

PATIENT_COLUMNS = ("age", "sex", "site")
"""Columns of `patients` that describe a patient at the start, beside the covariates of the study."""


class BaselineTable(Part):
    """Who started: described by dose aimed at, with standardised differences from the reference dose."""

    medication_classes: list[str] | None = None
    """Classes of medication taken on day 0 that are listed; all that occur when empty."""


class DoseOverTime(Part):
    """Which dose the patients took, and when."""

    weeks: Annotated[list[Week], Field(min_length=1)] = [0, 2, 4, 8, 12, 16, 20, 24]
    """Weeks after the first dose at which the dose of the day is counted."""


class ScoreChange(Part):
    """Change of the score that each response definition looks at, over time."""

    visit_weeks: Annotated[list[Annotated[int, Field(ge=1)]], Field(min_length=1)] = [4, 8, 12, 16, 20, 24]
    """Weeks after the first dose, rising."""
    window_days: Annotated[int, Field(ge=1)] = 14
    """A score counts for a visit from so many days before it until the day before as many days after it: with
    visits twice as far apart, each score belongs to one visit. Of several the nearest counts, of two equally
    near the later."""
    threshold_shares: Annotated[list[float], Field(min_length=1)] = [
        -0.1,
        -0.05,
        0,
        0.05,
        0.1,
        0.15,
        0.2,
        0.3,
        0.4,
        0.5,
        0.6,
    ]
    """Improvements whose frequency is given, as shares of the plausible range of the instrument, rounded to its
    step; the minimal important difference and the cut of the response rule are added."""
    mixed_model: bool = True
    """Fit the mixed model for repeated measures to the visits."""


class Persistence(Part):
    """How long patients stay on the drug, and why they stop. Loss to follow-up is no stop: the patient is censored."""

    days: Annotated[list[Day], Field(min_length=1)] = [28, 56, 84, 168]
    """Days after the first dose at which the share still on the drug is given."""
    reason_days: Annotated[list[Day], Field(min_length=1)] = [84, 168]
    """Days after the first dose up to which reasons for stopping are counted."""
    gap_days: Annotated[int, Field(ge=0)] = 30
    """More days than this without a dose end the treatment, whether or not it is taken up again."""


class Course(Part):
    """Descriptions of the patients and their course; each is left out when empty."""

    baseline_table: BaselineTable | None = None
    dose_over_time: DoseOverTime | None = None
    score_change: ScoreChange | None = None
    """Needs an endpoint: the first one names the instruments."""
    persistence: Persistence | None = None


class Subgroup(Part):
    """Splits the patients by a column of `patients` known at the start, to see whether results differ."""

    id: Identifier
    label: Label
    column: str
    """age, sex, site, or a covariate of the study."""
    bands: list[float] = []
    """Numbers: lower ends of the second, third, ... band; `[50]` gives below 50, and 50 and over."""

    def level_names(self) -> list[str]:
        """Return the names of the bands, in order; none where values name themselves."""
        if not self.bands:
            return []
        return [
            f"below {self.bands[0]:g}",
            *(f"{low:g} to below {high:g}" for low, high in pairwise(self.bands)),
            f"{self.bands[-1]:g} and over",
        ]


def check_course(study: Study) -> Iterator[str]:
    """Weeks rise, and changes of a score have an endpoint to name it."""
    course = study.course
    if course.dose_over_time and not _rising(course.dose_over_time.weeks):
        yield "course: dose_over_time: weeks must rise"
    if course.score_change:
        if not study.endpoints:
            yield "course: score_change needs an endpoint, whose definitions name the instruments"
        if not _rising(course.score_change.visit_weeks):
            yield "course: score_change: visit_weeks must rise"


def check_subgroups(study: Study) -> Iterator[str]:
    """Subgroups look at columns that patients have, with identifiers of their own and rising bands."""
    known = (*PATIENT_COLUMNS, *study.covariates)
    seen: set[str] = set()
    for subgroup in study.subgroups:
        where = f"subgroups: {subgroup.id}"
        if subgroup.id in seen:
            yield f"{where}: used twice"
        seen.add(subgroup.id)
        if subgroup.column not in known:
            yield f"{where}: unknown column '{subgroup.column}'{_hint(subgroup.column, known)}"
        if not _rising(subgroup.bands):
            yield f"{where}: bands must rise"
        if subgroup.column == "age" and not subgroup.bands:
            yield f"{where}: age needs bands"
    if study.subgroups and not study.endpoints:
        yield "subgroups: need an endpoint, whose responders are counted"


def _rising(numbers: list[int] | list[float]) -> bool:
    return all(first < second for first, second in pairwise(numbers))


def _hint(name: str, allowed: tuple[str, ...]) -> str:
    close = nearest(name, list(allowed))
    return f"; did you mean {close}?" if close else f"; known: {', '.join(sorted(allowed))}"
