"""Responder rates of conditions drawn towards their common mean: what a small condition can tell beside the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from dose_outcomes.outcomes.cells import NO_PATIENTS
from dose_outcomes.outcomes.precision import has_p_value, imprecision, joined, no_p_value
from dose_outcomes.outcomes.responder_cells import ResponderCells, strata, total
from dose_outcomes.results import ALL, Result
from dose_outcomes.stats.pooling.beta_binomial import BetaBinomialShrinkage, beta_binomial_shrinkage
from dose_outcomes.stats.result import Estimate
from dose_outcomes.study import Study

ANALYSIS = "responder_shrinkage"
SHRINKAGE = "weight of the mean over conditions in the estimate, (alpha + beta)/(n + alpha + beta)"


def responder_shrinkage(cells: Sequence[ResponderCells], study: Study) -> Iterator[Result]:
    """Return the beta-binomial posterior rate of each condition and its shrinkage, the mean, and how conditions differ.

    For the primary handling of missing scores; at each dose and at all of them. Nothing for a single condition.

    Parameters
    ----------
    cells : sequence of ResponderCells
        As `responder_cells` returns them.
    """
    for one in cells:
        if one.primary and len(one.conditions) > 1:
            for dose in (ALL, *study.dose_labels):
                pooled = one.pooled([dose])
                note = pooled.left_out_note(one)
                rows = _at_dose(pooled, dose, study) if len(pooled.conditions) > 1 else []
                yield from (replace(row, note=joined(row.note, note)) for row in rows)


def _at_dose(cells: ResponderCells, dose: str, study: Study) -> Iterator[Result]:
    events, n = strata(cells, dose)
    found = beta_binomial_shrinkage(events, n, level=study.level)
    for condition, group, reached, patients, share in zip(
        cells.conditions, found.groups, events, n, found.prior_share, strict=True
    ):
        shared = _shared(cells, condition, dose, [(reached, patients)])
        note = joined(imprecision([(reached, patients)], study), group.note) if patients else NO_PATIENTS
        yield Result(**shared, statistic="proportion", **_numbers(group, patients), method=group.method, note=note)
        weight = share if patients else None
        yield Result(**shared, statistic="shrinkage", estimate=weight, method=SHRINKAGE, note=note)
    yield from _over_conditions(cells, dose, found, list(zip(events, n, strict=True)), study)


def _over_conditions(
    cells: ResponderCells,
    dose: str,
    found: BetaBinomialShrinkage,
    groups: Sequence[tuple[int, int]],
    study: Study,
) -> Iterator[Result]:
    shared = _shared(cells, ALL, dose, groups)
    test = found.heterogeneity
    present = [group for group in groups if group[1]]
    allowed = test.statistic is not None and has_p_value(present, study)
    reason = "" if allowed or test.statistic is None else no_p_value(study)
    yield Result(
        **shared, statistic="proportion", estimate=found.mean, method=f"{found.method}; mean of rates", note=found.note
    )
    yield Result(
        **shared,
        statistic="heterogeneity_test",
        estimate=test.statistic,
        p_value=test.p_value if allowed else None,
        method=f"{test.method}; the estimate is chi-square",
        note=joined(test.note, reason),
    )


def _shared(cells: ResponderCells, condition: str, dose: str, groups: Sequence[tuple[int, int]]) -> dict[str, Any]:
    return {"analysis": ANALYSIS, **cells.key(condition), **total(groups), "dose": dose}


def _numbers(group: Estimate, patients: int) -> dict[str, Any]:
    if not patients:
        return {}
    return {"estimate": group.estimate, "low": group.low, "high": group.high, "level": group.level}
