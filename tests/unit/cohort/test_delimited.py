"""Text files: read right or refused with a sentence; rows numbered as a spreadsheet does; nothing guessed."""

import csv
import io
import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dose_outcomes.cohort.raw import ROW
from dose_outcomes.cohort.sources.cells import INVISIBLE, OTHER_SPACES
from dose_outcomes.cohort.sources.delimited import read_delimited
from dose_outcomes.cohort.sources.form import Form
from dose_outcomes.errors import CohortDataError


@pytest.fixture
def read(tmp_path):
    """Return a function that reads bytes as a file: rows by number, then what was left out and said."""

    def run(content: bytes, name: str = "a.csv", **form):
        path = tmp_path / name
        path.write_bytes(content)
        found = read_delimited(path, Form(**form))
        rows = {row.pop(ROW): row for row in found.table.to_pylist()}
        return rows, found.empty_rows, found.notes

    return run


@pytest.mark.parametrize(
    ("content", "form", "rows"),
    [
        (b"a,b\n1,2\n", {}, {2: {"a": "1", "b": "2"}}),
        (b"a,b\r\n1,2\r\n", {}, {2: {"a": "1", "b": "2"}}),
        (b"a,b\r1,2\r3,4\r", {}, {2: {"a": "1", "b": "2"}, 3: {"a": "3", "b": "4"}}),
        # no line break at the end, an empty quoted cell, a delimiter and quotes in quotes
        (b'a,b\n"","x, ""y"""', {}, {2: {"a": None, "b": 'x, "y"'}}),
        # row 2 has a cell of two lines, row 3 is empty, so the next is row 4 though it is on line 5
        (b'a,b\n1,"x\ny"\n\n3,4\n', {}, {2: {"a": "1", "b": "x\ny"}, 4: {"a": "3", "b": "4"}}),
        (b'a,b\r\n1,"x\r\ny"\r\n3,4\r\n', {}, {2: {"a": "1", "b": "x\r\ny"}, 3: {"a": "3", "b": "4"}}),
        (b"a,b\n1,2\n,\n , \t\n3,4\n", {}, {2: {"a": "1", "b": "2"}, 5: {"a": "3", "b": "4"}}),
        # above the header a title, an empty row and a cell of two lines: rows 1 to 3, lines 1 to 4
        (b'Title\n\n"two\nlines"\na,b\n1,2\n', {"header_row": 4}, {5: {"a": "1", "b": "2"}}),
        (b"id\n007\n0010\n", {}, {2: {"id": "007"}, 3: {"id": "0010"}}),
        (b"a;b\n1,5;2\n", {"delimiter": "semicolon"}, {2: {"a": "1,5", "b": "2"}}),
        (b"a|b\n1|2\n", {"delimiter": "pipe"}, {2: {"a": "1", "b": "2"}}),
        (b"a\tb\n1\t2\n", {"delimiter": "tab"}, {2: {"a": "1", "b": "2"}}),
        (b"\xef\xbb\xbfa,b\n1,2\n", {}, {2: {"a": "1", "b": "2"}}),
        ("a,b\n1,ü\n".encode("utf-16"), {}, {2: {"a": "1", "b": "ü"}}),
        ("a,b\n1,ü\n".encode("utf-16"), {"encoding": "utf-16"}, {2: {"a": "1", "b": "ü"}}),
        ("a,b\n1,€\n".encode("cp1252"), {"encoding": "windows-1252"}, {2: {"a": "1", "b": "€"}}),
        ("a,b\n1,ÿ\n".encode("latin-1"), {"encoding": "iso-8859-1"}, {2: {"a": "1", "b": "ÿ"}}),
        ("a,b\n1,ő\n".encode("iso-8859-2"), {"encoding": "iso-8859-2"}, {2: {"a": "1", "b": "ő"}}),
        (b"a,b\n1,NA\n-99,.\n", {"missing": ("NA", ".", "-99")}, {2: {"a": "1", "b": None}}),
        (b"a,b\nNA,NULL\n", {}, {2: {"a": "NA", "b": "NULL"}}),
        (b"a,b\n", {}, {}),
        (b"a,b", {}, {}),
        (b" a , b\n 1 ,\xc2\xa02\n", {}, {2: {"a": "1", "b": "2"}}),
        # what looks alike is alike: an accent of its own, a no-break space
        ("a,b\nCrohn\u00a0x,cafe\u0301\n".encode(), {}, {2: {"a": "Crohn x", "b": "caf\u00e9"}}),
        # a quote inside a cell that does not begin with one is a character like others
        (b'a,b\n1,5" tube\n', {}, {2: {"a": "1", "b": '5" tube'}}),
        (b"a,,b\n1,,2\n", {}, {2: {"a": "1", "b": "2"}}),
    ],
)
def test_a_file_is_read_as_it_is_meant(read, content, form, rows):
    assert read(content, **form)[0] == rows


