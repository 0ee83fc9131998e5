"""Excel files: what the sheet shows is read, what cannot be known is refused; each twin is made here."""

import datetime

import openpyxl
import pytest

from dose_outcomes.cohort.raw import ROW
from dose_outcomes.cohort.sources.form import Form
from dose_outcomes.cohort.sources.workbooks import read_workbook
from dose_outcomes.errors import CohortDataError

GOOD = [["id", "score"], ["P1", 3], ["P2", 4.5]]


@pytest.fixture
def book():
    book = openpyxl.Workbook()
    for row in GOOD:
        book.active.append(row)
    return book


@pytest.fixture
def read(tmp_path):
    """Return a function that saves a workbook and reads it."""

    def run(book, **form):
        book.save(tmp_path / "a.xlsx")
        found = read_workbook(tmp_path / "a.xlsx", Form(**form))
        return {row.pop(ROW): row for row in found.table.to_pylist()}, found.empty_rows, found.notes

    return run


def test_numbers_come_as_text_files_have_them(book, read):
    assert read(book) == ({2: {"id": "P1", "score": "3"}, 3: {"id": "P2", "score": "4.5"}}, 0, ())


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (7, "000", "007"),  # the zeros are only shown
        (1234, "000", "1234"),
        (7, "General", "7"),
        (7.0, "0.00", "7"),
        ("007", "General", "007"),
        (True, "General", "true"),
        (0.1, "0%", "0.1"),
        (datetime.datetime(2021, 3, 4), "yyyy-mm-dd", "2021-03-04"),
        (datetime.datetime(2021, 3, 4, 5, 6), "yyyy-mm-dd hh:mm", "2021-03-04 05:06:00"),
        (" x ", "General", "x"),
    ],
)
def test_a_cell_is_read_as_it_shows(book, read, value, number_format, text):
    book.active["A2"].value = value
    book.active["A2"].number_format = number_format
    assert read(book)[0][2]["id"] == text


def test_empty_rows_and_columns_are_left_out_and_said(book, read):
    book.active["D2"] = "more"
    book.active["D1"] = "note"
    book.active["A6"] = "P6"
    book.active["A9"].number_format = "000"  # a row that was only formatted
    rows, empty, notes = read(book)
    assert list(rows) == [2, 3, 6]
    assert empty == 2
    assert notes == ("1 column without name and content left out",)


def test_the_header_may_stand_further_down(book, read):
    book.active.insert_rows(1, 2)
    book.active["A1"] = "A title"
    book.active.merge_cells("A1:B1")  # above the header: nobody's business
    rows, _, notes = read(book, header_row=3)
    assert rows == {4: {"id": "P1", "score": "3"}, 5: {"id": "P2", "score": "4.5"}}
    assert notes == ("names in row 3, rows above it left out",)


def test_a_sheet_is_named_where_several_could_be_meant(book, read):
    book.create_sheet("Empty")
    assert len(read(book)[0]) == 2  # only one has anything in it
    book.create_sheet("Codes").append(["code"])
    with pytest.raises(CohortDataError, match=r"several sheets: Sheet, Codes\. Say which one"):
        read(book)
    assert read(book, sheet="Sheet")[2] == ("sheet 'Sheet'",)
    with pytest.raises(CohortDataError, match=r"has no sheet 'Shet'\. Did you mean 'Sheet'"):
        read(book, sheet="Shet")


@pytest.mark.parametrize(
    ("cells", "merged", "sentence"),
    [
        ({}, "A1:B1", r"merged cells: A1:B1. The header must be one row \(row 1"),
        ({}, "A1:A2", "The header must be one row"),
        ({}, "A2:A3", "merged cells: A2:A3. Each row needs its own value"),
        ({"C2": "x"}, None, r"column 3 \(C\) has content and no name"),
        ({"B1": "ID"}, None, "the header names id, ID twice"),
        ({"A1": None, "B1": None}, None, "the row that should name the columns is empty"),
        ({"B2": "=1+1"}, None, "cell B2 holds a formula whose result was never stored"),
        ({"B2": "#N/A", "B3": "#REF!"}, None, r"2 cells \(B2, B3\) hold an error of the spreadsheet"),
        ({"A2": 1234567890123456789}, None, "cell A2 holds a number of more than 15 digits"),
    ],
)
def test_what_cannot_be_known_is_refused(book, read, cells, merged, sentence):
    for place, value in cells.items():
        book.active[place].value = value
    if merged:
        book.active.merge_cells(merged)
    with pytest.raises(CohortDataError, match=sentence):
        read(book)


def test_hidden_parts_are_read_and_said(book, read):
    book.active.row_dimensions[2].hidden = True
    rows, _, notes = read(book)
    assert len(rows) == 2
    assert notes == ("hidden rows and columns are read like the others",)


def test_an_empty_workbook_is_refused(read):
    with pytest.raises(CohortDataError, match="is empty"):
        read(openpyxl.Workbook())


def test_fewer_rows_than_the_study_file_says(book, read):
    with pytest.raises(CohortDataError, match="holds 2 rows of data, and the study file says 3"):
        read(book, rows=3)
