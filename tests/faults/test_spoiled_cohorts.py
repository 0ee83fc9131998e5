"""Every kind of fault in every table and column it fits: found by its rule, at its rows, and never without a word."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from tests.faults.cohort import Cohort, sound, study
from tests.faults.registry import KINDS
from tests.faults.run import Batch, Spoiled, check_together, spoiled_cohorts, table_of_kinds, written

from dose_outcomes.cohort.build import checked_cohort
from dose_outcomes.cohort.set_aside import WHOLE_PATIENT
from dose_outcomes.cohort.tables import TABLES
from dose_outcomes.errors import CohortDataError


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("spoiled")


@pytest.fixture(scope="module")
def batch(folder) -> Batch:
    """Return all spoiled cohorts, checked together, faulty rows set aside."""
    found = check_together(list(spoiled_cohorts()), folder)
    table = table_of_kinds(found)
    print(f"\n{table}")
    (folder / "kinds.txt").write_text(table + "\n", encoding="utf-8")
    return found


def test_there_are_enough_of_them(batch):
    assert len(KINDS) >= 40
    assert len(batch.spoiled) >= 1000
    touched = {tuple(one.rule.split(".")[:2]) for one in batch.spoiled}
    names = {(name, key) for name, table in TABLES.items() for key in table.columns}
    # free text that is not needed can hold anything
    free = {("patients", "site"), ("doses", "formulation"), ("doses", "filler"), ("side_effects", "body_system")}
    assert names - touched == free


@pytest.mark.parametrize("kind", list(KINDS))
def test_each_is_found_by_its_rule_at_its_rows(batch, kind):
    own = [one for one in batch.spoiled if one.kind == kind]
    assert own
    for one in own:
        assert one.meant
        assert one.found.get(one.rule) == one.meant, (one.number, one.rule)


def test_a_sound_cohort_is_found_in_nothing(folder):
    several = [Spoiled("sound", number, sound(number), "patients.", []) for number in range(3)]
    checked = check_together(several, folder / "sound").checked
    assert checked.faults == []
    assert {account["table"]: account["rows_used"] for account in checked.accounts} == {
        name: 3 * len(rows) for name, rows in sound(0).items()
    }
    assert all(verdict.failing == 0 for verdict in checked.verdicts)


def patients_of(batch: Batch, name: str) -> list[str | None]:
    """Return the patient of each row, as the engine reads it."""
    return [(row["patient_id"] or "").strip() or None for row in batch.rows[name]]


def test_no_row_is_lost_without_a_word(batch, folder):
    """By hand: faulty rows go, and with those of patients, indications and doses the patients, with all their rows."""
    errors = [fault for fault in batch.checked.faults if fault.severity == "error"]
    faulty = {name: {row for fault in errors if fault.table == name for row in fault.rows} for name in TABLES}
    gone = {patients_of(batch, name)[row - 2] for name in WHOLE_PATIENT for row in faulty[name]} - {None}
    for account in batch.checked.accounts:
        name = account["table"]
        kept = {
            row
            for row, patient in enumerate(patients_of(batch, name), start=2)
            if row not in faulty[name] and patient not in gone
        }
        assert batch.kept[name] == kept
        assert account["rows_used"] == len(kept) == len(pd.read_parquet(folder / f"{name}.parquet"))
        assert account["rows_read"] == account["rows_used"] + sum(account["set_aside"].values())
        # a row that breaks a rule itself goes for the first such rule in the list
        first = {
            row: next(fault.reason for fault in errors if fault.table == name and row in fault.rows)
            for row in faulty[name]
        }
        own = Counter(first.values())
        assert all(account["set_aside"][reason] >= number for reason, number in own.items())


def test_what_is_not_set_aside_is_used_as_it_stands_and_counted(batch):
    warned = [one for one in batch.spoiled if not one.errors]
    assert len(warned) > 200
    failing = {verdict.id: verdict.failing for verdict in batch.checked.verdicts}
    for one in warned:
        assert one.found
        assert one.meant <= batch.kept[one.rule.split(".")[0]]
        assert failing[one.rule] >= len(one.meant)


def test_warnings_stop_nothing_and_one_error_stops_all(batch, folder):
    warned = [one for one in spoiled_cohorts() if one.rule.rpartition(".")[2] in ("recorded", "on_grid", "visit_once")]
    several = check_together(warned, folder / "warned", on_error="stop").checked
    assert several.faults
    assert all(account["rows_used"] == account["rows_read"] for account in several.accounts)
    refused = next(one for one in spoiled_cohorts() if one.kind == "episodes that overlap")
    with pytest.raises(CohortDataError, match=r"doses.csv: 1 row \(\d+\): the episode begins before"):
        check_together([*warned, refused], folder / "refused", on_error="stop")


def test_one_of_each_kind_is_found_in_files_as_well(tmp_path, monkeypatch):
    """The way of a user: files on disk, all kinds of faults in them at once."""
    monkeypatch.chdir(tmp_path)
    first = {one.kind: one for one in reversed(list(spoiled_cohorts()))}
    spoiled = [one for one in first.values() if one.cohort["patients"][0]["patient_id"]]
    written(spoiled, tmp_path / "raw")
    checked = checked_cohort(study(on_error="set_aside"), tmp_path / "cohort", tmp_path / "faults.csv")
    found = {fault.check: set(fault.rows) for fault in checked.faults}
    start = dict.fromkeys(TABLES, 2)
    for one in spoiled:
        name = one.rule.split(".")[0]
        rows = {
            start[name] + place for place, row in enumerate(one.cohort[name]) if any(row is own for own in one.rows)
        }
        assert rows <= found[one.rule], one.kind
        for table, own in one.cohort.items():
            start[table] += len(own)
    values = pd.read_csv(tmp_path / "faults.csv", dtype="str")
    assert set(found) == set(values["check"])


@pytest.mark.parametrize("seed", range(2))
def test_rows_read_are_rows_analysed_and_set_aside_in_every_table_and_analysis(tmp_path, monkeypatch, seed):
    """Random cohorts, sound and spoiled: each flow of the attrition closes on what the analyses have."""
    from dose_outcomes.derive.counts import count_cohort

    monkeypatch.chdir(tmp_path)
    draw = random.Random(seed)
    spoiled = draw.sample([one for one in spoiled_cohorts() if one.cohort["patients"]], 60)
    frames = written([*spoiled, Spoiled("sound", 0, sound(10_000), "", [])], tmp_path / "raw")
    settings = study(on_error="set_aside")
    checked = checked_cohort(settings, tmp_path / "cohort", tmp_path / "faults.csv")
    accounts = {account["table"]: account for account in checked.accounts}
    for name, frame in frames.items():
        assert accounts[name]["rows_read"] == len(frame)
        kept = len(pd.read_parquet(tmp_path / f"cohort/{name}.parquet"))
        assert len(frame) == kept + sum(accounts[name]["set_aside"].values())
    assert sum(sum(account["set_aside"].values()) for account in checked.accounts) > 0
    counts = count_cohort(tmp_path / "cohort", settings, checked.accounts)
    flows = counts["attrition"]
    for _, flow in flows.groupby("flow"):
        assert (flow["before"] - flow["excluded"] == flow["after"]).all()
        assert (flow["after"].iloc[:-1].to_numpy() == flow["before"].iloc[1:].to_numpy()).all()
    for name, frame in frames.items():
        flow = flows[flows["flow"] == (name if name in ("patients", "side_effects") else f"table: {name}")]
        assert flow["before"].iloc[0] == len(frame)
        reasons = {reason[0].upper() + reason[1:]: rows for reason, rows in accounts[name]["set_aside"].items()}
        excluded = dict(zip(flow["reason"], flow["excluded"], strict=True))
        assert reasons.items() <= excluded.items()
    analysed = flows[flows["flow"] == "patients"]["after"].iloc[-1]
    responders = counts["responders"]
    for endpoint in settings.endpoints:
        flow = flows[flows["flow"] == f"responder_rate: {endpoint.id}"]
        assert flow["before"].iloc[0] == analysed
        n = responders[responders["endpoint"] == endpoint.id].groupby("day")["n"].sum()
        assert set(n) <= {flow["after"].iloc[-1]}


def test_the_limits_themselves_are_allowed(tmp_path):
    """One step short of each fault: nothing is found."""
    cases: list[Cohort] = []

    def case(table: str, place: int, **cells: str | None) -> None:
        cohort = sound(len(cases))
        cohort[table][place] |= cells
        cases.append(cohort)

    case("patients", 0, age="90")
    case("patients", 0, age="0")
    case("patients", 0, observed_until="230")  # the last dose on day 200, 30 days before
    case("doses", 2, end_day="170")  # likewise
    case("doses", 1, start_day="22", end_day="60")  # a gap of 8 days; no side effect in it
    case("assessments", 0, score="0")
    case("assessments", 0, score="100")
    case("assessments", 0, score="10")  # and the others above a tenth of the scale
    case("assessments", 1, score="0.96")
    case("assessments", 1, score="9")
    case("assessments", 5, score="0.005")
    case("assessments", 5, score="100")
    case("assessments", 2, day="-5")  # two days after the score before
    case("assessments", 2, day="200")
    case("side_effects", 1, onset_day="200", resolved_day="200")
    case("side_effects", 0, onset_day="0", resolved_day=None)
    case("side_effects", 0, severity="4")
    case("medications", 1, end_day="-1")  # the day before the first dose
    case("medications", 1, drug_class="other", start_day="200", end_day=None)
    case("times_to_event", 0, day="201")  # days may be counted from 1
    cohort = sound(len(cases))
    cohort["patients"][0] |= {"observed_until": "55"}
    for row in cohort["doses"][:3]:
        row["end_day"] = str(min(int(row["end_day"]), 54))
    cohort["doses"].pop(2)  # 55 days of treatment: 4.5 mg could not be asked for yet
    keep = [row for row in cohort["assessments"] if not (row["patient_id"].startswith("A") and int(row["day"]) > 54)]
    cohort["assessments"] = keep
    cohort["side_effects"] = [row for row in cohort["side_effects"] if not row["patient_id"].startswith("A")]
    cohort["times_to_event"][0]["day"] = "55"
    cases.append(cohort)
    cohort = sound(len(cases))  # each patient another version
    for row in cohort["assessments"]:
        if row["patient_id"].startswith("B") and row["instrument"] == "DAS28CRP":
            row["instrument"] = "DAS28ESR"
    cases.append(cohort)
    several = [Spoiled("limit", number, cohort, "patients.", []) for number, cohort in enumerate(cases)]
    checked = check_together(several, tmp_path).checked
    assert [(fault.check, fault.rows) for fault in checked.faults] == []
