"""The study file as types: what is asked of which data, and every default.

This is the protocol of a study. Checks that need only the file itself live here; checks of
data against it live in `cohort`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from dose_outcomes.catalogue import Instrument, ResponseDefinition
from dose_outcomes.study.base import Identifier, Label, Part
from dose_outcomes.study.checks import check_data, check_definitions, check_dose_groups, check_times
from dose_outcomes.study.data import Data

ALL = "all"
DAYS_PER_WEEK = 7

MissingData = Literal["non_responder", "observed", "carried_forward"]


class Drug(Part):
    """The drug under study."""

    name: Label
    short_name: Label
    maximum_dose_mg: Annotated[float, Field(gt=0)]
    """A recorded daily dose above it is an error."""


class DoseGroup(Part):
    """Doses from `from_mg` up to, not including, `below_mg`, in mg a day."""

    label: Label
    from_mg: Annotated[float, Field(ge=0)]
    below_mg: Annotated[float, Field(gt=0)]


class ColumnCriterion(Part):
    """Keeps patients whose value of a column of `patients` lies in a range or a list."""

    id: Identifier
    label: Label
    """Names those who are excluded, for the attrition table."""
    column: str
    at_least: float | None = None
    at_most: float | None = None
    one_of: list[str] | None = None


class MedicationCriterion(Part):
    """Keeps patients without a medication of a class on any of the days."""

    id: Identifier
    label: Label
    without_drug_class: str
    first_day: int
    last_day: int


def _kind_of_criterion(criterion: Any) -> str:
    """Tell the kind by its telling key, so that a fault is reported for the kind that was meant."""
    has_class = "without_drug_class" in criterion if isinstance(criterion, dict) else hasattr(criterion, "last_day")
    return "medication" if has_class else "column"


Criterion = Annotated[
    Annotated[ColumnCriterion, Tag("column")] | Annotated[MedicationCriterion, Tag("medication")],
    Discriminator(_kind_of_criterion),
]


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
    definitions: dict[Identifier, str]
    """Condition: code of its response definition."""
    visits: list[Visit] = []
    """When empty: week and window of each definition."""
    baseline: Baseline = Baseline()
    missing_data: Annotated[list[MissingData], Field(min_length=1)] = ["non_responder", "observed"]
    """What a missing score means, one estimate each; the first is the primary one."""
    dose_attribution: Literal["target"] = "target"
    """`target`: the dose aimed at when treatment starts."""


class TimeToResponse(Part):
    """Days from first dose to the first visit at which the response is documented."""

    endpoint: Identifier
    horizon_days: Annotated[int, Field(ge=1)]
    """Visits after it are not used."""
    risk_table_days: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1)]


class TimeToEvent(Part):
    """Time to an event that the data give as such (table `times_to_event`)."""

    event: str
    """Name of the event in the table."""
    label: Label
    risk_table_days: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1)]


class SideEffects(Part):
    """Which side effects count, and for how long a patient is at risk."""

    days_after_last_dose: Annotated[int, Field(ge=0)] | None = 30
    """At risk until so many days after the last dose; until the end of observation when null."""
    count: Literal["episodes", "records"] = "episodes"
    """Events of a rate: distinct patient, term and onset day, or every record of the table."""


class Disclosure(Part):
    """What may be released."""

    minimum_count: Annotated[int, Field(ge=0)] = 5
    """Counts from 1 to one less are hidden, with all that would reveal them. 0 hides nothing."""


class Study(Part):
    """One study: data, definitions, questions."""

    id: Identifier
    """Also the name of the folders below data/derived and reports."""
    title: Label
    drug: Drug
    data: Data
    conditions: Annotated[dict[Identifier, Label], Field(min_length=1)]
    """Identifier in the data: label in the report, in the order of the report."""
    dose_groups: Annotated[list[DoseGroup], Field(min_length=1)]
    covariates: list[str] = []
    """Further columns of `patients` that are carried along."""
    eligibility: list[Criterion] = []
    """Applied in this order; each is a line of the attrition table."""
    instruments: dict[str, Instrument] = {}
    """Instruments of the study's own, beside the built-in ones."""
    definitions: dict[str, ResponseDefinition] = {}
    """Response definitions of the study's own, beside the built-in ones."""
    endpoints: list[Endpoint] = []
    time_to_response: list[TimeToResponse] = []
    time_to_event: list[TimeToEvent] = []
    side_effects: SideEffects = SideEffects()
    level: Annotated[float, Field(gt=0, lt=1)] = 0.95
    """Level of all intervals."""
    disclosure: Disclosure = Disclosure()

    @field_validator("conditions")
    @classmethod
    def _not_all(cls, conditions: dict[str, str]) -> dict[str, str]:
        if ALL in conditions:
            raise ValueError(f"'{ALL}' stands for the total and cannot be a condition")
        return conditions

    @model_validator(mode="after")
    def _cross_checks(self) -> Study:
        checks = (check_dose_groups, check_data, check_definitions, check_times)
        problems = [problem for check in checks for problem in check(self)]
        if problems:
            raise ValueError("\n".join(problems))
        return self

    @property
    def dose_labels(self) -> list[str]:
        """Labels of the dose groups, in order."""
        return [group.label for group in self.dose_groups]

    @property
    def primary_endpoint(self) -> Endpoint | None:
        """The first endpoint."""
        return self.endpoints[0] if self.endpoints else None

    def definition(self, code: str) -> ResponseDefinition:
        """Return a response definition of the study or the catalogue."""
        from dose_outcomes.catalogue import built_in

        return self.definitions.get(code) or built_in().definitions[code]

    def instrument(self, code: str) -> Instrument | None:
        """Return an instrument of the study or the catalogue, None when neither knows the code."""
        from dose_outcomes.catalogue import built_in

        return self.instruments.get(code) or built_in().instruments.get(code)

    def visits(self, endpoint: Endpoint, code: str) -> list[Visit]:
        """Return the target visits of an endpoint under a definition."""
        if endpoint.visits:
            return endpoint.visits
        definition = self.definition(code)
        day = round(definition.week * DAYS_PER_WEEK)
        half = round(definition.window_weeks * DAYS_PER_WEEK)
        return [Visit(day=day, first_day=max(1, day - half), last_day=day + half)]
