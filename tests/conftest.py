"""What all tests share: where things are, and a real run of the bundled study."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the top folder of the project."""
    return ROOT


@pytest.fixture(scope="session")
def public_data() -> Path:
    """Return the folder of public data, which is not part of the project."""
    folder = SHARED / "data"
    if not folder.is_dir():
        pytest.skip("needs the public data in ../shared/data, which is not part of the project")
    return folder


def run_snakemake(
    directory: Path, *arguments: str, check: bool = True, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the real workflow in a working directory; return what it printed."""
    finished = subprocess.run(
        [
            sys.executable,
            "-m",
            "snakemake",
            "--snakefile",
            str(ROOT / "Snakefile"),
            "--directory",
            str(directory),
            "--workflow-profile",
            str(ROOT / "profiles/default"),
            *arguments,
        ],
        capture_output=True,
        text=True,
        cwd=directory,
        env={**os.environ, **(environment or {})},
        check=False,
    )
    if check and finished.returncode:
        pytest.fail(f"snakemake ended with {finished.returncode}:\n{finished.stdout}\n{finished.stderr}")
    return finished


@pytest.fixture(scope="session")
def snakemake():
    """Return the function that runs the workflow."""
    return run_snakemake


@pytest.fixture(scope="session")
def bundled_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a working directory in which the bundled study was run."""
    directory = tmp_path_factory.mktemp("bundled")
    (directory / "data/raw").mkdir(parents=True)
    (directory / "data/raw/ldn").symlink_to(ROOT / "data/raw/ldn", target_is_directory=True)
    run_snakemake(directory)
    return directory
