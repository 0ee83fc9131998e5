"""Whether the share of responders changes with the dose, and whether it differs between conditions.

Rows are of the analysis `responder_rate`. A trend is a function of the responders at every dose of its
condition, and is hidden when the responder rate at one of them is (`disclosure`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from dose_outcomes.outcomes.cells import NO_PATIENTS
from dose_outcomes.outcomes.precision import has_p_value, imprecision, joined, no_p_value
from dose_outcomes.outcomes.responder_cells import STRATIFIED, ResponderCells, strata, total
from dose_outcomes.results import ALL, Result
from dose_outcomes.stats.proportions.association import homogeneity_chi_square
from dose_outcomes.stats.proportions.stratified_tests import breslow_day
from dose_outcomes.stats.proportions.trend import cochran_armitage, mantel_trend
from dose_outcomes.stats.result import HypothesisTest
from dose_outcomes.study import Study

ANALYSIS = "responder_rate"


def responder_trend(cells: Sequence[ResponderCells], study: Study) -> Iterator[Result]:
    """Return the trend test over doses, per condition, for all of them, and within them.

    The score of a dose group is the dose fixed for it in the study file, in mg: not 1, 2, 3, which would space the
    doses equally, and not the mean dose of its patients, which would differ between sites.

    Parameters
    ----------
    cells : sequence of ResponderCells
        As `responder_cells` returns them.
    """
    doses = list(study.dose_scores)
    if len(doses) < 2:
        return
    scores = list(study.dose_scores.values())
    for one in cells:
        for condition in (ALL, *one.conditions):
            groups = one.of(condition, doses)
            test = cochran_armitage([events for events, _ in groups], [n for _, n in groups], scores)
            yield _row(one, condition, "trend_test", groups, test, study)
        if len(one.conditions) > 1:
            pooled = one.pooled(doses)
            if len(pooled.conditions) < 2:
                continue
            per_condition = [pooled.of(condition, doses) for condition in pooled.conditions]
            test = mantel_trend(
                [[events for events, _ in groups] for groups in per_condition],
                [[n for _, n in groups] for groups in per_condition],
                scores,
            )
            row = _row(pooled, ALL, "trend_test", pooled.of(ALL, doses), test, study, subgroup=STRATIFIED)
            yield _over(row, pooled, one)


def responder_heterogeneity(cells: Sequence[ResponderCells], study: Study) -> Iterator[Result]:
    """Return tests that conditions share one responder rate, and one odds ratio of the highest dose.

    Parameters
    ----------
    cells : sequence of ResponderCells
        As `responder_cells` returns them.
    """
    highest = next((dose for dose in reversed(study.dose_labels) if dose != study.reference_dose), None)
    for one in cells:
        if len(one.conditions) < 2:
            continue
        for dose in (ALL, *study.dose_labels):
            pooled = one.pooled([dose])
            if len(pooled.conditions) < 2:
                continue
            events, n = strata(pooled, dose)
            groups = list(zip(events, n, strict=True))
            test = homogeneity_chi_square(events, n)
            yield _over(_row(pooled, ALL, "heterogeneity_test", groups, test, study, dose=dose), pooled, one)
        pooled = one.pooled([study.reference_dose, *([highest] if highest else [])])
        if highest is not None and len(pooled.conditions) > 1:
            test = breslow_day(*strata(pooled, highest), *strata(pooled, study.reference_dose))
            groups = pooled.of(ALL, [highest, study.reference_dose])
            arms = {"dose": highest, "comparator": study.reference_dose}
            yield _over(_row(pooled, ALL, "heterogeneity_test", groups, test, study, **arms), pooled, one)


def _over(row: Result, pooled: ResponderCells, whole: ResponderCells) -> Result:
    return replace(row, note=joined(row.note, pooled.left_out_note(whole)))


def _row(
    cells: ResponderCells,
    condition: str,
    statistic: str,
    groups: Sequence[tuple[int, int]],
    test: HypothesisTest,
    study: Study,
    **key: Any,
) -> Result:
    present = [group for group in groups if group[1]]
    tested = test.statistic is not None
    allowed = tested and has_p_value(present, study)
    freedom = "" if test.degrees_of_freedom is None else f", {test.degrees_of_freedom:g} degrees of freedom"
    kind = "z" if test.degrees_of_freedom is None else "chi-square"
    reason = "" if allowed or not tested else no_p_value(study)
    return Result(
        analysis=ANALYSIS,
        **{"dose": ALL, **cells.key(condition), **total(groups), **key},
        statistic=statistic,
        estimate=test.statistic,
        p_value=test.p_value if allowed else None,
        method=f"{test.method}; the estimate is {kind}{freedom}",
        note=joined(imprecision(present, study), test.note, reason) if present else NO_PATIENTS,
    )
