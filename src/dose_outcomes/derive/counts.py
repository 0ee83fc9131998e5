"""All counts of a study, in one go. They are as confidential as rows: a count may be one patient."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from dose_outcomes.derive.attrition import attrition
from dose_outcomes.derive.context import derive
from dose_outcomes.derive.counted import patients, responses, side_effects, times
from dose_outcomes.derive.counted.table import CountTable
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import pandas as pd

#: Every table of counts by its name.
TABLES: dict[str, CountTable] = {**responses.TABLES, **times.TABLES, **side_effects.TABLES, **patients.TABLES}
NAMES = (*TABLES, "attrition")


def count_cohort(folder: Path, study: Study, accounts: list[dict[str, Any]]) -> dict[str, pd.DataFrame]:
    """Count everything that the study asks for.

    Parameters
    ----------
    folder : Path
        The cohort as Parquet files.
    accounts : list of dict
        What reading each table gave, for the attrition.

    Returns
    -------
    dict of str to DataFrame
        `NAMES`: the tables, each sorted by its key, and the attrition.
    """
    derived = derive(folder, study)
    counts = {name: _joined(table, table.count(derived)) for name, table in TABLES.items()}
    counts["attrition"] = attrition(derived, counts["responders"], accounts)
    derived.connection.disconnect()
    return counts


def _joined(table: CountTable, parts: list[pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    columns = [*table.key, *table.values]
    joined = pd.concat([part[columns] for part in parts]) if parts else pd.DataFrame(columns=columns)
    return joined.sort_values(list(table.key), kind="stable", ignore_index=True)
