"""Instruments and response definitions as typed, frozen values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, field_validator, model_validator

from dose_outcomes.catalogue.expression import (
    CHANGES,
    COMPONENT,
    SCORES,
    Combination,
    Rule,
    names_in,
    needs_baseline,
    parse_rule,
)
from dose_outcomes.errors import StudyError

Validation = Literal["validated", "validated_other_population", "pragmatic"]
ResponseType = Literal["abs_change", "pct_change", "composite", "category", "state", "worsening", "safety_event"]
Measure = Literal["score", "improvement", "worsening", "percent_improvement"]
Role = Literal["primary", "primary_if", "secondary", "sensitivity", "supportive", "safety", "last_resort"]
Citation = Literal["read", "recalled", "uncertain", "chosen"]
Kind = Literal["benefit", "harm"]

HARMS = ("worsening", "safety_event")
TO_CHECK = ("recalled", "uncertain")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, allow_inf_nan=False)


class Instrument(_Part):
    """A score, as one version of one instrument gives it."""

    label: str
    phrase: str = ""
    """How the score is called within a sentence; the label when empty."""
    units: str
    minimum: float
    """Below it a value is an error."""
    maximum: float
    """Above it a value is an error."""
    plausible_minimum: float | None = None
    """Below it a value is doubtful; the minimum when empty."""
    plausible_maximum: float | None = None
    """Above it a value is doubtful; the maximum when empty."""
    step: Annotated[float, Field(gt=0)] | None = None
    """Smallest legal increment; empty when there is none."""
    direction: Literal["lower_better", "higher_better", "target_range"]
    floor: float = 0.0
    """Lowest score of the scale; percentages are taken of `score - floor`."""
    version_of: str = ""
    """What several instruments are versions of, whose scores must not be mixed within a patient."""
    note: str = ""

    @model_validator(mode="after")
    def _ordered(self) -> Instrument:
        if not self.minimum < self.maximum:
            raise ValueError(f"minimum {self.minimum:g} must be below maximum {self.maximum:g}")
        return self


class Component(_Part):
    """What a name `c_...` in a rule stands for: another score of the same day, or its change from baseline."""

    instrument: str
    measure: Measure = "score"
    """Changes are taken from the instrument's own baseline, which is chosen as that of the main score."""


class Mcid(_Part):
    """Minimal clinically important difference, for reading mean changes; not always what the response asks for."""

    absolute: float | None = None
    percent: float | None = None
    note: str = ""


def _form_of_component(component: Any) -> str:
    return "instrument" if isinstance(component, str) else "component"


ComponentOrInstrument = Annotated[
    Annotated[str, Tag("instrument")] | Annotated[Component, Tag("component")], Discriminator(_form_of_component)
]


def _asks_for_worse(rule: Rule) -> bool:
    if isinstance(rule, Combination):
        return any(map(_asks_for_worse, rule.terms))
    if rule.name == "worsen":
        return rule.operator in (">", ">=")
    return rule.name in ("improve", "pct_improve") and rule.operator in ("<", "<=") and rule.number <= 0


def _type_of(content: dict[str, Any]) -> ResponseType:
    """Return the type that a rule without a stated one has."""
    try:
        rule = parse_rule(content["response"])
    except (KeyError, StudyError):  # a fault of its own, reported by its own check
        return "composite"
    names = names_in(rule)
    if _asks_for_worse(rule):
        return "worsening"
    if isinstance(rule, Combination):
        return "state" if names <= {"value"} else "composite"
    only = next(iter(names))
    known: dict[str, ResponseType] = {"value": "category", "improve": "abs_change", "pct_improve": "pct_change"}
    return known.get(only, "composite")