@pytest.mark.parametrize(
    ("content", "form", "sentence"),
    [
        (b"", {}, "a.csv: is empty. It needs a header row"),
        (b"\xef\xbb\xbf", {}, "a.csv: is empty"),
        (b"\n\na,b\n1,2\n", {}, "the row that should name the columns is empty"),
        (b"a,b\n1,2\n", {"header_row": 9}, "has no row 9, in which the study file says the names of the columns are"),
        # short rows, which other readers fill up in silence: the sign of a file that was cut off
        (b"a,b,c\n1,2,3\n4,5\n", {}, r"1 row \(3\): 2 cells, where the header has 3.*cut off"),
        (b"a,b\n1,2\n\n3,4,5\n6\n7,8\n", {}, r"2 rows \(4, 5\): 1 to 3 cells, where the header has 2"),
        (b'a,b\n"x\ny",1\n2\n', {}, r"1 row \(3\): 1 cells"),
        (b'a,b\n1,2\n3,"cut o', {}, "row 3 opens a quote that is never closed: the file was cut off"),
        (b'a,b\n1,"x"y\n', {}, "row 2 has text right behind a closing quote"),
        (b'a,b\n1,2\n3, "x, y"\n', {}, r"1 row \(3\): 3 cells"),
        (b'a,b\n1,2\n3, "x"\n', {}, "column b: row 3 has white space before a quote"),
        (b"a,b,A\n1,2,3\n", {}, "the header names a, A twice"),
        (b"a, a\n1,2\n", {}, "the header names a twice"),
        (b"a,,b\n1,2,3\n", {}, r"column 2 \(B\) has content and no name"),
        (b"a,b\n1,\xfc\n", {}, "line 2 is not UTF-8 text. Save it as UTF-8, or name its encoding"),
        (b'a,b\n1,"x\ny"\n2,\xfc\n', {}, "line 4 is not UTF-8 text"),
        (b"a,b\n1,\x81\n", {"encoding": "windows-1252"}, "line 2 is not Windows-1252 text"),
        (b"a,b\n1,\x80\n", {"encoding": "iso-8859-1"}, "line 2 holds a control character: it is not ISO-8859-1"),
        ("a,b\n1,ü\n".encode(), {"encoding": "windows-1252"}, "is UTF-8 text, and the study file says windows-1252"),
        ("a,b\n1,ü\n".encode("utf-16"), {"encoding": "utf-8"}, "byte-order mark of UTF-16, and the study file says"),
        ("a,b\n1,ü\n".encode("utf-16-le"), {"encoding": "utf-16"}, "has no byte-order mark, which UTF-16 needs"),
        ("a,b\n1,2\n".encode("utf-16-le"), {}, "line 1 holds a zero byte"),
        (b"a,b\n1,2\n3,\x00\n", {}, "line 3 holds a zero byte. The file is damaged"),
        ("a,b\n1,M\ufffdller\n".encode(), {}, "line 2 holds the replacement character: letters were lost"),
        ("a,b\n1,x\n2,l\u200bler\n".encode(), {}, r"column b: 1 row \(the first is 3\): a character that is not seen"),
        ("a,b\n1,x\n\ufeffa,b\n".encode(), {}, r"column a: 1 row \(the first is 3\): a character that is not seen"),
        (b"a;b\n1;2\n", {}, "one column by the delimiter comma, with semicolon in it.*set delimiter: semicolon"),
        (b"a,b\n1,2\n", {"delimiter": "semicolon"}, "one column by the delimiter semicolon, with comma in it"),
        (b"a,b\n1,2\n", {"rows": 2}, "holds 1 row of data, and the study file says 2. See whether the file was cut"),
        (b"row in file,b\n1,2\n", {}, "no column may be named 'row in file'"),
    ],
)
def test_what_cannot_be_known_is_refused_in_a_sentence(read, content, form, sentence):
    with pytest.raises(CohortDataError, match=sentence) as error:
        read(content, **form)
    assert "ller" not in str(error.value)  # no cell in it


