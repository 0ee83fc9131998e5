"""What the report tells of the workflow is what the workflow says."""

import re

from dose_outcomes import steps
from dose_outcomes.report.rules import ON_REQUEST, RULES


def test_the_rules_are_those_of_the_workflow(root):
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted((root / "workflow/rules").glob("*.smk")))
    _, *found = re.split(r"^rule (\w+):", text, flags=re.MULTILINE)
    bodies = dict(zip(found[::2], found[1::2], strict=True))
    assert set(bodies) == {rule.name for rule in RULES} | set(ON_REQUEST)
    for rule in RULES:
        function = rule.code.split(",")[0].removeprefix("steps.")
        assert hasattr(steps, function)
        assert f"steps.{function}(" in bodies[rule.name]
        if rule.after:
            assert f"rules.{rule.after}." in bodies[rule.name] or "RELEASED" in bodies[rule.name]


def test_the_code_named_exists(root):
    for rule in RULES:
        for part in rule.code.split(", ")[1:]:
            place = root / "src/dose_outcomes" / part
            assert (
                place.exists() or place.with_suffix(".py").is_file() or (place.parent / f"{place.name}.py").exists()
            ), part
