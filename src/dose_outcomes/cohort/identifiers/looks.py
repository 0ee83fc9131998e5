"""How many cells of each column look like each kind of identifier: one query for all tables, each text once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dose_outcomes.cohort.identifiers.patterns import (
    COLUMNS,
    DATE,
    EVERYWHERE,
    NAME_AS_PSEUDONYM,
    NUMBERS,
    Kind,
)
from dose_outcomes.cohort.raw import ROW, RawTable
from dose_outcomes.cohort.tables import TABLES

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

#: Column with how many rows have the same cells.
_TIMES = "rows alike in file"
_ALL: tuple[Kind, ...] = (*EVERYWHERE, *NUMBERS, *COLUMNS, NAME_AS_PSEUDONYM)


@dataclass(frozen=True, slots=True)
class Looks:
    """Counts by table and column."""

    by_place: dict[tuple[str, str], dict[str, Any]]

    def cells(self, table: str, column: str, kind: Kind) -> int:
        """Return how many cells of a column look like a kind by its pattern."""
        return int(self.by_place.get((table, column), {}).get(f"kind {_ALL.index(kind)}") or 0)

    def filled_and_distinct(self, table: str, column: str) -> tuple[int, int]:
        """Return how many cells of a column are filled, and how many of them differ."""
        row = self.by_place.get((table, column), {})
        return int(row.get("filled") or 0), int(row.get("distinct") or 0)


def places(table: RawTable) -> Iterator[tuple[ir.Table, str, tuple[Kind, ...]]]:
    """Yield the columns of a table whose cells are looked at, each with where it lies and what is looked for."""
    everywhere = tuple(kind for kind in EVERYWHERE if not (table.has_dates and kind.name == DATE.name))
    specs = TABLES[table.name].columns
    for column in table.content.columns:
        spec = specs.get(column)
        if column == ROW or (spec and (spec.kind != "text" or spec.allowed)):
            continue  # numbers and closed lists have rules of their own
        if column != "patient_id":
            yield table.content, column, everywhere
        elif table.name == "patients":  # those of other tables must be among them
            yield table.content, column, (*everywhere, *NUMBERS, NAME_AS_PSEUDONYM)
    if table.unused is None:
        return
    for column in table.unused.columns:
        own = table.unused[column].type()
        if column != ROW and not (own.is_temporal() or own.is_boolean() or own.is_nested()):
            dated = tuple(kind for kind in COLUMNS if not (table.has_dates and kind.name == DATE.name))
            yield table.unused, column, (*everywhere, *NUMBERS, *dated)


def count_looks(connection: Backend, raw: list[RawTable]) -> Looks:
    """Count the cells that look like identifiers.

    Parameters
    ----------
    raw : list of RawTable
        The tables as read.
    """
    import ibis
    import ibis.selectors as choose

    long = []
    for table in raw:
        for content in (table.content, table.unused):
            columns = [column for where, column, _ in places(table) if where is content]
            if content is not None and columns:
                # what many rows repeat is looked at once: first the rows, then the cells of each column
                cells = content.select(**{column: as_text(content[column]) for column in columns})
                times = max([_TIMES, *(f"{column}_" for column in columns)], key=len)  # no column is named so
                rows = cells.group_by(columns).agg(**{times: cells.count()})
                by_column = rows.pivot_longer(~choose.cols(times), names_to="place", values_to="cell")
                named = by_column.select("place", "cell", **{_TIMES: by_column[times]})
                long.append(named.mutate(source=ibis.literal(table.name, "string")))
    if not long:
        return Looks({})
    together = ibis.union(*long) if len(long) > 1 else long[0]
    each = together.group_by(["source", "place", "cell"]).agg(times=together[_TIMES].sum())
    # most cells look like nothing, and only what is left is asked what it looks like; one pattern of all kinds would
    # be slower than each for itself: it outgrows the memory in which the engine keeps what it made of a pattern
    patterns = dict.fromkeys(kind.pattern for kind in _ALL)
    suspect = ibis.or_(*(each.cell.re_search(pattern) for pattern in patterns))
    each = each.mutate(suspect=suspect.ifelse(each.cell, ibis.null("string")))
    found = each.group_by(["source", "place"]).agg(
        filled=each.times.sum(where=each.cell.notnull()),
        distinct=each.cell.count(),
        **{f"kind {number}": each.times.sum(where=kind.could(each.suspect)) for number, kind in enumerate(_ALL)},
    )
    counted = connection.to_pyarrow(found).to_pylist()
    return Looks({(row["source"], row["place"]): row for row in counted})


def as_text(cells: ir.Column) -> ir.StringColumn:
    """Return cells as text without white space around it; null of nothing."""
    return cells.cast("string").strip().nullif("")
