"""The runner itself must be able to fail."""

import importlib.util
import json
import sys
from pathlib import Path

import numpy as np
import pytest

specification = importlib.util.spec_from_file_location("reference_run_under_test", Path(__file__).parent / "run.py")
runner = importlib.util.module_from_spec(specification)
sys.modules[specification.name] = runner
specification.loader.exec_module(runner)


def differences(expected, got, tolerance=1e-8, beyond=None, inexact=None):
    toolbox = runner.Toolbox({}, {"s": beyond or {}}, {"s": inexact or {}}, {})
    outcome = runner.Outcome("case", "s", "file.json")
    runner.compare(expected, got, tolerance, outcome, toolbox)
    return [difference.key for difference in outcome.differences]


AGREE = [
    ({"a": 1.0}, {"a": 1.0 + 1e-9}),
    ({"a": 1e9}, {"a": 1e9 + 1}),
    ({"a": 0}, {"a": 1e-15}),
    ({"a": 3}, {"a": np.int64(3)}),
    ({"a": [1, 2]}, {"a": np.array([1.0, 2.0])}),
    ({"a": 1}, {"a": [1.0]}),
    ({"a": [1]}, {"a": 1.0}),
    ({"a": ["Inf", "-Inf"]}, {"a": [np.inf, -np.inf]}),
    ({"a": "NaN"}, {"a": None}),
    ({"a": [None, 1]}, {"a": [np.nan, 1.0]}),
    ({"a": None}, {"a": None, "b": 2}),
    ({"a": "x", "b": True}, {"a": "x", "b": np.True_}),
    ({"a": {"b": {"c": 1}}}, {"a": {"b": {"c": 1}}}),
    ({"a": []}, {"a": None}),
]
DISAGREE = [
    ({"a": 1.0}, {"a": 1.0 + 1e-7}, ["a"]),
    ({"a": 1e-3}, {"a": 1.0001e-3}, ["a"]),
    ({"a": 1e-12}, {"a": 2e-9}, ["a"]),
    ({"a": 0}, {"a": 1e-9}, ["a"]),
    ({"a": 1, "b": 2}, {"a": 1}, ["b"]),
    ({"a": 1}, {}, ["a"]),
    ({"a": [1, 2, 3]}, {"a": [1, 2]}, ["a"]),
    ({"a": [1, 2]}, {"a": 1}, ["a"]),
    ({"a": 1}, {"a": None}, ["a"]),
    ({"a": 1}, {"a": np.nan}, ["a"]),
    ({"a": 1}, {"a": "1"}, ["a"]),
    ({"a": 1}, {"a": True}, ["a"]),
    ({"a": True}, {"a": 1}, ["a"]),
    ({"a": "Inf"}, {"a": 1e300}, ["a"]),
    ({"a": "Inf"}, {"a": -np.inf}, ["a"]),
    ({"a": 1e300}, {"a": np.inf}, ["a"]),
    ({"a": None}, {"a": 1.0}, ["a"]),
    ({"a": "NaN"}, {"a": 1.0}, ["a"]),
    ({"a": "x"}, {"a": "y"}, ["a"]),
    ({"a": []}, {"a": [1]}, ["a"]),
    ({"a": {"b": 1}}, {"a": 1}, ["a"]),
    ({"a": {"b": [1, {"c": 2}]}}, {"a": {"b": [1, {"c": 3}]}}, ["a.b.c"]),
]


@pytest.mark.parametrize(("expected", "got"), AGREE)
def test_agree(expected, got):
    assert differences(expected, got) == []


@pytest.mark.parametrize(("expected", "got", "keys"), DISAGREE)
def test_disagree(expected, got, keys):
    assert differences(expected, got) == keys


def test_a_number_in_place_of_null_needs_a_listed_reason():
    expected, got = {"ci": {"lower": [None, 0.2]}, "estimate": None}, {"ci": {"lower": [0.1, 0.2]}, "estimate": 3}
    assert differences(expected, got) == ["ci.lower", "estimate"]
    assert differences(expected, got, beyond={"ci.*": "defined at S = 1"}) == ["estimate"]
    # the reason excuses null only, not a wrong number
    assert differences({"ci": {"lower": 0.5}}, {"ci": {"lower": 0.1}}, beyond={"ci.*": "defined"}) == ["ci.lower"]


