"""How strict the checks of the data are, and what becomes of rows that break a rule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from dose_outcomes.study.base import Part

if TYPE_CHECKING:
    from dose_outcomes.study.model import Study

Share = Annotated[float, Field(ge=0, le=1)]


class Threshold(Part):
    """From which share of failing rows (or patients) on a doubtful finding is a warning, and a failure."""

    warn_above: Share = 0.0
    """A larger share is a warning."""
    fail_above: Share | None = None
    """A larger share is a failure, which stops the run as an error does; never when empty."""

    @model_validator(mode="after")
    def _ordered(self) -> Threshold:
        if self.fail_above is not None and self.fail_above < self.warn_above:
            raise ValueError(f"fail_above {self.fail_above:g} must not be below warn_above {self.warn_above:g}")
        return self


class Quality(Part):
    """Checks of the data: how strict, and what becomes of rows that break a rule."""

    on_error: Literal["stop", "set_aside"] = "stop"
    """Rows that break a rule: stop, or set them aside. With a row of patients, indications or doses goes the patient,
    with every row: nobody knows what a patient took of whom a dose is wrong."""
    thresholds: dict[str, Threshold] = {}
    """Identifier of a rule that warns (as `snakemake check_data` prints it): shares that are warnings and failures."""
    not_with_drug: list[str] = []
    """Drug classes that must not be taken on a day on which the drug is; those under
    `intercurrent_medications.prohibited` when empty."""
    earliest_day: int = -36525
    """Days before are doubtful: a date or the number of a date was not turned into a day of treatment."""
    latest_day: int = 7305
    """Days after are doubtful."""
    days_between_visits: Annotated[int, Field(ge=0)] = 2
    """Two scores of one patient and instrument fewer days apart are doubtful: one visit recorded twice. 0 and 1 ask
    for nothing, for scores of every day."""
    days_to_target_dose: Annotated[int, Field(ge=0)] | None = 56
    """A patient treated for so many days or more should have had the dose aimed at; nobody is asked when empty."""
    gap_days: Annotated[int, Field(ge=0)] = 30
    """Who is still on treatment by `end_reason` should have had a dose in so many days before observation ended."""
    rows_for_units: Annotated[int, Field(ge=1)] = 20
    """From so many rows of an instrument (at a site) on, scores of a 0-100 scale that all stay below 10 are doubtful:
    another unit."""


def check_quality(study: Study) -> Iterator[str]:
    """Days are in order."""
    if study.quality.earliest_day > 0 or study.quality.latest_day < 0:
        yield "quality: day 0 must lie between earliest_day and latest_day"
