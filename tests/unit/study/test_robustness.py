"""Faults of what stands beside a responder rate."""

import re

import pytest
import yaml

from dose_outcomes.errors import StudyError
from dose_outcomes.study import load_study

BENCHMARK = {"definition": "FM-PAIN-30", "label": "trial", "events": 3, "n": 10, "source": "Journal 1:1"}


@pytest.fixture
def message(root, tmp_path):
    content = yaml.safe_load((root / "config/ldn.yaml").read_text(encoding="utf-8"))

    def load(robustness: dict) -> str:
        path = tmp_path / "study.yaml"
        path.write_text(yaml.safe_dump({**content, "robustness": robustness}), encoding="utf-8")
        with pytest.raises(StudyError) as error:
            load_study(path)
        return str(error.value)

    return load


@pytest.mark.parametrize(
    ("robustness", "expected"),
    [
        ({"endpoints": ["primary"]}, r"line \d+: robustness: endpoints: unknown endpoint 'primary'"),
        ({"endpoints": ["primary_response"] * 2}, r"robustness: endpoints: something is listed twice"),
        ({"missing_data": {"handlings": []}}, r"robustness.missing_data.handlings: .*at least 1 item"),
        ({"missing_data": {"handlings": ["observed"] * 2}}, r"missing_data: handlings: something is listed twice"),
        (
            {"missing_data": {"handlings": ["worst-case"]}},
            r"received 'worst-case'; did you mean 'worst_case'\?",
        ),
        ({"missing_data": {"imputations": 1}}, r"imputations: .*greater than or equal to 2; received 1"),
        ({"missing_data": {"minimum_observed": 0}}, r"minimum_observed: .*received 0"),
        ({"tipping_point": {"shares": [0, 1.1]}}, r"shares.1: .*less than or equal to 1; received 1.1"),
        ({"tipping_point": {"shares": [0.01 * k for k in range(12)]}}, r"shares: .*at most 11 items"),
        ({"regression_to_the_mean": {"correlations": [1.0]}}, r"correlations.0: .*less than 1; received 1.0"),
        ({"regression_to_the_mean": {"correlations": [0.5, 0.5]}}, r"correlations: something is listed twice"),
        ({"regression_to_the_mean": {"minimum_repeated": 2}}, r"minimum_repeated: .*received 2"),
        ({"placebo_benchmarks": [{**BENCHMARK, "events": 11}]}, r"trial: events must be at most n \(10\); received 11"),
        ({"placebo_benchmarks": [{**BENCHMARK, "definition": "FM-PAIN-3"}]}, r"did you mean FM-PAIN-30\?"),
        ({"placebo_benchmarks": [BENCHMARK, BENCHMARK]}, r"placebo_benchmarks: something is listed twice"),
        ({"placebo_benchmarks": [{**BENCHMARK, "source": ""}]}, r"placebo_benchmarks.0.source: "),
    ],
)
def test_faults(message, robustness, expected):
    found = message(robustness)
    assert re.search(expected, found), found


def test_a_harm_has_no_worst_case_of_a_missing_score(root, tmp_path):
    content = yaml.safe_load((root / "config/ldn.yaml").read_text(encoding="utf-8"))
    harm = {"id": "worse", "label": "Worse", "kind": "harm", "definitions": {"multiple_sclerosis": "MS-EDSS-CDP"}}
    harm["intercurrent_events"] = dict.fromkeys(content["endpoints"][0]["intercurrent_events"], "treatment_policy")
    path = tmp_path / "study.yaml"
    content["endpoints"].append(harm)
    path.write_text(yaml.safe_dump(content | {"robustness": {"endpoints": ["worse"]}}), encoding="utf-8")
    with pytest.raises(StudyError, match="robustness: endpoints: 'worse' is a harm"):
        load_study(path)
