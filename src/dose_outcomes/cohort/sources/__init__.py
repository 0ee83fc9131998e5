"""Sources: each turns files of one form into the cohort tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dose_outcomes.errors import CohortDataError

if TYPE_CHECKING:
    from dose_outcomes.cohort.raw import RawTable
    from dose_outcomes.study import Study
    from dose_outcomes.study.data import AdamData, CsvData


def data_folder(data: CsvData | AdamData) -> Path:
    """Return the folder of the data: of several, the first that exists.

    Raises
    ------
    CohortDataError
        When none does.
    """
    folders = [data.folder] if isinstance(data.folder, str) else data.folder
    for folder in folders:
        if Path(folder).is_dir():
            return Path(folder)
    raise CohortDataError(
        f"No data folder: looked for {' and '.join(folders)}. "
        "Put the files there, or change data.folder in the study file"
    )


def input_files(study: Study) -> list[Path]:
    """Return the files that the study reads, in a fixed order.

    Raises
    ------
    CohortDataError
        Names every file that is missing.
    """
    from dose_outcomes.study.data import CsvData

    folder = data_folder(study.data)
    if isinstance(study.data, CsvData):
        names = [table.file for table in study.data.tables.values()]
    else:
        files = study.data.files
        names = [name for name in (files.adsl, files.adae, files.adtte, *files.adqs, files.ex) if name]
    paths = [folder / name for name in dict.fromkeys(names)]
    missing = [str(path) for path in paths if not path.is_file()]
    if missing:
        present = ", ".join(sorted(path.name for path in folder.iterdir() if path.is_file())) or "nothing"
        raise CohortDataError(
            f"Missing: {', '.join(missing)}. The folder holds {present}. "
            "Put the file there, or change its name under data in the study file"
        )
    return paths


def read_tables(study: Study) -> list[RawTable]:
    """Read all cohort tables of a study from its source."""
    from dose_outcomes.study.data import CsvData

    input_files(study)
    folder = data_folder(study.data)
    if isinstance(study.data, CsvData):
        from dose_outcomes.cohort.sources.csv import read_csv_tables

        return read_csv_tables(study.data, folder, study.covariates)
    from dose_outcomes.cohort.sources.adam import read_adam_tables

    return read_adam_tables(study.data, folder, study.covariates)
