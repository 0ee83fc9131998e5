"""What the drug costs: side effects at the dose taken, in time, by their course and character, and compared.

Beside the plain incidence per target dose (`outcomes.side_effect_incidence`). All descriptive: doses were not
assigned at random, and those who tolerate a dose stay on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dose_outcomes.outcomes.side_effects.character import side_effect_character
from dose_outcomes.outcomes.side_effects.contrasts import side_effect_contrasts
from dose_outcomes.outcomes.side_effects.course import side_effect_course
from dose_outcomes.outcomes.side_effects.current_dose import side_effects_at_current_dose
from dose_outcomes.outcomes.side_effects.occurrence import (
    first_side_effect,
    recurrent_side_effects,
    side_effect_prevalence,
)
from dose_outcomes.outcomes.side_effects.self_controlled import self_controlled
from dose_outcomes.results import Result
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import pandas as pd


def side_effects(counts: dict[str, pd.DataFrame], study: Study) -> Iterator[Result]:
    """Return all estimates of side effects beside the plain incidence; none without side effects.

    Parameters
    ----------
    counts : dict of str to DataFrame
        As `derive.counts.count_cohort` returns them.
    """
    if counts["side_effects"].empty:
        return
    if study.dose_attributions.current:
        yield from side_effects_at_current_dose(counts["side_effects_current"], counts["exposure_current"], study)
    yield from first_side_effect(counts["side_effects_first"], study)
    yield from recurrent_side_effects(counts["side_effects_recurrence"], counts["side_effects"], study)
    yield from side_effect_prevalence(counts["side_effects_prevalence"], counts["side_effects"], study)
    yield from side_effect_character(
        counts["side_effects_character"], counts["side_effects"], counts["time_at_risk"], study
    )
    yield from side_effect_course(counts["side_effects_course"], counts["side_effects"], study)
    yield from self_controlled(counts["side_effects_windows"], counts["side_effects"], study)
    yield from side_effect_contrasts(counts["side_effects"], counts["time_at_risk"], study)