def test_a_reference_error_is_absolute_and_relative_above_one():
    listed = {"p": (1e-3, "random integration")}
    assert differences({"p": 0.01}, {"p": 0.0105}, inexact=listed) == []
    assert differences({"p": 0.01}, {"p": 0.0115}, inexact=listed) == ["p"]
    assert differences({"p": 100.0}, {"p": 100.09}, inexact=listed) == []
    assert differences({"q": 0.01}, {"q": 0.0105}, inexact=listed) == ["q"]


ADAPTER = """
import warnings

def twice(args, data):
    if args.get("warn"):
        warnings.warn("careful", RuntimeWarning)
    if args.get("fail"):
        raise ValueError("no such luck")
    x = args["x"] if data is None else data["x"].sum()
    return {"value": 2 * x}

STATISTICS = {"twice": twice}
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "adapters").mkdir()
    (tmp_path / "adapters" / "good.py").write_text(ADAPTER)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "set.csv").write_text('"x","y"\n1,"a"\n2,"b"\n')

    def write(*cases):
        defaults = {"stat": "twice", "dataset": None, "args": {}, "tol": 1e-8}
        full = [{"id": str(number), **defaults, **case} for number, case in enumerate(cases)]
        (tmp_path / "cases.json").write_text(json.dumps({"cases": full}))
        return tmp_path

    return write


def test_each_case_has_its_own_outcome(folder):
    path = folder(
        {"args": {"x": 2}, "expect": {"value": 4}},
        {"args": {"x": 2}, "expect": {"value": 5}},
        {"args": {"fail": True}, "expect": {"value": 4}},
        {"stat": "thrice", "expect": {"value": 6}},
        {"dataset": "set.csv", "expect": {"value": 6}},
        {"dataset": "missing.csv", "expect": {"value": 6}},
        {"args": {"x": 2, "warn": True}, "expect": {"value": 4}},
    )
    outcomes = runner.run_folder(path, runner.load_toolbox(path / "adapters"))
    assert [outcome.passed for outcome in outcomes] == [True, False, False, False, True, False, True]
    assert outcomes[1].differences[0].error == pytest.approx(0.2)
    assert outcomes[2].problem == "raised ValueError: no such luck"
    assert outcomes[3].problem == "no function for this statistic"
    assert "missing.csv" in outcomes[5].problem
    assert outcomes[6].warnings == ["RuntimeWarning: careful"]
    text = "\n".join(runner.report(outcomes, runner.load_toolbox(path / "adapters")))
    assert "FAILED 1 [twice, cases.json] value: expected 5, got 4, error 2.0e-01" in text
    assert "FAILED 3 [thrice, cases.json]: no function for this statistic" in text
    assert "WARNING 6" in text
    assert "3/6" in text


def test_a_broken_adapter_is_reported_and_hides_nothing(folder, monkeypatch, capsys):
    path = folder({"args": {"x": 2}, "expect": {"value": 4}})
    (path / "adapters" / "bad.py").write_text("import no_such_module_anywhere")
    (path / "adapters" / "same.py").write_text(ADAPTER)
    toolbox = runner.load_toolbox(path / "adapters")
    assert sorted(toolbox.broken) == ["bad.py", "same.py"]
    assert "no_such_module_anywhere" in toolbox.broken["bad.py"]
    assert "defined in another adapter already: twice" in toolbox.broken["same.py"]
    assert [outcome.passed for outcome in runner.run_folder(path, runner.load_toolbox(path / "adapters"))] == [True]
    monkeypatch.setattr(runner, "load_toolbox", lambda: toolbox)
    assert runner.main([str(path)]) == 1
    assert "ADAPTER NOT LOADED bad.py" in capsys.readouterr().out


@pytest.mark.parametrize(("expected", "code"), [(4, 0), (5, 1)])
def test_exit_code(folder, monkeypatch, expected, code):
    path = folder({"args": {"x": 2}, "expect": {"value": expected}})
    toolbox = runner.load_toolbox(path / "adapters")
    monkeypatch.setattr(runner, "load_toolbox", lambda: toolbox)
    assert runner.main([str(path)]) == code


def test_a_folder_without_cases_is_refused(tmp_path):
    with pytest.raises(SystemExit) as stop:
        runner.main([str(tmp_path)])
    assert stop.value.code != 0
