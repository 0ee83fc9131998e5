"""The code named beside a number is the code that computes it."""

import re
from pathlib import Path

import pytest

from dose_outcomes.report.code import MODULES, OUTCOMES, RULES, code_of

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("analysis", sorted(MODULES))
def test_an_analysis_is_named_in_its_module_or_where_that_takes_the_name_from(analysis):
    module = OUTCOMES / MODULES[analysis]
    beside = [module, *module.parent.glob("*.py")] if module.parent != OUTCOMES else [module, *OUTCOMES.glob("*.py")]
    assert any(f'"{analysis}"' in path.read_text() for path in beside)
    path, line = code_of(analysis).rsplit(", line ", 1)
    assert re.match(r"def [a-z]", (ROOT / path).read_text().splitlines()[int(line) - 1])


def test_no_analysis_of_the_outcomes_is_without_its_module():
    named = {
        name
        for path in OUTCOMES.rglob("*.py")
        for name in re.findall(r'^(?:ANALYSIS|[A-Z_]*ANALYSIS) = "(\w+)"', path.read_text(), re.M)
    }
    assert len(named) > 10
    assert named <= set(MODULES)
    assert code_of("no such analysis") == ""


def test_the_rules_are_those_of_the_workflow():
    text = "".join(path.read_text() for path in (ROOT / "workflow/rules").glob("*.smk"))
    assert all(f"rule {rule}:" in text for rule in RULES.values())
