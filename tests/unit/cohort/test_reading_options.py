"""What the study file says of a file's cells: decimal mark, missing, censored, allowed; and faults of each kind."""

import pytest

from dose_outcomes.cohort.conversion import conversion_faults, convert
from dose_outcomes.cohort.raw import ROW
from dose_outcomes.cohort.sources.csv import read_csv_tables
from dose_outcomes.engine import connect
from dose_outcomes.errors import CohortDataError
from dose_outcomes.study.data import CsvData

FILES = {
    "patients.csv": "patient_id,age,sex,observed_until,end_reason\np1,40,female,9,ongoing\n",
    "indications.csv": "patient_id,condition,primary\np1,pain,true\n",
    "doses.csv": "patient_id,start_day,end_day,dose_mg\np1,0,9,4.5\n",
}


@pytest.fixture(scope="module")
def connection():
    return connect()


@pytest.fixture
def read(tmp_path, connection):
    """Return a function that reads scores with the keys of their table: typed rows by number, faults, the table."""

    def run(text: str, written_as: str = "utf-8", **keys):
        for name, content in FILES.items():
            (tmp_path / name).write_text(content, encoding="utf-8")
        (tmp_path / "assessments.csv").write_bytes(text.encode(written_as))
        tables = {name.removesuffix(".csv"): {"file": name} for name in FILES}
        data = CsvData(
            source="csv",
            nature="synthetic",
            folder="",
            tables={**tables, "assessments": {"file": "assessments.csv", **keys}},
        )
        table = read_csv_tables(data, tmp_path, [], connection)[3]
        rows = connection.to_pyarrow(convert(table).order_by(ROW)).to_pylist()
        faults = {fault.check.rsplit(".", 1)[1]: fault for fault in conversion_faults(connection, table)}
        return {row[ROW]: row["score"] for row in rows}, faults, table

    return run


def test_a_file_of_a_country_with_decimal_commas(read):
    text = (
        'patient_id;day;instrument;score\np1;0;"Übel; sehr";4,5\np1;7;"Übel; sehr";-12\np1;9;x;1.5\np1;11;x;1.234,5\n'
    )
    scores, faults, table = read(
        text,
        "cp1252",
        delimiter="semicolon",
        decimal="comma",
        encoding="windows-1252",
        values={"score": {4.5: 6.25}},  # as the file would have them: 4,5 and 6,25
    )
    assert scores == {2: 6.25, 3: -12, 4: None, 5: None}
    assert faults["decimal_mark"].rows == (4,)
    assert faults["type"].rows == (5,)
    assert "must be a number, with a comma before the decimals; this has a point in it" in str(faults["decimal_mark"])
    assert table.notes == ("Windows-1252 text (as the study file says)", "semicolon between the cells")


@pytest.mark.parametrize(
    ("keys", "scores"),
    [
        ({}, {2: None, 3: None, 4: None, 5: 2.5}),
        ({"censored": {"score": "at_limit"}}, {2: 0.01, 3: 500, 4: 3, 5: 2.5}),
        ({"censored": {"score": "half_limit"}}, {2: 0.005, 3: 500, 4: 1.5, 5: 2.5}),
        ({"censored": {"score": "missing"}}, {2: None, 3: None, 4: None, 5: 2.5}),
        ({"censored": {"score": "at_limit"}, "values": {"score": {"<0.01": 0}}}, {2: 0, 3: 500, 4: 3, 5: 2.5}),
    ],
)
def test_numbers_beyond_a_limit(read, keys, scores):
    text = "patient_id,day,instrument,score\np1,0,x,<0.01\np1,1,x,> 500\np1,2,x,≤3\np1,3,x,2.5\n"
    found, faults, table = read(text, **keys)
    assert found == scores
    if keys:
        assert not faults
        words = {
            "at_limit": "taken at the limit",
            "half_limit": "taken at half the limit where below it, at the limit where above it",
            "missing": "taken as missing",
        }[keys["censored"]["score"]]
        assert table.notes[-1] == f"score: numbers with < or > {words}"
    else:
        assert list(faults) == ["censored"]
        assert faults["censored"].rows == (2, 3, 4)
        assert "must be a number, with a point before the decimals; this has < or > before it" in str(
            faults["censored"]
        )
        assert "data.tables.assessments.censored" in str(faults["censored"])


