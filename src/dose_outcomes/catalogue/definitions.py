"""Instruments and response definitions as typed, frozen values, read from `definitions.yaml`."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from dose_outcomes.catalogue.expression import COMPONENT, names_in, needs_baseline, parse_rule
from dose_outcomes.errors import StudyError

Validation = Literal["validated", "validated_other_population", "pragmatic"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, allow_inf_nan=False)


class Instrument(_Part):
    """A score, as one version of one instrument gives it."""

    label: str
    units: str
    minimum: float
    """Below it a value is an error."""
    maximum: float
    """Above it a value is an error."""
    plausible_minimum: float | None = None
    plausible_maximum: float | None = None
    step: Annotated[float, Field(gt=0)] | None = None
    """Smallest legal increment; differences are rounded to it before they are compared."""
    direction: Literal["lower_better", "higher_better", "target_range"]
    floor: float = 0.0
    """Best value that the scale can take when lower is better; percentages are taken of `score - floor`."""

    @model_validator(mode="after")
    def _ordered(self) -> Instrument:
        if not self.minimum < self.maximum:
            raise ValueError(f"minimum {self.minimum:g} must be below maximum {self.maximum:g}")
        return self


class ResponseDefinition(_Part):
    """When a patient counts as a responder."""

    instrument: str
    """Code of the instrument whose score `value`, `base` and their changes are."""
    label: str
    response: str
    """Rule, for example `pct_improve >= 30`."""
    remission: str | None = None
    remission_label: str | None = None
    baseline_bound: float | None = None
    """Worst side of the scale that a baseline must reach to be assessable; None when any will do."""
    components: dict[str, str] = {}
    """Name `c_...` in the rule: code of the instrument whose score on the same day it is."""
    week: Annotated[float, Field(gt=0)] = 12
    """Target visit, in weeks after the first dose."""
    window_weeks: Annotated[float, Field(ge=0)] = 2
    validation: Validation = "pragmatic"
    source: str = ""

    @field_validator("response", "remission")
    @classmethod
    def _readable(cls, text: str | None) -> str | None:
        if text is not None:
            try:
                parse_rule(text)
            except StudyError as error:
                raise ValueError(str(error)) from None
        return text

    @model_validator(mode="after")
    def _components_known(self) -> ResponseDefinition:
        rules = [rule for rule in (self.response, self.remission) if rule]
        used = {name for rule in rules for name in names_in(parse_rule(rule)) if COMPONENT.match(name)}
        missing = sorted(used - set(self.components))
        if missing:
            raise ValueError(f"rule uses {', '.join(missing)}; name the instrument of each under components")
        return self

    @property
    def needs_baseline(self) -> bool:
        """Whether patients without a baseline score cannot be assessed."""
        return self.baseline_bound is not None or needs_baseline(parse_rule(self.response))


class Catalogue(_Part):
    """Instruments and response definitions by their codes."""

    instruments: dict[str, Instrument]
    definitions: dict[str, ResponseDefinition]


@lru_cache(maxsize=1)
def built_in() -> Catalogue:
    """Return the catalogue that ships with the package."""
    import yaml

    text = files("dose_outcomes.catalogue").joinpath("definitions.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return Catalogue.model_validate(yaml.load(text, Loader=loader))  # a safe loader
