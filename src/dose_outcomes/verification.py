"""Runs everything again from the raw data and compares each file and number with what was published."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dose_outcomes import steps
from dose_outcomes.errors import AnalysisError
from dose_outcomes.workflow import step

if TYPE_CHECKING:
    import pandas as pd

CAUSES = (
    "Usual causes: other versions than in requirements.lock, other input files, or another version of the code; "
    "compare manifest.json"
)


_PLACES_SHOWN = 20
#: Outputs of the rule of the report; the others are its inputs.
WITH_THE_REPORT = ("report", "tables", "figures")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One published file beside the one made again.

    Attributes
    ----------
    numbers, different : int
        Numbers of a table, and how many of them differ.
    largest : float
        Largest relative difference.
    """

    file: str
    same_bytes: bool
    numbers: int = 0
    different: int = 0
    largest: float = 0.0

    def __str__(self) -> str:
        if self.same_bytes:
            return f"{self.file}: same bytes" + (f", {self.numbers} numbers" if self.numbers else "")
        if not self.numbers:
            return f"{self.file}: DIFFERS"
        return (
            f"{self.file}: DIFFERS: {self.different} of {self.numbers} numbers, largest relative difference "
            f"{self.largest:.3g}"
        )


@step
def release_check(study: str, manifest: str, log: str) -> None:
    """Fail where a released file shows a small count; warn where it differs from the release before by few patients.

    Parameters
    ----------
    manifest : str
        The manifest of the release: all files of its folder are checked.

    Raises
    ------
    AnalysisError
        With every place, and never the number.
    """
    from dose_outcomes.disclosure.check import differences, problems_of_release
    from dose_outcomes.study import load_study

    settings = load_study(study).disclosure
    folder = Path(manifest).parent
    found = problems_of_release(folder, settings.minimum_count)
    warnings = []
    if settings.previous_release is not None:
        previous = Path(settings.previous_release)
        if not (previous / "estimates.csv").is_file():
            raise AnalysisError(
                f"disclosure.previous_release: no estimates.csv in {previous}; give the folder of the earlier release"
            )
        warnings = differences(folder, previous, settings.minimum_count)
    Path(log).parent.mkdir(parents=True, exist_ok=True)
    Path(log).write_text(
        "\n".join([*found, *warnings, f"{len(found)} problems, {len(warnings)} warnings", ""]), "utf-8"
    )
    if warnings:
        shown = "\n".join(f"warning: {warning}" for warning in warnings[:_PLACES_SHOWN])
        print(f"{shown}\n{len(warnings)} counts differ from the previous release by fewer than the minimum count")
    if found:
        listed = "\n".join(found[:_PLACES_SHOWN])
        raise AnalysisError(f"{len(found)} small counts in {folder}:\n{listed}\nDo not release it; all places: {log}")
    print(f"no count below {settings.minimum_count} in {folder}")


@step
def verify(
    study: str, inputs: Iterable[str], tables: Iterable[str], counts: Iterable[str], released: dict[str, str], log: str
) -> None:
    """Run the study again beside its derived data, compare, print the result.

    Parameters
    ----------
    study : str
        Study file.
    inputs : iterable of str
        Input tables.
    tables, counts : iterable of str
        Names of the cohort tables and of the tables of counts.
    released : dict of str to str
        Published files: ``estimates``, ``curves``, ``attrition``, ``data_quality``, ``study``, ``report``, and the
        folders ``tables`` and ``figures``.

    Raises
    ------
    AnalysisError
        When a file is missing or differs; lists all.
    """
    published = {name: Path(path) for name, path in released.items()}
    missing = [str(path) for path in published.values() if not path.exists()]
    if missing:
        raise AnalysisError(f"Nothing to compare with: {', '.join(missing)} missing. Run snakemake first")
    # patient level: it must not lie where other temporary files do
    work = Path("data/derived") / next(iter(published.values())).parent.name / "verify"
    shutil.rmtree(work, ignore_errors=True)
    try:
        again = _run_again(work, study, list(inputs), list(tables), list(counts), published)
        comparisons = [one for name, path in published.items() for one in compared(path, again[name])]
    finally:
        shutil.rmtree(work, ignore_errors=True)
    lines = [str(comparison) for comparison in comparisons]
    if not all(comparison.same_bytes for comparison in comparisons):
        raise AnalysisError("Run again, the results are not those published:\n" + "\n".join([*lines, CAUSES]))
    text = "\n".join(["Run again from the raw data: everything as published.", *lines])
    print(text)
    Path(log).parent.mkdir(parents=True, exist_ok=True)
    Path(log).write_text(text + "\n", encoding="utf-8")


