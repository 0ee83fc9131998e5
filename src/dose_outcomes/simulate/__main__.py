"""Writes a synthetic cohort and the expected values of its analyses."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from dose_outcomes.errors import UserError
from dose_outcomes.simulate.batches import write_parquet
from dose_outcomes.simulate.cohort import simulate, write_table
from dose_outcomes.simulate.parameters import load_parameters
from dose_outcomes.simulate.truth import expected_values

DEFAULT_PARAMETERS = Path("config/simulation_ldn.yaml")


def main(arguments: list[str] | None = None) -> None:
    """Write tables and truth, as the parameter file says.

    Parameters
    ----------
    arguments : list of str or None
        Of the command line; those of the process when None.
    """
    parser = argparse.ArgumentParser(prog="python -m dose_outcomes.simulate", description=__doc__)
    parser.add_argument("--parameters", type=Path, default=DEFAULT_PARAMETERS, help="default: %(default)s")
    parser.add_argument("--folder", type=Path, help="default: the one in the parameter file")
    parser.add_argument("--patients", type=int, help="default: the number in the parameter file")
    parser.add_argument("--no-truth", action="store_true", help="leave out the expected values, which take longest")
    parser.add_argument("--parquet", action="store_true", help="Parquet files, written in batches; without truth")
    options = parser.parse_args(arguments)
    parameters = load_parameters(options.parameters)
    folder = options.folder or parameters.folder
    folder.mkdir(parents=True, exist_ok=True)
    if options.parquet:
        write_parquet(parameters, options.patients or parameters.patients, folder)
        return
    for name, frame in simulate(parameters, options.patients).items():
        write_table(frame, folder / f"{name}.csv")
    if not options.no_truth:
        write_table(expected_values(parameters), folder / "truth.csv")


if __name__ == "__main__":
    try:
        main()
    except UserError as error:
        sys.exit(str(error))
