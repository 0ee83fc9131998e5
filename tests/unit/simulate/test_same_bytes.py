"""One command, the same bytes; another size or seed, other patients."""

from pathlib import Path

import pytest

from dose_outcomes.errors import StudyError
from dose_outcomes.simulate import Parameters, simulate
from dose_outcomes.simulate.__main__ import main
from dose_outcomes.simulate.arrays import Stage, stream

MEGABYTES = 1_000_000


def test_the_command_writes_the_committed_bytes_again(parameter_file: Path, folder: Path, tmp_path: Path) -> None:
    main(["--parameters", str(parameter_file), "--folder", str(tmp_path)])
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    committed = {path.name: path.read_bytes() for path in folder.glob("*.csv")}
    assert sorted(written) == sorted(committed)
    assert [name for name in committed if committed[name] != written[name]] == []


def test_the_folder_is_small_and_explained(folder: Path) -> None:
    assert sum(path.stat().st_size for path in folder.iterdir()) < 4 * MEGABYTES
    assert "python -m dose_outcomes.simulate" in (folder / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("n", [1, 40, 700])
def test_any_number_of_patients(parameters: Parameters, n: int) -> None:
    tables = simulate(parameters, n)
    assert len(tables["patients"]) == n
    assert tables["doses"]["patient_id"].nunique() == n
    assert tables["indications"]["primary"].sum() == n


def test_identifiers_sort_as_their_numbers_do(parameters: Parameters) -> None:
    ids = simulate(parameters, 12_000)["patients"]["patient_id"]
    assert ids.is_monotonic_increasing
    assert ids.iloc[0] == "P00001"


def test_another_seed_gives_other_patients(parameters: Parameters) -> None:
    other = simulate(parameters.model_copy(update={"seed": parameters.seed + 1}), 200)
    same, again = simulate(parameters, 200), simulate(parameters, 200)
    for name, table in same.items():
        assert table.equals(again[name]), name
        assert not table.equals(other[name]), name


def test_streams_of_stages_and_batches_are_the_children_of_the_seed() -> None:
    import numpy as np

    child = np.random.SeedSequence(7).spawn(3)[2].spawn(int(Stage.VISITS) + 1)[-1]
    assert stream(7, Stage.VISITS, batch=2).random() == np.random.default_rng(child).random()


def test_a_missing_parameter_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"nowhere\.yaml: no such parameter file"):
        main(["--parameters", str(tmp_path / "nowhere.yaml")])


def test_parquet_in_batches_is_a_cohort_and_one_batch_the_same_as_csv(parameters: Parameters, tmp_path: Path) -> None:
    import pandas as pd

    from dose_outcomes.simulate.batches import write_parquet

    same = simulate(parameters, 300)
    for batch in (300, 120):
        folder = tmp_path / str(batch)
        folder.mkdir()
        write_parquet(parameters, 300, folder, batch)
        for name, table in same.items():
            written = pd.read_parquet(folder / f"{name}.parquet")
            assert written["patient_id"].is_monotonic_increasing
            assert set(written["patient_id"]) <= set(same["patients"]["patient_id"])
            first = written["patient_id"].isin(same["patients"]["patient_id"][: 300 if batch == 300 else 0])
            pd.testing.assert_frame_equal(written[first], table[: first.sum()], check_dtype=False)
    patients = pd.read_parquet(tmp_path / "120" / "patients.parquet")
    assert patients["patient_id"].tolist() == same["patients"]["patient_id"].tolist()
    # a batch is no copy of another
    assert not patients["age"][:100].reset_index(drop=True).equals(patients["age"][120:220].reset_index(drop=True))
