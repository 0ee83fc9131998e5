"""Reads one file into text or typed columns, without guessing at values."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dose_outcomes.errors import CohortDataError

if TYPE_CHECKING:
    import pandas as pd

HEADER_ROWS = 1
DELIMITERS = {".csv": ",", ".tsv": "\t", ".txt": "\t"}


def read_file(path: Path, sheet: str | None = None, *, missing: tuple[str, ...] = ("",)) -> pd.DataFrame:
    """Read a table; the index is the row number in the file, the header being row 1.

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
    try:
        if ending in DELIMITERS:
            frame = _read_text(path, DELIMITERS[ending], missing)
        elif ending == ".parquet":
            frame = pd.read_parquet(path)
        elif ending == ".xlsx":
            frame = pd.read_excel(path, sheet_name=sheet or 0, dtype="str", keep_default_na=False, na_values=[""])
        elif ending == ".xpt":
            from pyreadstat import read_xport

            frame, _ = read_xport(str(path))
        else:
            raise CohortDataError(f"{path}: this kind of file is not read; use .csv, .tsv, .parquet, .xlsx or .xpt")
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
        raise CohortDataError(f"{path}: cannot be read as {ending} ({type(error).__name__})") from None
    frame.index = pd.RangeIndex(HEADER_ROWS + 1, HEADER_ROWS + 1 + len(frame), name="row")
    return frame


def _read_text(path: Path, delimiter: str, missing: tuple[str, ...]) -> pd.DataFrame:
    """Read delimited text; a name used twice in the header, or a row longer than it, is refused."""
    import csv
    import warnings

    import pandas as pd

    with path.open(encoding="utf-8-sig", newline="") as lines:
        header = next(csv.reader(lines, delimiter=delimiter), [])
    double = sorted({name for name in header if header.count(name) > 1})
    if double:
        raise CohortDataError(f"{path}: the header names {', '.join(double)} twice. Give each column one name")
    with warnings.catch_warnings():
        # pandas would cut rows that are longer than the header, with no more than this warning
        warnings.simplefilter("error", pd.errors.ParserWarning)
        return pd.read_csv(
            path,
            sep=delimiter,
            dtype="str",
            keep_default_na=False,
            na_values=list(missing),
            encoding="utf-8-sig",
            skip_blank_lines=False,
            index_col=False,
        )


def _first_sentence(error: Exception) -> str:
    """Return where the parser failed, without the cells it prints."""
    text = str(error).splitlines()[0]
    return text.split("Error tokenizing data. C error: ")[-1].rstrip(".").strip()
