"""The only place that writes below reports/."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def write_release(files: Mapping[str | Path, str]) -> None:
    """Write files below reports/: all or none.

    Parameters
    ----------
    files : mapping of path to str
        Text of each file, UTF-8 with line feeds.
    """
    waiting = []
    for path, text in files.items():
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(target.name + ".part")
        beside.write_text(text, encoding="utf-8", newline="\n")
        waiting.append((beside, target))
    for beside, target in waiting:
        beside.replace(target)
