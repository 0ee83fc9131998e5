"""Turns the cells of a table into the types of its columns, and finds those that cannot be turned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.cohort.faults import Fault, failing_cells
from dose_outcomes.cohort.raw import ROW, RawTable
from dose_outcomes.cohort.tables import TABLES, Kind

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

TRUE = ("true", "1", "yes", "y", "t")
FALSE = ("false", "0", "no", "n", "f")
EXPECTED: dict[Kind, str] = {
    "text": "must be text",
    "integer": "must be a whole number",
    "number": "must be a number, with a point before the decimals",
    "boolean": "must be true or false",
}
DTYPES: dict[Kind, str] = {"text": "string", "integer": "int64", "number": "float64", "boolean": "boolean"}
#: What the engine's own cast would take for a number is wider: underscores, nan, inf.
NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"


def convert(table: RawTable) -> ir.Table:
    """Return `ROW` and all columns of the cohort table, typed; further columns as text, in the order of their names.

    An absent optional column is empty, and so is a cell that cannot be converted.
    """
    import ibis

    spec = TABLES[table.name].columns
    content = table.content
    columns = {
        name: _typed(content[name], column.kind) if name in content.columns else ibis.null(DTYPES[column.kind])
        for name, column in spec.items()
    }
    further = sorted(set(content.columns) - {ROW, *spec})
    return content.select(ROW, **columns, **{name: content[name].cast("string") for name in further})


def conversion_faults(connection: Backend, table: RawTable) -> list[Fault]:
    """Return a fault for each column with cells that cannot be converted."""
    spec = TABLES[table.name].columns
    content = table.content
    bad = {name: _bad(content[name], spec[name].kind) for name in spec if name in content.columns}
    found = {name: cells for name, cells in bad.items() if cells is not None}
    if not found:
        return []
    numbers = connection.to_pyarrow(content.aggregate(**{name: cells.sum() for name, cells in found.items()}))
    faults = []
    for name, number in numbers.to_pylist()[0].items():
        if number:
            rows, values = failing_cells(connection, content.filter(found[name]), name)
            faults.append(
                Fault(
                    check=f"{table.name}.{name}.type",
                    table=table.name,
                    file=table.file,
                    column=name,
                    sentence=EXPECTED[spec[name].kind],
                    remedy="Correct the cells, or map them under data.tables in the study file",
                    rows=rows,
                    values=values,
                )
            )
    return faults


def _typed(cells: ir.Column, kind: Kind) -> ir.Column:
    """Return the cells in the type of the column, null where that cannot be done."""
    import ibis

    if kind == "text":
        return _text(cells)
    if kind == "boolean":
        if cells.type().is_boolean():
            return cells
        text = _text(cells).lower()
        return ibis.cases((text.isin(TRUE), True), (text.isin(FALSE), False), else_=ibis.null("boolean"))
    if kind == "integer" and cells.type().is_integer():
        return cells.try_cast("int64")
    numbers = _numbers(cells)
    if kind == "integer":
        whole = numbers.try_cast("int64")
        return (whole == numbers).ifelse(whole, ibis.null("int64"))
    return numbers


def _bad(cells: ir.Column, kind: Kind) -> ir.BooleanColumn | None:
    """Return whether a cell holds something else than its column may; None where its type rules that out."""
    own = cells.type()
    if kind == "text" or (kind == "boolean" and own.is_boolean()) or (own.is_integer() and own.is_signed_integer()):
        return None if kind != "boolean" or own.is_boolean() else _filled(cells) & _typed(cells, kind).isnull()
    return _filled(cells) & _typed(cells, kind).isnull()


def _numbers(cells: ir.Column) -> ir.FloatingColumn:
    """Return finite numbers; null for everything else."""
    import ibis

    if cells.type().is_floating():
        return (cells.isnan() | cells.isinf()).ifelse(ibis.null("float64"), cells.cast("float64"))
    if cells.type().is_numeric() or cells.type().is_boolean():
        return cells.cast("float64")
    # what is no number gives an empty text, which is none either; what is too large gives infinity
    numbers = _text(cells).re_extract(NUMBER, 0).try_cast("float64")
    return numbers.nullif(float("inf")).nullif(float("-inf"))


def _filled(cells: ir.Column) -> ir.BooleanColumn:
    """Return whether there is anything in a cell; in columns of numbers NaN stands for nothing."""
    if cells.type().is_floating():
        return cells.notnull() & ~cells.isnan()
    if cells.type().is_numeric() or cells.type().is_boolean():
        return cells.notnull()
    return _text(cells).notnull()


def _text(cells: ir.Column) -> ir.StringColumn:
    """Return the cells as text without white space around it; null when nothing is left."""
    return cells.cast("string").strip().nullif("")
