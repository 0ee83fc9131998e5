"""Statistics on a million patients: from counts, beside row-wise tools where they are installed.

Times are asserted for the counts; counting itself is shown apart. Run with `python benchmarks/statistics_on_counts.py`.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dose_outcomes.stats.survival.competing import aalen_johansen
from dose_outcomes.stats.survival.cox import cox_regression
from dose_outcomes.stats.survival.kaplan_meier import kaplan_meier
from dose_outcomes.stats.survival.logrank import logrank

PATIENTS = 1_000_000
STRATA = 50
LAST_DAY = 365
COVARIATES = 8
REPEATS = 3
LIMITS = {"50 Kaplan-Meier curves": 0.05, "stratified log-rank": 0.05, "50 Aalen-Johansen curves": 0.08, "Cox": 1.5}


@dataclass(frozen=True)
class Patients:
    """One entry per simulated patient; status 0 censored, 1 event, 2 competing event."""

    stratum: np.ndarray
    arm: np.ndarray
    day: np.ndarray
    status: np.ndarray
    covariates: np.ndarray


def simulate(patients: int = PATIENTS, seed: int = 20240611) -> Patients:
    """Weibull events, exponential competing events, censoring at uniform days."""
    random = np.random.default_rng(seed)
    covariates = (random.random((patients, COVARIATES)) < np.linspace(0.2, 0.6, COVARIATES)).astype(np.int8)
    stratum = random.integers(0, STRATA, patients)
    effect = covariates @ np.linspace(-0.4, 0.5, COVARIATES) + 0.01 * (stratum - STRATA / 2)
    event = np.ceil(random.weibull(1.3, patients) * 250 * np.exp(-effect / 1.3))
    competing = np.ceil(random.exponential(500, patients))
    censoring = random.integers(84, LAST_DAY + 1, patients)
    day = np.minimum(np.minimum(event, competing), censoring).astype(np.int64)
    status = np.where(event == day, 1, np.where(competing == day, 2, 0))
    return Patients(stratum, covariates[:, 0].astype(np.int64), day, status, covariates)


@dataclass(frozen=True)
class Counts:
    """The tables the engine makes: by stratum, arm, day and status; by stratum, day, status and pattern."""

    by_arm: np.ndarray  # (stratum, arm, day, status)
    pattern_rows: dict[str, np.ndarray]
    patterns: np.ndarray


def count(patients: Patients) -> Counts:
    """Count once, by packing the keys into one number."""
    days = LAST_DAY + 1
    key = ((patients.stratum * 2 + patients.arm) * days + patients.day) * 3 + patients.status
    by_arm = np.bincount(key, minlength=STRATA * 2 * days * 3).reshape(STRATA, 2, days, 3)
    pattern = patients.covariates.astype(np.int64) @ (1 << np.arange(COVARIATES))
    key = ((patients.stratum * days + patients.day) << COVARIATES | pattern) * 2 + (patients.status == 1)
    cells = np.bincount(key, minlength=(STRATA * days << COVARIATES) * 2).reshape(-1, 2)
    used = np.flatnonzero(cells.any(axis=1))
    rows = {
        "day": (used >> COVARIATES) % days,
        "stratum": (used >> COVARIATES) // days,
        "pattern": used & ((1 << COVARIATES) - 1),
        "events": cells[used, 1],
        "censored": cells[used, 0],
    }
    patterns = (np.arange(1 << COVARIATES)[:, None] >> np.arange(COVARIATES)) & 1
    return Counts(by_arm, rows, patterns)


def kaplan_meier_curves(counts: Counts) -> list[Any]:
    by_stratum, day = counts.by_arm.sum(axis=1), np.arange(LAST_DAY + 1)
    return [kaplan_meier(day, cells[:, 1], cells[:, 0] + cells[:, 2]) for cells in by_stratum]


def stratified_logrank(counts: Counts) -> Any:
    stratum, arm, day = np.indices(counts.by_arm.shape[:3]).reshape(3, -1)
    cells = counts.by_arm.reshape(-1, 3)
    return logrank(day, cells[:, 1], cells[:, 0] + cells[:, 2], arm, stratum=stratum)


def aalen_johansen_curves(counts: Counts) -> list[Any]:
    by_stratum, day = counts.by_arm.sum(axis=1), np.arange(LAST_DAY + 1)
    return [aalen_johansen(day, cells[:, 1:], cells[:, 0]) for cells in by_stratum]


def cox(counts: Counts) -> Any:
    return cox_regression(covariates=counts.patterns, **counts.pattern_rows)


TASKS: dict[str, Callable[[Counts], Any]] = {
    "50 Kaplan-Meier curves": kaplan_meier_curves,
    "stratified log-rank": stratified_logrank,
    "50 Aalen-Johansen curves": aalen_johansen_curves,
    "Cox": cox,
}


def best_of(repeats: int, task: Callable[[], Any]) -> tuple[float, Any]:
    """Shortest of several runs, and the result."""
    times, result = [], None
    for _ in range(repeats):
        start = time.perf_counter()
        result = task()
        times.append(time.perf_counter() - start)
    return min(times), result


def lifelines_times(patients: Patients) -> dict[str, tuple[float, float | None]] | None:
    """Seconds and a number to compare, task by task; None where lifelines is not installed."""
    if importlib.util.find_spec("lifelines") is None:
        return None
    import pandas as pd
    from lifelines import AalenJohansenFitter, CoxPHFitter, KaplanMeierFitter

    groups = [np.flatnonzero(patients.stratum == s) for s in range(STRATA)]
    event = patients.status == 1

    def curves() -> float:
        return sum(
            KaplanMeierFitter().fit(patients.day[rows], event[rows]).survival_function_.iloc[-1, 0] for rows in groups
        )

    def one_incidence() -> None:
        AalenJohansenFitter(seed=1).fit(patients.day[groups[0]], patients.status[groups[0]], event_of_interest=1)

    frame = pd.DataFrame(patients.covariates.astype(float), columns=[f"x{j}" for j in range(COVARIATES)])
    frame = frame.assign(day=patients.day, event=event.astype(int), stratum=patients.stratum)

    def regression() -> float:
        return float(CoxPHFitter().fit(frame, "day", "event", strata=["stratum"]).params_.iloc[0])

    times: dict[str, tuple[float, float | None]] = {"50 Kaplan-Meier curves": best_of(1, curves)}
    times["50 Aalen-Johansen curves"] = (STRATA * best_of(1, one_incidence)[0], None)  # one stratum, times 50
    times["Cox"] = best_of(1, regression)
    return times


R_SCRIPT = r"""
suppressMessages(library(survival))
a <- commandArgs(TRUE)
p <- as.integer(a[3])
n <- file.info(a[1])$size / (4 * (p + 4))
m <- matrix(readBin(a[1], "integer", n * (p + 4), size = 4L), ncol = p + 4)
stratum <- m[, 1]; arm <- m[, 2]; day <- m[, 3]; status <- m[, 4]; x <- m[, -(1:4)]
event <- as.integer(status == 1)
out <- character(0)
clock <- function(name, f, times = 1) {
  seconds <- system.time(value <- f())[["elapsed"]]
  out[name] <<- sprintf('"%s": [%.6f, %.15g]', name, times * seconds, value)
}
clock("50 Kaplan-Meier curves", function() {
  f <- survfit(Surv(day, event) ~ stratum, conf.type = "log-log")
  sum(f$surv[cumsum(f$strata)])
})
clock("stratified log-rank", function() survdiff(Surv(day, event) ~ arm + strata(stratum))$chisq)
one <- stratum == 0
clock("50 Aalen-Johansen curves", function() {
  f <- survfit(Surv(day[one], factor(status[one], 0:2)) ~ 1)
  f$pstate[nrow(f$pstate), 2]
}, times = 50)
clock("Cox", function() coef(coxph(Surv(day, event) ~ x + strata(stratum)))[[1]])
writeLines(paste0("{", paste(out, collapse = ", "), "}"), a[2])
"""


def r_times(patients: Patients) -> dict[str, tuple[float, float | None]] | None:
    """The same from R's survival package; None where there is no Rscript on the path."""
    if shutil.which("Rscript") is None:
        return None
    columns = np.column_stack([patients.stratum, patients.arm, patients.day, patients.status, patients.covariates])
    with tempfile.TemporaryDirectory() as folder:
        data, answer, script = (Path(folder) / name for name in ("data.bin", "answer.json", "run.R"))
        columns.astype("<i4").ravel(order="F").tofile(data)
        script.write_text(R_SCRIPT)
        run = subprocess.run(
            ["Rscript", str(script), str(data), str(answer), str(COVARIATES)],
            capture_output=True,
            text=True,
            check=False,
        )
        if run.returncode != 0:
            return None
        return {name: (seconds, value) for name, (seconds, value) in json.loads(answer.read_text()).items()}


