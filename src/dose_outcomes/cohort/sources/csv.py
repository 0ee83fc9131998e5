"""Source `csv`: cohort tables in CSV, Parquet or Excel files, with a map of columns and values."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dose_outcomes.cohort.raw import ROW, RawTable
from dose_outcomes.cohort.sources.censored import limit_notes, without_marks
from dose_outcomes.cohort.sources.files import OpenFile, open_file
from dose_outcomes.cohort.sources.form import Form, form_of
from dose_outcomes.cohort.tables import TABLES
from dose_outcomes.errors import CohortDataError, nearest
from dose_outcomes.study.data import REQUIRED_TABLES, CsvData, TableSource

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend


def read_csv_tables(data: CsvData, folder: Path, covariates: list[str], connection: Backend) -> list[RawTable]:
    """Read every table that the study names.

    Raises
    ------
    CohortDataError
        When a required table or column is missing; all of them at once.
    """
    absent = [name for name in REQUIRED_TABLES if name not in data.tables]
    if absent:
        raise CohortDataError(
            f"The study names no file for {', '.join(absent)}; required tables are "
            f"{', '.join(REQUIRED_TABLES)}. Add them under data.tables in the study file"
        )
    tables: list[RawTable] = []
    problems: list[str] = []
    files: dict[tuple[Path, Form], OpenFile | None] = {}
    for name, source in data.tables.items():
        path = folder / source.file
        form = form_of(source)
        if (path, form) not in files:  # several tables may come from one file
            try:
                files[path, form] = open_file(connection, path, form)
            except CohortDataError as error:  # the other files may have faults of their own
                problems.append(str(error))
                files[path, form] = None
        opened = files[path, form]
        if opened is None:
            continue
        content = opened.table
        extra = covariates if name == "patients" else []
        columns, missing = _map_columns(content, name, source, extra)
        problems += [f"{path}: {sentence}" for sentence in missing]
        origins = {column: source.columns.get(column, column) for column in columns if column not in source.constants}
        unused = [column for column in content.columns if column not in (ROW, *origins.values())]
        mapped = content.select(ROW, **columns)
        tables.append(
            RawTable(
                name,
                str(path),
                without_marks(mapped, source),
                opened.rows,
                {"no cell filled": opened.empty_rows} if opened.empty_rows else {},
                decimal=source.decimal,
                allowed=source.allowed,
                notes=(*opened.notes, *limit_notes(connection, mapped, source)),
                named=origins,
                unused=content.select(ROW, *unused) if unused else None,
                open_row=opened.open_row,
            )
        )
    if problems:
        raise CohortDataError("\n".join(problems))
    return tables


def _map_columns(
    content: ir.Table, name: str, source: TableSource, extra: list[str]
) -> tuple[dict[str, ir.Value], list[str]]:
    """Return the cohort columns under their cohort names, and sentences about those that are missing."""
    import ibis

    spec = TABLES[name].columns
    known = [*spec, *extra]
    problems = [
        f"data.tables.{name}: '{column}' is no column of {name}{_hint(column, known)}"
        for column in {**source.columns, **source.values, **source.constants, **source.censored, **source.allowed}
        if column not in known
    ]
    present = [column for column in content.columns if column != ROW]
    columns: dict[str, ir.Value] = {}
    for column in known:
        origin = source.columns.get(column, column)
        if column in source.constants:
            columns[column] = ibis.literal(_as_text(source.constants[column], source.decimal), "string")
        elif origin in present:
            columns[column] = _map_values(content[origin], source, column)
        elif column in source.columns or column in extra or not spec[column].optional:
            problems.append(
                f"column '{origin}' is missing{_hint(origin, present)}. "
                f"Name the right one under data.tables.{name}.columns in the study file"
            )
    return columns, problems


def _map_values(cells: ir.Column, source: TableSource, column: str) -> ir.Column:
    """Replace values by the study's map; what the map does not name stays."""
    import ibis

    mapping = {
        _as_text(key, source.decimal): _as_text(value, source.decimal)
        for key, value in source.values.get(column, {}).items()
    }
    if not mapping:
        return cells
    text = cells.cast("string")
    if cells.type().is_floating():
        # as `_as_text` has it: 1 is 1, not 1.0
        whole = cells.try_cast("int64")
        text = (whole == cells).ifelse(whole.cast("string"), text)
    branches = [(text == key, ibis.literal(value, "string")) for key, value in mapping.items()]
    return ibis.cases(*branches, else_=text)


def _as_text(value: object, decimal: str) -> str | None:
    """Return a value as a file would hold it: true, 1, 4.5 (4,5 with a decimal comma), text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, float) and decimal == "comma":
        return str(value).replace(".", ",")
    return None if value is None else str(value)


def _hint(name: str, names: list[str]) -> str:
    close = {one.lower(): one for one in names}.get(nearest(name, [one.lower() for one in names]) or "")
    return f"; did you mean '{close}'?" if close else f" (there are: {', '.join(names)})"
