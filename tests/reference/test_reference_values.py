"""The toolbox against values from R: our own selection, and the shared set where it is checked out beside us."""

import importlib.util
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
VALUES = HERE / "values"
SHARED = HERE.parents[1].parent / "shared" / "oracle" / "public"


def load_runner():
    specification = importlib.util.spec_from_file_location("reference_run", HERE / "run.py")
    module = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = module  # dataclasses look their module up here
    specification.loader.exec_module(module)
    return module


runner = load_runner()
toolbox = runner.load_toolbox()


def in_words(outcome):
    return "\n".join(
        [outcome.problem, *outcome.warnings]
        + [f"{one.key}: expected {one.expected}, got {one.got}" for one in outcome.differences]
    ).strip()


def outcomes_of(folder):
    return [pytest.param(one, id=f"{one.file}-{one.case}") for one in runner.run_folder(folder, toolbox)]


def test_every_adapter_loads():
    assert toolbox.broken == {}


@pytest.mark.parametrize("outcome", outcomes_of(VALUES))
def test_own_values(outcome):
    assert outcome.passed, in_words(outcome)
    assert outcome.warnings == []


def test_every_statistic_has_a_value_of_our_own():
    covered = {outcome.statistic for outcome in runner.run_folder(VALUES, toolbox)}
    assert sorted(toolbox.statistics.keys() - covered) == []


def test_every_file_says_where_its_values_come_from():
    for path in VALUES.glob("*.json"):
        head = path.read_text()[:2000]
        assert '"r": "R version' in head, path.name
        assert '"packages"' in head, path.name


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"{SHARED} is not there: shared reference values are not shipped")
def test_shared_values():
    outcomes = runner.run_folder(SHARED, toolbox)
    assert len(outcomes) > 200
    assert [f"{one.case}: {in_words(one)}" for one in outcomes if not one.passed] == []
