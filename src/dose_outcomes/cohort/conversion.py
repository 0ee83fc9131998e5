"""Turns the cells of a table into the types of its columns, and finds those that cannot be turned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.cohort.faults import Fault
from dose_outcomes.cohort.raw import RawTable
from dose_outcomes.cohort.tables import TABLES, Column, Kind

if TYPE_CHECKING:
    import pandas as pd

TRUE = ("true", "1", "yes", "y", "t")
FALSE = ("false", "0", "no", "n", "f")
EXPECTED: dict[Kind, str] = {
    "text": "must be text",
    "integer": "must be a whole number",
    "number": "must be a number, with a point before the decimals",
    "boolean": "must be true or false",
}
DTYPES: dict[Kind, str] = {"text": "str", "integer": "Int64", "number": "Float64", "boolean": "boolean"}


def convert(table: RawTable) -> tuple[pd.DataFrame, list[Fault]]:
    """Convert the columns of a raw table.

    Returns
    -------
    DataFrame
        All columns of the cohort table (an absent optional column is empty), typed, same index.
        Cells that could not be converted are empty and named in a fault.
    list of Fault
        One per column with such cells.
    """
    import pandas as pd

    spec = TABLES[table.name].columns
    columns, faults = {}, []
    for name, column in spec.items():
        if name in table.frame:
            columns[name], bad = _convert_column(table.frame[name], column.kind)
            if bad.any():
                faults.append(_fault(table, name, column, bad))
        else:
            columns[name] = pd.Series(pd.NA, index=table.frame.index, dtype=DTYPES[column.kind])
    for name in table.frame.columns.difference(list(spec)):
        columns[name] = table.frame[name].astype("str")
    return pd.DataFrame(columns, index=table.frame.index), faults


def _convert_column(series: pd.Series, kind: Kind) -> tuple[pd.Series, pd.Series]:
    """Return the typed column, and a mask of cells that hold something else."""
    import pandas as pd

    if kind == "text":
        text = series.astype("str").str.strip()
        return text.where(text != ""), pd.Series(False, index=series.index)
    if kind == "boolean":
        if pd.api.types.is_bool_dtype(series):
            return series.astype("boolean"), pd.Series(False, index=series.index)
        text = series.astype("str").str.strip().str.lower()
        known = {**dict.fromkeys(TRUE, True), **dict.fromkeys(FALSE, False)}
        typed = text.map(known).astype("boolean")
        return typed, typed.isna() & text.notna() & (text != "")
    if not pd.api.types.is_numeric_dtype(series):
        series = series.astype("str").str.strip()
        series = series.where(series != "")
    numbers = pd.to_numeric(series, errors="coerce").astype("float64")
    infinite = numbers.abs() == float("inf")
    bad = (numbers.isna() & series.notna()) | infinite
    if kind == "integer":
        bad |= numbers.notna() & (numbers != numbers.round())
        return numbers.mask(bad).astype("Int64"), bad
    return numbers.mask(bad).astype("Float64"), bad


def _fault(table: RawTable, name: str, column: Column, bad: pd.Series) -> Fault:
    return Fault(
        check=f"{table.name}.{name}.type",
        table=table.name,
        file=table.file,
        column=name,
        sentence=EXPECTED[column.kind],
        remedy="Correct the cells, or map them under data.tables in the study file",
        rows=tuple(int(row) for row in table.frame.index[bad]),
        values=tuple(table.frame.loc[bad, name].astype("str")),
    )
