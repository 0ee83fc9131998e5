"""Where a number is computed: rule of the workflow, file and line of the code, and the command that does it again."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

#: Analysis: module of `outcomes` that computes it.
MODULES = {
    "baseline": "course/baseline.py",
    "change_distribution": "course/change_distribution.py",
    "cohort": "cohort_size.py",
    "contrast_diagnostics": "diagnostics/rows.py",
    "dose": "course/dosing.py",
    "dose_response": "dose_response.py",
    "duration_of_response": "times/sustained_response.py",
    "literature": "literature.py",
    "literature_remission": "literature.py",
    "missing_data_ladder": "missing_data.py",
    "mixed_model": "course/mixed_model.py",
    "multiplicity": "multiplicity.py",
    "persistence": "course/persistence.py",
    "persistence_lost_as_stopped": "course/persistence.py",
    "placebo_benchmark": "placebo_benchmark.py",
    "reason_for_stopping": "course/persistence.py",
    "regression_to_the_mean": "regression_to_the_mean.py",
    "related_side_effect": "side_effects/character.py",
    "remission_rate": "remission.py",
    "responder_contrast": "responder_contrast.py",
    "responder_rate": "responder_rate.py",
    "responder_rate_by_strategy": "responder_rate.py",
    "responder_rate_by_subgroup": "course/subgroups.py",
    "responder_shrinkage": "responder_shrinkage.py",
    "response_with_stopping": "times/competing_stopping.py",
    "score_change": "course/score_change.py",
    "serious_side_effect": "side_effects/character.py",
    "side_effect_action": "side_effects/character.py",
    "side_effect_contrast": "side_effects/contrasts.py",
    "side_effect_dechallenge": "side_effects/course.py",
    "side_effect_duration": "side_effects/course.py",
    "side_effect_incidence": "side_effect_incidence.py",
    "side_effect_onset": "side_effects/course.py",
    "side_effect_prevalence": "side_effects/occurrence.py",
    "side_effect_rechallenge": "side_effects/course.py",
    "side_effect_self_controlled": "side_effects/self_controlled.py",
    "side_effect_severity": "side_effects/character.py",
    "sustained_response_rate": "remission.py",
    "time_to_event": "time_to_event.py",
    "time_to_response": "time_to_event.py",
    "time_to_response_by_current_dose": "times/time_updated_dose.py",
    "time_to_response_interval_censored": "times/interval_censored.py",
    "time_to_sustained_response": "times/sustained_response.py",
    "tipping_point": "tipping_point.py",
    "visit_spacing": "times/visit_spacing.py",
}
OUTCOMES = Path(__file__).parents[1] / "outcomes"
#: Released file: rule that computes what stands in it.
RULES = {"estimates.csv": "estimates", "curves.csv": "estimates", "attrition.csv": "counts"}
COMMAND = "snakemake --forcerun {rule}"


@cache
def code_of(analysis: str) -> str:
    """Return file and line of the first public function of the module that computes an analysis; empty if unknown.

    Examples
    --------
    >>> code_of("visit_spacing").split(",")[0]
    'src/dose_outcomes/outcomes/times/visit_spacing.py'
    """
    module = MODULES.get(analysis)
    if module is None:
        return ""
    lines = (OUTCOMES / module).read_text(encoding="utf-8").splitlines()
    line = next((number for number, text in enumerate(lines, 1) if re.match(r"def [a-z]", text)), 1)
    return f"src/dose_outcomes/outcomes/{module}, line {line}"
