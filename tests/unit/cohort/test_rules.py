"""The engine's rules on random tables: as a plain reading of them has it, whatever the threads; the same bytes."""

import random
from itertools import pairwise

import pandas as pd
import pytest

from dose_outcomes.cohort.build import build_cohort
from dose_outcomes.cohort.conversion import conversion_faults, convert
from dose_outcomes.cohort.raw import ROW, RawTable, as_expression
from dose_outcomes.cohort.rules import rules
from dose_outcomes.cohort.schemas import check_table
from dose_outcomes.cohort.tables import TABLES
from dose_outcomes.engine import connect
from dose_outcomes.study import load_study

CELLS = {
    "text": ("a", "b", None, "female", "ongoing", "fibromyalgia", "none", "bedtime"),
    "integer": ("0", "1", "7", "-3", None, "200"),
    "number": ("0", "4.5", "1.5", "-0.5", None, "95"),
    "boolean": ("true", "false", None),
}


@pytest.fixture(scope="module")
def study(root):
    return load_study(root / "config/ldn.yaml")


def random_table(name: str, rows: int, seed: int) -> pd.DataFrame:
    draw = random.Random(f"{name} {seed}")
    cells = {
        key: [draw.choice(column.allowed[:2] + CELLS[column.kind]) for _ in range(rows)]
        for key, column in TABLES[name].columns.items()
    }
    cells["patient_id"] = [f"P{draw.randrange(rows // 3 + 1)}" for _ in range(rows)]
    return pd.DataFrame(cells, index=pd.RangeIndex(2, rows + 2), dtype="str")


def broken_by_hand(name, rule, typed: list[dict]) -> list[int]:
    """Return the rows that break a rule, by a loop over rows."""
    table = TABLES[name]

    def value(row):
        return row[rule.column]

    if rule.name == "filled":
        return [row[ROW] for row in typed if value(row) is None]
    if rule.column:
        words = rule.sentence
        if rule.name == "isin":
            allowed = words.removeprefix("must be one of ").split(", ")
            return [row[ROW] for row in typed if value(row) is not None and value(row) not in allowed]
        numbers = [float(word) for word in words.split() if word.lstrip("-").replace(".", "").isdigit()]
        low, high = numbers[0], numbers[1] if len(numbers) == 2 else float("inf")
        return [row[ROW] for row in typed if value(row) is not None and not low <= value(row) <= high]
    if rule.name.endswith(".order"):
        first, last = rule.name.removesuffix(".order").split(".")
        return [row[ROW] for row in typed if None not in (row[first], row[last]) and row[first] > row[last]]
    if rule.name == "key.unique":
        keys = [tuple(row[column] for column in table.key) for row in typed]
        return [row[ROW] for row, key in zip(typed, keys, strict=True) if keys.count(key) > 1]
    assert rule.name == "doses.overlap"
    return []  # two equal starts leave open which comes first; the next test looks at overlaps


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", list(TABLES))
def test_engine_and_loop_find_the_same_rows(study, name, seed):
    connection = connect()
    connection.raw_sql(f"SET threads = {seed + 1}")
    table = RawTable(name, "file", as_expression(random_table(name, 60, seed)), 60)
    typed = convert(table)
    assert conversion_faults(connection, table) == []
    rows = connection.to_pyarrow(typed.order_by(ROW)).to_pylist()
    stored = connection.create_table("stored", typed.drop(ROW).order_by(list(TABLES[name].key)))
    found = {fault.check: fault.rows for fault in check_table(connection, name, "file", stored, typed, study)}
    expected = {
        f"{name}.{rule.column}.{rule.name}" if rule.column else f"{name}.{rule.name}": tuple(broken)
        for rule in rules(name, study)
        if (broken := broken_by_hand(name, rule, rows))
    }
    found.pop("doses.doses.overlap", None)
    assert found == expected
    connection.disconnect()


