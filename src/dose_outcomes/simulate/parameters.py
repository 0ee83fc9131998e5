"""The parameter file as types: strict, frozen, every block with its source."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import BaseModel, Field, ValidationError, model_validator

from dose_outcomes.errors import StudyError
from dose_outcomes.simulate.condition_parameters import Condition, Scores
from dose_outcomes.simulate.evidence import (
    Age,
    Choice,
    CountValue,
    Evidence,
    Positive,
    Publication,
    Share,
    ShareValue,
    check_sum_to_one,
)
from dose_outcomes.simulate.treatment_parameters import (
    AfterStopping,
    DataCut,
    SideEffects,
    Stopping,
    Target,
    Titration,
    Visits,
)
from dose_outcomes.study.base import Identifier, Part

DAYS_PER_WEEK = 7
SEVERITIES = ("1", "2", "3", "4")


class Eligibility(Part):
    """Not eligible: patients with a drug of the class on one of the days."""

    drug_class: str
    first_day: int
    last_day: int


class TruthSettings(Part):
    """How the expected values are made, and the analyses they are of."""

    patients_per_cell: Annotated[int, Field(ge=1)]
    batches: Annotated[int, Field(ge=2)]
    survival_days: list[int]
    persistence_days: list[int]
    horizon_days: int
    days_after_last_dose: int
    eligibility: Eligibility
    endpoint: Identifier


class BaselineFaults(Evidence):
    """Shares of patients whose baseline cannot be evaluated, by the reason."""

    below_bound: Share
    outside_window: Share
    absent: Share


class Opioids(Evidence):
    """Drugs that make a patient ineligible when taken on the wrong days."""

    drugs: dict[str, Share]
    overlapping: Share
    earlier: Share
    drug_class: str
    ddd_per_day: list[Positive]


class Medication(Evidence):
    """When co-medication begins (days) and ends."""

    first_day: int
    last_day: int
    stopped_responding: Share
    stopped_not_responding: Share
    added: Share


class UsualDrug(Part):
    """A drug of everyday care."""

    drug: str
    drug_class: str
    share: Share


class UsualMedication(Evidence):
    """Drugs that are taken whatever the condition, in prescriptions that follow each other."""

    drugs: Annotated[list[UsualDrug], Field(min_length=1)]
    days_per_prescription: Annotated[int, Field(ge=1)]


class Parameters(Part):
    """All that a synthetic cohort is drawn from."""

    seed: Annotated[int, Field(ge=0)]
    patients: Annotated[int, Field(ge=1)]
    folder: Path
    truth: TruthSettings
    sites: CountValue
    women: ShareValue
    age: Age
    second_condition: ShareValue
    baseline_faults: BaselineFaults
    second_baseline: ShareValue
    targets: Annotated[list[Target], Field(min_length=1)]
    titration: Titration
    time_of_day: Choice
    formulation: Choice
    filler: Choice
    visits: Visits
    loss_of_response: ShareValue
    scores: Scores
    stopping: Stopping
    data_cut: DataCut
    after_stopping: AfterStopping
    side_effects: SideEffects
    opioids: Opioids
    medication: Medication
    usual_medication: UsualMedication
    conditions: Annotated[dict[Identifier, Condition], Field(min_length=2)]
    sources: dict[Identifier, Publication]

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        check_sum_to_one({target.label: target.share for target in self.targets})
        check_sum_to_one(self.opioids.drugs)
        if self.truth.eligibility.drug_class != self.opioids.drug_class:
            raise ValueError("truth.eligibility and opioids must name the same drug_class")
        missing = {"morning", "evening", "bedtime"} - set(self.time_of_day.values)
        if missing:
            raise ValueError(
                f"time_of_day needs {', '.join(sorted(missing))}, with probability 0 where it never occurs"
            )
        cited = set(_sources_in(self))
        unknown, unused = sorted(cited - set(self.sources)), sorted(set(self.sources) - cited)
        if unknown or unused:
            raise ValueError(f"sources not listed: {unknown}; listed but not cited: {unused}")
        return self


def load_parameters(path: str | Path) -> Parameters:
    """Read and check a parameter file.

    Parameters
    ----------
    path : str or Path
        A YAML file such as the one in ``config``.

    Raises
    ------
    StudyError
        All faults at once, each with the key it is about.
    """
    path = Path(path)
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StudyError(f"{path}: no such parameter file") from None
    except yaml.YAMLError as error:
        raise StudyError(f"{path}: not valid YAML: {error}") from None
    try:
        return Parameters.model_validate(content)
    except ValidationError as error:
        faults = (f"{path}: {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise StudyError("\n".join(faults)) from None


def _sources_in(part: Any) -> Iterator[str]:
    if isinstance(part, Evidence) and part.source:
        yield part.source
    if isinstance(part, BaseModel):
        part = [getattr(part, name) for name in type(part).model_fields]
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _sources_in(inner)
