"""A cohort of any size as Parquet, drawn and written in batches so that memory does not grow with it."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from dose_outcomes.simulate.cohort import simulate
from dose_outcomes.simulate.parameters import Parameters
from dose_outcomes.simulate.tables import patient_ids

BATCH = 50_000
_ROWS_PER_GROUP = 122_880  # what DuckDB reads in one piece: small enough to share out among threads


def write_parquet(parameters: Parameters, n: int, folder: Path, batch: int = BATCH) -> None:
    """Write a cohort as ``<table>.parquet``, rows in the order of `simulate`.

    Parameters
    ----------
    parameters : Parameters
        What to draw from.
    n : int
        Number of patients.
    folder : Path
        Gets the files; exists.
    batch : int
        Patients drawn at a time. The first batch has the seed of the parameters, so that a cohort of one batch is
        that of `simulate`; each further batch has a seed of its own.
    """
    import pyarrow
    import pyarrow.parquet

    ids = patient_ids(n)
    writers: dict[str, Any] = {}
    with ExitStack() as open_files:
        for number, first in enumerate(range(0, n, batch)):
            own = ids.iloc[first : first + batch].reset_index(drop=True)
            drawn = parameters.model_copy(update={"seed": _seed(parameters.seed, number)})
            for name, frame in simulate(drawn, len(own), own).items():
                table = pyarrow.Table.from_pandas(frame, preserve_index=False)
                if name not in writers:
                    writer = pyarrow.parquet.ParquetWriter(folder / f"{name}.parquet", table.schema)
                    writers[name] = open_files.enter_context(writer)
                writers[name].write_table(table.cast(writers[name].schema), row_group_size=_ROWS_PER_GROUP)


def _seed(seed: int, number: int) -> int:
    if number == 0:
        return seed
    # spawn keys of the cohort's own streams have two numbers: one number is nobody else's
    return int(np.random.SeedSequence(seed, spawn_key=(number,)).generate_state(1, np.uint64)[0])
