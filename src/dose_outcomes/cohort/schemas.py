"""pandera schemas of the cohort tables, and their failures put into words that hold no value.

pandera gives the verdicts in the engine (``pandera.ibis``), on the table as stored: one query a rule, which reads
only the columns of the rule. Its own checks (``isin``, ``in_range``) are not used: they return a table, which pandera
then joins to the data by position. That costs, and the row that comes first is the engine's choice. The checks here
return a column of the table itself, so nothing depends on an order. Nor does pandera give row numbers: of a rule that
fails, the rows are looked up by the same expression in the table as read, which has them.

A table without rows is not handed over: the engine's ``all`` of nothing is unknown, which pandera takes for a failure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dose_outcomes.cohort.conversion import DTYPES
from dose_outcomes.cohort.faults import Fault, failing_cells, failing_row_numbers
from dose_outcomes.cohort.rules import CORRECT, REMEDIES, Rule, column_under_study, may_be_empty, rules
from dose_outcomes.cohort.tables import TABLES
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandera.ibis as pandera
    from ibis.backends.duckdb import Backend

#: pandera's own check, by the parameter `nullable`.
FILLED = "filled"


def schema(name: str, study: Study) -> pandera.DataFrameSchema:
    """Return the pandera schema of a cohort table under a study."""
    import ibis
    import pandera.ibis as pandera

    of_table = rules(name, study)
    columns = {}
    for key in TABLES[name].columns:
        column = column_under_study(name, key, study)
        own = [_check(rule) for rule in of_table if rule.column == key and rule.name != FILLED]
        columns[key] = pandera.Column(ibis.dtype(DTYPES[column.kind]), own, nullable=may_be_empty(column))
    return pandera.DataFrameSchema(columns, checks=[_check(rule) for rule in of_table if not rule.column])


def check_table(
    connection: Backend, name: str, file: str, stored: ir.Table, numbered: ir.Table, study: Study
) -> list[Fault]:
    """Check a typed table against its schema; all faults at once, none with a value in its text.

    Parameters
    ----------
    stored : Table
        What is checked.
    numbered : Table
        The same with row numbers; read only when a rule is broken.
    """
    import pandera.errors

    try:
        schema(name, study).validate(stored, lazy=True)
    except pandera.errors.SchemaErrors as error:
        by_name = {(rule.column, rule.name): rule for rule in rules(name, study)}
        broken = [by_name[_identifier(failure)] for failure in error.schema_errors]
        return [_fault(connection, rule, name, file, numbered) for rule in broken]
    return []


def _check(rule: Rule) -> pandera.Check:
    import pandera.ibis as pandera

    def verdict(data: Any) -> Any:
        # filled: over a column without any value, "all" is null too
        return rule.met(data.table) if rule.met else rule.holds(data.table).fill_null(True)

    # one failing value is kept, and never shown: pandera would collect them all
    return pandera.Check(verdict, name=rule.name, error=rule.sentence, n_failure_cases=1)


def _identifier(failure: Any) -> tuple[str, str]:
    """Return column and name of the rule of a pandera failure; its text, which prints values, is not used."""
    column = failure.schema.name or ""
    if failure.reason_code.name == "SERIES_CONTAINS_NULLS":
        return column, FILLED
    assert failure.reason_code.name == "DATAFRAME_CHECK", f"a rule cannot be asked: {failure.reason_code.name} {column}"
    return column, failure.check.name


def _fault(connection: Backend, rule: Rule, name: str, file: str, numbered: ir.Table) -> Fault:
    failing = numbered.filter(~rule.holds(numbered))
    rows, values = failing_cells(connection, failing, rule.column) if rule.column else (None, ())
    return Fault(
        check=f"{name}.{rule.column}.{rule.name}" if rule.column else f"{name}.{rule.name}",
        table=name,
        file=file,
        column=rule.column,
        sentence=rule.sentence,
        remedy=REMEDIES.get((name, rule.column), CORRECT),
        rows=failing_row_numbers(connection, failing) if rows is None else rows,
        values=values,
    )