def number_of(task: str, result: Any) -> float:
    """The number that is compared between tools."""
    if task == "50 Kaplan-Meier curves":
        return float(sum(curve.estimate[-1] for curve in result))
    if task == "stratified log-rank":
        return float(result.statistic)
    if task == "50 Aalen-Johansen curves":
        return float(result[0].curves[0].estimate[-1])
    return float(result.coefficients[0].estimate)


def main() -> int:
    """Print the table; 0 if every limit is kept and every number agrees."""
    patients = simulate()
    counting, counts = best_of(1, lambda: count(patients))
    print(f"{PATIENTS:,} patients in {STRATA} strata; counted once in {counting:.2f} s")
    print(f"  {int((counts.by_arm > 0).sum()):,} cells by stratum, arm, day and status;", end=" ")
    print(f"{len(counts.patterns)} patterns in {len(counts.pattern_rows['day']):,} rows for the Cox model")
    others = {"lifelines": lifelines_times(patients), "R survival": r_times(patients)}
    for name, times in others.items():
        if times is None:
            print(f"  {name}: absent")
    print(f"{'task':28}{'limit s':>9}{'counts s':>10}" + "".join(f"{name + ' s':>15}{'ratio':>8}" for name in others))
    problems = []
    for task, function in TASKS.items():
        seconds, result = best_of(REPEATS, lambda function=function: function(counts))
        line = f"{task:28}{LIMITS[task]:9.2f}{seconds:10.3f}"
        if seconds > LIMITS[task]:
            problems.append(f"{task}: {seconds:.3f} s, limit {LIMITS[task]} s")
        for name, times in others.items():
            if times is None or task not in times:
                line += f"{'absent':>15}{'':>8}"
                continue
            other, value = times[task]
            line += f"{other:15.3f}{other / seconds:8.0f}"
            tolerance = 1e-4 if name == "lifelines" else 1e-8  # lifelines stops its Newton steps early
            if value is not None and abs(number_of(task, result) / value - 1.0) > tolerance:
                problems.append(f"{task}: {number_of(task, result):.12g} from counts, {value:.12g} from {name}")
        print(line)
    for problem in problems:
        print(f"FAILED {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
