"""Turns the cells of a table into the types of its columns, and finds those that cannot be turned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dose_outcomes.cohort.faults import Fault, failing_cells
from dose_outcomes.cohort.raw import ROW, RawTable
from dose_outcomes.cohort.sources.censored import MARKED
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
NUMBER_WITH_COMMA = r"^[+-]?([0-9]+,?[0-9]*|,[0-9]+)([eE][+-]?[0-9]+)?$"
DATE = r"^([0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4})([ T][0-9:.]+Z?)?$"
#: Digits of any script, dashes and spaces of any kind: a number to the eye.
LOOKS_LIKE_A_NUMBER = r"^[\p{Nd}\p{Pd}\p{Zs}\x{2212}+.,'’eE]+$"
_WITH = {"point": "with a point", "comma": "with a comma"}


def convert(table: RawTable) -> ir.Table:
    """Return `ROW` and all columns of the cohort table, typed; further columns as text, in the order of their names.

    An absent optional column is empty, and so is a cell that cannot be converted.
    """
    import ibis

    spec = TABLES[table.name].columns
    content = table.content
    columns = {
        name: _typed(content[name], column.kind, table.decimal)
        if name in content.columns
        else ibis.null(DTYPES[column.kind])
        for name, column in spec.items()
    }
    further = sorted(set(content.columns) - {ROW, *spec})
    return content.select(ROW, **columns, **{name: content[name].cast("string") for name in further})


def conversion_faults(connection: Backend, table: RawTable) -> list[Fault]:
    """Return a fault for each column and kind of cell that cannot be converted."""
    content = table.content
    suspect: dict[str, ir.BooleanValue] = {}
    for name in content.columns:
        cells = _bad(content[name], _kind(table, name), table.decimal)
        if name != ROW and (cells is not None or name in table.allowed):
            suspect[name] = _filled(content[name]) if cells is None else cells
    # of what kind cells are is asked where there are any: the patterns cost far more than the conversion
    numbers = _numbers_of_cells(connection, content, list(suspect.values()))
    asked = [
        (name, kind, (kind.holds(_text(content[name])) & cells).fill_null(False))
        for (name, cells), number in zip(suspect.items(), numbers, strict=True)
        if number
        for kind in _kinds_of_bad_cells(table, name)
    ]
    faults = []
    numbers = _numbers_of_cells(connection, content, [cells for *_, cells in asked])
    for (name, kind, cells), number in zip(asked, numbers, strict=True):
        if number:
            failing = content.filter(cells)
            rows, values = failing_cells(connection, failing, name)
            faults.append(
                Fault(
                    check=f"{table.name}.{name}.{kind.name}",
                    table=table.name,
                    file=table.file,
                    column=name,
                    sentence=kind.sentence,
                    remedy=kind.remedy,
                    rows=rows,
                    values=values,
                    checked=table.rows_read,
                    number=int(number),
                    failing=failing,
                )
            )
    return faults


def _numbers_of_cells(connection: Backend, content: ir.Table, asked: list[ir.BooleanValue]) -> list[int | None]:
    """Return how many cells each of some columns of truth values marks; None where there are no rows."""
    if not asked:
        return []
    counts = content.aggregate(**{f"{place}": cells.sum() for place, cells in enumerate(asked)})
    return list(connection.to_pyarrow(counts).to_pylist()[0].values())


@dataclass(frozen=True, slots=True)
class _BadCells:
    """One kind of cells that cannot be converted: its name, which they are, and what is said of them."""

    name: str
    sentence: str
    remedy: str
    holds: Callable[[ir.StringColumn], ir.BooleanValue]


def _kind(table: RawTable, name: str) -> Kind:
    spec = TABLES[table.name].columns.get(name)
    return spec.kind if spec else "text"


def _kinds_of_bad_cells(table: RawTable, name: str) -> list[_BadCells]:
    """Return the kinds of bad cells of a column: those that have a remedy of their own, then all the others."""
    kind = _kind(table, name)
    sentence = EXPECTED[kind]
    others = "Correct the cells, or map them under data.tables in the study file"
    if kind == "text" and name in table.allowed:
        values = table.allowed[name]
        sentence = f"must be one of {', '.join(values)}"
        return [_BadCells("allowed", sentence, others, lambda text: ~text.isin(values))]
    if kind in ("text", "boolean"):
        return [_BadCells("type", sentence, others, lambda text: text.notnull())]
    here = f"data.tables.{table.name}"
    mark, other = ("point", "comma") if table.decimal == "point" else ("comma", "point")
    if kind == "number":
        sentence = f"must be a number, {_WITH[mark]} before the decimals"
    with_other = {"point": NUMBER, "comma": NUMBER_WITH_COMMA}[other]
    special = [
        _BadCells(
            "date",
            f"{sentence}; this looks like a date",
            "Give days after the first dose: dates tell who a patient is",
            lambda text: text.re_search(DATE),
        ),
        _BadCells(
            "censored",
            f"{sentence}; this has < or > before it",
            f"Say what such a cell stands for under {here}.censored in the study file",
            lambda text: text.re_search(MARKED),
        ),
        _BadCells(
            "decimal_mark",
            f"{sentence}; this has a {other} in it",
            f"If that is the mark before the decimals, set {here}.decimal: {other} in the study file",
            lambda text: text.re_search(with_other) & text.contains({"point": ".", "comma": ","}[other]),
        ),
    ]

    if kind in ("integer", "number"):
        special.append(
            _BadCells(
                "other_characters",
                f"{sentence}; this has other characters than those of a keyboard for digits, signs or spaces",
                "Type the numbers again: the digits 0 to 9, and - for minus; no space within a number",
                lambda text: text.re_search(LOOKS_LIKE_A_NUMBER) & text.re_search("[^\\x00-\\x7f]"),
            )
        )

    def none_of_them(text: ir.StringColumn) -> ir.BooleanValue:
        found = special[0].holds(text)
        for one in special[1:]:
            found = found | one.holds(text)
        return ~found

    return [*special, _BadCells("type", sentence, others, none_of_them)]


def _typed(cells: ir.Column, kind: Kind, decimal: str) -> ir.Column:
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
    numbers = _numbers(cells, decimal)
    if kind == "integer":
        whole = numbers.try_cast("int64")
        return (whole == numbers).ifelse(whole, ibis.null("int64"))
    return numbers


def _bad(cells: ir.Column, kind: Kind, decimal: str) -> ir.BooleanColumn | None:
    """Return whether a cell holds something else than its column may; None where its type rules that out."""
    own = cells.type()
    if kind == "text" or (kind == "boolean" and own.is_boolean()) or (own.is_integer() and own.is_signed_integer()):
        return None if kind != "boolean" or own.is_boolean() else _filled(cells) & _typed(cells, kind, decimal).isnull()
    return _filled(cells) & _typed(cells, kind, decimal).isnull()


def _numbers(cells: ir.Column, decimal: str) -> ir.FloatingColumn:
    """Return finite numbers; null for everything else."""
    import ibis

    if cells.type().is_floating():
        return (cells.isnan() | cells.isinf()).ifelse(ibis.null("float64"), cells.cast("float64"))
    if cells.type().is_numeric() or cells.type().is_boolean():
        return cells.cast("float64")
    # what is no number gives an empty text, which is none either; what is too large gives infinity
    if decimal == "comma" and cells.type().is_string():
        text = _text(cells).re_extract(NUMBER_WITH_COMMA, 0).replace(",", ".")
    else:
        text = _text(cells).re_extract(NUMBER, 0)
    numbers = text.try_cast("float64")
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
    import ibis

    text = cells.cast("string")
    if cells.type().is_floating():
        # numbers that are whole, as pseudonyms are where one is missing: 12 and not 12.0
        whole = cells.try_cast("int64")
        text = ibis.cases((cells.isnan(), ibis.null("string")), (whole == cells, whole.cast("string")), else_=text)
    return text.strip().nullif("")