def test_numbers_beyond_a_limit_with_decimal_commas(read):
    text = "patient_id;day;instrument;score\np1;0;x;<0,5\np1;1;x;>7,5\n"
    keys = {"delimiter": "semicolon", "decimal": "comma", "censored": {"score": "half_limit"}}
    assert read(text, **keys)[:2] == ({2: 0.25, 3: 7.5}, {})


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("2021-03-04", "date"),
        ("04.03.2021", "date"),
        ("3/4/21", "date"),
        ("2021-03-04T10:00:00Z", "date"),
        ("4,5", "decimal_mark"),
        ("1.234,5", "type"),
        ("4 mg", "type"),
        ("clumped", "type"),
        ("<", "type"),
        ("< 4 mg", "type"),
        ("1,234,567", "type"),
    ],
)
def test_each_kind_of_wrong_cell_has_its_own_sentence(read, cell, kind):
    quoted = f'"{cell}"'
    scores, faults, _ = read(f"patient_id,day,instrument,score\np1,0,x,1\np1,1,x,{quoted}\n")
    assert scores == {2: 1, 3: None}
    assert list(faults) == [kind]
    assert faults[kind].rows == (3,)
    assert cell not in str(faults[kind]).split("must be")[0]


def test_a_day_that_is_a_date_is_told_so(read):
    _, faults, _ = read("patient_id,day,instrument,score\np1,2021-03-04,x,1\np1,1,x,2\n")
    assert faults["date"].column == "day"
    assert "must be a whole number; this looks like a date. Give days after the first dose" in str(faults["date"])


def test_texts_that_stand_for_missing(read):
    text = "patient_id,day,instrument,score\np1,0,x,-99\np1,1,x,.\np1,2,x,0\n"
    assert read(text, missing=["-99", "."])[:2] == ({2: None, 3: None, 4: 0}, {})


def test_values_that_a_column_of_text_may_have(read):
    text = "patient_id,day,instrument,score\np1,0,CDAI,1\np1,1,cdai,1\np1,2,PEG,1\np1,3,Peg 3,1\n"
    _, faults, _ = read(text, values={"instrument": {"Peg 3": "PEG"}}, allowed={"instrument": ["CDAI", "PEG"]})
    assert list(faults) == ["allowed"]
    assert faults["allowed"].rows == (3,)
    assert "must be one of CDAI, PEG. Correct the cells, or map them" in str(faults["allowed"])


@pytest.mark.parametrize("key", ["censored", "allowed"])
def test_keys_of_columns_that_do_not_exist(read, key):
    value = {"censored": {"scor": "missing"}, "allowed": {"scor": ["x"]}}[key]
    with pytest.raises(CohortDataError, match="'scor' is no column of assessments; did you mean 'score'"):
        read("patient_id,day,instrument,score\np1,0,x,1\n", **{key: value})


def test_rows_without_content_are_set_aside_and_counted(read):
    _, _, table = read("patient_id,day,instrument,score\np1,0,x,1\n\n,,,\np1,1,x,1\n")
    assert (table.rows_read, table.set_aside) == (4, {"no cell filled": 2})


def test_columns_without_use_are_kept_apart(read, connection):
    _, _, table = read("patient_id,day,instrument,score,note\np1,0,x,1,hello\n")
    assert "note" not in table.content.columns
    assert connection.to_pyarrow(table.unused).to_pylist() == [{ROW: 2, "note": "hello"}]
    assert read("patient_id,day,instrument,score\np1,0,x,1\n")[2].unused is None
