"""Public files that readers stumble over: each is read as its twin has it, or refused with the reason."""

import csv
import json
import re

import pytest

from dose_outcomes.cohort.build import build_cohort
from dose_outcomes.cohort.conversion import conversion_faults
from dose_outcomes.cohort.raw import ROW
from dose_outcomes.cohort.sources.csv import read_csv_tables
from dose_outcomes.cohort.sources.files import open_file
from dose_outcomes.cohort.sources.form import Form
from dose_outcomes.engine import connect
from dose_outcomes.errors import CohortDataError
from dose_outcomes.study import Study


@pytest.fixture(scope="module")
def bad_input(public_data):
    return public_data / "bad_input"


@pytest.fixture(scope="module")
def read():
    """Return a function that reads a file: its rows by number, without the empty cells."""
    connection = connect()

    def run(path, **form):
        rows = connection.to_pyarrow(open_file(connection, path, Form(**form)).table).to_pylist()
        return {row[ROW]: {key: cell for key, cell in row.items() if key != ROW and cell is not None} for row in rows}

    return run


@pytest.mark.parametrize(
    "name",
    [
        "comma_in_quotes",
        "empty",
        "empty_crlf",
        "escaped_quotes",
        "json",
        "newlines",
        "newlines_crlf",
        "quotes_and_newlines",
        "simple",
        "simple_crlf",
        "utf8",
    ],
)
def test_csv_spectrum_equals_its_twin(bad_input, read, name):
    twin = json.loads((bad_input / f"csv_spectrum/json/{name}.json").read_text(encoding="utf-8"))
    found = read(bad_input / f"csv_spectrum/csvs/{name}.csv")
    assert list(found.values()) == [{key: cell for key, cell in row.items() if cell} for row in twin]
    assert list(found) == list(range(2, len(twin) + 2))  # rows, not lines


def test_csv_spectrum_with_lost_letters_is_refused(bad_input, read):
    """Its degree signs became replacement characters; its twin holds other values altogether."""
    with pytest.raises(CohortDataError, match="line 2 holds the replacement character: letters were lost"):
        read(bad_input / "csv_spectrum/csvs/location_coordinates.csv")


FRICTIONLESS_READ = [
    ("ascii-notvalid.csv", {}, {2: {"A": "1", "B": "ssµ", "C": "ab€"}}),
    ("blank-cells.csv", {}, {**{n: {"id": str(n - 1), "name": name} for n, name in enumerate(
        ["Paul", "John", "George", "Ringo"], 2)}, 6: {"id": "5"}}),
    ("blank-rows-multiple.csv", {}, {
        2: {"id": "1101", "name": "John", "age": "30"}, 3: {"id": "1102", "name": "Julie", "age": "26"}}),
    ("blank-rows-no-fields.csv", {}, {
        2: {"id": "1101", "name": "John", "age": "30"}, 4: {"id": "1102", "name": "Julie", "age": "26"}}),
    ("blank-rows.csv", {}, {
        2: {"id": "1101", "name": "John", "age": "30"}, 3: {"id": "1102", "name": "Julie", "age": "26"}}),
    ("bom.csv", {}, {2: {"id": "1", "name": "english"}, 3: {"id": "2", "name": "中国人"}}),
    ("delimiter.csv", {"delimiter": "semicolon"}, {
        2: {"id": "1", "name": "english"}, 3: {"id": "2", "name": "中国人"}}),
    ("issue-905_bad.csv", {}, {2: {"id": "3", "name": "Kāwanatanga"}}),
    ("latin1.csv", {"encoding": "iso-8859-1"}, {2: {"id": "1", "name": "english"}, 3: {"id": "2", "name": "©"}}),
    ("leading-zeros.csv", {}, {2: {"value": "01"}, 3: {"value": "002"}, 4: {"value": "00003"}}),
    ("number-format-multicode.xlsx", {}, {
        2: {"col1": "4.51119775197299"}, 3: {"col1": "-9.03233986479077"}, 4: {"col1": "15.7929464439101"}}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "form", "rows"), FRICTIONLESS_READ)
def test_frictionless_is_read_right(bad_input, read, name, form, rows):
    assert read(bad_input / "frictionless" / name, **form) == rows


