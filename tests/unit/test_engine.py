"""How the engine is opened."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from dose_outcomes import engine


def threads(files: list[Path]) -> int:
    connection = engine.connect(files)
    found = connection.raw_sql("SELECT current_setting('threads')").fetchone()
    connection.disconnect()
    assert found is not None
    return int(found[0])


def test_small_files_together_are_read_by_one_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "ONE_THREAD_UP_TO", 10)
    files = [tmp_path / "patients.parquet", tmp_path / "doses.parquet"]
    for file in files:
        file.write_bytes(b"8 bytes.")
    assert threads(files[:1]) == 1
    # of larger ones by as many as the engine takes by itself: one a core
    by_itself = duckdb.connect().execute("SELECT current_setting('threads')").fetchone()
    assert by_itself is not None
    assert threads(files) == by_itself[0]
