"""A hand-worked table: what goes with which row, for which reason."""

import ibis
import pytest

from dose_outcomes.cohort.faults import Fault
from dose_outcomes.cohort.raw import ROW
from dose_outcomes.cohort.set_aside import set_aside
from dose_outcomes.engine import connect

PATIENTS = {
    "patients": "A B C D",
    "indications": "A B C D",
    "doses": "A A B C D X -",
    "assessments": "A B B C D D X",
    "side_effects": "",
}


@pytest.fixture
def tables():
    """Return tables with row numbers from 2 on, and the patients of `PATIENTS`."""
    found = {}
    for name, text in PATIENTS.items():
        patients = [None if one == "-" else one for one in text.split()]
        rows = {ROW: list(range(2, len(patients) + 2)), "patient_id": patients}
        found[name] = ibis.memtable(rows, schema={ROW: "int64", "patient_id": "string"})
    return found


def fault(table: str, *rows: int, severity: str = "error", sentence: str = "is wrong") -> Fault:
    return Fault(f"{table}.x", table, f"{table}.csv", "", sentence, "Mend it", rows, severity=severity)


def rows_kept(connection, tables) -> dict[str, list[int]]:
    return {name: sorted(connection.to_pyarrow(table).column(ROW).to_pylist()) for name, table in tables.items()}


def test_what_goes_with_which_row(tables):
    """Dose row 4 is of B, dose row 8 of nobody, assessment row 2 of A: B goes as a whole, A loses one score.

    Assessment row 7 (of D) is wrong twice: the first reason counts. X has no other row.
    """
    connection = connect()
    faults = [
        fault("assessments", 7, sentence="is late"),
        fault("doses", 4, 8),
        fault("assessments", 2, 7),
        fault("side_effects", severity="warning"),
        fault("patients", 2, severity="warning"),
    ]
    found = set_aside(connection, tables, faults)
    assert rows_kept(connection, found.kept) == {
        "patients": [2, 4, 5],
        "indications": [2, 4, 5],
        "doses": [2, 3, 5, 6, 7],
        "assessments": [5, 6, 8],
        "side_effects": [],
    }
    assert found.reasons == {
        "patients": {"doses: is wrong": 1},
        "indications": {"doses: is wrong": 1},
        "doses": {"doses: is wrong": 2},
        "assessments": {"assessments: is late": 1, "doses: is wrong": 2, "assessments: is wrong": 1},
        "side_effects": {},
    }


def test_a_wrong_score_takes_no_patient_with_it(tables):
    connection = connect()
    found = set_aside(connection, tables, [fault("assessments", 3)])
    assert rows_kept(connection, found.kept)["patients"] == [2, 3, 4, 5]
    assert {name: reasons for name, reasons in found.reasons.items() if reasons} == {
        "assessments": {"assessments: is wrong": 1}
    }


def test_many_rows_are_known_by_their_expression(tables):
    """Of 4 rows of which 1 is listed, the expression says which they are."""
    connection = connect()
    all_rows = fault("assessments", 2)
    many = Fault(
        all_rows.check, "assessments", "", "", "is wrong", "", (2,), number=4, failing=tables["assessments"].limit(4)
    )
    found = set_aside(connection, tables, [many])
    assert sum(found.reasons["assessments"].values()) == 4
    assert len(rows_kept(connection, found.kept)["assessments"]) == 3
