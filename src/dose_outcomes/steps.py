"""One function per rule of the workflow: paths in, paths out. How they are called is in workflow/rules.

Imports stand inside the functions: the workflow is parsed, listed and linted without them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from dose_outcomes.workflow import step


@step
def build_cohort(study_file: str, cohort: Iterable[str], accounts: str, checks: str, log: str) -> None:
    """Read and check the input tables; write them as Parquet, an account of all rows, and what every rule found."""
    from dose_outcomes.cohort.build import checked_cohort
    from dose_outcomes.cohort.listing import account_text, findings_text
    from dose_outcomes.study import load_study

    folder = Path(next(iter(cohort))).parent
    faults = folder.parent / "faults.csv"
    found = checked_cohort(load_study(study_file), folder, faults)
    _write_json(accounts, found.accounts)
    _write_json(checks, [verdict.as_record() for verdict in found.verdicts])
    _write(log, f"{account_text(found.accounts)}\n{findings_text(found.faults, str(faults))}")


@step
def check_data(study_file: str, folder: str, log: str) -> None:
    """Read and check the input tables, write none; print all that was found.

    Parameters
    ----------
    folder : str
        Folder of the study's derived data: gets the values that broke a rule, which are patient level.
    """
    from tempfile import TemporaryDirectory

    from dose_outcomes.cohort.build import checked_cohort
    from dose_outcomes.cohort.listing import account_text, findings_text
    from dose_outcomes.study import load_study

    Path(folder).mkdir(parents=True, exist_ok=True)
    faults = Path(folder) / "faults.csv"
    with TemporaryDirectory(prefix="check-", dir=folder) as unused:
        found = checked_cohort(load_study(study_file), Path(unused) / "cohort", faults, tell=print)
    text = f"{account_text(found.accounts)}\n{findings_text(found.faults, str(faults))}"
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

    # the tables are small: to start pyarrow for each comparison of text takes longer than Python takes to compare
    with pd.option_context("mode.string_storage", "python"):
        tables = {path.stem: pd.read_parquet(path) for path in map(Path, counts)}
        table, curve = estimate_all(tables, load_study(study_file))
    table.to_parquet(estimates, index=False)
    curve.to_parquet(curves, index=False)
    _write(log, f"estimates: {len(table)} rows\ncurves: {len(curve)} rows")


@step
def release(
    study: str,
    cohort: Iterable[str],
    counts: Iterable[str],
    estimates: str,
    curves: str,
    accounts: str,
    checks: str,
    released: dict[str, str],
    log: str,
) -> None:
    """Write what may leave the site: estimates, curves, attrition, data quality, the effective study.

    Parameters
    ----------
    released : dict of str to str
        Path of ``estimates``, ``curves``, ``attrition``, ``data_quality`` and ``study``.
    """
    import pandas as pd

    from dose_outcomes.cohort.quality import data_quality, shown_quality
    from dose_outcomes.derive.course.persistence import NO_STOPS
    from dose_outcomes.disclosure import (
        body_systems,
        exclusions_of,
        inner_counts,
        release_attrition,
        release_tables,
        share_released,
        write_release,
    )
    from dose_outcomes.outcomes.responder_comparisons import comparisons_over_shown
    from dose_outcomes.results import shown_by_analysis, to_csv
    from dose_outcomes.study import load_study
    from dose_outcomes.study.loading import effective_yaml

    settings = load_study(study)
    minimum = settings.disclosure.minimum_count
    definitions = {endpoint.id: dict(endpoint.definitions) for endpoint in settings.endpoints}
    tables = {path.stem: pd.read_parquet(path) for path in map(Path, counts)}
    shown, steps = release_tables(
        pd.read_parquet(estimates),
        pd.read_parquet(curves),
        minimum,
        definitions,
        lambda hidden: comparisons_over_shown(tables, settings, hidden),
        body_systems(next(path for path in cohort if Path(path).stem == "side_effects")),
        inner_counts(tables["subgroup_responders"], tables["baseline_categories"], tables["treatment_ends"], NO_STOPS),
    )
    quality = data_quality(_read_json(accounts), _read_json(checks), settings)
    attrition = release_attrition(tables["attrition"], minimum, quality["tables"])
    quality = shown_quality(quality, minimum, exclusions_of(tables["attrition"], quality["tables"]))
    quality["released"] = {"minimum_count": minimum, **shown_by_analysis(shown)}
    write_release(
        {
            released["estimates"]: to_csv(shown),
            released["curves"]: to_csv(steps),
            released["attrition"]: to_csv(attrition),
            released["data_quality"]: json.dumps(quality, indent=2, ensure_ascii=False) + "\n",
            released["study"]: effective_yaml(settings),
        }
    )
    _write(log, f"minimum count {minimum}: {share_released(shown):.1%} of {len(shown)} estimates released")


@step
def report(study_file: str, inputs: Iterable[str], released: Iterable[str], page: str, log: str) -> None:
    """Write the HTML report from the released files, and beside it its tables and figures as files of their own."""
    from dose_outcomes.disclosure import write_release
    from dose_outcomes.provenance import LOCK_FILE, describe
    from dose_outcomes.report.page import files_of, render
    from dose_outcomes.report.release import Release

    description = describe(Path(study_file), map(Path, inputs), LOCK_FILE)
    folder = Path(next(iter(released))).parent
    text = render(Release.read(folder, description))
    beside = files_of(text)
    write_release({page: text, **{Path(page).parent / name: part for name, part in beside.items()}})
    _write(log, f"{len(text)} characters, {len(beside)} files of tables and figures")


@step
def manifest(study_file: str, inputs: Iterable[str], outputs: Iterable[str], manifest: str, log: str) -> None:
    """Write digests of everything that went in and came out; of a folder, of every file in it."""
    from dose_outcomes.disclosure import write_release
    from dose_outcomes.provenance import LOCK_FILE, describe
    from dose_outcomes.provenance import manifest as manifest_text

    root = Path(manifest).parent
    files = [file for path in map(Path, outputs) for file in (path.rglob("*") if path.is_dir() else [path])]
    description = describe(Path(study_file), map(Path, inputs), LOCK_FILE)
    # what snakemake marks a folder with is no output of ours
    shown = [file for file in files if file.is_file() and not file.name.startswith(".")]
    write_release({manifest: manifest_text(description, shown, root)})
    _write(log, f"{len(files)} files")


def _write(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text + "\n", encoding="utf-8")


def _read_json(path: str) -> Any:
    return json.loads(Path(path).read_text(encoding="utf-8"))


def _write_json(path: str, content: object) -> None:
    _write(path, json.dumps(content, indent=2, ensure_ascii=False))
