"""All estimates and curves of a study, from its counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.outcomes.cohort_size import cohort_size
from dose_outcomes.outcomes.course.every_analysis import course
from dose_outcomes.outcomes.diagnostics.every_analysis import with_diagnostics
from dose_outcomes.outcomes.dose_attribution import responder_rate_by_attribution, response_rate_by_current_dose
from dose_outcomes.outcomes.literature import literature
from dose_outcomes.outcomes.multiplicity import adjust_families
from dose_outcomes.outcomes.responder_comparisons import responder_comparisons
from dose_outcomes.outcomes.responder_rate import responder_rate, responder_rate_by_strategy
from dose_outcomes.outcomes.robustness import robustness
from dose_outcomes.outcomes.side_effect_incidence import side_effect_incidence
from dose_outcomes.outcomes.side_effects import side_effects
from dose_outcomes.outcomes.simultaneous import simultaneous_intervals
from dose_outcomes.outcomes.time_to_event import questions, time_to_event
from dose_outcomes.outcomes.times.every_analysis import times
from dose_outcomes.results import CURVE_COLUMNS, CURVE_KEY, Result, to_frame
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import pandas as pd


def estimate_all(counts: dict[str, pd.DataFrame], study: Study) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the tidy table of estimates and the curves.

    Parameters
    ----------
    counts : dict of str to DataFrame
        As `derive.counts.count_cohort` returns them.
    """
    import pandas as pd

    results: list[Result] = cohort_size(counts["time_at_risk"], study)
    results += responder_rate(counts["responders"], study)
    results += responder_rate_by_attribution(counts["responders_by_attribution"], study)
    results += response_rate_by_current_dose(counts["responses_by_current_dose"], study)
    results += responder_rate_by_strategy(counts["responders_by_strategy"], study)
    results += responder_comparisons(counts, study)
    results += robustness(counts, study)
    curves = []
    for question in questions(counts["response_times"], counts["event_times"], study):
        found, rows = time_to_event(question, study)
        results += found
        curves.append(rows)
    if not counts["side_effects"].empty:
        results += side_effect_incidence(counts["side_effects"], counts["time_at_risk"], study)
    results += side_effects(counts, study)
    of_course = course(counts, study)
    results += of_course.results
    curves += of_course.curves
    of_times = times(counts, study)
    results += of_times.results
    curves += of_times.curves
    results += list(literature(results, study))
    curve = pd.concat(curves, ignore_index=True) if curves else pd.DataFrame(columns=list(CURVE_COLUMNS))
    results = list(with_diagnostics(results, counts, study))
    results = adjust_families(results, study)
    table = to_frame([*results, *simultaneous_intervals(results, counts, study)])
    return table, curve.sort_values([*CURVE_KEY, "day"], kind="stable", ignore_index=True)