class ResponseDefinition(_Part):
    """When a patient counts as a responder."""

    instrument: str
    """Code of the instrument whose score `value`, `base` and their changes are."""
    label: str
    response: str
    """Rule, for example `pct_improve >= 30`."""
    type: ResponseType = Field(default_factory=_type_of)
    """What kind of rule it is; told from the rule when absent. `worsening` and `safety_event` are harms."""
    remission: str | None = None
    """Rule; empty when the field has no accepted one."""
    remission_label: str | None = None
    baseline_bound: float | None = None
    """Worst side of the scale that a baseline must reach to be assessable; None when any will do."""
    components: dict[str, ComponentOrInstrument] = {}
    """Name `c_...` in the rule: code of the instrument whose score on the same day it is, or instrument and measure."""
    week: Annotated[float, Field(gt=0)] = 12
    """Target visit, in weeks after the first dose."""
    window_weeks: Annotated[float, Field(ge=0)] = 2
    condition: str = ""
    """Condition that it is meant for; empty when any."""
    domain: str = ""
    """Side of the illness that it measures."""
    role: Role = "secondary"
    """What it is commonly used for in its condition."""
    primary_if: str = ""
    """When it is the primary one, for the role `primary_if`."""
    mcid: Mcid | None = None
    validation: Validation = "pragmatic"
    source: str = ""
    doi: str = ""
    pmid: str = ""
    citation: Citation = "chosen"
    """How well its figures are known: all read in the source, some recalled, some uncertain, or chosen without one."""
    citation_note: str = ""
    note: str = ""
    in_words: str | None = None
    """The definition as sentences. Written by the pipeline: what a study file says here is replaced."""

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
        used = {name for rule in self.rules for name in names_in(rule) if COMPONENT.match(name)}
        missing = sorted(used - set(self.components))
        if missing:
            raise ValueError(f"rule uses {', '.join(missing)}; name the instrument of each under components")
        illegal = sorted(name for name in self.components if not COMPONENT.match(name))
        if illegal:
            raise ValueError(
                f"components: {', '.join(illegal)}: a name begins with c_ and has small letters and digits"
            )
        return self

    @property
    def rules(self) -> list[Rule]:
        """The rules of response and, where defined, remission."""
        return [parse_rule(text) for text in (self.response, self.remission) if text]

    @property
    def parts(self) -> dict[str, Component]:
        """Components by name, each with its measure."""
        return {
            name: Component(instrument=part) if isinstance(part, str) else part
            for name, part in self.components.items()
        }

    @property
    def instruments(self) -> list[str]:
        """Codes of all instruments that it looks at, the main one first."""
        return list(dict.fromkeys([self.instrument, *(part.instrument for part in self.parts.values())]))

    @property
    def kind(self) -> Kind:
        """Whether the response is good or bad for the patient."""
        return "harm" if self.type in HARMS else "benefit"

    @property
    def check_before_publication(self) -> bool:
        """Whether a figure was not looked up in its source."""
        return self.citation in TO_CHECK

    @property
    def has_main_score(self) -> bool:
        """Whether the response looks at the main score; otherwise its components alone decide."""
        return bool(names_in(parse_rule(self.response)) & SCORES)

    @property
    def needs_baseline(self) -> bool:
        """Whether patients without a baseline of the main score cannot be assessed."""
        return self.baseline_bound is not None or needs_baseline(parse_rule(self.response))


class Catalogue(_Part):
    """Instruments and response definitions by their codes."""

    instruments: dict[str, Instrument]
    definitions: dict[str, ResponseDefinition]

    @model_validator(mode="after")
    def _complete(self) -> Catalogue:
        found = [
            f"{code}: {problem}"
            for code, definition in self.definitions.items()
            for problem in problems(definition, self.instruments)
        ]
        if found:
            raise ValueError("\n".join(found))
        return self


def problems(definition: ResponseDefinition, instruments: Mapping[str, Instrument]) -> Iterator[str]:
    """Return what is wrong between a definition and the instruments it names."""
    unknown = [code for code in definition.instruments if code not in instruments]
    yield from (f"unknown instrument '{code}'" for code in unknown)
    if unknown:
        return
    names = set().union(*(names_in(rule) for rule in definition.rules))
    changing = {definition.instrument} if names & CHANGES else set()
    changing |= {part.instrument for part in definition.parts.values() if part.measure != "score"}
    for code in sorted(changing):
        if instruments[code].direction == "target_range":
            yield f"{code} is best within a range: a change is neither better nor worse; compare its score instead"
    if (definition.role == "primary_if") != bool(definition.primary_if):
        yield "role primary_if and the key primary_if belong together"
