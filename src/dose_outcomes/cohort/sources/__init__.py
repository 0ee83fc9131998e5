"""Sources: each turns files of one form into the cohort tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dose_outcomes.errors import CohortDataError

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend

    from dose_outcomes.cohort.raw import RawTable
    from dose_outcomes.study import Study
    from dose_outcomes.study.data import AdamData, CsvData


def data_folder(data: CsvData | AdamData) -> Path:
    """Return the folder of the data: of several, the first that holds a file of the study.

    Raises
    ------
    CohortDataError
        When no folder exists.
    """
    folders = [Path(folder) for folder in ([data.folder] if isinstance(data.folder, str) else data.folder)]
    existing = [folder for folder in folders if folder.is_dir()]
    if not existing:
        raise CohortDataError(
            f"No data folder: looked for {' and '.join(map(str, folders))}. "
            "Put the files there, or change data.folder in the study file"
        )
    names = _file_names(data)
    filled = [folder for folder in existing if any((folder / name).is_file() for name in names)]
    return [*filled, *existing][0]


def input_files(study: Study) -> list[Path]:
    """Return the files that the study reads, in a fixed order.

    Raises
    ------
    CohortDataError
        Names every file that is missing.
    """
    folder = data_folder(study.data)
    paths = [folder / name for name in _file_names(study.data)]
    missing = [str(path) for path in paths if not path.is_file()]
    if missing:
        present = ", ".join(sorted(path.name for path in folder.iterdir() if path.is_file())) or "nothing"
        raise CohortDataError(
            f"Missing: {', '.join(missing)}. The folder holds {present}. "
            "Put the file there, or change its name under data in the study file"
        )
    return paths


def _file_names(data: CsvData | AdamData) -> list[str]:
    if data.source == "csv":
        return list(dict.fromkeys(table.file for table in data.tables.values()))
    files = data.files
    names = (files.adsl, files.adae, files.adtte, *files.adqs, files.ex)
    return list(dict.fromkeys(name for name in names if name))


def read_tables(study: Study, connection: Backend) -> list[RawTable]:
    """Return all cohort tables of a study from its source, as expressions of the engine."""
    from dose_outcomes.study.data import CsvData

    input_files(study)
    folder = data_folder(study.data)
    if isinstance(study.data, CsvData):
        from dose_outcomes.cohort.sources.csv import read_csv_tables

        return read_csv_tables(study.data, folder, study.covariates, connection)
    from dose_outcomes.cohort.sources.adam import read_adam_tables

    return read_adam_tables(study.data, folder, study.covariates)
