"""The bundled study from raw tables to the report: time, memory, and where the time goes.

Bounds, on two cores with the environment in place: the whole run 30 s and 1 GB; a second run, which has nothing to
do, twice what an empty Snakefile costs; the report 8 s and 2 MB.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
WHOLE_RUN_SECONDS = 30.0
SECOND_RUN_RATIO = 2.0
MEMORY_MEGABYTES = 1000.0
REPORT_SECONDS = 8.0
REPORT_MEGABYTES = 2.0
REPEATS = 5

EMPTY = "# no rule\n"

PHASES = """
import sys, time
from pathlib import Path
start = time.perf_counter()
import altair, ibis, jinja2, pandas, pandera.pandas, pyarrow, pydantic, vl_convert
ibis.duckdb.connect()
print("imports", time.perf_counter() - start)
import json
from dose_outcomes import disclosure
from dose_outcomes.cohort.build import build_cohort
from dose_outcomes.derive.counts import count_cohort
from dose_outcomes.outcomes.estimates import estimate_all
from dose_outcomes.provenance import describe
from dose_outcomes.report import page
from dose_outcomes.report.release import Release
from dose_outcomes.study import load_study
study = load_study(sys.argv[1])
def timed(name, function, *arguments):
    start = time.perf_counter()
    result = function(*arguments)
    print(name, time.perf_counter() - start)
    return result
accounts = timed("cohort", build_cohort, study, Path("cohort"), Path("faults.csv"))
counts = timed("counts", count_cohort, Path("cohort"), study, accounts)
estimates, curves = timed("estimates", estimate_all, counts, study)
timed("disclosure", disclosure.release_estimates, estimates, study.disclosure.minimum_count)
release = Release.read(Path(sys.argv[2]), describe(Path(sys.argv[1]), [], None))
spent = [0.0]
render_figure = vl_convert.vegalite_to_svg
def counted(*arguments, **options):
    start = time.perf_counter()
    result = render_figure(*arguments, **options)
    spent[0] += time.perf_counter() - start
    return result
vl_convert.vegalite_to_svg = counted
start = time.perf_counter()
page.render(release)
whole = time.perf_counter() - start
print("figures", spent[0])
print("page", whole - spent[0])
"""


def run(command: list[str], directory: Path) -> tuple[float, float]:
    """Run a command; return its seconds of wall time and its peak memory in megabytes."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=directory, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    printed = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(printed.decode())
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def main() -> int:
    """Print the table; return 1 when a bound is missed."""
    python = sys.executable
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(temporary)
        (directory / "data/raw").mkdir(parents=True)
        (directory / "data/raw/ldn").symlink_to(ROOT / "data/raw/ldn", target_is_directory=True)
        (directory / "empty.smk").write_text(EMPTY, encoding="utf-8")
        profile = ["--workflow-profile", str(ROOT / "profiles/default")]
        snakemake = [python, "-m", "snakemake", "--directory", str(directory), *profile]
        workflow = [*snakemake, "--snakefile", str(ROOT / "Snakefile")]
        whole, memory = min(run([*workflow, "--forceall"], directory) for _ in range(2))
        second, empty = [], []
        for _ in range(REPEATS):  # in turn, so that a slow spell of the machine meets both
            second.append(run(workflow, directory)[0])
            empty.append(run([*snakemake, "--snakefile", "empty.smk"], directory)[0])
        size = (directory / "reports/ldn/report.html").stat().st_size / 1e6
        arguments = [str(ROOT / "config/ldn.yaml"), str(directory / "reports/ldn")]
        phases = subprocess.run(
            [python, "-c", PHASES, *arguments], cwd=directory, capture_output=True, text=True, check=True
        ).stdout.splitlines()
    report = sum(float(line.split()[1]) for line in phases if line.split()[0] in ("figures", "page"))
    ratio = median(second) / median(empty)
    rows = [
        ("whole run", whole, "s", WHOLE_RUN_SECONDS),
        ("its peak memory", memory, "MB", MEMORY_MEGABYTES),
        ("empty Snakefile", median(empty), "s", None),
        ("second run", median(second), "s", None),
        ("second run / empty Snakefile", ratio, "", SECOND_RUN_RATIO),
        ("report: figures and page", report, "s", REPORT_SECONDS),
        ("report: its size", size, "MB", REPORT_MEGABYTES),
        *((f"  of the run: {line.split()[0]}", float(line.split()[1]), "s", None) for line in phases),
    ]
    missed = 0
    for name, value, unit, bound in rows:
        verdict = "" if bound is None else f"  at most {bound:g} {unit}: {'met' if value <= bound else 'MISSED'}"
        missed += bound is not None and value > bound
        print(f"{name:<32}{value:8.2f} {unit}{verdict}")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
