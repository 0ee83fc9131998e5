"""All analyses of times beside the plain Kaplan-Meier curves, from the counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dose_outcomes.outcomes.times.competing_stopping import response_or_stopping
from dose_outcomes.outcomes.times.interval_censored import response_between_visits
from dose_outcomes.outcomes.times.restricted_mean import restricted_mean_time
from dose_outcomes.outcomes.times.sustained_response import sustained_responses
from dose_outcomes.outcomes.times.time_updated_dose import response_by_dose_of_the_day
from dose_outcomes.outcomes.times.visit_spacing import visit_spacing
from dose_outcomes.results import Result
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Times:
    """Rows and curves."""

    results: list[Result]
    curves: list[pd.DataFrame]


def times(counts: dict[str, pd.DataFrame], study: Study) -> Times:
    """Return times between visits, beside stopping, restricted means, by current dose, and of what lasts.

    Parameters
    ----------
    counts : dict of str to DataFrame
        As `derive.counts.count_cohort` returns them.
    """
    stopping, stopping_curves = response_or_stopping(counts["responses_or_stops"], study)
    current, current_curves = response_by_dose_of_the_day(counts["dose_periods"], counts["dose_period_pairs"], study)
    lasting, lasting_curves = sustained_responses(
        counts["sustained_response_times"], counts["response_durations"], study
    )
    results = [
        *response_between_visits(counts["response_intervals"], study),
        *stopping,
        *restricted_mean_time(counts["response_times"], study),
        *current,
        *lasting,
        *visit_spacing(counts["visit_gaps"], study),
    ]
    return Times(results, [*stopping_curves, *current_curves, *lasting_curves])