@pytest.mark.parametrize("seed", range(5))
def test_overlaps_are_those_of_a_loop(study, seed):
    draw = random.Random(seed)
    rows = [
        {"patient_id": f"P{patient}", "start_day": start, "end_day": start + draw.randrange(40), "dose_mg": 1}
        for patient in range(12)
        for start in draw.sample(range(200), 6)
    ]
    draw.shuffle(rows)
    frame = pd.DataFrame(rows, index=pd.RangeIndex(2, len(rows) + 2)).astype("str")
    expected = []
    for number, row in enumerate(rows, start=2):
        earlier = [
            one for one in rows if one["patient_id"] == row["patient_id"] and one["start_day"] < row["start_day"]
        ]
        if earlier and max(one["end_day"] for one in earlier) >= row["start_day"]:
            expected.append(number)
    connection = connect()
    typed = convert(RawTable("doses", "file", as_expression(frame), len(frame)))
    stored = connection.create_table("stored", typed.drop(ROW))
    found = {one.check: one.rows for one in check_table(connection, "doses", "file", stored, typed, study)}
    assert expected
    assert found == {"doses.doses.overlap": tuple(expected)}


@pytest.mark.parametrize("name", list(TABLES))
def test_a_verdict_on_the_whole_table_is_that_on_its_rows(study, name):
    connection = connect()
    for seed, rows in enumerate((1, 5, 40)):
        table = convert(RawTable(name, "", as_expression(random_table(name, rows, seed)), rows))
        for rule in rules(name, study):
            if rule.met:
                by_row = connection.execute(table.mutate(holds=rule.holds(table)))["holds"]
                assert connection.execute(rule.met(table)) == by_row.fillna(True).all(), rule


@pytest.mark.parametrize(
    ("kind", "cells", "typed", "bad"),
    [
        ("number", ["1", " 2.5 ", "1e3", "+.5", "-5.", ""], [1, 2.5, 1000, 0.5, -5, None], []),
        ("number", ["1_000", "nan", "inf", "0x1", "1,5", "1e400", "١"], [None] * 7, [2, 3, 4, 5, 6, 7, 8]),
        ("integer", ["3", "3.0", "3.5", "-7", "1e19"], [3, 3, None, -7, None], [4, 6]),
        ("boolean", ["TRUE", "n", "1", "maybe"], [True, False, True, None], [5]),
        ("text", [" a ", "\t", "", "b\u00a0"], ["a", None, None, "b\u00a0"], []),
        ("number", [1.5, float("nan"), float("inf")], [1.5, None, None], [4]),
        ("integer", [1.0, 2.5, None], [1, None, None], [3]),
        ("integer", [1, 2, 3], [1, 2, 3], []),
        ("boolean", [True, False, True], [True, False, True], []),
    ],
)
def test_cells_become_typed_or_are_named(kind, cells, typed, bad):
    column = {"number": "score", "integer": "day", "boolean": "primary", "text": "patient_id"}[kind]
    name = "indications" if kind == "boolean" else "assessments"
    frame = pd.DataFrame({column: cells}, index=pd.RangeIndex(2, len(cells) + 2))
    table = RawTable(name, "file", as_expression(frame), len(cells))
    connection = connect()
    assert connection.to_pyarrow(convert(table).order_by(ROW)).column(column).to_pylist() == typed
    assert [row for fault in conversion_faults(connection, table) for row in fault.rows] == bad


def test_the_same_bytes_whatever_threads_and_order_of_rows(study, root, tmp_path, monkeypatch):
    from dose_outcomes.cohort import build

    written = []
    for threads in (1, 2, 5):
        folder = tmp_path / f"raw {threads}"
        folder.mkdir()
        for name in study.data.tables:
            frame = pd.read_csv(root / f"data/raw/ldn/{name}.csv", dtype="str")
            # many rows: the engine shares out what is more than one piece
            copies = [frame.assign(patient_id=frame["patient_id"] + f"-{number}") for number in range(12)]
            together = pd.concat(copies).sample(frac=1, random_state=threads)
            together.to_parquet(folder / f"{name}.parquet", index=False)
        tables = {name: one.model_copy(update={"file": f"{name}.parquet"}) for name, one in study.data.tables.items()}
        data = study.data.model_copy(update={"folder": str(folder), "tables": tables})

        def connect_with(threads=threads):
            connection = connect()
            connection.raw_sql(f"SET threads = {threads}")
            return connection

        monkeypatch.setattr(build, "connect", connect_with)
        out = tmp_path / f"cohort {threads}"
        build_cohort(study.model_copy(update={"data": data}), out, tmp_path / "faults.csv")
        written.append({path.name: path.read_bytes() for path in out.iterdir()})
    for one, other in pairwise(written):
        assert one == other
