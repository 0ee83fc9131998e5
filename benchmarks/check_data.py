"""`snakemake check_data` on a cohort with a million assessments: 10 seconds and 2 GB at most, on two cores.

The cohort is simulated as Parquet; writing it is not counted. A second cohort has faults in one row of a hundred.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from benchmarks.million_patients import ROOT, prepare, run

ASSESSMENTS = 1_000_000
#: The simulation gives about seven assessments a patient.
PATIENTS = 142_000
SECONDS = 10.0
MEMORY_MEGABYTES = 2048.0
SPOIL = """
import sys, duckdb, pyarrow.parquet
changes = {
    "assessments": "CASE WHEN hash(patient_id, day) % 100 = 0 THEN 5000 ELSE score END AS score",
    "doses": "CASE WHEN hash(patient_id, start_day) % 100 = 0 THEN -1 ELSE dose_mg END AS dose_mg",
    "patients": "CASE WHEN hash(patient_id) % 100 = 0 THEN 'bored' ELSE end_reason END AS end_reason",
}
for table, change in changes.items():
    path = f"{sys.argv[1]}/{table}.parquet"
    rows = duckdb.sql(f"SELECT * REPLACE ({change}) FROM '{path}'").to_arrow_table()
    pyarrow.parquet.write_table(rows, path)
"""
#: A run that finds errors ends with 1; what it printed is wanted all the same.
RUN = """
import subprocess, sys
finished = subprocess.run([sys.executable, "-m", "snakemake", "check_data", *sys.argv[1:]], stderr=subprocess.STDOUT)
sys.exit(finished.returncode > 1)
"""


def check(directory: Path, study: Path) -> tuple[str, float, float]:
    """Run `snakemake check_data`; return what it printed, seconds and megabytes of the largest process."""
    workflow = ["--snakefile", str(ROOT / "Snakefile"), "--workflow-profile", str(ROOT / "profiles/default")]
    return run(["-c", RUN, *workflow, "--configfile", str(study)], directory)


def main() -> int:
    """Print time and memory; return 1 when a bound is missed."""
    import pyarrow.parquet

    missed = 0
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(temporary)
        study, simulated = prepare(directory, PATIENTS)
        rows = pyarrow.parquet.read_metadata(directory / "raw/assessments.parquet").num_rows
        print(f"{PATIENTS:,} patients, {rows:,} assessments (simulated in {simulated:.1f} s)")
        missed += rows < ASSESSMENTS
        for name in ("as simulated", "with faults in one row of a hundred"):
            # twice: a slow spell of the machine is no property of the program
            runs = [check(directory, study) for _ in range(2)]
            text, seconds, megabytes = min(runs, key=lambda one: one[1])
            summary = re.search(r"^Rules: .*$", text, re.M)
            if not summary:
                print(text)
                return 1
            print(f"{name}: {summary[0]}")
            for value, unit, bound in ((seconds, "s", SECONDS), (megabytes, "MB", MEMORY_MEGABYTES)):
                missed += value > bound
                print(f"  {value:8.1f} {unit}  at most {bound:g} {unit}: {'met' if value <= bound else 'MISSED'}")
            run(["-c", SPOIL, str(directory / "raw")], directory)
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
