"""The parameter file: strict, and every block says where it comes from."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from dose_outcomes.errors import StudyError
from dose_outcomes.simulate import Parameters, load_parameters
from dose_outcomes.simulate.response import onset_probabilities


def _written(content: dict[str, Any], folder: Path) -> Path:
    path = folder / "parameters.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("place", "key", "value", "message"),
    [
        (("women",), "value", 1.2, "women.value: Input should be less than or equal to 1"),
        (("women",), "source", None, "women: Value error, needs a source or an assumption"),
        (("women",), "source", "nobody1999", r"sources not listed: \['nobody1999'\]"),
        (("targets", 0), "share", 0.3, "probabilities must sum to 1; these sum to 1.15"),
        (("targets", 0), "dose_mg", 0.7, "multiple of 0.5"),
        (("conditions", "sjogren"), "definition", "SJ-ESSPRI-2", "did you mean SJ-ESSPRI-1"),
        (("time_of_day", "values"), "dawn", 0.1, "probabilities must sum to 1"),
        (("opioids",), "drug_class", "analgesic", "must name the same drug_class"),
        (("visits",), "number_of_visits", 3, "visits.number_of_visits: Extra inputs are not permitted"),
        (("conditions", "hashimoto_thyroiditis", "companions", 0), "largest_of", 2, "needs either largest_of"),
    ],
)
def test_faults_are_named(
    parameter_file: Path, tmp_path: Path, place: tuple[Any, ...], key: str, value: Any, message: str
) -> None:
    content = yaml.safe_load(parameter_file.read_text(encoding="utf-8"))
    part = content
    for step in place:
        part = part[step]
    part[key] = value
    if value is None:
        part.pop("assumption")
    with pytest.raises(StudyError, match=message):
        load_parameters(_written(content, tmp_path))


def test_all_conditions_have_a_primary_rule_of_the_study(parameters: Parameters, parameter_file: Path) -> None:
    study = yaml.safe_load((parameter_file.parent / "ldn.yaml").read_text(encoding="utf-8"))
    rules = study["endpoints"][0]["definitions"]
    assert {name: one.definition for name, one in parameters.conditions.items()} == rules
    assert [target.label for target in parameters.targets] == [group["label"] for group in study["dose_groups"]]


def test_the_chain_gives_the_wanted_share_at_the_target_visit(parameters: Parameters) -> None:
    onset, loss = onset_probabilities(parameters), parameters.loss_of_response.value
    for row, condition in zip(onset, parameters.conditions.values(), strict=True):
        for chance, target in zip(row, parameters.targets, strict=True):
            share = 0.0
            for _ in range(round(condition.response.week / 4)):
                share = share * (1 - loss) + (1 - share) * chance
            wanted = condition.placebo_like.value + condition.drug_effect.value * target.effect
            assert share == pytest.approx(wanted, abs=1e-9)
