"""Whole cohorts in files that something is wrong with: each is refused or warned of in a sentence, or read right."""

import json

import pandas as pd
import pyarrow
import pyarrow.parquet
import pytest
import yaml
from tests.faults.cohort import STUDY, sound
from tests.faults.run import Spoiled, written

from dose_outcomes.cohort.build import checked_cohort
from dose_outcomes.cohort.sources.files import open_file, read_file
from dose_outcomes.cohort.tables import TABLES
from dose_outcomes.engine import connect
from dose_outcomes.errors import CohortDataError
from dose_outcomes.study import load_study


class Files:
    """The files of a sound cohort, and its study."""

    def __init__(self, folder):
        self.folder = folder
        self.raw = folder / "raw"
        self.frames = written([Spoiled("sound", 0, sound(number), "", []) for number in range(6)], self.raw)
        self.study = json.loads(json.dumps(STUDY))
        self.study["data"]["folder"] = str(self.raw)

    def path(self, name):
        return self.raw / self.study["data"]["tables"][name]["file"]

    def as_parquet(self, name, frame=None):
        frame = pd.read_csv(self.path(name)) if frame is None else frame
        self.study["data"]["tables"][name]["file"] = f"{name}.parquet"
        table = frame if isinstance(frame, pyarrow.Table) else pyarrow.Table.from_pandas(frame, preserve_index=False)
        pyarrow.parquet.write_table(table, self.path(name))
        return self.path(name)

    def check(self):
        (self.folder / "study.yaml").write_text(yaml.safe_dump(self.study, sort_keys=False), encoding="utf-8")
        study = load_study(self.folder / "study.yaml")
        return checked_cohort(study, self.folder / "cohort", self.folder / "faults.csv")

    def refused(self):
        """Return the sentences with which the data are refused; nothing is left of them."""
        with pytest.raises(CohortDataError) as error:
            self.check()
        assert not list(self.folder.rglob("cohort*/*"))
        return str(error.value)


@pytest.fixture
def files(tmp_path):
    return Files(tmp_path)


def test_the_sound_cohort_has_no_finding(files):
    assert files.check().faults == []


@pytest.mark.parametrize("place", [slice(100, 400), slice(4, 200)])
def test_a_parquet_file_damaged_within_is_named(files, place):
    """Its directory is whole: only the engine, which then quotes the file, comes upon it."""
    path = files.as_parquet("doses")
    damaged = bytearray(path.read_bytes())
    damaged[place] = b"\xff" * (place.stop - place.start)
    path.write_bytes(bytes(damaged))
    assert files.refused() == (
        f"{path}: cannot be read as .parquet (OSError): it is damaged or was cut off. Copy it or export it again"
    )


@pytest.mark.parametrize("cells", [[["x@y.org"]] * 36, [{"mail": "x@y.org"}] * 36])
def test_lists_and_records_are_refused_as_no_rule_looks_into_them(files, cells):
    path = files.as_parquet("doses", pd.read_csv(files.path("doses")).assign(more=cells))
    assert f"{path}: lists or records in column more. A cell holds one value" in files.refused()


def test_names_that_the_engine_has_for_itself(files):
    odd = ["select", '"; drop table doses', "{0}", "%s", "a.b", "rows alike in file", "place", "cell", "source"]
    frame = pd.read_csv(files.path("doses"), dtype="str")
    for column in odd:
        frame[column] = "x"
    frame["rows alike in file_"] = "write to a.b@c.org"
    frame.to_csv(files.path("doses"), index=False)
    assert "column rows alike in file_: 36 rows (2, 3, 4, 5, 6, ...): looks like an e-mail address" in files.refused()
    frame.drop(columns="rows alike in file_").to_csv(files.path("doses"), index=False)
    assert files.check().faults == []


def test_the_name_of_the_row_number_of_a_parquet_file(files):
    files.as_parquet("doses", pd.read_csv(files.path("doses")).assign(file_row_number=1))
    assert "no column may be named 'file_row_number'" in files.refused()


