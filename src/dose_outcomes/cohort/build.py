"""Reads, converts, checks and stores the cohort: raw files in, Parquet files and an account of all rows out.

All of it is done by the engine. The tables are converted, sorted and stored first, and checked as they lie there:
the checks then read columns of Parquet files, each as often as it likes. What fails is not left behind.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from dose_outcomes.cohort.checks.check import Checker
from dose_outcomes.cohort.checks.verdicts import Verdict
from dose_outcomes.cohort.conversion import conversion_faults, convert
from dose_outcomes.cohort.faults import Fault, raise_faults
from dose_outcomes.cohort.file_faults import file_faults
from dose_outcomes.cohort.identifiers import check_identifiers, identifier_notes
from dose_outcomes.cohort.listing import summary_text
from dose_outcomes.cohort.quality import judged, refuse_unknown_thresholds
from dose_outcomes.cohort.raw import ROW, RawTable, as_expression
from dose_outcomes.cohort.set_aside import set_aside
from dose_outcomes.cohort.sources import input_files, read_tables
from dose_outcomes.cohort.sources.adam_origins import with_origins
from dose_outcomes.cohort.sources.files import refuse_damaged
from dose_outcomes.cohort.tables import TABLES
from dose_outcomes.engine import connect
from dose_outcomes.errors import CohortDataError
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend


@dataclass(frozen=True)
class CheckedCohort:
    """What reading and checking a cohort gave.

    Attributes
    ----------
    accounts : list of dict
        An account per table: file, rows read, rows set aside by reason, rows kept.
    verdicts : list of Verdict
        Of every rule, on the rows as read.
    faults : list of Fault
        Rules that some rows break, with the rows: warnings, and errors where their rows were set aside.
    """

    accounts: list[dict[str, Any]]
    verdicts: list[Verdict] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def build_cohort(study: Study, folder: Path, faults_file: Path) -> list[dict[str, Any]]:
    """Write the cohort tables of a study as Parquet; return the accounts of `checked_cohort`, which see."""
    return checked_cohort(study, folder, faults_file).accounts


def checked_cohort(
    study: Study, folder: Path, faults_file: Path, tell: Callable[[str], None] | None = None
) -> CheckedCohort:
    """Write the cohort tables of a study as Parquet.

    Parameters
    ----------
    study : Study
        Names the source.
    folder : Path
        Gets one ``<table>.parquet`` per cohort table, sorted by its key; an absent table is empty.
    faults_file : Path
        Gets the offending values, whenever there are any; patient level.
    tell : callable, optional
        Gets a summary of the checks, before the data are refused or used.

    Raises
    ------
    CohortDataError
        Lists every fault found; nothing is written but `faults_file`.
    """
    import duckdb

    faults_file.unlink(missing_ok=True)  # of an earlier run: it would be taken for what was found in this one
    connection = connect(input_files(study))
    raw: list[RawTable] = []
    try:
        raw = read_tables(study, connection)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=f"{folder.name}-", dir=folder.parent) as unchecked:
            found = check_tables(connection, raw, study, Path(unchecked), faults_file, tell)
            folder.mkdir(parents=True, exist_ok=True)
            for path in sorted(Path(unchecked).glob("*.parquet")):
                shutil.move(path, folder / path.name)
    except duckdb.Error:
        for file in {table.file for table in raw}:
            refuse_damaged(Path(file))
        raise
    finally:
        connection.disconnect()
    return found


def check_tables(
    connection: Backend,
    raw: list[RawTable],
    study: Study,
    folder: Path,
    faults_file: Path,
    tell: Callable[[str], None] | None = None,
) -> CheckedCohort:
    """Convert, store and check tables as read; set rows aside where the study says so.

    Parameters
    ----------
    folder : Path
        Gets the Parquet files.

    Raises
    ------
    CohortDataError
        Lists every fault found.
    """
    numbered = {name: convert(_absent(name)) for name in TABLES} | {table.name: convert(table) for table in raw}
    files = {table.name: table.file for table in raw}
    unconverted = tuple(fault for table in raw for fault in conversion_faults(connection, table))
    checker = _checker(connection, study, numbered, files, folder, unconverted)
    verdicts, faults = checker.check()
    of_files = list(file_faults(raw, study))
    verdicts += [Verdict.of_fault(fault, fault.count) for fault in of_files]
    faults = [*of_files, *faults]
    refuse_unknown_thresholds(verdicts, study)
    with_strangers = {fault.table for fault in faults if fault.check.endswith(".patient_id.known")}
    identifying = check_identifiers(connection, raw, checker.stored, numbered, study, with_strangers)
    faults = with_origins([*identifying, *judged(faults, verdicts, study)], study)
    if tell:
        tell(summary_text(verdicts, {table.name: table.rows_read for table in raw}, study, len(identifying)))
    if faults:
        _write_values(faults, faults_file)
    reasons: Mapping[str, Mapping[str, int]] = {}
    if study.quality.on_error == "stop" or identifying or not _can_be_set_aside(faults):
        raise_faults(faults, str(faults_file))
    else:
        taken = set_aside(connection, numbered, faults)
        numbered, reasons = taken.kept, taken.reasons
        _, left = _checker(connection, study, numbered, files, folder, ()).check()
        raise_faults(with_origins([fault for fault in left if fault.severity == "error"], study), str(faults_file))
    used = {name: _rows_of(connection, folder / f"{name}.parquet") for name in files}
    if not used["patients"]:
        raise CohortDataError("The data cannot be used: no patient is left. See data.tables and quality in the study")
    accounts = [_account(table, used[table.name], reasons, study) for table in raw]
    return CheckedCohort(accounts, verdicts, faults)


def _checker(
    connection: Backend,
    study: Study,
    numbered: Mapping[str, ir.Table],
    files: dict[str, str],
    folder: Path,
    unconverted: tuple[Fault, ...],
) -> Checker:
    stored = {name: _store(connection, table, name, folder) for name, table in numbered.items()}
    return Checker(connection, study, stored, numbered, files, unconverted)


def _store(connection: Backend, table: ir.Table, name: str, folder: Path) -> ir.Table:
    """Write a table sorted by its key, without its row numbers; return it as it lies there."""
    path = folder / f"{name}.parquet"
    connection.to_parquet(table.drop(ROW).order_by(list(TABLES[name].key)), path)
    return connection.read_parquet(path, table_name=f"stored {name}")


def _rows_of(connection: Backend, path: Path) -> int:
    return int(connection.execute(connection.read_parquet(path, table_name=f"used {path.stem}").count()))


def _absent(name: str) -> RawTable:
    """Return a table without rows."""
    import pandas as pd

    return RawTable(name, "", as_expression(pd.DataFrame(columns=list(TABLES[name].columns), dtype="str")), 0)


def _can_be_set_aside(faults: list[Fault]) -> bool:
    """Return whether there are errors, and each of them names rows."""
    errors = [fault for fault in faults if fault.severity == "error"]
    return bool(errors) and all(fault.rows for fault in errors)


def _account(table: RawTable, rows_used: int, reasons: Mapping[str, Mapping[str, int]], study: Study) -> dict[str, Any]:
    together = {**table.set_aside}
    for reason, rows in reasons.get(table.name, {}).items():
        together[reason] = together.get(reason, 0) + rows
    assert rows_used + sum(together.values()) == table.rows_read, f"rows of {table.name} do not add up"
    return {
        "table": table.name,
        "file": Path(table.file).name,
        "rows_read": table.rows_read,
        "set_aside": dict(sorted(together.items())),
        "rows_used": rows_used,
        "notes": [*table.notes, *identifier_notes(table.name, study)],
    }


def _write_values(faults: list[Fault], path: Path) -> None:
    """Write the offending values, one line each, where patient-level data may lie."""
    import pandas as pd

    rows = [
        (fault.check, fault.severity, fault.file, fault.column, row, value)
        for fault in faults
        for row, value in zip(fault.rows, fault.values or ("",) * len(fault.rows), strict=True)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = ["check", "severity", "file", "column", "row", "value"]
    pd.DataFrame(rows, columns=columns).to_csv(path, index=False, lineterminator="\n")
