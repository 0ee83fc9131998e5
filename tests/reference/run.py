"""Run a folder of reference cases through the statistics toolbox: `python tests/reference/run.py FOLDER`.

A folder holds `*.json` files `{"cases": [{"id", "stat", "dataset", "args", "expect", "tol", ...}]}` and the
data sets in `data/`. Adapters in `statistics/` translate a case into calls of the toolbox; each defines
`STATISTICS`, the name of a statistic -> function(args, data frame or None) -> values with the keys of `expect`.
The runner knows no case, data set or statistic by name; only for a subset that R took without a trace in the
arguments it looks whether the id of a case names a level of the column `condition`.

How a value is compared
-----------------------
- Every key of `expect` must come back; a missing key is a failure. Further keys are ignored.
- Numbers: |got - expected| / max(|expected|, 1e-6) must not exceed the case's `tol`, so `tol` is relative, and
  absolute (1e-6 tol) below 1e-6. "Inf", "-Inf" and "NaN" stand for those numbers; text and truth values must
  be equal; a scalar and an array of one entry are the same thing.
- null and "NaN" both mean that R leaves the value undefined. The toolbox says so with None (NaN inside arrays),
  and only that passes. A number in the place of null would hide, say, a median reported where none is reached,
  so it passes only where the adapter module lists the key, with the reason why the toolbox goes further, in
  `DEFINED_BEYOND_REFERENCE = {stat: {key pattern: reason}}`. Such values are counted and printed.
- Where the reference itself is known to be inexact (random integration, an optimiser's own tolerance) the
  adapter module may list the key in `REFERENCE_ERROR = {stat: {key pattern: (error, reason)}}`, the error being
  absolute, and relative above 1. Uses are counted and printed as well.

Key patterns are shell patterns over dotted keys without array positions, such as `ci.*.lower`.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

ADAPTERS = Path(__file__).parent / "statistics"
NEAR_ZERO = 1e-6
POINTS = ("times", "quantile_probs", "levels", "causes")

# Columns that the R scripts derive from another one after the data set was written, as they derive them.
DERIVED_COLUMNS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "rsp": ("status", lambda status: int(status == 1)),
    "dosef": ("dose", lambda dose: f"{dose:.15g}"),
    "high": ("dose", lambda dose: int(dose == 4.5)),
    "hi": ("dose", lambda dose: int(dose >= 3)),
}

Statistic = Callable[[dict[str, Any], "pd.DataFrame | None"], dict[str, Any]]


@dataclass(frozen=True)
class Difference:
    """One value that is not as expected."""

    key: str
    expected: Any
    got: Any
    error: float | None = None


@dataclass
class Outcome:
    """What became of one case."""

    case: str
    statistic: str
    file: str
    largest_error: float = 0.0
    problem: str = ""
    differences: list[Difference] = field(default_factory=list)
    defined_beyond_reference: list[str] = field(default_factory=list)
    within_reference_error: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether the case ran and every value agrees."""
        return not self.problem and not self.differences


@dataclass(frozen=True)
class Toolbox:
    """The adapters found, and those that could not be loaded."""

    statistics: dict[str, Statistic]
    defined_beyond: dict[str, dict[str, str]]
    reference_error: dict[str, dict[str, tuple[float, str]]]
    broken: dict[str, str]


def load_toolbox(folder: Path = ADAPTERS) -> Toolbox:
    """Load every adapter module of `folder`; one that fails is reported and does not hide the others."""
    toolbox = Toolbox({}, {}, {}, {})
    for path in sorted(folder.glob("*.py")):
        try:
            module = _load_module(path)
            twice = sorted(toolbox.statistics.keys() & module.STATISTICS.keys())
            if twice:
                raise ValueError(f"statistics defined in another adapter already: {', '.join(twice)}")
        except Exception as error:  # the point is to go on whatever went wrong
            toolbox.broken[path.name] = f"{type(error).__name__}: {error}"
            continue
        toolbox.statistics.update(module.STATISTICS)
        toolbox.defined_beyond.update(getattr(module, "DEFINED_BEYOND_REFERENCE", {}))
        toolbox.reference_error.update(getattr(module, "REFERENCE_ERROR", {}))
    return toolbox


