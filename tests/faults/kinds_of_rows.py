"""Faults of whole rows, of several rows, and of tables that do not agree with each other."""

from __future__ import annotations

from collections.abc import Iterator

from tests.faults.cohort import Cohort, Row
from tests.faults.registry import SOUND, New, cells, kind

from dose_outcomes.cohort.tables import TABLES


@kind
def a_row_twice(new):
    for name in TABLES:
        for place in range(len(SOUND[name])):
            cohort = new()
            row = cohort[name][place]
            again = dict(row)
            cohort[name].append(again)
            yield cohort, f"{name}.key.unique", [row, again]


@kind
def a_key_twice_with_other_values(new):
    other = {"patients": "age", "indications": "primary", "doses": "filler", "assessments": "score"}
    other |= {"side_effects": "severity", "medications": "ddd_per_day", "times_to_event": "observed"}
    values = {"primary": "false", "filler": "starch", "observed": "false", "age": "51"}
    for name, column in other.items():
        for place in range(len(SOUND[name])):
            cohort = new()
            row = cohort[name][place]
            again = {**row, column: values.get(column, "3")}
            cohort[name].insert(0, again)
            yield cohort, f"{name}.key.unique", [again, row]


@kind
def a_patient_who_is_not_in_patients(new):
    for place in cells(new, "text", ("patient_id",)):
        if place.table != "patients":
            place.to(f"X{place.row['patient_id']}")
            yield place.found_by("known")


@kind
def an_identifier_in_another_case(new):
    for place in cells(new, "text", ("patient_id",)):
        if place.table != "patients":
            place.to(str(place.row["patient_id"]).lower())
            yield place.found_by("known")


@kind
def a_patient_left_out_of_patients(new):
    for name in TABLES:
        if name != "patients":
            for place in (0, 1):
                cohort = new()
                gone = cohort["patients"].pop(place)["patient_id"]
                yield cohort, f"{name}.patient_id.known", [row for row in cohort[name] if row["patient_id"] == gone]


@kind
def days_that_are_swapped(new):
    for name, table in TABLES.items():
        for first, last in table.ordered_days:
            for place in range(len(SOUND[name])):
                cohort = new()
                row = cohort[name][place]
                row[first], row[last] = row[last], row[first]
                yield cohort, f"{name}.{first}.{last}.order", [row]


def _doses(new: New, episode: int) -> Iterator[tuple[Cohort, Row, list[Row]]]:
    for patient in (0, 1):
        cohort = new()
        rows = cohort["doses"][3 * patient : 3 * patient + 3]
        yield cohort, rows[episode], rows


@kind
def episodes_that_overlap(new):
    for days in (1, 5, 20):
        for episode in (1, 2):
            for cohort, row, _ in _doses(new, episode):
                row["start_day"] = str(int(row["start_day"]) - min(days, 13))
                yield cohort, "doses.overlap", [row]


@kind
def an_episode_within_another(new):
    for start, end in ((5, 6), (20, 30), (100, 120)):
        for cohort, row, _ in _doses(new, 0):
            within = {**row, "start_day": str(start), "end_day": str(end)}
            cohort["doses"].append(within)
            yield cohort, "doses.overlap", [within]


@kind
def the_first_dose_is_missing(new):
    for cohort, row, rows in _doses(new, 0):
        cohort["doses"] = [one for one in cohort["doses"] if one is not row]
        yield cohort, "doses.start_day.zero", [rows[1]]


@kind
def days_counted_from_another_day(new):
    for shift in (1, -1, 7, 30):
        for cohort, row, rows in _doses(new, 0):
            for one in rows:
                one["start_day"] = str(int(one["start_day"]) + shift)
                one["end_day"] = str(int(one["end_day"]) + shift)
            yield cohort, "doses.start_day.zero", [row]


@kind
def no_primary_condition(new):
    for patient in (0, 1):
        cohort = new()
        cohort["indications"][2 * patient]["primary"] = "false"
        yield cohort, "patients.patient_id.primary_condition", [cohort["patients"][patient]]


@kind
def two_primary_conditions(new):
    for patient in (0, 1):
        cohort = new()
        cohort["indications"][2 * patient + 1]["primary"] = "true"
        yield cohort, "patients.patient_id.primary_condition", [cohort["patients"][patient]]


def _without(new: New, table: str) -> Iterator[tuple[Cohort, Row]]:
    for patient in (0, 1):
        cohort = new()
        row = cohort["patients"][patient]
        cohort[table] = [one for one in cohort[table] if one["patient_id"] != row["patient_id"]]
        yield cohort, row


@kind
def a_patient_without_indication(new):
    for cohort, row in _without(new, "indications"):
        yield cohort, "patients.patient_id.primary_condition", [row]


