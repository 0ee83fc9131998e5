"""How doses differ: responders of each dose against the reference dose, per condition and over conditions.

Over conditions there are two comparisons, because doses are not spread equally over conditions: the crude one, and
the one within conditions (Mantel-Haenszel), whose `subgroup` says so. The p value of a comparison stands in the row of
its risk difference alone, so that a family of tests counts it once.

A row is made of two groups: `n` and `events` are those of both. It gives back the responders of one group from those
of the other, and is hidden with the responder rate of either (`disclosure`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from dose_outcomes.outcomes.cells import NO_PATIENTS
from dose_outcomes.outcomes.precision import has_p_value, imprecision, joined, no_p_value
from dose_outcomes.outcomes.responder_cells import STRATIFIED, ResponderCells, strata, total
from dose_outcomes.results import ALL, Result
from dose_outcomes.stats.proportions.association import n_minus_one_test, smallest_expected_count
from dose_outcomes.stats.proportions.difference import (
    risk_difference_miettinen_nurminen,
    risk_difference_newcombe,
)
from dose_outcomes.stats.proportions.number_needed import number_needed_to_treat
from dose_outcomes.stats.proportions.odds import odds_ratio_miettinen_nurminen
from dose_outcomes.stats.proportions.ratio import risk_ratio_miettinen_nurminen
from dose_outcomes.stats.proportions.stratified import (
    mantel_haenszel_odds_ratio,
    mantel_haenszel_risk_difference,
    mantel_haenszel_risk_ratio,
)
from dose_outcomes.stats.proportions.stratified_tests import cochran_mantel_haenszel
from dose_outcomes.stats.result import Estimate, HypothesisTest
from dose_outcomes.study import Study

ANALYSIS = "responder_contrast"
DIFFERENCES = {
    "miettinen_nurminen": risk_difference_miettinen_nurminen,
    "newcombe": risk_difference_newcombe,
}
UNADJUSTED = "unadjusted"


def responder_contrast(cells: Sequence[ResponderCells], study: Study) -> Iterator[Result]:
    """Return risk difference, risk ratio, odds ratio and number needed to treat of each dose against the reference.

    Parameters
    ----------
    cells : sequence of ResponderCells
        As `responder_cells` returns them.
    """
    doses = [dose for dose in study.dose_labels if dose != study.reference_dose]
    for one in cells:
        for dose in doses:
            for condition in (ALL, *one.conditions):
                yield from _crude(one, condition, dose, study)
            if len(one.conditions) > 1:
                yield from _within_conditions(one, dose, study)


def _crude(cells: ResponderCells, condition: str, dose: str, study: Study) -> Iterator[Result]:
    groups = cells.of(condition, [dose, study.reference_dose])
    table = (*groups[0], *groups[1])
    level = study.level
    difference = DIFFERENCES[study.contrasts.difference](*table, level=level)
    estimates = {
        "risk_difference": difference,
        "risk_ratio": risk_ratio_miettinen_nurminen(*table, level=level),
        "odds_ratio": odds_ratio_miettinen_nurminen(*table, level=level),
    }
    shared = _shared(cells, condition, dose, study, groups)
    yield from _rows(shared, groups, estimates, n_minus_one_test(*table), UNADJUSTED, study)
    yield _number_needed(shared, groups, difference, cells.endpoint.kind == "benefit", UNADJUSTED, study)
    expected = smallest_expected_count(*table) if all(n for _, n in groups) else None
    yield Result(
        **shared,
        statistic="smallest_expected_count",
        estimate=expected,
        method="smallest of the four counts if both groups had the same share",
        note=imprecision(groups, study) if expected is not None else NO_PATIENTS,
    )


def _within_conditions(whole: ResponderCells, dose: str, study: Study) -> Iterator[Result]:
    cells = whole.pooled([dose, study.reference_dose])
    if len(cells.conditions) < 2:
        return
    groups = cells.of(ALL, [dose, study.reference_dose])
    tables = (*strata(cells, dose), *strata(cells, study.reference_dose))
    level = study.level
    difference = mantel_haenszel_risk_difference(*tables, level=level)
    estimates = {
        "risk_difference": difference,
        "risk_ratio": mantel_haenszel_risk_ratio(*tables, level=level),
        "odds_ratio": mantel_haenszel_odds_ratio(*tables, level=level),
    }
    shared = {**_shared(cells, ALL, dose, study, groups), "subgroup": STRATIFIED}
    test = cochran_mantel_haenszel(*tables)
    rows = [
        *_rows(shared, groups, estimates, test, STRATIFIED, study),
        _number_needed(shared, groups, difference, cells.endpoint.kind == "benefit", STRATIFIED, study),
    ]
    note = cells.left_out_note(whole)
    yield from (replace(row, note=joined(row.note, note)) for row in rows)


def _shared(
    cells: ResponderCells, condition: str, dose: str, study: Study, groups: Sequence[tuple[int, int]]
) -> dict[str, Any]:
    return {
        **cells.key(condition),
        **total(groups),
        "analysis": ANALYSIS,
        "dose": dose,
        "comparator": study.reference_dose,
    }


def _rows(
    shared: dict[str, Any],
    groups: Sequence[tuple[int, int]],
    estimates: dict[str, Estimate],
    test: HypothesisTest,
    adjustment: str,
    study: Study,
) -> Iterator[Result]:
    compared = all(n for _, n in groups)
    for statistic, found in estimates.items():
        tested = statistic == "risk_difference" and compared
        allowed = tested and has_p_value(groups, study)
        method = f"{found.method}; {test.method}" if tested else found.method
        reason = "" if not tested or allowed else no_p_value(study)
        yield Result(
            **shared,
            statistic=statistic,
            estimate=found.estimate,
            low=found.low if compared else None,
            high=found.high if compared else None,
            level=study.level,
            p_value=test.p_value if allowed else None,
            method=f"{method}; {adjustment}",
            note=joined(imprecision(groups, study), found.note, reason) if compared else NO_PATIENTS,
        )


def _number_needed(
    shared: dict[str, Any],
    groups: Sequence[tuple[int, int]],
    difference: Estimate,
    event_is_benefit: bool,
    adjustment: str,
    study: Study,
) -> Result:
    needed = number_needed_to_treat(difference, event_is_benefit=event_is_benefit)
    # two numbers would be read as an interval, and the one through infinity is what lies outside of them
    limits = sorted(
        limit for limit in (needed.from_low, needed.from_high) if limit is not None and not needed.through_infinity
    )
    words = needed.in_words() if needed.through_infinity else ""
    return Result(
        **shared,
        statistic="number_needed_to_treat",
        estimate=needed.estimate,
        low=limits[0] if limits else None,
        high=limits[-1] if limits else None,
        level=study.level,
        method=f"{needed.method}; {adjustment}",
        note=joined(imprecision(groups, study), words, needed.note) if all(n for _, n in groups) else NO_PATIENTS,
    )
