"""Columns of the cohort tables. The pandera schemas, the reader and the documentation are made from these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "integer", "number", "boolean"]

END_REASONS = (
    "ongoing",
    "completed",
    "lack_of_efficacy",
    "side_effect",
    "lost_to_follow_up",
    "planned_surgery",
    "opioid_needed",
    "cost",
    "pregnancy",
    "death",
    "other",
)
TIMES_OF_DAY = ("morning", "midday", "evening", "bedtime", "unknown")
ACTIONS = ("none", "dose_reduced", "time_changed", "interrupted", "stopped", "unknown")
OLDEST_AGE = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a cohort table.

    Attributes
    ----------
    meaning : str
        In words, with the unit.
    kind : str
        text, integer, number or boolean.
    optional : bool
        The column may be absent.
    nullable : bool
        A cell may be empty; always so in an optional column.
    allowed : tuple of str
        Legal values; empty when any will do.
    at_least, at_most : float or None
        Bounds of numbers, inclusive.
    """

    meaning: str
    kind: Kind
    optional: bool = False
    nullable: bool = False
    allowed: tuple[str, ...] = ()
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A cohort table: its columns, its key, and pairs of days that must be in order."""

    columns: dict[str, Column]
    key: tuple[str, ...]
    ordered_days: tuple[tuple[str, str], ...] = ()


_PATIENT = Column(meaning="Patient, as in the table patients", kind="text")
_START = Column(meaning="First day, in days after the first dose (day 0)", kind="integer")

TABLES: dict[str, Table] = {
    "patients": Table(
        {
            "patient_id": Column(meaning="Pseudonym of the patient", kind="text"),
            "age": Column(
                meaning="Age at day 0 in years; 90 stands for 90 or more",
                kind="number",
                nullable=True,
                at_least=0,
                at_most=OLDEST_AGE,
            ),
            "sex": Column(meaning="Sex", kind="text", nullable=True, allowed=("female", "male", "other", "unknown")),
            "site": Column(meaning="Centre", kind="text", optional=True),
            "observed_until": Column(meaning="Last day under observation", kind="integer", at_least=0),
            "end_reason": Column(meaning="Why observation or treatment ended", kind="text", allowed=END_REASONS),
        },
        key=("patient_id",),
    ),
    "indications": Table(
        {
            "patient_id": _PATIENT,
            "condition": Column(meaning="Condition, as named in the study file", kind="text"),
            "primary": Column(meaning="The condition that the drug is taken for", kind="boolean"),
        },
        key=("patient_id", "condition"),
    ),
    "doses": Table(
        {
            "patient_id": _PATIENT,
            "start_day": _START,
            "end_day": Column(meaning="Last day on which the dose was taken", kind="integer"),
            "dose_mg": Column(meaning="Dose in mg a day", kind="number", at_least=0),
            "target_dose_mg": Column(
                meaning="Dose aimed at when treatment started, in mg a day", kind="number", optional=True, at_least=0
            ),
            "time_of_day": Column(meaning="When the dose is taken", kind="text", optional=True, allowed=TIMES_OF_DAY),
            "formulation": Column(meaning="Formulation", kind="text", optional=True),
            "filler": Column(meaning="Filler", kind="text", optional=True),
        },
        key=("patient_id", "start_day"),
        ordered_days=(("start_day", "end_day"),),
    ),
    "assessments": Table(
        {
            "patient_id": _PATIENT,
            "day": Column(meaning="Day of the score, in days after the first dose", kind="integer"),
            "instrument": Column(meaning="Code of the instrument", kind="text"),
            "score": Column(meaning="Score", kind="number"),
        },
        key=("patient_id", "day", "instrument"),
    ),
    "side_effects": Table(
        {
            "patient_id": _PATIENT,
            "term": Column(meaning="Side effect", kind="text"),
            "onset_day": Column(
                meaning="First day of the side effect; empty when not known", kind="integer", nullable=True
            ),
            "record": Column(
                meaning="Number of the record, where one event has several", kind="integer", optional=True
            ),
            "body_system": Column(meaning="Body system of the term", kind="text", optional=True),
            "resolved_day": Column(
                meaning="Last day of the side effect; empty when ongoing", kind="integer", nullable=True
            ),
            "severity": Column(
                meaning="Grade from 1 (mild) to 5 (fatal)", kind="integer", nullable=True, at_least=1, at_most=5
            ),
            "serious": Column(meaning="Serious by the regulatory definition", kind="boolean", optional=True),
            "related": Column(meaning="Held to be related to the drug", kind="boolean", optional=True),
            "action": Column(meaning="What was done with the dose", kind="text", optional=True, allowed=ACTIONS),
            "treatment_emergent": Column(
                meaning="The source's own judgement; taken instead of the rule on days", kind="boolean", optional=True
            ),
        },
        key=("patient_id", "term", "onset_day", "record"),
        ordered_days=(("onset_day", "resolved_day"),),
    ),
    "medications": Table(
        {
            "patient_id": _PATIENT,
            "drug": Column(meaning="Drug", kind="text"),
            "start_day": _START,
            "drug_class": Column(meaning="Class of the drug", kind="text"),
            "end_day": Column(meaning="Last day; empty when ongoing", kind="integer", nullable=True),
            "ddd_per_day": Column(meaning="Defined daily doses a day", kind="number", optional=True, at_least=0),
        },
        key=("patient_id", "drug", "start_day"),
        ordered_days=(("start_day", "end_day"),),
    ),
    "times_to_event": Table(
        {
            "patient_id": _PATIENT,
            "event": Column(meaning="Name of the event", kind="text"),
            "day": Column(meaning="Day of the event, or of the end of follow-up", kind="integer", at_least=0),
            "observed": Column(meaning="The event was seen; otherwise censored", kind="boolean"),
        },
        key=("patient_id", "event"),
    ),
}
