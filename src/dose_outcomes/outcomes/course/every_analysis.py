"""All analyses of the course that a study asks for, from its counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dose_outcomes.outcomes.course.baseline import baseline
from dose_outcomes.outcomes.course.change_distribution import change_distribution
from dose_outcomes.outcomes.course.dosing import dosing
from dose_outcomes.outcomes.course.mixed_model import mixed_model
from dose_outcomes.outcomes.course.persistence import persistence
from dose_outcomes.outcomes.course.score_change import score_change
from dose_outcomes.outcomes.course.subgroups import subgroups
from dose_outcomes.results import Result
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class CourseOfPatients:
    """Rows and curves."""

    results: list[Result]
    curves: list[pd.DataFrame]


def course(counts: dict[str, pd.DataFrame], study: Study) -> CourseOfPatients:
    """Return baseline table, dosing, changes of the score, persistence and subgroups, as far as the study asks.

    Parameters
    ----------
    counts : dict of str to DataFrame
        As `derive.counts.count_cohort` returns them.
    """
    results = [
        *baseline(
            counts["baseline_numbers"],
            counts["baseline_categories"],
            counts["baseline_medications"],
            counts["time_at_risk"],
            study,
        ),
        *dosing(counts["dose_values"], counts["dose_states"], counts["target_dose_times"], study),
        *score_change(counts["score_changes"], study),
        *change_distribution(counts["score_changes"], study),
        *mixed_model(counts["repeated_measures"], study),
        *subgroups(counts["subgroup_responders"], study),
    ]
    if study.course.persistence is None:
        return CourseOfPatients(results, [])
    stay = persistence(counts["treatment_ends"], study)
    return CourseOfPatients([*results, *stay.results], [stay.curves])
