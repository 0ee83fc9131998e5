"""Parameters that say where they come from."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator, model_validator

from dose_outcomes.study.base import Label, Part

Share = Annotated[float, Field(ge=0, le=1)]
NotNegative = Annotated[float, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]

_ROUNDING = 1e-9


class Publication(Part):
    """Where a figure was published."""

    first_author: Label
    year: int
    journal: Label
    doi: str | None = None


class Evidence(Part):
    """Parameters with their source, or the statement that they are assumed."""

    source: str | None = None
    """Key of a publication; with an assumption beside it when the figure was adapted."""
    assumption: str | None = None
    """Why this value, where no publication gives it."""

    @model_validator(mode="after")
    def _says_where_from(self) -> Evidence:
        if self.source is None and self.assumption is None:
            raise ValueError("needs a source or an assumption")
        return self


class ShareValue(Evidence):
    """A share or probability."""

    value: Share


class CountValue(Evidence):
    """A whole number."""

    value: Annotated[int, Field(ge=1)]


class WeightValue(Evidence):
    """A relative size."""

    value: Positive


class Age(Evidence):
    """Age in years: normal, cut at both ends."""

    mean: float
    sd: Positive
    lowest: int
    highest: int


class Choice(Evidence):
    """Values with their probabilities."""

    values: dict[str, Share]

    @field_validator("values")
    @classmethod
    def _sum_to_one(cls, values: dict[str, float]) -> dict[str, float]:
        check_sum_to_one(values)
        return values


class ShareByValue(Evidence):
    """A probability for each value of something."""

    values: dict[str, Share]


def check_sum_to_one(values: dict[str, float]) -> None:
    """Refuse probabilities that do not sum to one.

    Raises
    ------
    ValueError
        Says what they sum to.
    """
    if abs(sum(values.values()) - 1.0) > _ROUNDING:
        raise ValueError(f"probabilities must sum to 1; these sum to {sum(values.values()):g}")