def compared(published: Path, again: Path) -> list[Comparison]:
    """Compare a published file or folder with the one made again; of a folder, those of its files that differ."""
    if not published.is_dir():
        return [compare(published, again)]
    names = sorted({path.name for folder in (published, again) for path in folder.glob("[!.]*")})
    found = [
        Comparison(f"{published.name}/{name}", first.is_file() and second.is_file() and same_bytes(first, second))
        for name, first, second in ((name, published / name, again / name) for name in names)
    ]
    differing = [one for one in found if not one.same_bytes]
    return differing or [Comparison(f"{published.name}/, {len(found)} files", True)]


def same_bytes(first: Path, second: Path) -> bool:
    """Return whether two files hold the same bytes."""
    return first.read_bytes() == second.read_bytes()


def compare(published: Path, again: Path) -> Comparison:
    """Compare a published file with the one made again, number by number where it is a table."""
    same = same_bytes(published, again)
    if published.suffix != ".csv":
        return Comparison(published.name, same)
    import pandas as pd

    first, second = pd.read_csv(published), pd.read_csv(again)
    numbers = first.select_dtypes("number")
    total = int(numbers.notna().sum().sum())
    if same:
        return Comparison(published.name, True, total)
    if first.shape != second.shape or list(first.columns) != list(second.columns):
        return Comparison(published.name, False, total, total, float("inf"))
    different, largest = _differences(numbers, second[numbers.columns])
    return Comparison(published.name, False, total, different, largest)


def _differences(first: pd.DataFrame, second: pd.DataFrame) -> tuple[int, float]:
    import numpy as np

    left, right = (frame.to_numpy(dtype="float64", na_value=np.nan) for frame in (first, second))
    differs = ~((left == right) | (np.isnan(left) & np.isnan(right)))
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.abs(left - right) / np.maximum(np.abs(left), np.abs(right))
    largest = np.nanmax(relative[differs], initial=0.0) if differs.any() else 0.0
    return int(differs.sum()), float(largest)


def _run_again(
    work: Path, study: str, inputs: list[str], tables: list[str], counts: list[str], published: dict[str, Path]
) -> dict[str, Path]:
    """Run every step of the workflow into a folder; return the files that correspond to the published ones."""
    log = str(work / "log.txt")
    cohort = [str(work / "cohort" / f"{name}.parquet") for name in tables]
    counted = [str(work / "counts" / f"{name}.parquet") for name in counts]
    (work / "counts").mkdir(parents=True)
    (work / "released").mkdir()
    released = {name: work / "released" / path.name for name, path in published.items()}
    accounts, checks, estimates, curves = (
        str(work / name) for name in ("accounts.json", "checks.json", "estimates.parquet", "curves.parquet")
    )
    steps.build_cohort(study, cohort, accounts, checks, log)
    steps.count(study, cohort, accounts, counted, log)
    steps.estimate(study, counted, estimates, curves, log)
    texts = {name: str(path) for name, path in released.items() if name not in WITH_THE_REPORT}
    steps.release(study, cohort, counted, estimates, curves, accounts, checks, texts, log)
    steps.report(study, inputs, texts.values(), str(released["report"]), log)
    return released
