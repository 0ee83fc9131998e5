"""pandera schemas of the cohort tables: every rule that a table can hold alone.

The pipeline asks the rules of a table in one query (`check`); a schema asks them one by one, of a table at hand, with
the same verdicts. pandera's own checks (``isin``, ``in_range``) are not used: they return a table, which pandera then
joins to the data by position. That costs, and the row that comes first is the engine's choice. The checks here return
a column of the table itself, so nothing depends on an order. Nor does pandera give row numbers: they are looked up by
the same expression in the table as read, which has them.

A table without rows is not handed over: the engine's ``all`` of nothing is unknown, which pandera takes for a failure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dose_outcomes.cohort.checks.columns import column_rules, column_under_study, may_be_empty
from dose_outcomes.cohort.checks.rule import Rule
from dose_outcomes.cohort.checks.scores import TABLE, score_rules
from dose_outcomes.cohort.conversion import DTYPES
from dose_outcomes.cohort.tables import TABLES
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandera.ibis as pandera

#: pandera's own check, by the parameter `nullable`.
FILLED = "filled"


def rules(name: str, study: Study) -> list[Rule]:
    """Return the rules that a table holds alone, under a study, in the order of their findings."""
    return [*column_rules(name, study), *(score_rules(study) if name == TABLE else ())]


def schema(name: str, study: Study) -> pandera.DataFrameSchema:
    """Return the pandera schema of a cohort table under a study."""
    import ibis
    import pandera.ibis as pandera

    of_columns: dict[str, list[Rule]] = {key: [] for key in TABLES[name].columns}
    of_rows: list[Rule] = []
    for rule in rules(name, study):
        (of_rows if rule.whole_row or rule.column not in of_columns else of_columns[rule.column]).append(rule)
    columns = {}
    for key in TABLES[name].columns:
        column = column_under_study(name, key, study)
        own = [_check(rule) for rule in of_columns[key] if rule.name != FILLED]
        columns[key] = pandera.Column(ibis.dtype(DTYPES[column.kind]), own, nullable=may_be_empty(column))
    return pandera.DataFrameSchema(columns, checks=[_check(rule) for rule in of_rows])


def broken_rules(name: str, table: ir.Table, study: Study) -> set[str]:
    """Return the identifiers of the rules that a typed table with rows breaks."""
    import pandera.errors

    try:
        schema(name, study).validate(table, lazy=True)
    except pandera.errors.SchemaErrors as error:
        return {_identifier(name, failure) for failure in error.schema_errors}
    return set()


def _check(rule: Rule) -> pandera.Check:
    import pandera.ibis as pandera

    def verdict(data: Any) -> Any:
        return rule.met(data.table) if rule.met else ~rule.is_broken(data.table)

    # one failing value is kept, and never shown: pandera would collect them all
    return pandera.Check(verdict, name=rule.id, error=rule.sentence, n_failure_cases=1)


def _identifier(name: str, failure: Any) -> str:
    """Return the identifier of the rule of a pandera failure; its text, which prints values, is not used."""
    column = failure.schema.name or ""
    if failure.reason_code.name == "SERIES_CONTAINS_NULLS":
        return f"{name}.{column}.{FILLED}"
    assert failure.reason_code.name == "DATAFRAME_CHECK", f"a rule cannot be asked: {failure.reason_code.name} {column}"
    return str(failure.check.name)
