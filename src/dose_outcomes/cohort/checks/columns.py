"""Rules that the columns of a cohort table, its key and its days give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from dose_outcomes.cohort.checks.rule import CORRECT, Rule
from dose_outcomes.cohort.tables import TABLES, Column
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: Table and column: what else a user can do about values that are not allowed.
REMEDIES = {
    ("indications", "condition"): "Correct these rows, map the values under data.tables.indications.values, "
    "or add the condition to the study file",
    ("doses", "dose_mg"): "Correct these rows, or raise drug.maximum_dose_mg in the study file",
    ("doses", "target_dose_mg"): "Correct these rows, or raise drug.maximum_dose_mg in the study file",
}
#: Columns in which an empty cell is legal, and loses something: what.
WANTED = {
    ("patients", "age"): "subgroups and adjustment by age leave the patient out",
    ("patients", "sex"): "subgroups and adjustment by sex leave the patient out",
    ("side_effects", "onset_day"): "the side effect has no place in time",
    ("side_effects", "severity"): "the side effect has no severity",
}
DAYS = ("observed_until", "start_day", "end_day", "day", "onset_day", "resolved_day")
#: 130 years of days: nobody has lived so long, and no dose was so long ago.
LONGEST_LIFE = 47_482
#: Columns of doses in mg.
DOSES = ("dose_mg", "target_dose_mg")


def column_rules(name: str, study: Study) -> Iterator[Rule]:
    """Return the rules of a table that its definition and the study give, in the order of their findings."""
    table = TABLES[name]
    for key in table.columns:
        yield from _of_column(name, key, column_under_study(name, key, study), study)
    if name == "patients":
        for key in study.covariates:
            yield _wanted(name, key, "analyses by this covariate leave the patient out")
    for first, last in table.ordered_days:
        yield _in_order(name, first, last)
    yield Rule(
        name="key.unique",
        table=name,
        column="",
        sentence=f"each {' + '.join(table.key)} may occur only once",
        category="plausibility",
        aspect="uniqueness",
        remedy="Keep one of the rows of each",
        holds=partial(_is_unique, table.key),
        met=partial(_has_no_double, table.key),
    )
    if name == "doses":
        yield Rule(
            name="overlap",
            table=name,
            column="",
            sentence="the episode begins before an earlier one of the patient ends",
            category="plausibility",
            aspect="temporal",
            remedy="End each episode before the day on which the next begins",
            holds=_begins_after_the_last,
            met=_has_no_overlap,
        )


def column_under_study(name: str, key: str, study: Study) -> Column:
    """Return a column with the limits that only the study knows."""
    column = TABLES[name].columns[key]
    if (name, key) == ("indications", "condition"):
        return replace(column, allowed=tuple(study.conditions))
    if name == "doses" and key in DOSES:
        return replace(column, at_most=study.drug.maximum_dose_mg)
    return column


def may_be_empty(column: Column) -> bool:
    """Return whether a cell of a column may be empty."""
    return column.nullable or column.optional


def _of_column(name: str, key: str, column: Column, study: Study) -> Iterator[Rule]:
    if not may_be_empty(column):
        yield Rule(
            name="filled",
            table=name,
            column=key,
            sentence="must not be empty",
            category="completeness",
            aspect="",
            holds=lambda table: table[key].notnull(),
            asked=lambda table: table[key].isnull() | table[key].notnull(),
        )
    if (name, key) in WANTED:
        yield _wanted(name, key, WANTED[name, key])
    allowed = partial(Rule, table=name, column=key, remedy=REMEDIES.get((name, key), CORRECT))
    if column.allowed:
        sentence = f"must be one of {', '.join(column.allowed)}"
        yield allowed(name="isin", sentence=sentence, holds=lambda table: table[key].isin(column.allowed))
    low, high = column.at_least, column.at_most
    if low is not None and high is not None:
        sentence = f"must be between {low:g} and {high:g}"
        yield allowed(name="in_range", sentence=sentence, holds=lambda table: table[key].between(low, high))
    elif low is not None:
        sentence = f"must be at least {low:g}"
        yield allowed(name="greater_than_or_equal_to", sentence=sentence, holds=lambda table: table[key] >= low)
    elif high is not None:
        sentence = f"must be at most {high:g}"
        yield allowed(name="less_than_or_equal_to", sentence=sentence, holds=lambda table: table[key] <= high)
    if key in DAYS:
        yield _possible_day(name, key)
        yield _plausible_day(name, key, study)
    if name == "doses" and key in DOSES:
        yield _in_a_group(name, key, study)


def _wanted(name: str, key: str, loss: str) -> Rule:
    return Rule(
        name="recorded",
        whole_row=True,  # pandera shows the rules of a column no empty cell
        table=name,
        column=key,
        sentence=f"is empty: {loss}",
        severity="warning",
        category="completeness",
        aspect="",
        remedy="Fill in what is known",
        holds=lambda table: table[key].notnull(),
        asked=lambda table: table[key].isnull() | table[key].notnull(),
    )


def _possible_day(name: str, key: str) -> Rule:
    return Rule(
        name="possible",
        table=name,
        column=key,
        sentence=f"lies more than {LONGEST_LIFE} days from the first dose, longer than anybody lives",
        category="plausibility",
        aspect="temporal",
        remedy="Count days from the first dose",
        holds=lambda table: table[key].between(-LONGEST_LIFE, LONGEST_LIFE),
    )


def _plausible_day(name: str, key: str, study: Study) -> Rule:
    first, last = study.quality.earliest_day, study.quality.latest_day
    return Rule(
        name="plausible",
        table=name,
        column=key,
        sentence=f"lies before day {first} or after day {last}: a date instead of a day of treatment?",
        severity="warning",
        category="plausibility",
        aspect="temporal",
        remedy="Count days from the first dose; wider limits: quality.earliest_day and latest_day in the study file",
        # beyond what is possible that rule speaks
        holds=lambda table: table[key].between(first, last) | (table[key].abs() > LONGEST_LIFE),
    )


def _in_a_group(name: str, key: str, study: Study) -> Rule:
    groups, highest = study.dose_groups, study.drug.maximum_dose_mg

    def holds(table: ir.Table) -> ir.BooleanColumn:
        import ibis

        dose = table[key]
        # beyond the legal doses another rule speaks
        return ibis.or_(
            dose <= 0, dose > highest, *((dose >= group.from_mg) & (dose < group.below_mg) for group in groups)
        )

    return Rule(
        name="in_a_dose_group",
        table=name,
        column=key,
        sentence="lies in no dose group: milligrams and micrograms mixed up, or a group is missing",
        severity="warning",
        category="plausibility",
        aspect="atemporal",
        remedy="Correct these rows, or change dose_groups in the study file",
        holds=holds,
    )


def _in_order(name: str, first: str, last: str) -> Rule:
    return Rule(
        name=f"{first}.{last}.order",
        table=name,
        column="",
        sentence=f"{first} must not be after {last}",
        category="plausibility",
        aspect="temporal",
        holds=lambda table: table[first] <= table[last],
        asked=lambda table: table[first].notnull() & table[last].notnull(),
    )


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
