"""All comparisons of responders: between doses, over conditions, and beyond the response itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import islice
from typing import TYPE_CHECKING

from dose_outcomes.outcomes.diagnostics.every_analysis import with_diagnostics
from dose_outcomes.outcomes.dose_response import dose_response, standardised_dose_response
from dose_outcomes.outcomes.remission import remission_rate, sustained_response_rate
from dose_outcomes.outcomes.responder_cells import STRATIFIED, leaving_out, responder_cells
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


def comparisons_over_shown(
    counts: Mapping[str, pd.DataFrame], study: Study, hidden: Collection[tuple[str, str, str, str, int | None]]
) -> list[Result]:
    """Return what compares responders over conditions, made of those whose cells are shown; notes say of how many.

    A number over all conditions would give back a hidden cell from the others, which are shown; one made of shown cells
    tells nothing more than they do.

    Parameters
    ----------
    counts : mapping of str to DataFrame
        As `derive.counts.count_cohort` returns them.
    hidden : collection of (str, str, str, str, int or None)
        Cells that are not shown, as `responder_cells.leaving_out` takes them.
    """
    found = made_of_shown(counts["responders"], study, hidden)
    # the marked results come first; the diagnostics themselves, which follow, are not asked for
    return list(islice(with_diagnostics(found, counts, study), len(found)))


def made_of_shown(
    responders: pd.DataFrame, study: Study, hidden: Collection[tuple[str, str, str, str, int | None]]
) -> list[Result]:
    """Return what compares responders over conditions, made of the cells that are shown, without diagnostics.

    Parameters
    ----------
    responders : DataFrame
        As `derive.response.responder_counts` gives it, for all endpoints.
    hidden
        As `comparisons_over_shown`.
    """
    cells = leaving_out(responder_cells(responders, study), hidden)
    return [
        *(row for row in responder_contrast(cells, study) if row.subgroup == STRATIFIED),
        *(row for row in responder_trend(cells, study) if row.subgroup == STRATIFIED),
        *responder_heterogeneity(cells, study),
        *responder_shrinkage(cells, study),
        *standardised_dose_response(cells, study),
    ]