@pytest.mark.parametrize("name", ["patients", "doses", "indications"])
def test_a_table_of_names_without_rows_is_refused_where_nobody_could_be_analysed(files, name):
    files.frames[name].head(0).to_csv(files.path(name), index=False)
    assert f"{files.path(name)}: holds no row of data below the names of the columns" in files.refused()


@pytest.mark.parametrize("name", ["assessments", "side_effects", "medications"])
def test_other_tables_may_be_without_rows(files, name):
    files.frames[name].head(0).to_csv(files.path(name), index=False)
    assert [fault.check for fault in files.check().faults if fault.severity == "error"] == []


def test_a_last_line_that_is_not_closed_is_a_warning(files):
    """Cut within the last cell, a score of 45 is one of 4: the rows are as many, and nothing else can tell."""
    path = files.path("assessments")
    path.write_bytes(path.read_bytes().rstrip(b"\n")[:-1])
    found = [fault for fault in files.check().faults if fault.check == "assessments.last_line"]
    assert [fault.rows for fault in found] == [(len(files.frames["assessments"]) + 1,)]
    assert found[0].severity == "warning"


def test_the_faults_of_all_files_are_said_at_once(files):
    files.path("doses").write_bytes(b"")
    files.path("patients").write_bytes(b"patient_id,\xff\n")
    files.as_parquet("assessments").write_bytes(b"PAR1")
    said = files.refused().splitlines()
    assert len(said) == 3
    assert [line.split(": ")[0] for line in said] == [
        str(files.path(name)) for name in files.study["data"]["tables"] if name in ("patients", "doses", "assessments")
    ]


def test_pseudonyms_that_became_decimal_numbers_are_the_same(files):
    numbers = {one: number for number, one in enumerate(files.frames["patients"]["patient_id"], 1)}
    for name in TABLES:
        frame = pd.read_csv(files.path(name)).assign(patient_id=lambda table: table["patient_id"].map(numbers))
        if name == "assessments":
            files.as_parquet(name, frame.astype({"patient_id": "float64"}))
        else:
            frame.to_csv(files.path(name), index=False)
    assert files.check().faults == []


def test_values_of_an_earlier_run_are_not_left(files):
    (files.folder / "faults.csv").write_text("of another day")
    files.path("doses").write_bytes(b"")
    files.refused()
    assert not (files.folder / "faults.csv").exists()


@pytest.mark.parametrize(
    ("beginning", "kind"),
    [
        (b"PK\x03\x04", "an Excel file"),
        (b"PAR1", "a Parquet file"),
        (b"\xd0\xcf\x11\xe0", "an Excel file with a password"),
        (b"\x1f\x8b\x08", "a gzip archive"),
        (b"%PDF-1.7", "a PDF document"),
        (b"HEADER RECORD*******LIBRARY", "a SAS transport file"),
    ],
)
@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".parquet", ".xpt"])
def test_a_file_of_another_kind_than_its_name_says_is_called_by_its_kind(tmp_path, beginning, kind, ending):
    path = tmp_path / f"a{ending}"
    path.write_bytes(beginning + b"\x00" * 100)
    own = {"an Excel file": ".xlsx", "a Parquet file": ".parquet", "a SAS transport file": ".xpt"}.get(kind)
    sentence = "cannot be read as" if own == ending else f"by its first bytes it is .*{kind}"
    with pytest.raises(CohortDataError, match=sentence):
        read_file(path)
    with pytest.raises(CohortDataError, match=sentence):
        open_file(connect(), path)


def test_a_file_without_the_right_to_read_it(files, monkeypatch):
    from pathlib import Path

    opened, locked = Path.open, files.path("doses")

    def refuse(path, *args, **kwargs):
        if path == locked:
            raise PermissionError(13, "Permission denied")
        return opened(path, *args, **kwargs)

    monkeypatch.setattr(Path, "open", refuse)
    assert files.refused() == f"{locked}: may not be opened. Ask for the right to read it"
