"""The study of this run and the digest of the code. Only what all rules share."""

import gc
import os
import threading
from pathlib import Path

# the matrices are small: a second thread of the linear algebra only waits, and its sums depend on how many there are
for library in ("OPENBLAS", "MKL", "OMP"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")
# queries, rows and figures are made of very many small objects that live as long as their step: to look through all
# of them at every 700 new ones, as Python does, takes a tenth of the run and frees nothing
gc.set_threshold(50_000)

from dose_outcomes import steps, verification
from dose_outcomes.cohort.sources import input_files
from dose_outcomes.cohort.tables import TABLES
from dose_outcomes.derive.counts import NAMES as COUNTS
from dose_outcomes.provenance import code_digest
from dose_outcomes.study import load_study
from dose_outcomes.workflow import stopped_by_user_errors

# a relative path where there is one, so that a moved checkout does not run again
DEFAULT_STUDY = Path("config/ldn.yaml")
if not DEFAULT_STUDY.is_file():
    DEFAULT_STUDY = Path(workflow.basedir) / DEFAULT_STUDY
STUDY_FILE = str(next(iter(workflow.overwrite_configfiles or []), DEFAULT_STUDY))

with stopped_by_user_errors():
    STUDY = load_study(STUDY_FILE)
    INPUTS = input_files(STUDY)

CODE = code_digest()
RELEASED = {
    "estimates": f"reports/{STUDY.id}/estimates.csv",
    "curves": f"reports/{STUDY.id}/curves.csv",
    "attrition": f"reports/{STUDY.id}/attrition.csv",
    "data_quality": f"reports/{STUDY.id}/data_quality.json",
    "study": f"reports/{STUDY.id}/study.yaml",
}


onsuccess:
    # All is written. Python would still look through every object of the run before it ends, and wait for the timer
    # (of 1 s) that wakes Snakemake's scheduler to start more jobs.
    gc.freeze()
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.cancel()
