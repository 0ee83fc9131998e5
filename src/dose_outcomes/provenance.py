"""What made a report: digests of inputs, study, code, lock file and outputs, and versions."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = (
    "altair",
    "duckdb",
    "ibis-framework",
    "jinja2",
    "numpy",
    "pandas",
    "pandera",
    "pyarrow",
    "pydantic",
    "pyreadstat",
    "scipy",
    "snakemake",
    "statsmodels",
    "vl-convert-python",
)
#: Lock file of a checkout; an installed package has none.
LOCK_FILE = Path(__file__).parents[2] / "requirements.lock"


def sha256(path: str | Path) -> str:
    """Return the SHA-256 of a file as hexadecimal digits."""
    with Path(path).open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


@lru_cache(maxsize=1)
def code_digest() -> str:
    """Return a short digest of every source file of this package.

    Snakemake does not see changes in imported modules; as a parameter of every rule this digest makes it rerun them.
    """
    root = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.relative_to(root).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def describe(study_file: Path, inputs: Iterable[Path], lock_file: Path | None) -> dict[str, Any]:
    """Return what a report is made from: no path, host or clock.

    Parameters
    ----------
    study_file : Path
        The study file as the user wrote it.
    inputs : iterable of Path
        Input tables.
    lock_file : Path or None
        The lock file of the environment, where there is one.
    """
    return {
        "code": code_digest(),
        "study_sha256": sha256(study_file),
        "lock_sha256": sha256(lock_file) if lock_file and lock_file.is_file() else "",
        "inputs": [
            {"file": path.name, "sha256": sha256(path), "bytes": path.stat().st_size} for path in sorted(inputs)
        ],
        "python": ".".join(platform.python_version_tuple()[:2]),
        "versions": {name: found for name in PACKAGES if (found := _version(name))},
    }


def manifest(description: dict[str, Any], outputs: Iterable[Path], root: Path) -> str:
    """Return the manifest as JSON text: the description, and a digest of every output by its path below a folder.

    Only its block ``run`` may differ between machines.
    """
    content = {
        **description,
        "outputs": [
            {"file": path.relative_to(root).as_posix(), "sha256": sha256(path), "bytes": path.stat().st_size}
            for path in sorted(outputs)
        ],
        "run": {"system": platform.system(), "machine": platform.machine(), "python": platform.python_version()},
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
