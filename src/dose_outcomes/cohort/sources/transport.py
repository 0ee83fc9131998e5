"""SAS transport files: read with the types they have, unless they were cut off.

The format does not say how many rows there are, and readers take what is there. But a file is a whole number of records
of 80 bytes, and behind the last whole row there is nothing but blanks that fill up the last record.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from dose_outcomes.errors import CohortDataError

if TYPE_CHECKING:
    import pandas as pd

RECORD = 80
_ROWS_BEGIN = re.compile(rb"HEADER RECORD\*{7}OBS(V8)? {1,5}HEADER RECORD!{7}")
_PIECE = 2**20


def read_transport(path: Path) -> pd.DataFrame:
    """Read a SAS transport file.

    Raises
    ------
    CohortDataError
        When it ends within a record or a row.
    """
    from pyreadstat import read_xport

    frame: pd.DataFrame
    frame, described = read_xport(str(path))
    row = sum(described.variable_storage_width.values())
    begin = _begin_of_rows(path)
    size = path.stat().st_size
    if begin is None or not row:
        return frame
    rest = (size - begin) % row
    with path.open("rb") as file:
        file.seek(size - rest)
        whole = size % RECORD == 0 and rest < RECORD and not file.read(rest).strip(b" ")
    if not whole:
        raise CohortDataError(f"{path}: ends within a row: the file was cut off. Copy it again")
    return frame


def _begin_of_rows(path: Path) -> int | None:
    """Return where the first row begins, in bytes; None when no header of rows is found."""
    before = b""
    place = 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            text = before + piece
            if found := _ROWS_BEGIN.search(text):
                return place - len(before) + found.start() + RECORD
            before, place = text[-RECORD:], place + len(piece)
    return None
