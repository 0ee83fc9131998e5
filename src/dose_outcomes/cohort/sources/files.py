"""Reads one file into text or typed columns, without guessing at values.

Parquet files stay where they are and are read by the engine, column by column as a query asks. Text files and Excel
files are read whole, and kept as text in the form the engine reads (Arrow). SAS files, which are small, are read whole
with the types they have.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dose_outcomes.cohort.raw import ROW, as_expression
from dose_outcomes.cohort.sources.cells import refuse_other_number_of_rows
from dose_outcomes.cohort.sources.delimited import read_delimited
from dose_outcomes.cohort.sources.form import BY_ENDING, Form, ReadFile
from dose_outcomes.cohort.sources.headers import column_names
from dose_outcomes.cohort.sources.kinds import refuse_another_kind
from dose_outcomes.errors import CohortDataError

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd
    import pyarrow
    from ibis.backends.duckdb import Backend

FIRST_ROW = 2
PARQUET, EXCEL, SAS = ".parquet", ".xlsx", ".xpt"
AS_IT_IS = Form()
#: What the engine calls the number of a row of a Parquet file.
_NUMBER = "file_row_number"


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file in the engine.

    Attributes
    ----------
    table : Table
        `ROW` and the columns of the file.
    rows : int
        Rows of data in the file, those without content among them.
    empty_rows : int
        Rows without content, which `table` has not.
    notes : tuple of str
        How the file was read.
    open_row : int or None
        The last row of a text file, when no line break closes it.
    """

    table: ir.Table
    rows: int
    empty_rows: int = 0
    notes: tuple[str, ...] = ()
    open_row: int | None = None


def open_file(connection: Backend, path: Path, form: Form = AS_IT_IS) -> OpenFile:
    """Open a file in the engine; text files and Excel files are all text there.

    Parameters
    ----------
    path : Path
        .csv, .tsv, .txt, .parquet, .xlsx or .xpt (SAS transport).
    form : Form
        What the study file says of it.

    Raises
    ------
    CohortDataError
        When the file is of another kind, empty, or cannot be read as its ending and the study file say.
    """
    import ibis

    ending = path.suffix.lower()
    if ending == PARQUET:
        return _open_parquet(connection, path, form)
    if ending == SAS:
        frame = read_file(path)
        return OpenFile(as_expression(frame), len(frame))
    read = _read_text(path, form)
    rows = len(read.table) + read.empty_rows
    return OpenFile(ibis.memtable(read.table), rows, read.empty_rows, read.notes, read.open_row)


def read_file(path: Path, form: Form = AS_IT_IS) -> pd.DataFrame:
    """Read a small table; the index is the row number in the file, the header being row 1.

    Parameters
    ----------
    path, form
        As `open_file` takes them.

    Raises
    ------
    CohortDataError
        As `open_file` does.
    """
    import pandas as pd

    ending = path.suffix.lower()
    if ending in (PARQUET, SAS):
        with _refused_in_words(path):
            refuse_another_kind(path)
            if ending == PARQUET:
                frame = pd.read_parquet(path)
            else:
                from dose_outcomes.cohort.sources.transport import read_transport

                frame = read_transport(path)
        frame.index = pd.RangeIndex(FIRST_ROW, FIRST_ROW + len(frame), name="row")
        return frame
    read = _read_text(path, form)
    text: pd.DataFrame = read.table.drop_columns([ROW]).to_pandas().astype("str")
    text.index = pd.Index(read.table.column(ROW).to_numpy(), name="row")
    return text


def _read_text(path: Path, form: Form) -> ReadFile:
    ending = path.suffix.lower()
    with _refused_in_words(path):
        if ending in (*BY_ENDING, EXCEL):
            refuse_another_kind(path)
        if ending in BY_ENDING:
            return read_delimited(path, form)
        if ending == EXCEL:
            from dose_outcomes.cohort.sources.workbooks import read_workbook

            return read_workbook(path, form)
    raise CohortDataError(f"{path}: this kind of file is not read; use .csv, .tsv, .parquet, .xlsx or .xpt")


def _open_parquet(connection: Backend, path: Path, form: Form) -> OpenFile:
    import pyarrow.parquet

    with _refused_in_words(path):
        refuse_another_kind(path)
        held = pyarrow.parquet.ParquetFile(path)
        column_names(path, held.schema_arrow.names)
        _refuse_nested(path, held.schema_arrow)
        if _NUMBER in held.schema_arrow.names:
            raise CohortDataError(f"{path}: no column may be named '{_NUMBER}'. Give it another name")
        rows = held.metadata.num_rows
        table = connection.read_parquet(_not_a_pattern(path), table_name=f"file {path}", file_row_number=True)
        numbered = table.mutate(**{ROW: table[_NUMBER] + FIRST_ROW}).drop(_NUMBER)
    refuse_other_number_of_rows(path, rows, form.rows)
    return OpenFile(numbered, rows)


def _refuse_nested(path: Path, schema: pyarrow.Schema) -> None:
    """Refuse columns of lists or records: no rule looks into them, and anything may stand there."""
    import pyarrow.types

    nested = [field.name for field in schema if pyarrow.types.is_nested(field.type)]
    if nested:
        raise CohortDataError(
            f"{path}: lists or records in column{'s' if len(nested) > 1 else ''} {', '.join(nested)}. A cell holds one "
            "value: make a column of each part, or leave them out of the file"
        )


def refuse_damaged(path: Path) -> None:
    """Read a Parquet file to its end, where the engine failed: its directory may be whole and its data damaged.

    Raises
    ------
    CohortDataError
        When it is damaged.
    """
    import pyarrow.parquet

    if path.suffix.lower() == PARQUET:
        with _refused_in_words(path), pyarrow.parquet.ParquetFile(path) as held:
            for _ in held.iter_batches():
                pass


@contextmanager
def _refused_in_words(path: Path) -> Iterator[None]:
    """Turn what parsers raise into what a user can act on."""
    try:
        yield
    except CohortDataError:
        raise
    except PermissionError:
        raise CohortDataError(f"{path}: may not be opened. Ask for the right to read it") from None
    except Exception as error:  # readers of binary files raise whatever their parser raises
        raise CohortDataError(
            f"{path}: cannot be read as {path.suffix.lower()} ({type(error).__name__}): it is damaged or was cut off. "
            "Copy it or export it again"
        ) from None


def _not_a_pattern(path: Path) -> str:
    """Return a path that the engine, which reads patterns too, takes at its word."""
    import glob

    return glob.escape(str(path))
