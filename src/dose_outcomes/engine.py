"""The one place that opens the data engine: Ibis on DuckDB, in the process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend


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


def connect() -> Backend:
    """Open an engine of its own, in memory.

    Sums of floating-point numbers depend on their order, hence on threads; all sums of the counts are of
    integers, so that results do not.
    """
    import ibis

    # the engine sees through queries in queries as well as Ibis does, which takes longer over it than the query
    ibis.options.sql.fuse_selects = False
    connection = ibis.duckdb.connect()
    connection.raw_sql("SET enable_progress_bar = false")
    return connection


def open_cohort(connection: Backend, folder: Path) -> Cohort:
    """Return the cohort tables that lie in a folder as Parquet files."""
    return Cohort(
        **{
            name: connection.read_parquet(str(folder / f"{name}.parquet"), table_name=name)
            for name in Cohort.__dataclass_fields__
        }
    )
