"""The released results of a study, read back from its folder: all that the report may see."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dose_outcomes.results import COLUMNS, CURVE_COLUMNS

if TYPE_CHECKING:
    import pandas as pd

ATTRITION_COLUMNS = ("attrition_id", "flow", "unit", "step", "reason", "before", "excluded", "after", "suppressed")
NUMERIC = frozenset(
    {"day", "estimate", "low", "high", "level", "p_value", "p_adjusted", "n", "events", "person_years"}
    | {"at_risk", "censored", "step", "before", "excluded", "after"}
)


@dataclass(frozen=True)
class Release:
    """What was released of a study.

    Attributes
    ----------
    estimates, curves, attrition : DataFrame
        The CSV files, in their order; text columns as text, number columns as numbers.
    study : dict
        The effective study: the protocol with every default.
    data_quality : dict
        Rows read, set aside and used of every table, and the checks.
    provenance : dict
        Hashes of code, study, lock file and inputs; versions.
    """

    estimates: pd.DataFrame
    curves: pd.DataFrame
    attrition: pd.DataFrame
    study: dict[str, Any]
    data_quality: dict[str, Any]
    provenance: dict[str, Any]

    @classmethod
    def read(cls, folder: Path, provenance: dict[str, Any]) -> Release:
        """Read the files of a release folder.

        Parameters
        ----------
        folder : Path
            Holds estimates.csv, curves.csv, attrition.csv, study.yaml and data_quality.json.
        provenance : dict
            Hashes and versions; no clock, host or path.
        """
        import json

        import yaml

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        with (folder / "study.yaml").open(encoding="utf-8") as file:
            study: dict[str, Any] = yaml.load(file, Loader=loader)  # a safe loader
        return cls(
            estimates=_read_table(folder / "estimates.csv", COLUMNS),
            curves=_read_table(folder / "curves.csv", CURVE_COLUMNS),
            attrition=_read_table(folder / "attrition.csv", ATTRITION_COLUMNS),
            study=study,
            data_quality=json.loads((folder / "data_quality.json").read_text(encoding="utf-8")),
            provenance=provenance,
        )


def _read_table(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    """Read a CSV file; a label that looks like a number or like "NA" stays the text it is."""
    import pandas as pd

    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise ValueError(f"{path.name}: expected the columns {', '.join(columns)}; missing {', '.join(missing)}")
    for column in table.columns:
        if column in NUMERIC:
            table[column] = pd.to_numeric(table[column].replace("", None), errors="raise")
    return table
