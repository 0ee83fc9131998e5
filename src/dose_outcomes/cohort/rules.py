"""The rules that the rows of a cohort table must obey, as expressions of the engine, made from its columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from dose_outcomes.cohort.tables import TABLES, Column
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import ibis.expr.types as ir

CORRECT = "Correct these rows"
#: Table and column: what else a user can do about values that are not allowed.
REMEDIES = {
    ("indications", "condition"): "Correct these rows, map the values under data.tables.indications.values, "
    "or add the condition to the study file",
    ("doses", "dose_mg"): "Correct these rows, or raise drug.maximum_dose_mg in the study file",
    ("doses", "target_dose_mg"): "Correct these rows, or raise drug.maximum_dose_mg in the study file",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes
    ----------
    name, column : str
        Together its identifier; column is empty where the rule needs several.
    sentence : str
        What is wrong and what is allowed.
    holds : callable
        Table to whether the rule holds in each row. Null, where a value is missing, breaks no rule.
    met : callable or None
        Table to whether the rule holds in all rows, where that is had in another way than by asking every row.
    """

    name: str
    column: str
    sentence: str
    holds: Callable[[ir.Table], ir.BooleanColumn]
    met: Callable[[ir.Table], ir.BooleanScalar] | None = None


def rules(name: str, study: Study) -> list[Rule]:
    """Return the rules of a table under a study, in the order in which their faults are listed."""
    table = TABLES[name]
    found = [rule for key in table.columns for rule in _of_column(key, column_under_study(name, key, study))]
    found += [_in_order(first, last) for first, last in table.ordered_days]
    found.append(
        Rule(
            "key.unique",
            "",
            f"each {' + '.join(table.key)} may occur only once",
            partial(_is_unique, table.key),
            partial(_has_no_double, table.key),
        )
    )
    if name == "doses":
        sentence = "the episode begins before an earlier one of the patient ends"
        found.append(Rule("doses.overlap", "", sentence, _begins_after_the_last, _has_no_overlap))
    return found


def column_under_study(name: str, key: str, study: Study) -> Column:
    """Return a column with the limits that only the study knows."""
    column = TABLES[name].columns[key]
    if (name, key) == ("indications", "condition"):
        return replace(column, allowed=tuple(study.conditions))
    if name == "doses" and key in ("dose_mg", "target_dose_mg"):
        return replace(column, at_most=study.drug.maximum_dose_mg)
    return column


def may_be_empty(column: Column) -> bool:
    """Return whether a cell of a column may be empty."""
    return column.nullable or column.optional


def _of_column(key: str, column: Column) -> Iterator[Rule]:
    if not may_be_empty(column):
        yield Rule("filled", key, "must not be empty", lambda table: table[key].notnull())
    if column.allowed:
        sentence = f"must be one of {', '.join(column.allowed)}"
        yield Rule("isin", key, sentence, lambda table: table[key].isin(column.allowed))
    low, high = column.at_least, column.at_most
    if low is not None and high is not None:
        sentence = f"must be between {low:g} and {high:g}"
        yield Rule("in_range", key, sentence, lambda table: table[key].between(low, high))
    elif low is not None:
        yield Rule("greater_than_or_equal_to", key, f"must be at least {low:g}", lambda table: table[key] >= low)
    elif high is not None:
        yield Rule("less_than_or_equal_to", key, f"must be at most {high:g}", lambda table: table[key] <= high)


def _in_order(first: str, last: str) -> Rule:
    sentence = f"{first} must not be after {last}"
    return Rule(f"{first}.{last}.order", "", sentence, lambda table: table[first] <= table[last])


def _is_unique(key: tuple[str, ...], table: ir.Table) -> ir.BooleanColumn:
    import ibis

    return table.count().over(ibis.window(group_by=list(key))) == 1


def _has_no_double(key: tuple[str, ...], table: ir.Table) -> ir.BooleanScalar:
    # two empty cells of a key count as equal, here as in the window above
    return table.group_by(list(key)).agg(rows=table.count()).rows.max().fill_null(1) == 1


def _begins_after_the_last(doses: ir.Table) -> ir.BooleanColumn:
    import ibis

    # the latest end of all earlier episodes, not of the one before: a long one may hide behind a short one
    earlier = ibis.window(group_by="patient_id", order_by=["start_day", "end_day"], preceding=(None, 1))
    return doses.start_day > doses.end_day.max().over(earlier)


def _has_no_overlap(doses: ir.Table) -> ir.BooleanScalar:
    # the engine takes no window inside an aggregate: a query of its own
    return doses.select(holds=_begins_after_the_last(doses)).holds.all().fill_null(True)
