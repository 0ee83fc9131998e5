"""Findings of data quality name the column of the cohort, and the variable of the trial where it is another."""

import pytest

from dose_outcomes.report.quality import quality

CHECK = {
    "id": "side_effects.onset_day.recorded", "table": "side_effects", "column": "onset_day", "status": "warned",
    "category": "completeness", "failing": 7, "checked": 90, "unit": "rows", "sentence": "is empty",
    "remedy": "Fill it in", "effect": "used as they stand",
}  # fmt: skip


@pytest.mark.parametrize(
    ("more", "label"),
    [
        ({}, "side_effects · onset_day"),
        ({"origin": "ADAE.ASTDT"}, "side_effects · onset_day (ADAE.ASTDT)"),
        ({"column": ""}, "side_effects"),
    ],
)
def test_a_finding_says_where(more, label):
    (finding,) = quality({"checks": [{**CHECK, **more}]}).findings
    assert finding.counts.label == label