def run_folder(folder: str | Path, toolbox: Toolbox | None = None) -> list[Outcome]:
    """Run every case of a folder and return one outcome per case, in file order."""
    toolbox = toolbox or load_toolbox()
    read = cache(_read_data)
    return [
        _run_case(case, path, toolbox, read)
        for path in sorted(Path(folder).glob("*.json"))
        for case in json.loads(path.read_text())["cases"]
    ]


def compare(expected: Any, got: Any, tolerance: float, outcome: Outcome, toolbox: Toolbox, key: str = "") -> None:
    """Note in `outcome` where `got` differs from `expected`, key by key."""
    if isinstance(got, np.ndarray | np.generic):
        got = got.tolist()
    if isinstance(expected, dict):
        if not isinstance(got, dict):
            outcome.differences.append(Difference(key, expected, got))
            return
        for name, value in expected.items():
            inner = f"{key}.{name}" if key else name
            if name in got:
                compare(value, got[name], tolerance, outcome, toolbox, inner)
            else:
                outcome.differences.append(Difference(inner, value, "no such key"))
        return
    if isinstance(expected, list):
        values = list(got) if isinstance(got, list | tuple) else [got]
        if not expected and _is_undefined(got):
            values = []  # R's NULL in a vector is written []
        if len(values) != len(expected):
            outcome.differences.append(Difference(key, expected, got))
            return
        for one, value in zip(expected, values, strict=True):
            compare(one, value, tolerance, outcome, toolbox, key)
        return
    if isinstance(got, list | tuple) and len(got) == 1:
        got = got[0]
        if isinstance(got, np.generic):
            got = got.item()
    _compare_value(expected, got, tolerance, outcome, toolbox, key)


def _compare_value(expected: Any, got: Any, tolerance: float, outcome: Outcome, toolbox: Toolbox, key: str) -> None:
    expected = _as_number(expected)
    if _is_undefined(expected):
        if _is_undefined(got):
            return
        if _listed(toolbox.defined_beyond, outcome.statistic, key) is not None:
            outcome.defined_beyond_reference.append(key)
        else:
            outcome.differences.append(Difference(key, expected, got))
        return
    if isinstance(expected, bool | str) or isinstance(got, bool) or not isinstance(got, int | float):
        if type(expected) is not type(got) or expected != got:
            outcome.differences.append(Difference(key, expected, got))
        return
    if expected == got:
        return
    if math.isinf(expected) or not math.isfinite(got):
        outcome.differences.append(Difference(key, expected, got))
        return
    error = abs(got - expected) / max(abs(expected), NEAR_ZERO)
    if error <= tolerance:
        outcome.largest_error = max(outcome.largest_error, error)
        return
    known = _listed(toolbox.reference_error, outcome.statistic, key)
    if known is not None and abs(got - expected) <= known[0] * max(1.0, abs(expected)):
        outcome.within_reference_error.append(key)
    else:
        outcome.largest_error = max(outcome.largest_error, error)
        outcome.differences.append(Difference(key, expected, got, error))


def report(outcomes: list[Outcome], toolbox: Toolbox) -> Iterator[str]:
    """Lines of the report: every failure by name, then one line per statistic."""
    for name, problem in toolbox.broken.items():
        yield f"ADAPTER NOT LOADED {name}: {problem}"
    for outcome in outcomes:
        title = f"{outcome.case} [{outcome.statistic}, {outcome.file}]"
        if outcome.problem:
            yield f"FAILED {title}: {outcome.problem}"
        for difference in outcome.differences:
            error = "" if difference.error is None else f", error {difference.error:.1e}"
            yield f"FAILED {title} {difference.key}: expected {difference.expected}, got {difference.got}{error}"
        for text in outcome.warnings:
            yield f"WARNING {title}: {text}"
    yield f"{'statistic':32} {'passed':>9}  {'largest error':>13}"
    for statistic in sorted({outcome.statistic for outcome in outcomes}):
        of_statistic = [outcome for outcome in outcomes if outcome.statistic == statistic]
        passed = sum(outcome.passed for outcome in of_statistic)
        largest = max(outcome.largest_error for outcome in of_statistic)
        line = f"{statistic:32} {f'{passed}/{len(of_statistic)}':>9}  {largest:13.1e}"
        beyond = sorted({key for outcome in of_statistic for key in outcome.defined_beyond_reference})
        inexact = sorted({key for outcome in of_statistic for key in outcome.within_reference_error})
        line += f"  defined where R is not: {', '.join(beyond)}" if beyond else ""
        line += f"  within the reference's own error: {', '.join(inexact)}" if inexact else ""
        yield line
    yield f"{'all':32} {f'{sum(outcome.passed for outcome in outcomes)}/{len(outcomes)}':>9}"


