"""Checks many spoiled cohorts in one go: what each kind of fault was found by, and what became of its rows.

``python -m tests.faults.run`` prints the table of kinds.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from tests.faults import kinds_of_cells, kinds_of_rows  # noqa: F401  (they enter their kinds)
from tests.faults.cohort import Cohort, Row, sound, study
from tests.faults.registry import KINDS

from dose_outcomes.cohort.build import CheckedCohort, check_tables
from dose_outcomes.cohort.raw import ROW, RawTable, as_expression
from dose_outcomes.cohort.tables import TABLES
from dose_outcomes.engine import connect


@dataclass
class Spoiled:
    """One spoiled cohort: the rule that must find it, at which rows, and the findings."""

    kind: str
    number: int
    cohort: Cohort
    rule: str
    rows: list[Row]
    meant: set[int] = field(default_factory=set)
    found: dict[str, set[int]] = field(default_factory=dict)
    errors: set[str] = field(default_factory=set)


@dataclass
class Batch:
    """Many spoiled cohorts, each beside a sound one, checked together."""

    spoiled: list[Spoiled]
    checked: CheckedCohort
    kept: dict[str, set[int]]
    rows: dict[str, list[Row]]
    owners: dict[str, list[int]]


def spoiled_cohorts() -> Iterator[Spoiled]:
    """Return every spoiled cohort."""
    for name, kind in KINDS.items():
        for number, (cohort, rule, rows) in enumerate(kind(lambda: sound(0))):
            yield Spoiled(name, number, cohort, rule, rows)


def check_together(spoiled: list[Spoiled], folder: Path, on_error: str = "set_aside") -> Batch:
    """Check spoiled cohorts in the way of the pipeline, from the tables as read, and share out the findings."""
    rows: dict[str, list[Row]] = {name: [] for name in TABLES}
    owners: dict[str, list[int]] = {name: [] for name in TABLES}
    for owner, one in enumerate(spoiled):
        for name, table in one.cohort.items():
            for row in table:
                own = renamed(row, owner)
                if any(row is meant for meant in one.rows) and one.rule.split(".")[0] == name:
                    one.meant.add(len(rows[name]) + 2)
                rows[name].append(own)
                owners[name].append(owner)
    folder.mkdir(exist_ok=True)
    connection = connect()
    raw = [RawTable(name, f"{name}.csv", as_expression(frame(name, table)), len(table)) for name, table in rows.items()]
    checked = check_tables(connection, raw, study(on_error=on_error), folder, folder / "faults.csv")
    for fault in checked.faults:
        assert len(fault.rows) == fault.number == fault.count
        for number in fault.rows:
            owner = spoiled[owners[fault.table][number - 2]]
            owner.found.setdefault(fault.check, set()).add(number)
            if fault.severity == "error":
                owner.errors.add(fault.check)
    kept = {}
    for name in TABLES:
        gone: set[int] = set()
        if f"set aside {name}" in connection.list_tables():
            out = connection.table(f"set aside {name}")
            gone = set(connection.to_pyarrow(out.select(ROW)).column(0).to_pylist())
        kept[name] = set(range(2, len(rows[name]) + 2)) - gone
    connection.disconnect()
    return Batch(spoiled, checked, kept, rows, owners)


def renamed(row: Row, owner: int) -> Row:
    """Return a row under patients and a site that no other cohort has; an empty identifier stays empty."""
    patient = row["patient_id"]
    own = {**row, "patient_id": f"{patient}-{owner}" if patient and patient.strip() else patient}
    return {**own, "site": f"S{owner}"} if "site" in row else own


def frame(name: str, rows: list[Row]) -> pd.DataFrame:
    """Return a table as read, its rows numbered as those of a file."""
    columns = list(TABLES[name].columns)
    return pd.DataFrame(rows, columns=columns, index=pd.RangeIndex(2, len(rows) + 2), dtype="object")


def written(spoiled: list[Spoiled], folder: Path) -> dict[str, pd.DataFrame]:
    """Write cohorts as CSV files, one below the other; return the tables."""
    folder.mkdir()
    frames = {}
    for name in TABLES:
        rows = [renamed(row, place) for place, one in enumerate(spoiled) for row in one.cohort[name]]
        frames[name] = frame(name, rows)
        frames[name].to_csv(folder / f"{name}.csv", index=False)
    return frames


def table_of_kinds(batch: Batch) -> str:
    """Return a line per kind: cohorts, tables and columns, found, by which rules, what became of the rows."""
    lines = [f"{'kind of fault':<48}{'cohorts':>8}{'found':>7}{'refused':>9}{'warned':>8}  found by (others too)"]
    for name in KINDS:
        own = [one for one in batch.spoiled if one.kind == name]
        found = [one for one in own if one.found.get(one.rule) == one.meant]
        refused = sum(bool(one.errors) for one in own)
        rules = sorted({one.rule.rpartition(".")[2] for one in own})
        others = sorted({rule.rpartition(".")[2] for one in own for rule in one.found} - set(rules))
        also = f" ({', '.join(others)})" if others else ""
        lines.append(
            f"{name:<48}{len(own):>8}{len(found):>7}{refused:>9}{len(own) - refused:>8}  {', '.join(rules)}{also}"
        )
    total = len(batch.spoiled)
    lines.append(f"{f'{len(KINDS)} kinds':<48}{total:>8}")
    return "\n".join(lines)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        print(table_of_kinds(check_together(list(spoiled_cohorts()), Path(temporary))))
