"""The study file as types: what is asked of which data, and every default.

This is the protocol of a study. Checks that need only the file itself live here; checks of
data against it live in `cohort`.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from dose_outcomes.catalogue import Instrument, ResponseDefinition
from dose_outcomes.study.base import Identifier, Label, Part
from dose_outcomes.study.checks import check_data, check_definitions, check_dose_groups
from dose_outcomes.study.contrasts import (
    Contrasts,
    Diagnostics,
    DoseResponse,
    Family,
    SustainedResponse,
    check_contrasts,
    check_families,
    check_one_definition_once,
)
from dose_outcomes.study.course import Course, Subgroup, check_course, check_subgroups
from dose_outcomes.study.data import Data
from dose_outcomes.study.deviations import Deviation
from dose_outcomes.study.endpoints import DoseAttributions, Endpoint, Visit
from dose_outcomes.study.estimand import IntercurrentMedications
from dose_outcomes.study.identifiers import check_identifiers
from dose_outcomes.study.literature import Claim, PublishedResult, check_literature
from dose_outcomes.study.quality import Quality, check_quality
from dose_outcomes.study.robustness import Robustness, check_robustness
from dose_outcomes.study.side_effects import SideEffects, check_side_effects
from dose_outcomes.study.times import TimeToEvent, TimeToResponse, check_times

ALL = "all"
DAYS_PER_WEEK = 7


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
    score_mg: Annotated[float, Field(ge=0)] | None = None
    """Dose that stands for the group in trend tests and dose-response curves; `from_mg` when empty. Fixed beforehand,
    so that it is the same whoever the patients are and at whatever site."""


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


class Disclosure(Part):
    """What may be released."""

    minimum_count: Annotated[int, Field(ge=0)] = 5
    """Counts from 1 to one less are hidden, with all that would reveal them. 0 hides nothing."""
    previous_release: str | None = None
    """Folder of the release before this one: `snakemake release_check` warns of small differences to it."""


class Study(Part):
    """One study: data, definitions, questions."""

    id: Identifier
    """Also the name of the folders below data/derived and reports."""
    title: Label
    drug: Drug
    data: Data
    quality: Quality = Quality()
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
    intercurrent_medications: IntercurrentMedications = IntercurrentMedications()
    dose_attributions: DoseAttributions = DoseAttributions()
    time_to_response: list[TimeToResponse] = []
    time_to_event: list[TimeToEvent] = []
    side_effects: SideEffects = SideEffects()
    course: Course = Course()
    subgroups: list[Subgroup] = []
    """Splits of the patients for which responder rates are shown beside the whole."""
    contrasts: Contrasts = Contrasts()
    diagnostics: Diagnostics = Diagnostics()
    dose_response: DoseResponse = DoseResponse()
    sustained_response: list[SustainedResponse] = []
    multiplicity: list[Family] = []
    """Families of tests; p values of rows in none of them are not adjusted."""
    robustness: Robustness = Robustness()
    literature: list[PublishedResult] = []
    """Published results, printed beside those of this study and compared with them where the definition is the same."""
    claims: list[Claim] = []
    """Statements about the drug, each with the estimate that answers it or why none does."""
    deviations: list[Deviation] = []
    """What was done otherwise than planned; the report lists them."""
    level: Annotated[float, Field(gt=0, lt=1)] = 0.95
    """Level of all intervals."""
    seed: Annotated[int, Field(ge=0)] = 20240501
    """Of every random draw."""
    disclosure: Disclosure = Disclosure()

    @field_validator("conditions")
    @classmethod
    def _not_all(cls, conditions: dict[str, str]) -> dict[str, str]:
        if ALL in conditions:
            raise ValueError(f"'{ALL}' stands for the total and cannot be a condition")
        return conditions

    @model_validator(mode="after")
    def _cross_checks(self) -> Study:
        checks = (
            check_dose_groups,
            check_data,
            check_identifiers,
            check_quality,
            check_definitions,
            check_times,
            check_course,
            check_side_effects,
            check_subgroups,
            check_contrasts,
            check_families,
            check_one_definition_once,
            check_robustness,
            check_literature,
        )
        problems = [problem for check in checks for problem in check(self)]
        if problems:
            raise ValueError("\n".join(problems))
        return self

    @property
    def dose_labels(self) -> list[str]:
        """Labels of the dose groups, in order."""
        return [group.label for group in self.dose_groups]

    @property
    def reference_dose(self) -> str:
        """Label of the dose group that the others are compared with."""
        return self.contrasts.reference_dose or self.dose_labels[0]

    @property
    def dose_scores(self) -> dict[str, float]:
        """Label of each dose group: the dose, in mg, that stands for it."""
        return {group.label: group.from_mg if group.score_mg is None else group.score_mg for group in self.dose_groups}

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