def main(arguments: list[str] | None = None) -> int:
    """Run the folder named on the command line; 0 only if every case passed."""
    parser = argparse.ArgumentParser(description="Run reference cases through the statistics toolbox.")
    parser.add_argument("folder", type=Path, help="folder with *.json case files and data/")
    folder = parser.parse_args(arguments).folder
    if not any(folder.glob("*.json")):
        parser.error(f"no *.json case file in {folder}")
    toolbox = load_toolbox()
    outcomes = run_folder(folder, toolbox)
    for line in report(outcomes, toolbox):
        print(line)
    return 0 if all(outcome.passed for outcome in outcomes) and not toolbox.broken else 1


def _run_case(case: dict[str, Any], path: Path, toolbox: Toolbox, read: Callable[[Path], pd.DataFrame]) -> Outcome:
    outcome = Outcome(case["id"], case["stat"], path.name)
    function = toolbox.statistics.get(case["stat"])
    if function is None:
        outcome.problem = "no function for this statistic"
        return outcome
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            data = _rows(case, read(path.parent / "data" / case["dataset"])) if case.get("dataset") else None
            values = function(_arguments(case), data)
        compare(case["expect"], values, case["tol"], outcome, toolbox)
        outcome.warnings = sorted({f"{one.category.__name__}: {one.message}" for one in caught})
    except Exception as error:  # a case that raises is one failure, not the end of the run
        outcome.problem = f"raised {type(error).__name__}: {error}"
    return outcome


def _arguments(case: dict[str, Any]) -> dict[str, Any]:
    """Arguments of a case, with the order of groups and the points of a curve, which R wrote among the values."""
    args, expect = dict(case.get("args") or {}), case["expect"]
    args.update({name: expect[name] for name in POINTS if name in expect and name not in args})
    if "pred" in expect:
        args["pred"] = {name: expect["pred"][name] for name in ("newdata", "times")}
    return args


def _rows(case: dict[str, Any], data: pd.DataFrame) -> pd.DataFrame:
    """The data set as the R script had it: with its derived columns, and of one condition where the id names one."""
    for part in case["id"].split("_") if "condition" in data else []:  # R kept no other trace of such a subset
        if (data["condition"] == part).any():
            data = data[data["condition"] == part]
    data = data.copy()
    named = json.dumps(case.get("args"))
    for name, (source, derive) in DERIVED_COLUMNS.items():
        if name in named and name not in data and source in data:
            data[name] = data[source].map(derive)
    return data


def _read_data(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, keep_default_na=False, na_values=[""])  # R wrote missing as empty; "NA" may be a level


def _load_module(path: Path) -> Any:
    name = f"reference_statistics_{path.stem}"
    specification = importlib.util.spec_from_file_location(name, path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module
    specification.loader.exec_module(module)
    return module


def _as_number(value: Any) -> Any:
    return float(value) if value in ("Inf", "-Inf", "NaN") else value


def _is_undefined(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _listed(table: dict[str, dict[str, Any]], statistic: str, key: str) -> Any:
    return next((entry for pattern, entry in table.get(statistic, {}).items() if fnmatchcase(key, pattern)), None)


if __name__ == "__main__":
    raise SystemExit(main())
