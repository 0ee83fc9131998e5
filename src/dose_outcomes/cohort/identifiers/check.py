"""Looks for identifiers by the names of columns and by every cell: all rows, in the engine, no value told.

Columns that the study does not use are looked at too: they lie in the same files, and a file with names in it is not
de-identified, whoever reads it. Columns with a closed list of values and columns of numbers are checked by the rules
of the cohort tables; of numbers that should be days, dates as a spreadsheet or a database numbers them are looked for
here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from dose_outcomes.cohort.faults import Fault, failing_row_numbers
from dose_outcomes.cohort.identifiers.combinations import in_words, rare_combinations
from dose_outcomes.cohort.identifiers.looks import Looks, as_text, count_looks, places
from dose_outcomes.cohort.identifiers.names import dates_in_pieces, held_by_name, is_only
from dose_outcomes.cohort.identifiers.patterns import DATE
from dose_outcomes.cohort.identifiers.zeros import lost_zeros
from dose_outcomes.cohort.raw import ROW, RawTable
from dose_outcomes.cohort.tables import OLDEST_AGE, TABLES
from dose_outcomes.study import Study
from dose_outcomes.study.identifiers import smallest_group

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

#: Days of a spreadsheet from 1954 to 2119: no patient is followed so long after a first dose.
_SPREADSHEET_DAYS = (20_000, 80_000)
#: Dates written as numbers, YYYYMMDD.
_DATES_AS_NUMBERS = (19_000_101, 21_001_231)
#: Columns by which a person would be named, were their names in the file those of persons.
_OF_PERSONS = ("patient_id", "site")


def check_identifiers(
    connection: Backend,
    raw: list[RawTable],
    stored: Mapping[str, ir.Table],
    numbered: Mapping[str, ir.Table],
    study: Study,
    with_strangers: Collection[str] = (),
) -> list[Fault]:
    """Return a fault for each column that looks like an identifier, rare combinations, and pseudonyms without zeros.

    Parameters
    ----------
    raw : list of RawTable
        The tables as read.
    stored : mapping of str to Table
        The cohort tables as stored, by name; they are counted.
    numbered : mapping of str to Table
        The same with `ROW`; read only when there is something to tell.
    study : Study
        Which columns are accepted, and which combinations must not be rare.
    with_strangers : collection of str
        Tables with patients whom the table patients has not: have their pseudonyms lost zeros?
    """
    accepted = study.data.identifiers.accepted
    faults = []
    counted = count_looks(connection, raw)
    for table in raw:
        found = [
            *_by_name(table),
            *_by_type(table),
            *_by_cells(connection, table, counted),
            *_dates_as_days(connection, table, stored[table.name], numbered[table.name]),
            *_old_ages(connection, table),
        ]
        once = {(fault.column, fault.check): fault for fault in found}
        faults += [fault for fault in once.values() if f"{table.name}.{fault.column}" not in accepted]
    faults += _accepted_in_vain(raw, accepted)
    faults += rare_combinations(connection, raw, stored, numbered, study)
    faults += lost_zeros(connection, raw, numbered, with_strangers)
    return _each_file_once(faults)


def identifier_notes(name: str, study: Study) -> list[str]:
    """Return what is released of the check of a table: what was accepted and why, what no patient is alone in."""
    identifiers = study.data.identifiers
    notes = [
        f"{column} accepted as no identifier: {reason}"
        for place, reason in sorted(identifiers.accepted.items())
        for table, _, column in [place.partition(".")]
        if table == name
    ]
    least = smallest_group(study)
    if name == "patients" and least > 1:
        together = "; ".join(in_words(columns, study) for columns in identifiers.combinations)
        notes.append(f"at least {least} patients share each combination of {together}")
    return notes


def _by_name(table: RawTable) -> Iterator[Fault]:
    """Columns whose names say what they hold; of those the study uses, their names in the file."""
    for column in _columns(table.unused):
        if what := held_by_name(column):
            yield _fault(table, column, "name", f"by its name holds {what}")
    if not table.has_dates:
        for pieces in dates_in_pieces(_columns(table.unused)):
            yield from (
                _fault(table, column, DATE.name, f"is a piece of a date: {', '.join(pieces)}") for column in pieces
            )
    for column, origin in table.named.items():
        if (what := held_by_name(origin)) and (column in _OF_PERSONS or not is_only(origin, "name")):
            yield _fault(table, column, "name", f"by its name in the file ('{origin}') holds {what}")


def _by_type(table: RawTable) -> Iterator[Fault]:
    """Columns that the file itself says are dates."""
    if table.has_dates:
        return
    for content in (table.content, table.unused):
        for column in _columns(content):
            if content is not None and content[column].type().is_temporal():
                yield _fault(table, column, DATE.name, "holds dates")


def _by_cells(connection: Backend, table: RawTable, counted: Looks) -> Iterator[Fault]:
    """Columns with cells that look like an identifier, with the rows."""
    for content, column, kinds in places(table):
        for kind in kinds:
            number = counted.cells(table.name, column, kind)
            of = counted.filled_and_distinct(table.name, column)
            if kind.counts(number, *of):
                failing = content.filter(kind.holds(as_text(content[column])))
                if kind.arithmetic and not kind.counts(int(connection.execute(failing.count())), *of):
                    continue  # digits alone: the check of some of them fails
                rows = failing_row_numbers(connection, failing)
                yield _fault(table, column, kind.name, f"looks like {kind.words}", rows, number)


def _dates_as_days(connection: Backend, table: RawTable, stored: ir.Table, numbered: ir.Table) -> Iterator[Fault]:
    """Days so large that they are dates: counted by a spreadsheet, or written as one number."""
    days = [
        column
        for column, spec in TABLES[table.name].columns.items()
        if spec.kind == "integer" and (column.endswith("day") or column == "observed_until")
    ]
    if table.has_dates or not days:
        return

    def is_date(cells: ir.IntegerColumn) -> ir.BooleanValue:
        return cells.between(*_SPREADSHEET_DAYS) | cells.between(*_DATES_AS_NUMBERS)

    counted = stored.aggregate(**{column: is_date(stored[column]).sum() for column in days})
    for column, number in connection.to_pyarrow(counted).to_pylist()[0].items():
        if number:
            rows = failing_row_numbers(connection, numbered.filter(is_date(numbered[column])))
            sentence = "looks like a date kept as a number, not like days"
            yield _fault(table, column, DATE.name, sentence, rows, number)


def _old_ages(connection: Backend, table: RawTable) -> Iterator[Fault]:
    """Ages over the oldest that may be told, in columns without use; the column `age` has a rule of its own."""
    for column in _columns(table.unused):
        if not any(is_only(column, word) for word in ("age", "alter")):
            continue
        assert table.unused is not None
        old = table.unused.filter(as_text(table.unused[column]).try_cast("float64") > OLDEST_AGE)
        if number := int(connection.execute(old.count())):
            rows = failing_row_numbers(connection, old)
            sentence = f"holds ages above {OLDEST_AGE}, and {OLDEST_AGE} stands for all of them"
            yield _fault(table, column, "age", sentence, rows, number)


def _accepted_in_vain(raw: list[RawTable], accepted: Mapping[str, str]) -> Iterator[Fault]:
    """Names of columns that no file has: a misspelt name would leave unsaid what was meant to be said."""
    by_name = {table.name: table for table in raw}
    for place in accepted:
        name, _, column = place.partition(".")
        table = by_name.get(name)
        if table is None or column not in (*_columns(table.content), *_columns(table.unused)):
            yield Fault(
                check=f"{name}.identifiers.accepted",
                table=name,
                file=table.file if table else name,
                column=column,
                sentence="is accepted in the study file, and the data have no such column",
                remedy="Correct its name under data.identifiers.accepted in the study file",
            )


def _each_file_once(faults: list[Fault]) -> list[Fault]:
    """Return faults without those that another table found in the same column of the same file."""
    return list(
        {(fault.file, fault.column, fault.check.split(".", 1)[1], fault.rows): fault for fault in faults}.values()
    )


def _columns(table: ir.Table | None) -> list[str]:
    return [] if table is None else [column for column in table.columns if column != ROW]


def _fault(
    table: RawTable, column: str, kind: str, sentence: str, rows: tuple[int, ...] = (), number: int | None = None
) -> Fault:
    return Fault(
        check=f"{table.name}.{column}.identifier.{kind}",
        table=table.name,
        file=table.file,
        column=column,
        sentence=f"{sentence}, and the data must be de-identified",
        remedy="Take it out of the file or replace it by codes; if it identifies nobody, say so with the reason: "
        f"data.identifiers.accepted: {{{table.name}.{column}: ...}} in the study file",
        rows=rows,
        number=number,
    )
