"""Reads, converts, checks and stores the cohort: raw files in, Parquet files and an account of all rows out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from dose_outcomes.cohort.conversion import convert
from dose_outcomes.cohort.cross_checks import check_together
from dose_outcomes.cohort.faults import Fault, raise_faults
from dose_outcomes.cohort.raw import RawTable
from dose_outcomes.cohort.schemas import check_table
from dose_outcomes.cohort.sources import read_tables
from dose_outcomes.cohort.tables import TABLES
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import pandas as pd


def build_cohort(study: Study, folder: Path, faults_file: Path) -> list[dict[str, Any]]:
    """Write the cohort tables of a study as Parquet.

    Parameters
    ----------
    study : Study
        Names the source.
    folder : Path
        Gets one ``<table>.parquet`` per cohort table, sorted by its key; an absent table is empty.
    faults_file : Path
        Gets the offending values when the data are refused; patient level.

    Returns
    -------
    list of dict
        An account per table: file, rows read, rows set aside by reason, rows kept.

    Raises
    ------
    CohortDataError
        Lists every fault found; nothing is written but `faults_file`.
    """
    raw = read_tables(study)
    frames: dict[str, pd.DataFrame] = {}
    faults: list[Fault] = []
    for table in raw:
        frames[table.name], found = convert(table)
        faults += found
        typed = {fault.column for fault in found}
        # a cell that could not be converted is empty now: do not report it twice
        faults += [
            fault
            for fault in check_table(table.name, table.file, frames[table.name], study)
            if not (fault.check.endswith(".filled") and fault.column in typed)
        ]
    faults += check_together(frames, {table.name: table.file for table in raw})
    faults_file.unlink(missing_ok=True)
    if faults:
        _write_values(faults, faults_file)
    raise_faults(faults, str(faults_file))
    folder.mkdir(parents=True, exist_ok=True)
    for name in TABLES:
        _sorted(name, frames.get(name)).to_parquet(folder / f"{name}.parquet", index=False)
    return [_account(table, frames[table.name]) for table in raw]


def _sorted(name: str, frame: pd.DataFrame | None) -> pd.DataFrame:
    """Return a table sorted by its key, with the row number as a column; an absent table without rows."""
    import pandas as pd

    if frame is None:
        empty = pd.DataFrame(columns=list(TABLES[name].columns), dtype="str")
        empty.index.name = "row"
        frame = convert(RawTable(name, "", empty, 0))[0]
    return frame.sort_values(list(TABLES[name].key), kind="stable").reset_index(drop=True)


def _account(table: RawTable, frame: pd.DataFrame) -> dict[str, Any]:
    return {
        "table": table.name,
        "file": Path(table.file).name,
        "rows_read": table.rows_read,
        "set_aside": dict(sorted(table.set_aside.items())),
        "rows_used": len(frame),
    }


def _write_values(faults: list[Fault], path: Path) -> None:
    """Write the offending values, one line each, where patient-level data may lie."""
    import pandas as pd

    rows = [
        (fault.check, fault.file, fault.column, row, value)
        for fault in faults
        for row, value in zip(fault.rows, fault.values or ("",) * len(fault.rows), strict=True)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(rows, columns=["check", "file", "column", "row", "value"]).to_csv(
        path, index=False, lineterminator="\n"
    )
