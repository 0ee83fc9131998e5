"""One function per rule of the workflow: paths in, paths out. How they are called is in workflow/rules.

Imports stand inside the functions: the workflow is parsed, listed and linted without them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from dose_outcomes.workflow import step


@step
def build_cohort(study_file: str, cohort: Iterable[str], accounts: str, log: str) -> None:
    """Read and check the input tables; write them as Parquet, and an account of all rows."""
    from dose_outcomes.cohort.build import build_cohort
    from dose_outcomes.study import load_study

    study = load_study(study_file)
    folder = Path(next(iter(cohort))).parent
    found = build_cohort(study, folder, folder.parent / "faults.csv")
    _write_json(accounts, found)
    lines = [f"{table['table']}: {table['rows_read']} rows read, {table['rows_used']} used" for table in found]
    _write(log, "\n".join(lines))


@step
def check_data(accounts: str, log: str) -> None:
    """Print the account of a cohort that passed all checks; one that did not stopped the run before."""
    from dose_outcomes.cohort.quality import account_text

    text = account_text(json.loads(Path(accounts).read_text(encoding="utf-8")))
    print(text)
    _write(log, text)


@step
def count(study_file: str, cohort: Iterable[str], accounts: str, counts: Iterable[str], log: str) -> None:
    """Count the cohort; write one table of counts per question, and the attrition."""
    from dose_outcomes.derive.counts import count_cohort
    from dose_outcomes.study import load_study

    folder = Path(next(iter(cohort))).parent
    tables = count_cohort(folder, load_study(study_file), json.loads(Path(accounts).read_text(encoding="utf-8")))
    for path in map(Path, counts):
        tables[path.stem].to_parquet(path, index=False)
    _write(log, "\n".join(f"{name}: {len(table)} rows" for name, table in tables.items()))


@step
def estimate(study_file: str, counts: Iterable[str], estimates: str, curves: str, log: str) -> None:
    """Compute all estimates and curves from the counts."""
    import pandas as pd

    from dose_outcomes.outcomes.estimates import estimate_all
    from dose_outcomes.study import load_study

    tables = {path.stem: pd.read_parquet(path) for path in map(Path, counts)}
    table, curve = estimate_all(tables, load_study(study_file))
    table.to_parquet(estimates, index=False)
    curve.to_parquet(curves, index=False)
    _write(log, f"estimates: {len(table)} rows\ncurves: {len(curve)} rows")


@step
def release(
    study: str, estimates: str, curves: str, attrition: str, accounts: str, released: dict[str, str], log: str
) -> None:
    """Write what may leave the site: estimates, curves, attrition, data quality, the effective study.

    Parameters
    ----------
    released : dict of str to str
        Path of ``estimates``, ``curves``, ``attrition``, ``data_quality`` and ``study``.
    """
    import pandas as pd

    from dose_outcomes.cohort.quality import data_quality
    from dose_outcomes.disclosure import (
        release_attrition,
        release_curves,
        release_estimates,
        share_released,
        write_release,
    )
    from dose_outcomes.results import to_csv
    from dose_outcomes.study import load_study
    from dose_outcomes.study.loading import effective_yaml

    settings = load_study(study)
    minimum = settings.disclosure.minimum_count
    shown = release_estimates(pd.read_parquet(estimates), minimum)
    quality = data_quality(json.loads(Path(accounts).read_text(encoding="utf-8")))
    write_release(
        {
            released["estimates"]: to_csv(shown),
            released["curves"]: to_csv(release_curves(pd.read_parquet(curves), minimum)),
            released["attrition"]: to_csv(release_attrition(pd.read_parquet(attrition), minimum)),
            released["data_quality"]: json.dumps(quality, indent=2, ensure_ascii=False) + "\n",
            released["study"]: effective_yaml(settings),
        }
    )
    _write(log, f"minimum count {minimum}: {share_released(shown):.1%} of {len(shown)} estimates released")


@step
def report(study_file: str, inputs: Iterable[str], released: Iterable[str], page: str, log: str) -> None:
    """Write the HTML report from the released files."""
    from dose_outcomes.disclosure import write_release
    from dose_outcomes.provenance import LOCK_FILE, describe
    from dose_outcomes.report.page import render
    from dose_outcomes.report.release import Release

    description = describe(Path(study_file), map(Path, inputs), LOCK_FILE)
    folder = Path(next(iter(released))).parent
    text = render(Release.read(folder, description))
    write_release({page: text})
    _write(log, f"{len(text)} characters")


@step
def manifest(study_file: str, inputs: Iterable[str], outputs: Iterable[str], manifest: str, log: str) -> None:
    """Write digests of everything that went in and came out."""
    from dose_outcomes.disclosure import write_release
    from dose_outcomes.provenance import LOCK_FILE, describe
    from dose_outcomes.provenance import manifest as manifest_text

    files = list(map(Path, outputs))
    write_release({manifest: manifest_text(describe(Path(study_file), map(Path, inputs), LOCK_FILE), files)})
    _write(log, f"{len(files)} files")


def _write(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text + "\n", encoding="utf-8")


def _write_json(path: str, content: object) -> None:
    _write(path, json.dumps(content, indent=2, ensure_ascii=False))
