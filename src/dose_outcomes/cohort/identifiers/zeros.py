"""Pseudonyms that lost their leading zeros: 007 in one file is 7 in another that went through a spreadsheet."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from dose_outcomes.cohort.faults import Fault, failing_row_numbers
from dose_outcomes.cohort.raw import RawTable

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

_ID = "patient_id"


def lost_zeros(
    connection: Backend, raw: list[RawTable], numbered: Mapping[str, ir.Table], with_strangers: Collection[str]
) -> Iterator[Fault]:
    """Yield a fault for each table with patients who are those of the table patients but for leading zeros.

    Parameters
    ----------
    raw, numbered, with_strangers
        As `check_identifiers` takes them.
    """
    if not with_strangers:
        return
    patients = numbered["patients"].select(_ID).distinct()
    known = patients.mutate(bare=patients[_ID].re_replace("^0+", "")).select("bare").distinct()
    file = next(table.file for table in raw if table.name == "patients")
    for table in (one for one in raw if one.name in with_strangers):
        rows = numbered[table.name]
        strangers = rows.anti_join(patients, _ID)
        alike = strangers.mutate(bare=strangers[_ID].re_replace("^0+", "")).semi_join(known, "bare")
        if number := int(connection.execute(alike.count())):
            yield Fault(
                check=f"{table.name}.{_ID}.leading_zeros",
                table=table.name,
                file=table.file,
                column=_ID,
                sentence=f"the patient is in {file} with another number of leading zeros",
                remedy="A spreadsheet took the pseudonyms for numbers: export them as text",
                rows=failing_row_numbers(connection, alike),
                number=number,
            )
