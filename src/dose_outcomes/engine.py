"""The one place that opens the data engine: Ibis on DuckDB, in the process."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

#: Bytes of files up to which one thread works: on so few rows a second one costs more than it saves.
ONE_THREAD_UP_TO = 4 * 2**20


@dataclass(frozen=True, slots=True)
class Cohort:
    """The cohort tables as expressions of the engine; nothing is read before a query runs."""

    patients: ir.Table
    indications: ir.Table
    doses: ir.Table
    assessments: ir.Table
    side_effects: ir.Table
    medications: ir.Table
    times_to_event: ir.Table


def connect(files: Iterable[Path] = ()) -> Backend:
    """Open an engine of its own, in memory.

    Sums of floating-point numbers depend on their order, hence on threads; all sums of the counts are of
    integers, so that results do not.

    Parameters
    ----------
    files : iterable of Path
        Those that will be read: by one thread where they are small, else by one a core.
    """
    import ibis

    # the engine sees through queries in queries as well as Ibis does, which takes longer over it than the query
    ibis.options.sql.fuse_selects = False
    connection = ibis.duckdb.connect()
    connection.raw_sql("SET enable_progress_bar = false")
    if sum(file.stat().st_size for file in files) <= ONE_THREAD_UP_TO:
        connection.raw_sql("SET threads = 1")
    return connection


def open_cohort(connection: Backend, folder: Path) -> Cohort:
    """Return the cohort tables that lie in a folder as Parquet files."""
    return Cohort(
        **{
            name: connection.read_parquet(str(folder / f"{name}.parquet"), table_name=name)
            for name in Cohort.__dataclass_fields__
        }
    )
