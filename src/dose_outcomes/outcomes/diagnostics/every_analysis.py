"""Diagnostics of all comparisons of doses with the reference dose, and the mark on those that fail one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from dose_outcomes.outcomes.diagnostics.comparisons import Population, populations
from dose_outcomes.outcomes.diagnostics.marks import Reasons, marked
from dose_outcomes.outcomes.diagnostics.rows import diagnostic_rows
from dose_outcomes.results import Result
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import pandas as pd


def with_diagnostics(results: Sequence[Result], counts: Mapping[str, pd.DataFrame], study: Study) -> Iterator[Result]:
    """Return the results, those that fail a diagnostic marked in their note, and the diagnostics themselves.

    No estimate is changed or left out: what fails is said beside it.

    Parameters
    ----------
    results : sequence of Result
        All estimates of a study.
    counts : mapping of str to DataFrame
        As `derive.counts.count_cohort` returns them.
    """
    if len(study.dose_labels) < 2:
        yield from results
        return
    found: list[Population] = list(populations(counts, study))
    reasons = Reasons(found, results, study)
    yield from (marked(result, reasons) for result in results)
    # those of subgroups stand in the notes of their comparisons alone
    yield from diagnostic_rows([one for one in found if not one.subgroup], results, counts, study)
