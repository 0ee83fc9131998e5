"""How the engine is opened."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dose_outcomes import engine


def threads(files: list[Path]) -> int:
    connection = engine.connect(files)
    found = connection.raw_sql("SELECT current_setting('threads')").fetchone()
    connection.disconnect()
    assert found is not None
    return int(found[0])


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one core: one thread whatever the files")
def test_small_files_together_are_read_by_one_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "ONE_THREAD_UP_TO", 10)
    files = [tmp_path / "patients.parquet", tmp_path / "doses.parquet"]
    for file in files:
        file.write_bytes(b"8 bytes.")
    assert threads(files[:1]) == 1
    assert threads(files) > 1
