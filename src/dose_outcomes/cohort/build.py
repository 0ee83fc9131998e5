"""Reads, converts, checks and stores the cohort: raw files in, Parquet files and an account of all rows out.

All of it is done by the engine. The tables are converted, sorted and stored first, and checked as they lie there:
the checks then read columns of Parquet files, each as often as it likes. What fails is not left behind.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from dose_outcomes.cohort.conversion import conversion_faults, convert
from dose_outcomes.cohort.cross_checks import check_together
from dose_outcomes.cohort.faults import Fault, raise_faults
from dose_outcomes.cohort.raw import ROW, RawTable, as_expression
from dose_outcomes.cohort.schemas import check_table
from dose_outcomes.cohort.sources import read_tables
from dose_outcomes.cohort.tables import TABLES
from dose_outcomes.engine import connect
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend


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
    connection = connect()
    raw = read_tables(study, connection)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f"{folder.name}-", dir=folder.parent) as unchecked:
        numbered = {name: convert(_absent(name)) for name in TABLES} | {table.name: convert(table) for table in raw}
        stored = {name: _store(connection, table, name, Path(unchecked)) for name, table in numbered.items()}
        used = {table.name: int(connection.execute(stored[table.name].count())) for table in raw}
        faults: list[Fault] = []
        for table in raw:
            found = conversion_faults(connection, table)
            faults += found
            typed = {fault.column for fault in found}
            if not used[table.name]:
                continue
            name = table.name
            # a cell that could not be converted is empty now: do not report it twice
            faults += [
                fault
                for fault in check_table(connection, name, table.file, stored[name], numbered[name], study)
                if not (fault.check.endswith(".filled") and fault.column in typed)
            ]
        faults += check_together(connection, stored, numbered, {table.name: table.file for table in raw})
        faults_file.unlink(missing_ok=True)
        if faults:
            _write_values(faults, faults_file)
        raise_faults(faults, str(faults_file))
        folder.mkdir(parents=True, exist_ok=True)
        for path in Path(unchecked).iterdir():
            shutil.move(path, folder / path.name)
    connection.disconnect()
    return [_account(table, used[table.name]) for table in raw]


def _store(connection: Backend, table: ir.Table, name: str, folder: Path) -> ir.Table:
    """Write a table sorted by its key, without its row numbers; return it as it lies there."""
    path = folder / f"{name}.parquet"
    connection.to_parquet(table.drop(ROW).order_by(list(TABLES[name].key)), path)
    return connection.read_parquet(path, table_name=f"stored {name}")


def _absent(name: str) -> RawTable:
    """Return a table without rows."""
    import pandas as pd

    return RawTable(name, "", as_expression(pd.DataFrame(columns=list(TABLES[name].columns), dtype="str")), 0)


def _account(table: RawTable, rows_used: int) -> dict[str, Any]:
    return {
        "table": table.name,
        "file": Path(table.file).name,
        "rows_read": table.rows_read,
        "set_aside": dict(sorted(table.set_aside.items())),
        "rows_used": rows_used,
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
