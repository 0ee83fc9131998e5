"""House rules that a machine can hold."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "src").rglob("*.py"))
MAXIMUM_LINES = 300


def test_imports_point_one_way():
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT / "src")))
def test_modules_are_short_and_named_for_what_they_hold(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAXIMUM_LINES
    assert path.stem not in {"utils", "util", "helpers", "common", "misc"}


def test_heavy_packages_are_imported_where_they_are_used():
    """Parsing, listing and linting the workflow must not wait for them."""
    heavy = {"pandas", "ibis", "duckdb", "pandera", "altair", "vl_convert", "scipy.stats", "statsmodels", "pyarrow"}
    program = (
        "import sys\n"
        "import dose_outcomes.steps, dose_outcomes.study, dose_outcomes.cohort.sources\n"
        "import dose_outcomes.derive.counts, dose_outcomes.provenance\n"
        f"print(sorted({heavy!r} & set(sys.modules)))"
    )
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"


def test_the_code_knows_no_drug():
    for path in (ROOT / "src").rglob("*"):
        if path.is_file() and path.suffix in {".py", ".yaml", ".jinja", ".css", ".js"}:
            assert not re.search(r"naltrexone|\bLDN\b|opioid antagonist", path.read_text(encoding="utf-8"), re.I), path


def test_nothing_is_evaluated_as_code():
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in {"eval", "exec"}, path


def test_only_disclosure_writes_to_reports():
    for path in MODULES:
        if "disclosure" not in path.parts:
            assert "reports/" not in re.sub(r'""".*?"""', "", path.read_text(encoding="utf-8"), flags=re.S), path


def test_no_reference_is_compared_loosely():
    """Tests of resampling compare loosely with what they resample; reference values never."""
    for path in (ROOT / "tests/reference").rglob("*.py"):
        for tolerance in re.findall(r"(?:rtol|rel)=([0-9.e-]+)", path.read_text(encoding="utf-8")):
            assert float(tolerance) <= 1e-3, path
    for path in (ROOT / "tests/reference/values").glob("*.json"):
        for case in json.loads(path.read_text(encoding="utf-8"))["cases"]:
            assert case["tol"] <= 1e-3, (path.name, case["id"])
