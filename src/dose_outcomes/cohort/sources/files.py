"""Reads one file into text or typed columns, without guessing at values.

Parquet files stay where they are and are read by the engine, column by column as a query asks. Text files are read
in pieces by the parser of pandas, which refuses what others mend (rows of another length than the header), and kept
as text in the form the engine reads (Arrow). Excel and SAS files, which are small, are read whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from dose_outcomes.cohort.raw import ROW, as_expression
from dose_outcomes.errors import CohortDataError

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd
    from ibis.backends.duckdb import Backend

HEADER_ROWS = 1
FIRST_ROW = HEADER_ROWS + 1
DELIMITERS = {".csv": ",", ".tsv": "\t", ".txt": "\t"}
PARQUET = ".parquet"
ROWS_IN_A_PIECE = 200_000


def open_file(connection: Backend, path: Path, sheet: str | None = None) -> ir.Table:
    """Return a file as an expression of the engine: `ROW` and its columns, text files all as text.

    Parameters
    ----------
    path, sheet
        As `read_file` takes them.

    Raises
    ------
    CohortDataError
        As `read_file` does.
    """
    ending = path.suffix.lower()
    if ending == PARQUET:
        with _refused_in_words(path):
            table = connection.read_parquet(_not_a_pattern(path), table_name=f"file {path}", file_row_number=True)
            return table.mutate(**{ROW: table.file_row_number + FIRST_ROW}).drop("file_row_number")
    if ending in DELIMITERS:
        with _refused_in_words(path):
            return _in_memory(_text_pieces(path, ("",)))
    if ending == ".xlsx":
        return _in_memory([read_file(path, sheet)])
    return as_expression(read_file(path, sheet))


def read_file(path: Path, sheet: str | None = None, *, missing: tuple[str, ...] = ("",)) -> pd.DataFrame:
    """Read a small table; the index is the row number in the file, the header being row 1.

    Text files are read as text, so that identifiers keep leading zeros and nothing is guessed.

    Parameters
    ----------
    path : Path
        .csv, .tsv, .txt, .parquet, .xlsx or .xpt (SAS transport).
    sheet : str, optional
        Sheet of an Excel file; the first when empty.
    missing : tuple of str
        Texts that stand for a missing value.

    Raises
    ------
    CohortDataError
        When the file is of another kind, empty, or cannot be read as its ending says.
    """
    import pandas as pd

    ending = path.suffix.lower()
    with _refused_in_words(path):
        if ending in DELIMITERS:
            frame = pd.concat(_text_pieces(path, missing))
        elif ending == PARQUET:
            frame = pd.read_parquet(path)
        elif ending == ".xlsx":
            frame = pd.read_excel(path, sheet_name=sheet or 0, dtype="str", keep_default_na=False, na_values=[""])
        elif ending == ".xpt":
            from pyreadstat import read_xport

            frame, _ = read_xport(str(path))
        else:
            raise CohortDataError(f"{path}: this kind of file is not read; use .csv, .tsv, .parquet, .xlsx or .xpt")
    frame.index = pd.RangeIndex(FIRST_ROW, FIRST_ROW + len(frame), name="row")
    return frame


def _in_memory(pieces: Iterable[pd.DataFrame]) -> ir.Table:
    """Return text as an expression; white space around a cell, of any kind that Unicode knows, is no content."""
    import ibis
    import pyarrow
    import pyarrow.compute

    def cells(piece: pd.DataFrame, name: str) -> pyarrow.Array:
        text = pyarrow.array(piece[name], pyarrow.large_string(), from_pandas=True)
        stripped = pyarrow.compute.utf8_trim_whitespace(text)
        return pyarrow.compute.if_else(pyarrow.compute.equal(stripped, ""), None, stripped)

    table = pyarrow.concat_tables(
        pyarrow.table({name: cells(piece, name) for name in piece.columns}) for piece in pieces
    )
    rows = pyarrow.array(range(FIRST_ROW, FIRST_ROW + len(table)), pyarrow.int64())
    return ibis.memtable(table.append_column(ROW, rows))


def _text_pieces(path: Path, missing: tuple[str, ...]) -> Iterator[pd.DataFrame]:
    """Read delimited text; a name used twice in the header, or a row longer than it, is refused."""
    import csv
    import warnings

    import pandas as pd

    delimiter = DELIMITERS[path.suffix.lower()]
    with path.open(encoding="utf-8-sig", newline="") as lines:
        header = next(csv.reader(lines, delimiter=delimiter), [])
    double = sorted({name for name in header if header.count(name) > 1})
    if double:
        raise CohortDataError(f"{path}: the header names {', '.join(double)} twice. Give each column one name")
    with warnings.catch_warnings():
        # pandas would cut rows that are longer than the header, with no more than this warning
        warnings.simplefilter("error", pd.errors.ParserWarning)
        pieces = pd.read_csv(
            path,
            sep=delimiter,
            dtype="str",
            keep_default_na=False,
            na_values=list(missing),
            encoding="utf-8-sig",
            skip_blank_lines=False,
            index_col=False,
            chunksize=ROWS_IN_A_PIECE,
        )
        with pieces:
            yield from pieces


@contextmanager
def _refused_in_words(path: Path) -> Iterator[None]:
    """Turn what parsers raise into what a user can act on."""
    import pandas as pd

    try:
        yield
    except UnicodeDecodeError:
        raise CohortDataError(f"{path}: is not UTF-8 text. Save it as UTF-8") from None
    except pd.errors.EmptyDataError:
        raise CohortDataError(f"{path}: is empty. It needs a header row and rows of data") from None
    except (pd.errors.ParserError, pd.errors.ParserWarning) as error:
        raise CohortDataError(
            f"{path}: {_first_sentence(error)}. Every row needs as many cells as the header; "
            "put text with the delimiter in quotes"
        ) from None
    except CohortDataError:
        raise
    except Exception as error:  # readers of binary files raise whatever their parser raises
        raise CohortDataError(f"{path}: cannot be read as {path.suffix.lower()} ({type(error).__name__})") from None


def _first_sentence(error: Exception) -> str:
    """Return where the parser failed, without the cells it prints."""
    text = str(error).splitlines()[0]
    return text.split("Error tokenizing data. C error: ")[-1].rstrip(".").strip()


def _not_a_pattern(path: Path) -> str:
    """Return a path that the engine, which reads patterns too, takes at its word."""
    import glob

    return glob.escape(str(path))