def test_frictionless_with_many_columns_or_rows(bad_input, read):
    folder = bad_input / "frictionless"
    assert [len(row) for row in read(folder / "matrix-with-comment.csv", header_row=2).values()] == [4, 4, 4, 4]
    assert (
        read(folder / "issue-1105-timezone.csv", delimiter="semicolon")[3]["timestamp"] == "2020-01-01T15:00:00+03:00"
    )
    assert read(folder / "issue-991.csv")[2]["resource1_1_s_mean (°C)"] == "2"
    for name in ("doublequote.csv", "encoding-issue-274.csv"):  # as another reader has them
        with (folder / name).open(encoding="utf-8", newline="") as lines:
            same = [{key: cell.strip() for key, cell in row.items() if cell.strip()} for row in csv.DictReader(lines)]
        assert list(read(folder / name).values()) == same
    assert list(read(folder / "duplicate-rows.csv")) == [2, 3, 4]  # the rules of the tables find those


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("blank-headers.csv", r"column 2 \(B\) has content and no name"),
        ("capital-invalid.csv", "the header names name twice"),
        ("defective-rows.csv", r"2 rows \(2, 3\): 2 to 4 cells, where the header has 3"),
        ("delimiter.csv", "set delimiter: semicolon"),
        ("duplicate-column.csv", "the header names B twice"),
        ("duplicate-headers.csv", "the header names id twice"),
        ("empty.csv", "is empty"),
        ("escaping.csv", "row 2 has white space before a quote"),
        ("invalid.csv", "the header names name twice"),
        ("issue-1105-timezone.csv", "set delimiter: semicolon"),
        ("latin1.csv", "line 3 is not UTF-8 text"),
        ("matrix-with-comment.csv", r"5 rows \(2, 3, 4, 5, 6\): 4 cells, where the header has 1"),
        ("merged-cells.xls", "this kind of file is not read"),
        ("merged-cells.xlsx", r"merged cells: A1:B3. The header must be one row"),
        ("multiline-headers.xlsx", "merged cells: .* The header must be one row"),
    ],
)
def test_frictionless_is_refused_with_the_reason(bad_input, read, name, sentence):
    with pytest.raises(CohortDataError, match=sentence):
        read(bad_input / "frictionless" / name)


def test_no_file_of_frictionless_is_left_out(bad_input):
    tested = {name for name, *_ in FRICTIONLESS_READ} | {
        "matrix-with-comment.csv", "issue-1105-timezone.csv", "issue-991.csv", "doublequote.csv", "duplicate-rows.csv",
        "blank-headers.csv", "capital-invalid.csv", "defective-rows.csv", "duplicate-column.csv",
        "duplicate-headers.csv", "empty.csv", "encoding-issue-274.csv", "escaping.csv", "invalid.csv",
        "merged-cells.xls", "merged-cells.xlsx", "multiline-headers.xlsx",
    }  # fmt: skip
    assert {path.name for path in (bad_input / "frictionless").iterdir()} == tested


MESSY = {
    "file": "messy_uc.xlsx",
    "sheet": "Data",
    "header_row": 7,
    "columns": {"patient_id": "pat_id"},
}
RACES = ["Caucasian", "African-American", "Asian", "Hawaiian", "AmerInd", "Mixed", "Other"]


def messy_study(folder, score: str, missing=(), **limits) -> Study:
    """Return a study on the messy workbook, one of its columns being the score."""
    tables = {
        "patients": {
            **MESSY,
            "constants": {"age": 40, "sex": "unknown", "observed_until": 200, "end_reason": "ongoing"},
            "allowed": {"ethnic": ["hispanic", "not hispanic"], "race": RACES},
        },
        "indications": {**MESSY, "constants": {"condition": "ulcerative_colitis", "primary": True}},
        "doses": {
            **MESSY,
            "columns": {"patient_id": "pat_id", "start_day": "start_date"},
            "constants": {"end_day": 100, "dose_mg": 1},
        },
        "assessments": {
            **MESSY,
            "columns": {"patient_id": "pat_id", "score": score},
            "constants": {"day": 0, "instrument": "LAB"},
            "missing": list(missing),
        },
    }
    return Study.model_validate(
        {
            "id": "messy",
            "title": "Messy",
            "drug": {"name": "drug", "short_name": "drug", "maximum_dose_mg": 10},
            "data": {"source": "csv", "nature": "synthetic", "folder": str(folder), "tables": tables},
            "conditions": {"ulcerative_colitis": "Ulcerative colitis"},
            "dose_groups": [{"label": "1 mg", "from_mg": 1, "below_mg": 2}],
            "covariates": ["ethnic", "race"],
            "instruments": {
                "LAB": {"label": "Laboratory", "units": "10^9/L", "direction": "lower_better", "step": 0.001}
                | {"minimum": 0, "maximum": 1000, **limits}
            },
        }
    )


