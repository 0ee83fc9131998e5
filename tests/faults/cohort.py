"""A sound cohort of two patients with every table, as rows of text, and the study that it is checked under."""

from __future__ import annotations

from dose_outcomes.cohort.tables import TABLES
from dose_outcomes.study import Study
from dose_outcomes.study.estimand import EVENTS

Row = dict[str, str | None]
Cohort = dict[str, list[Row]]

#: Of the first patient; the second has the same rows.
ROWS: dict[str, tuple[str, ...]] = {
    "patients": ("age=50 sex=female site=S observed_until=200 end_reason=ongoing",),
    "indications": ("condition=rheumatoid_arthritis primary=true", "condition=fibromyalgia primary=false"),
    "doses": (
        "start_day=0 end_day=13 dose_mg=1.5 target_dose_mg=4.5 time_of_day=bedtime formulation=capsule filler=lactose",
        "start_day=14 end_day=60 dose_mg=3 target_dose_mg=4.5 time_of_day=bedtime formulation=capsule filler=lactose",
        "start_day=61 end_day=200 dose_mg=4.5 target_dose_mg=4.5 time_of_day=bedtime formulation=capsule filler=none",
    ),
    "assessments": (
        "day=-7 instrument=PAIN_VAS score=60",
        "day=0 instrument=DAS28CRP score=5.1",
        "day=28 instrument=PAIN_VAS score=50",
        "day=84 instrument=PAIN_VAS score=40",
        "day=84 instrument=DAS28CRP score=3.2",
        "day=84 instrument=TSH score=2.5",
    ),
    "side_effects": (
        "term=insomnia onset_day=3 record=1 body_system=psychiatric resolved_day=9 severity=1 serious=false "
        "related=true action=none treatment_emergent=true",
        "term=nausea onset_day=70 record=1 body_system=gastrointestinal resolved_day=75 severity=2 serious=false "
        "related=true action=none treatment_emergent=true",
    ),
    "medications": (
        "drug=ibuprofen start_day=-30 drug_class=nsaid end_day=50 ddd_per_day=1",
        "drug=tramadol start_day=-100 drug_class=opioid end_day=-20 ddd_per_day=0.5",
    ),
    "times_to_event": ("event=relapse day=150 observed=true",),
}

STUDY = {
    "id": "spoiled",
    "title": "Spoiled cohorts",
    "drug": {"name": "drug", "short_name": "drug", "maximum_dose_mg": 10},
    "data": {
        "source": "csv",
        "nature": "synthetic",
        "folder": "raw",
        "tables": {name: {"file": f"{name}.csv"} for name in TABLES},
        "identifiers": {
            "accepted": {
                f"{name}.{key}": "looks like the number of a date: on purpose"
                for name, table in TABLES.items()
                for key, column in table.columns.items()
                if column.kind == "integer"
            }
        },
    },
    "conditions": {"rheumatoid_arthritis": "Rheumatoid arthritis", "fibromyalgia": "Fibromyalgia"},
    "dose_groups": [
        {"label": "low", "from_mg": 0.5, "below_mg": 2},
        {"label": "high", "from_mg": 3, "below_mg": 5},
    ],
    "instruments": {
        "DAS28ESR": {
            "label": "DAS28-ESR",
            "units": "points",
            "minimum": 0,
            "maximum": 10,
            "direction": "lower_better",
            "version_of": "DAS28",
        }
    },
    "endpoints": [
        {
            "id": condition,
            "label": condition,
            "definitions": {condition: definition},
            "intercurrent_events": dict.fromkeys(EVENTS, "treatment_policy"),
        }
        for condition, definition in (("rheumatoid_arthritis", "RA-DAS28CRP-GM"), ("fibromyalgia", "FM-PAIN-30"))
    ],
    "quality": {"not_with_drug": ["opioid"], "rows_for_units": 3},
}


def study(**quality: object) -> Study:
    """Return the study, with other settings of the checks."""
    return Study.model_validate({**STUDY, "quality": {**STUDY["quality"], **quality}})


def sound(number: int) -> Cohort:
    """Return a sound cohort whose patients and site no other number has."""
    cohort: Cohort = {}
    for name, lines in ROWS.items():
        cohort[name] = [
            {"patient_id": f"{patient}{number}", **dict(cell.split("=", 1) for cell in line.split())}
            for patient in "AB"
            for line in lines
        ]
    for row in cohort["patients"]:
        row["site"] = f"S{number}"
    return cohort
