"""Simultaneous intervals: beside the interval of a test, one that holds for all tests of its family at once.

The 95 % intervals of several comparisons are not all right with 95 %. Those at level 1 - alpha/m, of the m tests of a
family, are with at least 1 - alpha, whatever their dependence (Bonferroni; Dunn 1961, J Am Stat Assoc 56:52-64). They
are given for families whose method bounds the chance of any false find. Holm's, Hochberg's and Hommel's tests are
stronger than a test by these intervals: an adjusted p value may be below alpha where the interval holds no difference.

A row is the row of its test with other limits, and the same counts behind it: it is hidden with the same cells
(`disclosure.declared`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from dose_outcomes.outcomes.multiplicity import members
from dose_outcomes.outcomes.responder_cells import responder_cells
from dose_outcomes.outcomes.responder_contrast import ANALYSIS as RESPONDER_CONTRAST
from dose_outcomes.outcomes.responder_contrast import responder_contrast
from dose_outcomes.outcomes.side_effects.contrasts import ANALYSIS as SIDE_EFFECT_CONTRAST
from dose_outcomes.outcomes.side_effects.contrasts import side_effect_contrasts
from dose_outcomes.outcomes.side_effects.self_controlled import ANALYSIS as SELF_CONTROLLED
from dose_outcomes.outcomes.side_effects.self_controlled import self_controlled
from dose_outcomes.results import KEY_COLUMNS, Result
from dose_outcomes.study import Study
from dose_outcomes.study.contrasts import FAMILYWISE

if TYPE_CHECKING:
    import pandas as pd

    Counts = Mapping[str, pd.DataFrame]

PREFIX = "simultaneous_"
"""How the statistic of a simultaneous interval begins; then the statistic of the test."""

#: Analyses whose tests stand in rows with an interval, and what computes them at the level of a study.
TESTED_WITH_INTERVAL: dict[str, Callable[[Counts, Study], Iterator[Result]]] = {
    RESPONDER_CONTRAST: lambda counts, study: responder_contrast(responder_cells(counts["responders"], study), study),
    SIDE_EFFECT_CONTRAST: lambda counts, study: side_effect_contrasts(
        counts["side_effects"], counts["time_at_risk"], study
    ),
    SELF_CONTROLLED: lambda counts, study: self_controlled(
        counts["side_effects_windows"], counts["side_effects"], study
    ),
}


def simultaneous_intervals(results: Sequence[Result], counts: Counts, study: Study) -> Iterator[Result]:
    """Return a row for every test of a family-wise family that has an interval; none of a family of one.

    Parameters
    ----------
    results : sequence of Result
        All results, with their diagnostics and adjusted p values.
    counts : mapping of str to DataFrame
        As `derive.counts.count_cohort` returns them.
    """
    for family in study.multiplicity:
        if family.method not in FAMILYWISE or family.analysis not in TESTED_WITH_INTERVAL:
            continue
        tests = [row for row in members(results, family, study) if row.p_value is not None]
        if len(tests) < 2:  # of one test the interval of its row is the simultaneous one
            continue
        at_level = study.model_copy(update={"level": 1 - (1 - study.level) / len(tests)})
        found = {_key(row): row for row in TESTED_WITH_INTERVAL[family.analysis](counts, at_level)}
        for test in tests:
            wider = found[_key(test)]
            if wider.low is None and wider.high is None:
                continue
            own, _, _ = test.method.partition("; adjusted p: ")
            yield replace(
                test,
                statistic=PREFIX + test.statistic,
                low=wider.low,
                high=wider.high,
                level=wider.level,
                p_value=None,
                p_adjusted=None,
                method=f"{own}; simultaneous for {len(tests)} tests of '{family.label}' (Bonferroni)",
            )


def _key(row: Result) -> tuple[object, ...]:
    return tuple(getattr(row, column) for column in KEY_COLUMNS)
