"""Numbers with < or > before them: beyond what could be measured. What they stand for is the study's to say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.study.data import Censored, TableSource

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

#: Mark, then a number; either mark before the decimals, of which the type of the column takes one.
MARKED = r"^\s*(<=|>=|[<>≤≥])\s*([+-]?[0-9]*[.,]?[0-9]+)\s*$"
_BELOW = r"^\s*[<≤]"
_IN_WORDS: dict[Censored, str] = {
    "at_limit": "taken at the limit",
    "half_limit": "taken at half the limit where below it, at the limit where above it",
    "missing": "taken as missing",
}


def without_marks(table: ir.Table, source: TableSource) -> ir.Table:
    """Return the table with the numbers that censored cells stand for, as text; others stay as they are."""
    taken = {column: _taken(table[column], source, source.censored[column]) for column in _columns(table, source)}
    return table.mutate(**taken) if taken else table


def _taken(cells: ir.StringColumn, source: TableSource, handling: Censored) -> ir.StringColumn:
    import ibis

    if handling == "missing":
        return cells.re_search(MARKED).ifelse(ibis.null("string"), cells)
    limit = cells.re_extract(MARKED, 2)
    if handling == "half_limit":
        half = (limit.replace(",", ".").try_cast("float64") / 2).cast("string")
        half = half.replace(".", ",") if source.decimal == "comma" else half
        limit = cells.re_search(_BELOW).ifelse(half, limit)
    return cells.re_search(MARKED).ifelse(limit, cells)


def limit_notes(connection: Backend, table: ir.Table, source: TableSource) -> tuple[str, ...]:
    """Return which columns have cells that are taken for something else; not how many, which may be few.

    Parameters
    ----------
    table : Table
        Before `without_marks`.
    """
    columns = _columns(table, source)
    if not columns:
        return ()
    marked = table.aggregate(**{column: table[column].re_search(MARKED).any() for column in columns})
    found = connection.to_pyarrow(marked).to_pylist()[0]
    return tuple(
        f"{column}: numbers with < or > {_IN_WORDS[source.censored[column]]}" for column in columns if found[column]
    )


def _columns(table: ir.Table, source: TableSource) -> list[str]:
    """Return the columns of text for which the study file says what a censored cell stands for."""
    return [column for column in source.censored if column in table.columns and table[column].type().is_string()]
