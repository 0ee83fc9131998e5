"""Reading: CSV, Parquet and Excel give the same; maps of columns and values; files that cannot be read are refused."""

import pandas as pd
import pytest

from dose_outcomes.cohort.raw import ROW
from dose_outcomes.cohort.sources.csv import read_csv_tables
from dose_outcomes.cohort.sources.files import open_file, read_file
from dose_outcomes.engine import connect
from dose_outcomes.errors import CohortDataError
from dose_outcomes.study.data import CsvData

PATIENTS = pd.DataFrame(
    {
        "Subject": ["007", "008"],
        "Years": ["40", "91"],
        "Gender": ["F", "M"],
        "LastDay": ["10", "20"],
        "Weight": ["60", "70"],
    }
)


def data(ending: str, **patients) -> CsvData:
    small = {name: {"file": f"{name}.csv"} for name in ("indications", "doses", "assessments")}
    return CsvData(
        source="csv",
        nature="real",
        folder="",
        tables={
            "patients": {
                "file": f"patients{ending}",
                "columns": {"patient_id": "Subject", "age": "Years", "sex": "Gender", "observed_until": "LastDay"},
                "values": {"sex": {"F": "female", "M": "male"}},
                "constants": {"end_reason": "ongoing"},
                **patients,
            },
            **small,
        },
    )


@pytest.fixture
def connection():
    return connect()


def read(connection, table) -> pd.DataFrame:
    """Return a table of the engine as the file has it; the index is the row number."""
    return connection.execute(table.order_by(ROW)).set_index(ROW)


@pytest.fixture
def folder(tmp_path):
    PATIENTS.to_csv(tmp_path / "patients.csv", index=False)
    PATIENTS.to_csv(tmp_path / "patients.tsv", index=False, sep="\t")
    PATIENTS.to_parquet(tmp_path / "patients.parquet")
    PATIENTS.to_excel(tmp_path / "patients.xlsx", index=False, sheet_name="Subjects")
    (tmp_path / "indications.csv").write_text("patient_id,condition,primary\n")
    (tmp_path / "doses.csv").write_text("patient_id,start_day,end_day,dose_mg\n")
    (tmp_path / "assessments.csv").write_text("patient_id,day,instrument,score\n")
    return tmp_path


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".parquet", ".xlsx"])
def test_all_kinds_of_file_give_the_same_table(folder, connection, ending):
    table = read_csv_tables(data(ending), folder, [], connection)[0]
    frame = read(connection, table.content)
    assert frame.to_dict("list") == {
        "patient_id": ["007", "008"],
        "age": ["40", "91"],
        "sex": ["female", "male"],
        "observed_until": ["10", "20"],
        "end_reason": ["ongoing", "ongoing"],
    }
    assert frame.index.tolist() == [2, 3]
    assert table.rows_read == 2


def test_a_covariate_is_carried_along(folder, connection):
    table = read_csv_tables(data(".csv"), folder, ["Weight"], connection)[0]
    assert read(connection, table.content)["Weight"].tolist() == ["60", "70"]


def test_what_the_map_names_must_exist(folder, connection):
    with pytest.raises(CohortDataError, match="column 'Sexx' is missing") as error:
        read_csv_tables(data(".csv", columns={"sex": "Sexx", "agee": "Years"}), folder, [], connection)
    assert "'agee' is no column of patients; did you mean 'age'?" in str(error.value)


def test_a_required_table_must_be_named(folder, connection):
    incomplete = CsvData(source="csv", nature="real", folder="", tables={"patients": {"file": "patients.csv"}})
    with pytest.raises(CohortDataError, match="no file for indications, doses, assessments"):
        read_csv_tables(incomplete, folder, [], connection)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b"a,b\n1,2\n1,2,3\n", "Every row needs as many cells as the header"),
        ("a.csv", b"a,b\n1,2,3\n", "Every row needs as many cells as the header"),
        ("a.csv", b"a,a\n1,2\n", "the header names a twice"),
        ("a.csv", b"a,b\n\xff\xfe,2\n", "is not UTF-8 text"),
        ("a.xlsx", b"no workbook", "cannot be read as .xlsx"),
        ("a.parquet", b"no parquet", "cannot be read as .parquet"),
        ("a.doc", b"text", "this kind of file is not read"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path, connection, name, content, expected):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CohortDataError, match=expected):
        read_file(tmp_path / name)
    with pytest.raises(CohortDataError, match=expected):
        open_file(connection, tmp_path / name)


@pytest.mark.parametrize("ending", [".parquet", ".xlsx"])
def test_a_binary_file_that_was_cut_off_is_refused(folder, connection, ending):
    whole = (folder / f"patients{ending}").read_bytes()
    (folder / f"cut{ending}").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(CohortDataError, match=f"cut{ending}: cannot be read as {ending}"):
        open_file(connection, folder / f"cut{ending}")


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".xlsx"])
def test_a_file_without_the_rows_that_it_must_have_is_refused(folder, ending):
    with pytest.raises(CohortDataError, match=f"patients{ending}: holds 2 rows of data, and the study file says 3"):
        read_csv_tables(data(ending, rows=3), folder, [], connect())
    assert read_csv_tables(data(ending, rows=2), folder, [], connect())[0].rows_read == 2


def test_names_that_differ_in_capitals_only_are_refused_in_parquet(tmp_path, connection):
    pd.DataFrame({"id": ["1"], "ID": ["2"]}).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(CohortDataError, match="the header names id, ID twice"):
        open_file(connection, tmp_path / "a.parquet")


def test_text_stays_text(tmp_path, connection):
    (tmp_path / "a.csv").write_bytes(b'\xef\xbb\xbfid,word\n0012,"two\nlines"\nNA,NULL\n,\n')
    same = read(connection, open_file(connection, tmp_path / "a.csv").table)
    frame = read_file(tmp_path / "a.csv")
    pd.testing.assert_frame_equal(same, frame, check_names=False, check_dtype=False, check_index_type=False)
    assert frame["id"].tolist() == ["0012", "NA"]
    assert frame["word"].tolist() == ["two\nlines", "NULL"]


def test_the_documented_tables_are_those_of_the_code(root):
    """Written again by: python -m dose_outcomes.cohort.documentation."""
    from dose_outcomes.cohort.documentation import page

    assert (root / "docs/tables.md").read_text(encoding="utf-8") == page()


def test_of_several_folders_the_first_that_holds_a_file_is_read(tmp_path, folder):
    from dose_outcomes.cohort.sources import data_folder

    (tmp_path / "instructions_only").mkdir()
    (tmp_path / "instructions_only/README.md").write_text("put the files here")
    several = data(".csv").model_copy(
        update={"folder": [str(tmp_path / "none"), str(tmp_path / "instructions_only"), str(folder)]}
    )
    assert data_folder(several) == folder
    with pytest.raises(CohortDataError, match="No data folder: looked for"):
        data_folder(several.model_copy(update={"folder": str(tmp_path / "none")}))