def test_the_messy_workbook_is_refused_until_sheet_and_header_are_named(bad_input, read):
    with pytest.raises(CohortDataError, match="several sheets: Explainer, Codebook, Data, Problems"):
        read(bad_input / "messy_uc.xlsx")
    with pytest.raises(CohortDataError, match=r"columns? 2 \(B\), .* have content and no name"):  # title rows on top
        read(bad_input / "messy_uc.xlsx", sheet="Data")
    rows = read(bad_input / "messy_uc.xlsx", sheet="Data", header_row=7)
    assert [len(rows), min(rows), max(rows)] == [30, 8, 38]
    assert 23 not in rows  # the empty row
    assert rows[8]["pat_id"] == "001"


def test_every_problem_that_the_messy_workbook_lists_is_found(bad_input, tmp_path):
    """Its sheet Problems: the first run names what can be named at once, others follow column by column."""
    study = messy_study(bad_input, "start_wbc", minimum=1, maximum=50)
    with pytest.raises(CohortDataError) as error:
        build_cohort(study, tmp_path / "cohort", tmp_path / "faults.csv")
    sentences = str(error.value)
    for expected in (
        # categories with typos: Hispanic, NOT hispanic, hispamnic; afromerican twice and H/API
        r"column ethnic: 3 rows \(15, 16, 17\): must be one of hispanic, not hispanic",
        r"column race: 3 rows \(15, 22, 29\): must be one of Caucasian",
        # dates where days are expected, and dates that tell who a patient is
        r"column start_day: 30 rows \(8, 9, 10, 11, 12, \.\.\.\): must be a whole number; this looks like a date",
        r"column dob: 30 rows .*: looks like a date",
        r"column dob: by its name holds dates of birth",
        # split columns: the date of the end, the address
        "column end_year: is a piece of a date: end_day, end_month, end_year",
        "column fake_street: by its name holds addresses",
        "column fake_zip: by its name holds postcodes",
        # out of range: 106 among white cells of 4.5 to 11
        r"column score: 1 row \(21\): lies outside the limits of its instrument",
    ):
        assert re.search(expected, sentences), f"{expected}\n{sentences}"
    assert not (tmp_path / "cohort").exists()


@pytest.mark.parametrize(
    ("column", "rows"),
    [
        ("start_plt", [29]),  # clumped
        ("start_k", [34]),  # hemolyzed
        ("end_emo", [22]),  # not done
        ("end_dl", [22]),
        ("start_bp", [row for row in range(8, 39) if row != 23]),  # two numbers in a cell
        ("pre/post_wt_kg", [row for row in range(8, 39) if row != 23]),
        ("Start Abd score", []),  # a name with blanks is a name
        ("Daily Life impact score at start", []),
    ],
)
def test_text_among_the_numbers_of_the_messy_workbook(bad_input, column, rows):
    connection = connect()
    study = messy_study(bad_input, column)
    tables = read_csv_tables(study.data, bad_input, study.covariates, connection)
    scores = next(table for table in tables if table.name == "assessments")
    assert [row for fault in conversion_faults(connection, scores) for row in fault.rows] == rows
    assert scores.set_aside == {"no cell filled": 1}
    assert scores.rows_read == 31


def test_the_code_for_not_collected_is_out_of_range_or_named_as_missing(bad_input, tmp_path):
    study = messy_study(bad_input, "end_na", minimum=100, maximum=200)
    with pytest.raises(CohortDataError, match=r"column score: 1 row \(25\): lies outside the limits"):
        build_cohort(study, tmp_path / "cohort", tmp_path / "faults.csv")
    study = messy_study(bad_input, "end_na", ["-99"], minimum=100, maximum=200)
    with pytest.raises(CohortDataError, match=r"column score: 1 row \(25\): must not be empty"):
        build_cohort(study, tmp_path / "cohort", tmp_path / "faults.csv")
