"""Takes rows that break a rule out of the cohort, each with its reason, and with them what hangs on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dose_outcomes.cohort.faults import Fault
from dose_outcomes.cohort.raw import ROW

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

#: Tables of which every row of a patient is needed: with one that is wrong the patient goes.
WHOLE_PATIENT = ("patients", "indications", "doses")
#: Column with the place of the reason in the list of faults.
ORDER = "order of reason"


@dataclass(frozen=True, slots=True)
class SetAside:
    """What is taken out.

    Attributes
    ----------
    kept : dict of str to Table
        The tables without it, with row numbers.
    reasons : dict of str to dict
        Table: reason: rows.
    """

    kept: dict[str, ir.Table]
    reasons: dict[str, dict[str, int]]


def set_aside(connection: Backend, numbered: Mapping[str, ir.Table], faults: Iterable[Fault]) -> SetAside:
    """Take out the rows of all faults that are errors, and all rows of the patients who go.

    A row that breaks several rules goes for the first of them; another row of a patient who goes, for the first
    reason of the patient.

    Parameters
    ----------
    numbered : mapping of str to Table
        Typed tables with row numbers.
    faults : iterable of Fault
        Those with rows; an error without rows concerns the whole file, and cannot be mended so.
    """
    errors = [fault for fault in faults if fault.severity == "error"]
    own = {name: _own(connection, name, errors) for name in numbered}
    patients = _patients(connection, numbered, own)
    kept, reasons = {}, {}
    for name, table in numbered.items():
        out = _stored(connection, f"set aside {name}", _out(table, own[name], patients))
        kept[name] = table.anti_join(out, ROW)
        found = connection.to_pyarrow(out.group_by(ORDER).agg(rows=out.count())).to_pylist()
        counted: dict[str, int] = {}
        for one in sorted(found, key=lambda one: one[ORDER]):
            reason = errors[one[ORDER]].reason
            counted[reason] = counted.get(reason, 0) + one["rows"]
        reasons[name] = counted
    return SetAside(kept, reasons)


def _own(connection: Backend, name: str, errors: list[Fault]) -> ir.Table | None:
    """Return the rows of a table that break a rule themselves, with the place of the first."""
    import ibis

    of_table = [(order, fault) for order, fault in enumerate(errors) if fault.table == name]
    # few rows are known by their numbers; of many, only the expression says which they are
    listed = [(row, order) for order, fault in of_table if fault.count == len(fault.rows) for row in fault.rows]
    parts = [
        fault.failing.select(ROW, **{ORDER: ibis.literal(order, "int64")})
        for order, fault in of_table
        if fault.count > len(fault.rows) and fault.failing is not None
    ]
    if listed:
        rows, orders = zip(*listed, strict=True)
        parts.append(ibis.memtable({ROW: rows, ORDER: orders}))
    if not parts:
        return None
    together = ibis.union(*parts) if len(parts) > 1 else parts[0]
    first = together.group_by(ROW).agg(**{ORDER: together[ORDER].min()})
    return _stored(connection, f"broken {name}", first)


def _patients(
    connection: Backend, numbered: Mapping[str, ir.Table], own: Mapping[str, ir.Table | None]
) -> ir.Table | None:
    """Return the patients who go, each with the place of the first reason."""
    import ibis

    parts = []
    for name in WHOLE_PATIENT:
        broken = own.get(name)
        if broken is not None:
            rows = numbered[name].join(broken, ROW)
            parts.append(rows.filter(rows.patient_id.notnull()).select("patient_id", ORDER))
    if not parts:
        return None
    together = ibis.union(*parts) if len(parts) > 1 else parts[0]
    return _stored(connection, "patients who go", together.group_by("patient_id").agg(**{ORDER: together[ORDER].min()}))


def _out(table: ir.Table, own: ir.Table | None, patients: ir.Table | None) -> ir.Table:
    """Return the rows of a table that go, each once, with the place of its reason."""
    import ibis

    if own is None and patients is None:
        return table.select(ROW, **{ORDER: ibis.literal(0, "int64")}).limit(0)
    if patients is None:
        assert own is not None
        return own.select(ROW, ORDER)
    of_patients = table.join(patients, "patient_id").select(ROW, ORDER)
    if own is None:
        return of_patients
    return ibis.union(own.select(ROW, ORDER), of_patients.anti_join(own, ROW))


def _stored(connection: Backend, name: str, table: ir.Table) -> ir.Table:
    # asked for several times: reading the files again each time would cost
    return connection.create_table(name, table, overwrite=True)
