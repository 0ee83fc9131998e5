"""Parameters of conditions: how often patients respond, what their scores look like, what else they take."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator, model_validator

from dose_outcomes.catalogue import ResponseDefinition, built_in
from dose_outcomes.errors import nearest
from dose_outcomes.simulate.evidence import Age, Evidence, Positive, Share, ShareValue, WeightValue
from dose_outcomes.study.base import Part


class Scores(Evidence):
    """How scores lie about the cut between response and no response."""

    not_responding_median: Positive
    not_responding_log_sd: Positive
    responding_median: Annotated[float, Field(gt=0, lt=1)]
    responding_logit_sd: Positive
    persistence: Share


class Baseline(Evidence):
    """Baseline score: normal, cut at the definition's bound and the instrument's plausible range."""

    mean: float
    sd: Positive


class Companion(Evidence):
    """A score of the same day: the largest of several subscores, or a component of the response rule."""

    instrument: str
    largest_of: int | None = None
    """The main score is the sum of so many subscores; this one is the largest of them."""
    component: str | None = None
    """Name in the response rule, which is met inside and failed outside."""
    inside: tuple[float, float] | None = None
    outside: tuple[float, float] | None = None
    outside_not_responding: Share = 0.0
    only_fault: Share = 0.0

    @model_validator(mode="after")
    def _one_kind(self) -> Companion:
        ranges = (self.component, self.inside, self.outside)
        complete = all(part is not None for part in ranges)
        if complete == (self.largest_of is not None) or (any(ranges) and not complete):
            raise ValueError("needs either largest_of, or component with inside and outside")
        return self


class Drug(Part):
    """A drug taken beside the study drug."""

    drug: str
    drug_class: str
    share: Share
    ddd_per_day: list[Positive]


class Condition(Part):
    """A condition: how many have it, how often they respond, what their scores look like."""

    definition: str
    weight: WeightValue
    placebo_like: ShareValue
    drug_effect: ShareValue
    baseline: Baseline
    drugs: list[Drug]
    companions: list[Companion] = []
    women: ShareValue | None = None
    age: Age | None = None
    persistence: ShareValue | None = None

    @field_validator("definition")
    @classmethod
    def _known(cls, code: str) -> str:
        known = {one.lower(): one for one in built_in().definitions}
        if code not in known.values():
            close = known.get(nearest(code, known) or "")
            hint = f"did you mean {close}?" if close else f"known: {', '.join(known.values())}"
            raise ValueError(f"unknown response definition '{code}'; {hint}")
        return code

    @property
    def response(self) -> ResponseDefinition:
        """The response definition."""
        return built_in().definitions[self.definition]
