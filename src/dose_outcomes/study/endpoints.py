"""Endpoints: which response, when, for whom, and what missing scores and intercurrent events mean."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from dose_outcomes.study.base import Identifier, Label, Part
from dose_outcomes.study.estimand import AlternativeStrategies, IntercurrentEvent, Strategy

MissingData = Literal["non_responder", "observed", "carried_forward"]


def _refuse_dose_reached(attribution: Any) -> Any:
    if attribution in ("final", "last", "highest", "maximum", "last_dose", "highest_dose"):
        raise ValueError(
            f"grouping by the {attribution.removesuffix('_dose')} dose is refused: a patient must stay on the drug "
            "long enough to reach a high dose, so that early stoppers and early responders fall into the low ones "
            "(immortal time). Use target, and dose_attributions for landmark and current dose; "
            "dose_attributions.show_biased_last_dose shows it beside them, marked as biased"
        )
    return attribution


def _usual_missing_data(content: dict[str, Any]) -> list[str]:
    return ["observed"] if content.get("kind") == "harm" else ["non_responder", "observed"]


class Baseline(Part):
    """Which score before treatment is the baseline."""

    first_day: int = -28
    last_day: int = 0
    choose: Literal["last", "mean"] = "last"


class Visit(Part):
    """A target day and the days that count for it; the nearest score is taken, the later of two equally near."""

    day: Annotated[int, Field(ge=1)]
    """Names the visit in the results."""
    nearest_to: Annotated[int, Field(ge=1)] | None = None
    """Day that the score should be nearest to, when it is not `day` itself."""
    first_day: Annotated[int, Field(ge=1)]
    last_day: int | None = None
    """Open when empty."""

    @property
    def target(self) -> int:
        """Day that the score should be nearest to."""
        return self.nearest_to or self.day


class Endpoint(Part):
    """A response, defined for each condition."""

    id: Identifier
    label: Label
    kind: Literal["benefit", "harm"] = "benefit"
    """`harm`: its definitions are worsenings or safety events, and who meets one is not better off."""
    definitions: dict[Identifier, str]
    """Condition: code of its response definition."""
    visits: list[Visit] = []
    """When empty: week and window of each definition."""
    baseline: Baseline = Baseline()
    missing_data: Annotated[list[MissingData], Field(min_length=1, default_factory=_usual_missing_data)]
    """What a missing score means, one estimate each; the first is the primary one. When absent: non_responder and
    observed; for a harm observed alone."""
    dose_attribution: Annotated[Literal["target"], BeforeValidator(_refuse_dose_reached)] = "target"
    """`target`: the dose aimed at when treatment starts. The same endpoint by landmark and current dose:
    see `dose_attributions`."""
    treatment: Label = "start the drug and raise it towards the target dose as tolerated"
    """Treatment strategy in words, for the table of estimands."""
    intercurrent_events: dict[IntercurrentEvent, Strategy] = {}
    """What events after the start of treatment mean. An event that happens and is not named here stops the run."""
    alternatives: list[AlternativeStrategies] = []
    """The same endpoint under other strategies, shown beside it."""

    @property
    def event(self) -> str:
        """What it is to meet the definition, in a word: a harm is no response."""
        return "response" if self.kind == "benefit" else "event"

    @property
    def an_event(self) -> str:
        """The same with its article."""
        return "a response" if self.kind == "benefit" else "an event"


class DoseAttributions(Part):
    """The same endpoints by doses that are known only after the start, beside the target dose."""

    landmark_day: Annotated[int, Field(ge=1)] | None = None
    """Patients on the drug on this day who have not responded up to it, by the dose of that day, followed from then
    on."""
    current: bool = False
    """First responses, side effects and time at risk counted at the dose taken on each day."""
    show_biased_last_dose: bool = False
    """Also by the last dose, marked as biased, so that a reader sees what immortal time does."""