@kind
def a_patient_without_doses(new):
    for cohort, row in _without(new, "doses"):
        yield cohort, "patients.patient_id.has_doses", [row]


@kind
def a_patient_without_assessments(new):
    for cohort, row in _without(new, "assessments"):
        yield cohort, "patients.patient_id.has_assessments", [row]


@kind
def a_day_after_the_end_of_observation(new):
    for table, column in {
        "doses": "end_day",
        "assessments": "day",
        "side_effects": "onset_day",
        "medications": "start_day",
        "times_to_event": "day",
    }.items():
        for days in ("202", "230", "400"):
            for place in range(len(SOUND[table])):
                cohort = new()
                row = cohort[table][place]
                row[column] = days
                yield cohort, f"{table}.{column}.observed", [row]


@kind
def observation_ends_too_early(new):
    for patient in (0, 1):
        cohort = new()
        row = cohort["patients"][patient]
        row["observed_until"] = "100"
        last = cohort["doses"][3 * patient + 2]
        yield cohort, "doses.end_day.observed", [last]


@kind
def still_on_treatment_without_a_dose(new):
    for reason in ("ongoing", "completed"):
        for end in ("100", "169"):
            for cohort, row, _ in _doses(new, 2):
                row["end_day"] = end
                patient = next(one for one in cohort["patients"] if one["patient_id"] == row["patient_id"])
                patient["end_reason"] = reason
                yield cohort, "patients.end_reason.agrees_with_doses", [patient]


@kind
def a_pregnant_man(new):
    for patient in (0, 1):
        cohort = new()
        row = cohort["patients"][patient]
        row |= {"sex": "male", "end_reason": "pregnancy"}
        yield cohort, "patients.end_reason.agrees_with_sex", [row]


@kind
def stopped_for_a_side_effect_that_is_not_there(new):
    for cohort, row in _without(new, "side_effects"):
        row["end_reason"] = "side_effect"
        yield cohort, "patients.end_reason.agrees_with_side_effects", [row]


@kind
def a_fatal_side_effect_of_the_living(new):
    for place in cells(new, "integer", ("severity",)):
        place.to("5")
        yield place.found_by("agrees_with_end_reason")


@kind
def a_class_that_must_not_be_combined(new):
    for start, end in (("-5", "0"), ("100", "110"), ("10", None), ("-40", "300")):
        for place in range(4):
            cohort = new()
            row = cohort["medications"][place]
            row |= {"drug": "oxycodone", "drug_class": "opioid", "start_day": start, "end_day": end}
            yield cohort, "medications.drug_class.not_with_drug", [row]


@kind
def a_side_effect_in_a_gap_of_the_doses(new):
    for day in ("30", "40", "59"):
        for cohort, row, _ in _doses(new, 1):
            cohort["doses"] = [one for one in cohort["doses"] if one is not row]
            effect = next(one for one in cohort["side_effects"] if one["patient_id"] == row["patient_id"])
            effect |= {"onset_day": day, "resolved_day": None}
            yield cohort, "side_effects.onset_day.on_a_dose", [effect]


@kind
def a_target_that_was_never_reached(new):
    for cohort, row, rows in _doses(new, 2):
        row["dose_mg"] = "3"
        yield cohort, "doses.target_dose_mg.reached", [rows[0]]


@kind
def several_targets(new):
    for episode in (0, 1, 2):
        for cohort, row, rows in _doses(new, episode):
            row["target_dose_mg"] = "3"
            yield cohort, "doses.target_dose_mg.one_per_patient", [rows[0]]


@kind
def a_visit_recorded_twice(new):
    for place in range(12):
        cohort = new()
        row = cohort["assessments"][place]
        later = {**row, "day": str(int(row["day"]) + 1)}
        cohort["assessments"].append(later)
        yield cohort, "assessments.day.visit_once", [later]


@kind
def versions_of_an_instrument_mixed(new):
    for place in (1, 4, 7, 10):
        cohort = new()
        row = cohort["assessments"][place]
        row["instrument"] = "DAS28ESR"
        patient = row["patient_id"]
        mixed = [
            one
            for one in cohort["assessments"]
            if one["patient_id"] == patient and str(one["instrument"]).startswith("DAS28")
        ]
        yield cohort, "assessments.instrument.one_version", mixed


@kind
def a_scale_to_ten_for_one_to_a_hundred(new):
    for divisor in (10, 20):
        cohort = new()
        rows = [row for row in cohort["assessments"] if row["instrument"] == "PAIN_VAS"]
        for row in rows:
            row["score"] = f"{float(row['score']) / divisor:g}"
        yield cohort, "assessments.score.unit", rows
