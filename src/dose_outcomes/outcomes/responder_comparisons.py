"""All comparisons of responders: between doses, over conditions, and beyond the response itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dose_outcomes.outcomes.dose_response import dose_response
from dose_outcomes.outcomes.remission import remission_rate, sustained_response_rate
from dose_outcomes.outcomes.responder_cells import responder_cells
from dose_outcomes.outcomes.responder_contrast import responder_contrast
from dose_outcomes.outcomes.responder_shrinkage import responder_shrinkage
from dose_outcomes.outcomes.responder_trend import responder_heterogeneity, responder_trend
from dose_outcomes.results import Result
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import pandas as pd


def responder_comparisons(counts: dict[str, pd.DataFrame], study: Study) -> list[Result]:
    """Return contrasts, trends, heterogeneity, shrinkage, dose response, remission and sustained response.

    Parameters
    ----------
    counts : dict of str to DataFrame
        As `derive.counts.count_cohort` returns them.
    """
    cells = responder_cells(counts["responders"], study)
    return [
        *responder_contrast(cells, study),
        *responder_trend(cells, study),
        *responder_heterogeneity(cells, study),
        *responder_shrinkage(cells, study),
        *dose_response(cells, study),
        *remission_rate(counts["remissions"], study),
        *sustained_response_rate(counts["sustained_responses"], study),
    ]
