"""Responders by subgroup, and whether the difference between doses depends on it.

A difference that is significant in one subgroup and not in another says nothing: the test of heterogeneity compares
the subgroups with each other. Over all conditions the differences are taken within condition first, because subgroups
differ in their conditions (children have other diseases) and an odds ratio of a mixture is not that of its parts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dose_outcomes.derive.course.subgroups import NOT_KNOWN, subgroup_name
from dose_outcomes.outcomes.cells import ASSESSABLE, margins, with_totals
from dose_outcomes.outcomes.course.describing import SMALLEST_COUNT, reference_dose, share_row
from dose_outcomes.outcomes.precision import imprecision, joined
from dose_outcomes.outcomes.responder_rate import COUNTS, METHODS, endpoint_name
from dose_outcomes.results import ALL, Result
from dose_outcomes.stats.proportions.stratified import mantel_haenszel_risk_difference
from dose_outcomes.stats.proportions.stratified_tests import breslow_day
from dose_outcomes.stats.proportions.subgroup_odds import heterogeneity_of_odds_ratios
from dose_outcomes.study import Study
from dose_outcomes.study.course import Subgroup

if TYPE_CHECKING:
    import pandas as pd

ANALYSIS = "responder_rate_by_subgroup"
SMALLEST_GROUP = 10
TOO_FEW = "fewer than 10 patients in a group: no p value"


def subgroups(responders: pd.DataFrame, study: Study) -> Iterator[Result]:
    """Return the responder rates of each subgroup, the differences between highest and reference dose, and their test.

    Parameters
    ----------
    responders : DataFrame
        As `derive.course.subgroups.subgroup_responders` gives it.
    """
    for subgroup in study.subgroups:
        own = responders[responders["subgroup"] == subgroup.id]
        levels = levels_of(subgroup, own)
        yield from _rates(own, subgroup, levels, study)
        yield from _differences(own, subgroup, [level for level in levels if level != NOT_KNOWN], study)


def levels_of(subgroup: Subgroup, own: pd.DataFrame) -> list[str]:
    """Return the levels of a subgroup, those that are not known last."""
    found = set(own["level"])
    named = subgroup.level_names() or sorted(found - {NOT_KNOWN})
    return [*named, *([NOT_KNOWN] if NOT_KNOWN in found else [])]


def _key(study: Study, condition: str, dose: str, subgroup: str) -> dict[str, Any]:
    endpoint = study.endpoints[0]
    return {
        "analysis": ANALYSIS,
        "endpoint": endpoint_name(endpoint, condition),
        "condition": condition,
        "dose": dose,
        "subgroup": subgroup,
        "dose_attribution": endpoint.dose_attribution,
        "population": ASSESSABLE,
        "missing_data": endpoint.missing_data[0],
        "day": None if condition == ALL else study.visits(endpoint, endpoint.definitions[condition])[-1].day,
    }


def last_visit(own: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Return the rows of the last target visit of each definition."""
    endpoint = study.endpoints[0]
    last = {code: study.visits(endpoint, code)[-1].day for code in endpoint.definitions.values()}
    return own[own["day"] == own["definition"].map(last)]


def _rates(own: pd.DataFrame, subgroup: Subgroup, levels: list[str], study: Study) -> Iterator[Result]:
    endpoint = study.endpoints[0]
    denominator, numerator = COUNTS[endpoint.missing_data[0]]
    counts = with_totals(last_visit(own, study), ["level"], [denominator, numerator]).to_dict("index")
    for condition, dose in margins(study, endpoint.definitions):
        for level in levels:
            found = counts.get((condition, dose, level), {denominator: 0, numerator: 0})
            key = _key(study, condition, dose, subgroup_name(subgroup, level))
            row = share_row(key, int(found[numerator]), int(found[denominator]), study)
            yield _explained(row, METHODS[endpoint.missing_data[0]])


def _differences(own: pd.DataFrame, subgroup: Subgroup, levels: list[str], study: Study) -> Iterator[Result]:
    """Return the risk difference in each level, within conditions, and the tests that the levels agree."""
    endpoint = study.endpoints[0]
    denominator, numerator = COUNTS[endpoint.missing_data[0]]
    dose, reference = study.dose_labels[-1], reference_dose(study)
    if dose == reference:
        return
    last = last_visit(own, study)
    conditions = list(endpoint.definitions)
    tables = {}
    for level in levels:
        rows = last[last["level"] == level].groupby(["condition", "dose"])[[denominator, numerator]].sum()
        indexed = rows.to_dict("index")
        tables[level] = [
            [int(indexed.get((condition, group), {}).get(column, 0)) for condition in conditions]
            for group in (dose, reference)
            for column in (numerator, denominator)
        ]
    for level, (events, n, reference_events, reference_n) in tables.items():
        found = mantel_haenszel_risk_difference(events, n, reference_events, reference_n, level=study.level)
        few = imprecision([(sum(events), sum(n)), (sum(reference_events), sum(reference_n))], study)
        yield Result(
            **_key(study, ALL, dose, subgroup_name(subgroup, level)),
            comparator=reference,
            statistic="risk_difference",
            estimate=found.estimate,
            low=found.low,
            high=found.high,
            level=study.level,
            n=sum(n) + sum(reference_n),
            events=sum(events) + sum(reference_events),
            method=f"{found.method}; by condition",
            note=joined(few, found.note),
        )
    totals = [[sum(column) for column in table] for table in tables.values()]
    # with all counts but one shown, the tests would give that one back
    counts = [count for events, n, other, m in totals for count in (events, n - events, other, m - other)]
    smallest = min((count for count in counts if count), default=0)
    enough = all(min(n, reference_n) >= SMALLEST_GROUP for _, n, _, reference_n in totals)
    crude = breslow_day(*zip(*totals, strict=True)) if totals else None
    stratified = heterogeneity_of_odds_ratios(list(tables.values()))
    for statistic, test, what in (
        ("heterogeneity_test", stratified, "within conditions"),
        ("crude_heterogeneity_test", crude, "conditions taken together"),
    ):
        if test is None:
            continue
        yield Result(
            **_key(study, ALL, dose, f"{subgroup.id}: {' / '.join(levels)}"),
            comparator=reference,
            statistic=statistic,
            estimate=test.statistic,
            p_value=test.p_value if enough else None,
            n=sum(n + reference_n for _, n, _, reference_n in totals),
            events=smallest,
            method=f"{test.method}, {what}; {SMALLEST_COUNT}",
            note=test.note if enough else "; ".join(filter(None, (test.note, TOO_FEW))),
        )


def _explained(row: Result, handling: str) -> Result:

    return replace(row, method=f"{row.method}; {handling}")