def test_what_was_recognised_is_said(read):
    _, empty, notes = read('a,b,\n1,"x\ny",\n,,\n2,z,'.encode("utf-16"))
    assert empty == 1
    assert notes == (
        "UTF-16 text (by its byte-order mark)",
        "cells hold line breaks; rows are numbered as a spreadsheet does, not as a text editor",
        "the last line is not closed by a line break: see whether the file is complete",
        "1 column without name and content left out",
    )
    assert read(b"x\na;b\n1;2\n", delimiter="semicolon", header_row=2, encoding="utf-8")[2] == (
        "semicolon between the cells",
        "names in row 2, rows above it left out",
    )


def test_a_file_as_expected_is_read_without_a_word(read):
    assert read(b"a,b\n1,2\n")[2] == ()
    assert read(b"\xef\xbb\xbfa\tb\n1\t2\n", name="a.tsv")[2] == ()
    assert read(b"a\tb\n1\t2\n", delimiter="tab")[2] == ("tab between the cells",)


def test_a_cut_off_file_is_refused_wherever_a_row_is_torn(read):
    """Of a file cut at any byte, what is read is whole rows and the last cell, or it is refused."""
    whole = b'id,word,n\n1,"a, b",10\n2,"c\nd",20\n'
    rows, _, _ = read(whole)
    refused = 0
    for length in range(10, len(whole)):
        try:
            found, _, notes = read(whole[:length])
        except CohortDataError:
            refused += 1
            continue
        complete = {number: row for number, row in found.items() if row == rows.get(number)}
        torn = set(found) - set(complete)
        assert len(torn) <= 1
        if whole[length - 1 : length] != b"\n" and found:
            assert "the last line is not closed by a line break: see whether the file is complete" in notes
        if torn:  # only the very last cell may be short, and then the line is not closed
            row = max(found)
            assert {**found[row], "n": rows[row]["n"]} == rows[row]
    # refused: a cut behind each byte of 1,"a, b" (8 bytes) and of 2,"c d" with its line break (7 bytes)
    assert refused == 15


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\x00\ufffd\r", exclude_categories=["Cs"]), max_size=6)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    cells=st.lists(st.tuples(CELL, CELL), max_size=6),
    delimiter=st.sampled_from(["comma", "semicolon", "tab", "pipe"]),
    encoding=st.sampled_from(["utf-8", "utf-16"]),
    ends=st.sampled_from(["\n", "\r\n"]),
)
@example(cells=[("", ""), ('"', "\n")], delimiter="comma", encoding="utf-8", ends="\n")
def test_what_another_program_wrote_is_read_back(tmp_path_factory, cells, delimiter, encoding, ends):
    text = io.StringIO()
    character = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}[delimiter]
    writer = csv.writer(text, delimiter=character, lineterminator=ends, quoting=csv.QUOTE_ALL)
    writer.writerows([("first", "second"), *cells])
    path = tmp_path_factory.mktemp("text") / "a.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    cells = [tuple(unicodedata.normalize("NFC", re.sub(OTHER_SPACES, " ", cell)) for cell in row) for row in cells]
    meant = {
        row: {"first": one.strip() or None, "second": other.strip() or None}
        for row, (one, other) in enumerate(cells, 2)
        if one.strip() or other.strip()
    }
    if any(re.search(INVISIBLE, cell) for row in cells for cell in row):
        with pytest.raises(CohortDataError, match=r"a character that is not seen|white space before a quote"):
            read_delimited(path, Form(delimiter=delimiter))
        return
    if any(cell.lstrip(" \t")[:1] == '"' != cell[:1] for row in cells for cell in row):
        with pytest.raises(CohortDataError, match="white space before a quote"):  # whatever was meant
            read_delimited(path, Form(delimiter=delimiter))
        return
    found = read_delimited(path, Form(delimiter=delimiter))
    assert {row.pop(ROW): row for row in found.table.to_pylist()} == meant
    assert found.empty_rows == len(cells) - len(meant)
