"""pandera schemas of the cohort tables, and their failures put into words that hold no value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dose_outcomes.cohort.conversion import DTYPES
from dose_outcomes.cohort.faults import Fault
from dose_outcomes.cohort.tables import TABLES, Column
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pandera

CORRECT = "Correct these rows"
#: Table and column: what else a user can do about values that are not allowed.
REMEDIES = {
    ("indications", "condition"): "Correct these rows, map the values under data.tables.indications.values, "
    "or add the condition to the study file",
    ("doses", "dose_mg"): "Correct these rows, or raise drug.maximum_dose_mg in the study file",
    ("doses", "target_dose_mg"): "Correct these rows, or raise drug.maximum_dose_mg in the study file",
}


def schema(name: str, study: Study) -> pandera.DataFrameSchema:
    """Return the pandera schema of a cohort table under a study."""
    import pandera.pandas as pandera

    table = TABLES[name]
    columns = {key: _column(key, _under_study(name, key, column, study)) for key, column in table.columns.items()}
    checks = [_in_order(first, last) for first, last in table.ordered_days]
    checks.append(_unique(table.key))
    if name == "doses":
        checks.append(_no_overlap())
    return pandera.DataFrameSchema(columns, checks=checks, strict=False)


def check_table(name: str, file: str, frame: pd.DataFrame, study: Study) -> list[Fault]:
    """Check a typed table against its schema; all faults at once, none with a value in its text."""
    import pandera.errors

    try:
        schema(name, study).validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        return [_fault(failure, name, file, frame) for failure in error.schema_errors]
    return []


def _under_study(name: str, key: str, column: Column, study: Study) -> Column:
    """Return the column with the limits that only the study knows."""
    from dataclasses import replace

    if (name, key) == ("indications", "condition"):
        return replace(column, allowed=tuple(study.conditions))
    if name == "doses" and key in ("dose_mg", "target_dose_mg"):
        return replace(column, at_most=study.drug.maximum_dose_mg)
    return column


def _column(name: str, column: Column) -> pandera.Column:
    import pandera.pandas as pandera

    checks = []
    if column.allowed:
        checks.append(pandera.Check.isin(column.allowed, error=f"must be one of {', '.join(column.allowed)}"))
    if column.at_least is not None and column.at_most is not None:
        text = f"must be between {column.at_least:g} and {column.at_most:g}"
        checks.append(pandera.Check.in_range(column.at_least, column.at_most, error=text))
    elif column.at_least is not None:
        checks.append(pandera.Check.ge(column.at_least, error=f"must be at least {column.at_least:g}"))
    elif column.at_most is not None:
        checks.append(pandera.Check.le(column.at_most, error=f"must be at most {column.at_most:g}"))
    return pandera.Column(DTYPES[column.kind], checks, nullable=column.nullable or column.optional, required=True)


def _in_order(first: str, last: str) -> pandera.Check:
    import pandera.pandas as pandera

    def in_order(frame: pd.DataFrame) -> Any:
        return (frame[first] <= frame[last]).fillna(True)

    return pandera.Check(in_order, name=f"{first}.{last}.order", error=f"{first} must not be after {last}")


def _unique(key: tuple[str, ...]) -> pandera.Check:
    import pandera.pandas as pandera

    def is_unique(frame: pd.DataFrame) -> Any:
        return ~frame.duplicated(list(key), keep=False)

    words = " + ".join(key)
    return pandera.Check(is_unique, name="key.unique", error=f"each {words} may occur only once")


def _no_overlap() -> pandera.Check:
    import pandera.pandas as pandera

    def begins_after_the_last(frame: pd.DataFrame) -> Any:
        ordered = frame.sort_values(["patient_id", "start_day", "end_day"])
        # the latest end of all earlier episodes, not of the one before: a long one may hide behind a short one
        latest = ordered.groupby("patient_id", dropna=False)["end_day"].cummax()
        previous = latest.groupby(ordered["patient_id"], dropna=False).shift()
        return (ordered["start_day"] > previous).fillna(True).reindex(frame.index)

    return pandera.Check(
        begins_after_the_last,
        name="doses.overlap",
        error="the episode begins before an earlier one of the patient ends",
    )


def _fault(failure: Any, name: str, file: str, frame: pd.DataFrame) -> Fault:
    """Put one pandera failure into words; its own text, which prints values, is not used."""
    column = failure.schema.name if failure.schema is not None and failure.schema.name in frame else ""
    bad = _failing_rows(failure, frame, column)
    if failure.reason_code is not None and failure.reason_code.name == "SERIES_CONTAINS_NULLS":
        sentence = "must not be empty"
        check = "filled"
    else:
        sentence = failure.check.error if hasattr(failure.check, "error") else "does not fit its type"
        check = getattr(failure.check, "name", None) or "type"
    values: tuple[str, ...] = ()
    if column:
        values = tuple(frame.loc[bad, column].astype("str").fillna(""))
    return Fault(
        check=f"{name}.{column}.{check}" if column else f"{name}.{check}",
        table=name,
        file=file,
        column=column,
        sentence=sentence,
        remedy=REMEDIES.get((name, column), CORRECT),
        rows=tuple(int(row) for row in bad),
        values=values,
    )


def _failing_rows(failure: Any, frame: pd.DataFrame, column: str) -> pd.Index[Any]:
    """Return the rows that fail; a missing value, for which pandera gives no mask, is looked for again."""
    output = getattr(failure, "check_output", None)
    if output is not None and getattr(output, "dtype", None) is not None and len(output) == len(frame):
        failing = ~output.fillna(True).to_numpy(dtype=bool)
    else:
        failing = frame[column].isna().to_numpy() if column else [False] * len(frame)
    rows: pd.Index[Any] = frame.index[failing]
    return rows
