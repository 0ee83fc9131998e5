"""Every response definition that ships, as a small table that a clinician can read: `definitions/*.txt`.

A table begins with the code of a definition and what it asks for. Its columns are instruments, then whether the
patient is a responder and in remission. `8→5` is a score of 8 at baseline and 5 at the visit, `5` a score at the visit
alone, `-` no score. `?` means that the scores do not decide, `excluded` that the patient cannot be assessed, and `-`
in the last column that no remission is defined. What follows is a remark.

All rows of all tables are patients of one cohort, derived at once: a definition must not see another one's scores.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import ibis
import pandas as pd
import pytest

from dose_outcomes.catalogue import built_in
from dose_outcomes.derive.response import assessable, responses
from dose_outcomes.engine import Cohort
from dose_outcomes.study import Study

VISIT = 84
ANSWERS = {"yes", "no", "?", "excluded", "-"}


@dataclass(frozen=True)
class Row:
    patient: str
    scores: dict[str, tuple[str, str]]
    responder: str
    remission: str


def read_tables() -> dict[str, list[Row]]:
    tables: dict[str, list[Row]] = {}
    for file in sorted((Path(__file__).parent / "definitions").glob("*.txt")):
        for block in file.read_text(encoding="utf-8").strip().split("\n\n"):
            code = block.split(":")[0]
            header, *lines = [line.split() for line in block.splitlines() if line.startswith("  ")]
            instruments = header[:-2]
            assert header[-2:] == ["responder", "remission"], code
            assert code not in tables, code
            tables[code] = [_row(f"{code} {number}", instruments, line) for number, line in enumerate(lines, 1)]
    return tables


def _row(patient: str, instruments: list[str], line: list[str]) -> Row:
    width = len(instruments)
    scores = {}
    for instrument, cell in zip(instruments, line[:width], strict=True):
        before, arrow, after = cell.partition("→")
        scores[instrument] = (before, after) if arrow else ("-", cell)
    return Row(patient, scores, *line[width : width + 2])


TABLES = read_tables()


@pytest.fixture(scope="module")
def derived() -> dict[str, dict[str, str]]:
    """Return what the pipeline finds: response or remission -> patient -> answer."""
    rows = [row for table in TABLES.values() for row in table]
    scores = [
        {"patient_id": row.patient, "day": day, "instrument": instrument, "score": float(score)}
        for row in rows
        for instrument, cell in row.scores.items()
        for day, score in zip((0, VISIT), cell, strict=True)
        if score != "-"
    ]
    frame = pd.DataFrame([{"patient_id": row.patient, "condition": row.patient.split()[0]} for row in rows])
    population = ibis.memtable(frame.assign(dose="low")).mutate(excluded=ibis.null("string"))
    cohort = Cohort(
        **{**dict.fromkeys(Cohort.__dataclass_fields__), "assessments": ibis.memtable(pd.DataFrame(scores))}
    )
    study = _study()
    found: dict[str, dict[str, str]] = {"response": {}, "remission": {}}
    for endpoint in study.endpoints:
        patients = assessable(cohort, population, study, endpoint)
        mine = patients.execute().dropna(subset=["definition"])
        for outcome, answers in found.items():
            seen = responses(cohort, patients, study, endpoint, outcome).execute()
            assert (seen["day"] == VISIT).all()
            known = dict(zip(seen["patient_id"], seen["responding"], strict=True))
            for patient, reason in zip(mine["patient_id"], mine["not_assessable"], strict=True):
                defined = outcome == "response" or built_in().definitions[patient.split()[0]].remission
                unknown = "?" if defined else "-"
                answer = {True: "yes", False: "no", None: unknown}[known.get(patient)]
                answers[patient] = answer if pd.isna(reason) else "excluded"
    return found


def _study() -> Study:
    def codes(kind: str) -> dict[str, str]:
        return {code: code for code, definition in built_in().definitions.items() if definition.kind == kind}

    return Study.model_validate(
        {
            "id": "spec",
            "title": "All definitions",
            "drug": {"name": "drug", "short_name": "drug", "maximum_dose_mg": 10},
            "data": {"source": "csv", "nature": "synthetic", "folder": "none", "tables": _tables()},
            "conditions": {code: code for code in built_in().definitions},
            "dose_groups": [{"label": "low", "from_mg": 0.5, "below_mg": 3}],
            "endpoints": [
                {"id": kind, "label": kind, "kind": kind, "definitions": codes(kind)} for kind in ("benefit", "harm")
            ],
        }
    )


def _tables() -> dict[str, dict[str, str]]:
    return {name: {"file": f"{name}.csv"} for name in ("patients", "indications", "doses", "assessments")}


@pytest.mark.parametrize("code", TABLES)
def test_the_table_holds(code, derived):
    for row in TABLES[code]:
        found = (derived["response"][row.patient], derived["remission"][row.patient])
        assert found == (row.responder, row.remission), (row.patient, row.scores)


def test_every_definition_has_a_table():
    assert set(TABLES) == set(built_in().definitions)


@pytest.mark.parametrize("code", TABLES)
def test_a_table_shows_what_matters(code):
    """Reached and missed, unknown; with a baseline: unchanged, worse, none; with a bound: at it, and beyond it."""
    definition, table = built_in().definitions[code], TABLES[code]
    assert set(table[0].scores) == set(definition.instruments) - _without_score(code)
    answers = {row.responder for row in table}
    assert answers | {row.remission for row in table} <= ANSWERS
    assert {"yes", "no", "?"} <= answers
    if definition.remission:
        assert {"yes", "no", "?"} <= {row.remission for row in table}
    needs_baseline = definition.needs_baseline or not definition.has_main_score
    assert ("excluded" in answers) == needs_baseline
    if needs_baseline:
        main = next(iter(table[0].scores))
        ways = {_way(main, *row.scores[main]) for row in table if row.responder == "no"}
        assert {"unchanged", "worse" if definition.kind == "benefit" else "better"} <= ways
    if definition.baseline_bound is not None:
        assert any(
            row.responder != "excluded" and row.scores[definition.instrument][0] != "-"
            for row in table
            if _number(row.scores[definition.instrument][0]) == definition.baseline_bound
        )


def _without_score(code: str) -> set[str]:
    definition = built_in().definitions[code]
    return set() if definition.has_main_score else {definition.instrument}


def _number(text: str) -> float | None:
    return None if text == "-" else float(text)


def _way(instrument: str, before: str, after: str) -> str:
    if "-" in (before, after):
        return "unknown"
    if float(before) == float(after):
        return "unchanged"
    lower_is_better = built_in().instruments[instrument].direction == "lower_better"
    return "better" if (float(after) < float(before)) == lower_is_better else "worse"
